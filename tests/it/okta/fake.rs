//! The client against the fake org, which was written without a look at it.

use std::time::Duration;

use clarion::event::{Span, Timestamp};
use clarion::fake_okta::{App, AppChange, AppKind, FakeOkta, Fault, FaultKind, Options, Person, Plan, Switches};
use clarion::okta::{
    ClearSessions, Client, ClientId, Credentials, Error, HookId, HookSpec, HookUri, LinkFault, LogCursor, LogQuery, LostHow, Next, Oddity, Pipeline,
    PrivateKey, Scope, Secret, Sessions, Settings, SuspensionOutcome, TokenMeaning, UserId, UserKey, UserSearch, UserStatus, Verification,
};
use serde_json::json;

use super::{credentials, org, org_with};

/// An org with people, and a client of it that waits for nothing.
struct World {
    okta: FakeOkta,
    client: Client,
}

fn person(login: &str, status: &str) -> Person {
    Person { login: login.to_owned(), name: "Jo Doe".to_owned(), status: status.to_owned(), ..Person::default() }
}

async fn world(options: Options, settings: Settings) -> World {
    let people = ["ACTIVE", "SUSPENDED", "LOCKED_OUT", "PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED", "STAGED", "DEPROVISIONED"];
    let users = people.iter().map(|status| person(&format!("{}@example.com", status.to_lowercase()), status)).collect();
    // Those tests that name no fault also run with a checking proxy in between.
    let okta = FakeOkta::start(crate::okta_front::behind_front(Options { users, ..options })).await.expect("an org");
    let address = okta.url().trim_start_matches("http://").parse().expect("an address");
    let client = org_with(address, settings).client(credentials(&okta.client_id(), &okta.client_secret()));
    World { okta, client }
}

fn at_once() -> Settings {
    Settings { retries: 0, ..Settings::default() }
}

async fn unlimited() -> World {
    world(Options { switches: Switches { plan: Plan::Unlimited, ..Switches::default() }, ..Options::default() }, at_once()).await
}

impl World {
    async fn id(&self, login: &str) -> UserId {
        self.client.user(&UserKey::parse(login).expect("a login")).await.expect("a user").id
    }

    /// Counts the requests whose method and path are these.
    fn count(&self, method: &str, path: &str) -> usize {
        self.okta.requests().iter().filter(|request| request.method == method && request.path.contains(path)).count()
    }
}

#[tokio::test]
async fn an_org_is_probed_and_a_token_is_got() {
    let world = unlimited().await;
    let organisation = world.client.org().organisation().await.expect("an org");
    assert_eq!((organisation.id.as_str(), organisation.pipeline), (world.okta.org_id().as_str(), Pipeline::Identity));
    let grant = world.client.grant().await.expect("a token");
    assert!(grant.missing().is_empty(), "{grant:?}");
    assert_eq!(grant.lifetime, Duration::from_secs(3600));
}

#[tokio::test]
async fn what_is_wrong_with_credentials_is_told_apart() {
    let world = unlimited().await;
    let refused = |client: Client| async move {
        match client.grant().await {
            Err(Error::TokenRefused(refusal)) => refusal.meaning,
            other => panic!("{other:?}"),
        }
    };
    let org = world.client.org().clone();
    assert_eq!(refused(org.client(credentials(&world.okta.client_id(), "wrong-secret"))).await, TokenMeaning::WrongSecret);
    assert_eq!(refused(org.client(credentials("0oaNOBODY00000000000", "wrong-secret"))).await, TokenMeaning::WrongClientId);
    let custom = App { kind: AppKind::Custom, ..App::default() };
    let okta = FakeOkta::start(Options { apps: vec![custom], ..Options::default() }).await.expect("an org");
    let client = super::org(okta.address()).client(credentials(&okta.client_id(), &okta.client_secret()));
    assert_eq!(refused(client).await, TokenMeaning::CustomApp);
}

