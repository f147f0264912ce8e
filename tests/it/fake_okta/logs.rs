//! The System Log: polling and bounded queries, links, filters, errors, retention.

use clarion::event::Span;
use serde_json::{Value, json};

use super::{Api, Reply, event, frozen, unlimited};

const NOW: &str = "2026-03-02T12:00:00.000Z";

fn uuids(reply: &Reply) -> Vec<String> {
    reply.json().as_array().expect("events").iter().map(|event| event["uuid"].as_str().expect("a uuid").to_owned()).collect()
}

/// An event with a uuid that says which one it is.
fn named(uuid: &str, event_type: &str, published: &str) -> Value {
    let mut event = event(event_type, published);
    event["uuid"] = uuid.into();
    event
}

/// An org without the events of getting a token.
async fn log() -> Api {
    Api::start(frozen(NOW)).await
}

const OURS: &str = "filter=eventType+sw+%22user.%22";

#[tokio::test]
async fn polling_goes_by_the_order_of_writing_and_never_ends() {
    let api = log().await;
    // The second one happened first and is written late.
    api.okta.play_events(vec![named("a", "user.session.start", "2026-03-02T11:59:00.000Z")]).unwrap();
    api.okta.pass(Span::seconds(1));
    api.okta.play_events(vec![named("b", "user.session.end", "2026-03-02T11:30:00.000Z")]).unwrap();
    let first = api.get(&format!("/api/v1/logs?since=2026-03-02T12:00:00.000Z&{OURS}")).await;
    assert_eq!(uuids(&first), ["a", "b"], "since looks at the time of writing");
    let later = api.get(&format!("/api/v1/logs?since=2026-03-02T12:00:00.500Z&{OURS}")).await;
    assert_eq!(uuids(&later), ["b"]);
    let next = first.link("next").expect("a next link");
    assert!(next.starts_with(&api.okta.url()) && next.contains("after="), "{next}");
    let empty = api.get(&next).await;
    assert_eq!((empty.status, empty.json()), (200, json!([])));
    let again = empty.link("next").expect("a next link on an empty page");
    api.okta.play_events(vec![named("c", "user.session.start", "2026-03-02T09:00:00.000Z")]).unwrap();
    assert_eq!(uuids(&api.get(&again).await), ["c"], "what came since");
    assert_eq!(uuids(&api.get(&next).await), ["c"], "a link may be followed again");
}

#[tokio::test]
async fn links_are_lines_of_their_own_and_carry_the_query() {
    let api = log().await;
    let reply = api.get(&format!("/api/v1/logs?limit=7&since=2026-03-01T00%3A00%3A00Z&{OURS}")).await;
    let lines: Vec<&str> = reply.headers.get_all("link").iter().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(reply.link("self").unwrap(), format!("{}/api/v1/logs?limit=7&since=2026-03-01T00%3A00%3A00Z&{OURS}", api.okta.url()));
    let next = reply.link("next").unwrap();
    assert!(next.contains("limit=7") && next.contains("filter=eventType+sw+%22user.%22"), "{next}");
}

