//! Rate limits: one account for each of the org's buckets, shared by all clients of the org.
//!
//! Learns limits and windows from Okta's headers, counts what it lets through itself, and stays under half of each limit, because other
//! apps share it and Okta gives an app no more by default. Okta's own `Date` is the clock for its reset times: how far off this machine is
//! does not matter. Waiting is the caller's: this only says how long.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What Okta counts together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Bucket {
    /// The token endpoint.
    Token,
    /// The System Log.
    Logs,
    /// Event hooks, and all of the API that has no bucket of its own.
    Api,
    /// Reading one user.
    UserRead,
    /// Listing users.
    UserList,
    /// Acting on users.
    UserWrite,
    /// What answers without a token.
    Open,
}

/// The limit that is assumed until Okta says: the smallest of any kind of org.
const ASSUMED_LIMIT: u32 = 20;
/// How long a window lasts, where Okta does not say when it ends.
const WINDOW: Duration = Duration::from_secs(60);
/// Shortest and longest wait that Okta's headers can make us believe in.
const WAIT_MIN: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(120);
/// Ends of windows that differ by no more seconds belong to one window.
const SAME_WINDOW_SECONDS: i64 = 3;
/// No window ends later than that; what does is not to be believed.
const RESET_SECONDS_MAX: i64 = 3600;

/// What an answer says of its bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct RateHeaders {
    /// Requests in a window.
    pub(super) limit: Option<u32>,
    /// Requests left in this one.
    pub(super) remaining: Option<u32>,
    /// When it ends, in seconds since 1970 on Okta's clock.
    pub(super) reset: Option<i64>,
    /// What Okta's clock shows.
    pub(super) date: Option<i64>,
}

impl RateHeaders {
    /// Returns how long the window lasts from now: until the reset on Okta's clock and one second more, within reason.
    pub(super) fn wait(&self) -> Duration {
        match (self.reset, self.date) {
            (Some(reset), Some(date)) => {
                let seconds = reset.saturating_sub(date).saturating_add(1).clamp(0, 3600);
                Duration::from_secs(seconds.unsigned_abs()).clamp(WAIT_MIN, WAIT_MAX)
            }
            _ => WINDOW,
        }
    }

    /// Whether these are the headers of a refusal for too many requests at the same time, whose reset means little.
    pub(super) fn is_concurrency(&self) -> bool {
        self.limit == Some(0)
    }
}

/// The accounts of all buckets.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    accounts: Mutex<HashMap<Bucket, Account>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Account {
    limit: Option<u32>,
    /// Whether an answer came that says nothing of limits: the other end has none, and only its refusals count.
    silent: bool,
    /// What we let through in this window.
    used: u32,
    /// What we let through and have not heard of since: it may yet count in the next window.
    under_way: u32,
    /// What got lost since the last window began: it may have arrived in the next one.
    lost: u32,
    ends: Option<Instant>,
    /// When the last window that we heard of ends, on Okta's clock: that is the name by which windows are told apart.
    reset: Option<i64>,
    /// Whether this window is a newer one than that, begun because its time was up.
    guessed: bool,
    blocked_until: Option<Instant>,
}

/// A request that was let through. It is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Pass<'l> {
    limiter: &'l Limiter,
    bucket: Bucket,
    answered: AtomicBool,
}

impl Pass<'_> {
    /// Notes what the answer says.
    pub(super) fn note(&self, headers: &RateHeaders, now: Instant) {
        self.answered.store(true, Ordering::Relaxed);
        self.limiter.with(self.bucket, |account| account.note(headers, now));
    }

    /// Takes the request back: it was never sent.
    pub(super) fn take_back(&self) {
        self.answered.store(true, Ordering::Relaxed);
        self.limiter.with(self.bucket, |account| account.used = account.used.saturating_sub(1));
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let lost = u32::from(!self.answered.load(Ordering::Relaxed));
        self.limiter.with(self.bucket, |account| {
            account.under_way = account.under_way.saturating_sub(1);
            account.lost = account.lost.saturating_add(lost);
        });
    }
}

impl Limiter {
    /// Lets one request through and counts it, or says how long to wait before asking again.
    pub(super) fn admit(&self, bucket: Bucket, now: Instant) -> Result<Pass<'_>, Duration> {
        self.with(bucket, |account| account.admit(now))?;
        Ok(Pass { limiter: self, bucket, answered: AtomicBool::new(false) })
    }

    /// Lets nothing through for a while.
    pub(super) fn block(&self, bucket: Bucket, wait: Duration, now: Instant) {
        self.with(bucket, |account| account.block(now + wait));
    }

    fn with<T>(&self, bucket: Bucket, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        act(accounts.entry(bucket).or_default())
    }
}

impl Account {
    fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        if let Some(until) = self.blocked_until.filter(|until| *until > now) {
            return Err(until - now);
        }
        self.blocked_until = None;
        if self.ends.is_none_or(|ends| ends <= now) {
            self.begin(now + WINDOW);
            self.guessed = true;
        }
        if self.used >= self.share() {
            return Err(self.ends.map_or(WINDOW, |ends| ends - now));
        }
        self.used += 1;
        self.under_way += 1;
        Ok(())
    }

    /// Returns how many requests of a window are ours: fewer than half, and at least one.
    fn share(&self) -> u32 {
        if self.silent {
            return u32::MAX;
        }
        (self.limit.unwrap_or(ASSUMED_LIMIT).saturating_sub(1) / 2).max(1)
    }

    fn note(&mut self, headers: &RateHeaders, now: Instant) {
        if headers.is_concurrency() {
            return;
        }
        self.silent = headers.limit.or(self.limit).is_none();
        self.limit = headers.limit.or(self.limit);
        let (Some(reset), Some(date)) = (headers.reset, headers.date) else { return };
        let ends = now + headers.wait();
        if (0..=RESET_SECONDS_MAX).contains(&reset.saturating_sub(date)) {
            self.hear_of(reset, ends);
        }
        if headers.remaining == Some(0) {
            self.block(ends);
        }
    }

    /// Takes in when a window ends. Answers overtake each other, so that it need not be the newest one.
    fn hear_of(&mut self, reset: i64, ends: Instant) {
        let later = self.reset.map_or(i64::MAX, |known| reset.saturating_sub(known));
        if later > SAME_WINDOW_SECONDS {
            if !self.guessed {
                self.begin(ends);
            }
            *self = Account { reset: Some(reset), ends: Some(ends), guessed: false, ..*self };
        } else if later >= -SAME_WINDOW_SECONDS && !self.guessed {
            self.ends = self.ends.max(Some(ends));
        }
    }

    /// Begins a window, in which all that is not accounted for may count.
    fn begin(&mut self, ends: Instant) {
        *self = Account { used: self.under_way.saturating_add(self.lost), lost: 0, ends: Some(ends), ..*self };
    }

    fn block(&mut self, until: Instant) {
        self.blocked_until = Some(self.blocked_until.map_or(until, |known| known.max(until)));
    }
}
