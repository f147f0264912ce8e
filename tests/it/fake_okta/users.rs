//! Users: look-ups, life cycles with every refusal, and the events that come of it.

use clarion::event::Span;
use clarion::fake_okta::Engine;
use serde_json::{Value, json};

use super::{Api, person, unlimited};

const LOGIN: &str = "mara.lindqvist@example.com";

async fn with_user(status: &str) -> (Api, String) {
    let api = Api::start(unlimited()).await;
    let id = api.okta.add_user(&person(LOGIN, status)).unwrap();
    (api, id)
}

fn links(body: &Value) -> Vec<String> {
    body["_links"].as_object().expect("links").keys().cloned().collect()
}

#[tokio::test]
async fn a_user_is_found_by_id_and_by_login() {
    let (api, id) = with_user("ACTIVE").await;
    let user = api.get(&format!("/api/v1/users/{id}")).await.json();
    assert_eq!((user["id"].as_str(), user["status"].as_str()), (Some(id.as_str()), Some("ACTIVE")));
    assert_eq!(api.get("/api/v1/users/mara.lindqvist%40example.com").await.json(), user);
    let keys: Vec<&String> = user.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["_links", "activated", "created", "credentials", "id", "lastLogin", "lastUpdated", "passwordChanged", "profile", "status", "statusChanged", "type"]
    );
    assert_eq!(user["credentials"]["provider"], json!({ "type": "OKTA", "name": "OKTA" }));
    assert_eq!(user["profile"]["mobilePhone"], Value::Null);
    let recorded = [
        "changePassword",
        "changeRecoveryQuestion",
        "deactivate",
        "expirePassword",
        "forgotPassword",
        "resetFactors",
        "resetPassword",
        "schema",
        "self",
        "suspend",
        "type",
    ];
    assert_eq!(links(&user), recorded);
    assert_eq!(user["_links"]["suspend"], json!({ "href": format!("{}/api/v1/users/{id}/lifecycle/suspend", api.okta.url()), "method": "POST" }));
    let summary = api.get("/api/v1/users/nobody").await.fault(404, "E0000007");
    assert_eq!(summary, "Not found: Resource not found: nobody (User)");
}

