//! Saved state: the connections to Okta, their secrets under seal, and what was done to them.
//!
//! Takes values and gives them back; the only room with a database. Synchronous, and decides nothing: what a saved fact means is for others
//! to say. Every secret is encrypted under one master key and bound to the workspace and the field that it belongs to, so that a stolen
//! copy of the database is of no use, and a sealed text that is moved to another place does not open there.

mod audit;
mod connection;
mod error;
mod folder;
mod hook;
mod journal;
mod key;
mod schema;
mod seal;
#[cfg(test)]
mod tests;
mod workspace;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection as Database, OpenFlags, Transaction, TransactionBehavior};

pub use audit::AuditEntry;
pub use connection::{Connection, NewConnection, SavedHealth};
pub use error::{Error, SealFault};
pub use folder::{DATABASE_FILE, KEY_FILE, LOCK_FILE};
pub use hook::{HookRecord, HookSecret, Standing};
pub use journal::{Operation, OperationKind, Outcome, Step, StepState};
pub use key::{KeyFault, KeySource, MasterKey};
pub use workspace::{PathId, Workspace};

use folder::Lock;

/// How long to wait for another connection to the database to finish its write.
const BUSY: Duration = Duration::from_secs(5);

/// The oldest SQLite without the corruption race on resetting a write-ahead log.
const SQLITE_MIN: i32 = 3_051_003;

/// The open store of one data folder.
#[derive(Debug)]
pub struct Store {
    db: Database,
    key: MasterKey,
    folder: PathBuf,
    /// Holds other processes off as long as it lives; none for a store that is only looked at.
    lock: Option<Lock>,
}

/// What opening a store came to, apart from the store.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    /// Where a new master key was written, to be told to whoever keeps the machine.
    pub made_key: Option<PathBuf>,
}

impl Store {
    /// Opens the store of a folder for changes; makes folder, key and database where they are missing. No other process can do so meanwhile.
    ///
    /// # Errors
    /// The folder is in use, open to others or cannot be made; the database is newer than this program, not ours, or damaged; the key is
    /// missing or another one.
    pub fn open(folder: &Path, source: &KeySource) -> Result<(Store, Opened), Error> {
        folder::prepare(folder)?;
        let lock = Lock::take(folder)?;
        let path = folder::database(folder)?;
        let mut db = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("secure_delete", "ON")] {
            db.pragma_update_and_check(None, name, value, |_| Ok(()))
                .or_else(|error| if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Ok(()) } else { Err(error) })?;
        }
        schema::migrate(&mut db)?;
        let known = key::known(&db)?;
        let (key, made_key) = key::find(source, folder, known.is_some())?;
        match known {
            Some(known) if known != key.id() => return Err(Error::WrongKey),
            Some(_) => {}
            None => key::remember(&db, &key)?,
        }
        Ok((Store { db, key, folder: folder.to_owned(), lock: Some(lock) }, Opened { made_key }))
    }

    /// Opens the store of a folder to look at it, also while another process changes it; none where there is no store. Makes nothing.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), except that the folder is in use.
    pub fn look(folder: &Path, source: &KeySource) -> Result<Option<Store>, Error> {
        let Some(path) = folder::existing(folder, DATABASE_FILE)? else { return Ok(None) };
        // Not even an empty database that another process is about to fill can be looked at.
        let db = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update(None, "query_only", "ON")?;
        if !schema::check(&db)? {
            return Ok(None);
        }
        let Some(known) = key::known(&db)? else { return Ok(None) };
        let (key, _) = key::find(source, folder, true)?;
        if known != key.id() {
            return Err(Error::WrongKey);
        }
        Ok(Some(Store { db, key, folder: folder.to_owned(), lock: None }))
    }

    /// Returns the data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Says whether this store may be changed.
    pub fn may_change(&self) -> bool {
        self.lock.is_some()
    }

    /// Says whether another process has this folder open for changes.
    pub fn is_held_elsewhere(folder: &Path) -> bool {
        folder.join(DATABASE_FILE).exists() && matches!(Lock::take(folder), Err(Error::InUse { .. }))
    }

    /// Returns the names of all workspaces that have a connection.
    pub fn workspaces(&self) -> Result<Vec<Workspace>, Error> {
        let mut statement = self.db.prepare("SELECT workspace FROM connection ORDER BY workspace")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        names.map(|name| Workspace::parse(&name?).ok_or_else(|| Error::damaged("the name of a workspace"))).collect()
    }

    /// Begins a change that is made in whole or not at all.
    fn change(&mut self) -> Result<Transaction<'_>, Error> {
        if self.lock.is_none() {
            return Err(Error::LookOnly);
        }
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Opens the database file, with what must hold on every connection to it.
fn connect(path: &Path, flags: OpenFlags) -> Result<Database, Error> {
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(Error::Database(format!("SQLite {} has a fault that can damage the database", rusqlite::version())));
    }
    let db = Database::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW)?;
    db.busy_timeout(BUSY)?;
    for (name, value) in [("foreign_keys", "ON"), ("trusted_schema", "OFF"), ("cell_size_check", "ON")] {
        db.pragma_update(None, name, value)?;
    }
    Ok(db)
}
