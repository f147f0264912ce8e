//! Tokens: how they are asked for, kept, renewed, and refused.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::time::advance;

use super::server::{Okta, Reply, SECRET, TOKEN, patient, token};
use crate::okta::{ClientId, Credentials, CredentialsFault, Error, PrivateKey, Scope, Secret, TokenMeaning, UserKey};

fn user() -> Reply {
    Reply::json(200, r#"{"id":"00u1","status":"ACTIVE"}"#)
}

fn somebody() -> UserKey {
    UserKey::parse("jo@example.com").expect("a login")
}

#[tokio::test]
async fn a_token_is_asked_for_as_okta_wants_it() {
    let okta = Okta::answering([user()]).await;
    let grant = okta.client().grant().await.expect("a token");
    assert_eq!((grant.missing(), grant.lifetime), (Vec::new(), Duration::from_secs(3600)));
    let seen = &okta.seen()[0];
    assert_eq!(seen.line(), "POST /oauth2/v1/token");
    assert_eq!(seen.body, "grant_type=client_credentials&scope=okta.eventHooks.manage+okta.logs.read+okta.users.manage");
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    let basic = STANDARD.encode(format!("0oa1c4n4ryCLIENT5d7:{SECRET}"));
    assert_eq!(seen.header("authorization"), Some(format!("Basic {basic}").as_str()));
    assert!(seen.header("user-agent").is_some_and(|agent| agent.starts_with("clarion/")), "{seen:?}");
}

#[tokio::test]
async fn a_hundred_requests_at_once_need_one_token() {
    let okta = Okta::scripted(|seen| {
        let is_token = seen.target.starts_with("/oauth2/");
        Some(if is_token { token("canary-TOKEN-1", 3600).after(Duration::from_millis(50)) } else { user().with("x-rate-limit-limit", "1000") })
    })
    .await;
    let client = okta.client();
    let asked: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.grant().await })
        })
        .collect();
    for grant in asked {
        grant.await.expect("no panic").expect("a token");
    }
    assert_eq!(okta.tokens_given(), 1);
}

#[tokio::test]
async fn a_refusal_is_shared_by_all_who_waited_for_it() {
    let okta = Okta::scripted(|_| Some(refusal("The client secret supplied for a confidential client is invalid.").after(Duration::from_millis(100)))).await;
    let client = okta.client();
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.grant().await })
        })
        .collect();
    for grant in asked {
        assert!(matches!(grant.await.expect("no panic"), Err(Error::TokenRefused(_))));
    }
    assert_eq!(okta.tokens_given(), 1, "a wrong secret is not tried twenty times");
    assert!(client.grant().await.is_err());
    assert_eq!(okta.tokens_given(), 2, "whoever comes later tries again");
}

