//! What is sent once more, after how long, and what never is.

use std::time::Duration;

use tokio::time::{Instant, advance};

use super::server::{Okta, Reply, credentials, org_at, patient, raw};
use crate::event::Timestamp;
use crate::okta::{ClearSessions, Error, LogQuery, LostHow, Settings, UserId, UserKey};

fn somebody() -> UserKey {
    UserKey::parse("jo@example.com").expect("a login")
}

fn id() -> UserId {
    UserId::parse("00u1").expect("an id")
}

fn user() -> Reply {
    Reply::json(200, r#"{"id":"00u1","status":"ACTIVE"}"#)
}

/// A refusal as it was recorded: no `Retry-After`.
fn too_many(remaining: &str, reset: &str) -> Reply {
    let body = r#"{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"oaed","errorCauses":[]}"#;
    Reply::json(429, body)
        .with("date", "Mon, 29 Sep 2025 06:24:57 GMT")
        .with("x-rate-limit-limit", remaining)
        .with("x-rate-limit-remaining", "0")
        .with("x-rate-limit-reset", reset)
}

#[tokio::test(start_paused = true)]
async fn after_a_429_the_wait_is_to_the_reset_on_oktas_clock_and_a_second_more() {
    let okta = Okta::answering([too_many("50", "1759127105"), user()]).await;
    let start = Instant::now();
    okta.client().user(&somebody()).await.expect("a user");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(9) && waited < Duration::from_secs(11), "{waited:?}");
    let again = okta.seen().pop().expect("a request");
    assert_eq!((again.header("x-okta-retry-for"), again.header("x-okta-retry-count")), (Some("req-1"), Some("1")));
    assert_eq!(okta.tokens_given(), 1, "a rate limit does not cost the token");
}

