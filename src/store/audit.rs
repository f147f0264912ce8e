//! The audit: what was done to connections. Only ever added to.

use super::{Error, Store, Workspace};
use crate::event::Timestamp;

/// One thing that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    /// Counts the entries.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What, as a word such as `connected`.
    pub what: String,
    /// With what: ids and hosts; never a secret.
    pub detail: String,
}

impl Store {
    /// Writes down what was done.
    pub fn audit(&mut self, workspace: &Workspace, what: &str, detail: &str, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute("INSERT INTO audit (at, workspace, what, detail) VALUES (?1, ?2, ?3, ?4)", (at.micros(), workspace.as_str(), what, detail))?;
        Ok(change.commit()?)
    }

    /// Returns the last entries of a workspace, the newest first.
    pub fn audit_entries(&self, workspace: &Workspace, count: usize) -> Result<Vec<AuditEntry>, Error> {
        let mut statement = self.db.prepare("SELECT id, at, what, detail FROM audit WHERE workspace = ?1 ORDER BY id DESC LIMIT ?2")?;
        let limit = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.as_str(), limit), |row| {
            Ok(AuditEntry { id: row.get(0)?, at: Timestamp::from_micros(row.get(1)?), what: row.get(2)?, detail: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
