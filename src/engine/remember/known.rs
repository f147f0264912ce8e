//! Which events of an org have come before, for those that matter here.
//!
//! Events that can still come in time are known by a set that is no larger than the lateness is long. Those behind the watermark are only
//! listed, in two generations of bounded size; sets of them are made when the first event comes late.

use super::fetch::FETCH_MAX;
use super::wheel::Wheel;
use crate::engine::prints::Prints;
use crate::event::Timestamp;

/// Fingerprints in one generation, and of those that can still come in time.
pub(super) const KNOWN_MAX: usize = 1_000_000;

/// The events that have come, by the fingerprints of their uuids.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Those that are not behind the watermark.
    recent: Prints,
    /// The same by when they happened.
    times: Wheel<(Timestamp, u128)>,
    /// Before it nothing is among the recent ones, because there were too many.
    pub(super) begin: Option<Timestamp>,
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    list: Vec<u128>,
    /// The first ones of the list, so many as it has.
    set: Prints,
}

impl Generation {
    fn contains(&mut self, print: u128) -> bool {
        self.set.extend(self.list.get(self.set.len()..).unwrap_or_default().iter().copied());
        self.set.contains(print)
    }

    fn knows(&self, print: u128) -> bool {
        self.set.contains(print) || self.list.get(self.set.len()..).unwrap_or_default().contains(&print)
    }

    fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<u128>() + self.set.bytes()
    }
}

impl Known {
    /// Notes an event that happened at a time; says whether it is the first of its uuid. One that is behind the watermark, or does not
    /// say when it happened, is looked for among those of long ago.
    pub(super) fn is_new(&mut self, print: u128, at: Option<Timestamp>, watermark: Timestamp) -> bool {
        match at.filter(|at| *at >= watermark && self.begin.is_none_or(|begin| *at >= begin)) {
            Some(at) => {
                let is_new = self.recent.insert(print);
                if is_new {
                    self.times.push(at, (at, print));
                    self.relieve();
                }
                is_new
            }
            None => {
                let is_new = !self.recent.contains(print) && !self.young.contains(print) && !self.old.contains(print);
                if is_new {
                    self.list(print);
                }
                is_new
            }
        }
    }

    /// Brings near what is read when an event is looked for among those that can still come in time.
    pub(super) fn bring(&self, print: u128) {
        self.recent.bring(print);
    }

    /// Says whether an event has come.
    pub(super) fn contains(&self, print: u128) -> bool {
        self.recent.contains(print) || self.young.knows(print) || self.old.knows(print)
    }

    /// Moves those that are behind the watermark to where they take less room.
    pub(super) fn settle(&mut self, watermark: Timestamp) {
        while let Some(passed) = self.times.pop(watermark) {
            for together in passed.chunks(FETCH_MAX) {
                together.iter().for_each(|(_, print)| self.recent.bring(*print));
                for (_, print) in together {
                    self.recent.remove(*print);
                    self.list(*print);
                }
            }
        }
    }

    /// In a flood those that happened first are only listed, although they can still come in time.
    fn relieve(&mut self) {
        while self.recent.len() > KNOWN_MAX {
            let Some((begin, first)) = self.times.pop_first() else { return };
            self.begin = Some(begin);
            for (_, print) in first {
                self.recent.remove(print);
                self.list(print);
            }
        }
    }

    fn list(&mut self, print: u128) {
        self.young.list.push(print);
        if self.young.list.len() >= KNOWN_MAX {
            self.old = std::mem::take(&mut self.young);
        }
    }

    /// Returns those that are not behind the watermark, and the others by generation, each in the order of fingerprints.
    pub(super) fn lists(&self) -> (Vec<(Timestamp, u128)>, [Vec<u128>; 2]) {
        let mut recent: Vec<(Timestamp, u128)> = self.times.iter().copied().collect();
        recent.sort_unstable();
        let others = [&self.young, &self.old].map(|generation| {
            let mut prints = generation.list.clone();
            prints.sort_unstable();
            prints
        });
        (recent, others)
    }

    /// Makes it again from such lists.
    pub(super) fn of_lists(recent: Vec<(Timestamp, u128)>, [young, old]: [Vec<u128>; 2]) -> Known {
        let mut known =
            Known { young: Generation { list: young, set: Prints::default() }, old: Generation { list: old, set: Prints::default() }, ..Known::default() };
        for (at, print) in recent {
            known.recent.insert(print);
            known.times.push(at, (at, print));
        }
        known
    }

    /// Returns about how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let recent = self.recent.bytes() + self.recent.len() * size_of::<(Timestamp, u128)>();
        recent + self.young.bytes() + self.old.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_micros(hours * 3_600_000_000)
    }

    #[test]
    fn a_flood_of_events_in_time_takes_bounded_memory() {
        let mut known = Known::default();
        let one_more = KNOWN_MAX as u128 + 1;
        for print in 0..one_more {
            // All within a minute, or within a few.
            let at = at(10).plus(crate::event::Span::micros(i64::try_from(print).unwrap_or(0) * 200));
            assert!(known.is_new(print, Some(at), self::at(9)));
        }
        assert!(known.recent.len() <= KNOWN_MAX);
        assert!(!known.is_new(0, Some(at(10)), at(9)), "it is still known");
        let (recent, others) = known.lists();
        let mut again = Known { begin: known.begin, ..Known::of_lists(recent, others) };
        assert!(!again.is_new(0, Some(at(10)), at(9)), "after a restart too");
        assert!(known.is_new(one_more, Some(at(10)), at(9)) && !known.is_new(one_more, Some(at(10)), at(9)));
    }

    #[test]
    fn an_event_is_new_once_whenever_it_comes_again() {
        let mut known = Known::default();
        assert!(known.is_new(1, Some(at(10)), at(9)));
        assert!(!known.is_new(1, Some(at(10)), at(9)), "in time");
        known.settle(at(20));
        assert!(known.recent.len() == 0);
        assert!(known.contains(1) && !known.contains(2));
        assert!(!known.is_new(1, Some(at(10)), at(20)), "late");
        assert!(known.is_new(2, Some(at(10)), at(20)), "late and new");
        assert!(!known.is_new(2, Some(at(10)), at(20)));
        assert!(known.is_new(3, None, at(20)) && !known.is_new(3, None, at(20)), "without a time");
        assert!(known.is_new(4, Some(at(21)), at(20)));
        assert!(!known.is_new(4, None, at(20)), "it came with a time before");
        let (recent, others) = known.lists();
        let mut again = Known::of_lists(recent, others);
        for (print, at) in [(1, at(10)), (2, at(10)), (4, at(21))] {
            assert!(!again.is_new(print, Some(at), self::at(20)), "{print}");
        }
        assert!(again.is_new(5, Some(at(22)), at(20)));
    }
}
