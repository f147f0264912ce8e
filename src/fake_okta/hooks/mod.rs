//! Event hooks: their states, and the calls of `/api/v1/eventHooks`.

mod body;
mod outbox;

use serde_json::{Value, json};

use crate::event::{Span, Timestamp};

use super::answer::{Answer, fault, not_found};
use super::call::Call;
use super::oauth::Caller;
use super::options::{Engine, PutWithoutSecret, Switches};
use super::org::{Noted, Org, Outcome, wrong_method};
use body::Wanted;

pub use outbox::Attempted;
pub(super) use outbox::{Delivery, Outbox, delivered};

/// One hook.
#[derive(Clone, Debug)]
pub(super) struct Hook {
    pub(super) id: String,
    pub(super) active: bool,
    pub(super) verified: bool,
    /// From when on it delivers, if it is active and verified.
    ready: Timestamp,
    created: Timestamp,
    created_by: String,
    last_updated: Timestamp,
    pub(super) wanted: Wanted,
}

impl Hook {
    /// Says whether it carries events of a type: only where it is active and verified, and has been for long enough.
    pub(super) fn delivers(&self, event_type: &str, now: Timestamp) -> bool {
        self.active && self.verified && now >= self.ready && self.wanted.items.iter().any(|item| item == event_type)
    }

    /// Returns the headers that Okta sends to the receiver.
    fn headers(&self) -> Vec<(String, String)> {
        let secret = self.wanted.auth.as_ref().and_then(|(key, value)| Some((key.clone(), value.clone()?)));
        secret.into_iter().chain(self.wanted.headers.iter().cloned()).collect()
    }

    pub(super) fn json(&self, base: &str, engine: Engine) -> Value {
        let own = format!("{base}/api/v1/eventHooks/{}", self.id);
        let lifecycle = |act: &str| json!({ "href": format!("{own}/lifecycle/{act}"), "hints": { "allow": ["POST"] } });
        let links = if self.active {
            json!({ "self": { "href": own }, "verify": lifecycle("verify"), "deactivate": lifecycle("deactivate") })
        } else {
            json!({ "self": { "href": own }, "activate": lifecycle("activate"), "delete": { "href": own, "hints": { "allow": ["DELETE"] } } })
        };
        let headers: Vec<Value> = self.wanted.headers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let mut config = json!({ "uri": self.wanted.uri, "headers": headers, "method": "POST" });
        let mut events = json!({ "type": "EVENT_TYPE", "items": self.wanted.items });
        if let (Some((key, _)), Some(config)) = (&self.wanted.auth, config.as_object_mut()) {
            // The value is never given out.
            config.insert("authScheme".to_owned(), json!({ "type": "HEADER", "key": key }));
        }
        let mut hook = json!({
            "id": self.id,
            "status": if self.active { "ACTIVE" } else { "INACTIVE" },
            "verificationStatus": if self.verified { "VERIFIED" } else { "UNVERIFIED" },
            "name": self.wanted.name,
            "created": self.created.to_string(),
            "createdBy": self.created_by,
            "lastUpdated": self.last_updated.to_string(),
            "channel": { "type": "HTTP", "version": "1.0.0", "config": config },
            "_links": links,
        });
        if engine == Engine::Identity
            && let (Some(hook), Some(events)) = (hook.as_object_mut(), events.as_object_mut())
        {
            hook.insert("description".to_owned(), self.wanted.description.clone().map_or(Value::Null, Value::String));
            events.insert("filter".to_owned(), self.wanted.filter.clone());
        }
        if let Some(hook) = hook.as_object_mut() {
            hook.insert("events".to_owned(), events);
        }
        hook
    }

    fn as_target(&self) -> Value {
        json!({ "id": self.id, "type": "EventHook", "alternateId": self.wanted.uri, "displayName": self.wanted.name, "detailEntry": null })
    }
}

/// What a receiver is asked to prove that it wants the events.
#[derive(Clone, Debug)]
pub(super) struct Verification {
    pub(super) hook_id: String,
    /// Where it is really sent; none where the fake may not go there.
    pub(super) url: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) challenge: String,
    pub(super) timeout_ms: u64,
    caller: Caller,
}

