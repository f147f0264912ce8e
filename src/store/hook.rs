//! The event hooks that we asked Okta for, each with what its deliveries must carry.
//!
//! A hook is written down before Okta is asked for it. Whatever cuts the work off, its address is known afterwards.

use rusqlite::{OptionalExtension, Row};

use super::seal::{self, Place};
use super::{Error, PathId, Store, Workspace};
use crate::event::Timestamp;
use crate::okta::{HookId, Secret};

/// The field of a hook's secret, as messages name it.
const HOOK_SECRET: &str = "hook secret";

/// Where a hook is in its life, as far as we know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Okta is about to be asked for it, or was and the answer is not known.
    Wanted,
    /// Okta has made it; whether it is verified is not known.
    Made,
    /// It was verified, and is the one that the workspace relies on.
    Managed,
    /// Another one has taken its place; it is to be deleted.
    Leaving,
    /// It was deleted; what it still had under way may come in.
    Gone,
}

/// A hook as we know it. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HookRecord {
    /// The last part of its address.
    pub path_id: PathId,
    /// Its address.
    pub uri: String,
    /// Okta's id, once it is known.
    pub hook_id: Option<HookId>,
    /// The event types that it was asked to carry, sorted.
    pub events: Vec<String>,
    /// Where it is in its life.
    pub standing: Standing,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When its standing last changed.
    pub changed_at: Timestamp,
}

/// A secret that deliveries to an address may carry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HookSecret {
    /// The last part of the address.
    pub path_id: PathId,
    /// Counts the secrets of an address.
    pub number: i64,
    /// The secret.
    pub secret: Secret,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good; none as long as nothing replaces it.
    pub retires_at: Option<Timestamp>,
}

impl HookSecret {
    /// Says whether deliveries may carry it at that time.
    pub fn is_good_at(&self, at: Timestamp) -> bool {
        self.retires_at.is_none_or(|end| at < end)
    }
}

impl Standing {
    const WORDS: [(Standing, &'static str); 5] =
        [(Standing::Wanted, "wanted"), (Standing::Made, "made"), (Standing::Managed, "managed"), (Standing::Leaving, "leaving"), (Standing::Gone, "gone")];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(standing, _)| *standing == self).map_or("wanted", |(_, word)| word)
    }
}

