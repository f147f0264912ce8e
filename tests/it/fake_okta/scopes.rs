//! Scopes at the API: what a token lacks is said in a header, over an empty body.

use clarion::fake_okta::{AppChange, Options};
use reqwest::Method;

use super::{Api, read, token, unlimited};

#[tokio::test]
async fn a_missing_scope_is_named_in_a_header_over_an_empty_body() {
    let api = Api::start(unlimited()).await;
    let (id, secret) = (api.okta.client_id(), api.okta.client_secret());
    let narrow = token(&api.okta, &id, &secret, &[("grant_type", "client_credentials"), ("scope", "okta.logs.read")]).await;
    let bearer = format!("Bearer {}", narrow.json()["access_token"].as_str().unwrap());
    for (method, path, scope) in [
        (Method::GET, "/api/v1/eventHooks", "okta.eventHooks.read"),
        (Method::DELETE, "/api/v1/eventHooks/whox", "okta.eventHooks.manage"),
        (Method::GET, "/api/v1/users/00ux", "okta.users.read"),
        (Method::DELETE, "/api/v1/users/00ux/sessions", "okta.users.manage"),
        (Method::DELETE, "/api/v1/groups/00gx/users/00ux", "okta.groups.manage"),
    ] {
        let reply = read(api.http.request(method, format!("{}{path}", api.okta.url())).header("authorization", &bearer)).await;
        assert_eq!((reply.status, reply.text.as_str()), (403, ""), "{path}");
        assert!(reply.header("content-type").is_none(), "{path}");
        let challenge = reply.header("www-authenticate").expect("a challenge");
        for part in [
            format!("scope=\"{scope}\""),
            "error=\"insufficient_scope\"".to_owned(),
            "error_description=\"The access token provided does not contain the required scopes.\"".to_owned(),
            format!("resource=\"{path}\""),
        ] {
            assert!(challenge.starts_with("Bearer authorization_uri=\"") && challenge.contains(&part), "{path}: {challenge} lacks {part}");
        }
    }
    assert_eq!(read(api.http.get(format!("{}/api/v1/logs", api.okta.url())).header("authorization", &bearer)).await.status, 200);
}

#[tokio::test]
async fn managing_includes_reading() {
    let api = Api::start(unlimited()).await;
    for path in ["/api/v1/eventHooks", "/api/v1/users", "/api/v1/logs"] {
        assert_eq!(api.get(path).await.status, 200, "{path}");
    }
    assert_eq!(api.get("/api/v1/users/00ux/groups").await.status, 404, "the groups of a user belong to the user's scope");
}

#[tokio::test]
async fn a_scope_that_is_taken_back_is_gone_from_tokens_that_are_out() {
    let api = Api::start(unlimited()).await;
    let scopes = Some(vec!["okta.logs.read".to_owned()]);
    api.okta.change_app(&api.okta.client_id(), AppChange { scopes, ..AppChange::default() }).unwrap();
    assert_eq!(api.get("/api/v1/eventHooks").await.status, 403);
    assert_eq!(api.get("/api/v1/logs").await.status, 200);
}

#[tokio::test]
async fn an_app_without_a_role_may_do_nothing() {
    let api = Api::start(Options { ..unlimited() }).await;
    api.okta.change_app(&api.okta.client_id(), AppChange { has_no_role: Some(true), ..AppChange::default() }).unwrap();
    api.get("/api/v1/logs").await.fault(403, "E0000006");
    api.get("/api/v1/eventHooks").await.fault(403, "E0000006");
}

#[tokio::test]
async fn what_is_not_there_and_what_is_asked_in_the_wrong_way() {
    let api = Api::start(unlimited()).await;
    api.get("/api/v1/nothing").await.fault(404, "E0000007");
    api.delete("/api/v1/logs").await.fault(405, "E0000022");
    api.delete("/api/v1/users").await.fault(405, "E0000022");
    // A POST without a body has to say so.
    let address = api.okta.address();
    let raw = format!(
        "POST /api/v1/eventHooks/whox/lifecycle/verify HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\nconnection: close\r\n\r\n",
        api.authorization
    );
    let answer = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).expect("a connection");
        stream.write_all(raw.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 411"), "{answer}");
}
