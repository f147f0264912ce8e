//! The master key: where it comes from, and how the database knows which one it was sealed with.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use rand::TryRngCore;
use rand::rngs::OsRng;
use rusqlite::{Connection as Database, OptionalExtension};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::Error;
use super::folder::{self, KEY_FILE};
use crate::okta::Secret;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Most bytes that are read of a key file.
const FILE_BYTES_MAX: u64 = 4096;
/// The row of the database that says which key it was sealed with.
const KNOWN: &str = "master key";

/// Where the master key is.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Here: 32 bytes in hexadecimal or base64.
    Given(Secret),
    /// In this file, written the same way.
    File(PathBuf),
    /// In the data folder, made when it is first needed.
    Folder,
}

/// Why there is no usable master key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyFault {
    /// It is not 32 bytes in hexadecimal or base64.
    Form,
    /// It is so regular that nobody can have drawn it at random.
    Weak,
    /// The file cannot be read; holds it and what the system says.
    File(PathBuf, String),
    /// The file in the data folder is gone, and secrets were sealed with it.
    Gone(PathBuf),
}

/// The key that seals every saved secret. Wiped from memory when it is dropped; shows itself to nobody.
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// Tells keys apart without saying anything about them: a part of a digest.
pub(super) type KeyId = [u8; 8];

impl MasterKey {
    /// Reads 32 bytes in hexadecimal or base64; white space around them is taken off.
    ///
    /// # Errors
    /// The text is something else, or a key that nobody draws at random.
    pub fn parse(text: &Secret) -> Result<MasterKey, KeyFault> {
        let text = text.expose().trim();
        let mut decoded = hex(text);
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            decoded = decoded.or_else(|| engine.decode(text).ok());
        }
        let decoded = Zeroizing::new(decoded.ok_or(KeyFault::Form)?);
        let bytes: [u8; KEY_BYTES] = decoded.as_slice().try_into().map_err(|_| KeyFault::Form)?;
        let key = MasterKey { bytes: Zeroizing::new(bytes) };
        let mut kinds = *key.bytes;
        kinds.sort_unstable();
        let different = kinds.chunk_by(|a, b| a == b).count();
        kinds.zeroize();
        // 32 random bytes have fewer than 9 different ones about once in 10^23 times.
        if different < 9 { Err(KeyFault::Weak) } else { Ok(key) }
    }

    /// Draws a new key.
    fn random() -> Result<MasterKey, Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| Error::NoRandomness)?;
        Ok(MasterKey { bytes })
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    pub(super) fn id(&self) -> KeyId {
        let digest = Sha256::new().chain_update(b"clarion master key id\0").chain_update(self.bytes.as_slice()).finalize();
        let mut id = KeyId::default();
        id.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
        id
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([hidden])")
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    (digits.len() == KEY_BYTES * 2).then(|| digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Finds the key, and says where a new one was written. A folder in which something is sealed already gets no new key.
pub(super) fn find(source: &KeySource, folder: &Path, is_needed: bool) -> Result<(MasterKey, Option<PathBuf>), Error> {
    match source {
        KeySource::Given(text) => Ok((MasterKey::parse(text).map_err(Error::Key)?, None)),
        KeySource::File(path) => Ok((read(path)?, None)),
        KeySource::Folder => match folder::existing(folder, KEY_FILE)? {
            Some(path) => {
                folder::private(&path, OpenOptions::new().read(true))?;
                Ok((read(&path)?, None))
            }
            None if is_needed => Err(Error::Key(KeyFault::Gone(folder.join(KEY_FILE)))),
            None => make(folder),
        },
    }
}

fn read(path: &Path) -> Result<MasterKey, Error> {
    let fault = |error: std::io::Error| Error::Key(KeyFault::File(path.to_owned(), error.to_string()));
    let mut text = Zeroizing::new(String::new());
    let file = std::fs::File::open(path).map_err(fault)?;
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(fault)?;
    MasterKey::parse(&Secret::new(text.to_string())).map_err(Error::Key)
}

/// Writes a new key, on the disk in whole before anything is sealed with it.
fn make(folder: &Path) -> Result<(MasterKey, Option<PathBuf>), Error> {
    let key = MasterKey::random()?;
    let path = folder.join(KEY_FILE);
    let draft = folder.join(format!("{KEY_FILE}.new"));
    let fault = |error: std::io::Error| Error::folder(&path, &error);
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.bytes())));
    let mut file = folder::private(&draft, OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all(text.as_bytes()).map_err(fault)?;
    file.sync_all().map_err(fault)?;
    std::fs::rename(&draft, &path).map_err(fault)?;
    if let Ok(folder) = std::fs::File::open(folder) {
        folder.sync_all().map_err(fault)?;
    }
    Ok((key, Some(path)))
}

/// Returns which key the database was sealed with; none as long as nothing was.
pub(super) fn known(db: &Database) -> Result<Option<KeyId>, Error> {
    let saved: Option<Vec<u8>> = db.query_row("SELECT value FROM meta WHERE name = ?1", [KNOWN], |row| row.get(0)).optional()?;
    saved.map(|saved| saved.as_slice().try_into().map_err(|_| Error::damaged("the mark of the master key"))).transpose()
}

/// Notes which key the database is sealed with.
pub(super) fn remember(db: &Database, key: &MasterKey) -> Result<(), Error> {
    db.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (KNOWN, key.id().as_slice()))?;
    Ok(())
}

impl KeyFault {
    pub(super) fn help(&self) -> &'static str {
        match self {
            KeyFault::Form | KeyFault::Weak => "make one with `openssl rand -base64 32`",
            KeyFault::File(..) => "check CLARION_MASTER_KEY_FILE",
            KeyFault::Gone(_) => "restore the file from a backup; without it the saved secrets are lost: take another data folder and connect again",
        }
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyFault::Form => f.write_str("the master key is not 32 bytes in hexadecimal or base64"),
            KeyFault::Weak => f.write_str("the master key repeats itself: it was not drawn at random"),
            KeyFault::File(path, why) => write!(f, "the master key cannot be read from `{}`: {why}", path.display()),
            KeyFault::Gone(path) => write!(f, "the master key `{}` is gone, and secrets were sealed with it", path.display()),
        }
    }
}

impl std::error::Error for KeyFault {}