impl Store {
    /// Returns the hooks of a workspace, the newest first.
    pub fn hooks(&self, workspace: &Workspace) -> Result<Vec<HookRecord>, Error> {
        let sql = "SELECT path_id, uri, hook_id, events, standing, created_at, changed_at FROM hook WHERE workspace = ?1 ORDER BY created_at DESC, path_id";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([workspace.as_str()], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// Returns to which workspace an address belongs, in whatever standing its hook is.
    pub fn workspace_of(&self, path_id: &PathId) -> Result<Option<Workspace>, Error> {
        let name: Option<String> = self.db.query_row("SELECT workspace FROM hook WHERE path_id = ?1", [path_id.as_str()], |row| row.get(0)).optional()?;
        name.map(|name| Workspace::parse(&name).ok_or_else(|| Error::damaged("the name of a workspace"))).transpose()
    }

    /// Writes down that Okta is about to be asked for a hook, with the secret that it will have.
    pub fn want_hook(&mut self, workspace: &Workspace, path_id: &PathId, uri: &str, events: &[String], secret: &Secret, at: Timestamp) -> Result<(), Error> {
        let sealed = seal::seal(&self.key, place(workspace, path_id), secret)?;
        let change = self.change()?;
        change.execute(
            "INSERT INTO hook (path_id, workspace, uri, events, standing, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, 'wanted', ?5, ?5)",
            (path_id.as_str(), workspace.as_str(), uri, events.join("\n"), at.micros()),
        )?;
        change.execute("INSERT INTO hook_secret (path_id, number, secret, created_at) VALUES (?1, 1, ?2, ?3)", (path_id.as_str(), sealed, at.micros()))?;
        Ok(change.commit()?)
    }

    /// Notes where a hook is in its life, and Okta's id where that is new.
    pub fn note_hook(&mut self, path_id: &PathId, standing: Standing, hook_id: Option<&HookId>, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        let changed = change.execute(
            "UPDATE hook SET standing = ?2, hook_id = coalesce(?3, hook_id), changed_at = ?4 WHERE path_id = ?1",
            (path_id.as_str(), standing.word(), hook_id.map(HookId::as_str), at.micros()),
        )?;
        change.commit()?;
        if changed == 1 { Ok(()) } else { Err(Error::Missing("hook")) }
    }

    /// Makes a hook the one that the workspace relies on. Any other one is leaving from now on, and what its deliveries carry is good
    /// until then.
    pub fn manage_hook(&mut self, workspace: &Workspace, path_id: &PathId, hook_id: &HookId, old_until: Timestamp, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        let (workspace, path_id, now) = (workspace.as_str(), path_id.as_str(), at.micros());
        change.execute(
            "UPDATE hook_secret SET retires_at = ?3 WHERE retires_at IS NULL AND path_id IN
                 (SELECT path_id FROM hook WHERE workspace = ?1 AND path_id <> ?2)",
            (workspace, path_id, old_until.micros()),
        )?;
        change.execute(
            "UPDATE hook SET standing = 'leaving', changed_at = ?3 WHERE workspace = ?1 AND path_id <> ?2 AND standing IN ('wanted', 'made', 'managed')",
            (workspace, path_id, now),
        )?;
        let changed = change.execute(
            "UPDATE hook SET standing = 'managed', hook_id = ?3, changed_at = ?4 WHERE workspace = ?1 AND path_id = ?2",
            (workspace, path_id, hook_id.as_str(), now),
        )?;
        if changed != 1 {
            return Err(Error::Missing("hook"));
        }
        change.execute("UPDATE connection SET connected_at = ?2, updated_at = ?2 WHERE workspace = ?1", (workspace, now))?;
        // What was found wrong with another hook says nothing of this one.
        change.execute("DELETE FROM health WHERE workspace = ?1", [workspace])?;
        Ok(change.commit()?)
    }

    /// Notes which event types a hook was asked to carry, and its address.
    pub fn note_hook_wishes(&mut self, path_id: &PathId, uri: &str, events: &[String], at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        let values = (path_id.as_str(), uri, events.join("\n"), at.micros());
        change.execute("UPDATE hook SET uri = ?2, events = ?3, changed_at = ?4 WHERE path_id = ?1", values)?;
        Ok(change.commit()?)
    }

    /// Forgets a hook and its secrets at once: it never came to be.
    pub fn forget_hook(&mut self, path_id: &PathId) -> Result<(), Error> {
        let change = self.change()?;
        change.execute("DELETE FROM hook WHERE path_id = ?1", [path_id.as_str()])?;
        Ok(change.commit()?)
    }

    /// Returns the secrets of a workspace's hooks, the oldest of each address first.
    pub fn hook_secrets(&self, workspace: &Workspace) -> Result<Vec<HookSecret>, Error> {
        let sql = "SELECT path_id, number, secret, hook_secret.created_at, retires_at FROM hook_secret JOIN hook USING (path_id)
                   WHERE workspace = ?1 ORDER BY path_id, number";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([workspace.as_str()], |row| Ok(self.read_secret(workspace, row)))?;
        rows.map(|row| row?).collect()
    }

    fn read_secret(&self, workspace: &Workspace, row: &Row<'_>) -> Result<HookSecret, Error> {
        let path_id = PathId::parse(&row.get::<_, String>(0)?).ok_or_else(|| Error::damaged("the address of a hook"))?;
        let sealed: Vec<u8> = row.get(2)?;
        Ok(HookSecret {
            secret: seal::open(&self.key, place(workspace, &path_id), &sealed)?,
            path_id,
            number: row.get(1)?,
            created_at: Timestamp::from_micros(row.get(3)?),
            retires_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_micros),
        })
    }

    /// Adds a secret to those that deliveries to an address may carry.
    pub fn add_hook_secret(&mut self, workspace: &Workspace, path_id: &PathId, secret: &Secret, at: Timestamp) -> Result<(), Error> {
        let sealed = seal::seal(&self.key, place(workspace, path_id), secret)?;
        let change = self.change()?;
        change.execute(
            "INSERT INTO hook_secret (path_id, number, secret, created_at)
             VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM hook_secret WHERE path_id = ?1), ?2, ?3)",
            (path_id.as_str(), sealed, at.micros()),
        )?;
        Ok(change.commit()?)
    }

    /// Leaves the newest secret of an address as the one that stays; the others are good until then.
    pub fn retire_older_secrets(&mut self, path_id: &PathId, until: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute(
            "UPDATE hook_secret SET retires_at = ?2 WHERE path_id = ?1 AND retires_at IS NULL
                 AND number < (SELECT max(number) FROM hook_secret WHERE path_id = ?1)",
            (path_id.as_str(), until.micros()),
        )?;
        Ok(change.commit()?)
    }

    /// Erases secrets that are past their end, and hooks that are gone and have none left. Returns how many secrets that were.
    pub fn erase_retired(&mut self, workspace: &Workspace, now: Timestamp) -> Result<usize, Error> {
        let change = self.change()?;
        let erased = change.execute(
            "DELETE FROM hook_secret WHERE retires_at <= ?2 AND path_id IN (SELECT path_id FROM hook WHERE workspace = ?1)",
            (workspace.as_str(), now.micros()),
        )?;
        change.execute(
            "DELETE FROM hook WHERE workspace = ?1 AND standing = 'gone' AND path_id NOT IN (SELECT path_id FROM hook_secret)",
            [workspace.as_str()],
        )?;
        change.commit()?;
        if erased > 0 {
            self.sweep()?;
        }
        Ok(erased)
    }
}

fn place<'p>(workspace: &'p Workspace, path_id: &'p PathId) -> Place<'p> {
    Place { workspace: workspace.as_str(), field: HOOK_SECRET, item: path_id.as_str() }
}

fn read(row: &Row<'_>) -> Result<HookRecord, Error> {
    let hook_id: Option<String> = row.get(2)?;
    let events: String = row.get(3)?;
    let standing: String = row.get(4)?;
    Ok(HookRecord {
        path_id: PathId::parse(&row.get::<_, String>(0)?).ok_or_else(|| Error::damaged("the address of a hook"))?,
        uri: row.get(1)?,
        hook_id: hook_id.map(|id| HookId::parse(&id).ok_or_else(|| Error::damaged("the id of a hook"))).transpose()?,
        events: events.lines().map(str::to_owned).collect(),
        standing: Standing::WORDS
            .iter()
            .find(|(_, word)| *word == standing)
            .map(|(standing, _)| *standing)
            .ok_or_else(|| Error::damaged("the standing of a hook"))?,
        created_at: Timestamp::from_micros(row.get(5)?),
        changed_at: Timestamp::from_micros(row.get(6)?),
    })
}