#[tokio::test]
async fn a_secret_that_is_rotated_shows_with_the_next_token() {
    let world = unlimited().await;
    world.client.grant().await.expect("a token");
    world.okta.rotate_secret(&world.okta.client_id()).expect("a new secret");
    world.client.grant().await.expect("the old token still works");
    let error = world.client.new_grant().await.expect_err("the old secret does not");
    assert!(matches!(&error, Error::TokenRefused(refusal) if refusal.meaning == TokenMeaning::WrongSecret), "{error}");
    assert!(error.needs_reconnect());
    let client = world.client.org().client(credentials(&world.okta.client_id(), &world.okta.client_secret()));
    client.grant().await.expect("the new secret works");
}

#[tokio::test]
async fn tokens_that_were_revoked_are_replaced_without_a_word() {
    let world = unlimited().await;
    world.client.hooks().await.expect("hooks");
    world.okta.revoke_tokens();
    world.client.hooks().await.expect("hooks with a new token");
    assert_eq!(world.count("POST", "/oauth2/v1/token"), 2);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let world = unlimited().await;
    let scopes = Some(vec!["okta.logs.read".to_owned(), "okta.users.manage".to_owned()]);
    world.okta.change_app(&world.okta.client_id(), AppChange { scopes, ..AppChange::default() }).expect("an app");
    let grant = world.client.new_grant().await.expect("a token for less");
    assert_eq!(grant.missing(), [Scope::EventHooksManage]);
    let error = world.client.hooks().await.expect_err("no scope");
    assert!(matches!(&error, Error::MissingScope(missing) if missing.scope.as_deref().and_then(Scope::named) == Some(Scope::EventHooksManage)), "{error}");
}

fn event(n: u32) -> serde_json::Value {
    json!({"uuid": format!("00000000-0000-0000-0000-{n:012}"), "eventType": "user.session.start", "outcome": {"result": "SUCCESS", "reason": null}})
}

/// The beginning of a query that the fake org still keeps.
fn yesterday(world: &World) -> Timestamp {
    let ahead = world.client.org().clock_ahead().expect("an answer came");
    super::clock().now().plus(ahead).minus(Span::hours(24))
}

#[tokio::test]
async fn the_log_is_polled_page_by_page_and_waited_for_at_its_end() {
    let world = unlimited().await;
    world.client.grant().await.expect("a token");
    world.okta.play_events((0..25).map(event).collect()).expect("events");
    let mut reader = world.client.read_logs(LogQuery::polling(yesterday(&world)).filter("eventType eq \"user.session.start\"").limit(10));
    let mut sizes = Vec::new();
    loop {
        let page = reader.next_page().await.expect("a page").expect("polling never ends");
        sizes.push(page.rows());
        if page.is_last_for_now() {
            break;
        }
    }
    assert_eq!(sizes, [10, 10, 5]);
    let before = reader.cursor().cloned().expect("a place");
    let page = reader.next_page().await.expect("a page").expect("a page");
    assert_eq!((page.rows(), page.is_last_for_now()), (0, true));
    world.okta.play_events(vec![event(100)]).expect("an event");
    let page = reader.next_page().await.expect("a page").expect("a page");
    assert_eq!(page.rows(), 1);
    // Whoever was away goes on where they were.
    let cursor = LogCursor::parse(world.client.org().address(), before.as_str()).expect("a cursor");
    let page = world.client.read_logs_at(cursor).next_page().await.expect("a page").expect("a page");
    assert_eq!(page.rows(), 1);
}

#[tokio::test]
async fn a_bounded_query_ends_even_when_okta_offers_more_for_ever() {
    for forever in [false, true] {
        let world = unlimited().await;
        world.okta.switch(|switches| switches.bounded_next_forever = forever);
        world.client.grant().await.expect("a token");
        world.okta.play_events((0..25).map(event).collect()).expect("events");
        let until = yesterday(&world).plus(Span::hours(48));
        let mut reader = world.client.read_logs(LogQuery::between(yesterday(&world), until).filter("eventType eq \"user.session.start\"").limit(10));
        let mut rows = 0;
        while let Some(page) = reader.next_page().await.expect("a page") {
            rows += page.rows();
        }
        assert_eq!(rows, 25, "{forever}");
        assert!(world.count("GET", "/api/v1/logs") <= 4);
    }
}

