//! The data folder: its files, who may read them, and the lock that keeps two processes apart.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::Error;

/// The database.
pub const DATABASE_FILE: &str = "clarion.db";
/// The master key, where none is given from outside.
pub const KEY_FILE: &str = "master.key";
/// Locked as long as a process may change something.
pub const LOCK_FILE: &str = "clarion.lock";

/// Makes the folder (0700), or makes sure that it is for its owner alone.
pub(super) fn prepare(folder: &Path) -> Result<(), Error> {
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => Err(Error::Folder { path: folder.to_owned(), why: "it is not a folder".to_owned() }),
        Ok(_) => close_to_others(folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder).map_err(|error| Error::folder(folder, &error)),
        Err(error) => Err(Error::folder(folder, &error)),
    }
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Takes the rights of others away from a folder of ours. One that holds other things is not ours to close.
#[cfg(unix)]
fn close_to_others(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let fault = |error: io::Error| Error::folder(folder, &error);
    let mode = fs::metadata(folder).map_err(fault)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let is_empty = fs::read_dir(folder).map_err(fault)?.next().is_none();
    if !is_empty && !folder.join(DATABASE_FILE).exists() {
        return Err(Error::OpenToOthers(folder.to_owned()));
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(fault)
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> Result<(), Error> {
    Ok(())
}

/// Says whether a file is there.
pub(super) fn is_there(path: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::folder(path, &error)),
    }
}

/// Opens a file of the folder, made where it is missing, for the owner alone.
pub(super) fn private(path: &Path, options: &mut OpenOptions) -> Result<File, Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(|error| Error::folder(path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let fault = |error: io::Error| Error::folder(path, &error);
        if file.metadata().map_err(fault)?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(fault)?;
        }
    }
    Ok(file)
}

/// Returns the database file, made where it is missing before SQLite would make it with the rights of any file.
pub(super) fn database(folder: &Path) -> Result<PathBuf, Error> {
    let folder = folder.canonicalize().map_err(|error| Error::folder(folder, &error))?;
    let path = folder.join(DATABASE_FILE);
    private(&path, OpenOptions::new().read(true).write(true).create(true).truncate(false))?;
    Ok(path)
}

/// Returns the folder's file of that name without making anything.
pub(super) fn existing(folder: &Path, file: &str) -> Result<Option<PathBuf>, Error> {
    match folder.canonicalize() {
        Ok(folder) => {
            let path = folder.join(file);
            Ok(is_there(&path)?.then_some(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::folder(folder, &error)),
    }
}

/// Keeps other processes from changing anything in the folder until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    /// The system's lock belongs to the open file.
    _file: File,
}

impl Lock {
    /// Takes the lock, which is there at once or not at all.
    pub(super) fn take(folder: &Path) -> Result<Lock, Error> {
        let path = folder.join(LOCK_FILE);
        let file = private(&path, OpenOptions::new().read(true).write(true).create(true).truncate(false))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(Error::folder(&path, &error)),
        }
    }
}
