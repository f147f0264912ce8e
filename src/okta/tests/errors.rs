//! What Okta says when it refuses, and what becomes of it.

use super::server::{NOT_FOUND, Okta, Reply, credentials, org_at, patient};
use crate::event::Timestamp;
use crate::okta::{ClearSessions, Error, HookId, LogQuery, Settings, UserId, UserKey};

fn somebody() -> UserKey {
    UserKey::parse("jo@example.com").expect("a login")
}

fn id() -> UserId {
    UserId::parse("00u1").expect("an id")
}

async fn refused(reply: Reply) -> Error {
    let settings = Settings { retries: 0, ..patient() };
    Okta::answering([reply]).await.org(settings).client(credentials()).user(&somebody()).await.expect_err("refused")
}

#[tokio::test]
async fn a_missing_scope_is_named_from_the_challenge_alone() {
    let challenge = r#"Bearer authorization_uri="http://x/oauth2/v1/authorize", realm="http://x", scope="okta.users.read", error="insufficient_scope", error_description="The access token provided does not contain the required scopes.", resource="/api/v1/users/me""#;
    let error = refused(Reply::empty(403).with("www-authenticate", challenge)).await;
    assert!(matches!(&error, Error::MissingScope(e) if e.scope.as_deref() == Some("okta.users.read")), "{error}");
    assert_eq!(error.to_string(), "the token lacks the scope `okta.users.read`: GET /api/v1/users/{id} answered 403 (request req-1)");
    assert_eq!(
        error.help().as_deref(),
        Some("grant `okta.users.manage` to the app in Okta; it is needed to look users up and act on them, such as suspending an account")
    );
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn an_empty_403_without_a_challenge_is_a_missing_scope_too() {
    let error = refused(Reply::empty(403)).await;
    assert!(matches!(&error, Error::MissingScope(e) if e.scope.is_none()), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("okta.eventHooks.manage, okta.logs.read, okta.users.manage")));
}

