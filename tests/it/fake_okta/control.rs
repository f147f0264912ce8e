//! The control API: what a test in another language, or a demonstration, does to the org.

use clarion::fake_okta::Options;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{Api, Reply, event, http, read, unlimited};

struct Control<'a>(&'a Api);

impl Control<'_> {
    async fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let url = format!("{}{path}", self.0.okta.control_url());
        read(http().request(method.parse().expect("a method"), url).json(body)).await
    }

    async fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let reply = self.call(method, path, body).await;
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.text);
        reply.json()
    }
}

#[tokio::test]
async fn an_org_is_described_and_changed() {
    let api = Api::start(unlimited()).await;
    let control = Control(&api);
    let client = api.okta.client_id();
    let state = control.done("GET", "/state", &Value::Null).await;
    assert_eq!((&state["apps"][0]["client_id"], &state["url"]), (&json!(client), &json!(api.okta.url())));
    assert_eq!(state["apps"][0]["secrets"][0]["client_secret"], api.okta.client_secret());

    let secret = control.done("POST", &format!("/apps/{client}/secrets"), &Value::Null).await;
    let path = format!("/apps/{client}/secrets/{}", secret["id"].as_str().unwrap());
    assert_eq!(control.call("DELETE", &path, &Value::Null).await.status, 400, "an active secret is not deleted");
    control.done("POST", &format!("{path}/deactivate"), &Value::Null).await;
    control.done("DELETE", &path, &Value::Null).await;

    control.done("PATCH", &format!("/apps/{client}"), &json!({ "scopes": ["okta.logs.read"] })).await;
    assert_eq!(api.get("/api/v1/users").await.status, 403);
    control.done("PATCH", &format!("/apps/{client}"), &json!({ "scopes": ["okta.logs.read", "okta.eventHooks.manage", "okta.users.manage"] })).await;

    let user = control.done("POST", "/users", &json!({ "login": "bea@example.com", "name": "Bea Berg" })).await;
    let user = user["id"].as_str().unwrap();
    control.done("PUT", &format!("/users/{user}/status"), &json!({ "status": "LOCKED_OUT" })).await;
    assert_eq!(api.get(&format!("/api/v1/users/{user}")).await.json()["status"], "LOCKED_OUT");

    control.done("POST", "/faults", &json!({ "kind": "status", "status": 500, "code": "E0000009", "path": "/logs", "times": 1 })).await;
    api.get("/api/v1/logs").await.fault(500, "E0000009");
    control.done("POST", "/faults", &json!({ "kind": "html", "times": null })).await;
    control.done("DELETE", "/faults", &Value::Null).await;
    assert_eq!(api.get("/api/v1/logs").await.status, 200);

    control.done("PATCH", "/switches", &json!({ "hooks_max": 1, "plan": "workforce" })).await;
    assert_eq!(api.get("/api/v1/logs").await.header("x-rate-limit-limit"), Some("60"));
    control.done("POST", "/limits", &json!({ "bucket": "logs" })).await;
    api.get("/api/v1/logs").await.fault(429, "E0000047");
    control.done("POST", "/clock", &json!({ "advance_seconds": 61.5 })).await;
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
    control.done("DELETE", "/tokens", &Value::Null).await;
    assert_eq!(api.get("/api/v1/logs").await.status, 401);
}

