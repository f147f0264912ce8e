//! How a fake org begins, and the switches for what Okta does not document.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::clock::Clock;

/// How a fake org begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one. Only this machine can reach the default.
    pub listen: SocketAddr,
    /// The origin that links and token audiences name, without a slash at the end; none is `http://` and the address it listens on.
    /// Set it where clients come through a proxy.
    pub public_url: Option<String>,
    /// From which ids and secrets are drawn.
    pub seed: u64,
    /// Where its time comes from.
    pub clock: Clock,
    /// The apps that are installed at the start; none is one API service integration with the three scopes.
    pub apps: Vec<App>,
    /// The people at the start.
    pub users: Vec<Person>,
    /// SSWS tokens that are accepted, of which an empty one is drawn; none, unless an SDK needs one.
    pub api_tokens: Vec<String>,
    /// What can also be changed while it runs.
    pub switches: Switches,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            seed: 1,
            clock: Clock::System,
            apps: Vec::new(),
            users: Vec::new(),
            api_tokens: Vec::new(),
            switches: Switches::default(),
        }
    }
}

impl Options {
    /// Stands behind a proxy: `front` is `PROXY-URL,LISTEN-ADDRESS`, such as `http://127.0.0.1:4012,127.0.0.1:4011`. Clients are told
    /// the proxy's address, the org listens where the proxy looks for it. This is how a test-suite runs through a checking proxy.
    ///
    /// # Errors
    /// A sentence where `front` is not of that form.
    pub fn behind(mut self, front: &str) -> Result<Self, String> {
        let wrong = || format!("`{front}` is not of the form `http://127.0.0.1:4012,127.0.0.1:4011`");
        let (proxy, listen) = front.split_once(',').ok_or_else(wrong)?;
        self.listen = listen.trim().parse().map_err(|_| wrong())?;
        self.public_url = Some(proxy.trim().trim_end_matches('/').to_owned());
        Ok(self)
    }
}

/// An app that may ask for tokens.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// Its client id; empty draws one.
    pub client_id: String,
    /// Its first secret; empty draws one.
    pub client_secret: String,
    /// The name in the Admin Console and in the System Log.
    pub name: String,
    /// Which of the two kinds it is.
    pub kind: AppKind,
    /// The scopes that the administrator has granted.
    pub scopes: Vec<String>,
    /// Its public keys as JWKs, for `private_key_jwt`.
    pub keys: Vec<serde_json::Value>,
}

impl Default for App {
    fn default() -> Self {
        App {
            client_id: String::new(),
            client_secret: String::new(),
            name: "Clarion".to_owned(),
            kind: AppKind::Integration,
            scopes: ["okta.eventHooks.manage", "okta.logs.read", "okta.users.manage"].map(str::to_owned).to_vec(),
            keys: Vec::new(),
        }
    }
}

/// The two kinds of apps, which authenticate differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// An API service integration from Okta's catalogue: a secret by HTTP Basic, or a signed assertion.
    #[default]
    Integration,
    /// A custom "API Services" app: only a signed assertion.
    Custom,
}

/// A person of the org.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// The user id; empty draws one.
    pub id: String,
    /// The login and mail address.
    pub login: String,
    /// First and last name.
    pub name: String,
    /// The status, such as `ACTIVE`, which an empty text also means.
    pub status: String,
}

/// How big the org's subscription is, which decides the rate limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// A developer's free org: 20 log requests a minute.
    IntegratorFree,
    /// 50 log requests a minute.
    OneApp,
    /// 50 log requests a minute.
    Enterprise,
    /// 120 log requests a minute.
    #[default]
    Workforce,
    /// Ten thousand of everything, for tests that count something else.
    Unlimited,
}

/// Which of Okta's engines the org runs; the recordings of 2020 are Classic Engine's, those of 2025 Identity Engine's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Identity Engine: `pipeline` is `idx`, deactivating a user answers 200 `{}`.
    #[default]
    Identity,
    /// Classic Engine: `pipeline` is `v1`, deactivating a user answers 204, fewer links and keys.
    Classic,
}

/// What a token request gets when only some of the scopes are granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialScopes {
    /// A token for those that are granted.
    #[default]
    Narrow,
    /// 400 `consent_required`.
    Refuse,
}

