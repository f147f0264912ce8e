//! Why saved state cannot be had or changed. No message holds a secret or any part of one.

use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::key::KeyFault;

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The data folder, or a file in it, cannot be made or read.
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The data folder is open to other users of the machine and holds other things, so that it is not ours to close.
    OpenToOthers(PathBuf),
    /// Another process has the data folder open for changes.
    InUse(PathBuf),
    /// The store was opened to be looked at only.
    LookOnly,
    /// The file is no database of this program.
    NotOurs,
    /// The database was written by a newer version.
    Newer {
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database holds something that this program never writes; says what.
    Damaged(String),
    /// Another process is writing and does not come to an end.
    Busy,
    /// There is no room left on the disk, or it cannot be written.
    DiskFull,
    /// The database fails otherwise; holds what SQLite says.
    Database(String),
    /// There is no usable master key.
    Key(KeyFault),
    /// The master key is another one than the one that sealed what is saved.
    WrongKey,
    /// A sealed secret does not open.
    Sealed {
        /// Which field it is in.
        field: &'static str,
        /// Why.
        why: SealFault,
    },
    /// The system has no randomness to give.
    NoRandomness,
    /// There is no such connection or hook.
    Missing(&'static str),
}

/// Why a sealed secret does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SealFault {
    /// It was sealed with another master key.
    OtherKey,
    /// It was sealed for another workspace or field: somebody moved it.
    Moved,
    /// Some of it was changed or is missing.
    Damaged,
    /// It has a form that this version does not know.
    UnknownForm,
}

impl Error {
    pub(super) fn damaged(what: &str) -> Error {
        Error::Damaged(what.to_owned())
    }

    pub(super) fn folder(path: impl Into<PathBuf>, error: &std::io::Error) -> Error {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::NotADirectory => "a part of the path is no folder".to_owned(),
            std::io::ErrorKind::StorageFull => return Error::DiskFull,
            _ => error.to_string(),
        };
        Error::Folder { path: path.into(), why }
    }

    /// Returns what to do next, where more can be said than the message does.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::OpenToOthers(path) => Some(format!("`chmod 700 {}`, or name another folder with `--data`", path.display())),
            Error::InUse(_) => Some("wait until it is done; two at once could each make an event hook".to_owned()),
            Error::NotOurs => Some("name another folder with `--data`".to_owned()),
            Error::Newer { .. } => Some("use the newer version of clarion, or another data folder; an older one would lose what it does not know".to_owned()),
            Error::Damaged(_) => Some("restore the folder from a backup, or connect anew with another data folder".to_owned()),
            Error::Key(fault) => Some(fault.help().to_owned()),
            Error::WrongKey | Error::Sealed { why: SealFault::OtherKey, .. } => Some(
                "give the key that was used before, by CLARION_MASTER_KEY or CLARION_MASTER_KEY_FILE; without it connect again with the client secret"
                    .to_owned(),
            ),
            Error::Sealed { .. } => Some("the secret has to be given again: `clarion okta reconnect`".to_owned()),
            Error::Folder { .. } | Error::LookOnly | Error::Busy | Error::DiskFull | Error::Database(_) | Error::NoRandomness | Error::Missing(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Folder { path, why } => write!(f, "the data folder cannot be used: `{}`: {why}", path.display()),
            Error::OpenToOthers(path) => write!(f, "the data folder `{}` is open to other users of this machine", path.display()),
            Error::InUse(path) => write!(f, "another clarion process is at work in the data folder `{}`", path.display()),
            Error::LookOnly => f.write_str("the store was opened to be looked at only"),
            Error::NotOurs => f.write_str("the database in the data folder is not one of clarion's"),
            Error::Newer { found, known } => {
                write!(f, "the database was written by a newer version of clarion: it has form {found}, this version knows up to {known}")
            }
            Error::Damaged(what) => write!(f, "the database is damaged: {what} cannot be read"),
            Error::Busy => f.write_str("the database is busy with another process"),
            Error::DiskFull => f.write_str("the disk is full or cannot be written"),
            Error::Database(why) => write!(f, "the database fails: {why}"),
            Error::Key(fault) => fault.fmt(f),
            Error::WrongKey => f.write_str("the master key is not the one that sealed what is saved"),
            Error::Sealed { field, why } => write!(f, "the saved {field} cannot be opened: {why}"),
            Error::NoRandomness => f.write_str("the system gives no randomness"),
            Error::Missing(what) => write!(f, "there is no saved {what}"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SealFault::OtherKey => "it was sealed with another master key",
            SealFault::Moved => "it was sealed for another place and moved here",
            SealFault::Damaged => "it is damaged",
            SealFault::UnknownForm => "it has a form that this version does not know",
        })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure) => Error::DiskFull,
            Some(ErrorCode::NotADatabase) => Error::NotOurs,
            Some(ErrorCode::DatabaseCorrupt) => Error::damaged("a page of it"),
            _ => match error {
                // What a column holds is not what was written there; the message would repeat it.
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::Utf8Error(..) => {
                    Error::damaged("a value")
                }
                other => Error::Database(other.to_string()),
            },
        }
    }
}