#[tokio::test]
async fn events_and_stories_are_played_and_seen() {
    let api = Api::start(unlimited()).await;
    let control = Control(&api);
    let receiver = Receiver::start().await;
    let id = api.hook("one", &receiver.url(), &["user.session.start"]).await;
    api.post(&format!("/api/v1/eventHooks/{id}/lifecycle/verify")).await;
    let played = control.done("POST", "/events", &json!([event("user.session.start", "2026-03-02T12:00:00.000Z")])).await;
    control.done("POST", "/settle", &Value::Null).await;
    let deliveries = control.done("GET", "/deliveries", &Value::Null).await;
    assert_eq!((&deliveries[0]["uuids"], &deliveries[0]["taken"]), (&played["uuids"], &json!(true)));
    assert!(control.done("GET", "/scenarios", &Value::Null).await.as_array().unwrap().contains(&json!("quiet-morning")));
    let story = control.done("POST", "/scenarios", &json!({ "name": "quiet-morning", "pace": "at_once" })).await;
    let events = control.done("GET", "/events", &Value::Null).await;
    assert!(events.as_array().unwrap().len() as u64 > story["events"].as_u64().unwrap());
    let own = "name: mine\nabout: one event\nsteps:\n  - { type: user.session.end }\n";
    assert_eq!(control.done("POST", "/scenarios", &json!({ "yaml": own, "pace": { "times": 1000.0 } })).await["events"], 1);
    let hooks = control.done("GET", "/hooks", &Value::Null).await;
    assert_eq!(hooks[0]["verified"], true);
    control.done("PATCH", &format!("/hooks/{id}"), &json!({ "active": false })).await;
    control.done("DELETE", &format!("/hooks/{id}"), &Value::Null).await;
    api.get(&format!("/api/v1/eventHooks/{id}")).await.fault(404, "E0000007");
}

#[tokio::test]
async fn orders_that_are_none_are_refused_and_nothing_of_control_is_recorded() {
    let api = Api::start(unlimited()).await;
    let control = Control(&api);
    for (method, path, body, says) in [
        ("POST", "/dance", json!({}), "there is no `POST"),
        ("POST", "/faults", json!({ "kind": "earthquake" }), "earthquake"),
        ("PATCH", "/switches", json!({ "colour": "red" }), "unknown field `colour`"),
        ("PATCH", "/apps/0oanobody", json!({}), "there is no app"),
        ("PATCH", "/hooks/whonobody", json!({}), "there is no hook"),
        ("POST", "/scenarios", json!({ "name": "nothing" }), "there is no story `nothing`"),
        ("POST", "/scenarios", json!({ "name": "quiet-morning", "pace": { "times": -1.0 } }), "-1 times"),
        ("POST", "/events", json!([{ "no": "type" }]), "eventType"),
        ("PUT", "/users/nobody/status", json!({ "status": "ACTIVE" }), "there is no user"),
        ("POST", "/users", json!({ "login": "x@example.com", "status": "HAPPY" }), "not a status"),
    ] {
        let reply = control.call(method, path, &body).await;
        assert_eq!(reply.status, 400, "{method} {path}");
        assert!(reply.json()["error"].as_str().unwrap().contains(says), "{method} {path}: {}", reply.text);
    }
    let recorded = control.done("GET", "/requests", &Value::Null).await;
    assert_eq!(recorded.as_array().unwrap().len(), 1, "only the token was asked for: {recorded}");
    assert_eq!(recorded[0]["path"], "/oauth2/v1/token");
    control.done("DELETE", "/requests", &Value::Null).await;
    assert!(api.okta.requests().is_empty());
}

#[tokio::test]
async fn an_org_can_stand_behind_a_proxy() {
    let options = Options::default().behind("http://127.0.0.1:4012/,127.0.0.1:0").unwrap();
    let okta = clarion::fake_okta::FakeOkta::start(options).await.unwrap();
    assert_eq!(okta.url(), "http://127.0.0.1:4012");
    assert_ne!(okta.address().port(), 4012);
    let metadata = read(http().get(format!("http://{}/.well-known/okta-organization", okta.address()))).await.json();
    assert_eq!(metadata["_links"]["organization"]["href"], "http://127.0.0.1:4012");
    let control = format!("{}/url", okta.control_url());
    assert_eq!(read(http().put(control).json(&json!("http://127.0.0.1:4013/"))).await.status, 200);
    assert_eq!(okta.url(), "http://127.0.0.1:4013");
    assert!(Options::default().behind("127.0.0.1:4012").is_err());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_org() {
    let start = async |seed| {
        let api = Api::start(Options { seed, ..super::frozen("2026-03-02T12:00:00.000Z") }).await;
        let hook = api.hook("one", "https://rx.example/", &["user.session.start"]).await;
        (api.okta.org_id(), api.okta.client_id(), api.okta.client_secret(), hook)
    };
    assert_eq!(start(5).await, start(5).await);
    assert_ne!(start(5).await, start(6).await);
}
