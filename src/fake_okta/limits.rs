//! Rate limits: windows of sixty seconds that begin with their first request, by app and bucket, and the headers of every answer.

use std::collections::HashMap;

use crate::event::{Span, Timestamp};

use super::clock::epoch_seconds;
use super::options::{Plan, Switches};

/// A group of calls that share a limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Bucket {
    Token,
    Logs,
    UserById,
    Users,
    Other,
}

impl Bucket {
    pub(super) fn of(method: &str, segments: &[&str]) -> Bucket {
        match (method, segments) {
            (_, ["oauth2", ..]) => Bucket::Token,
            (_, ["api", "v1", "logs"]) => Bucket::Logs,
            ("GET", ["api", "v1", "users", _]) => Bucket::UserById,
            (_, ["api", "v1", "users", ..]) => Bucket::Users,
            _ => Bucket::Other,
        }
    }

    /// The name that the control API uses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Bucket::Token => "token",
            Bucket::Logs => "logs",
            Bucket::UserById => "user",
            Bucket::Users => "users",
            Bucket::Other => "other",
        }
    }

    pub(super) fn named(name: &str) -> Option<Bucket> {
        [Bucket::Token, Bucket::Logs, Bucket::UserById, Bucket::Users, Bucket::Other].into_iter().find(|bucket| bucket.name() == name)
    }

    fn per_minute(self, plan: Plan) -> u64 {
        match (self, plan) {
            (_, Plan::Unlimited) => 10_000,
            (Bucket::Logs, Plan::IntegratorFree) => 20,
            (Bucket::Logs, Plan::OneApp | Plan::Enterprise) => 50,
            (Bucket::Logs, Plan::Workforce) => 120,
            (Bucket::Token, Plan::IntegratorFree) => 300,
            (Bucket::Token, Plan::Workforce) => 2000,
            (Bucket::Token, _) => 1200,
            (_, Plan::IntegratorFree) => 100,
            (Bucket::UserById, Plan::Workforce) => 2000,
            (Bucket::UserById, _) => 1000,
            (Bucket::Other, Plan::Workforce) => 1200,
            _ => 600,
        }
    }
}

/// How full a bucket is for one app.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub(super) limit: u64,
    pub(super) remaining: u64,
    /// Seconds since 1970.
    pub(super) reset: i64,
    /// Whether this request is one too many.
    pub(super) exceeded: bool,
    /// Whether it is the first one too many of its window.
    pub(super) first: bool,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Timestamp,
    used: u64,
}

/// All windows.
#[derive(Debug, Default)]
pub(super) struct Limits {
    windows: HashMap<(String, Bucket), Window>,
}

/// Most windows that are kept; apps are few, so that more are old ones.
const WINDOWS_MAX: usize = 10_000;

const LENGTH: Span = Span::seconds(60);

impl Limits {
    /// Counts a request.
    pub(super) fn count(&mut self, who: &str, bucket: Bucket, switches: &Switches, now: Timestamp) -> Standing {
        if self.windows.len() > WINDOWS_MAX {
            self.windows.clear();
        }
        let limit = Self::limit(bucket, switches);
        let window = self.windows.entry((who.to_owned(), bucket)).or_insert(Window { began: now, used: 0 });
        let age = now.since(window.began);
        if age >= LENGTH || age < Span::ZERO {
            *window = Window { began: now, used: 0 };
        }
        window.used = window.used.saturating_add(1);
        let exceeded = window.used > limit;
        // The end is rounded up: a client that waits until the reset must find a new window.
        let reset = epoch_seconds(window.began.plus(LENGTH).plus(Span::micros(999_999)));
        Standing { limit, remaining: limit.saturating_sub(window.used), reset, exceeded, first: window.used == limit.saturating_add(1) }
    }

    /// Uses up what is left of a bucket.
    pub(super) fn exhaust(&mut self, who: &str, bucket: Bucket, switches: &Switches, now: Timestamp) {
        let used = Self::limit(bucket, switches);
        self.windows.insert((who.to_owned(), bucket), Window { began: now, used });
    }

    fn limit(bucket: Bucket, switches: &Switches) -> u64 {
        (bucket.per_minute(switches.plan).saturating_mul(u64::from(switches.app_share_percent)) / 100).max(1)
    }
}