/// An operation, from which status it leads to which, and the refusal otherwise.
type Row = (&'static str, &'static [(&'static str, &'static str)], (u16, &'static str));

#[tokio::test]
async fn every_operation_from_every_status() {
    const STATUSES: [&str; 8] = ["STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "LOCKED_OUT", "PASSWORD_EXPIRED", "SUSPENDED", "DEPROVISIONED"];
    let table: [Row; 9] = [
        ("suspend", &[("ACTIVE", "SUSPENDED")], (400, "E0000001")),
        ("unsuspend", &[("SUSPENDED", "ACTIVE")], (400, "E0000001")),
        ("unlock", &[("LOCKED_OUT", "ACTIVE")], (403, "E0000032")),
        ("activate", &[("STAGED", "ACTIVE"), ("DEPROVISIONED", "ACTIVE")], (403, "E0000016")),
        ("reactivate", &[("PROVISIONED", "PROVISIONED"), ("RECOVERY", "PROVISIONED")], (403, "E0000038")),
        (
            "expire_password",
            &[("ACTIVE", "PASSWORD_EXPIRED"), ("PASSWORD_EXPIRED", "PASSWORD_EXPIRED"), ("LOCKED_OUT", "PASSWORD_EXPIRED"), ("RECOVERY", "PASSWORD_EXPIRED")],
            (403, "E0000038"),
        ),
        (
            "reset_password?sendEmail=false",
            &[("ACTIVE", "RECOVERY"), ("PROVISIONED", "RECOVERY"), ("LOCKED_OUT", "RECOVERY"), ("PASSWORD_EXPIRED", "RECOVERY"), ("RECOVERY", "RECOVERY")],
            (403, "E0000017"),
        ),
        (
            "deactivate",
            &[
                ("STAGED", "DEPROVISIONED"),
                ("PROVISIONED", "DEPROVISIONED"),
                ("ACTIVE", "DEPROVISIONED"),
                ("RECOVERY", "DEPROVISIONED"),
                ("LOCKED_OUT", "DEPROVISIONED"),
                ("PASSWORD_EXPIRED", "DEPROVISIONED"),
                ("SUSPENDED", "DEPROVISIONED"),
            ],
            (403, "E0000038"),
        ),
        (
            "reset_factors",
            &[
                ("STAGED", "STAGED"),
                ("PROVISIONED", "PROVISIONED"),
                ("ACTIVE", "ACTIVE"),
                ("RECOVERY", "RECOVERY"),
                ("LOCKED_OUT", "LOCKED_OUT"),
                ("PASSWORD_EXPIRED", "PASSWORD_EXPIRED"),
                ("SUSPENDED", "SUSPENDED"),
            ],
            (403, "E0000038"),
        ),
    ];
    let api = Api::start(unlimited()).await;
    for (operation, works, (code, error)) in table {
        for (n, status) in STATUSES.iter().enumerate() {
            let id = api.okta.add_user(&person(&format!("{}{n}@example.com", operation.replace(['?', '=', '_'], "")), status)).unwrap();
            let reply = api.post(&format!("/api/v1/users/{id}/lifecycle/{operation}")).await;
            let now = api.get(&format!("/api/v1/users/{id}")).await.json()["status"].as_str().unwrap().to_owned();
            match works.iter().find(|(from, _)| from == status) {
                Some((_, to)) => assert_eq!((reply.status, now.as_str()), (200, *to), "{operation} from {status}: {}", reply.text),
                None => {
                    reply.fault(code, error);
                    assert_eq!(now, *status, "{operation} from {status}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_sentences_of_refusals_are_those_recorded() {
    let (api, id) = with_user("ACTIVE").await;
    let path = format!("/api/v1/users/{id}/lifecycle");
    let unlock = api.post(&format!("{path}/unlock")).await;
    assert_eq!(unlock.fault(403, "E0000032"), "Unlock is not allowed for this user.");
    assert_eq!(unlock.json()["errorCauses"], json!([{ "errorSummary": "The user is not locked out." }]));
    let reactivate = api.post(&format!("{path}/reactivate")).await;
    assert_eq!(reactivate.fault(403, "E0000038"), "This operation is not allowed in the user's current status.");
    api.okta.set_user_status(&id, "LOCKED_OUT").unwrap();
    let suspend = api.post(&format!("{path}/suspend")).await;
    suspend.fault(400, "E0000001");
    assert!(suspend.text.contains("Cannot suspend a user that is not active"), "{}", suspend.text);
    api.post(&format!("{path}/reset_password")).await.fault(400, "E0000001");
    api.post(&format!("{path}/dance")).await.fault(404, "E0000007");
}

#[tokio::test]
async fn what_operations_answer() {
    let (api, id) = with_user("ACTIVE").await;
    let path = format!("/api/v1/users/{id}/lifecycle");
    assert_eq!(api.post(&format!("{path}/suspend")).await.json(), json!({}));
    assert_eq!(api.post(&format!("{path}/unsuspend")).await.json(), json!({}));
    assert_eq!(api.post(&format!("{path}/reset_factors")).await.json(), json!({}));
    assert_eq!(api.post(&format!("{path}/expire_password")).await.json()["status"], "PASSWORD_EXPIRED");
    let reset = api.post(&format!("{path}/reset_password?sendEmail=false")).await.json();
    assert!(reset["resetPasswordUrl"].as_str().unwrap().starts_with(&format!("{}/reset_password/", api.okta.url())), "{reset}");
    assert_eq!(api.post(&format!("{path}/reset_password?sendEmail=true")).await.json(), json!({}));
    assert_eq!(api.post(&format!("{path}/deactivate")).await.json(), json!({}));
    let activated = api.post(&format!("{path}/activate?sendEmail=false")).await.json();
    assert!(activated["activationUrl"].is_string() && activated["activationToken"].is_string(), "{activated}");
    assert_eq!(api.get(&format!("/api/v1/users/{id}")).await.json()["status"], "PROVISIONED", "the password went with deactivating");
    api.okta.switch(|switches| switches.engine = Engine::Classic);
    let classic = api.post(&format!("{path}/deactivate")).await;
    assert_eq!((classic.status, classic.text.as_str()), (204, ""));
    assert_eq!(
        api.logged(),
        [
            "user.lifecycle.suspend",
            "user.lifecycle.unsuspend",
            "user.mfa.factor.reset_all",
            "user.account.expire_password",
            "user.account.reset_password",
            "user.account.reset_password",
            "user.lifecycle.deactivate",
            "user.lifecycle.activate",
            "user.lifecycle.deactivate",
        ]
    );
    for event in api.okta.events().iter().filter(|event| event["eventType"].as_str().unwrap().starts_with("user.")) {
        assert_eq!((&event["actor"]["type"], &event["actor"]["id"]), (&json!("PublicClientAppEntity"), &json!(api.okta.client_id())));
        assert_eq!((&event["target"][0]["id"], &event["target"][0]["alternateId"]), (&json!(id), &json!(LOGIN)));
        assert_eq!(event["client"]["id"], api.okta.client_id());
        let asked = api.okta.requests();
        assert!(asked.iter().any(|request| request.id == event["transaction"]["id"]), "the transaction is the request");
    }
}

#[tokio::test]
async fn sessions_end_only_when_they_are_cleared() {
    let (api, id) = with_user("ACTIVE").await;
    let sessions = || api.okta.users()[0].sessions;
    assert_eq!(sessions(), 1);
    api.post(&format!("/api/v1/users/{id}/lifecycle/suspend")).await;
    assert_eq!(sessions(), 1, "nothing says that suspending ends them");
    let cleared = api.delete(&format!("/api/v1/users/{id}/sessions?oauthTokens=true")).await;
    assert_eq!((cleared.status, cleared.text.as_str(), sessions()), (204, "", 0));
    assert_eq!(api.logged(), ["user.lifecycle.suspend", "user.session.clear", "app.oauth2.token.revoke.implicit.user"]);
    api.delete(&format!("/api/v1/users/{LOGIN}/sessions")).await.fault(404, "E0000007");
    assert_eq!(api.delete(&format!("/api/v1/users/{id}/grants")).await.status, 204);
    assert_eq!(api.delete(&format!("/api/v1/users/{id}/clients/0oax/tokens")).await.status, 204);
    api.post(&format!("/api/v1/users/{id}/lifecycle/unsuspend")).await;
    api.okta.switch(|switches| switches.suspend_ends_sessions = true);
    api.post(&format!("/api/v1/users/{id}/lifecycle/suspend")).await;
    assert_eq!(sessions(), 0);
}

#[tokio::test]
async fn lists_search_and_filter() {
    let api = Api::start(unlimited()).await;
    for (login, status) in [("anna@example.com", "ACTIVE"), ("bea@example.com", "SUSPENDED"), ("carl@example.com", "DEPROVISIONED")] {
        api.okta.add_user(&person(login, status)).unwrap();
    }
    let logins = async |query: &str| {
        let reply = api.get(&format!("/api/v1/users?{query}")).await;
        let users = reply.json();
        assert!(users.as_array().unwrap().iter().all(|user| links(user) == ["self"]), "lists carry only self");
        users.as_array().unwrap().iter().map(|user| user["profile"]["login"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(logins("").await, ["anna@example.com", "bea@example.com"], "those who are gone are left out");
    assert_eq!(logins("search=profile.login+eq+%22carl%40example.com%22").await, ["carl@example.com"]);
    assert_eq!(logins("search=status+eq+%22ACTIVE%22+or+status+eq+%22DEPROVISIONED%22").await, ["anna@example.com", "carl@example.com"]);
    assert_eq!(logins("filter=status+eq+%22DEPROVISIONED%22").await, ["carl@example.com"]);
    assert_eq!(logins("filter=profile.login+eq+%22ANNA%40example.com%22").await, Vec::<String>::new(), "values have their case");
    assert_eq!(logins("q=be").await, ["bea@example.com"]);
    assert_eq!(logins("q=carl").await, Vec::<String>::new());
    for wrong in ["filter=profile.login+sw+%22a%22", "filter=profile.city+eq+%22x%22", "filter=nonsense", "search=status+eqq+1"] {
        api.get(&format!("/api/v1/users?{wrong}")).await.fault(400, "E0000031");
    }
    let first = api.get("/api/v1/users?limit=1&filter=status+eq+%22ACTIVE%22+or+status+eq+%22SUSPENDED%22").await;
    let next = first.link("next").expect("more");
    assert!(next.contains("limit=1") && next.contains("after="), "{next}");
    let second = api.get(&next).await;
    assert_eq!(second.json()[0]["profile"]["login"], "bea@example.com");
    assert!(second.link("next").is_none() && second.link("self").is_some());
}

#[tokio::test]
async fn a_search_can_lag_behind() {
    let (api, id) = with_user("ACTIVE").await;
    api.okta.switch(|switches| switches.search_lag_ms = 2000);
    api.post(&format!("/api/v1/users/{id}/lifecycle/suspend")).await;
    let count = async |query: &str| api.get(&format!("/api/v1/users?{query}=status+eq+%22SUSPENDED%22")).await.json().as_array().unwrap().len();
    assert_eq!((count("filter").await, count("search").await), (1, 0));
    api.okta.pass(Span::seconds(3));
    assert_eq!(count("search").await, 1);
}

#[tokio::test]
async fn users_are_made_and_deleted() {
    let api = Api::start(unlimited()).await;
    let body = json!({
        "profile": { "login": LOGIN, "email": LOGIN, "firstName": "Mara", "lastName": "Lindqvist" }, "credentials": { "password": { "value": "Pa55word" } },
    });
    let staged = api.post_json("/api/v1/users?activate=false", &body).await.json();
    assert_eq!(links(&staged), ["activate", "resetFactors", "schema", "self", "type"]);
    assert_eq!((&staged["status"], &staged["activated"]), (&json!("STAGED"), &Value::Null));
    let again = api.post_json("/api/v1/users?activate=false", &body).await;
    assert!(again.fault(400, "E0000001").contains("login"));
    let id = staged["id"].as_str().unwrap();
    assert_eq!(api.delete(&format!("/api/v1/users/{id}")).await.status, 204);
    assert_eq!(api.get(&format!("/api/v1/users/{id}")).await.json()["status"], "DEPROVISIONED", "the first time only deactivates");
    assert_eq!(api.delete(&format!("/api/v1/users/{id}")).await.status, 204);
    api.get(&format!("/api/v1/users/{id}")).await.fault(404, "E0000007");
    let nameless = api.post_json("/api/v1/users", &json!({ "profile": { "login": LOGIN } })).await;
    nameless.fault(400, "E0000001");
}

#[tokio::test]
async fn groups_need_a_scope_of_their_own() {
    let (api, id) = with_user("ACTIVE").await;
    let group = api.okta.add_group("Quarantine");
    let path = format!("/api/v1/groups/{group}/users/{id}");
    assert_eq!(super::read(api.request(reqwest::Method::PUT, &path).header("content-length", "0")).await.status, 403);
    let scopes = Some(vec!["okta.groups.manage".to_owned(), "okta.users.manage".to_owned()]);
    api.okta.change_app(&api.okta.client_id(), clarion::fake_okta::AppChange { scopes, ..Default::default() }).unwrap();
    let form = [("grant_type", "client_credentials"), ("scope", "okta.groups.manage okta.users.manage")];
    let token = super::token(&api.okta, &api.okta.client_id(), &api.okta.client_secret(), &form).await.json();
    let api = Api { authorization: format!("Bearer {}", token["access_token"].as_str().unwrap()), ..api };
    assert_eq!(super::read(api.request(reqwest::Method::PUT, &path).header("content-length", "0")).await.status, 204);
    assert_eq!(api.get(&format!("/api/v1/users/{id}/groups")).await.json()[0]["profile"]["name"], "Quarantine");
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&format!("/api/v1/users/{id}/groups")).await.json(), json!([]));
    assert_eq!(api.logged(), ["group.user_membership.add", "group.user_membership.remove"]);
}
