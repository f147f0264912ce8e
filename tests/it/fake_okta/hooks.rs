//! Event hooks: states, rules, and the challenge of their receivers.

use std::time::Duration;

use clarion::event::event_types;
use clarion::fake_okta::{Engine, HookChange, PutWithoutSecret};
use serde_json::{Value, json};

use super::receiver::{Answer, Receiver};
use super::{Api, hook, unlimited};

const URI: &str = "https://rx.example/okta/abc";

fn state(body: &Value) -> (&str, &str) {
    (body["status"].as_str().expect("a status"), body["verificationStatus"].as_str().expect("a status"))
}

#[tokio::test]
async fn a_hook_lives_from_create_to_delete() {
    let api = Api::start(unlimited()).await;
    let created = api.post_json("/api/v1/eventHooks", &hook("one", URI, &["user.session.start", "user.account.lock"])).await;
    let body = created.json();
    assert_eq!((created.status, state(&body)), (200, ("ACTIVE", "UNVERIFIED")));
    let id = body["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("who") && id.len() == 20, "{id}");
    assert_eq!(body["createdBy"], api.okta.client_id());
    assert_eq!(body["events"], json!({ "type": "EVENT_TYPE", "items": ["user.account.lock", "user.session.start"], "filter": null }), "the order is Okta's");
    assert_eq!(body["description"], Value::Null);
    let config = &body["channel"]["config"];
    assert_eq!(config["authScheme"], json!({ "type": "HEADER", "key": "Authorization" }), "the value is never given out");
    assert_eq!((config["uri"].as_str(), config["method"].as_str()), (Some(URI), Some("POST")));
    let path = format!("/api/v1/eventHooks/{id}");
    let links = |body: &Value| body["_links"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(links(&body), ["deactivate", "self", "verify"]);
    assert_eq!(body["_links"]["verify"], json!({ "href": format!("{}{path}/lifecycle/verify", api.okta.url()), "hints": { "allow": ["POST"] } }));
    assert_eq!(api.get(&path).await.json(), body);
    assert_eq!(api.get("/api/v1/eventHooks").await.json(), json!([body]));
    api.delete(&path).await.fault(403, "E0000006");
    let off = api.post(&format!("{path}/lifecycle/deactivate")).await.json();
    assert_eq!((state(&off), links(&off)), (("INACTIVE", "UNVERIFIED"), vec!["activate".to_owned(), "delete".to_owned(), "self".to_owned()]));
    assert_eq!(state(&api.post(&format!("{path}/lifecycle/activate")).await.json()).0, "ACTIVE");
    api.post(&format!("{path}/lifecycle/deactivate")).await;
    let deleted = api.delete(&path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    let gone = api.get(&path).await.fault(404, "E0000007");
    assert_eq!(gone, format!("Not found: Resource not found: {id} (Webhook)"));
    assert_eq!(api.logged(), ["event_hook.created", "event_hook.deactivated", "event_hook.activated", "event_hook.deactivated", "event_hook.deleted"]);
    let made = api.okta.events().into_iter().find(|event| event["eventType"] == "event_hook.created").unwrap();
    assert_eq!(made["actor"]["type"], "PublicClientAppEntity");
    assert_eq!(made["actor"]["id"], api.okta.client_id());
    assert_eq!(made["target"][0]["id"], id);
}

#[tokio::test]
async fn what_a_hook_may_not_be() {
    let api = Api::start(unlimited()).await;
    let good = hook("one", URI, &["user.session.start"]);
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let long = format!("https://rx.example/{}", "a".repeat(1024));
    for (body, says) in [
        (with("/name", json!("")), "name"),
        (with("/name", json!("n".repeat(256))), "name"),
        (with("/events/type", json!("FLOW_EVENT")), "events.type"),
        (with("/events/items", json!([])), "events.items"),
        (with("/events/items", json!(["policy.evaluate_sign_on"])), "events.items"),
        (with("/events/items", json!(["no.such.type"])), "events.items"),
        (with("/channel/type", json!("KAFKA")), "channel"),
        (with("/channel/version", json!("2.0")), "channel"),
        (with("/channel/config/uri", json!("http://rx.example/okta")), "uri"),
        (with("/channel/config/uri", json!("https://rx.example/ok ta")), "uri"),
        (with("/channel/config/uri", json!(long)), "uri"),
        (with("/channel/config/uri", Value::Null), "uri"),
        (with("/channel/config/headers", json!([{ "key": "Accept", "value": "x" }])), "reserved"),
        (with("/channel/config/authScheme/type", json!("OAUTH2")), "authScheme"),
    ] {
        let reply = api.post_json("/api/v1/eventHooks", &body).await;
        let summary = reply.fault(400, "E0000001");
        assert!(format!("{summary} {}", reply.json()["errorCauses"]).contains(says), "{says}: {}", reply.text);
    }
    let broken = super::read(api.request(reqwest::Method::POST, "/api/v1/eventHooks").header("content-type", "application/json").body("{")).await;
    broken.fault(400, "E0000003");
    assert_eq!(api.post_json("/api/v1/eventHooks", &good).await.status, 200);
    let again = api.post_json("/api/v1/eventHooks", &good).await;
    assert!(again.fault(400, "E0000001").contains("name"));
    api.okta.switch(|switches| switches.duplicate_hook_names = true);
    assert_eq!(api.post_json("/api/v1/eventHooks", &good).await.status, 200);
}

#[tokio::test]
async fn one_hook_holds_three_hundred_types_and_no_more() {
    let api = Api::start(unlimited()).await;
    let eligible: Vec<&str> = event_types().iter().filter(|known| known.hook_eligible).map(|known| known.name).collect();
    assert!(eligible.len() > 300, "the catalogue has {}", eligible.len());
    assert_eq!(api.post_json("/api/v1/eventHooks", &hook("most", URI, &eligible[..300])).await.status, 200);
    let reply = api.post_json("/api/v1/eventHooks", &hook("more", URI, &eligible[..301])).await;
    reply.fault(400, "E0000001");
}

#[tokio::test]
async fn an_org_has_twenty_five_hooks_that_deliver() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    for n in 0..25 {
        let id = api.hook(&format!("hook {n}"), &receiver.url(), &["user.session.start"]).await;
        assert_eq!(api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await.status, 200);
    }
    let body = hook("one more", &receiver.url(), &["user.session.start"]);
    api.post_json("/api/v1/eventHooks", &body).await.fault(400, "E0000001");
    // Which code it is nobody knows.
    api.okta.switch(|switches| switches.hook_refusal_code = "E0000006".to_owned());
    api.post_json("/api/v1/eventHooks", &body).await.fault(400, "E0000006");
}

#[tokio::test]
async fn the_challenge_goes_to_the_receiver_while_the_call_is_open() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.session.start"]).await;
    let verified = api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await;
    assert_eq!((verified.status, state(&verified.json())), (200, ("ACTIVE", "VERIFIED")), "{}", verified.text);
    let calls = receiver.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].method.as_str(), calls[0].path.as_str()), ("GET", "/okta/abc"));
    assert!(calls[0].header("x-okta-verification-challenge").is_some_and(|challenge| challenge.len() > 20));
    assert_eq!(calls[0].header("authorization"), Some("a secret of the receiver's"), "the challenge carries the secret too");
    assert_eq!(calls[0].header("x-clarion-org"), Some("one"));
    assert_eq!(api.logged().last().unwrap(), "event_hook.verified");
    // An inactive hook is not verified.
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/deactivate")).await;
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await.fault(400, "E0000001");
}

