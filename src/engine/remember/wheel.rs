//! A wheel: things by the time from which on they should be looked at, about a minute more or less.
//!
//! Nothing is taken out early: what is dropped elsewhere is passed over when its time comes.

use std::collections::BTreeMap;

use crate::event::Timestamp;

/// Times that share these upper bits of their microseconds stand together: 67 seconds.
const SLOT_BITS: u32 = 26;

/// Says whether something may be due at a time that was not at an earlier one.
pub(super) fn has_turned(from: Timestamp, to: Timestamp) -> bool {
    slot(from) != slot(to)
}

/// How many bits of a distance in time stay as they are where it is rounded: it becomes longer by less than a 128th.
const EXACT_BITS: u32 = 8;

/// Returns a time that is a little later, the less the nearer it is. Things that need not be looked at on the minute come together in
/// fewer slots so, which are near in memory whenever another one is noted.
pub(super) fn roughly(now: Timestamp, at: Timestamp) -> Timestamp {
    let distance = at.micros().saturating_sub(now.micros()).max(0);
    let bits = (i64::BITS - distance.leading_zeros()).saturating_sub(EXACT_BITS);
    Timestamp::from_micros(at.micros() | ((1 << bits) - 1))
}

/// Things by time.
#[derive(Debug)]
pub(super) struct Wheel<T> {
    /// Those of every slot but the last.
    slots: BTreeMap<i64, Vec<T>>,
    /// The last slot that there ever was, into which nearly everything goes.
    last: (i64, Vec<T>),
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Wheel { slots: BTreeMap::new(), last: (i64::MIN, Vec::new()) }
    }
}

fn slot(at: Timestamp) -> i64 {
    at.micros() >> SLOT_BITS
}

impl<T> Wheel<T> {
    /// Notes that something should be looked at from a time on.
    pub(super) fn push(&mut self, at: Timestamp, item: T) {
        let slot = slot(at);
        if slot > self.last.0 {
            let (before, items) = std::mem::replace(&mut self.last, (slot, Vec::new()));
            if !items.is_empty() {
                self.slots.insert(before, items);
            }
        }
        if slot == self.last.0 {
            self.last.1.push(item);
        } else {
            self.slots.entry(slot).or_default().push(item);
        }
    }

    /// Takes the things out whose time lies before a time, those of the earliest slot.
    pub(super) fn pop(&mut self, before: Timestamp) -> Option<Vec<T>> {
        let first = self.first().filter(|first| *first < slot(before))?;
        self.take(first)
    }

    /// Takes the things of the earliest slot out whenever they are due, with the time before which nothing is left.
    pub(super) fn pop_first(&mut self) -> Option<(Timestamp, Vec<T>)> {
        let first = self.first()?;
        Some((Timestamp::from_micros(first.saturating_add(1).saturating_mul(1 << SLOT_BITS)), self.take(first)?))
    }

    /// Returns the earliest slot that has something.
    fn first(&self) -> Option<i64> {
        let last = Some(self.last.0).filter(|_| !self.last.1.is_empty());
        self.slots.first_key_value().map(|(slot, _)| *slot).or(last)
    }

    fn take(&mut self, slot: i64) -> Option<Vec<T>> {
        if slot == self.last.0 { Some(std::mem::take(&mut self.last.1)) } else { self.slots.remove(&slot) }
    }

    /// Returns what stands together with a time.
    pub(super) fn around(&self, at: Timestamp) -> &[T] {
        let slot = slot(at);
        if slot == self.last.0 { &self.last.1 } else { self.slots.get(&slot).map_or(&[], Vec::as_slice) }
    }

    /// Returns everything, what comes first in front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.values().flatten().chain(&self.last.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_comes_early() {
        let mut wheel = Wheel::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for second in [0, 30, 300, 7_200, -7_200] {
            wheel.push(at(second), second);
        }
        wheel.push(Timestamp::from_micros(i64::MAX), 99);
        let mut popped = Vec::new();
        for now in [0, 100, 299, 400, 7_200] {
            while let Some(items) = wheel.pop(at(now)) {
                assert!(items.iter().all(|second| *second < now), "{items:?} at {now}");
                popped.extend(items);
            }
        }
        assert_eq!(popped, [-7_200, 0, 30, 300]);
        wheel.pop(Timestamp::from_micros(i64::MAX));
        assert_eq!(wheel.iter().collect::<Vec<_>>(), [&99], "what is never due stays");
    }

    proptest! {
        #[test]
        fn a_rough_time_is_a_little_later(now in any::<i64>(), distance in 0..i64::MAX) {
            let exact = now.saturating_add(distance);
            let distance = exact.saturating_sub(now);
            let rough = roughly(Timestamp::from_micros(now), Timestamp::from_micros(exact)).micros();
            prop_assert!(rough >= exact && rough - exact <= distance / 128, "{distance} {rough}");
        }

        #[test]
        fn it_gives_what_it_was_given_slot_by_slot(steps in prop::collection::vec((-9i64..9, any::<bool>()), 0..60)) {
            let at = |minute: i64| Timestamp::from_micros(minute * 60_000_000);
            let mut wheel = Wheel::default();
            let mut list: Vec<i64> = Vec::new();
            for (minute, pops) in steps {
                if pops {
                    let earliest = list.iter().map(|known| slot(at(*known))).min().filter(|first| *first < slot(at(minute)));
                    let (mut gone, left): (Vec<i64>, Vec<i64>) = list.iter().partition(|known| Some(slot(at(**known))) == earliest);
                    gone.sort_unstable();
                    let popped = wheel.pop(at(minute)).map(|mut items| { items.sort_unstable(); items });
                    prop_assert_eq!(popped, earliest.map(|_| gone));
                    list = left;
                } else {
                    wheel.push(at(minute), minute);
                    list.push(minute);
                }
                let order: Vec<i64> = wheel.iter().map(|known| slot(at(*known))).collect();
                prop_assert!(order.is_sorted() && order.len() == list.len());
                prop_assert_eq!(wheel.around(at(minute)).len(), list.iter().filter(|known| slot(at(**known)) == slot(at(minute))).count());
            }
            while let Some((until, items)) = wheel.pop_first() {
                prop_assert!(items.iter().all(|minute| at(*minute) < until) && list.iter().all(|known| at(*known) >= until || items.contains(known)));
                list.retain(|known| !items.contains(known));
            }
            prop_assert!(list.is_empty());
        }
    }
}
