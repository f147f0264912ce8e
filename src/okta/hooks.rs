//! Event hooks: list, create, read, replace, delete, and the four steps of their life.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::limiter::Bucket;
use super::request::Request;
use super::text::clean;
use super::{Call, Client, Error, HookSpec, read};

const HOOKS: &str = "/api/v1/eventHooks";
const LIST: Call = Call::named("GET /api/v1/eventHooks");
const CREATE: Call = Call::named("POST /api/v1/eventHooks");
const GET: Call = Call::named("GET /api/v1/eventHooks/{id}");
const REPLACE: Call = Call::named("PUT /api/v1/eventHooks/{id}");
const DELETE: Call = Call::named("DELETE /api/v1/eventHooks/{id}");
const ACTIVATE: Call = Call::named("POST /api/v1/eventHooks/{id}/lifecycle/activate");
const DEACTIVATE: Call = Call::named("POST /api/v1/eventHooks/{id}/lifecycle/deactivate");
const VERIFY: Call = Call::named("POST /api/v1/eventHooks/{id}/lifecycle/verify");

/// Okta's id of an event hook, such as `who8vt36qfNpCGz9H1e6`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HookId(String);

impl HookId {
    /// Reads an id: 1 to 64 letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Option<HookId> {
        super::call::is_id(text).then(|| HookId(text.to_owned()))
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a hook is switched on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HookStatus {
    /// It is.
    Active,
    /// It is not.
    Inactive,
    /// Something that this program does not know.
    Other(String),
}

/// Whether the receiver of a hook has answered Okta's challenge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verification {
    /// It has.
    Verified,
    /// It has not, or the channel was changed since.
    Unverified,
    /// Something that this program does not know.
    Other(String),
}

/// An event hook as Okta describes it. Never holds the secret, which Okta never gives back, nor the values of custom headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventHook {
    /// Okta's id.
    pub id: HookId,
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub status: HookStatus,
    /// Whether its receiver has answered the challenge.
    pub verification: Verification,
    /// The event types, sorted.
    pub events: Vec<String>,
    /// Whether Okta filters events before it delivers them: somebody has edited the hook.
    pub filtered: bool,
    /// Where it delivers to.
    pub uri: Option<String>,
    /// The header that carries the secret.
    pub auth_header: Option<String>,
    /// Names of custom headers.
    pub headers: Vec<String>,
    /// When it was made, as Okta writes it.
    pub created: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was last changed, as Okta writes it; may be stale in the answer to a change.
    pub last_updated: Option<String>,
}

impl EventHook {
    /// Whether Okta delivers to it: switched on and verified.
    pub fn delivers(&self) -> bool {
        self.status == HookStatus::Active && self.verification == Verification::Verified
    }
}

impl EventHook {
    /// Reads Okta's description; none without an id. Whatever else is missing or odd is left out.
    fn of(value: &Value) -> Option<EventHook> {
        let text = |key: &str| read::text(value, key);
        let config = value.get("channel").and_then(|channel| channel.get("config"));
        let events = value.get("events");
        let items = events.and_then(|events| events.get("items")?.as_array());
        let mut types: Vec<String> = items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        types.sort_unstable();
        types.dedup();
        let headers = config.and_then(|config| config.get("headers")?.as_array());
        Some(EventHook {
            id: HookId::parse(&text("id")?)?,
            name: text("name").unwrap_or_default(),
            status: match text("status").unwrap_or_default().as_str() {
                "ACTIVE" => HookStatus::Active,
                "INACTIVE" => HookStatus::Inactive,
                other => HookStatus::Other(clean(other)),
            },
            verification: match text("verificationStatus").unwrap_or_default().as_str() {
                "VERIFIED" => Verification::Verified,
                "UNVERIFIED" => Verification::Unverified,
                other => Verification::Other(clean(other)),
            },
            events: types,
            filtered: events.and_then(|events| events.get("filter")).is_some_and(|filter| !filter.is_null()),
            uri: config.and_then(|config| read::text(config, "uri")),
            auth_header: config.and_then(|config| read::text(config.get("authScheme")?, "key")),
            headers: headers.into_iter().flatten().filter_map(|header| read::text(header, "key")).collect(),
            created: text("created"),
            created_by: text("createdBy"),
            last_updated: text("lastUpdated"),
        })
    }
}

