//! Event hooks: what is sent, and how Okta's descriptions are read.

use super::server::{Okta, Reply, patient};
use crate::okta::{
    Error, HOOK_EVENTS_MAX, HookId, HookSpec, HookSpecFault, HookStatus, HookUri, LinkFault, Oddity, OrgAddress, Secret, Settings, Verification,
};

/// As it was recorded, with a null and a key that nobody knows.
const HOOK: &str = r#"{"id":"whowc6euvjq8G2hVP1d7","status":"ACTIVE","verificationStatus":"UNVERIFIED","name":"Clarion managed (main)","description":null,"created":"2026-03-16T03:47:47.000Z","createdBy":"00u1","lastUpdated":"2026-03-16T03:47:47.000Z","events":{"type":"EVENT_TYPE","items":["user.session.start","user.account.lock"],"filter":null},"channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://rx.example/okta/abc","headers":[{"key":"X-Other","value":"canary-HEADER"}],"method":"POST","authScheme":{"type":"HEADER","key":"Authorization"}}},"newKey":{},"_links":{"self":{"href":"x"}}}"#;

fn id() -> HookId {
    HookId::parse("whowc6euvjq8G2hVP1d7").expect("an id")
}

fn spec(events: &[&str]) -> Result<HookSpec, HookSpecFault> {
    let org = OrgAddress::parse("company.okta.com", None).expect("an org");
    let uri = HookUri::parse("https://rx.example/okta/abc", &org)?;
    HookSpec::new("Clarion managed (main)", uri, events.iter().map(|event| (*event).to_owned()), Secret::new("canary-HOOK".to_owned()))
}

#[tokio::test]
async fn a_hook_is_created_as_okta_wants_it() {
    let okta = Okta::answering([Reply::json(200, HOOK)]).await;
    let spec = spec(&["user.session.start", "user.account.lock", "user.session.start"]).expect("a hook");
    let hook = okta.client().create_hook(&spec).await.expect("a hook");
    assert_eq!((hook.id.as_str(), &hook.status, &hook.verification), ("whowc6euvjq8G2hVP1d7", &HookStatus::Active, &Verification::Unverified));
    assert_eq!(hook.events, ["user.account.lock", "user.session.start"]);
    assert_eq!((hook.uri.as_deref(), hook.auth_header.as_deref(), hook.filtered), (Some("https://rx.example/okta/abc"), Some("Authorization"), false));
    assert_eq!(hook.headers, ["X-Other"]);
    assert!(!hook.delivers() && !format!("{hook:?}").contains("canary"));
    let seen = okta.seen().pop().expect("a request");
    assert_eq!((seen.line().as_str(), seen.header("content-type")), ("POST /api/v1/eventHooks", Some("application/json")));
    assert_eq!(
        seen.body,
        r#"{"name":"Clarion managed (main)","events":{"type":"EVENT_TYPE","items":["user.account.lock","user.session.start"]},"channel":{"type":"HTTP","version":"1.0.0","config":{"uri":"https://rx.example/okta/abc","authScheme":{"type":"HEADER","key":"Authorization","value":"canary-HOOK"}}}}"#
    );
}

#[tokio::test]
async fn the_steps_of_a_hooks_life_go_where_they_should() {
    let hook = || Reply::json(200, HOOK);
    let okta = Okta::answering([hook(), hook(), hook(), hook(), hook(), Reply::empty(204)]).await;
    let client = okta.client();
    client.hook(&id()).await.expect("a hook");
    client.replace_hook(&id(), &spec(&["user.session.start"]).expect("a hook")).await.expect("a hook");
    client.verify_hook(&id()).await.expect("a hook");
    client.activate_hook(&id()).await.expect("a hook");
    client.deactivate_hook(&id()).await.expect("a hook");
    client.delete_hook(&id()).await.expect("gone");
    let path = "/api/v1/eventHooks/whowc6euvjq8G2hVP1d7";
    assert_eq!(
        okta.lines(),
        [
            format!("GET {path}"),
            format!("PUT {path}"),
            format!("POST {path}/lifecycle/verify"),
            format!("POST {path}/lifecycle/activate"),
            format!("POST {path}/lifecycle/deactivate"),
            format!("DELETE {path}"),
        ]
    );
    for seen in okta.seen().iter().filter(|seen| seen.target.contains("/lifecycle/")) {
        assert_eq!(seen.header("content-length"), Some("0"), "{}", seen.line());
        assert_eq!(seen.headers.iter().filter(|(name, _)| name == "content-length").count(), 1);
    }
}

#[tokio::test]
async fn a_verification_that_fails_says_why() {
    let body = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed: eventHook","errorCauses":[{"errorSummary":"The endpoint did not answer the challenge."}]}"#;
    let okta = Okta::answering([Reply::json(400, body)]).await;
    let error = okta.client().verify_hook(&id()).await.expect_err("not verified");
    assert!(matches!(&error, Error::Refused(fault) if fault.causes.len() == 1), "{error}");
    assert_eq!(okta.lines().len(), 1);
}

