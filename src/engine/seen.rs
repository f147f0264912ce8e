//! Which events have come before.
//!
//! Keeps a fingerprint of (org, uuid) for each event, in two generations: when the younger one is full the older one is forgotten, so
//! that memory stays bounded and the most recent events are always known. An event without uuid is always new.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Fingerprints in one generation: about 100 MiB for both when full.
pub const SEEN_MAX: usize = 2_000_000;

/// The fingerprints of events that have come.
#[derive(Debug)]
pub struct Seen {
    young: HashSet<u128, foldhash::fast::RandomState>,
    old: HashSet<u128, foldhash::fast::RandomState>,
    // Two hashes seeded at random make a fingerprint that nobody outside can aim at.
    hashers: (RandomState, RandomState),
}

impl Seen {
    /// Makes one that has seen nothing.
    pub fn new() -> Self {
        Seen { young: HashSet::default(), old: HashSet::default(), hashers: (RandomState::new(), RandomState::new()) }
    }

    /// Says whether an event has come, by its org and the fingerprint of its uuid.
    pub fn contains(&self, org: Option<&str>, print: Option<u128>) -> bool {
        let Some(fingerprint) = print.map(|print| self.fingerprint(org, print)) else { return false };
        self.old.contains(&fingerprint) || self.young.contains(&fingerprint)
    }

    fn fingerprint(&self, org: Option<&str>, print: u128) -> u128 {
        let identity = (org, print);
        (u128::from(self.hashers.0.hash_one(identity)) << 64) | u128::from(self.hashers.1.hash_one(identity))
    }

    /// Notes an event by its org and the fingerprint of its uuid; says whether it is the first of that uuid.
    pub fn is_new(&mut self, org: Option<&str>, print: Option<u128>) -> bool {
        let Some(print) = print else { return true };
        let fingerprint = self.fingerprint(org, print);
        if self.old.contains(&fingerprint) || !self.young.insert(fingerprint) {
            return false;
        }
        if self.young.len() >= SEEN_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        true
    }
}

impl Default for Seen {
    fn default() -> Self {
        Seen::new()
    }
}
