//! Days, in UTC, and how many of something each of them has.

use std::collections::BTreeMap;

use crate::event::Timestamp;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Bars from low to high.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A day in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Day(i64);

impl Day {
    /// Returns the day of a time.
    pub(super) fn of(time: Timestamp) -> Day {
        Day(time.micros().div_euclid(DAY))
    }

    /// Returns it as `2026-03-02`.
    pub(super) fn text(self) -> String {
        let midnight = Timestamp::from_micros(self.0.saturating_mul(DAY)).to_string();
        midnight.split_once('T').map_or(midnight.clone(), |(date, _)| date.to_owned())
    }
}

/// How many of something each day has.
pub(super) type PerDay = BTreeMap<Day, usize>;

/// Draws one bar for each of some days, or for as many equal stretches of them as there is room for.
pub(super) fn sparkline(days: &[Day], counts: &PerDay, most: usize) -> String {
    let stretch = days.len().div_ceil(most.max(1)).max(1);
    let sums: Vec<usize> = days.chunks(stretch).map(|days| days.iter().filter_map(|day| counts.get(day)).sum()).collect();
    let highest = sums.iter().copied().max().unwrap_or(0);
    sums.iter()
        .map(|sum| match (*sum, highest) {
            (0, _) => '·',
            (sum, highest) => BARS.get((sum * BARS.len()).div_ceil(highest.max(1)).saturating_sub(1)).copied().unwrap_or('█'),
        })
        .collect()
}
