//! Values that differ, as bytes: a few of them are compared one by one, more are hashed.

use std::collections::HashSet;

use foldhash::quality::RandomState;
use smallvec::SmallVec;

use super::cells::Key;

/// Values that have been met.
#[derive(Default)]
pub(super) struct Different {
    few: SmallVec<[Key; 8]>,
    many: HashSet<Key, RandomState>,
}

impl Different {
    /// Notes a value; says whether it is the first of its kind.
    pub(super) fn is_new(&mut self, value: &[u8]) -> bool {
        if self.few.iter().any(|known| **known == *value) || self.many.contains(value) {
            return false;
        }
        if self.few.len() < self.few.inline_size() {
            self.few.push(Key::from_slice(value));
        } else {
            self.many.insert(Key::from_slice(value));
        }
        true
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }
}
