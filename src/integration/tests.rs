//! What the rooms's own parts promise: the receiver's answers, what a plan subscribes to, what problems come to.

use std::collections::BTreeSet;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Admission, Doors, Effect, ProblemKind, PublicUrl, PublicUrlFault, Receiver, Subscription};
use crate::event::{Span, Timestamp, event_types};
use crate::okta::{Allowance, Clock, HOOK_EVENTS_MAX, OrgAddress, Secret};
use crate::store::PathId;

fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap()
}

fn doors() -> (Doors, PathId) {
    let doors = Doors::new(Clock::new(now));
    let path_id = PathId::random().unwrap();
    doors.open(&path_id, &Secret::new("the right one".to_owned()), None);
    (doors, path_id)
}

#[test]
fn only_the_right_secret_opens_a_door() {
    let (doors, path_id) = doors();
    let admit = |secret: Option<&str>| doors.admit(path_id.as_str(), secret.map(str::as_bytes));
    assert_eq!(admit(Some("the right one")), Admission::Admitted);
    for wrong in [None, Some(""), Some("the right"), Some("the right one "), Some("The right one"), Some("the right onethe right one")] {
        assert_eq!(admit(wrong), Admission::Refused, "{wrong:?}");
    }
    assert_eq!(doors.admit(PathId::random().unwrap().as_str(), Some(b"the right one")), Admission::NoSuchDoor);
    doors.close(&path_id);
    assert_eq!(admit(Some("the right one")), Admission::NoSuchDoor);
}

#[test]
fn two_secrets_are_good_until_the_older_ends() {
    let (doors, path_id) = doors();
    let admit = |secret: &str| doors.admit(path_id.as_str(), Some(secret.as_bytes()));
    doors.open(&path_id, &Secret::new("a newer one".to_owned()), None);
    assert_eq!((admit("the right one"), admit("a newer one")), (Admission::Admitted, Admission::Admitted));
    doors.open(&path_id, &Secret::new("the right one".to_owned()), Some(now().plus(Span::seconds(1))));
    assert_eq!(admit("the right one"), Admission::Admitted);
    doors.open(&path_id, &Secret::new("the right one".to_owned()), Some(now()));
    assert_eq!((admit("the right one"), admit("a newer one")), (Admission::Refused, Admission::Admitted));
    assert!(!format!("{doors:?}").contains("right"));
}

