//! Deliveries to hooks: their shape, their tries, their disorder.

use std::time::Duration;

use clarion::event::Span;
use serde_json::{Value, json};

use super::receiver::{Answer, Receiver};
use super::{Api, event, frozen, unlimited};

const NOW: &str = "2026-03-02T12:00:00.000Z";

/// An org with a verified hook.
async fn hooked(items: &[&str]) -> (Api, Receiver, String) {
    hooked_in(Api::start(unlimited()).await, items).await
}

async fn hooked_in(api: Api, items: &[&str]) -> (Api, Receiver, String) {
    let receiver = Receiver::start().await;
    api.okta.switch(|switches| switches.hook_timeout_ms = 1000);
    let id = api.hook("one", &receiver.url(), items).await;
    assert_eq!(api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await.status, 200);
    (api, receiver, id)
}

fn failures(api: &Api) -> Vec<Value> {
    api.okta.events().into_iter().filter(|event| event["eventType"] == "event_hook.delivery").collect()
}

#[tokio::test]
async fn a_delivery_has_the_envelope_and_the_shape_of_hooks() {
    let (api, receiver, id) = hooked_in(Api::start(frozen(NOW)).await, &["user.session.start"]).await;
    let uuids = api.okta.play_events(vec![event("user.session.start", NOW), event("user.session.end", NOW)]).unwrap();
    api.okta.settle().await;
    let deliveries = receiver.deliveries();
    assert_eq!(deliveries.len(), 1, "only what it subscribes to");
    let call = &deliveries[0];
    assert_eq!(call.header("authorization"), Some("a secret of the receiver's"));
    assert_eq!((call.header("accept"), call.header("content-type")), (Some("application/json"), Some("application/json")));
    let body = &call.body;
    for (key, value) in [
        ("eventType", json!("com.okta.event_hook")),
        ("eventTypeVersion", json!("1.0")),
        ("cloudEventsVersion", json!("0.1")),
        ("contentType", json!("application/json")),
        ("source", json!(format!("{}/api/v1/eventHooks/{id}", api.okta.url()))),
        ("eventTime", json!(NOW)),
    ] {
        assert_eq!(body[key], value, "{key}");
    }
    assert!(body["eventId"].as_str().is_some_and(|id| id.len() == 36));
    let carried = &body["data"]["events"][0];
    assert_eq!(carried["uuid"].as_str(), Some(uuids[0].as_str()));
    assert!(carried.get("request").is_none(), "the chain of addresses stands in client");
    assert_eq!(carried["client"]["ipChain"][0]["ip"], "203.0.113.24");
    assert!(carried.as_object().unwrap().contains_key("insertionTimestamp") && carried["insertionTimestamp"].is_null());
    assert_eq!(carried["debugContext"]["debugData"]["targetEventHookIds"], json!(id));
    assert!(carried.as_object().unwrap().contains_key("legacyEventType"), "nulls are kept");
    let logged = api.okta.events().into_iter().find(|event| event["uuid"].as_str() == Some(uuids[0].as_str())).unwrap();
    assert_eq!(logged["request"]["ipChain"][0]["ip"], "203.0.113.24");
    assert!(logged.get("insertionTimestamp").is_none());
}

/// Okta's own sample of a delivery is given again, but for what the org puts in.
#[tokio::test]
async fn oktas_sample_of_a_delivery_is_given_again() {
    let sample: Value = serde_json::from_str(include_str!("../../data/samples/hook-user.session.start-okta-docs.json")).unwrap();
    let mut carried = sample["data"]["events"][0].clone();
    // The same event as the System Log has it.
    let mut logged = carried.clone();
    logged.as_object_mut().unwrap().remove("insertionTimestamp");
    let chain = logged["client"].as_object_mut().unwrap().remove("ipChain").unwrap();
    logged["request"] = json!({ "ipChain": chain });
    let (api, receiver, id) = hooked(&["user.session.start"]).await;
    api.okta.play_events(vec![logged.clone()]).unwrap();
    api.okta.settle().await;
    let body = receiver.deliveries()[0].body.clone();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&body), keys(&sample));
    carried["debugContext"]["debugData"]["targetEventHookIds"] = id.as_str().into();
    assert_eq!(body["data"]["events"], json!([carried]));
    logged["debugContext"]["debugData"]["targetEventHookIds"] = id.into();
    assert!(api.okta.events().contains(&logged), "the System Log has its own shape");
}