#[tokio::test]
async fn links_that_lead_astray_are_refused() {
    let rows = [
        (FaultKind::EvilNext { url: "https://evil.example/api/v1/logs?after=1".to_owned() }, LinkFault::OtherHost),
        (FaultKind::EvilNext { url: "file:///etc/passwd".to_owned() }, LinkFault::OtherHost),
        (FaultKind::EvilNext { url: format!("http://127.0.0.1/{}", "x".repeat(8000)) }, LinkFault::TooLong),
        (FaultKind::NoNext, LinkFault::Missing),
    ];
    for (kind, fault) in rows {
        let world = unlimited().await;
        world.client.grant().await.expect("a token");
        world.okta.play_events((0..5).map(event).collect()).expect("events");
        world.okta.order(Fault::once(kind).on("/api/v1/logs"));
        let mut reader = world.client.read_logs(LogQuery::polling(yesterday(&world)));
        let page = reader.next_page().await.expect("a page").expect("a page");
        assert!(page.rows() >= 5);
        assert_eq!(page.next, Next::Refused(fault));
        assert!(matches!(reader.next_page().await, Err(Error::Unreadable(e)) if e.oddity == Oddity::Link(fault)));
        assert_eq!(world.count("GET", "/api/v1/logs"), 1);
    }
    let world = unlimited().await;
    world.client.grant().await.expect("a token");
    world.okta.play_events((0..25).map(event).collect()).expect("events");
    world.okta.order(Fault::once(FaultKind::CyclicNext).on("/api/v1/logs").always());
    let mut reader = world.client.read_logs(LogQuery::polling(yesterday(&world)).limit(10));
    let mut pages = 0;
    while reader.next_page().await.is_ok() {
        pages += 1;
        assert!(pages < 10, "the circle is not noticed");
    }
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_is_told_apart() {
    let world = unlimited().await;
    world.client.grant().await.expect("a token");
    let mut said = Vec::new();
    for kind in [
        FaultKind::Refuse,
        FaultKind::DropAnswer,
        FaultKind::CutBody,
        FaultKind::Html,
        FaultKind::Garbage,
        FaultKind::HugeBody { bytes: 1 << 30 },
        FaultKind::GzipBomb { bytes: 1 << 30 },
        FaultKind::WrongTypes,
        FaultKind::Redirect { to: "https://evil.example/x".to_owned() },
        FaultKind::RateLimited,
    ] {
        world.okta.order(Fault::once(kind.clone()).on("/api/v1/users/"));
        let error = world.client.user(&UserKey::parse("active@example.com").expect("a login")).await.expect_err("a fault");
        let kind_of = match &error {
            // Whether the first bytes of an answer that breaks off are seen is a matter of luck.
            Error::Lost(_) if matches!(kind, FaultKind::CutBody) => "lost".to_owned(),
            Error::Lost(lost) => format!("lost {:?}", lost.how),
            Error::Unreadable(odd) => format!("odd {:?}", odd.oddity).split(['(', '{']).next().unwrap_or_default().trim().to_owned(),
            Error::RateLimited(_) => "limited".to_owned(),
            other => format!("{other:?}"),
        };
        said.push((format!("{kind:?}").split([' ', '{']).next().unwrap_or_default().to_owned(), kind_of));
    }
    let said: Vec<(&str, &str)> = said.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        said,
        [
            ("Refuse", "lost Broken"),
            ("DropAnswer", "lost Broken"),
            ("CutBody", "lost"),
            ("Html", "odd Html"),
            ("Garbage", "lost CutOff"),
            ("HugeBody", "odd TooLong"),
            ("GzipBomb", "odd TooLong"),
            ("WrongTypes", "odd Shape"),
            ("Redirect", "odd Redirect"),
            ("RateLimited", "limited"),
        ]
    );
}

#[tokio::test]
async fn a_stall_is_given_up() {
    let world = world(Options::default(), Settings { attempt_timeout: Duration::from_millis(300), ..at_once() }).await;
    world.okta.order(Fault::once(FaultKind::Stall).on("/api/v1/eventHooks"));
    let error = world.client.hooks().await.expect_err("a stall");
    assert!(matches!(&error, Error::Lost(lost) if lost.how == LostHow::Timeout), "{error}");
}

