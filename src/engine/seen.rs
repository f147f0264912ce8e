//! Which events have come before.
//!
//! Keeps a fingerprint of (org, event) for each event, in two generations: when the younger one is full the older one is forgotten, so
//! that memory stays bounded and the most recent events are always known.

use std::hash::{BuildHasher, RandomState};

use super::prints::Prints;

/// Fingerprints in one generation: 128 MiB for both when full.
pub const SEEN_MAX: usize = 2_000_000;

/// The fingerprints of events that have come.
#[derive(Debug)]
pub struct Seen {
    young: Prints,
    old: Prints,
    // Two hashes seeded at random make a mark of the org that nobody outside can aim at.
    hashers: (RandomState, RandomState),
    /// The org of the event before, nearly always that of the next one, and its mark.
    org: Option<(Box<str>, u128)>,
}

impl Seen {
    /// Makes one that has seen nothing.
    pub fn new() -> Self {
        Seen { young: Prints::default(), old: Prints::default(), hashers: (RandomState::new(), RandomState::new()), org: None }
    }

    /// Says whether an event has come, by its org and its fingerprint.
    pub fn contains(&mut self, org: Option<&str>, print: u128) -> bool {
        let fingerprint = print ^ self.mark(org);
        self.old.contains(fingerprint) || self.young.contains(fingerprint)
    }

    /// Returns what sets the events of an org apart from those of the others: the prints of two orgs differ by bits that nobody knows.
    fn mark(&mut self, org: Option<&str>) -> u128 {
        self.known_mark(org).unwrap_or_else(|| {
            let org = org.unwrap_or_default();
            let mark = (u128::from(self.hashers.0.hash_one(org)) << 64) | u128::from(self.hashers.1.hash_one(org));
            self.org = Some((org.into(), mark));
            mark
        })
    }

    /// Returns the same where nothing has to be worked out for it.
    fn known_mark(&self, org: Option<&str>) -> Option<u128> {
        let Some(org) = org else { return Some(0) };
        self.org.as_ref().filter(|(known, _)| **known == *org).map(|(_, mark)| *mark)
    }

    /// Fetches what noting an event will look at; of an event of the same org as the one before.
    pub(super) fn fetch(&self, org: Option<&str>, print: u128) {
        if let Some(mark) = self.known_mark(org) {
            self.old.bring(print ^ mark);
            self.young.bring(print ^ mark);
        }
    }

    /// Notes an event by its org and its fingerprint; says whether it is the first.
    pub fn is_new(&mut self, org: Option<&str>, print: u128) -> bool {
        let fingerprint = print ^ self.mark(org);
        if self.old.contains(fingerprint) || !self.young.insert(fingerprint) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_uuid_is_another_event_in_another_org() {
        let mut seen = Seen::new();
        let orgs = [None, Some("a.okta.com"), Some("b.okta.com"), Some("")];
        for org in orgs {
            assert!(!seen.contains(org, 7) && seen.is_new(org, 7), "{org:?}");
        }
        // Whichever org came last.
        for org in orgs.iter().rev().chain(&orgs) {
            assert!(seen.contains(*org, 7) && !seen.is_new(*org, 7), "{org:?}");
            assert!(!seen.contains(*org, 8), "{org:?}");
        }
    }
}