/// What the org writes of its own doing has the keys of Okta's sample, and those that the wire has beside it.
#[tokio::test]
async fn own_events_have_the_keys_of_oktas_sample() {
    let sample: Value = serde_json::from_str(include_str!("../../data/samples/log-user.lifecycle.deactivate-okta-docs.json")).unwrap();
    let api = Api::start(unlimited()).await;
    let user = api.okta.add_user(&super::person("mara.lindqvist@example.com", "ACTIVE")).unwrap();
    api.post(&format!("/api/v1/users/{user}/lifecycle/deactivate")).await;
    let own = api.okta.events().pop().unwrap();
    assert_eq!((&own["eventType"], &own["displayMessage"]), (&json!("user.lifecycle.deactivate"), &json!("Deactivate Okta user")));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let beside = |own: &Value, sample: &Value| (keys(own).difference(&keys(sample)).cloned().collect(), keys(sample).difference(&keys(own)).cloned().collect());
    let none: Vec<String> = Vec::new();
    assert_eq!(beside(&own, &sample), (vec!["device".to_owned()], none.clone()));
    assert_eq!(beside(&own["authenticationContext"], &sample["authenticationContext"]), (vec!["rootSessionId".to_owned()], none.clone()));
    for part in ["actor", "client", "outcome", "securityContext", "transaction", "request"] {
        assert_eq!(beside(&own[part], &sample[part]), (none.clone(), none.clone()), "{part}");
    }
    assert_eq!(beside(&own["target"][0], &sample["target"][0]), (none.clone(), none));
}

#[tokio::test]
async fn events_can_be_carried_twice_or_left_to_the_log() {
    let (api, receiver, _) = hooked(&["user.session.start"]).await;
    let twice = api.okta.play_events_carried(vec![event("user.session.start", NOW)], 2).unwrap();
    api.okta.play_events_carried(vec![event("user.session.start", NOW)], 0).unwrap();
    api.okta.settle().await;
    let calls = receiver.deliveries();
    assert_eq!(calls.iter().map(super::receiver::Call::uuids).collect::<Vec<_>>(), [twice.clone(), twice]);
    assert_ne!(calls[0].body["eventId"], calls[1].body["eventId"], "two deliveries, not two tries");
}

#[tokio::test]
async fn nulls_can_be_left_out() {
    let (api, receiver, _) = hooked(&["user.session.start"]).await;
    api.okta.switch(|switches| switches.omit_nulls = true);
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    let body = receiver.deliveries()[0].body.to_string();
    assert!(!body.contains("null,") && !body.contains(":null"), "{body}");
}

#[tokio::test]
async fn only_active_and_verified_hooks_deliver() {
    let (api, receiver, id) = hooked(&["user.session.start"]).await;
    let other = api.hook("two", &receiver.url(), &["user.session.start"]).await;
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    assert_eq!(receiver.deliveries().len(), 1, "{other} is not verified");
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/deactivate")).await;
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    assert_eq!(receiver.deliveries().len(), 1);
}

#[tokio::test]
async fn a_hook_may_take_its_time_to_begin() {
    let api = Api::start(frozen(NOW)).await;
    api.okta.switch(|switches| switches.hook_warm_up_seconds = 120);
    let (api, receiver, _) = hooked_in(api, &["user.session.start"]).await;
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    assert_eq!(receiver.deliveries().len(), 0);
    api.okta.pass(Span::minutes(2));
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    assert_eq!(receiver.deliveries().len(), 1);
}

