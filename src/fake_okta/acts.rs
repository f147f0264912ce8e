//! What an administrator does to the org, and what a test does to the world: the same for Rust and for the control API.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::event::{Span, Timestamp};

use super::call::Call;
use super::fault::{FAULTS_MAX, Fault};
use super::hooks;
use super::limits::Bucket;
use super::oauth::{Caller, SECRETS_MAX, Secret};
use super::options::{AppKind, Person, Switches};
use super::org::Org;
use super::users::Group;

/// A secret of an app, as it is shown once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewSecret {
    /// The secret's id.
    pub id: String,
    /// The secret.
    pub client_secret: String,
}

/// What of an app an administrator changes; what is absent stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppChange {
    /// The scopes that are granted.
    pub scopes: Option<Vec<String>>,
    /// Whether the app is taken away.
    pub revoked: Option<bool>,
    /// Whether requests come from outside its network zones.
    pub zone_blocked: Option<bool>,
    /// Whether it lacks the administrator's role.
    pub has_no_role: Option<bool>,
    /// Whether it may use client credentials at all.
    pub may_use_grant: Option<bool>,
    /// Its kind.
    pub kind: Option<AppKind>,
    /// Its public keys.
    pub keys: Option<Vec<Value>>,
}

/// What of a hook an administrator changes at the console; what is absent stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookChange {
    /// Its name.
    pub name: Option<String>,
    /// Its address; the hook is then no longer verified.
    pub uri: Option<String>,
    /// Its event types.
    pub items: Option<Vec<String>>,
    /// Its secret.
    pub secret: Option<String>,
    /// Whether it is active.
    pub active: Option<bool>,
    /// Whether it is verified.
    pub verified: Option<bool>,
}

/// A hook as a test looks at it, its secret included.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HookState {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub uri: String,
    /// Its event types, sorted.
    pub items: Vec<String>,
    /// Whether it is active.
    pub active: bool,
    /// Whether it is verified.
    pub verified: bool,
    /// The header of its secret, and the secret.
    pub secret: Option<(String, Option<String>)>,
}

/// A user as a test looks at it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserState {
    /// The user's id.
    pub id: String,
    /// The login.
    pub login: String,
    /// The status.
    pub status: String,
    /// Open sessions.
    pub sessions: usize,
}

impl Org {
    /// Makes a second secret for an app; the first one goes on working.
    pub(super) fn add_secret(&mut self, client_id: &str) -> Result<NewSecret, String> {
        let (id, value) = (self.ids.id("ocs"), self.ids.text(64));
        let app = self.apps.find_mut(client_id).ok_or_else(|| format!("there is no app `{client_id}`"))?;
        if app.secrets.len() >= SECRETS_MAX {
            return Err(format!("an app has at most {SECRETS_MAX} secrets"));
        }
        app.secrets.push(Secret { id: id.clone(), value: value.clone(), active: true });
        Ok(NewSecret { id, client_secret: value })
    }

    /// Switches a secret on or off, or takes it away, which needs it to be off.
    pub(super) fn change_secret(&mut self, client_id: &str, secret_id: &str, active: Option<bool>) -> Result<(), String> {
        let app = self.apps.find_mut(client_id).ok_or_else(|| format!("there is no app `{client_id}`"))?;
        let at = app.secrets.iter().position(|secret| secret.id == secret_id).ok_or_else(|| format!("there is no secret `{secret_id}`"))?;
        match (active, app.secrets.get_mut(at)) {
            (Some(active), Some(secret)) => secret.active = active,
            (None, Some(secret)) if secret.active => return Err("a secret has to be inactive before it can be deleted".to_owned()),
            (None, _) => drop(app.secrets.remove(at)),
            (Some(_), None) => {}
        }
        Ok(())
    }

    pub(super) fn change_app(&mut self, client_id: &str, change: AppChange) -> Result<(), String> {
        let app = self.apps.find_mut(client_id).ok_or_else(|| format!("there is no app `{client_id}`"))?;
        let AppChange { scopes, revoked, zone_blocked, has_no_role, may_use_grant, kind, keys } = change;
        app.scopes = scopes.unwrap_or_else(|| app.scopes.clone());
        app.revoked = revoked.unwrap_or(app.revoked);
        app.zone_blocked = zone_blocked.unwrap_or(app.zone_blocked);
        app.has_no_role = has_no_role.unwrap_or(app.has_no_role);
        app.may_use_grant = may_use_grant.unwrap_or(app.may_use_grant);
        app.kind = kind.unwrap_or(app.kind);
        app.keys = keys.unwrap_or_else(|| app.keys.clone());
        Ok(())
    }

    /// Ends every access token that is out.
    pub(super) fn revoke_tokens(&mut self) {
        self.apps.tokens.values_mut().for_each(|token| token.revoked = true);
    }

    /// Deletes a hook, whatever its state, as the console does after deactivating it.
    pub(super) fn delete_hook(&mut self, id: &str) -> Result<(), String> {
        let call = self.at_the_console();
        if hooks::remove(self, &call, &Caller::administrator(), id) { Ok(()) } else { Err(format!("there is no hook `{id}`")) }
    }