#[tokio::test]
async fn a_hook_lives_its_life() {
    let world = unlimited().await;
    let receiver = super::receiver("hook-secret-1").await;
    // Okta itself takes https only; the fake org brings what goes to this name to this machine.
    world.okta.switch(|switches| drop(switches.routes.insert("https://clarion.example".to_owned(), format!("http://{receiver}"))));
    let types = ["user.session.start", "user.account.lock"].map(str::to_owned);
    let uri = HookUri::parse("https://clarion.example/hooks/okta/x", world.client.org().address()).expect("an address");
    let made = HookSpec::new("Clarion managed (main)", uri, types, Secret::new("hook-secret-1".to_owned())).expect("a hook");
    let hook = world.client.create_hook(&made).await.expect("a hook");
    assert_eq!(hook.verification, Verification::Unverified);
    assert_eq!(hook.events, ["user.account.lock", "user.session.start"]);
    let hook = world.client.verify_hook(&hook.id).await.expect("verified while the call is open");
    assert!(hook.delivers(), "{hook:?}");
    assert_eq!(world.client.hooks().await.expect("hooks").len(), 1);
    let error = world.client.delete_hook(&hook.id).await.expect_err("it is active");
    assert!(matches!(error, Error::Forbidden(_) | Error::Refused(_)), "{error}");
    world.client.deactivate_hook(&hook.id).await.expect("off");
    world.client.activate_hook(&hook.id).await.expect("on");
    world.client.deactivate_hook(&hook.id).await.expect("off");
    world.client.delete_hook(&hook.id).await.expect("gone");
    let error = world.client.hook(&hook.id).await.expect_err("gone");
    assert_eq!((error.code(), error.status()), (Some("E0000007"), Some(404)));
    assert!(world.client.hook(&HookId::parse("whoNOBODY").expect("an id")).await.is_err());
}

#[tokio::test]
async fn users_are_found_and_acted_upon() {
    let world = unlimited().await;
    let user = world.client.user(&UserKey::parse("active@example.com").expect("a login")).await.expect("a user");
    assert_eq!((&user.status, user.offers("suspend")), (&UserStatus::Active, Some(true)));
    let by_id = world.client.user(&UserKey::Id(user.id.clone())).await.expect("a user");
    assert_eq!(by_id, user);
    let found = world.client.search_users(&UserSearch::Filter("profile.login eq \"active@example.com\"".to_owned()), 10).await.expect("users");
    assert_eq!(found.len(), 1);
    let all = world.client.search_users(&UserSearch::Expression("profile.lastName eq \"Doe\"".to_owned()), 3).await.expect("users");
    assert_eq!(all.len(), 3);
    world.okta.add_user(&person("a/b@example.com", "ACTIVE")).expect("a user");
    assert_eq!(world.client.user(&UserKey::parse("a/b@example.com").expect("a login")).await.expect("a user").login.as_deref(), Some("a/b@example.com"));
    world.client.suspend(&user.id).await.expect("suspended");
    let error = world.client.suspend(&user.id).await.expect_err("suspended already");
    assert_eq!((error.code(), error.status()), (Some("E0000001"), Some(400)));
    world.client.unsuspend(&user.id).await.expect("active");
    world.client.clear_sessions(&user.id, ClearSessions { oauth_tokens: true, forget_devices: Some(true) }).await.expect("cleared");
    assert_eq!(world.client.expire_password(&user.id).await.expect("a user").status, UserStatus::PasswordExpired);
    let error = world.client.unlock(&user.id).await.expect_err("not locked");
    assert_eq!((error.code(), error.status()), (Some("E0000032"), Some(403)));
    world.client.unlock(&world.id("locked_out@example.com").await).await.expect("unlocked");
    let other = world.id("suspended@example.com").await;
    world.client.unsuspend(&other).await.expect("active");
    world.client.reset_factors(&other).await.expect("without factors");
    let link = world.client.reset_password_with_link(&other).await.expect("a link");
    assert!(link.expose().contains("/reset_password/"), "{}", link.expose());
    world.client.deactivate(&other).await.expect("gone");
    assert_eq!(world.client.user(&UserKey::Id(other)).await.expect("a user").status, UserStatus::Deprovisioned);
}

