//! Users: how they are found, and where actions go.

use super::server::{Okta, Reply};
use crate::okta::{ClearSessions, Error, UserId, UserKey, UserSearch, UserStatus};

/// As it was recorded, shortened.
const USER: &str = r#"{"id":"00usfdd3eO3sfObs54x6","status":"ACTIVE","created":"2020-08-27T18:19:29.000Z","activated":"2020-08-27T18:19:30.000Z","statusChanged":"2020-08-27T18:19:30.000Z","lastLogin":null,"lastUpdated":"2020-08-27T18:19:30.000Z","passwordChanged":"2020-08-27T18:19:30.000Z","type":{"id":"oty1"},"profile":{"firstName":"John","lastName":"Doe","mobilePhone":null,"secondEmail":null,"login":"John.Doe@example.com","email":"John.Doe@example.com"},"credentials":{"password":{},"provider":{"type":"OKTA","name":"OKTA"}},"_links":{"suspend":{"href":"https://x/suspend","method":"POST"},"deactivate":{"href":"https://x/deactivate","method":"POST"},"self":{"href":"https://x"},"schema":{"href":"https://x"}}}"#;

fn id() -> UserId {
    UserId::parse("00usfdd3eO3sfObs54x6").expect("an id")
}

#[tokio::test]
async fn a_user_is_read_as_it_was_recorded() {
    let okta = Okta::answering([Reply::json(200, USER)]).await;
    let user = okta.client().user(&UserKey::Id(id())).await.expect("a user");
    assert_eq!((user.id.as_str(), &user.status, user.login.as_deref()), ("00usfdd3eO3sfObs54x6", &UserStatus::Active, Some("John.Doe@example.com")));
    assert_eq!((user.first_name.as_deref(), user.last_login), (Some("John"), None));
    assert_eq!(user.offers, ["deactivate", "suspend"]);
    assert_eq!(okta.lines(), ["GET /api/v1/users/00usfdd3eO3sfObs54x6"]);
}

#[tokio::test]
async fn users_of_odd_shapes_are_read_as_far_as_they_go() {
    let odd = [
        r#"{"id":"00u1"}"#,
        r#"{"id":"00u1","status":null,"profile":null,"_links":null}"#,
        r#"{"id":"00u1","status":"FROZEN","profile":{"login":17},"_links":{"suspend":null}}"#,
    ];
    let okta = Okta::answering(odd.map(|user| Reply::json(200, user))).await;
    let client = okta.client();
    for _ in odd {
        let user = client.user(&UserKey::Id(id())).await.expect("a user");
        assert!(matches!(user.status, UserStatus::Other(_)) && user.offers("suspend").is_none(), "{user:?}");
    }
}

#[tokio::test]
async fn logins_are_encoded_into_the_path() {
    let rows = [
        ("jo@example.com", "/api/v1/users/jo%40example.com"),
        ("jo+x@example.com", "/api/v1/users/jo%2Bx%40example.com"),
        ("DOMAIN\\jo", "/api/v1/users/DOMAIN%5Cjo"),
        ("a b?c#d%e", "/api/v1/users/a%20b%3Fc%23d%25e"),
        ("jörg@example.com", "/api/v1/users/j%C3%B6rg%40example.com"),
        ("..%2f..", "/api/v1/users/..%252f.."),
        ("00u1", "/api/v1/users/00u1"),
    ];
    let okta = Okta::answering(rows.map(|_| Reply::json(200, USER))).await;
    let client = okta.client();
    for (login, _) in rows {
        client.user(&UserKey::parse(login).expect("a login")).await.expect("a user");
    }
    assert_eq!(okta.lines(), rows.map(|(_, path)| format!("GET {path}")));
}

#[tokio::test]
async fn logins_that_cannot_stand_in_a_path_are_looked_for() {
    let found = USER.replace("John.Doe@example.com", "a/b\\\"c");
    let okta = Okta::answering([Reply::json(200, &format!("[{found}]")), Reply::json(200, "[]"), Reply::json(200, &format!("[{USER}]"))]).await;
    let client = okta.client();
    client.user(&UserKey::parse("a/b\"c").expect("a login")).await.expect("a user");
    for login in ["..", "."] {
        let error = client.user(&UserKey::parse(login).expect("a login")).await.expect_err("nobody");
        assert!(matches!(error, Error::NotFound(_)), "{error}");
    }
    assert_eq!(okta.lines()[0], "GET /api/v1/users?filter=profile.login+eq+%22a%2Fb%5C%22c%22&limit=2");
    assert_eq!(okta.lines()[2], "GET /api/v1/users?filter=profile.login+eq+%22.%22&limit=2");
}

