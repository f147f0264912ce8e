//! The watermark of an org: how far its stream of events is complete.
//!
//! It follows the newest event, less the lateness. One event with a wrong time cannot move it: where the time of receipt is known, no
//! event counts as newer than that plus five minutes; where it is not, a leap of more than a day ahead of everything seen needs two
//! events, and goes no further than the earlier of them. So the very first event moves nothing. However many they are, events of a time
//! that has not come yet move nothing, where it is known what time it is.

use crate::event::{Span, Timestamp};

/// How far ahead of the receiver's clock an event's time is believed.
pub const AHEAD_MAX: Span = Span::minutes(5);

/// How far ahead of the newest event one event alone is believed, where the time of receipt is not known.
pub const LEAP_MAX: Span = Span::hours(24);

/// Follows one org.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Clock {
    pub(super) newest: Option<Timestamp>,
    /// An event far ahead that nothing has confirmed yet, and the fingerprint of its uuid.
    pub(super) leap: Option<(Timestamp, u128)>,
    /// What the watermark was set to from outside, where that is further.
    pub(super) set: Option<Timestamp>,
}

impl Clock {
    /// Takes an event's time in, and that of its receipt where it is known; nothing can have happened after `latest`.
    pub(super) fn observe(&mut self, at: Timestamp, print: u128, received: Option<Timestamp>, latest: Option<Timestamp>) {
        if let Some(received) = received {
            self.raise(at.min(received.plus(AHEAD_MAX)));
            return;
        }
        if latest.is_some_and(|latest| at > latest) {
            return;
        }
        if self.newest.is_some_and(|newest| at <= newest.plus(LEAP_MAX)) {
            self.raise(at);
            return;
        }
        match self.leap.take() {
            None => self.leap = Some((at, print)),
            Some((leap, known)) if known == print => self.leap = Some((leap, known)),
            Some((leap, known)) => {
                let (earlier, later) = if leap <= at { (leap, (at, print)) } else { (at, (leap, known)) };
                self.raise(earlier);
                self.leap = Some(later);
            }
        }
        self.settle_leap();
    }

    /// Returns when the newest event happened, one far ahead that nothing has confirmed among them.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.newest.max(self.leap.map(|(leap, _)| leap))
    }

    /// Sets the watermark from outside; it never goes back.
    pub(super) fn set(&mut self, watermark: Timestamp) {
        self.set = Some(self.set.map_or(watermark, |known| known.max(watermark)));
    }

    /// Returns the watermark: behind it nothing is expected any more.
    pub(super) fn watermark(&self, lateness: Span) -> Timestamp {
        let start = Timestamp::from_micros(i64::MIN);
        let followed = self.newest.map_or(start, |newest| newest.minus(lateness));
        self.set.map_or(followed, |set| set.max(followed))
    }

    fn raise(&mut self, at: Timestamp) {
        self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
        self.settle_leap();
    }

    /// A leap that the others have caught up with is none.
    fn settle_leap(&mut self) {
        if let (Some(newest), Some((leap, _))) = (self.newest, &self.leap)
            && *leap <= newest.plus(LEAP_MAX)
        {
            self.newest = Some(newest.max(*leap));
            self.leap = None;
        }
    }
}