fn refusal(description: &str) -> Reply {
    Reply::json(401, &format!(r#"{{"error":"invalid_client","error_description":"{description}"}}"#))
}

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_and_renewed_five_minutes_before_its_end() {
    let okta = Okta::answering((0..4).map(|_| user())).await;
    let client = okta.client();
    client.user(&somebody()).await.expect("a user");
    advance(Duration::from_secs(3600 - 301)).await;
    client.user(&somebody()).await.expect("a user");
    assert_eq!(okta.tokens_given(), 1);
    advance(Duration::from_secs(2)).await;
    client.user(&somebody()).await.expect("a user");
    assert_eq!(okta.tokens_given(), 2);
    let bearers: Vec<String> = okta.seen().iter().filter_map(|seen| seen.header("authorization")?.strip_prefix("Bearer ").map(str::to_owned)).collect();
    assert_eq!(bearers, [format!("{TOKEN}1"), format!("{TOKEN}1"), format!("{TOKEN}2")]);
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_does_no_harm() {
    let calls = AtomicU32::new(0);
    let okta = Okta::scripted(move |seen| {
        if !seen.target.starts_with("/oauth2/") {
            return Some(user());
        }
        (calls.fetch_add(1, Ordering::Relaxed) > 0).then(|| Reply::empty(503))
    })
    .await;
    let client = okta.client();
    client.user(&somebody()).await.expect("a user");
    advance(Duration::from_secs(3400)).await;
    client.user(&somebody()).await.expect("the token still works");
    let tried = okta.tokens_given();
    client.user(&somebody()).await.expect("the token still works");
    assert_eq!(okta.tokens_given(), tried, "it is left alone for a while");
    advance(Duration::from_secs(240)).await;
    let error = client.user(&somebody()).await.expect_err("the token has ended");
    assert!(matches!(error, Error::Failed(_)), "{error}");
}

#[tokio::test]
async fn a_token_that_okta_no_longer_takes_is_replaced_once() {
    let expired = || Reply::json(401, r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided"}"#);
    let okta = Okta::answering([expired(), user()]).await;
    okta.client().user(&somebody()).await.expect("a user");
    assert_eq!(okta.tokens_given(), 2);

    let okta = Okta::answering([expired(), expired(), user()]).await;
    let error = okta.client().user(&somebody()).await.expect_err("refused twice");
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    assert!(error.needs_reconnect());
    assert_eq!(error.to_string(), "Okta does not accept the token: GET /api/v1/users/{id} answered 401 E0000011, Invalid token provided (request req-1)");
    assert_eq!((okta.tokens_given(), okta.lines().len()), (2, 2));
}

#[tokio::test]
async fn whoever_gives_up_waiting_takes_nothing_from_the_others() {
    let okta = Okta::scripted(|seen| seen.target.starts_with("/oauth2/").then(|| token("canary-TOKEN-1", 3600).after(Duration::from_millis(200)))).await;
    let first = okta.client();
    let other = first.clone();
    let impatient = tokio::spawn(async move { first.grant().await });
    while okta.tokens_given() == 0 {
        tokio::task::yield_now().await;
    }
    let patient = tokio::spawn(async move { other.grant().await });
    impatient.abort();
    patient.await.expect("no panic").expect("a token");
}

#[tokio::test]
async fn of_many_whose_token_is_refused_one_replaces_it() {
    let okta = Okta::scripted(|seen| {
        let fine = seen.header("authorization") == Some("Bearer canary-TOKEN-2") || seen.target.starts_with("/oauth2/");
        if fine {
            (!seen.target.starts_with("/oauth2/")).then(|| user().with("x-rate-limit-limit", "1000"))
        } else {
            Some(Reply::empty(401).with("x-rate-limit-limit", "1000"))
        }
    })
    .await;
    let client = okta.client();
    client.grant().await.expect("the first token");
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.user(&somebody()).await })
        })
        .collect();
    for user in asked {
        user.await.expect("no panic").expect("a user");
    }
    assert_eq!(okta.tokens_given(), 2);
}

