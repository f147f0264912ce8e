//! The journal: which work on a connection was begun, step by step, and how it ended.
//!
//! An operation without an end was cut off: its process died, or is still at it.

use rusqlite::{OptionalExtension, Row};

use super::{Error, Store, Workspace};
use crate::event::Timestamp;

/// How many operations of a workspace are kept.
const KEPT: i64 = 200;

/// What is done to a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperationKind {
    /// Connect for the first time.
    Connect,
    /// Connect again with new credentials.
    Reconnect,
    /// Make a new hook instead of the old one.
    RecreateHook,
    /// Change the client secret.
    RotateClientSecret,
    /// Change the secret that deliveries carry.
    RotateHookSecret,
    /// Take the hook away and erase the secrets.
    Disconnect,
    /// Bring to an end what was cut off.
    Settle,
}

/// How an operation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As it should.
    Done,
    /// It could not be done; what was saved on the way stays.
    Failed,
    /// Its process died, and another one brought it to an end.
    CutOff,
}

/// How far a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepState {
    /// It is about to be done, or is being done.
    Begun,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
}

/// An entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Its number.
    pub id: i64,
    /// What is done.
    pub kind: OperationKind,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it runs, and when it was cut off.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What else there is to say; never a secret.
    pub detail: Option<String>,
    /// Its steps in their order.
    pub steps: Vec<Step>,
}

/// A step of an operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: StepState,
    /// Since when.
    pub at: Timestamp,
    /// What else there is to say; never a secret.
    pub detail: Option<String>,
}

impl OperationKind {
    const WORDS: [(OperationKind, &'static str); 7] = [
        (OperationKind::Connect, "connect"),
        (OperationKind::Reconnect, "reconnect"),
        (OperationKind::RecreateHook, "recreate-hook"),
        (OperationKind::RotateClientSecret, "rotate-client-secret"),
        (OperationKind::RotateHookSecret, "rotate-hook-secret"),
        (OperationKind::Disconnect, "disconnect"),
        (OperationKind::Settle, "settle"),
    ];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        word(&Self::WORDS, self)
    }
}

impl Outcome {
    const WORDS: [(Outcome, &'static str); 3] = [(Outcome::Done, "done"), (Outcome::Failed, "failed"), (Outcome::CutOff, "cut off")];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        word(&Self::WORDS, self)
    }
}

impl StepState {
    const WORDS: [(StepState, &'static str); 3] = [(StepState::Begun, "begun"), (StepState::Done, "done"), (StepState::Failed, "failed")];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        word(&Self::WORDS, self)
    }
}

fn word<T: PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

fn value<T: Copy>(words: &[(T, &'static str)], word: &str, what: &str) -> Result<T, Error> {
    words.iter().find(|(_, known)| *known == word).map(|(value, _)| *value).ok_or_else(|| Error::damaged(what))
}

impl Store {
    /// Writes down that work begins, and returns its number. As nobody else can be at work, what has no end yet was cut off; only settling
    /// leaves it open until it is settled.
    pub fn begin(&mut self, workspace: &Workspace, kind: OperationKind, at: Timestamp) -> Result<i64, Error> {
        if kind != OperationKind::Settle {
            self.end_cut_off(workspace, at)?;
        }
        let change = self.change()?;
        change.execute("INSERT INTO operation (workspace, kind, started_at) VALUES (?1, ?2, ?3)", (workspace.as_str(), kind.word(), at.micros()))?;
        let id = change.last_insert_rowid();
        change.execute("DELETE FROM operation WHERE workspace = ?1 AND id <= ?2 - ?3", (workspace.as_str(), id, KEPT))?;
        change.commit()?;
        Ok(id)
    }

    /// Writes down that everything without an end was cut off.
    pub fn end_cut_off(&mut self, workspace: &Workspace, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute(
            "UPDATE operation SET ended_at = ?2, outcome = ?3 WHERE workspace = ?1 AND ended_at IS NULL",
            (workspace.as_str(), at.micros(), Outcome::CutOff.word()),
        )?;
        Ok(change.commit()?)
    }

    /// Writes down how far a step is. A step is named once; naming it again changes its state.
    pub fn note_step(&mut self, operation: i64, name: &str, state: StepState, detail: Option<&str>, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        let values = (operation, name, state.word(), at.micros(), detail);
        let changed = change.execute("UPDATE step SET state = ?3, at = ?4, detail = coalesce(?5, detail) WHERE operation = ?1 AND name = ?2", values)?;
        if changed == 0 {
            change.execute(
                "INSERT INTO step (operation, number, name, state, at, detail)
                 VALUES (?1, (SELECT count(*) FROM step WHERE operation = ?1), ?2, ?3, ?4, ?5)",
                values,
            )?;
        }
        Ok(change.commit()?)
    }

    /// Writes down that work has ended.
    pub fn end(&mut self, operation: i64, outcome: Outcome, detail: Option<&str>, at: Timestamp) -> Result<(), Error> {
        let change = self.change()?;
        change.execute(
            "UPDATE operation SET ended_at = ?2, outcome = ?3, detail = ?4 WHERE id = ?1 AND ended_at IS NULL",
            (operation, at.micros(), outcome.word(), detail),
        )?;
        Ok(change.commit()?)
    }

    /// Returns the last operation of a workspace.
    pub fn last_operation(&self, workspace: &Workspace) -> Result<Option<Operation>, Error> {
        self.operation("workspace = ?1", workspace)
    }

    /// Returns the last operation of a workspace that has no end.
    pub fn open_operation(&self, workspace: &Workspace) -> Result<Option<Operation>, Error> {
        self.operation("workspace = ?1 AND ended_at IS NULL", workspace)
    }

    fn operation(&self, condition: &str, workspace: &Workspace) -> Result<Option<Operation>, Error> {
        let sql = format!("SELECT id, kind, started_at, ended_at, outcome, detail FROM operation WHERE {condition} ORDER BY id DESC LIMIT 1");
        let Some(found) = self.db.query_row(&sql, [workspace.as_str()], |row| Ok(read(row))).optional()? else { return Ok(None) };
        let mut operation = found?;
        let mut statement = self.db.prepare("SELECT name, state, at, detail FROM step WHERE operation = ?1 ORDER BY number")?;
        let steps = statement.query_map([operation.id], |row| Ok(read_step(row)))?;
        operation.steps = steps.map(|step| step?).collect::<Result<_, Error>>()?;
        Ok(Some(operation))
    }
}

fn read(row: &Row<'_>) -> Result<Operation, Error> {
    let outcome: Option<String> = row.get(4)?;
    Ok(Operation {
        id: row.get(0)?,
        kind: value(&OperationKind::WORDS, &row.get::<_, String>(1)?, "the kind of an operation")?,
        started_at: Timestamp::from_micros(row.get(2)?),
        ended_at: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_micros),
        outcome: outcome.map(|word| value(&Outcome::WORDS, &word, "the outcome of an operation")).transpose()?,
        detail: row.get(5)?,
        steps: Vec::new(),
    })
}

fn read_step(row: &Row<'_>) -> Result<Step, Error> {
    Ok(Step {
        name: row.get(0)?,
        state: value(&StepState::WORDS, &row.get::<_, String>(1)?, "the state of a step")?,
        at: Timestamp::from_micros(row.get(2)?),
        detail: row.get(3)?,
    })
}