/// What is sent to create or replace a hook.
#[derive(Serialize)]
struct HookBody<'s> {
    name: &'s str,
    events: EventsBody<'s>,
    channel: ChannelBody<'s>,
}

#[derive(Serialize)]
struct EventsBody<'s> {
    r#type: &'static str,
    items: &'s [String],
}

#[derive(Serialize)]
struct ChannelBody<'s> {
    r#type: &'static str,
    version: &'static str,
    config: ConfigBody<'s>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigBody<'s> {
    uri: &'s str,
    auth_scheme: AuthBody<'s>,
}

#[derive(Serialize)]
struct AuthBody<'s> {
    r#type: &'static str,
    key: &'static str,
    value: &'s str,
}

/// Writes the body of a hook. It holds the secret.
fn body(spec: &HookSpec) -> Result<Vec<u8>, Error> {
    let auth_scheme = AuthBody { r#type: "HEADER", key: "Authorization", value: spec.secret.expose() };
    let config = ConfigBody { uri: spec.uri.as_str(), auth_scheme };
    let body = HookBody {
        name: &spec.name,
        events: EventsBody { r#type: "EVENT_TYPE", items: &spec.events },
        channel: ChannelBody { r#type: "HTTP", version: "1.0.0", config },
    };
    serde_json::to_vec(&body).map_err(|_| Error::Unusable("the hook cannot be written as JSON".to_owned()))
}

impl Client {
    /// Lists all event hooks of the org.
    pub async fn hooks(&self) -> Result<Vec<EventHook>, Error> {
        let url = self.org().transport().url(HOOKS);
        let rows = self.list(LIST, url, HOOKS, Bucket::Api, usize::MAX).await?;
        Ok(rows.iter().filter_map(EventHook::of).collect())
    }

    /// Reads a hook.
    pub async fn hook(&self, id: &HookId) -> Result<EventHook, Error> {
        self.ask_hook(self.hook_request(GET, id, "")).await
    }

    /// Creates a hook; it is active and not verified. After [`Error::outcome_unknown`] look for it before creating another.
    pub async fn create_hook(&self, spec: &HookSpec) -> Result<EventHook, Error> {
        let request = Request::new(CREATE, self.org().transport().url(HOOKS), Bucket::Api);
        self.ask_hook(request.json(body(spec)?, vec![spec.secret.clone()])).await
    }

    /// Replaces what a hook is. If that changes its channel, it has to be verified again.
    pub async fn replace_hook(&self, id: &HookId, spec: &HookSpec) -> Result<EventHook, Error> {
        let request = self.hook_request(REPLACE, id, "").json(body(spec)?, vec![spec.secret.clone()]);
        self.ask_hook(request).await
    }

    /// Deletes a hook, which must be inactive.
    pub async fn delete_hook(&self, id: &HookId) -> Result<(), Error> {
        self.ask(self.hook_request(DELETE, id, ""), |answer| read::nothing(&answer)).await
    }

    /// Switches a hook on.
    pub async fn activate_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        self.ask_hook(self.hook_request(ACTIVATE, id, "/lifecycle/activate").repeatable()).await
    }

    /// Switches a hook off.
    pub async fn deactivate_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        self.ask_hook(self.hook_request(DEACTIVATE, id, "/lifecycle/deactivate").repeatable()).await
    }

    /// Has Okta challenge the hook's receiver, which must answer while this call is open. Refused (400) when the receiver does not.
    pub async fn verify_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        self.ask_hook(self.hook_request(VERIFY, id, "/lifecycle/verify")).await
    }

    fn hook_request(&self, call: Call, id: &HookId, step: &str) -> Request {
        Request::new(call, self.org().transport().url(&format!("{HOOKS}/{id}{step}")), Bucket::Api)
    }

    async fn ask_hook(&self, request: Request) -> Result<EventHook, Error> {
        self.ask(request, |answer| read::object(&answer, EventHook::of, "an event hook with an `id` was expected")).await
    }
}
