//! Which events of an org have come before, for those that matter here.
//!
//! In two generations: when the younger one is full the older one is forgotten, so that memory stays bounded.

use std::collections::HashSet;

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
    /// Notes an event by the fingerprint of its uuid; says whether it is the first.
    pub(super) fn is_new(&mut self, print: u128) -> bool {
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
