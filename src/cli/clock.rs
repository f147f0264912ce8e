//! This machine's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::event::Timestamp;

/// Returns the time now.
#[expect(clippy::disallowed_methods, reason = "the rim reads the clock")]
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