#[tokio::test]
async fn a_search_reads_as_many_pages_as_it_needs() {
    let okta = Okta::scripted(|seen| {
        let base = format!("http://{}", seen.header("host").unwrap_or_default());
        let page = |n: u32| format!("[{}]", (0..200).map(|i| format!(r#"{{"id":"00u{n}x{i}","status":"ACTIVE"}}"#)).collect::<Vec<_>>().join(","));
        let n = match seen.target.as_str() {
            target if target.contains("after=2") => 2,
            target if target.contains("after=1") => 1,
            target if target.starts_with("/api/v1/users?") => 0,
            _ => return None,
        };
        Some(Reply::json(200, &page(n)).with("link", &format!("<{base}/api/v1/users?after={}&limit=200>; rel=\"next\"", n + 1)))
    })
    .await;
    let found = okta.client().search_users(&UserSearch::Expression("status eq \"ACTIVE\"".to_owned()), 450).await.expect("users");
    assert_eq!(found.len(), 450);
    assert_eq!(okta.lines()[0], "GET /api/v1/users?search=status+eq+%22ACTIVE%22&limit=200");
    assert_eq!(okta.lines().len(), 3);
    let okta = Okta::answering([Reply::json(200, "[]")]).await;
    okta.client().search_users(&UserSearch::Prefix("jo".to_owned()), 10).await.expect("nobody");
    assert_eq!(okta.lines(), ["GET /api/v1/users?q=jo&limit=10"]);
}

#[tokio::test]
async fn actions_go_where_they_should_and_carry_no_body() {
    let nothing = || Reply::json(200, "{}");
    let link = r#"{"resetPasswordUrl":"https://x/reset_password/canary-LINK"}"#;
    let okta = Okta::answering([
        nothing(),
        nothing(),
        Reply::empty(204),
        Reply::json(200, USER),
        nothing(),
        Reply::json(200, link),
        nothing(),
        nothing(),
        Reply::empty(204),
        Reply::empty(204),
    ])
    .await;
    let client = okta.client();
    client.suspend(&id()).await.expect("done");
    client.unsuspend(&id()).await.expect("done");
    client.deactivate(&id()).await.expect("done");
    client.expire_password(&id()).await.expect("done");
    client.reset_password_by_email(&id()).await.expect("done");
    let one_time = client.reset_password_with_link(&id()).await.expect("a link");
    assert!(one_time.expose().ends_with("canary-LINK") && !format!("{one_time:?}").contains("canary"));
    client.reset_factors(&id()).await.expect("done");
    client.unlock(&id()).await.expect("done");
    client.clear_sessions(&id(), ClearSessions { oauth_tokens: true, forget_devices: Some(true) }).await.expect("done");
    client.clear_sessions(&id(), ClearSessions::default()).await.expect("done");
    let path = "/api/v1/users/00usfdd3eO3sfObs54x6";
    assert_eq!(
        okta.lines(),
        [
            format!("POST {path}/lifecycle/suspend"),
            format!("POST {path}/lifecycle/unsuspend"),
            format!("POST {path}/lifecycle/deactivate?sendEmail=false"),
            format!("POST {path}/lifecycle/expire_password"),
            format!("POST {path}/lifecycle/reset_password?sendEmail=true"),
            format!("POST {path}/lifecycle/reset_password?sendEmail=false"),
            format!("POST {path}/lifecycle/reset_factors"),
            format!("POST {path}/lifecycle/unlock"),
            format!("DELETE {path}/sessions?oauthTokens=true&forgetDevices=true"),
            format!("DELETE {path}/sessions?oauthTokens=false"),
        ]
    );
    for seen in okta.seen().iter().filter(|seen| seen.target.contains("/lifecycle/")) {
        assert_eq!((seen.header("content-length"), seen.body.as_str()), (Some("0"), ""), "{}", seen.line());
        assert_eq!(seen.header("prefer"), seen.target.contains("deactivate").then_some("respond-async"));
    }
}
