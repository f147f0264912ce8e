//! Rate limits, without a server: what is let through, and how long the rest waits.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::{Instant, advance};

use crate::okta::limiter::{Bucket, Limiter, RateHeaders};

/// What Okta says at a second of its own clock, in a window that ends at another.
fn says(limit: u32, remaining: u32, date: i64, reset: i64) -> RateHeaders {
    RateHeaders { limit: Some(limit), remaining: Some(remaining), reset: Some(reset), date: Some(date) }
}

/// Sends one request and hears this.
fn hear(limiter: &Limiter, headers: &RateHeaders) {
    limiter.admit(Bucket::Logs, Instant::now()).expect("a pass").note(headers, Instant::now());
}

/// Asks for one request, whose answer gets lost.
fn knock(limiter: &Limiter, bucket: Bucket) -> Result<(), Duration> {
    limiter.admit(bucket, Instant::now()).map(drop)
}

/// Takes all that is let through now, as answers come in at once.
fn take(limiter: &Limiter, headers: &RateHeaders) -> (u32, Duration) {
    let mut taken = 0;
    loop {
        let pass = match limiter.admit(Bucket::Logs, Instant::now()) {
            Ok(pass) => pass,
            Err(wait) => return (taken, wait),
        };
        taken += 1;
        pass.note(headers, Instant::now());
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
        assert_eq!(knock(&limiter, Bucket::Logs), Ok(()));
    }
    assert_eq!(knock(&limiter, Bucket::Logs), Err(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_said_of_limits_there_are_none_but_refusals() {
    let limiter = Limiter::default();
    for _ in 0..500 {
        let pass = limiter.admit(Bucket::Logs, Instant::now()).expect("there is no limit");
        pass.note(&RateHeaders { date: Some(1_000), ..RateHeaders::default() }, Instant::now());
    }
    limiter.block(Bucket::Logs, Duration::from_secs(60), Instant::now());
    assert_eq!(knock(&limiter, Bucket::Logs), Err(Duration::from_secs(60)));
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
    hear(&limiter, &says(120, 0, 1_000, 1_020));
    assert_eq!(knock(&limiter, Bucket::Logs), Err(Duration::from_secs(21)));
    assert_eq!(knock(&limiter, Bucket::UserWrite), Ok(()), "other buckets are not touched: actions go on while polling waits");
    advance(Duration::from_secs(21)).await;
    assert_eq!(knock(&limiter, Bucket::Logs), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_too_many_at_once_says_nothing_of_the_window() {
    let limiter = Limiter::default();
    hear(&limiter, &says(120, 100, 1_000, 1_030));
    hear(&limiter, &says(0, 0, 1_000, 1_500));
    assert_eq!(take(&limiter, &RateHeaders::default()).0, 57);
}

#[tokio::test(start_paused = true)]
async fn whole_seconds_do_not_make_new_windows() {
    let limiter = Limiter::default();
    let mut taken = 0;
    // One window of Okta's, whose end seems to move by a second with each answer.
    for step in 0..200i64 {
        if let Ok(pass) = limiter.admit(Bucket::Logs, Instant::now()) {
            taken += 1;
            pass.note(&says(120, 60, 1_000 + step / 8, 1_040 + step % 2), Instant::now());
        }
        advance(Duration::from_millis(125)).await;
    }
    assert_eq!(taken, 59);
}

/// A request that is under way: when it comes to Okta, when its answer is back, and whether an answer comes at all.
#[derive(Clone, Debug)]
struct Way {
    there_ms: u64,
    back_ms: u64,
    answered: bool,
}

fn ways() -> impl Strategy<Value = Vec<Way>> {
    let way = (0u64..3000, 0u64..3000, prop::bool::weighted(0.9));
    proptest::collection::vec(way.prop_map(|(there_ms, back_ms, answered)| Way { there_ms, back_ms, answered }), 20..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Against an Okta whose windows begin anywhere, with requests that are slow, overlap, and get lost: in none of its windows do more
    /// requests arrive than are ours.
    #[test]
    fn in_no_window_of_okta_more_than_our_share_arrives(
        ways in ways(), limit in 4u32..200, phase_ms in 0u64..60_000, pauses_ms in proptest::collection::vec(prop_oneof![4 => Just(0u64), 2 => 0u64..2000, 1 => 0u64..90_000], 20..400),
    ) {
        let limiter = Limiter::default();
        let start = Instant::now();
        let window = |ms: u64| (ms + phase_ms) / 60_000;
        let mut arrived: BTreeMap<u64, u32> = BTreeMap::new();
        let mut open: Vec<(u64, u64, bool, crate::okta::limiter::Pass<'_>)> = Vec::new();
        let mut now_ms = 0;
        for (way, pause) in ways.iter().zip(pauses_ms.iter().cycle()) {
            now_ms += pause;
            // Eight at once, as a client has them; and nobody asks again before the wait is over.
            loop {
                settle(&mut open, now_ms, start, limit, phase_ms);
                if open.len() >= 8 {
                    now_ms = open.iter().map(|(back, ..)| *back).min().unwrap_or(now_ms).max(now_ms + 1);
                    continue;
                }
                match limiter.admit(Bucket::Logs, start + Duration::from_millis(now_ms)) {
                    Ok(pass) => {
                        let there = now_ms + way.there_ms;
                        *arrived.entry(window(there)).or_default() += 1;
                        open.push((there + way.back_ms, there, way.answered, pass));
                        break;
                    }
                    Err(wait) => now_ms += u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1),
                }
            }
        }
        // What goes out before the first answer knows no limit yet but the smallest.
        let share = ((limit - 1) / 2).max(1);
        let most = arrived.values().copied().max().unwrap_or_default();
        prop_assert!(most <= share.max(9), "{most} of {limit} in one window: {arrived:?}");
    }
}

/// Takes in all answers that are back by now, in their order.
fn settle(open: &mut Vec<(u64, u64, bool, crate::okta::limiter::Pass<'_>)>, now_ms: u64, start: Instant, limit: u32, phase_ms: u64) {
    open.sort_by_key(|(back, ..)| *back);
    while open.first().is_some_and(|(back, ..)| *back <= now_ms) {
        let (back, there, answered, pass) = open.remove(0);
        if answered {
            // Okta's clock runs in whole seconds, and a million of them ahead of ours.
            let (date, reset) = ((there + phase_ms) / 1000 + 1_000_000, ((there + phase_ms) / 60_000 + 1) * 60 + 1_000_000);
            let headers = says(limit, limit, i64::try_from(date).unwrap_or(0), i64::try_from(reset).unwrap_or(0));
            pass.note(&headers, start + Duration::from_millis(back));
        }
        drop(pass);
    }
}
