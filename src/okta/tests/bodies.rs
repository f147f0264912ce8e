//! Bodies that are too much, and bodies that are not what they say.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::server::{Okta, Reply, credentials, org_at, patient, raw};
use crate::okta::body::unpack;
use crate::okta::{Error, LostHow, Oddity, Settings, UserKey};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn somebody() -> UserKey {
    UserKey::parse("jo@example.com").expect("a login")
}

const USER: &str = r#"{"id":"00u1","status":"ACTIVE"}"#;

async fn ask(replies: Vec<Reply>) -> Result<crate::okta::User, Error> {
    let settings = Settings { retries: 0, body_bytes_max: 4 * 1024 * 1024, ..patient() };
    Okta::answering(replies).await.org(settings).client(credentials()).user(&somebody()).await
}

fn oddity(error: &Error) -> Option<&Oddity> {
    match error {
        Error::Unreadable(e) => Some(&e.oddity),
        _ => None,
    }
}

#[tokio::test]
async fn packed_bodies_are_unpacked() {
    let okta = Okta::answering([Reply::bytes(200, "application/json", &gzip(USER.as_bytes())).with("content-encoding", "gzip")]).await;
    okta.client().user(&somebody()).await.expect("a user");
    assert_eq!(okta.seen()[1].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn too_much_is_not_read() {
    let limit = 4 * 1024 * 1024;
    let big = vec![b' '; limit + 1];
    let error = ask(vec![Reply::bytes(200, "application/json", &big)]).await.expect_err("too long");
    assert_eq!(oddity(&error), Some(&Oddity::TooLong(limit as u64)), "{error}");
    assert_eq!(error.to_string(), "GET /api/v1/users/{id} answered 200 with more than 4 MiB");

    // The same when it is a fault that is too long.
    let error = ask(vec![Reply::bytes(400, "application/json", &big)]).await.expect_err("too long");
    assert_eq!(oddity(&error), Some(&Oddity::TooLong(limit as u64)), "{error}");

    // Bytes that do not repeat keep their size.
    let noise: Vec<u8> = (0..limit as u32 + 10).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let error = ask(vec![Reply::bytes(200, "application/json", &gzip(&noise)).with("content-encoding", "gzip")]).await.expect_err("too long");
    assert!(matches!(oddity(&error), Some(Oddity::TooLong(_) | Oddity::Bomb)), "{error}");
}

#[tokio::test]
async fn a_length_of_a_gibibyte_is_refused_before_it_is_read() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n{";
    let (address, _) = raw(vec![token_bytes(), head.as_bytes().to_vec()]).await;
    let client = org_at(address, Settings { retries: 0, ..patient() }).client(credentials());
    let error = client.user(&somebody()).await.expect_err("too long");
    assert_eq!(oddity(&error), Some(&Oddity::TooLong(32 * 1024 * 1024)), "{error}");
}

#[tokio::test]
async fn a_body_without_a_length_is_read_no_further_than_the_limit() {
    let mut endless = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n".to_vec();
    endless.resize(5 * 1024 * 1024, b' ');
    let (address, _) = raw(vec![token_bytes(), endless]).await;
    let limit = 4 * 1024 * 1024;
    let client = org_at(address, Settings { retries: 0, body_bytes_max: limit, ..patient() }).client(credentials());
    let error = client.user(&somebody()).await.expect_err("too long");
    assert_eq!(oddity(&error), Some(&Oddity::TooLong(limit as u64)), "{error}");
}

fn token_bytes() -> Vec<u8> {
    let body = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"t"}"#;
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_bomb_is_stopped_early() {
    let bomb = gzip(&vec![b'0'; 30 * 1024 * 1024]);
    assert!(bomb.len() < 64 * 1024);
    assert_eq!(unpack(&bomb, 32 * 1024 * 1024), Err(Oddity::Bomb));
    let error = ask(vec![Reply::bytes(200, "application/json", &bomb).with("content-encoding", "gzip")]).await.expect_err("a bomb");
    assert_eq!(oddity(&error), Some(&Oddity::Bomb), "{error}");
}

#[test]
fn a_page_of_events_that_resemble_each_other_is_no_bomb() {
    let event = |n: u32| {
        format!(
            r#"{{"uuid":"{:08x}-0000-11ee-0000-000000000000","published":"2026-01-02T03:04:05.{:03}Z","eventType":"user.session.start","actor":{{"id":"00u{:017}","type":"User","alternateId":"person.{n}@example.com","displayName":"Person {n}"}},"client":{{"userAgent":{{"rawUserAgent":"Mozilla/5.0","os":"Mac OS X","browser":"CHROME"}},"zone":"null","device":"Computer","id":null,"ipAddress":"192.0.2.{}"}},"outcome":{{"result":"SUCCESS","reason":null}},"debugContext":{{"debugData":{{"requestUri":"/idp/idx/identify","threatSuspected":"false","url":"/idp/idx/identify?"}}}}}}"#,
            n.wrapping_mul(2_654_435_761),
            n % 1000,
            u64::from(n) * 7_919_993,
            n % 256
        )
    };
    let page = format!("[{}]", (0..4000).map(event).collect::<Vec<_>>().join(","));
    assert!(page.len() > 2 * 1024 * 1024, "{}", page.len());
    assert_eq!(unpack(&gzip(page.as_bytes()), 32 * 1024 * 1024).map(|body| body.len()), Ok(page.len()));
}

#[tokio::test]
async fn compression_that_is_none_is_told_apart() {
    for (encoding, body) in [("gzip", USER.as_bytes()), ("br", USER.as_bytes()), ("gzip, gzip", USER.as_bytes()), ("gzip", &gzip(USER.as_bytes())[..20])] {
        let error = ask(vec![Reply::bytes(200, "application/json", body).with("content-encoding", encoding)]).await.expect_err("not packed");
        assert_eq!(oddity(&error), Some(&Oddity::BadCompression), "{encoding}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_apart() {
    let rows: [(Reply, &str); 6] = [
        (Reply::bytes(200, "text/html; charset=utf-8", b"<!DOCTYPE html><title>Sign in</title>"), "with a web page (HTML) instead of JSON"),
        (Reply::bytes(200, "application/json", b"  <HTML><body>"), "with a web page (HTML) instead of JSON"),
        (Reply::bytes(200, "text/plain", b"upstream says no"), "with `text/plain` that is no JSON"),
        (Reply::bytes(200, "application/json", b""), "with an empty body"),
        (Reply::bytes(200, "application/json", b"[1]"), "with JSON of another shape: a user with an `id` was expected"),
        (Reply::bytes(200, "application/json", br#"{"id":17}"#), "with JSON of another shape: a user with an `id` was expected"),
    ];
    for (reply, said) in rows {
        let error = ask(vec![reply]).await.expect_err(said);
        assert_eq!(error.to_string(), format!("GET /api/v1/users/{{id}} answered 200 {said}"));
    }
    // Closed brackets that never come: the connection was closed properly, the JSON is not whole.
    let error = ask(vec![Reply::bytes(200, "application/json", br#"{"id":"00u1","status":"AC"#)]).await.expect_err("cut off");
    assert!(matches!(&error, Error::Lost(lost) if lost.how == LostHow::CutOff && lost.status == Some(200)), "{error}");
    assert_eq!(error.to_string(), "the answer to GET /api/v1/users/{id} ends in the middle");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told_apart() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"id\":";
    let (address, _) = raw(vec![token_bytes(), head.as_bytes().to_vec()]).await;
    let client = org_at(address, Settings { retries: 0, ..patient() }).client(credentials());
    let error = client.user(&somebody()).await.expect_err("cut off");
    assert!(matches!(&error, Error::Lost(lost) if lost.how == LostHow::CutOff), "{error}");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_told_apart() {
    let (address, _) = raw(vec![token_bytes(), Vec::new()]).await;
    let client = org_at(address, Settings { retries: 0, ..patient() }).client(credentials());
    let error = client.user(&somebody()).await.expect_err("broken");
    assert!(matches!(&error, Error::Lost(lost) if lost.how == LostHow::Broken), "{error}");
    assert!(error.to_string().starts_with("the connection broke before GET /api/v1/users/{id} was answered"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_only_its_host_is_told() {
    let okta = Okta::answering([Reply::empty(302).with("location", "https://evil.example/steal?token=canary")]).await;
    let error = okta.client().user(&somebody()).await.expect_err("a redirect");
    assert_eq!(error.to_string(), "GET /api/v1/users/{id} answered 302 with a redirect to `evil.example`, which is not followed (request req-1)");
    assert_eq!(okta.lines().len(), 1);
}