#[tokio::test]
async fn hooks_are_listed_over_pages() {
    let okta = Okta::scripted(|seen| match seen.target.as_str() {
        "/api/v1/eventHooks" => Some(Reply::json(200, &format!("[{HOOK},{{\"name\":\"no id\"}},null]")).with("link", &next(seen.header("host"), "after=1"))),
        "/api/v1/eventHooks?after=1" => Some(Reply::json(200, &format!("[{}]", HOOK.replace("whowc6", "who2c6")))),
        _ => None,
    })
    .await;
    let hooks = okta.client().hooks().await.expect("hooks");
    assert_eq!(hooks.iter().map(|hook| hook.id.as_str()).collect::<Vec<_>>(), ["whowc6euvjq8G2hVP1d7", "who2c6euvjq8G2hVP1d7"]);
}

fn next(host: Option<&str>, query: &str) -> String {
    format!("<http://{}/api/v1/eventHooks?{query}>; rel=\"next\"", host.unwrap_or_default())
}

#[tokio::test]
async fn a_list_that_leads_astray_is_not_followed() {
    let rows: [(&str, LinkFault); 3] = [
        ("<https://evil.example/api/v1/eventHooks?after=1>; rel=\"next\"", LinkFault::OtherHost),
        ("<HOST/api/v1/users?after=1>; rel=\"next\"", LinkFault::OtherPath),
        ("<HOST/api/v1/eventHooks>; rel=\"next\"", LinkFault::Cycle),
    ];
    for (link, fault) in rows {
        let okta = Okta::scripted(move |seen| {
            let host = format!("http://{}", seen.header("host").unwrap_or_default());
            seen.target.starts_with("/api/").then(|| Reply::json(200, "[]").with("link", &link.replace("HOST", &host)))
        })
        .await;
        let error = okta.client().hooks().await.expect_err(link);
        assert!(matches!(&error, Error::Unreadable(e) if e.oddity == Oddity::Link(fault)), "{error}");
        assert_eq!(okta.lines(), ["GET /api/v1/eventHooks"]);
    }
}

#[tokio::test]
async fn hooks_of_odd_shapes_are_read_as_far_as_they_go() {
    let odd = [
        r#"{"id":"who1"}"#,
        r#"{"id":"who1","status":"PAUSED","verificationStatus":null,"events":null,"channel":null}"#,
        r#"{"id":"who1","status":17,"events":{"items":[1,null,"user.session.start"],"filter":{"type":"EXPRESSION_LANGUAGE"}},"channel":{"config":{"headers":null,"authScheme":null}}}"#,
    ];
    let okta = Okta::answering(odd.map(|hook| Reply::json(200, hook))).await;
    let client = okta.client();
    for _ in odd {
        let hook = client.hook(&id()).await.expect("a hook");
        assert!(hook.id.as_str() == "who1" && !hook.delivers(), "{hook:?}");
    }
}

#[test]
fn a_hook_that_okta_would_refuse_is_not_sent() {
    assert_eq!(spec(&[]).map(|_| ()), Err(HookSpecFault::NoEvents));
    for wrong in ["", "user session", "user..start", "user", "user.session.start\n", "user.<b>"] {
        assert!(matches!(spec(&[wrong]), Err(HookSpecFault::EventType(_))), "{wrong:?}");
    }
    let many: Vec<String> = (0..=HOOK_EVENTS_MAX).map(|n| format!("user.event{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(spec(&many).map(|_| ()), Err(HookSpecFault::TooManyEvents(301)));
    assert!(spec(&many[..HOOK_EVENTS_MAX]).is_ok());

    let org = OrgAddress::parse("company.okta.com", None).expect("an org");
    let long = format!("https://rx.example/{}", "x".repeat(1024));
    let rows = [
        ("http://rx.example/", HookSpecFault::UriScheme),
        ("http://127.0.0.1:80/", HookSpecFault::UriScheme),
        ("rx.example", HookSpecFault::UriScheme),
        ("https://", HookSpecFault::UriShape),
        ("https:///x", HookSpecFault::UriShape),
        ("https://u:p@rx.example/", HookSpecFault::UriShape),
        ("https://rx.example/a b", HookSpecFault::UriShape),
        ("https://rx.example/\u{e9}", HookSpecFault::UriShape),
        (long.as_str(), HookSpecFault::UriTooLong),
    ];
    for (text, fault) in rows {
        assert_eq!(HookUri::parse(text, &org), Err(fault), "{text}");
    }
}

#[tokio::test]
async fn a_receiver_on_this_machine_is_fine_for_an_org_on_this_machine() {
    let okta = Okta::answering([]).await;
    let org = okta.org(Settings { retries: 0, ..patient() });
    for text in ["http://127.0.0.1:8080/hooks/okta/x", "https://rx.example/x"] {
        assert!(HookUri::parse(text, org.address()).is_ok(), "{text}");
    }
    for text in ["http://127.0.0.1.evil.example:80/", "http://rx.example/", "http://localhost:80/"] {
        assert_eq!(HookUri::parse(text, org.address()), Err(HookSpecFault::UriScheme), "{text}");
    }
}
