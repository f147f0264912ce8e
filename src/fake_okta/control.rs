//! The control API: what an administrator, a test or a demonstration does to the org over HTTP. `docs/fake-okta.md` lists it.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::event::Span;

use super::acts::{AppChange, HookChange};
use super::answer::Answer;
use super::call::Call;
use super::fault::Fault;
use super::options::Person;
use super::org::Org;
use super::scenario::{Pace, Story, play};
use super::server::Shared;

/// Where its paths begin. Nothing below it is recorded, limited or struck by faults.
pub(super) const PREFIX: &str = "/_fake";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    advance_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    bucket: String,
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Playing {
    /// The name of a story in the binary.
    #[serde(default)]
    name: Option<String>,
    /// Or its text.
    #[serde(default)]
    yaml: Option<String>,
    #[serde(default)]
    pace: Pace,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    status: String,
}

/// Answers a request of the control API.
pub(super) async fn answer(shared: &Arc<Shared>, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let done = match (call.method.as_str(), segments.as_slice()) {
        ("POST", ["scenarios"]) => start(shared, call),
        ("POST", ["settle"]) => {
            super::settle(shared).await;
            Ok(json!({}))
        }
        (method, segments) => act(&mut shared.org(), call, method, segments),
    };
    match done {
        Ok(answer) => Answer::ok(answer),
        Err(sentence) => Answer::json(400, json!({ "error": sentence })),
    }
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    serde_json::from_slice(&call.body).map_err(|error| format!("the body is not what is expected: {error}"))
}

/// How often hooks carry an event: once, unless the query says otherwise.
fn copies(call: &Call) -> Result<usize, String> {
    call.param("copies").map_or(Ok(1), |copies| copies.parse().map_err(|_| format!("`copies={copies}` is no number")))
}

fn start(shared: &Arc<Shared>, call: &Call) -> Result<Value, String> {
    let playing: Playing = body(call)?;
    let story = match (&playing.name, &playing.yaml) {
        (Some(name), None) => Story::embedded(name)?,
        (None, Some(text)) => Story::read(text)?,
        _ => return Err("either `name` or `yaml` is needed".to_owned()),
    };
    let (name, events) = (story.name().to_owned(), play(shared, &story, playing.pace)?);
    Ok(json!({ "name": name, "events": events }))
}

fn act(org: &mut Org, call: &Call, method: &str, segments: &[&str]) -> Result<Value, String> {
    let done = Ok(json!({}));
    match (method, segments) {
        ("GET", ["state"]) => Ok(org.state()),
        ("GET", ["requests"]) => Ok(json!(org.requests)),
        ("DELETE", ["requests"]) => {
            org.requests.clear();
            done
        }
        ("GET", ["deliveries"]) => Ok(json!(org.outbox.attempted)),
        ("GET", ["events"]) => Ok(org.log.entries().iter().map(|entry| entry.event.clone()).collect()),
        ("POST", ["events"]) => org.play(body(call)?, copies(call)?).map(|uuids| json!({ "uuids": uuids })),
        ("GET", ["scenarios"]) => Ok(json!(Story::names())),
        ("POST", ["faults"]) => org.order(body::<Fault>(call)?).and(done),
        ("DELETE", ["faults"]) => {
            org.faults.clear();
            done
        }
        ("PATCH", ["switches"]) => org.change_switches(&body::<Map<String, Value>>(call)?).and(done),
        ("POST", ["clock"]) => {
            let Clock { advance_seconds } = body(call)?;
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a test; what does not fit is cut off")]
            org.pass(Span::micros((advance_seconds * 1_000_000.0) as i64));
            done
        }
        ("POST", ["limits"]) => {
            let limit: Limit = body(call)?;
            let client_id = limit.client_id.or_else(|| org.apps.apps.first().map(|app| app.client_id.clone())).unwrap_or_default();
            org.exhaust(&client_id, &limit.bucket).and(done)
        }
        ("PUT", ["url"]) => {
            org.base = body::<String>(call)?.trim_end_matches('/').to_owned();
            done
        }
        ("DELETE", ["tokens"]) => {
            org.revoke_tokens();
            done
        }
        ("PATCH", ["apps", id]) => org.change_app(id, body::<AppChange>(call)?).and(done),
        ("POST", ["apps", id, "secrets"]) => org.add_secret(id).map(|secret| json!(secret)),
        ("POST", ["apps", id, "secrets", secret, "activate"]) => org.change_secret(id, secret, Some(true)).and(done),
        ("POST", ["apps", id, "secrets", secret, "deactivate"]) => org.change_secret(id, secret, Some(false)).and(done),
        ("DELETE", ["apps", id, "secrets", secret]) => org.change_secret(id, secret, None).and(done),
        ("GET", ["hooks"]) => Ok(json!(org.hook_states())),
        ("PATCH", ["hooks", id]) => org.change_hook(id, body::<HookChange>(call)?).and(done),
        ("DELETE", ["hooks", id]) => org.delete_hook(id).and(done),
        ("GET", ["users"]) => Ok(json!(org.user_states())),
        ("POST", ["users"]) => org.add_people(&[body::<Person>(call)?]).map(|ids| json!({ "id": ids.first() })),
        ("PUT", ["users", id, "status"]) => org.set_status(id, &body::<Status>(call)?.status).and(done),
        ("POST", ["groups"]) => {
            let name: String = body(call)?;
            Ok(json!({ "id": org.add_group(&name) }))
        }
        _ => Err(format!("there is no `{method} {}`; docs/fake-okta.md lists what there is", call.path)),
    }
}
