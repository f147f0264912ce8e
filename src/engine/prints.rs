//! A set of fingerprints.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::table::{Item, Table};

/// Fingerprints. The order is seeded at random, as they come from outside.
#[derive(Debug, Default)]
pub(super) struct Prints {
    table: Table<u128>,
    /// Whether the fingerprint is there that stands for a free place in the table.
    has_free: bool,
    seed: RandomState,
}

impl Prints {
    /// Brings near what is read when a fingerprint is looked for.
    pub(super) fn bring(&self, print: u128) {
        self.table.bring(self.seed.hash_one(print));
    }

    /// Says whether a fingerprint is there.
    pub(super) fn contains(&self, print: u128) -> bool {
        if print.is_free() { self.has_free } else { self.table.find(self.seed.hash_one(print), |known| *known == print).is_some() }
    }

    /// Puts a fingerprint in; says whether it is new.
    pub(super) fn insert(&mut self, print: u128) -> bool {
        if print.is_free() {
            return !std::mem::replace(&mut self.has_free, true);
        }
        let Prints { table, seed, .. } = self;
        table.insert(seed.hash_one(print), print, |known| *known == print, |known| seed.hash_one(known))
    }

    /// Takes a fingerprint out; says whether it was there.
    pub(super) fn remove(&mut self, print: u128) -> bool {
        if print.is_free() {
            return std::mem::take(&mut self.has_free);
        }
        let Prints { table, seed, .. } = self;
        table.remove(seed.hash_one(print), |known| *known == print, |known| seed.hash_one(known))
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.table.len() + usize::from(self.has_free)
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.table.bytes()
    }
}

impl Extend<u128> for Prints {
    fn extend<I: IntoIterator<Item = u128>>(&mut self, prints: I) {
        prints.into_iter().for_each(|print| {
            self.insert(print);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few fingerprints in a small table: most stand behind where they should, some of them behind its end.
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((any::<bool>(), 0u128..60), 0..400)) {
            let (mut prints, mut set) = (Prints::default(), HashSet::new());
            for (puts, print) in steps {
                if puts {
                    prop_assert_eq!(prints.insert(print), set.insert(print));
                } else {
                    prop_assert_eq!(prints.remove(print), set.remove(&print));
                }
                prop_assert_eq!(prints.len(), set.len());
                prop_assert!((0..60).all(|print| prints.contains(print) == set.contains(&print)));
            }
        }
    }

    #[test]
    fn it_grows_and_stays_as_large_as_it_was() {
        let mut prints = Prints::default();
        prints.extend(0..10_000);
        assert!((0..10_000).all(|print| prints.contains(print) && !prints.insert(print)));
        let bytes = prints.bytes();
        for print in 10_000..100_000 {
            assert!(prints.insert(print) && prints.remove(print - 10_000));
        }
        assert_eq!((prints.len(), prints.bytes()), (10_000, bytes));
        assert!((0..90_000).all(|print| !prints.contains(print)) && (90_000..100_000).all(|print| prints.contains(print)));
    }
}
