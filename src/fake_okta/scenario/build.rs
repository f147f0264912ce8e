//! Events of a story: templates with people, places and times filled in.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::event::Span;
use crate::fake_okta::ids::Ids;
use crate::pack::{Role, recommended};

use super::{Character, EVENTS_MAX, Place, Step, Story, span};

/// An event with its times, counted from the beginning of the story.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Planned {
    /// When it happened.
    pub(super) at: Span,
    /// When it is written down.
    pub(super) written: Span,
    pub(super) event: Value,
    /// How often hooks carry it.
    pub(super) copies: usize,
}

/// Makes the events of a story, in the order in which they are written down.
pub(super) fn events(story: &Story, ids: &mut Ids) -> Result<Vec<Planned>, String> {
    let templates = templates();
    let people: HashMap<&str, Person<'_>> = story.people.iter().map(|(key, person)| (key.as_str(), Person::new(person, ids))).collect();
    let mut sessions: HashMap<&str, String> = HashMap::new();
    let mut now = Span::ZERO;
    let mut planned = Vec::new();
    for (number, step) in story.steps.iter().enumerate() {
        let wrong = |sentence: String| format!("step {}: {sentence}", number + 1);
        let cast = Cast { people: &people, places: &story.places };
        let begin = match (span(step.at.as_ref(), "at").map_err(wrong)?, span(step.after.as_ref(), "after").map_err(wrong)?) {
            (Some(at), None) => at,
            (None, after) => plus(now, after.unwrap_or(Span::ZERO)),
            (Some(_), Some(_)) => return Err(wrong("`at` and `after` exclude each other".to_owned())),
        };
        let every = span(step.every.as_ref(), "every").map_err(wrong)?.unwrap_or(Span::seconds(1));
        let late = span(step.late.as_ref(), "late").map_err(wrong)?.unwrap_or(Span::ZERO);
        let count = step.repeat.unwrap_or(1);
        if planned.len().saturating_add(count) > EVENTS_MAX {
            return Err(wrong(format!("a story has at most {EVENTS_MAX} events")));
        }
        let template = template(step, &templates).map_err(wrong)?;
        for repetition in 0..count {
            now = plus(begin, Span::micros(every.as_micros().saturating_mul(i64::try_from(repetition).unwrap_or(i64::MAX))));
            let mut event = template.clone();
            cast.fill(&mut event, step, repetition + 1).map_err(wrong)?;
            if let Some(word) = &step.session {
                let session = sessions.entry(word).or_insert_with(|| format!("idx{}", ids.text(22)));
                set(&mut event, "authenticationContext.externalSessionId", session.clone().into()).map_err(wrong)?;
                set(&mut event, "authenticationContext.rootSessionId", session.clone().into()).map_err(wrong)?;
            }
            name(&mut event, ids).map_err(wrong)?;
            planned.push(Planned { at: now, written: plus(now, late), event, copies: step.copies.unwrap_or(1) });
        }
    }
    planned.sort_by_key(|planned| planned.written);
    Ok(planned)
}

fn plus(a: Span, b: Span) -> Span {
    Span::micros(a.as_micros().saturating_add(b.as_micros()))
}

/// The fixtures of the recommended pack, by name.
fn templates() -> HashMap<String, Vec<u8>> {
    recommended()
        .into_iter()
        .filter_map(|file| match (file.role, file.bytes) {
            (Role::Fixture(name), Ok(bytes)) => Some((name, bytes)),
            _ => None,
        })
        .collect()
}

fn template(step: &Step, templates: &HashMap<String, Vec<u8>>) -> Result<Value, String> {
    match (&step.like, &step.event_type) {
        (Some(name), None) => {
            let bytes = templates.get(name).ok_or_else(|| format!("there is no template `{name}`"))?;
            serde_json::from_slice(bytes).map_err(|error| format!("the template `{name}` is broken: {error}"))
        }
        (None, Some(event_type)) => Ok(plain(event_type)),
        _ => Err("either `like` or `type` is needed".to_owned()),
    }
}

/// An event of which only the type is known.
fn plain(event_type: &str) -> Value {
    json!({
        "eventType": event_type,
        "version": "0",
        "severity": "INFO",
        "legacyEventType": null,
        "displayMessage": event_type,
        "actor": { "id": "unknown", "type": "User", "alternateId": "unknown", "displayName": "unknown", "detailEntry": null },
        "client": {
            "userAgent": { "rawUserAgent": "Mozilla/5.0", "os": "Unknown", "browser": "UNKNOWN" },
            "zone": "null", "device": "Computer", "id": null, "ipAddress": "203.0.113.24", "geographicalContext": null,
        },
        "device": null,
        "authenticationContext": {
            "authenticationProvider": null, "credentialProvider": null, "credentialType": null, "issuer": null, "interface": null,
            "authenticationStep": 0, "rootSessionId": null, "externalSessionId": null,
        },
        "outcome": { "result": "SUCCESS", "reason": null },
        "target": null,
        "transaction": { "type": "WEB", "id": "", "detail": {} },
        "debugContext": { "debugData": { "requestId": "", "requestUri": "/", "url": "/?" } },
        "securityContext": { "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null },
        "request": { "ipChain": [{ "ip": "203.0.113.24", "geographicalContext": null, "version": "V4", "source": null }] },
    })
}

/// A character with an id.
struct Person<'s> {
    character: &'s Character,
    id: String,
}

