//! The org's clock: the system's or a frozen one, and how far it has been moved.
//!
//! Gives instants and the date line of answers. The one file of the fake that reads the wall clock.

use crate::event::{Span, Timestamp, Zone};

/// Where the org's time comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Stands still at an instant; only moving it passes time.
    Frozen(Timestamp),
}

/// A clock that can be moved: Okta's clock may differ from that of its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrgClock {
    base: Clock,
    moved: Span,
}

impl OrgClock {
    pub(super) fn new(base: Clock) -> Self {
        OrgClock { base, moved: Span::ZERO }
    }

    #[expect(clippy::disallowed_methods, reason = "a server of its own, which stands for another machine: its clock is the outside world's")]
    pub(super) fn now(&self) -> Timestamp {
        let base = match self.base {
            Clock::Frozen(at) => at,
            Clock::System => {
                let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
            }
        };
        // Okta's times have milliseconds.
        let micros = base.plus(self.moved).micros();
        Timestamp::from_micros(micros - micros.rem_euclid(1000))
    }

    /// Moves the clock forward, or back by a negative span.
    pub(super) fn advance(&mut self, by: Span) {
        self.moved = Span::micros(self.moved.as_micros().saturating_add(by.as_micros()));
    }
}

/// Returns whole seconds since 1970.
pub(super) fn epoch_seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

/// Returns the instant without its fraction, as user and hook objects carry it.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(epoch_seconds(at).saturating_mul(1_000_000))
}

/// Writes an instant as the `Date` header does: `Mon, 29 Sep 2025 06:24:57 GMT`.
pub(super) fn http_date(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let mut parts = text.split(['-', 'T', '.']);
    let (year, month, day, time) = (parts.next(), parts.next(), parts.next(), parts.next());
    let month = month.and_then(|month| month.parse::<usize>().ok()).and_then(|month| MONTHS.get(month.saturating_sub(1))).unwrap_or(&"Jan");
    let weekday = match at.weekday_in(Zone::UTC) {
        "monday" => "Mon",
        "tuesday" => "Tue",
        "wednesday" => "Wed",
        "thursday" => "Thu",
        "friday" => "Fri",
        "saturday" => "Sat",
        _ => "Sun",
    };
    format!("{weekday}, {} {month} {} {} GMT", day.unwrap_or("01"), year.unwrap_or("1970"), time.unwrap_or("00:00:00"))
}
