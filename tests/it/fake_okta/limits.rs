//! Rate limits: headers on every answer, windows, and the two kinds of 429.

use clarion::event::{Span, Timestamp};
use clarion::fake_okta::{Clock, Fault, FaultKind, Options, Plan};

use super::{Api, Reply, read};

const NOW: &str = "2026-03-02T12:00:00.400Z";

fn org(plan: Plan) -> Options {
    let clock = Clock::Frozen(Timestamp::parse(NOW).unwrap());
    Options { clock, switches: clarion::fake_okta::Switches { plan, ..Default::default() }, ..Options::default() }
}

fn standing(reply: &Reply) -> (u64, u64, i64) {
    let number = |name: &str| reply.header(name).unwrap_or_else(|| panic!("{name} is missing")).parse::<i64>().expect("a number");
    let unsigned = |name: &str| u64::try_from(number(name)).unwrap();
    (unsigned("x-rate-limit-limit"), unsigned("x-rate-limit-remaining"), number("x-rate-limit-reset"))
}

#[tokio::test]
async fn every_answer_has_the_headers_that_all_have() {
    let api = Api::start(org(Plan::Workforce)).await;
    let anonymous = read(api.http.get(format!("{}/api/v1/logs", api.okta.url()))).await;
    for reply in [api.get("/api/v1/logs").await, api.get("/api/v1/users/nobody").await, api.get("/nowhere").await, anonymous] {
        standing(&reply);
        let id = reply.header("x-okta-request-id").expect("an id");
        assert!(id.len() == 32 && id.chars().all(|letter| letter.is_ascii_hexdigit()), "{id}");
        assert_eq!(reply.header("date"), Some("Mon, 02 Mar 2026 12:00:00 GMT"), "the date is the org's");
        assert_eq!(reply.header("cache-control"), Some("no-cache, no-store"));
    }
}

#[tokio::test]
async fn an_app_has_half_of_a_bucket_for_a_minute() {
    for (plan, half) in [(Plan::IntegratorFree, 10), (Plan::OneApp, 25), (Plan::Enterprise, 25), (Plan::Workforce, 60)] {
        let api = Api::start(org(plan)).await;
        let reset = Timestamp::parse("2026-03-02T12:01:01.000Z").unwrap().micros() / 1_000_000;
        for used in 1..=half {
            let reply = api.get("/api/v1/logs?limit=0").await;
            assert_eq!((reply.status, standing(&reply)), (200, (half, half - used, reset)), "{plan:?}");
        }
        let over = api.get("/api/v1/logs?limit=0").await;
        assert_eq!(over.fault(429, "E0000047"), "API call exceeded rate limit due to too many requests.");
        assert_eq!(standing(&over), (half, 0, reset));
        assert!(over.header("retry-after").is_none(), "there is none");
        assert_eq!(api.get("/api/v1/eventHooks").await.status, 200, "another bucket");
        api.okta.pass(Span::seconds(61));
        assert_eq!(api.get("/api/v1/logs?limit=0").await.status, 200, "another minute");
        let violations = api.logged().iter().filter(|name| *name == "system.org.rate_limit.violation").count();
        assert_eq!(violations, 1, "the log says it once");
    }
}

#[tokio::test]
async fn the_share_of_an_app_can_be_changed() {
    let api = Api::start(org(Plan::Workforce)).await;
    api.okta.switch(|switches| switches.app_share_percent = 100);
    assert_eq!(standing(&api.get("/api/v1/logs?limit=0").await).0, 120);
}

#[tokio::test]
async fn a_bucket_can_be_used_up() {
    let api = Api::start(org(Plan::Workforce)).await;
    api.okta.exhaust(&api.okta.client_id(), "logs").unwrap();
    api.get("/api/v1/logs").await.fault(429, "E0000047");
    assert_eq!(api.get("/api/v1/users").await.status, 200);
    assert!(api.okta.exhaust("x", "nothing").is_err());
}

#[tokio::test]
async fn too_much_at_once_has_limit_and_remaining_zero() {
    let api = Api::start(org(Plan::Workforce)).await;
    api.okta.switch(|switches| switches.concurrency_max = 0);
    let reply = api.get("/api/v1/logs").await;
    reply.fault(429, "E0000047");
    let (limit, remaining, _) = standing(&reply);
    assert_eq!((limit, remaining), (0, 0));
    api.okta.switch(|switches| switches.concurrency_max = 75);
    api.okta.order(Fault::once(FaultKind::ConcurrencyLimited));
    assert_eq!(standing(&api.get("/api/v1/logs").await).0, 0);
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
}
