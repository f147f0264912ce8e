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

/// Things by time.
#[derive(Debug)]
pub(super) struct Wheel<T>(BTreeMap<i64, Vec<T>>);

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Wheel(BTreeMap::new())
    }
}

fn slot(at: Timestamp) -> i64 {
    at.micros() >> SLOT_BITS
}

impl<T> Wheel<T> {
    /// Notes that something should be looked at from a time on.
    pub(super) fn push(&mut self, at: Timestamp, item: T) {
        self.0.entry(slot(at)).or_default().push(item);
    }

    /// Takes the things out whose time lies before a time, those of the earliest slot.
    pub(super) fn pop(&mut self, before: Timestamp) -> Option<Vec<T>> {
        let first = self.0.first_entry().filter(|first| *first.key() < slot(before))?;
        Some(first.remove())
    }

    /// Takes the things of the earliest slot out whenever they are due, with the time before which nothing is left.
    pub(super) fn pop_first(&mut self) -> Option<(Timestamp, Vec<T>)> {
        let (slot, items) = self.0.pop_first()?;
        Some((Timestamp::from_micros(slot.saturating_add(1).saturating_mul(1 << SLOT_BITS)), items))
    }

    /// Returns what stands together with a time.
    pub(super) fn around(&self, at: Timestamp) -> &[T] {
        self.0.get(&slot(at)).map_or(&[], Vec::as_slice)
    }

    /// Returns everything, what comes first in front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