#[tokio::test]
async fn a_feature_that_is_off_does_not_cost_a_token() {
    let okta = Okta::answering([Reply::json(401, r#"{"errorCode":"E0000015","errorSummary":"You do not have permission to access the feature"}"#)]).await;
    let error = okta.client().user(&somebody()).await.expect_err("refused");
    assert!(matches!(error, Error::Forbidden(_)), "{error}");
    assert_eq!(okta.tokens_given(), 1);
}

#[tokio::test]
async fn scopes_that_were_not_granted_are_named() {
    let okta =
        Okta::scripted(|_| Some(Reply::json(200, r#"{"token_type":"Bearer","expires_in":"3600","access_token":"t","scope":"okta.logs.read other"}"#))).await;
    let grant = okta.client().grant().await.expect("a token");
    assert_eq!(grant.missing(), [Scope::EventHooksManage, Scope::UsersManage]);
    assert_eq!(grant.lifetime, Duration::from_secs(3600), "numbers as texts are read too");
}

#[tokio::test]
async fn every_refusal_of_the_endpoint_means_what_the_table_says() {
    use TokenMeaning::{
        BadAssertion, BadRequest, ClientRefused, ConsentRequired, CustomApp, DpopRequired, NetworkZone, NoScopeGranted, NoTokenEndpoint, Other, UnknownScope,
        WrongAppKind, WrongClientId, WrongMethod, WrongSecret,
    };
    let rows = [
        (401, "invalid_client", "The client secret supplied for a confidential client is invalid.", WrongSecret),
        (401, "invalid_client", "Invalid value for 'client_id' parameter.", WrongClientId),
        (
            401,
            "invalid_client",
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
            CustomApp,
        ),
        (
            401,
            "invalid_client",
            "OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or client_secret_basic token_endpoint_auth_method.",
            WrongMethod,
        ),
        (401, "invalid_client", "No client credentials found.", BadRequest),
        (401, "invalid_client", "Client authentication failed. Either the client or the client credentials are invalid.", ClientRefused),
        (401, "invalid_client", "The client_assertion token is expired.", BadAssertion),
        (400, "consent_required", "You are not allowed any of the requested scopes.", NoScopeGranted),
        (
            400,
            "consent_required",
            "The following scopes require user consent and cannot be granted for the client credentials grant type: [okta.logs.read]",
            ConsentRequired,
        ),
        (400, "invalid_scope", "No scopes were requested.", BadRequest),
        (400, "invalid_scope", "One or more scopes are not configured for the authorization server resource.", UnknownScope),
        (400, "unauthorized_client", "", WrongAppKind),
        (400, "unsupported_grant_type", "", WrongAppKind),
        (400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.", DpopRequired),
        (400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.", DpopRequired),
        (401, "invalid_request", "Cannot supply multiple client credentials.", BadRequest),
        (403, "access_denied", "The request is made from outside the client's permitted network zones.", NetworkZone),
        (403, "access_denied", "Something else.", Other),
        (404, "", "", NoTokenEndpoint),
    ];
    for (status, error, description, meaning) in rows {
        let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
        let okta = Okta::scripted(move |_| Some(Reply::json(status, &body))).await;
        match okta.client().grant().await {
            Err(Error::TokenRefused(refusal)) => {
                assert_eq!(refusal.meaning, meaning, "{error}: {description}");
                let said = refusal.to_string();
                assert!(said.starts_with(meaning.message()) && said.ends_with("(request req-1)"), "{said}");
                assert!(said.contains(description.trim_end_matches('.')), "{said}");
            }
            other => panic!("{error}: {other:?}"),
        }
    }
    for meaning in TokenMeaning::ALL {
        assert!(meaning.advice().len() > 20 && !meaning.advice().ends_with('.'), "{meaning:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_where_the_token_endpoint_should_be_is_told_apart() {
    let okta = Okta::scripted(|_| Some(Reply::bytes(404, "text/html", b"<!DOCTYPE html><h1>Not here</h1>"))).await;
    let error = okta.client().grant().await.expect_err("no token");
    assert!(matches!(&error, Error::TokenRefused(refusal) if refusal.meaning == TokenMeaning::NoTokenEndpoint), "{error}");

    let okta = Okta::scripted(|_| Some(Reply::bytes(200, "text/html", b"<html>sign in here</html>"))).await;
    let error = okta.client().grant().await.expect_err("no token");
    assert_eq!(error.to_string(), "POST /oauth2/v1/token answered 200 with a web page (HTML) instead of JSON");
}

#[tokio::test]
async fn a_token_that_cannot_be_used_is_no_token() {
    for body in [
        "{}",
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"a\r\nx: y"}"#,
        r#"{"access_token":"t","token_type":"DPoP"}"#,
        "[]",
        "null",
        "17",
    ] {
        let okta = Okta::scripted(move |_| Some(Reply::json(200, body))).await;
        let error = okta.client().grant().await.expect_err(body);
        assert!(error.to_string().contains("JSON of another shape"), "{body}: {error}");
    }
}

/// A key that was made for this test and opens nothing.
const KEY: &str = include_str!("data/rsa.pem");
const EC_KEY: &str = include_str!("data/ec.pem");

#[tokio::test]
async fn a_private_key_signs_what_okta_asks_for() {
    for (pem, algorithm) in [(KEY, "RS256"), (EC_KEY, "ES256")] {
        let okta = Okta::scripted(|_| None).await;
        let key = PrivateKey::from_pem(&Secret::new(pem.to_owned()), Some("key-1".to_owned())).expect("a key");
        let client = okta.org(patient()).client(Credentials::with_key(ClientId::parse("0oa1").expect("an id"), key));
        client.new_grant().await.expect("a token");
        client.new_grant().await.expect("another token");
        let bodies: Vec<String> = okta.seen().iter().map(|seen| seen.body.clone()).collect();
        let fields: Vec<(String, String)> =
            reqwest::Url::parse(&format!("http://x/?{}", bodies[0])).expect("a form").query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["grant_type", "scope", "client_assertion_type", "client_assertion"]);
        assert_eq!(fields[2].1, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert_eq!(okta.seen()[0].header("authorization"), None);
        let parts: Vec<serde_json::Value> = fields[3]
            .1
            .split('.')
            .take(2)
            .map(|part| serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON"))
            .collect();
        assert_eq!((parts[0]["alg"].as_str(), parts[0]["kid"].as_str()), (Some(algorithm), Some("key-1")));
        let claims = &parts[1];
        assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("0oa1"), Some("0oa1")));
        assert_eq!(claims["aud"].as_str(), Some(format!("{}/oauth2/v1/token", okta.base()).as_str()));
        let (from, to) = (claims["iat"].as_i64().expect("a time"), claims["exp"].as_i64().expect("a time"));
        assert_eq!(to - from, 300);
        assert_ne!(bodies[0], bodies[1], "an assertion is used once");
    }
}

#[test]
fn a_key_that_is_none_is_refused_without_a_word_of_it() {
    for pem in ["", "canary-KEY", "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5LUtFWQ==\n-----END PRIVATE KEY-----\n"] {
        let fault = PrivateKey::from_pem(&Secret::new(pem.to_owned()), None).expect_err("no key");
        assert_eq!(fault, CredentialsFault::BadKey);
        assert!(!format!("{fault} {fault:?}").contains("canary"));
    }
}

#[test]
fn credentials_are_checked_before_anything_is_sent() {
    let id = || ClientId::parse(" 0oa1abc \n").expect("an id");
    assert_eq!(id().as_str(), "0oa1abc");
    assert_eq!(ClientId::parse("  "), Err(CredentialsFault::NoClientId));
    for wrong in ["0oa 1", "0oa:1", "0oa\u{e9}", &"x".repeat(200)] {
        assert_eq!(ClientId::parse(wrong), Err(CredentialsFault::BadClientId), "{wrong}");
    }
    let secret = |text: &str| Credentials::with_secret(id(), Secret::new(text.to_owned())).map(|_| ());
    assert_eq!(secret("  abc-DEF_1\r\n"), Ok(()));
    assert_eq!(secret(" \n"), Err(CredentialsFault::NoSecret));
    for wrong in ["a b", "a\nb", "\u{e9}", "a\0b"] {
        assert_eq!(secret(wrong), Err(CredentialsFault::BadSecret), "{wrong:?}");
    }
}

#[tokio::test]
async fn the_clock_of_the_org_is_what_an_assertion_goes_by() {
    let assertions: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&assertions);
    let okta = Okta::scripted(move |seen| {
        kept.lock().expect("no panic").push(seen.body.clone());
        Some(
            if seen.target.starts_with("/oauth2/") { token("t", 3600) } else { Reply::json(200, r#"{"id":"00o1"}"#) }
                .with("date", "Mon, 29 Sep 2025 06:24:57 GMT"),
        )
    })
    .await;
    let key = PrivateKey::from_pem(&Secret::new(EC_KEY.to_owned()), None).expect("a key");
    let org = okta.org(patient());
    assert_eq!(org.clock_ahead(), None);
    org.organisation().await.expect("an org");
    assert!(org.clock_ahead().is_some_and(|ahead| ahead.as_micros() < 0), "this machine is months ahead");
    org.client(Credentials::with_key(ClientId::parse("0oa1").expect("an id"), key)).grant().await.expect("a token");
    let body = assertions.lock().expect("no panic")[1].clone();
    let claims = body.split("client_assertion=").nth(1).and_then(|jwt| jwt.split('.').nth(1)).expect("an assertion");
    let claims: serde_json::Value = serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON");
    assert_eq!(claims["iat"].as_i64(), Some(1_759_127_097));
}
