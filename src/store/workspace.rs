//! Names that stand in keys of everything that is saved: the workspace, and the unguessable part of a hook's address.

use std::fmt;

use rand::TryRngCore;
use rand::rngs::OsRng;

use super::Error;

/// Longest name of a workspace.
const NAME_BYTES_MAX: usize = 40;

/// How many random bytes are in a path id.
const PATH_ID_BYTES: usize = 16;

/// The name of a workspace: small letters and digits, with hyphens between.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Workspace(String);

impl Workspace {
    /// Reads a name of 1 to 40 small letters, digits and hyphens; a hyphen stands neither first nor last.
    pub fn parse(text: &str) -> Option<Workspace> {
        let fine = (1..=NAME_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        fine.then(|| Workspace(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The last part of the address that Okta delivers to: 128 random bits in hexadecimal. Nobody finds it by trying.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PathId(String);

impl PathId {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn random() -> Result<PathId, Error> {
        let mut bytes = [0; PATH_ID_BYTES];
        OsRng.try_fill_bytes(&mut bytes).map_err(|_| Error::NoRandomness)?;
        Ok(PathId(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Reads one: 32 hexadecimal digits in small letters.
    pub fn parse(text: &str) -> Option<PathId> {
        let fine = text.len() == PATH_ID_BYTES * 2 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fine.then(|| PathId(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PathId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
