//! Who calls: apps, their secrets and scopes, the token endpoint, and what a token may do.

mod assertion;
mod dpop;
mod grant;

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::event::Timestamp;

use super::answer::{Answer, Payload, invalid_token};
use super::call::{Call, scheme};
use super::ids::Ids;
use super::options::{App, AppKind};
use super::org::Org;

pub(super) use grant::{token, token_of_custom_server};

/// Most secrets of an app, so that one can be changed for the other without a break.
pub(super) const SECRETS_MAX: usize = 2;

/// Most tokens, and most ids of assertions and proofs, that are remembered.
const TOKENS_MAX: usize = 100_000;

/// The apps of an org and what they hold.
#[derive(Debug, Default)]
pub(super) struct Apps {
    pub(super) apps: Vec<Installed>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) api_tokens: Vec<ApiToken>,
    /// Assertions and proofs that have been used; each is good for once.
    used: HashSet<String>,
    /// The nonce that proofs of possession must carry.
    nonce: String,
}

/// One app.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) kind: AppKind,
    pub(super) scopes: Vec<String>,
    pub(super) keys: Vec<Value>,
    pub(super) secrets: Vec<Secret>,
    /// Whether the administrator has taken the app away.
    pub(super) revoked: bool,
    /// Whether requests come from outside the app's network zones.
    pub(super) zone_blocked: bool,
    /// Whether the app lacks the administrator's role that its calls need.
    pub(super) has_no_role: bool,
    /// Whether the app may use the grant at all.
    pub(super) may_use_grant: bool,
}

/// One of an app's secrets.
#[derive(Clone, Debug)]
pub(super) struct Secret {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) active: bool,
}

/// An access token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    client_id: String,
    scopes: Vec<String>,
    ends: Timestamp,
    pub(super) revoked: bool,
    /// The thumbprint of the key whose holder may use it.
    bound_to: Option<String>,
}

/// An SSWS token.
#[derive(Clone, Debug)]
pub(super) struct ApiToken {
    id: String,
    pub(super) value: String,
    user_id: String,
}

impl Apps {
    pub(super) fn new(apps: &[App], api_tokens: &[String], ids: &mut Ids) -> Self {
        let one = [App::default()];
        let wanted = if apps.is_empty() { &one[..] } else { apps };
        let installed = wanted.iter().map(|app| Installed::new(app, ids)).collect();
        let api_token = |value: &String| {
            let drawn = format!("00{}", ids.text(40));
            ApiToken { id: ids.id("00T"), value: if value.is_empty() { drawn } else { value.clone() }, user_id: ids.id("00u") }
        };
        let api_tokens = api_tokens.iter().map(api_token).collect();
        Apps { apps: installed, api_tokens, nonce: ids.text(32), ..Apps::default() }
    }

    pub(super) fn find(&self, client_id: &str) -> Option<&Installed> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    pub(super) fn find_mut(&mut self, client_id: &str) -> Option<&mut Installed> {
        self.apps.iter_mut().find(|app| app.client_id == client_id)
    }

    /// Says whether an id comes for the first time, and remembers it.
    fn is_new(&mut self, id: String) -> bool {
        if self.used.len() >= TOKENS_MAX {
            self.used.clear();
        }
        self.used.insert(id)
    }
}

impl Installed {
    fn new(app: &App, ids: &mut Ids) -> Self {
        let client_id = if app.client_id.is_empty() { ids.id("0oa") } else { app.client_id.clone() };
        let value = if app.client_secret.is_empty() { ids.text(64) } else { app.client_secret.clone() };
        let secret = Secret { id: ids.id("ocs"), value, active: true };
        Installed {
            client_id,
            name: app.name.clone(),
            kind: app.kind,
            scopes: app.scopes.clone(),
            keys: app.keys.clone(),
            secrets: vec![secret],
            revoked: false,
            zone_blocked: false,
            has_no_role: false,
            may_use_grant: true,
        }
    }
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Whose share of the rate limits is used.
    pub(super) key: String,
    /// The `actor` of events.
    pub(super) actor: Value,
    pub(super) client_id: Option<String>,
    /// The id that objects name as their maker.
    pub(super) id: String,
    /// None may do everything: an SSWS token has no scopes.
    scopes: Option<Vec<String>>,
    pub(super) has_no_role: bool,
    api_token: Option<String>,
}

impl Caller {
    /// Somebody of whom nothing is known, or nothing need be.
    pub(super) fn nobody(call: &Call) -> Self {
        let actor = json!({ "id": "unknown", "type": "User", "alternateId": "unknown", "displayName": "unknown", "detailEntry": null });
        Caller { key: call.peer.clone(), actor, client_id: None, id: "unknown".to_owned(), scopes: Some(Vec::new()), has_no_role: false, api_token: None }
    }