#[tokio::test]
async fn a_receiver_has_two_tries() {
    let api = Api::start(unlimited()).await;
    api.okta.switch(|switches| switches.hook_timeout_ms = 1000);
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.session.start"]).await;
    let verify = format!("/api/v1/eventHooks/{id}/lifecycle/verify");
    let late = Answer::Late(Duration::from_secs(30));
    for (answers, works, calls) in [
        (&[Answer::Status(500), Answer::Status(200)][..], true, 2),
        (&[late, Answer::Status(200)], true, 2),
        (&[late, late], false, 2),
        (&[Answer::Status(503), Answer::Status(503)], false, 2),
        (&[Answer::Status(401)], false, 1),
        (&[Answer::WrongChallenge], false, 1),
    ] {
        let before = receiver.calls().len();
        receiver.will(answers);
        let reply = api.post(&verify).await;
        assert_eq!(reply.status, if works { 200 } else { 400 }, "{answers:?}: {}", reply.text);
        if !works {
            reply.fault(400, "E0000001");
        }
        assert_eq!(receiver.calls().len() - before, calls, "{answers:?}");
    }
}

#[tokio::test]
async fn an_address_can_be_https_and_end_on_this_machine() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    let id = api.hook("one", "https://clarion.example/hooks/okta/x", &["user.session.start"]).await;
    let verify = format!("/api/v1/eventHooks/{id}/lifecycle/verify");
    api.post(&verify).await.fault(400, "E0000001");
    api.okta.switch(|switches| drop(switches.routes.insert("https://clarion.example".to_owned(), receiver.origin())));
    assert_eq!(api.post(&verify).await.status, 200);
    assert_eq!(receiver.calls()[0].path, "/hooks/okta/x");
    // A name that only begins like it is another one.
    let other = api.hook("two", "https://clarion.example.evil.test/x", &["user.session.start"]).await;
    api.post(&format!("/api/v1/eventHooks/{other}/lifecycle/verify")).await.fault(400, "E0000001");
    assert_eq!(receiver.calls().len(), 1);
}