#[tokio::test]
async fn a_fault_is_tried_again_once_a_refusal_never() {
    let late = Answer::Late(Duration::from_secs(30));
    for (answers, tries, taken) in [
        (&[Answer::Status(200)][..], 1, true),
        (&[Answer::Status(204)], 1, true),
        (&[Answer::Status(500), Answer::Status(200)], 2, true),
        (&[late, Answer::Status(200)], 2, true),
        (&[Answer::Status(503), Answer::Status(500), Answer::Status(200)], 2, false),
        (&[late, late, Answer::Status(200)], 2, false),
        (&[Answer::Status(400), Answer::Status(200)], 1, false),
        (&[Answer::Status(401), Answer::Status(200)], 1, false),
        (&[Answer::Status(429), Answer::Status(200)], 1, false),
        (&[Answer::Status(302), Answer::Status(200)], 1, false),
    ] {
        let (api, receiver, id) = hooked(&["user.session.start"]).await;
        receiver.will(answers);
        api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
        api.okta.settle().await;
        let calls = receiver.deliveries();
        assert_eq!(calls.len(), tries, "{answers:?}");
        assert!(calls.iter().all(|call| call.body["eventId"] == calls[0].body["eventId"]), "a try is the same delivery");
        assert_eq!(api.okta.deliveries()[0].taken, taken, "{answers:?}");
        let failures = failures(&api);
        assert_eq!(failures.len(), usize::from(!taken), "{answers:?}: the log says what failed and nothing else");
        if let Some(failure) = failures.first() {
            assert_eq!((&failure["outcome"]["result"], &failure["target"][0]["id"]), (&json!("FAILURE"), &json!(id)));
        }
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_a_failure() {
    let (api, _, id) = hooked(&["user.session.start"]).await;
    let change = clarion::fake_okta::HookChange { uri: Some("http://127.0.0.1:9/".to_owned()), verified: Some(true), ..Default::default() };
    api.okta.change_hook(&id, change).unwrap();
    api.okta.play_events(vec![event("user.session.start", NOW)]).unwrap();
    api.okta.settle().await;
    assert_eq!(failures(&api).len(), 1);
    assert!(!api.okta.deliveries()[0].taken);
}

#[tokio::test]
async fn events_of_one_moment_go_together_and_large_batches_are_cut() {
    let (api, receiver, _) = hooked(&["user.session.start"]).await;
    api.okta.switch(|switches| switches.delivery_events_max = 10);
    let uuids = api.okta.play_events((0..25).map(|_| event("user.session.start", NOW)).collect()).unwrap();
    api.okta.settle().await;
    let mut sizes: Vec<usize> = receiver.deliveries().iter().map(|call| call.uuids().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
    let mut seen: Vec<String> = receiver.deliveries().iter().flat_map(super::receiver::Call::uuids).collect();
    seen.sort();
    let mut wanted = uuids;
    wanted.sort();
    assert_eq!(seen, wanted, "nothing is lost");
}

#[tokio::test]
async fn disorder_and_doubles_can_be_had() {
    let (api, receiver, _) = hooked(&["user.session.start"]).await;
    api.okta.switch(|switches| {
        switches.shuffle = true;
        switches.duplicate_percent = 100;
    });
    let uuids = api.okta.play_events((0..40).map(|_| event("user.session.start", NOW)).collect()).unwrap();
    api.okta.settle().await;
    let calls = receiver.deliveries();
    assert_eq!(calls.len(), 2, "the delivery came twice");
    assert_eq!(calls[0].body["eventId"], calls[1].body["eventId"]);
    assert_ne!(calls[0].uuids(), uuids, "in another order");
    let mut sorted = calls[0].uuids();
    sorted.sort();
    let mut wanted = uuids;
    wanted.sort();
    assert_eq!(sorted, wanted);
}

#[tokio::test]
async fn above_the_days_number_events_are_lost_to_hooks_and_not_to_the_log() {
    let (api, receiver, _) = hooked(&["user.session.start"]).await;
    api.okta.switch(|switches| switches.hook_events_per_day = 3);
    let send = async |count: usize| {
        api.okta.play_events((0..count).map(|_| event("user.session.start", NOW)).collect()).unwrap();
        api.okta.settle().await;
        receiver.deliveries().iter().map(|call| call.uuids().len()).sum::<usize>()
    };
    assert_eq!(send(5).await, 3);
    assert_eq!(api.okta.events().iter().filter(|event| event["eventType"] == "user.session.start").count(), 5);
    api.okta.pass(Span::hours(25));
    assert_eq!(send(2).await, 5, "another day");
}

#[tokio::test]
async fn what_an_app_does_comes_back_by_the_hook() {
    let (api, receiver, _) = hooked(&["user.lifecycle.suspend"]).await;
    let user = api.okta.add_user(&super::person("mara.lindqvist@example.com", "ACTIVE")).unwrap();
    assert_eq!(api.post(&format!("/api/v1/users/{user}/lifecycle/suspend")).await.status, 200);
    api.okta.settle().await;
    let carried = receiver.deliveries()[0].body["data"]["events"][0].clone();
    assert_eq!(carried["eventType"], "user.lifecycle.suspend");
    assert_eq!((&carried["actor"]["type"], &carried["actor"]["id"]), (&json!("PublicClientAppEntity"), &json!(api.okta.client_id())));
}
