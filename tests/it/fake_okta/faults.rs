//! Faults on order: each goes wrong as it should, as often as it should.

use std::io::Read as _;
use std::time::Duration;

use clarion::fake_okta::{Fault, FaultKind};
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;

use super::{Api, event, person, unlimited};

const NOW: &str = "2026-03-02T12:00:00.000Z";

#[tokio::test]
async fn a_status_comes_instead_of_the_work_and_is_used_up() {
    let api = Api::start(unlimited()).await;
    api.okta.order(Fault::status(503, "E0000010").on("/api/v1/users").times(2));
    assert_eq!(api.get("/api/v1/logs").await.status, 200, "another path");
    for _ in 0..2 {
        api.get("/api/v1/users").await.fault(503, "E0000010");
    }
    assert_eq!(api.get("/api/v1/users").await.status, 200);
    api.okta.order(Fault::status(500, "E0000009").with_method("post").after(1));
    let body = super::hook("one", "https://rx.example/", &["user.session.start"]);
    assert_eq!(api.get("/api/v1/eventHooks").await.status, 200);
    assert_eq!(api.post_json("/api/v1/eventHooks", &body).await.status, 200, "one goes well first");
    api.post_json("/api/v1/eventHooks", &body).await.fault(500, "E0000009");
    api.okta.order(Fault::status(500, "E0000009").always());
    for _ in 0..3 {
        api.get("/api/v1/logs").await.fault(500, "E0000009");
    }
    api.okta.clear_faults();
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
    assert_eq!(api.okta.requests().iter().filter(|request| request.status == Some(500)).count(), 4, "they are recorded");
}

#[tokio::test]
async fn a_connection_ends_before_or_after_the_work_is_done() {
    let api = Api::start(unlimited()).await;
    let id = api.okta.add_user(&person("mara.lindqvist@example.com", "ACTIVE")).unwrap();
    let status = || api.okta.users()[0].status.clone();
    let suspend = format!("/api/v1/users/{id}/lifecycle/suspend");
    api.okta.order(Fault::once(FaultKind::Refuse).on("/suspend"));
    let refused = api.request(Method::POST, &suspend).header("content-length", "0").send().await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(status(), "ACTIVE");
    api.okta.order(Fault::once(FaultKind::DropAnswer).on("/suspend"));
    let dropped = api.request(Method::POST, &suspend).header("content-length", "0").send().await;
    assert!(dropped.is_err(), "{dropped:?}");
    assert_eq!(status(), "SUSPENDED", "the work is done all the same");
    assert_eq!(api.okta.requests().last().unwrap().status, None);
}

#[tokio::test]
async fn an_answer_breaks_off_in_its_middle() {
    let api = Api::start(unlimited()).await;
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.order(Fault::once(FaultKind::CutBody));
    let response = api.request(Method::GET, "/api/v1/logs").send().await.expect("a beginning");
    assert_eq!(response.status(), 200);
    assert!(response.text().await.is_err());
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
}

#[tokio::test]
async fn what_comes_is_not_what_okta_sends() {
    let api = Api::start(unlimited()).await;
    for (kind, begins) in [(FaultKind::Html, "<!DOCTYPE html>"), (FaultKind::Garbage, "{\"unfinished\"")] {
        api.okta.order(Fault::once(kind));
        let reply = api.get("/api/v1/logs").await;
        assert!(reply.status == 200 && reply.text.starts_with(begins), "{reply:?}");
    }
    api.okta.order(Fault::once(FaultKind::WrongTypes));
    assert!(api.get("/api/v1/logs").await.json()["items"].is_array());
    api.okta.order(Fault::once(FaultKind::Redirect { to: "http://127.0.0.1:9/".to_owned() }));
    let reply = api.get("/api/v1/logs").await;
    assert_eq!((reply.status, reply.header("location")), (302, Some("http://127.0.0.1:9/")));
    api.okta.order(Fault::once(FaultKind::RateLimited));
    let reply = api.get("/api/v1/logs").await;
    reply.fault(429, "E0000047");
    assert_eq!((reply.header("x-rate-limit-remaining"), reply.header("retry-after")), (Some("0"), None));
}

#[tokio::test]
async fn next_leads_astray() {
    let api = Api::start(unlimited()).await;
    api.okta.order(Fault::once(FaultKind::EvilNext { url: "https://evil.test/api/v1/logs".to_owned() }));
    assert_eq!(api.get("/api/v1/logs").await.link("next").as_deref(), Some("https://evil.test/api/v1/logs"));
    api.okta.order(Fault::once(FaultKind::CyclicNext));
    let reply = api.get("/api/v1/logs?limit=1").await;
    assert_eq!(reply.link("next"), reply.link("self"));
    api.okta.order(Fault::once(FaultKind::NoNext));
    assert_eq!(api.get("/api/v1/logs").await.link("next"), None);
}

#[tokio::test]
async fn a_reset_can_stand_twice() {
    let api = Api::start(unlimited()).await;
    api.okta.order(Fault::once(FaultKind::DoubleReset));
    let reply = api.get("/api/v1/logs").await;
    let resets: Vec<i64> = reply.headers.get_all("x-rate-limit-reset").iter().map(|reset| reset.to_str().unwrap().parse().unwrap()).collect();
    assert!(resets.len() == 2 && resets[0] < resets[1], "{resets:?}");
    let headers = [("x-rate-limit-reset".to_owned(), "99999999999".to_owned())].into();
    let kind = FaultKind::Status { status: 429, code: Some("E0000047".to_owned()), summary: None, body: None, headers };
    api.okta.order(Fault::once(kind));
    assert_eq!(api.get("/api/v1/logs").await.header("x-rate-limit-reset"), Some("99999999999"), "a fault may say any time");
}

#[tokio::test]
async fn bodies_are_huge_and_bombs_small() {
    let api = Api::start(unlimited()).await;
    api.okta.order(Fault::once(FaultKind::HugeBody { bytes: 3_000_000 }));
    assert!(api.get("/api/v1/logs").await.text.len() >= 3_000_000);
    api.okta.order(Fault::once(FaultKind::GzipBomb { bytes: 50_000_000 }));
    let reply = api.request(Method::GET, "/api/v1/logs").send().await.unwrap();
    // The client of these tests does not unpack by itself where it is told what it is asked for.
    let unpacked = reply.headers().get("content-encoding").is_none();
    let bytes = reply.bytes().await.unwrap();
    let size = if unpacked {
        bytes.len()
    } else {
        assert!(bytes.len() < 1_000_000, "{} bytes", bytes.len());
        let mut all = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_ref()).read_to_end(&mut all).unwrap()
    };
    assert_eq!(size, 50_000_000);
}

#[tokio::test]
async fn answers_come_late_or_never() {
    let api = Api::start(unlimited()).await;
    let begin = Instant::now();
    api.okta.order(Fault::once(FaultKind::Delay { ms: 300 }));
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(300));
    api.okta.order(Fault::once(FaultKind::Stall));
    let never = api.request(Method::GET, "/api/v1/logs").timeout(Duration::from_millis(300)).send().await;
    assert!(never.is_err_and(|error| error.is_timeout()));
    assert_eq!(api.get("/api/v1/logs").await.json(), json!(api.okta.events()));
    api.okta.shutdown().await;
}