    fn app(app: &Installed, scopes: Vec<String>) -> Self {
        let actor = json!({ "id": app.client_id, "type": "PublicClientAppEntity", "alternateId": app.client_id, "displayName": app.name, "detailEntry": null });
        Caller {
            key: app.client_id.clone(),
            actor,
            client_id: Some(app.client_id.clone()),
            id: app.client_id.clone(),
            scopes: Some(scopes),
            has_no_role: app.has_no_role,
            api_token: None,
        }
    }

    fn api_token(token: &ApiToken) -> Self {
        let actor = json!({ "id": token.user_id, "type": "User", "alternateId": "admin@example.com", "displayName": "Org Admin", "detailEntry": null });
        let api_token = Some(token.id.clone());
        Caller { key: token.id.clone(), actor, client_id: None, id: token.user_id.clone(), scopes: None, has_no_role: false, api_token }
    }

    /// The org itself.
    pub(super) fn system() -> Self {
        let actor = json!({ "id": "00usystem00000000x5d7", "type": "SystemPrincipal", "alternateId": "system@okta.com", "displayName": "Okta System", "detailEntry": null });
        let id = "00usystem00000000x5d7".to_owned();
        Caller { key: String::new(), actor, client_id: None, id, scopes: None, has_no_role: false, api_token: None }
    }

    /// An administrator at the console, whom the control API stands for.
    pub(super) fn administrator() -> Self {
        let actor =
            json!({ "id": "00uadmin00000000x5d7", "type": "User", "alternateId": "admin@example.com", "displayName": "Org Admin", "detailEntry": null });
        let id = "00uadmin00000000x5d7".to_owned();
        Caller { key: String::new(), actor, client_id: None, id, scopes: None, has_no_role: false, api_token: None }
    }

    /// Says whether the scopes allow `read` or `manage` of a family such as `okta.users`; managing includes reading.
    pub(super) fn may(&self, family: &str, access: &str) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        let has = |access: &str| scopes.iter().any(|scope| scope.strip_prefix(family).and_then(|rest| rest.strip_prefix('.')) == Some(access));
        has("manage") || has(access)
    }

    pub(super) fn transaction_detail(&self) -> Value {
        match &self.api_token {
            Some(id) => json!({ "requestApiTokenId": id }),
            None => json!({}),
        }
    }
}

/// Finds out who calls the API.
pub(super) fn authenticate(org: &mut Org, call: &Call) -> Result<Caller, Answer> {
    let Some(authorization) = call.header("authorization") else { return Err(invalid_token()) };
    if let Some(value) = scheme(authorization, "SSWS") {
        return org.apps.api_tokens.iter().find(|token| token.value == value).map(Caller::api_token).ok_or_else(invalid_token);
    }
    let (value, with_proof) = match (scheme(authorization, "Bearer"), scheme(authorization, "DPoP")) {
        (Some(value), _) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Err(invalid_token()),
    };
    let now = org.now();
    let Some(token) = org.apps.tokens.get(value).cloned() else { return Err(bad_bearer(org, call, "The access token is invalid.")) };
    let app = org.apps.find(&token.client_id).filter(|app| !app.revoked).cloned();
    let Some(app) = app.filter(|_| !token.revoked) else { return Err(bad_bearer(org, call, "The access token has been revoked.")) };
    if now >= token.ends {
        return Err(bad_bearer(org, call, "The token has expired."));
    }
    if let Some(thumbprint) = &token.bound_to {
        let proven = with_proof && dpop::proves(org, call, value, thumbprint);
        if !proven {
            return Err(bad_bearer(org, call, "The DPoP proof is missing or invalid."));
        }
    }
    // A scope that the administrator takes back is gone from the tokens that are out as well.
    let scopes = token.scopes.iter().filter(|scope| app.scopes.contains(scope)).cloned().collect();
    Ok(Caller::app(&app, scopes))
}

fn challenge(org: &Org, call: &Call, scope: Option<&str>, error: &str, description: &str) -> String {
    let scope = scope.map(|scope| format!("scope=\"{scope}\", ")).unwrap_or_default();
    format!(
        "Bearer authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", {scope}error=\"{error}\", error_description=\"{description}\", resource=\"{path}\"",
        base = org.base,
        path = call.path
    )
}

fn bad_bearer(org: &Org, call: &Call, description: &str) -> Answer {
    invalid_token().header("www-authenticate", challenge(org, call, None, "invalid_token", description))
}

/// The answer to a token that lacks a scope: no body, all is in the header.
pub(super) fn insufficient_scope(org: &Org, call: &Call, scope: &str) -> Answer {
    let description = "The access token provided does not contain the required scopes.";
    let challenge = challenge(org, call, Some(scope), "insufficient_scope", description);
    Answer { status: org.switches.missing_scope_status, headers: vec![("www-authenticate", challenge)], body: Payload::Nothing }
}