/// Answers a call of `/api/v1/eventHooks`, whose scope has been looked at.
pub(super) fn answer(org: &mut Org, call: &Call, rest: &[&str], caller: &Caller) -> Outcome {
    match (rest, call.method.as_str()) {
        ([], "GET") => Answer::ok(org.hooks.iter().map(|hook| hook.json(&org.base, org.switches.engine)).collect()).into(),
        ([], "POST") => create(org, call, caller).unwrap_or_else(|refusal| refusal).into(),
        ([id], "GET") => get(org, id).into(),
        ([id], "PUT") => replace(org, call, caller, id).unwrap_or_else(|refusal| refusal).into(),
        ([id], "DELETE") => delete(org, call, caller, id).into(),
        ([id, "lifecycle", "activate"], "POST") => set_active(org, call, caller, id, true).into(),
        ([id, "lifecycle", "deactivate"], "POST") => set_active(org, call, caller, id, false).into(),
        ([id, "lifecycle", "verify"], "POST") => begin_verification(org, caller, id),
        ([] | [_] | [_, "lifecycle", "activate" | "deactivate" | "verify"], _) => wrong_method().into(),
        _ => fault(404, "E0000007", &format!("Not found: Resource not found: {} (Endpoint)", call.path), &[]).into(),
    }
}

fn find<'o>(hooks: &'o mut [Hook], id: &str) -> Result<&'o mut Hook, Answer> {
    hooks.iter_mut().find(|hook| hook.id == id).ok_or_else(|| not_found(id, "Webhook"))
}

fn get(org: &mut Org, id: &str) -> Answer {
    let (base, engine) = (org.base.clone(), org.switches.engine);
    find(&mut org.hooks, id).map_or_else(|refusal| refusal, |hook| Answer::ok(hook.json(&base, engine)))
}

fn create(org: &mut Org, call: &Call, caller: &Caller) -> Result<Answer, Answer> {
    let wanted = Wanted::read(&call.body, &org.switches)?;
    let delivering = org.hooks.iter().filter(|hook| hook.active && hook.verified).count();
    if delivering >= org.switches.hooks_max {
        return Err(refuse(&org.switches, "eventHooks", "the limit of active event hooks has been reached"));
    }
    name_is_free(org, &wanted.name, None)?;
    let now = org.now_seconds();
    let hook =
        Hook { id: org.ids.id("who"), active: true, verified: false, ready: now, created: now, created_by: caller.id.clone(), last_updated: now, wanted };
    let answer = Answer::ok(hook.json(&org.base, org.switches.engine));
    org.note(call, caller, &Noted::new("event_hook.created", "Event hook created").target(hook.as_target()));
    org.hooks.push(hook);
    Ok(answer)
}

fn name_is_free(org: &Org, name: &str, own: Option<&str>) -> Result<(), Answer> {
    let is_taken = org.hooks.iter().any(|hook| hook.wanted.name == name && Some(hook.id.as_str()) != own);
    if is_taken && !org.switches.duplicate_hook_names {
        return Err(refuse(&org.switches, "name", "an event hook with this name already exists"));
    }
    Ok(())
}

/// Refuses for a reason whose error code Okta does not document.
fn refuse(switches: &Switches, field: &str, sentence: &str) -> Answer {
    fault(400, &switches.hook_refusal_code, &format!("Api validation failed: {field}"), &[&format!("{field}: {sentence}")])
}