/// What becomes of a proof of possession (DPoP).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dpop {
    /// A proof is ignored and the token is a plain Bearer.
    #[default]
    Ignore,
    /// A token is given only for a proof with a nonce, and used only with one.
    Require,
}

/// What a PUT does whose `authScheme` has no `value`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutWithoutSecret {
    /// The hook then has no secret.
    #[default]
    Clear,
    /// The hook keeps its secret.
    Keep,
    /// 400.
    Refuse,
}

/// Behaviour that can be changed while the org runs. The first group is the org's size; the second is what Okta does not document,
/// where the default is our best guess; the third is the unruliness of deliveries, of which Okta says that it happens.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The rate limits.
    pub plan: Plan,
    /// The share of a bucket that one app may use, in percent; Okta's default is 50.
    pub app_share_percent: u8,
    /// Most requests at once.
    pub concurrency_max: usize,
    /// The engine.
    pub engine: Engine,
    /// Lifetime of access tokens in seconds.
    pub token_seconds: i64,
    /// How long the System Log goes back, in days.
    pub retention_days: i64,

    /// Some scopes granted, not all.
    pub partial_scopes: PartialScopes,
    /// Proofs of possession.
    pub dpop: Dpop,
    /// Status when a scope is missing at the API.
    pub missing_scope_status: u16,
    /// Whether two hooks may have one name.
    pub duplicate_hook_names: bool,
    /// Whether a hook may subscribe to types that no hook carries.
    pub ineligible_types: bool,
    /// Most hooks that are active and verified.
    pub hooks_max: usize,
    /// Most event types of one hook.
    pub hook_types_max: usize,
    /// The error code of a hook too many, of a name that is taken, and of a type that no hook carries.
    pub hook_refusal_code: String,
    /// A PUT whose `authScheme` has no value.
    pub put_without_secret: PutWithoutSecret,
    /// Whether suspending a user ends the sessions.
    pub suspend_ends_sessions: bool,
    /// Whether a bounded query goes on offering `next` for ever, as some have seen.
    pub bounded_next_forever: bool,
    /// Cursors older than this are refused with 400; none keeps them for ever.
    pub cursor_seconds: Option<i64>,
    /// How long `search` on users sees the past, in milliseconds.
    pub search_lag_ms: i64,

    /// Where hooks of an origin are really sent, so that a hook's `https://` address can end on this machine:
    /// `{"https://clarion.example": "http://127.0.0.1:9000"}`.
    pub routes: BTreeMap<String, String>,
    /// Whether hooks may call other machines than this one.
    pub remote_hooks: bool,
    /// How long after it is verified or changed a hook begins to deliver, in seconds; Okta speaks of minutes.
    pub hook_warm_up_seconds: i64,
    /// How long a hook's receiver has, in milliseconds.
    pub hook_timeout_ms: u64,
    /// How long events wait to be sent together, in milliseconds.
    pub merge_ms: u64,
    /// Most events of one delivery.
    pub delivery_events_max: usize,
    /// Whether deliveries and the events in them are put into a random order.
    pub shuffle: bool,
    /// Deliveries out of a hundred that are sent twice.
    pub duplicate_percent: u8,
    /// Whether hook bodies leave out keys that are null, as one capture does.
    pub omit_nulls: bool,
    /// Most events in a day that hooks carry; later ones are lost to them.
    pub hook_events_per_day: u64,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            plan: Plan::Workforce,
            app_share_percent: 50,
            concurrency_max: 75,
            engine: Engine::Identity,
            token_seconds: 3600,
            retention_days: 90,
            partial_scopes: PartialScopes::Narrow,
            dpop: Dpop::Ignore,
            missing_scope_status: 403,
            duplicate_hook_names: false,
            ineligible_types: false,
            hooks_max: 25,
            hook_types_max: 300,
            hook_refusal_code: "E0000001".to_owned(),
            put_without_secret: PutWithoutSecret::Clear,
            suspend_ends_sessions: false,
            bounded_next_forever: false,
            cursor_seconds: None,
            search_lag_ms: 0,
            routes: BTreeMap::new(),
            remote_hooks: false,
            hook_warm_up_seconds: 0,
            hook_timeout_ms: 3000,
            merge_ms: 20,
            delivery_events_max: 100,
            shuffle: false,
            duplicate_percent: 0,
            omit_nulls: false,
            hook_events_per_day: 400_000,
        }
    }
}