impl<'s> Person<'s> {
    fn new(character: &'s Character, ids: &mut Ids) -> Self {
        let id = if character.id.is_empty() { ids.id("00u") } else { character.id.clone() };
        Person { character, id }
    }
}

/// Who and where.
struct Cast<'s> {
    people: &'s HashMap<&'s str, Person<'s>>,
    places: &'s std::collections::BTreeMap<String, Place>,
}

impl Cast<'_> {
    fn person(&self, key: &str) -> Result<&Person<'_>, String> {
        self.people.get(key).ok_or_else(|| format!("`{key}` is none of the people"))
    }

    fn fill(&self, event: &mut Value, step: &Step, number: usize) -> Result<(), String> {
        if let Some(key) = &step.actor {
            let Person { character, id } = self.person(key)?;
            set(event, "actor.id", id.as_str().into())?;
            set(event, "actor.alternateId", character.login.as_str().into())?;
            set(event, "actor.displayName", character.name.as_str().into())?;
        }
        if let Some(key) = &step.target {
            let Person { character, id } = self.person(key)?;
            let user = json!({ "id": id, "type": "User", "alternateId": character.login, "displayName": character.name, "detailEntry": null });
            let targets = event.get_mut("target").and_then(Value::as_array_mut);
            match targets.and_then(|targets| targets.iter_mut().find(|target| target.get("type").is_some_and(|kind| kind == "User"))) {
                Some(place) => *place = user,
                None => set(event, "target", json!([user]))?,
            }
        }
        if let Some(key) = &step.from {
            self.places.get(key).ok_or_else(|| format!("`{key}` is none of the places"))?.fill(event)?;
        }
        if let Some(outcome) = &step.outcome {
            let (result, reason) = outcome.split_once(' ').map_or((outcome.as_str(), Value::Null), |(result, reason)| (result, reason.into()));
            set(event, "outcome", json!({ "result": result, "reason": reason }))?;
        }
        for (key, value) in &step.debug {
            set(event, &format!("debugContext.debugData.{key}"), numbered(value, number))?;
        }
        for (path, value) in &step.with {
            set(event, path, numbered(value, number))?;
        }
        Ok(())
    }
}

impl Place {
    fn fill(&self, event: &mut Value) -> Result<(), String> {
        let where_it_is = json!({
            "city": self.city, "state": self.state, "country": self.country, "postalCode": null,
            "geolocation": self.lat.zip(self.lon).map(|(lat, lon)| json!({ "lat": lat, "lon": lon })),
        });
        set(event, "client.ipAddress", self.ip.as_str().into())?;
        set(event, "client.geographicalContext", where_it_is.clone())?;
        let version = if self.ip.contains(':') { "V6" } else { "V4" };
        let chain = json!([{ "ip": self.ip, "geographicalContext": where_it_is, "version": version, "source": null }]);
        set(event, "request", json!({ "ipChain": chain }))?;
        for (path, value) in [
            ("client.userAgent.rawUserAgent", self.agent.as_ref()),
            ("client.userAgent.os", self.os.as_ref()),
            ("client.userAgent.browser", self.browser.as_ref()),
            ("client.device", self.device.as_ref()),
            ("securityContext.asOrg", self.as_org.as_ref()),
            ("securityContext.isp", self.as_org.as_ref()),
        ] {
            if let Some(value) = value {
                set(event, path, value.as_str().into())?;
            }
        }
        if let Some(number) = self.as_number {
            set(event, "securityContext.asNumber", number.into())?;
        }
        if let Some(proxy) = self.proxy {
            set(event, "securityContext.isProxy", proxy.into())?;
        }
        Ok(())
    }
}

/// Puts the number of the repetition where `{n}` stands.
fn numbered(value: &Value, number: usize) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("{n}", &number.to_string())),
        other => other.clone(),
    }
}

/// Gives an event its own uuid and request.
fn name(event: &mut Value, ids: &mut Ids) -> Result<(), String> {
    let (uuid, request) = (ids.uuid(), ids.hex(32));
    set(event, "uuid", uuid.into())?;
    set(event, "transaction.id", request.as_str().into())?;
    set(event, "debugContext.debugData.requestId", request.into())
}

/// Sets the value at a path such as `target[1].id`; maps on the way are made.
fn set(event: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let mut at = event;
    for part in path.split('.') {
        let (key, index) = match part.split_once('[') {
            Some((key, rest)) => {
                let index = rest.strip_suffix(']').and_then(|index| index.parse::<usize>().ok());
                (key, Some(index.ok_or_else(|| format!("`{path}` is no path"))?))
            }
            None => (part, None),
        };
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = at.as_object_mut().map(|map| map.entry(key).or_insert(Value::Null)).ok_or_else(|| format!("`{path}` is no path"))?;
        if let Some(index) = index {
            at = at.get_mut(index).ok_or_else(|| format!("`{path}`: there is no member {index}"))?;
        }
    }
    *at = value;
    Ok(())
}
