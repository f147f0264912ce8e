//! The fake org over HTTP, by a plain client: each behaviour that Okta documents or that was recorded.

mod command;
mod control;
mod delivery;
mod faults;
mod hooks;
mod limits;
mod logs;
mod page;
mod receiver;
mod scopes;
mod stories;
mod token;
mod users;

use base64::Engine as _;
use clarion::event::Timestamp;
use clarion::fake_okta::{Clock, FakeOkta, Options, Person, Plan, Switches};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// The three scopes that the first app has.
const SCOPES: &str = "okta.eventHooks.manage okta.logs.read okta.users.manage";

/// An org with a client that has a token.
struct Api {
    okta: FakeOkta,
    http: reqwest::Client,
    authorization: String,
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of letters"))
    }

    /// Returns the address of a link.
    fn link(&self, rel: &str) -> Option<String> {
        let wanted = format!("; rel=\"{rel}\"");
        self.headers.get_all("link").iter().find_map(|line| {
            let line = line.to_str().expect("a link of letters");
            Some(line.strip_suffix(&wanted)?.trim_start_matches('<').trim_end_matches('>').to_owned())
        })
    }

    /// Checks an error of the API and returns the sentence.
    fn fault(&self, status: u16, code: &str) -> String {
        let body = self.json();
        assert_eq!((self.status, body["errorCode"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(body["errorLink"], body["errorCode"], "the link repeats the code");
        assert!(body["errorId"].as_str().is_some_and(|id| id.starts_with("oae")), "{body}");
        assert!(body["errorCauses"].is_array(), "{body}");
        body["errorSummary"].as_str().expect("a summary").to_owned()
    }
}

async fn read(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, text: response.text().await.expect("a body") }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Options without rate limits, so that tests count only what they are about.
fn unlimited() -> Options {
    Options { switches: Switches { plan: Plan::Unlimited, ..Switches::default() }, ..Options::default() }
}

/// The same, at a time that stands still.
fn frozen(at: &str) -> Options {
    Options { clock: Clock::Frozen(Timestamp::parse(at).expect("an instant")), ..unlimited() }
}

fn person(login: &str, status: &str) -> Person {
    Person { id: String::new(), login: login.to_owned(), name: "Mara Lindqvist".to_owned(), status: status.to_owned() }
}

fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{client_id}:{secret}")))
}

/// Asks for a token with a secret.
async fn token(okta: &FakeOkta, client_id: &str, secret: &str, form: &[(&str, &str)]) -> Reply {
    read(http().post(format!("{}/oauth2/v1/token", okta.url())).header("authorization", basic(client_id, secret)).form(form)).await
}

impl Api {
    async fn start(options: Options) -> Api {
        let okta = FakeOkta::start(options).await.expect("an org");
        let reply = token(&okta, &okta.client_id(), &okta.client_secret(), &[("grant_type", "client_credentials"), ("scope", SCOPES)]).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let authorization = format!("Bearer {}", reply.json()["access_token"].as_str().expect("a token"));
        Api { okta, http: http(), authorization }
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.okta.url()) };
        self.http.request(method, url).header("authorization", &self.authorization)
    }

    async fn get(&self, path: &str) -> Reply {
        read(self.request(reqwest::Method::GET, path)).await
    }

    async fn post(&self, path: &str) -> Reply {
        read(self.request(reqwest::Method::POST, path).header("content-length", "0")).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> Reply {
        read(self.request(reqwest::Method::POST, path).json(body)).await
    }

    async fn put_json(&self, path: &str, body: &Value) -> Reply {
        read(self.request(reqwest::Method::PUT, path).json(body)).await
    }

    async fn delete(&self, path: &str) -> Reply {
        read(self.request(reqwest::Method::DELETE, path)).await
    }

    /// Returns the types of the System Log's events, in the order of writing, but for tokens.
    fn logged(&self) -> Vec<String> {
        let types = self.okta.events().into_iter().map(|event| event["eventType"].as_str().expect("a type").to_owned());
        types.filter(|name| !name.starts_with("app.oauth2.token.grant")).collect()
    }

    /// Creates a hook and returns its id.
    async fn hook(&self, name: &str, uri: &str, items: &[&str]) -> String {
        let reply = self.post_json("/api/v1/eventHooks", &hook(name, uri, items)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["id"].as_str().expect("an id").to_owned()
    }
}

/// The body of a hook.
fn hook(name: &str, uri: &str, items: &[&str]) -> Value {
    json!({
        "name": name,
        "events": { "type": "EVENT_TYPE", "items": items },
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": uri,
            "headers": [{ "key": "X-Clarion-Org", "value": "one" }],
            "authScheme": { "type": "HEADER", "key": "Authorization", "value": "a secret of the receiver's" },
        } },
    })
}

/// An event of a type, as small as events are.
fn event(event_type: &str, published: &str) -> Value {
    json!({
        "eventType": event_type, "published": published, "severity": "INFO", "version": "0", "displayMessage": "A thing happened", "legacyEventType": null,
        "actor": { "id": "00u7h2k9wq4mZsR1p5d7", "type": "User", "alternateId": "mara.lindqvist@example.com", "displayName": "Mara Lindqvist", "detailEntry": null },
        "client": { "ipAddress": "203.0.113.24", "zone": "null", "device": "Computer", "id": null, "userAgent": null, "geographicalContext": null },
        "outcome": { "result": "SUCCESS", "reason": null }, "target": null,
        "transaction": { "type": "WEB", "id": "t1", "detail": {} },
        "debugContext": { "debugData": { "requestUri": "/x", "url": "/x?" } },
        "request": { "ipChain": [{ "ip": "203.0.113.24", "geographicalContext": null, "version": "V4", "source": null }] },
    })
}