#[tokio::test]
async fn replacing_a_hook_takes_its_verification_and_its_secret() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.session.start"]).await;
    let path = format!("/api/v1/eventHooks/{id}");
    api.post(&format!("{path}/lifecycle/verify")).await;
    // What was read is written back: it holds no secret.
    let mut body = api.get(&path).await.json();
    body["events"]["items"] = json!(["user.account.lock"]);
    let replaced = api.put_json(&path, &body).await;
    assert_eq!((replaced.status, state(&replaced.json())), (200, ("ACTIVE", "UNVERIFIED")));
    assert_eq!(replaced.json()["events"]["items"], json!(["user.account.lock"]));
    assert_eq!(api.okta.hooks()[0].secret, Some(("Authorization".to_owned(), None)), "the secret is gone with it");
    let whole = hook("one", &receiver.url(), &["user.session.start"]);
    api.put_json(&path, &whole).await;
    assert!(api.okta.hooks()[0].secret.as_ref().unwrap().1.is_some());
    api.okta.switch(|switches| switches.put_without_secret = PutWithoutSecret::Keep);
    api.put_json(&path, &body).await;
    assert!(api.okta.hooks()[0].secret.as_ref().unwrap().1.is_some());
    api.okta.switch(|switches| switches.put_without_secret = PutWithoutSecret::Refuse);
    api.put_json(&path, &body).await.fault(400, "E0000001");
    // The status is said to be read-only, and is not.
    let mut off = whole.clone();
    off["status"] = "INACTIVE".into();
    assert_eq!(state(&api.put_json(&path, &off).await.json()).0, "INACTIVE");
    api.put_json("/api/v1/eventHooks/whonothing", &whole).await.fault(404, "E0000007");
}

#[tokio::test]
async fn classic_engine_answers_as_it_was_recorded() {
    let api = Api::start(unlimited()).await;
    api.okta.switch(|switches| switches.engine = Engine::Classic);
    let reply = api.post_json("/api/v1/eventHooks", &hook("one", URI, &["user.session.start"])).await;
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
    let body = reply.json();
    assert!(body.get("description").is_none() && body["events"].get("filter").is_none(), "{body}");
}

#[tokio::test]
async fn an_administrator_changes_and_deletes_hooks() {
    let api = Api::start(unlimited()).await;
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.session.start", "user.account.lock"]).await;
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await;
    let change = |change: HookChange| api.okta.change_hook(&id, change).unwrap();
    change(HookChange { items: Some(vec!["user.account.lock".to_owned()]), ..HookChange::default() });
    assert_eq!(api.okta.hooks()[0].items, ["user.account.lock"]);
    assert!(api.okta.hooks()[0].verified);
    change(HookChange { uri: Some("https://elsewhere.example/".to_owned()), ..HookChange::default() });
    assert!(!api.okta.hooks()[0].verified);
    change(HookChange { active: Some(false), ..HookChange::default() });
    assert_eq!(state(&api.get(&format!("/api/v1/eventHooks/{id}")).await.json()).0, "INACTIVE");
    api.okta.delete_hook(&id).unwrap();
    api.get(&format!("/api/v1/eventHooks/{id}")).await.fault(404, "E0000007");
    let last = api.okta.events().into_iter().last().unwrap();
    assert_eq!((&last["eventType"], &last["actor"]["type"]), (&json!("event_hook.deleted"), &json!("User")));
}
