//! A set of fingerprints: a table in one piece, where what a look-up reads is what an insertion writes.
//!
//! One such set stands in the way of every event. With many events it lies in no cache, and what an event waits for is memory: the usual
//! tables keep what they compare apart from what they hold, so that an insertion reaches for two places, and for the second one only when
//! it writes. Here it is one, and [`Prints::contains`] fetches it.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

/// Stands for a free place. The fingerprint of this value is kept apart.
const FREE: u128 = 0;

/// Places of the smallest table that holds anything.
const PLACES_MIN: usize = 64;

/// Fingerprints. Half of the places stay free, so that what is looked for stands where it should or a few places behind. The order is
/// seeded at random, as fingerprints come from outside.
#[derive(Debug, Default)]
pub(super) struct Prints {
    /// As many as a power of two, or none.
    places: Vec<u128>,
    count: usize,
    has_free: bool,
    seed: RandomState,
}

impl Prints {
    /// Says whether a fingerprint is there.
    pub(super) fn contains(&self, print: u128) -> bool {
        if print == FREE { self.has_free } else { self.find(print).is_ok() }
    }

    /// Puts a fingerprint in; says whether it is new.
    pub(super) fn insert(&mut self, print: u128) -> bool {
        if print == FREE {
            return !std::mem::replace(&mut self.has_free, true);
        }
        if (self.count + 1) * 2 > self.places.len() {
            self.grow();
        }
        let Err(free) = self.find(print) else { return false };
        if let Some(place) = self.places.get_mut(free) {
            *place = print;
            self.count += 1;
        }
        true
    }

    /// Takes a fingerprint out; says whether it was there.
    pub(super) fn remove(&mut self, print: u128) -> bool {
        if print == FREE {
            return std::mem::take(&mut self.has_free);
        }
        let Ok(mut hole) = self.find(print) else { return false };
        self.count -= 1;
        // Those behind it move up as long as they stand further back than they should: nothing may be free between both places.
        let mask = self.mask();
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let next = self.at(at);
            if next == FREE {
                break;
            }
            let home = self.home(next);
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.put(hole, next);
                hole = at;
            }
        }
        self.put(hole, FREE);
        true
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.count + usize::from(self.has_free)
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<u128>()
    }

    /// Returns where a fingerprint stands, or else where it would.
    fn find(&self, print: u128) -> Result<usize, usize> {
        let mask = self.mask();
        let mut at = self.home(print);
        loop {
            match self.at(at) {
                FREE => return Err(at),
                known if known == print => return Ok(at),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Returns where a fingerprint should stand.
    fn home(&self, print: u128) -> usize {
        // The lower bits are as good as the upper ones.
        usize::try_from(self.seed.hash_one(print) & self.mask() as u64).unwrap_or(0)
    }

    fn mask(&self) -> usize {
        self.places.len().saturating_sub(1)
    }

    fn at(&self, place: usize) -> u128 {
        self.places.get(place).copied().unwrap_or(FREE)
    }

    fn put(&mut self, place: usize, print: u128) {
        if let Some(place) = self.places.get_mut(place) {
            *place = print;
        }
    }

    fn grow(&mut self) {
        let more = (self.places.len() * 2).max(PLACES_MIN);
        let before = std::mem::replace(&mut self.places, vec![FREE; more]);
        for print in before.into_iter().filter(|print| *print != FREE) {
            if let Err(free) = self.find(print) {
                self.put(free, print);
            }
        }
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
