//! Rate limits, without a server: what is let through, and how long the rest waits.

use std::time::Duration;

use tokio::time::{Instant, advance};

use crate::okta::limiter::{Bucket, Limiter, RateHeaders};

/// What Okta says at a second of its own clock, in a window that ends at another.
fn says(limit: u32, remaining: u32, date: i64, reset: i64) -> RateHeaders {
    RateHeaders { limit: Some(limit), remaining: Some(remaining), reset: Some(reset), date: Some(date) }
}

/// Takes all that is let through now, as answers come in at once.
fn take(limiter: &Limiter, headers: &RateHeaders) -> (u32, Duration) {
    let mut taken = 0;
    loop {
        match limiter.admit(Bucket::Logs, Instant::now()) {
            Ok(()) => taken += 1,
            Err(wait) => return (taken, wait),
        }
        limiter.note(Bucket::Logs, headers, Instant::now());
        assert!(taken < 10_000, "there is no limit");
    }
}

#[tokio::test(start_paused = true)]
async fn fewer_than_half_of_each_window_is_used() {
    for (limit, share) in [(120, 59), (60, 29), (50, 24), (20, 9), (3, 1), (2, 1), (1, 1), (1000, 499)] {
        let limiter = Limiter::default();
        let headers = says(limit, limit, 1_000, 1_030);
        assert_eq!(take(&limiter, &headers).0, share, "of {limit}");
        advance(Duration::from_secs(32)).await;
        assert_eq!(take(&limiter, &says(limit, limit, 1_032, 1_092)).0, share, "of {limit} in the next window");
    }
}

#[tokio::test(start_paused = true)]
async fn before_okta_has_said_a_limit_the_smallest_is_assumed() {
    let limiter = Limiter::default();
    for _ in 0..9 {
        assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Ok(()));
    }
    assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Err(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_said_of_limits_there_are_none_but_refusals() {
    let limiter = Limiter::default();
    for _ in 0..500 {
        assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Ok(()));
        limiter.note(Bucket::Logs, &RateHeaders { date: Some(1_000), ..RateHeaders::default() }, Instant::now());
    }
    limiter.block(Bucket::Logs, Duration::from_secs(60), Instant::now());
    assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Err(Duration::from_secs(60)));
    // Once a limit is said, it counts.
    advance(Duration::from_secs(61)).await;
    assert_eq!(take(&limiter, &says(120, 100, 1_000, 1_030)).0, 59);
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_to_the_reset_by_oktas_clock_and_a_second_more() {
    // Okta's clock shows 1970; this machine's does not matter.
    let limiter = Limiter::default();
    let (_, wait) = take(&limiter, &says(20, 15, 1_000, 1_008));
    assert_eq!(wait, Duration::from_secs(9));
    let headers = |date, reset| says(50, 0, date, reset).wait().as_secs();
    assert_eq!(headers(1_759_127_097, 1_759_127_105), 9, "as it was recorded");
    assert_eq!(headers(1_000, 900), 1, "a reset in the past");
    assert_eq!(headers(1_000, 999_999_999), 120, "a reset in the far future");
    assert_eq!(headers(i64::MAX, i64::MIN), 1);
    assert_eq!(headers(i64::MIN, i64::MAX), 120);
    assert_eq!(RateHeaders { date: None, ..says(50, 0, 0, 1_000) }.wait().as_secs(), 60, "without a date");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_others_have_emptied_is_left_alone_until_its_reset() {
    let limiter = Limiter::default();
    limiter.admit(Bucket::Logs, Instant::now()).expect("the first");
    limiter.note(Bucket::Logs, &says(120, 0, 1_000, 1_020), Instant::now());
    assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Err(Duration::from_secs(21)));
    assert_eq!(limiter.admit(Bucket::UserWrite, Instant::now()), Ok(()), "other buckets are not touched: actions go on while polling waits");
    advance(Duration::from_secs(21)).await;
    assert_eq!(limiter.admit(Bucket::Logs, Instant::now()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_too_many_at_once_says_nothing_of_the_window() {
    let limiter = Limiter::default();
    limiter.note(Bucket::Logs, &says(120, 100, 1_000, 1_030), Instant::now());
    limiter.note(Bucket::Logs, &says(0, 0, 1_000, 1_500), Instant::now());
    assert_eq!(take(&limiter, &RateHeaders::default()).0, 59);
}

#[tokio::test(start_paused = true)]
async fn whole_seconds_do_not_make_new_windows() {
    let limiter = Limiter::default();
    let mut taken = 0;
    // One window of Okta's, whose end seems to move by a second with each answer.
    for step in 0..200i64 {
        if limiter.admit(Bucket::Logs, Instant::now()).is_ok() {
            taken += 1;
            limiter.note(Bucket::Logs, &says(120, 60, 1_000 + step / 8, 1_040 + step % 2), Instant::now());
        }
        advance(Duration::from_millis(125)).await;
    }
    assert_eq!(taken, 59);
}
