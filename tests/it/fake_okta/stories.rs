//! Stories: the attacks raise what they should, the quiet morning nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clarion::alert::Watch;
use clarion::engine::Limits;
use clarion::event::{Event, Origin, Source, Span};
use clarion::fake_okta::{FakeOkta, Pace, Story};
use clarion::pack::{Library, recommended};
use clarion::plan::Plan;
use serde_json::Value;

use super::receiver::Receiver;
use super::{Api, unlimited};

/// Plays a story at once and returns what the System Log then holds of it.
async fn played(name: &str) -> (FakeOkta, Vec<Value>) {
    let okta = FakeOkta::start(unlimited()).await.unwrap();
    let story = Story::embedded(name).unwrap();
    let count = okta.play(&story, Pace::AtOnce).unwrap();
    let events = okta.events();
    assert_eq!(events.len(), count);
    (okta, events)
}

/// Runs the recommended pack over events and returns the rules that raised alerts.
fn raised(events: &[Value]) -> BTreeSet<String> {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    let pack = &library.packs[0];
    let plan = Arc::new(Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets));
    let mut watch = Watch::new(plan.clone(), Limits { lateness: Span::days(1), ..Limits::default() });
    let origin = Origin { source: Source::SystemLog, org: None };
    let mut event = Event::new();
    for json in events {
        event.read(plan.layout(), json.to_string().as_bytes(), &origin).unwrap_or_else(|bad| panic!("{json}: {bad:?}"));
        watch.observe(&event, None);
    }
    watch.finish().iter().map(|alert| alert.rule.to_string()).collect()
}

#[tokio::test]
async fn attacks_raise_alerts_and_a_quiet_morning_none() {
    for (story, rules) in [
        ("push-fatigue", &["okta.push-fatigue", "okta.push-fatigue-succeeded"][..]),
        ("password-spray", &["okta.password-spray"]),
        ("session-theft", &["okta.session-replayed"]),
        ("admin-takeover", &["okta.admin-role-granted-to-user", "okta.sign-on-policy-weakened", "okta.event-hook-tampered"]),
        ("silenced-alarm", &["okta.event-hook-tampered", "okta.log-stream-stopped", "okta.network-zone-removed"]),
        ("quiet-morning", &[]),
    ] {
        let raised = raised(&played(story).await.1);
        for rule in rules {
            assert!(raised.contains(*rule), "{story} does not raise {rule}, but {raised:?}");
        }
        assert_eq!(raised.is_empty(), rules.is_empty(), "{story}: {raised:?}");
    }
}

#[tokio::test]
async fn what_is_late_is_written_later_and_keeps_its_time() {
    let (_, events) = played("push-fatigue").await;
    let at = |wanted: &str| events.iter().position(|event| event["displayMessage"] == wanted).unwrap_or_else(|| panic!("{wanted}"));
    let (refused, approved) = (at("Second factor refused"), at("Second factor accepted"));
    assert!(refused > approved, "refusals are written down after the approval");
    let time = |at: usize| events[at]["published"].as_str().unwrap().to_owned();
    assert!(time(refused) < time(approved), "and happened before it");
}

#[tokio::test]
async fn the_engine_reads_what_the_org_writes_itself() {
    let api = Api::start(unlimited()).await;
    let user = api.okta.add_user(&super::person("mara.lindqvist@example.com", "ACTIVE")).unwrap();
    let hook = api.hook("one", "https://rx.example/", &["user.session.start"]).await;
    for act in ["suspend", "unsuspend", "reset_factors", "deactivate"] {
        assert_eq!(api.post(&format!("/api/v1/users/{user}/lifecycle/{act}")).await.status, 200);
    }
    api.post(&format!("/api/v1/eventHooks/{hook}/lifecycle/deactivate")).await;
    assert!(raised(&api.okta.events()).contains("okta.event-hook-tampered"));
}

#[tokio::test]
async fn people_are_users_and_sessions_are_the_same_where_the_story_says_so() {
    let (okta, events) = played("session-theft").await;
    assert_eq!(okta.users().iter().map(|user| user.login.as_str()).collect::<Vec<_>>(), ["bram.visser@example.com"]);
    assert_eq!(okta.users()[0].id, events[0]["actor"]["id"].as_str().unwrap());
    let sessions: BTreeSet<&str> = events.iter().map(|event| event["authenticationContext"]["externalSessionId"].as_str().unwrap()).collect();
    assert_eq!(sessions.len(), 1);
    let uuids: BTreeSet<&str> = events.iter().map(|event| event["uuid"].as_str().unwrap()).collect();
    assert_eq!(uuids.len(), events.len());
}

#[tokio::test]
async fn a_story_reaches_hooks_with_doubles_and_takes_the_time_it_is_given() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.authentication.auth_via_mfa", "user.session.start"]).await;
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await;
    // Fifty minutes in half a second.
    let story = Story::embedded("push-fatigue").unwrap();
    let count = api.okta.play(&story, Pace::Times(6000.0)).unwrap();
    let all = || api.okta.events().iter().filter(|event| event["transaction"]["type"] == "WEB" && event["client"]["id"].is_null()).count();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while all() < count {
        assert!(tokio::time::Instant::now() < deadline, "{} of {count} events came", all());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    api.okta.settle().await;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    receiver.deliveries().iter().flat_map(super::receiver::Call::uuids).for_each(|uuid| *times.entry(uuid).or_default() += 1);
    assert_eq!(times.values().filter(|times| **times == 2).count(), 5, "the refusals come twice: {times:?}");
    assert_eq!(times.len(), 8, "what the hook does not subscribe to is only in the log");
}