#[tokio::test]
async fn a_role_that_is_too_weak_is_not_taken_for_a_missing_scope() {
    let body = r#"{"errorCode":"E0000006","errorSummary":"You do not have permission to perform the requested action","errorCauses":[]}"#;
    let error = refused(Reply::json(403, body)).await;
    assert!(matches!(&error, Error::Forbidden(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "Okta forbids it: GET /api/v1/users/{id} answered 403 E0000006, You do not have permission to perform the requested action (request req-1)"
    );
    assert!(error.help().is_some_and(|help| help.contains("admin role")));
}

#[tokio::test]
async fn okta_errors_keep_code_summary_causes_and_ids() {
    let body = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed: login","errorLink":"E0000001","errorId":"oaeXYZ","errorCauses":[{"errorSummary":"login: already taken."},{"errorSummary":"email: wrong"}]}"#;
    let error = refused(Reply::json(400, body)).await;
    let fault = error.fault().expect("a fault").clone();
    assert_eq!((error.code(), error.status(), error.request_id()), (Some("E0000001"), Some(400), Some("req-1")));
    assert_eq!(fault.error_id.as_deref(), Some("oaeXYZ"));
    assert_eq!(fault.causes, ["login: already taken.", "email: wrong"]);
    assert_eq!(
        error.to_string(),
        "Okta refuses it: GET /api/v1/users/{id} answered 400 E0000001, Api validation failed: login; login: already taken; email: wrong (request req-1)"
    );
    assert!(!error.outcome_unknown() && !error.passes());
    let error = refused(Reply::json(404, NOT_FOUND)).await;
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn error_bodies_of_odd_shapes_are_read_as_far_as_they_go() {
    let rows = [
        (r#"{"errorCode":"E0000001"}"#, Some("E0000001"), 0),
        (r#"{"errorCode":"E0000001","errorSummary":null,"errorCauses":null}"#, Some("E0000001"), 0),
        (r#"{"errorCode":"E0000001","errorCauses":{"errorSummary":"one"}}"#, Some("E0000001"), 1),
        (r#"{"errorCode":"E0000001","errorCauses":[1,null,{"x":"y"},{"errorSummary":"one"}]}"#, Some("E0000001"), 1),
        (r#"{"error":"invalid_token","error_description":"The token has expired."}"#, Some("invalid_token"), 0),
        (r#"{"errorCode":17}"#, None, 0),
        ("[]", None, 0),
        ("null", None, 0),
        ("no JSON at all", None, 0),
        ("", None, 0),
    ];
    for (body, code, causes) in rows {
        let error = refused(Reply::json(400, body)).await;
        let fault = error.fault().expect("a fault");
        assert_eq!((fault.code.as_deref(), fault.causes.len(), fault.status), (code, causes, 400), "{body}");
    }
}

#[tokio::test]
async fn what_okta_repeats_of_others_steers_nothing() {
    let body = format!(
        r#"{{"errorCode":"E0000001\u001b[31m","errorSummary":"\u001b]0;title\u0007line\r\nline \u202e{}","errorCauses":[{}]}}"#,
        "x".repeat(2000),
        r#"{"errorSummary":"a\u0000b"},"#.repeat(50).trim_end_matches(',')
    );
    let error = refused(Reply::json(400, &body).with("x-evil", "1")).await;
    let said = format!("{error} {error:?} {:?}", error.help());
    assert!(!error.to_string().chars().any(|c| c.is_control() || c == '\u{202e}'), "{said}");
    let fault = error.fault().expect("a fault");
    assert!(fault.summary.as_ref().is_some_and(|summary| summary.chars().count() <= 513));
    assert_eq!(fault.causes.len(), 10);
}

#[tokio::test]
async fn a_page_instead_of_a_fault_comes_from_something_in_between() {
    let error = refused(Reply::bytes(403, "text/html", b"<html>blocked by the proxy</html>")).await;
    assert_eq!(error.to_string(), "GET /api/v1/users/{id} answered 403 with a web page (HTML) instead of JSON");
    assert!(error.help().is_some_and(|help| help.contains("proxy")));
    let error = refused(Reply::bytes(502, "text/html", b"<html>bad gateway</html>")).await;
    assert!(matches!(error, Error::Failed(_)), "{error}");
}

#[tokio::test]
async fn an_action_that_is_answered_by_a_page_is_no_success() {
    let okta = Okta::answering([Reply::bytes(200, "text/html", b"<html>welcome</html>"), Reply::json(200, "{}"), Reply::empty(204)]).await;
    let client = okta.client();
    let error = client.suspend(&id()).await.expect_err("a page");
    assert!(error.outcome_unknown(), "{error}");
    client.suspend(&id()).await.expect("an object is a success");
    client.suspend(&id()).await.expect("nothing is a success");
}

#[tokio::test]
async fn where_nobody_listens_is_said() {
    let okta = Okta::answering([]).await;
    let address = okta.address;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = listener.local_addr().expect("an address");
    drop(listener);
    assert_ne!(address, nobody);
    let client = org_at(nobody, Settings { retries: 0, ..patient() }).client(credentials());
    let error = client.grant().await.expect_err("nobody");
    assert!(error.to_string().starts_with(&format!("`{nobody}` refuses the connection: ")), "{error}");
    assert!(error.passes() && !error.outcome_unknown());
}

#[tokio::test]
async fn every_call_names_itself_without_names_of_people() {
    let okta = Okta::answering([]).await;
    let client = okta.client();
    let hook = HookId::parse("who1").expect("an id");
    let clear = ClearSessions { oauth_tokens: true, forget_devices: Some(true) };
    let query = LogQuery::polling(Timestamp::from_micros(0));
    let errors = [
        client.user(&somebody()).await.map(|_| ()),
        client.hook(&hook).await.map(|_| ()),
        client.verify_hook(&hook).await.map(|_| ()),
        client.clear_sessions(&id(), clear).await,
        client.logs(&query).await.map(|_| ()),
    ];
    for error in errors {
        let error = error.expect_err("not there");
        assert!(matches!(error, Error::NotFound(_)));
        assert!(!error.to_string().contains("jo@example.com") && !error.to_string().contains("00u1"), "{error}");
    }
}