#[tokio::test]
async fn a_safe_suspension_says_what_is_in_every_status() {
    let world = unlimited().await;
    for status in ["active", "suspended", "locked_out", "password_expired", "recovery", "provisioned", "staged", "deprovisioned"] {
        let id = world.id(&format!("{status}@example.com")).await;
        let done = world.client.suspend_safely(&id).await.expect("a user");
        let expected = match status {
            "active" => matches!(done.outcome, SuspensionOutcome::Suspended),
            "suspended" => matches!(done.outcome, SuspensionOutcome::AlreadySuspended),
            "deprovisioned" => matches!(done.outcome, SuspensionOutcome::Deactivated),
            _ => matches!(&done.outcome, SuspensionOutcome::NotPossible { status: found, .. } if found.name() == status.to_uppercase()),
        };
        assert!(expected, "{status}: {done:?}");
        let now = world.client.user(&UserKey::Id(id)).await.expect("a user").status;
        let is_suspended = matches!(done.outcome, SuspensionOutcome::Suspended | SuspensionOutcome::AlreadySuspended);
        assert_eq!(now == UserStatus::Suspended, is_suspended, "{status}: what is said is what is");
    }
}

#[tokio::test(start_paused = true)]
async fn a_suspension_whose_answer_gets_lost_is_made_once_and_told_truly() {
    for (kind, suspended) in [
        (FaultKind::DropAnswer, true),
        (FaultKind::CutBody, true),
        (FaultKind::Refuse, false),
        (FaultKind::Html, false),
        (FaultKind::Status { status: 503, code: None, summary: None, body: None, headers: Default::default() }, false),
    ] {
        let world = unlimited().await;
        let id = world.id("active@example.com").await;
        world.okta.order(Fault::once(kind.clone()).on("/lifecycle/suspend"));
        let done = world.client.suspend_safely(&id).await.expect("a user");
        if suspended {
            assert_eq!(done.outcome, SuspensionOutcome::Suspended, "{kind:?}");
        } else {
            assert!(matches!(&done.outcome, SuspensionOutcome::Unconfirmed { status: Some(UserStatus::Active), .. }), "{kind:?}: {:?}", done.outcome);
        }
        assert_eq!(done.sessions, Sessions::Cleared);
        assert_eq!(world.count("POST", "/lifecycle/suspend"), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn limits_are_kept_to_without_being_told_off() {
    let world = world(
        Options { switches: Switches { plan: Plan::IntegratorFree, ..Switches::default() }, ..Options::default() },
        Settings { wait_max: Duration::from_millis(100), ..at_once() },
    )
    .await;
    world.client.grant().await.expect("a token");
    let mut pages = 0;
    let error = loop {
        match world.client.logs(&LogQuery::polling(yesterday(&world))).await {
            Ok(_) => pages += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, Error::RateLimited(limit) if !limit.by_okta), "{error}");
    assert!((1..10).contains(&pages), "{pages} pages");
    assert!(world.okta.requests().iter().all(|request| request.status != Some(429)));
}

#[tokio::test]
async fn a_key_signs_in_where_a_secret_may_not() {
    let pem = std::fs::read_to_string("tests/data/fake-okta/key.pem").expect("a key");
    let jwk: serde_json::Value = serde_json::from_str(&std::fs::read_to_string("tests/data/fake-okta/key.jwk.json").expect("a key")).expect("JSON");
    let key_id = jwk["kid"].as_str().map(str::to_owned);
    let app = App { kind: AppKind::Custom, keys: vec![jwk], ..App::default() };
    let okta = FakeOkta::start(Options { apps: vec![app], ..Options::default() }).await.expect("an org");
    let key = PrivateKey::from_pem(&Secret::new(pem), key_id).expect("a key");
    // The assertion goes by the org's clock once an answer has shown it; this machine's stands still in the past.
    let org = org(okta.address());
    org.organisation().await.expect("an org");
    let client = org.client(Credentials::with_key(ClientId::parse(&okta.client_id()).expect("an id"), key));
    client.grant().await.expect("a token");
    client.hooks().await.expect("hooks");
    client.new_grant().await.expect("another token with another assertion");
}