/// Sends a request as it stands and returns the answer.
async fn ask(receiver: &Receiver, request: &str) -> String {
    let mut stream = TcpStream::connect(receiver.address()).await.unwrap();
    stream.write_all(request.replace('\n', "\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_challenge_is_answered_and_a_delivery_put_off() {
    let (doors, path_id) = doors();
    let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), doors).await.unwrap();
    let rest = "Host: x\nConnection: close\n";
    let get = |headers: &str| format!("GET /hooks/okta/{path_id} HTTP/1.1\n{rest}{headers}\n");
    let post = |headers: &str| format!("POST /hooks/okta/{path_id} HTTP/1.1\n{rest}Content-Length: 2\n{headers}\n{{}}");
    let right = "Authorization: the right one\n";
    let challenge = "X-Okta-Verification-Challenge: abc-123_=\n";
    let answer = ask(&receiver, &get(&format!("{right}{challenge}"))).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("content-type: application/json") && answer.contains("nosniff"), "{answer}");
    assert!(answer.ends_with(r#"{"verification":"abc-123_="}"#), "{answer}");
    let cases = [
        (get(challenge), 200),
        (get(&format!("Authorization: wrong\n{challenge}")), 401),
        (get(&format!("{right}{right}{challenge}")), 401),
        (get(right), 400),
        (get(&format!("{right}X-Okta-Verification-Challenge: {}\n", "a".repeat(600))), 400),
        (get(&format!("{right}X-Okta-Verification-Challenge: a b\n")), 400),
        (get(&format!("{right}X-Okta-Verification-Challenge: <b>\u{e9}\n")), 400),
        (format!("GET /hooks/okta/{} HTTP/1.1\n{rest}{challenge}\n", "0".repeat(32)), 404),
        (format!("GET /hooks/okta/ HTTP/1.1\n{rest}{challenge}\n"), 404),
        (format!("GET /hooks/okta/{path_id}/x HTTP/1.1\n{rest}{challenge}\n"), 404),
        (format!("GET / HTTP/1.1\n{rest}\n"), 404),
        (post(right), 503),
        (post("Authorization: wrong\n"), 401),
        (post(&format!("{right}{right}")), 401),
        (post(""), 401),
        (format!("POST /hooks/okta/{} HTTP/1.1\n{rest}{right}Content-Length: 0\n\n", "0".repeat(32)), 404),
        (format!("DELETE /hooks/okta/{path_id} HTTP/1.1\n{rest}{right}\n"), 405),
    ];
    for (request, status) in cases {
        let answer = ask(&receiver, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}\n{request}\n{answer}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error() {
    let (doors, _) = doors();
    let first = Receiver::start(([127, 0, 0, 1], 0).into(), doors.clone()).await.unwrap();
    let error = Receiver::start(first.address(), doors).await.unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_subscription_is_what_rules_name_and_hooks_carry() {
    let split = Subscription::split(set(&["user.session.start", "policy.evaluate_sign_on", "team.own.type"]), false);
    assert_eq!((split.by_hook, split.by_log), (vec!["user.session.start".to_owned()], vec!["policy.evaluate_sign_on".to_owned(), "team.own.type".to_owned()]));
    let nothing = Subscription::split(set(&["policy.evaluate_sign_on"]), false);
    assert_eq!(nothing.by_hook, ["user.session.start"], "Okta takes no empty hook");
    let everything = Subscription::split(BTreeSet::new(), true);
    assert!(everything.by_hook.len() > 200 && everything.by_hook.len() <= HOOK_EVENTS_MAX, "{}", everything.by_hook.len());
    assert!(everything.by_log.len() > 500);
    let all: BTreeSet<String> = event_types().iter().map(|known| known.name.to_owned()).collect();
    let too_many = Subscription::split(all, false);
    assert_eq!(too_many.by_hook.len(), HOOK_EVENTS_MAX);
    assert_eq!(too_many.by_hook.len() + too_many.by_log.len(), event_types().len(), "what does not fit comes by the log");
}

#[test]
fn a_public_address_is_one_that_okta_can_reach() {
    let org = OrgAddress::parse("company.okta.com", None).unwrap();
    let parse = |text: &str| PublicUrl::parse(text, &org).map(|url| url.as_str().to_owned());
    assert_eq!(parse(" https://clarion.company.com/ ").unwrap(), "https://clarion.company.com");
    assert_eq!(parse("https://company.com/clarion").unwrap(), "https://company.com/clarion");
    assert_eq!(parse("").unwrap_err(), PublicUrlFault::Missing);
    assert_eq!(parse("http://clarion.company.com").unwrap_err(), PublicUrlFault::Scheme);
    assert_eq!(parse("http://127.0.0.1:8787").unwrap_err(), PublicUrlFault::Scheme);
    for wrong in ["https://", "https://a b", "https://x?y", "https://x#y", "https://u@x"] {
        assert_eq!(parse(wrong).unwrap_err(), PublicUrlFault::Shape, "{wrong}");
    }
    let local = OrgAddress::parse("127.0.0.1:4010", Some(&Allowance::parse("127.0.0.1:4010").unwrap())).unwrap();
    assert!(PublicUrl::parse("http://127.0.0.1:8787", &local).is_ok());
    assert!(PublicUrl::parse("http://clarion.company.com", &local).is_err());
}

#[test]
fn the_worst_problem_is_the_one_that_counts() {
    assert!(Effect::CredentialsNeeded > Effect::HookLost && Effect::HookLost > Effect::Degraded && Effect::Degraded > Effect::Note);
    assert_eq!(ProblemKind::CredentialsRefused.name(), "credentials_refused");
    assert_eq!(ProblemKind::HookDeleted.trouble().map(|trouble| trouble.title), Some("The connection succeeds but no hook is created"));
}