#[tokio::test]
async fn pages_hold_a_hundred_events_or_what_is_asked_for() {
    let api = log().await;
    let events = (0..250).map(|n| named(&format!("e{n:03}"), "user.session.start", NOW)).collect();
    api.okta.play_events(events).unwrap();
    let mut page = api.get(&format!("/api/v1/logs?{OURS}")).await;
    let mut sizes = Vec::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        sizes.push(uuids(&page).len());
        seen.extend(uuids(&page));
        page = api.get(&page.link("next").unwrap()).await;
    }
    assert_eq!(sizes, [100, 100, 50, 0]);
    let expected: Vec<String> = (0..250).map(|n| format!("e{n:03}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(uuids(&api.get(&format!("/api/v1/logs?limit=1000&{OURS}")).await).len(), 250);
    assert_eq!(uuids(&api.get("/api/v1/logs?limit=0").await).len(), 0);
    for limit in ["1001", "-1", "many"] {
        api.get(&format!("/api/v1/logs?limit={limit}")).await.fault(400, "E0000001");
    }
}

#[tokio::test]
async fn a_bounded_query_goes_by_published_and_ends() {
    let api = log().await;
    api.okta
        .play_events(vec![
            named("c", "user.session.start", "2026-03-02T11:03:00.000Z"),
            named("a", "user.session.start", "2026-03-02T11:01:00.000Z"),
            named("b", "user.session.start", "2026-03-02T11:02:00.000Z"),
            named("d", "user.session.start", "2026-03-02T11:04:00.000Z"),
        ])
        .unwrap();
    let window = "since=2026-03-02T11:01:00Z&until=2026-03-02T11:03:30Z";
    let first = api.get(&format!("/api/v1/logs?{window}&limit=2")).await;
    assert_eq!(uuids(&first), ["a", "b"]);
    let last = api.get(&first.link("next").expect("more")).await;
    assert_eq!((uuids(&last), last.link("next")), (vec!["c".to_owned()], None));
    assert!(last.link("self").is_some());
    assert_eq!(uuids(&api.get(&format!("/api/v1/logs?{window}&sortOrder=DESCENDING")).await), ["c", "b", "a"]);
    // Without an end, but downwards, it is bounded by now.
    let down = api.get(&format!("/api/v1/logs?sortOrder=DESCENDING&{OURS}")).await;
    assert_eq!((uuids(&down).first().map(String::as_str), down.link("next")), (Some("d"), None));
    api.okta.switch(|switches| switches.bounded_next_forever = true);
    assert!(api.get(&format!("/api/v1/logs?{window}")).await.link("next").is_some(), "as some have seen");
}

#[tokio::test]
async fn without_since_it_goes_back_seven_days_and_never_beyond_the_retention() {
    let api = log().await;
    // Moving the clock ends the token: a longer one.
    api.okta.switch(|switches| switches.token_seconds = 400 * 86_400);
    let api = Api { authorization: fresh_token(&api).await, ..api };
    api.okta.play_events(vec![named("old", "user.session.start", NOW)]).unwrap();
    api.okta.pass(Span::days(8));
    api.okta.play_events(vec![named("new", "user.session.start", "2026-03-10T12:00:00.000Z")]).unwrap();
    assert_eq!(uuids(&api.get(&format!("/api/v1/logs?{OURS}")).await), ["new"]);
    assert_eq!(uuids(&api.get(&format!("/api/v1/logs?since=2026-03-01T00:00:00Z&{OURS}")).await), ["old", "new"]);
    api.okta.pass(Span::days(83));
    let back = format!("/api/v1/logs?since=2026-03-01T00:00:00Z&{OURS}");
    assert_eq!(uuids(&api.get(&back).await), ["new"], "an older one is asked for and not there, without an error");
    api.okta.pass(Span::days(100));
    let summary = api.get(&back).await.fault(400, "E0000053");
    assert!(summary.contains("over 180 days"), "{summary}");
}

async fn fresh_token(api: &Api) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", super::SCOPES)];
    let reply = super::token(&api.okta, &api.okta.client_id(), &api.okta.client_secret(), &form).await;
    format!("Bearer {}", reply.json()["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn filters_and_keywords_choose() {
    let api = log().await;
    let mut spray = named("spray", "security.threat.detected", NOW);
    spray["debugContext"]["debugData"]["threatDetections"] = "{\"Password Spray\":\"HIGH\"}".into();
    spray["outcome"] = json!({ "result": "DENY", "reason": "Password Spray" });
    let mut target = named("target", "user.lifecycle.suspend", NOW);
    target["target"] = json!([{ "id": "0oax", "type": "AppInstance" }, { "id": "00uvictim", "type": "User", "alternateId": "anna-lena@example.com" }]);
    api.okta.play_events(vec![spray, target, named("plain", "user.session.start", NOW)]).unwrap();
    for (query, wanted) in [
        ("filter=outcome.result+eq+%22DENY%22", &["spray"][..]),
        ("filter=target.id+eq+%2200uvictim%22", &["target"]),
        ("filter=target.id+eq+%2200uvictim%22+or+eventType+eq+%22user.session.start%22", &["target", "plain"]),
        ("filter=not+(outcome.reason+pr)+and+eventType+sw+%22user.%22", &["target", "plain"]),
        ("filter=debugContext.debugData.threatDetections+co+%22Spray%22", &["spray"]),
        ("q=password+spray", &["spray"]),
        ("q=SPRAY", &["spray"]),
        ("q=spra", &[]),
        ("q=anna-lena%40example.com", &["target"]),
        ("q=anna", &["target"]),
    ] {
        assert_eq!(uuids(&api.get(&format!("/api/v1/logs?{query}")).await), wanted, "{query}");
    }
}

#[tokio::test]
async fn wrong_parameters_are_refused_in_oktas_words() {
    let api = log().await;
    for (query, code, says) in [
        ("until=yesterday", "E0000001", "Api validation failed: 'until': The date format"),
        ("since=2026-13-01T00:00:00Z", "E0000001", "Api validation failed: 'since': The date format"),
        ("sortOrder=ascending", "E0000001", "sortOrder"),
        ("filter=display_message+eqq+%22Create+okta+user%22", "E0000053", "Unrecognized attribute operator 'eqq' at position 16. Expected: "),
        ("filter=colour+eq+%22red%22", "E0000053", "field is not valid: colour"),
        ("filter=published+gt+%222026-01-01T00:00:00Z%22", "E0000053", "field is not valid: published"),
        ("filter=debugContext.debugData.url+co+%22x%22", "E0000031", "debugContext.debugData.url"),
        ("filter=debugContext.debugData.requestUri+co+%22x%22", "E0000031", "requestUri"),
        ("q=a+b+c+d+e+f+g+h+i+j+k", "E0000001", "more than 10"),
        ("q=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddE", "E0000001", "longer than 40"),
        ("since=2025-01-01T00:00:00Z", "E0000053", "over 180 days"),
        ("after=nonsense", "E0000053", "after"),
    ] {
        let reply = api.get(&format!("/api/v1/logs?{query}")).await;
        let summary = reply.fault(400, code);
        assert!(summary.contains(says), "{query}: {summary}");
    }
    let dates = api.get("/api/v1/logs?until=yesterday").await.json();
    assert_eq!(dates["errorCauses"].as_array().unwrap().len(), 2, "{dates}");
}

#[tokio::test]
async fn cursors_can_be_made_to_end() {
    let api = Api::start(unlimited()).await;
    let next = api.get("/api/v1/logs").await.link("next").unwrap();
    assert_eq!(api.get(&next).await.status, 200, "for ever, unless somebody says otherwise");
    api.okta.switch(|switches| switches.cursor_seconds = Some(60));
    api.okta.pass(Span::minutes(2));
    api.get(&next).await.fault(400, "E0000053");
}
