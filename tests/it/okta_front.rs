//! Tests that also run through a checking proxy: `scripts/contract.sh client` sets CLARION_OKTA_FRONT and runs this module, one test at a
//! time, with Prism between the client and the org. Without it they speak to the org itself.
//!
//! Whatever is asked and answered here has to be as Okta's description of its API says.

use clarion::fake_okta::{FakeOkta, Options, Person, Plan, Switches};
use serde_json::{Value, json};

/// Puts an org behind the proxy, where there is one. Any test that starts its org with these options may run through it.
pub(crate) fn behind_front(options: Options) -> Options {
    match std::env::var_os("CLARION_OKTA_FRONT") {
        Some(front) => options.behind(front.to_str().expect("an address")).expect("a front"),
        None => options,
    }
}

async fn org() -> FakeOkta {
    let options = Options { switches: Switches { plan: Plan::Unlimited, ..Switches::default() }, ..Options::default() };
    FakeOkta::start(behind_front(options)).await.expect("an org")
}

/// A plain client with a token.
struct Client {
    http: reqwest::Client,
    bearer: String,
}

impl Client {
    async fn of(okta: &FakeOkta) -> Client {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let form = [("grant_type", "client_credentials"), ("scope", "okta.eventHooks.manage okta.logs.read okta.users.manage")];
        let token = http.post(format!("{}/oauth2/v1/token", okta.url())).basic_auth(okta.client_id(), Some(okta.client_secret())).form(&form);
        let token: Value = token.send().await.expect("an answer").json().await.expect("a token");
        Client { http, bearer: token["access_token"].as_str().expect("a token").to_owned() }
    }

    async fn ask(&self, method: reqwest::Method, url: &str, body: Option<&Value>) -> reqwest::Response {
        let request = self.http.request(method, url).bearer_auth(&self.bearer);
        let request = match body {
            Some(body) => request.json(body),
            None => request.header("content-length", "0"),
        };
        request.send().await.expect("an answer")
    }
}

#[tokio::test]
async fn a_client_walks_from_a_token_to_the_log() {
    let okta = org().await;
    let client = Client::of(&okta).await;
    let hook = json!({
        "name": "Clarion managed (tests)", "events": { "type": "EVENT_TYPE", "items": ["user.session.start"] },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": "https://rx.example/hooks/okta/x", "headers": [], "authScheme": { "type": "HEADER", "key": "Authorization", "value": "s3cret" },
        } },
    });
    let created = client.ask(reqwest::Method::POST, &format!("{}/api/v1/eventHooks", okta.url()), Some(&hook)).await;
    assert_eq!(created.status(), 200);
    let next = client.ask(reqwest::Method::GET, &format!("{}/api/v1/logs?limit=1&filter=eventType+sw+%22event_hook.%22", okta.url()), None).await;
    assert_eq!(next.status(), 200);
    let links: Vec<&str> = next.headers().get_all("link").iter().map(|link| link.to_str().expect("letters")).collect();
    let link = links.iter().flat_map(|line| line.split(", ")).find(|link| link.ends_with("rel=\"next\"")).expect("a next page");
    let link = link.trim_start_matches('<').split('>').next().expect("an address").to_owned();
    let first: Value = next.json().await.expect("events");
    assert!(link.starts_with(&okta.url()), "{link}");
    assert_eq!(first[0]["eventType"], "event_hook.created");
    let page: Value = client.ask(reqwest::Method::GET, &link, None).await.json().await.expect("events");
    assert_eq!(page, json!([]));
    okta.shutdown().await;
}

#[tokio::test]
async fn a_client_suspends_a_user_once() {
    let okta = org().await;
    let client = Client::of(&okta).await;
    let person = Person { login: "mara.lindqvist@example.com".to_owned(), name: "Mara Lindqvist".to_owned(), ..Person::default() };
    let id = okta.add_user(&person).expect("a user");
    let user = format!("{}/api/v1/users/{id}", okta.url());
    for status in [200, 400] {
        let suspended = client.ask(reqwest::Method::POST, &format!("{user}/lifecycle/suspend"), None).await;
        assert_eq!(suspended.status(), status);
    }
    assert_eq!(client.ask(reqwest::Method::DELETE, &format!("{user}/sessions?oauthTokens=true"), None).await.status(), 204);
    let now: Value = client.ask(reqwest::Method::GET, &user, None).await.json().await.expect("a user");
    assert_eq!(now["status"], "SUSPENDED");
    okta.shutdown().await;
}
