//! A hash table in one piece: what a look-up reads is what an insertion writes, and it can be brought near before.
//!
//! Such tables stand in the way of every event. With many events or keys they lie in no cache, and what an event waits for is memory: the
//! usual tables keep what they compare apart from what they hold, so that each look-up reaches for two places, one after the other. Here
//! it is one, and where it is follows from the hash alone.

use super::near::bring;

/// Something that a table holds. It is small, and one value of it stands for a free place.
pub(super) trait Item: Copy {
    /// Returns what stands for a free place.
    fn free() -> Self;

    /// Says whether it is that.
    fn is_free(&self) -> bool;
}

impl Item for u128 {
    fn free() -> Self {
        0
    }

    fn is_free(&self) -> bool {
        *self == 0
    }
}

/// Places of the smallest table that holds anything.
const PLACES_MIN: usize = 64;

/// Items by hashes that whoever uses it works out, always the same of one item. Half of the places stay free, so that what is looked for
/// stands where it should or a few places behind.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// As many as a power of two, or none.
    places: Vec<T>,
    count: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { places: Vec::new(), count: 0 }
    }
}

impl<T: Item> Table<T> {
    /// Brings near what is read of an item of a hash first.
    pub(super) fn bring(&self, hash: u64) {
        if let Some(place) = self.places.get(self.home(hash)) {
            bring(place);
        }
    }

    /// Returns the item of a hash for which something holds.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<T> {
        self.place(hash, is_it).ok().map(|place| self.at(place))
    }

    /// Puts an item in, if there is none for which something holds; says whether it did.
    pub(super) fn insert(&mut self, hash: u64, item: T, is_it: impl Fn(&T) -> bool, hash_of: impl Fn(&T) -> u64) -> bool {
        if (self.count + 1) * 2 > self.places.len() {
            self.grow(hash_of);
        }
        let Err(free) = self.place(hash, is_it) else { return false };
        self.put(free, item);
        self.count += 1;
        true
    }

    /// Takes the item out for which something holds; says whether it was there.
    pub(super) fn remove(&mut self, hash: u64, is_it: impl Fn(&T) -> bool, hash_of: impl Fn(&T) -> u64) -> bool {
        let Ok(mut hole) = self.place(hash, is_it) else { return false };
        self.count -= 1;
        // Those behind it move up as long as they stand further back than they should: nothing may be free between both places.
        let mask = self.mask();
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let next = self.at(at);
            if next.is_free() {
                break;
            }
            let home = self.home(hash_of(&next));
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.put(hole, next);
                hole = at;
            }
        }
        self.put(hole, T::free());
        true
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<T>()
    }

    /// Returns where the item of a hash stands for which something holds, or else where one of that hash would.
    fn place(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Result<usize, usize> {
        let mask = self.mask();
        let mut at = self.home(hash);
        loop {
            match self.at(at) {
                known if known.is_free() => return Err(at),
                known if is_it(&known) => return Ok(at),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Returns where an item of a hash should stand.
    fn home(&self, hash: u64) -> usize {
        // The lower bits are as good as the upper ones.
        usize::try_from(hash & self.mask() as u64).unwrap_or(0)
    }

    fn mask(&self) -> usize {
        self.places.len().saturating_sub(1)
    }

    fn at(&self, place: usize) -> T {
        self.places.get(place).copied().unwrap_or_else(T::free)
    }

    fn put(&mut self, place: usize, item: T) {
        if let Some(place) = self.places.get_mut(place) {
            *place = item;
        }
    }

    fn grow(&mut self, hash_of: impl Fn(&T) -> u64) {
        let more = (self.places.len() * 2).max(PLACES_MIN);
        let before = std::mem::replace(&mut self.places, vec![T::free(); more]);
        for item in before.into_iter().filter(|item| !item.is_free()) {
            if let Err(free) = self.place(hash_of(&item), |_| false) {
                self.put(free, item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Many items share each hash, and the hashes lie at both ends of the table.
        #[test]
        fn it_holds_what_was_put_in_and_not_taken_out(steps in prop::collection::vec((any::<bool>(), 1u128..80), 0..300)) {
            let hash_of = |item: &u128| u64::try_from(item % 5).unwrap_or(0).wrapping_sub(2);
            let (mut table, mut set) = (Table::default(), BTreeSet::new());
            for (puts, item) in steps {
                let is_it = |known: &u128| *known == item;
                if puts {
                    prop_assert_eq!(table.insert(hash_of(&item), item, is_it, hash_of), set.insert(item));
                } else {
                    prop_assert_eq!(table.remove(hash_of(&item), is_it, hash_of), set.remove(&item));
                }
                prop_assert_eq!(table.len(), set.len());
                prop_assert!((1..80).all(|item| table.find(hash_of(&item), |known| *known == item) == set.get(&item).copied()));
            }
        }
    }

    #[test]
    fn an_empty_table_holds_nothing() {
        let table: Table<u128> = Table::default();
        table.bring(7);
        assert_eq!((table.find(7, |_| true), table.len(), table.bytes()), (None, 0, 0));
    }
}
