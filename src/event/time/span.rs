//! Lengths of time, as rules write them: `90s`, `15m`, `1h30m`, `30d`.
//!
//! Takes the literal's text or a number with its unit; gives whole microseconds. Never knows months or years: their length depends on when.

use std::fmt;

/// A length of time in microseconds; negative where one instant lies before another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(i64);

const SECOND: i64 = 1_000_000;
/// The units of a literal from the longest to the shortest.
const UNITS: [(char, i64); 4] = [('d', 86_400 * SECOND), ('h', 3_600 * SECOND), ('m', 60 * SECOND), ('s', SECOND)];

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// The most whole days that a length can have.
    pub const DAYS_MAX: i64 = i64::MAX / (86_400 * SECOND);

    /// Reads `1h30m`: whole numbers with the units d, h, m, s, each at most once and the longest first.
    pub fn parse(text: &str) -> Option<Span> {
        read(text).ok()
    }

    /// Says whether a text is written like a length, but is longer than a length can be.
    pub fn is_too_long(text: &str) -> bool {
        matches!(read(text), Err(Unread::TooLong))
    }

    /// Makes a length of so many days of 24 hours.
    pub const fn days(count: i64) -> Span {
        Span(count.saturating_mul(86_400 * SECOND))
    }

    /// Makes a length of so many hours.
    pub const fn hours(count: i64) -> Span {
        Span(count.saturating_mul(3_600 * SECOND))
    }

    /// Makes a length of so many minutes.
    pub const fn minutes(count: i64) -> Span {
        Span(count.saturating_mul(60 * SECOND))
    }

    /// Makes a length of so many seconds.
    pub const fn seconds(count: i64) -> Span {
        Span(count.saturating_mul(SECOND))
    }

    /// Makes a length of so many microseconds.
    pub const fn micros(count: i64) -> Span {
        Span(count)
    }

    /// Returns the length in microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns the length in seconds.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }
}

/// Why a text is no length.
enum Unread {
    Malformed,
    TooLong,
}

fn read(text: &str) -> Result<Span, Unread> {
    let mut units = UNITS.iter();
    // What is too long is said only of a text that is well written to its end.
    let mut total: Option<i64> = Some(0);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0).ok_or(Unread::Malformed)?;
        let (digits, tail) = rest.split_at_checked(end).ok_or(Unread::Malformed)?;
        let mut tail = tail.chars();
        let letter = tail.next().ok_or(Unread::Malformed)?;
        let (_, length) = units.find(|(unit, _)| *unit == letter).ok_or(Unread::Malformed)?;
        let part = digits.parse::<i64>().ok().and_then(|count| count.checked_mul(*length));
        total = total.zip(part).and_then(|(total, part)| total.checked_add(part));
        rest = tail.as_str();
    }
    if text.is_empty() { Err(Unread::Malformed) } else { total.map(Span).ok_or(Unread::TooLong) }
}

impl fmt::Display for Span {
    /// Writes the one canonical form: `1h30m`, `1d12h`, `0s`; decimals only for parts of a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (unit, length) in UNITS {
            let length = length.unsigned_abs();
            let (count, left) = (rest / length, rest % length);
            if unit == 's' && left != 0 {
                let decimals = format!("{left:06}");
                return write!(f, "{count}.{}s", decimals.trim_end_matches('0'));
            }
            if count != 0 || (unit == 's' && self.0 == 0) {
                write!(f, "{count}{unit}")?;
            }
            rest = left;
        }
        Ok(())
    }
}
