//! The form of the database, and how an older one becomes a newer one.

use rusqlite::{Connection as Database, TransactionBehavior};

use super::Error;

/// Tells our databases from those of others: "CLRN".
const APPLICATION: i64 = 0x434c_524e;

/// What leads from each form to the next; the first one makes an empty database ours. Entries are never changed, only added.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- One row for each workspace that is or was connected. Times are microseconds since 1970.
    CREATE TABLE connection (
        workspace TEXT PRIMARY KEY,
        org_host TEXT NOT NULL,
        org_id TEXT NOT NULL,
        client_id TEXT NOT NULL,
        client_secret BLOB,
        client_secret_at INTEGER,
        public_url TEXT,
        connected_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Event hooks that we asked Okta for, or are about to: written before the request, so that none is ever lost sight of.
    CREATE TABLE hook (
        path_id TEXT PRIMARY KEY,
        workspace TEXT NOT NULL REFERENCES connection ON DELETE CASCADE,
        uri TEXT NOT NULL,
        hook_id TEXT,
        events TEXT NOT NULL,
        standing TEXT NOT NULL CHECK (standing IN ('wanted', 'made', 'managed', 'leaving', 'gone')),
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hook_of_workspace ON hook (workspace);

    -- What deliveries to a hook's address must carry. Without an end it is valid until another one replaces it.
    CREATE TABLE hook_secret (
        path_id TEXT NOT NULL REFERENCES hook ON DELETE CASCADE,
        number INTEGER NOT NULL,
        secret BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        retires_at INTEGER,
        PRIMARY KEY (path_id, number)
    ) STRICT, WITHOUT ROWID;

    -- The journal: what was begun, and how it ended. One without an end was cut off.
    CREATE TABLE operation (
        id INTEGER PRIMARY KEY,
        workspace TEXT NOT NULL,
        kind TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        outcome TEXT,
        detail TEXT
    ) STRICT;
    CREATE INDEX operation_of_workspace ON operation (workspace, id);
    CREATE TABLE step (
        operation INTEGER NOT NULL REFERENCES operation ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('begun', 'done', 'failed')),
        at INTEGER NOT NULL,
        detail TEXT,
        PRIMARY KEY (operation, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE health (
        workspace TEXT PRIMARY KEY REFERENCES connection ON DELETE CASCADE,
        checked_at INTEGER NOT NULL,
        report TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What was done to connections, for ever; outlives the connection.
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        workspace TEXT NOT NULL,
        what TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_of_workspace ON audit (workspace, id);
"];

/// Returns the newest form that this program knows.
fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Brings the database to the newest form, each step in whole or not at all.
pub(super) fn migrate(db: &mut Database) -> Result<(), Error> {
    loop {
        // Another process may have done it between the look and the change.
        let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let form = form(&change)?;
        let Some(migration) = usize::try_from(form).ok().and_then(|form| MIGRATIONS.get(form)) else { return Ok(()) };
        change.execute_batch(migration)?;
        change.pragma_update(None, "application_id", APPLICATION)?;
        change.pragma_update(None, "user_version", form + 1)?;
        change.commit()?;
    }
}

/// Says whether there is a database of ours in the newest form; none is there as long as it is empty.
pub(super) fn check(db: &Database) -> Result<bool, Error> {
    Ok(form(db)? == newest())
}

/// Returns the database's form; refuses what is not ours and what is newer than we are.
fn form(db: &Database) -> Result<i64, Error> {
    let read = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, form) = (read("application_id")?, read("user_version")?);
    if application != APPLICATION {
        let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let is_empty = tables == 0 && application == 0 && form == 0;
        return if is_empty { Ok(0) } else { Err(Error::NotOurs) };
    }
    if form > newest() || form < 0 {
        return Err(Error::Newer { found: form, known: newest() });
    }
    Ok(form)
}
