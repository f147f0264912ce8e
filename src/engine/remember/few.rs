//! Lists that mostly hold one thing: the first stands in place, more of them in memory of their own.

use std::collections::VecDeque;

/// A list in some order.
#[derive(Debug, Default)]
pub(super) enum Few<T> {
    #[default]
    None,
    One(T),
    Many(VecDeque<T>),
}

/// Room that more than one thing gets at first.
const MANY_MIN: usize = 4;

impl<T> Few<T> {
    pub(super) fn len(&self) -> usize {
        match self {
            Few::None => 0,
            Few::One(_) => 1,
            Few::Many(all) => all.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns everything in order, in two pieces.
    fn slices(&self) -> (&[T], &[T]) {
        match self {
            Few::None => (&[], &[]),
            Few::One(one) => (std::slice::from_ref(one), &[]),
            Few::Many(all) => all.as_slices(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        match self {
            Few::None => None,
            Few::One(one) => (at == 0).then_some(one),
            Few::Many(all) => all.get(at),
        }
    }

    pub(super) fn front(&self) -> Option<&T> {
        self.get(0)
    }

    pub(super) fn back(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let (first, second) = self.slices();
        first.iter().chain(second)
    }

    /// Returns what stands from one place to before another.
    pub(super) fn range(&self, from: usize, to: usize) -> impl DoubleEndedIterator<Item = &T> {
        let (first, second) = self.slices();
        let part = |slice: &'_ [T], before: usize| (from.saturating_sub(before).min(slice.len()), to.saturating_sub(before).min(slice.len()));
        let (a, b) = (part(first, 0), part(second, first.len()));
        first.get(a.0..a.1).unwrap_or_default().iter().chain(second.get(b.0..b.1).unwrap_or_default())
    }

    /// Returns how many stand at the front for which something holds; it must hold for none behind the first for which it does not.
    pub(super) fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        match self {
            Few::None => 0,
            Few::One(one) => usize::from(holds(one)),
            // Nearly all that is asked for lies at the end, or begins with the first.
            Few::Many(all) if all.back().is_none_or(&holds) => all.len(),
            Few::Many(all) if !all.front().is_some_and(&holds) => 0,
            Few::Many(all) => all.partition_point(holds),
        }
    }

    pub(super) fn insert(&mut self, at: usize, item: T) {
        match self {
            Few::Many(all) if at >= all.len() => all.push_back(item),
            Few::Many(all) => all.insert(at, item),
            Few::None | Few::One(_) => {
                *self = match self.pop_front() {
                    None => Few::One(item),
                    Some(one) => {
                        let (first, second) = if at == 0 { (item, one) } else { (one, item) };
                        let mut all = VecDeque::with_capacity(MANY_MIN);
                        all.extend([first, second]);
                        Few::Many(all)
                    }
                }
            }
        }
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<T> {
        match self {
            Few::Many(all) => all.remove(at),
            _ if at < self.len() => self.pop_front(),
            _ => None,
        }
    }

    pub(super) fn pop_front(&mut self) -> Option<T> {
        if let Few::Many(all) = self {
            return all.pop_front();
        }
        match std::mem::take(self) {
            Few::One(one) => Some(one),
            _ => None,
        }
    }

    pub(super) fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.sift(keep, drop);
    }

    /// Keeps those for which something holds, in their order, and gives the others away.
    pub(super) fn sift(&mut self, mut keep: impl FnMut(&T) -> bool, mut gone: impl FnMut(T)) {
        match self {
            Few::None => {}
            Few::One(one) => {
                if !keep(one) {
                    self.pop_front().into_iter().for_each(gone);
                }
            }
            Few::Many(all) => {
                for _ in 0..all.len() {
                    let Some(item) = all.pop_front() else { break };
                    if keep(&item) {
                        all.push_back(item);
                    } else {
                        gone(item);
                    }
                }
            }
        }
        self.give_back();
    }

    /// Gives back the memory that a busy hour has taken, after it.
    pub(super) fn give_back(&mut self) {
        if let Few::Many(all) = self
            && all.len() * 4 < all.capacity()
            && all.capacity() > MANY_MIN
        {
            all.shrink_to((all.len() * 2).max(MANY_MIN));
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut few = Few::None;
        items.into_iter().for_each(|item| few.insert(few.len(), item));
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_busy_hour_has_taken_is_given_back() {
        let mut few: Few<u64> = (0..1_000).collect();
        for left in (0..1_000).rev() {
            few.pop_front();
            few.give_back();
            let Few::Many(all) = &few else { panic!("one of many") };
            assert!(all.len() == left && all.capacity() <= (left * 4).max(MANY_MIN), "{left}: {}", all.capacity());
        }
    }

    proptest! {
        #[test]
        fn it_is_a_list(steps in prop::collection::vec((0usize..4, 0usize..8, 0i32..100), 0..40)) {
            let mut few = Few::None;
            let mut list: Vec<i32> = Vec::new();
            for (step, at, item) in steps {
                match step {
                    0 | 1 => {
                        let at = if step == 0 { few.partition_point(|known| *known < item) } else { at.min(list.len()) };
                        few.insert(at, item);
                        list.insert(at, item);
                    }
                    2 => prop_assert_eq!(few.remove(at), (at < list.len()).then(|| list.remove(at))),
                    _ => {
                        few.retain(|known| known % 3 != item % 3);
                        list.retain(|known| known % 3 != item % 3);
                    }
                }
                list.sort_unstable();
                few = { let mut all: Vec<i32> = few.iter().copied().collect(); all.sort_unstable(); all.into_iter().collect() };
                prop_assert_eq!(few.iter().copied().collect::<Vec<_>>(), list.clone());
                prop_assert_eq!(few.range(at, at + 3).rev().copied().collect::<Vec<_>>(), list.iter().skip(at).take(3).rev().copied().collect::<Vec<_>>());
                prop_assert_eq!((few.front(), few.back(), few.len()), (list.first(), list.last(), list.len()));
                prop_assert_eq!(few.partition_point(|known| *known < item), list.partition_point(|known| *known < item));
            }
        }
    }
}
