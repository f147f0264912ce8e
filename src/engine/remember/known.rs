//! Which events of an org have come before, for those that matter here.
//!
//! In two generations: when the younger one is full the older one is forgotten, so that memory stays bounded.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

/// Fingerprints in one generation.
pub(super) const KNOWN_MAX: usize = 1_000_000;

type Generation = HashSet<u128, foldhash::quality::RandomState>;

/// The events that have come.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) young: Generation,
    pub(super) old: Generation,
}

impl Known {
    /// Notes an event; says whether it is the first of its uuid.
    pub(super) fn is_new(&mut self, uuid: &str) -> bool {
        let print = fingerprint(uuid);
        if self.old.contains(&print) || !self.young.insert(print) {
            return false;
        }
        if self.young.len() >= KNOWN_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        true
    }

    /// Returns about how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        (self.young.capacity() + self.old.capacity()) * 18
    }
}

/// Returns 128 bits that no two uuids share.
fn fingerprint(uuid: &str) -> u128 {
    plain(uuid).unwrap_or_else(|| {
        let digest = Sha256::digest(uuid.as_bytes());
        digest.first_chunk::<16>().map_or(0, |bytes| u128::from_le_bytes(*bytes))
    })
}

/// Reads the usual form of 32 digits in five groups.
fn plain(uuid: &str) -> Option<u128> {
    let bytes = uuid.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut print = 0u128;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        print = (print << 4) | u128::from(digit);
    }
    Some(print)
}
