//! What goes over the wire, byte by byte.

use super::server::{credentials, org_at, patient, raw};
use crate::okta::{Pipeline, Settings, UserId};

fn reply(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_post_without_a_body_says_so_once() {
    let token = reply(r#"{"token_type":"Bearer","expires_in":3600,"access_token":"t"}"#);
    let (address, seen) = raw(vec![token, reply("{}")]).await;
    let client = org_at(address, Settings { retries: 0, ..patient() }).client(credentials());
    client.suspend(&UserId::parse("00u1").expect("an id")).await.expect("done");
    let request = seen.lock().expect("no panic")[1].to_lowercase();
    assert!(request.starts_with("post /api/v1/users/00u1/lifecycle/suspend http/1.1\r\n"), "{request}");
    assert_eq!(request.matches("content-length: 0\r\n").count(), 1, "{request}");
    assert!(!request.contains("transfer-encoding") && !request.contains("content-type") && request.ends_with("\r\n\r\n"), "{request}");
    assert!(request.contains("authorization: bearer t\r\n"), "{request}");
}

#[tokio::test]
async fn an_org_is_asked_who_it_is_without_a_secret() {
    let body = r#"{"id":"00o1n8sbwArJ7OQRw406","pipeline":"idx","_links":{"organization":{"href":"https://company.okta.com"},"alternate":{"href":"https://login.company.com"}}}"#;
    let (address, seen) =
        raw(vec![reply(body), reply(r#"{"id":"00o1","pipeline":"v1"}"#), reply(r#"{"id":"00o1","pipeline":"v9","_links":null}"#), reply(r#"{"id":"../x"}"#)])
            .await;
    let org = org_at(address, Settings { retries: 0, ..patient() });
    let first = org.organisation().await.expect("an org");
    assert_eq!((first.id.as_str(), first.pipeline), ("00o1n8sbwArJ7OQRw406", Pipeline::Identity));
    assert_eq!((first.address.as_deref(), first.custom.as_deref()), (Some("https://company.okta.com"), Some("https://login.company.com")));
    assert_eq!(org.organisation().await.expect("an org").pipeline, Pipeline::Classic);
    assert_eq!(org.organisation().await.expect("an org").pipeline, Pipeline::Other("v9".to_owned()));
    assert!(org.organisation().await.is_err(), "an id that is none");
    let page = b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>".to_vec();
    let (nobody, _) = raw(vec![page]).await;
    let error = org_at(nobody, Settings { retries: 0, ..patient() }).organisation().await.expect_err("no org");
    assert_eq!(error.to_string(), format!("Okta knows no such thing: GET /.well-known/okta-organization answered 404, no Okta org answers at `{nobody}`"));
    let request = seen.lock().expect("no panic")[0].to_lowercase();
    assert!(request.starts_with("get /.well-known/okta-organization http/1.1\r\n") && !request.contains("authorization"), "{request}");
}