#[tokio::test(start_paused = true)]
async fn even_actions_are_repeated_after_a_429_which_has_done_nothing() {
    let okta = Okta::answering([too_many("50", "1759127098"), Reply::json(200, "{}")]).await;
    okta.client().suspend(&id()).await.expect("suspended");
    assert_eq!(okta.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn too_many_at_once_is_tried_again_soon_whatever_the_reset_says() {
    let okta = Okta::answering([too_many("0", "1759130000"), user()]).await;
    let start = Instant::now();
    okta.client().user(&somebody()).await.expect("a user");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_want_to_wait_is_told_how_long_it_would_be() {
    let okta = Okta::answering([too_many("50", "1759127105"), user()]).await;
    let client = okta.org(Settings { wait_max: Duration::from_secs(5), ..patient() }).client(credentials());
    let error = client.user(&somebody()).await.expect_err("too long");
    assert_eq!(error.to_string(), "the org's rate limit is used up for 9 s: GET /api/v1/users/{id} answered 429 (request req-1)");
    let error = client.user(&somebody()).await.expect_err("the bucket is shut");
    assert!(matches!(&error, Error::RateLimited(limit) if !limit.by_okta), "{error}");
    assert_eq!(okta.lines().len(), 1, "nothing is sent while the bucket is shut");
    advance(Duration::from_secs(9)).await;
    client.user(&somebody()).await.expect("a user");
}

#[tokio::test(start_paused = true)]
async fn a_429_for_ever_is_given_up() {
    let okta = Okta::answering((0..10).map(|_| too_many("50", "1759127098"))).await;
    let error = okta.client().user(&somebody()).await.expect_err("for ever");
    assert!(matches!(error, Error::RateLimited(_)), "{error}");
    assert_eq!(okta.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn all_clones_together_stay_under_half_of_the_bucket() {
    let okta = Okta::scripted(|seen| {
        let logs = seen.target.starts_with("/api/");
        logs.then(|| {
            Reply::json(200, "[]")
                .with("x-rate-limit-limit", "20")
                .with("x-rate-limit-remaining", "15")
                .with("x-rate-limit-reset", "1759127127")
                .with("date", "Mon, 29 Sep 2025 06:24:57 GMT")
        })
    })
    .await;
    let org = okta.org(patient());
    let clients = [org.client(credentials()), org.client(credentials())];
    let query = LogQuery::polling(Timestamp::from_micros(0));
    let start = Instant::now();
    for n in 0..18 {
        clients[n % 2].clone().logs(&query).await.expect("a page");
        if n == 8 {
            assert!(start.elapsed() < Duration::from_secs(1), "nine of twenty go through at once");
        }
    }
    assert!(start.elapsed() >= Duration::from_secs(31), "the tenth waits for the next window: {:?}", start.elapsed());
    // Acting on users is another bucket, and goes on meanwhile.
    let start = Instant::now();
    let _ = clients[0].suspend(&id()).await;
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn reads_are_repeated_when_okta_fails_and_actions_are_not() {
    for status in [500, 502, 503, 504] {
        let okta = Okta::answering([Reply::empty(status), Reply::empty(status), user()]).await;
        okta.client().user(&somebody()).await.expect("the third time");
        assert_eq!(okta.lines().len(), 3);

        let okta = Okta::answering([Reply::empty(status), Reply::json(200, "{}")]).await;
        let error = okta.client().suspend(&id()).await.expect_err("not known");
        assert!(matches!(error, Error::Failed(_)) && error.outcome_unknown(), "{error}");
        assert_eq!(okta.lines().len(), 1, "{status}: an action is never repeated blindly");
    }
    // Clearing sessions twice is clearing them once.
    let okta = Okta::answering([Reply::empty(503), Reply::empty(204)]).await;
    okta.client().clear_sessions(&id(), ClearSessions::default()).await.expect("cleared");
    assert_eq!(okta.lines().len(), 2);
    // What Okta has understood and refused is not asked twice.
    let okta = Okta::answering([Reply::empty(400), user()]).await;
    okta.client().user(&somebody()).await.expect_err("refused");
    assert_eq!(okta.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_action_whose_answer_gets_lost_is_sent_once() {
    let token =
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 60\r\n\r\n{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"t\"}".to_vec();
    let (address, seen) = raw(vec![token, Vec::new(), Vec::new(), Vec::new()]).await;
    let client = org_at(address, patient()).client(credentials());
    let error = client.suspend(&id()).await.expect_err("lost");
    assert!(matches!(&error, Error::Lost(lost) if lost.how == LostHow::Broken), "{error}");
    assert_eq!(seen.lock().expect("no panic").len(), 2, "the token and one suspension");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_given_up() {
    let okta = Okta::scripted(|seen| seen.target.starts_with("/api/").then(|| user().after(Duration::from_secs(3600)))).await;
    let settings = Settings { attempt_timeout: Duration::from_secs(40), retries: 1, ..patient() };
    let start = Instant::now();
    let error = okta.org(settings).client(credentials()).user(&somebody()).await.expect_err("no answer");
    assert_eq!(error.to_string(), "no answer to GET /api/v1/users/{id} came in time");
    assert!(error.passes() && error.outcome_unknown());
    assert!(start.elapsed() >= Duration::from_secs(80) && start.elapsed() < Duration::from_secs(90), "{:?}", start.elapsed());
    assert_eq!(okta.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_open_at_once_than_there_may_be() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let okta = Okta::scripted(|seen| {
        let api = seen.target.starts_with("/api/");
        api.then(|| user().with("x-rate-limit-limit", "1000").after(Duration::from_secs(1)))
    })
    .await;
    let client = okta.org(Settings { concurrency: 3, ..patient() }).client(credentials());
    client.user(&somebody()).await.expect("a user");
    let start = Instant::now();
    let done = Arc::new(AtomicUsize::new(0));
    let asked: Vec<_> = (0..9)
        .map(|_| {
            let (client, done) = (client.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                client.user(&somebody()).await.expect("a user");
                done.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    for task in asked {
        task.await.expect("no panic");
    }
    assert_eq!(done.load(Ordering::Relaxed), 9);
    assert!(start.elapsed() >= Duration::from_secs(3), "nine of a second each, three at a time: {:?}", start.elapsed());
}
