//! Tests that also run through a checking proxy: `scripts/contract.sh client` sets CLARION_OKTA_FRONT and runs this module, one test at a
//! time, with Prism between the client and the org. Without it they speak to the org itself.
//!
//! Whatever is asked and answered here has to be as Okta's description of its API says.

use clarion::fake_okta::{FakeOkta, Options, Plan, Switches};
use serde_json::{Value, json};

/// Starts an org, behind the proxy where there is one.
pub(crate) async fn org() -> FakeOkta {
    let options = Options { switches: Switches { plan: Plan::Unlimited, ..Switches::default() }, ..Options::default() };
    let options = match std::env::var_os("CLARION_OKTA_FRONT") {
        Some(front) => options.behind(front.to_str().expect("an address")).expect("a front"),
        None => options,
    };
    FakeOkta::start(options).await.expect("an org")
}

#[tokio::test]
async fn a_client_walks_from_a_token_to_the_log() {
    let okta = org().await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let form = [("grant_type", "client_credentials"), ("scope", "okta.eventHooks.manage okta.logs.read okta.users.manage")];
    let token = http.post(format!("{}/oauth2/v1/token", okta.url())).basic_auth(okta.client_id(), Some(okta.client_secret())).form(&form);
    let token: Value = token.send().await.expect("an answer").json().await.expect("a token");
    let bearer = token["access_token"].as_str().expect("a token").to_owned();
    let hook = json!({
        "name": "Clarion managed (tests)", "events": { "type": "EVENT_TYPE", "items": ["user.session.start"] },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": "https://rx.example/hooks/okta/x", "headers": [], "authScheme": { "type": "HEADER", "key": "Authorization", "value": "s3cret" },
        } },
    });
    let created = http.post(format!("{}/api/v1/eventHooks", okta.url())).bearer_auth(&bearer).json(&hook).send().await.expect("an answer");
    assert_eq!(created.status(), 200);
    let next = http.get(format!("{}/api/v1/logs?limit=1", okta.url())).bearer_auth(&bearer).send().await.expect("an answer");
    assert_eq!(next.status(), 200);
    let links: Vec<&str> = next.headers().get_all("link").iter().map(|link| link.to_str().expect("letters")).collect();
    let link = links.iter().flat_map(|line| line.split(", ")).find(|link| link.ends_with("rel=\"next\"")).expect("a next page");
    let link = link.trim_start_matches('<').split('>').next().expect("an address");
    assert!(link.starts_with(&okta.url()), "{link}");
    let page: Value = http.get(link).bearer_auth(&bearer).send().await.expect("an answer").json().await.expect("events");
    assert_eq!(page[0]["eventType"], "event_hook.created");
    okta.shutdown().await;
}