fn replace(org: &mut Org, call: &Call, caller: &Caller, id: &str) -> Result<Answer, Answer> {
    find(&mut org.hooks, id)?;
    let mut wanted = Wanted::read(&call.body, &org.switches)?;
    name_is_free(org, &wanted.name, Some(id))?;
    let (base, engine, rule, now) = (org.base.clone(), org.switches.engine, org.switches.put_without_secret, org.now_seconds());
    let hook = find(&mut org.hooks, id)?;
    if let Some((_, value @ None)) = &mut wanted.auth {
        match rule {
            PutWithoutSecret::Clear => {}
            PutWithoutSecret::Keep => *value = hook.wanted.auth.as_ref().and_then(|(_, value)| value.clone()),
            PutWithoutSecret::Refuse => return Err(fault(400, "E0000001", "Api validation failed: authScheme", &["authScheme.value: must not be blank"])),
        }
    }
    hook.active = wanted.status.unwrap_or(hook.active);
    hook.wanted = wanted;
    hook.verified = false;
    // The answer still has the time of the change before.
    let answer = Answer::ok(hook.json(&base, engine));
    hook.last_updated = now;
    let what = Noted::new("event_hook.updated", "Event hook updated").target(hook.as_target());
    org.note(call, caller, &what);
    Ok(answer)
}

fn delete(org: &mut Org, call: &Call, caller: &Caller, id: &str) -> Answer {
    match find(&mut org.hooks, id) {
        Err(refusal) => refusal,
        Ok(hook) if hook.active => {
            let sentence = "The event hook has to be deactivated before it can be deleted.";
            fault(403, "E0000006", "You do not have permission to perform the requested action", &[sentence])
        }
        Ok(_) => {
            remove(org, call, caller, id);
            Answer::no_content()
        }
    }
}

/// Takes a hook away, whatever its state.
pub(super) fn remove(org: &mut Org, call: &Call, caller: &Caller, id: &str) -> bool {
    let Some(at) = org.hooks.iter().position(|hook| hook.id == id) else { return false };
    let hook = org.hooks.remove(at);
    org.note(call, caller, &Noted::new("event_hook.deleted", "Event hook deleted").target(hook.as_target()));
    true
}

/// Turns a hook on or off.
pub(super) fn set_active(org: &mut Org, call: &Call, caller: &Caller, id: &str, active: bool) -> Answer {
    let (base, engine, now) = (org.base.clone(), org.switches.engine, org.now_seconds());
    let hook = match find(&mut org.hooks, id) {
        Ok(hook) => hook,
        Err(refusal) => return refusal,
    };
    let changes = hook.active != active;
    if changes {
        hook.active = active;
        hook.last_updated = now;
    }
    let answer = Answer::ok(hook.json(&base, engine));
    if changes {
        let (name, message) = if active { ("event_hook.activated", "Event hook activated") } else { ("event_hook.deactivated", "Event hook deactivated") };
        let what = Noted::new(name, message).target(hook.as_target());
        org.note(call, caller, &what);
    }
    answer
}

fn begin_verification(org: &mut Org, caller: &Caller, id: &str) -> Outcome {
    let challenge = org.ids.text(43);
    let switches = org.switches.clone();
    let hook = match find(&mut org.hooks, id) {
        Ok(hook) => hook,
        Err(refusal) => return refusal.into(),
    };
    if !hook.active {
        return refuse(&switches, "status", "an inactive event hook cannot be verified").into();
    }
    Outcome::Verify(Box::new(Verification {
        hook_id: id.to_owned(),
        url: body::real_address(&hook.wanted.uri, &switches),
        headers: hook.headers(),
        challenge,
        timeout_ms: switches.hook_timeout_ms,
        caller: caller.clone(),
    }))
}

/// Ends a verification with what the receiver said.
pub(super) fn end_verification(org: &mut Org, call: &Call, asked: &Verification, said: Result<(), String>) -> Answer {
    let (base, engine) = (org.base.clone(), org.switches.engine);
    let ready = org.now().plus(Span::seconds(org.switches.hook_warm_up_seconds));
    let hook = match find(&mut org.hooks, &asked.hook_id) {
        Ok(hook) => hook,
        Err(refusal) => return refusal,
    };
    match said {
        Ok(()) => {
            hook.verified = true;
            hook.ready = ready;
            let answer = Answer::ok(hook.json(&base, engine));
            let what = Noted::new("event_hook.verified", "Event hook verified").target(hook.as_target());
            org.note(call, &asked.caller, &what);
            answer
        }
        Err(why) => fault(400, "E0000001", "Api validation failed: eventHook", &[&format!("Verification of the event hook failed: {why}")]),
    }
}