    pub(super) fn change_hook(&mut self, id: &str, change: HookChange) -> Result<(), String> {
        let HookChange { name, uri, items, secret, active, verified } = change;
        if let Some(active) = active {
            let call = self.at_the_console();
            hooks::set_active(self, &call, &Caller::administrator(), id, active);
        }
        let hook = self.hooks.iter_mut().find(|hook| hook.id == id).ok_or_else(|| format!("there is no hook `{id}`"))?;
        if let Some(name) = name {
            hook.wanted.name = name;
        }
        if let Some(uri) = uri {
            hook.wanted.uri = uri;
            hook.verified = false;
        }
        if let Some(mut items) = items {
            items.sort();
            items.dedup();
            hook.wanted.items = items;
        }
        if let (Some(secret), Some((_, value))) = (secret, &mut hook.wanted.auth) {
            *value = Some(secret);
        }
        hook.verified = verified.unwrap_or(hook.verified);
        Ok(())
    }

    fn at_the_console(&mut self) -> Call {
        let id = self.ids.hex(32);
        Call::of_the_org(id)
    }

    pub(super) fn order(&mut self, fault: Fault) -> Result<(), String> {
        if self.faults.len() >= FAULTS_MAX {
            return Err(format!("at most {FAULTS_MAX} faults wait at once"));
        }
        self.faults.push(fault);
        Ok(())
    }

    pub(super) fn exhaust(&mut self, who: &str, bucket: &str) -> Result<(), String> {
        let bucket = Bucket::named(bucket).ok_or_else(|| format!("`{bucket}` is not a bucket: token, logs, user, users, other"))?;
        let now = self.now();
        self.limits.exhaust(who, bucket, &self.switches, now);
        Ok(())
    }

    /// Changes switches; those that are absent stay.
    pub(super) fn change_switches(&mut self, change: &Map<String, Value>) -> Result<(), String> {
        let mut all = serde_json::to_value(&self.switches).map_err(|error| error.to_string())?;
        if let Value::Object(all) = &mut all {
            all.extend(change.clone());
        }
        self.switches = serde_json::from_value::<Switches>(all).map_err(|error| error.to_string())?;
        Ok(())
    }

    pub(super) fn pass(&mut self, time: Span) {
        self.clock.advance(time);
    }

    /// Writes events down now and has hooks carry them so many times. Gives their uuids.
    pub(super) fn play(&mut self, events: Vec<Value>, copies: usize) -> Result<Vec<String>, String> {
        events.into_iter().map(|event| self.play_one(event, copies)).collect()
    }

    /// Writes one event down now; a missing uuid or time is filled in.
    fn play_one(&mut self, mut event: Value, copies: usize) -> Result<String, String> {
        let now = self.now();
        let fresh = self.ids.uuid();
        let map = event.as_object_mut().ok_or("an event is a map")?;
        if !map.get("eventType").is_some_and(Value::is_string) {
            return Err("an event needs an `eventType`".to_owned());
        }
        let uuid = map.entry("uuid").or_insert_with(|| fresh.into()).as_str().unwrap_or_default().to_owned();
        let published = map.entry("published").or_insert_with(|| now.to_string().into()).as_str().and_then(Timestamp::parse).unwrap_or(now);
        self.persist(event, published, copies);
        Ok(uuid)
    }

    pub(super) fn add_group(&mut self, name: &str) -> String {
        let id = self.ids.id("00g");
        self.groups.push(Group { id: id.clone(), name: name.to_owned(), created: self.now_seconds() });
        id
    }

    pub(super) fn add_people(&mut self, people: &[Person]) -> Result<Vec<String>, String> {
        people.iter().map(|person| self.add_person(person)).collect()
    }

    pub(super) fn hook_states(&self) -> Vec<HookState> {
        let state = |hook: &hooks::Hook| HookState {
            id: hook.id.clone(),
            name: hook.wanted.name.clone(),
            uri: hook.wanted.uri.clone(),
            items: hook.wanted.items.clone(),
            active: hook.active,
            verified: hook.verified,
            secret: hook.wanted.auth.clone(),
        };
        self.hooks.iter().map(state).collect()
    }

    pub(super) fn user_states(&self) -> Vec<UserState> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let state = |user: &super::users::User| UserState {
            id: user.id.clone(),
            login: text(user.profile.get("login")),
            status: user.status.name().to_owned(),
            sessions: user.sessions,
        };
        self.users.iter().map(state).collect()
    }

    /// Describes the org, secrets included.
    pub(super) fn state(&self) -> Value {
        let apps: Vec<Value> = self
            .apps
            .apps
            .iter()
            .map(|app| {
                let secrets: Vec<Value> =
                    app.secrets.iter().map(|secret| json!({ "id": secret.id, "client_secret": secret.value, "active": secret.active })).collect();
                json!({ "client_id": app.client_id, "name": app.name, "kind": app.kind, "scopes": app.scopes, "secrets": secrets, "revoked": app.revoked })
            })
            .collect();
        json!({
            "org_id": self.id,
            "url": self.base,
            "now": self.now().to_string(),
            "apps": apps,
            "hooks": self.hook_states(),
            "users": self.user_states(),
            "groups": self.groups.iter().map(|group| json!({ "id": group.id, "name": group.name })).collect::<Vec<_>>(),
            "events": self.log.entries().len(),
            "faults": self.faults,
            "switches": self.switches,
        })
    }
}
