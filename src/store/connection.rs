//! The record of a connection: which org, with which credentials, since when.

use rusqlite::{OptionalExtension, Row};

use super::seal::{self, Place};
use super::{Error, Store, Workspace};
use crate::event::Timestamp;
use crate::okta::{ClientId, Secret};

/// The field of the client secret, as messages name it.
const CLIENT_SECRET: &str = "client secret";

/// What is saved of a workspace's connection. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    /// The workspace.
    pub workspace: Workspace,
    /// The org's host, as `OrgAddress::host` gave it.
    pub org_host: String,
    /// Okta's id of the org.
    pub org_id: String,
    /// The integration's client id.
    pub client_id: ClientId,
    /// When the client secret was saved; none when there is none.
    pub client_secret_at: Option<Timestamp>,
    /// Under which address Okta reaches us.
    pub public_url: Option<String>,
    /// When a hook was last verified and saved; none as long as that never was.
    pub connected_at: Option<Timestamp>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Credentials that Okta has accepted, to be saved.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// The org's host.
    pub org_host: String,
    /// Okta's id of the org.
    pub org_id: String,
    /// The integration's client id.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: Secret,
    /// Under which address Okta reaches us; none leaves what is saved.
    pub public_url: Option<String>,
}

/// What the last look at a connection found, in the words of whoever looked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedHealth {
    /// When.
    pub checked_at: Timestamp,
    /// What.
    pub report: String,
}

const COLUMNS: &str = "workspace, org_host, org_id, client_id, client_secret_at, public_url, connected_at, created_at, updated_at";

impl Store {
    /// Returns the record of a workspace.
    pub fn connection(&self, workspace: &Workspace) -> Result<Option<Connection>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM connection WHERE workspace = ?1");
        self.db.query_row(&sql, [workspace.as_str()], |row| Ok(read(row))).optional()?.transpose()
    }

    /// Opens the saved client secret; none when there is none.
    pub fn client_secret(&self, workspace: &Workspace) -> Result<Option<Secret>, Error> {
        let sql = "SELECT client_secret FROM connection WHERE workspace = ?1";
        let sealed: Option<Vec<u8>> = self.db.query_row(sql, [workspace.as_str()], |row| row.get(0)).optional()?.flatten();
        sealed.map(|sealed| seal::open(&self.key, place(workspace), &sealed)).transpose()
    }

    /// Saves credentials, in a new record or instead of those in the old one.
    pub fn save_credentials(&mut self, workspace: &Workspace, new: &NewConnection, at: Timestamp) -> Result<(), Error> {
        let sealed = seal::seal(&self.key, place(workspace), &new.client_secret)?;
        let change = self.change()?;
        change.execute(
            "INSERT INTO connection (workspace, org_host, org_id, client_id, client_secret, client_secret_at, public_url, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?7, ?6, ?7, ?7)
             ON CONFLICT (workspace) DO UPDATE SET org_host = ?2, org_id = ?3, client_id = ?4, client_secret = ?5, client_secret_at = ?7,
                 public_url = coalesce(?6, public_url), updated_at = ?7",
            (workspace.as_str(), &new.org_host, &new.org_id, new.client_id.as_str(), &sealed, &new.public_url, at.micros()),
        )?;
        // What was found wrong with other credentials says nothing of these.
        change.execute("DELETE FROM health WHERE workspace = ?1", [workspace.as_str()])?;
        Ok(change.commit()?)
    }

    /// Saves under which address Okta reaches us.
    pub fn save_public_url(&mut self, workspace: &Workspace, url: &str, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute("UPDATE connection SET public_url = ?2, updated_at = ?3 WHERE workspace = ?1", (workspace.as_str(), url, at.micros()))?;
        Ok(change.commit()?)
    }

    /// Removes the record with its secrets and hooks. The audit stays.
    pub fn forget_connection(&mut self, workspace: &Workspace) -> Result<(), Error> {
        let change = self.change()?;
        change.execute("DELETE FROM connection WHERE workspace = ?1", [workspace.as_str()])?;
        change.commit()?;
        self.sweep()
    }

    /// Saves what a look at the connection found.
    pub fn save_health(&mut self, workspace: &Workspace, report: &str, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute(
            "INSERT INTO health (workspace, checked_at, report) VALUES (?1, ?2, ?3)
             ON CONFLICT (workspace) DO UPDATE SET checked_at = ?2, report = ?3",
            (workspace.as_str(), at.micros(), report),
        )?;
        Ok(change.commit()?)
    }

    /// Returns what the last look at the connection found.
    pub fn health(&self, workspace: &Workspace) -> Result<Option<SavedHealth>, Error> {
        let sql = "SELECT checked_at, report FROM health WHERE workspace = ?1";
        let read = |row: &Row<'_>| Ok(SavedHealth { checked_at: Timestamp::from_micros(row.get(0)?), report: row.get(1)? });
        Ok(self.db.query_row(sql, [workspace.as_str()], read).optional()?)
    }

    /// Empties the write-ahead log, so that what was erased is not still in it.
    pub(super) fn sweep(&self) -> Result<(), Error> {
        match self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(Error::from) {
            // Somebody reads at the moment; the next one empties it.
            Err(Error::Busy) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn place(workspace: &Workspace) -> Place<'_> {
    Place { workspace: workspace.as_str(), field: CLIENT_SECRET, item: "" }
}

fn read(row: &Row<'_>) -> Result<Connection, Error> {
    let time = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_micros));
    Ok(Connection {
        workspace: Workspace::parse(&row.get::<_, String>(0)?).ok_or_else(|| Error::damaged("the name of a workspace"))?,
        org_host: row.get(1)?,
        org_id: row.get(2)?,
        client_id: ClientId::parse(&row.get::<_, String>(3)?).map_err(|_| Error::damaged("a client id"))?,
        client_secret_at: time(4)?,
        public_url: row.get(5)?,
        connected_at: time(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        updated_at: Timestamp::from_micros(row.get(8)?),
    })
}
