//! Time: instants, lengths of time, and time zones.
//!
//! Takes RFC 3339 text, length literals and IANA zone names; gives whole microseconds, so that comparing and adding are integer work.
//! The only file that names `chrono` and `chrono_tz`. Never reads a clock: every instant comes in with an event or a rule.

mod span;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Timelike, Weekday};

pub use span::Span;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// Reads RFC 3339 text such as `2023-03-26T21:05:32.159Z`; anything else, impossible dates included, is none.
    ///
    /// Digits after the ninth decimal are refused and those after the sixth are cut off. A leap second is the last microsecond of its minute.
    pub fn parse(text: &str) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text.as_bytes() else {
            return None;
        };
        let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
        let (month, day) = (two_digits(*o1, *o2)?, two_digits(*d1, *d2)?);
        let (hour, minute, second) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?);
        if year < 1 || day < 1 || day > days_in_month(year, month)? || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let (fraction, rest) = fraction_micros(rest)?;
        let offset = offset_seconds(rest)?;
        let (second, fraction) = if second == 60 { (59, MICROS_PER_SECOND - 1) } else { (second, fraction) };
        let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
        Some(Timestamp(seconds * MICROS_PER_SECOND + fraction))
    }

    /// Makes an instant from microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Timestamp(micros)
    }

    /// Returns the microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the instant that much later, or the last one there is.
    pub const fn plus(self, span: Span) -> Self {
        Timestamp(self.0.saturating_add(span.as_micros()))
    }

    /// Returns the instant that much earlier, or the first one there is.
    pub const fn minus(self, span: Span) -> Self {
        Timestamp(self.0.saturating_sub(span.as_micros()))
    }

    /// Returns how long after `earlier` this is; negative if it is before.
    pub const fn since(self, earlier: Self) -> Span {
        Span::micros(self.0.saturating_sub(earlier.0))
    }

    /// Returns the hour of the day, 0 to 23, on a clock in that zone.
    pub fn hour_in(self, zone: Zone) -> i64 {
        if zone == Zone::UTC {
            return self.0.div_euclid(3600 * MICROS_PER_SECOND).rem_euclid(24);
        }
        match DateTime::from_timestamp_micros(self.0) {
            Some(time) => i64::from(time.with_timezone(&zone.0).hour()),
            None => self.hour_in(Zone::UTC),
        }
    }

    /// Returns the day of the week, `monday` to `sunday`, in that zone.
    pub fn weekday_in(self, zone: Zone) -> &'static str {
        let Some(time) = DateTime::from_timestamp_micros(self.0) else {
            return "monday";
        };
        match time.with_timezone(&zone.0).weekday() {
            Weekday::Mon => "monday",
            Weekday::Tue => "tuesday",
            Weekday::Wed => "wednesday",
            Weekday::Thu => "thursday",
            Weekday::Fri => "friday",
            Weekday::Sat => "saturday",
            Weekday::Sun => "sunday",
        }
    }
}

impl fmt::Display for Timestamp {
    /// Writes `2023-03-26T21:05:32.159Z`: milliseconds always, microseconds only where there are some.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND);
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}", micros / 1000)?;
        if micros % 1000 != 0 {
            write!(f, "{:03}", micros % 1000)?;
        }
        f.write_str("Z")
    }
}

/// A time zone by its IANA name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(chrono_tz::Tz::UTC);

    /// Reads an exact IANA name such as `Europe/Berlin`, or `UTC`.
    pub fn parse(name: &str) -> Option<Zone> {
        chrono_tz::Tz::from_str(name).ok().map(Zone)
    }

    /// Returns the known zone name that is most like this one, for a "did you mean".
    pub fn nearest(name: &str) -> Option<String> {
        // Likeness takes time in the product of the lengths, and no zone's name is so long.
        if name.len() > 200 {
            return None;
        }
        let wanted = name.to_lowercase().replace(' ', "_");
        let scored = chrono_tz::TZ_VARIANTS.iter().map(|zone| {
            let known = zone.name().to_lowercase();
            let city = known.rsplit('/').next().unwrap_or(&known).to_owned();
            (strsim::jaro_winkler(&wanted, &known).max(strsim::jaro_winkler(&wanted, &city)), zone.name())
        });
        let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best.0 >= 0.8).then(|| best.1.to_owned())
    }

    /// Returns the zone's IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Reads `.159` (one to nine digits) into microseconds; no dot is no fraction.
fn fraction_micros(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = bytes.split_first() else {
        return Some((0, bytes));
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || count > 9 {
        return None;
    }
    let (digits, rest) = digits.split_at_checked(count)?;
    let six = digits.iter().chain(std::iter::repeat(&b'0')).take(6);
    Some((six.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')), rest))
}

fn offset_seconds(bytes: &[u8]) -> Option<i64> {
    match bytes {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?);
            let seconds = (hours <= 23 && minutes <= 59).then_some(hours * 3600 + minutes * 60)?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days_in_month(year: i64, month: i64) -> Option<i64> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// Counts the days from 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March (after Hinnant).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
