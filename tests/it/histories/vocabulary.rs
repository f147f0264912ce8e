//! The words that scenarios and generated rules share: a few kinds of event, and how an event of a few words becomes one of Okta's.

use std::collections::BTreeMap;

use clarion::diagnostic::{Level, human};
use clarion::event::{Span, Timestamp};
use clarion::pack::{File, Library, Role};
use serde_json::{Map, Value as Json, json};

/// The kinds of event: the word, Okta's type, and how it ended.
pub(super) const KINDS: &[(&str, &str, &str)] = &[
    ("started", "user.session.start", "SUCCESS"),
    ("failed", "user.session.start", "FAILURE"),
    ("used", "user.authentication.sso", "SUCCESS"),
    ("ended", "user.session.end", "SUCCESS"),
    ("denied", "user.mfa.okta_verify.deny_push", "FAILURE"),
    ("approved", "user.authentication.auth_via_mfa", "SUCCESS"),
    ("locked", "user.account.lock", "SUCCESS"),
    ("reset", "user.mfa.factor.reset_all", "SUCCESS"),
    ("enrolled", "user.mfa.factor.activate", "SUCCESS"),
    ("granted", "user.account.privilege.grant", "SUCCESS"),
    ("changed", "policy.lifecycle.update", "SUCCESS"),
];

/// The org of all events.
pub(super) const ORG: &str = "example.okta.com";

/// When the times of events begin: a Monday, nine in the morning.
pub(super) fn start() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").expect("a time")
}

/// Returns the time that a text such as `5m`, `-1h` or `1h30m` after the start means.
pub(super) fn time(text: &str) -> Timestamp {
    match text.strip_prefix('-') {
        Some(text) => start().minus(Span::parse(text).expect("a length of time")),
        None => start().plus(Span::parse(text).expect("a length of time")),
    }
}

/// An event in a few words; what is left out is missing in Okta's event too.
#[derive(Clone, PartialEq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// How long after the start, such as `5m`; written out in full where it begins with a year.
    pub(super) at: Option<String>,
    pub(super) id: Option<String>,
    pub(super) is: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) session: Option<String>,
    pub(super) asn: Option<i64>,
    pub(super) country: Option<String>,
    /// Latitude and longitude.
    pub(super) place: Option<(f64, f64)>,
    /// The user that it is about.
    pub(super) user: Option<String>,
    /// A number: `debug.countUser`.
    pub(super) number: Option<i64>,
    /// When it is received; for what is said about clocks.
    pub(super) received: Option<String>,
}

impl Words {
    /// Returns when it is received.
    pub(super) fn received(&self) -> Option<Timestamp> {
        self.received.as_deref().map(time)
    }

    /// Writes the event as a scenario does.
    pub(super) fn line(&self) -> String {
        let mut parts = Vec::new();
        let mut put = |name: &str, text: Option<String>| parts.extend(text.map(|text| format!("{name}: {text}")));
        put("id", self.id.as_ref().map(|id| format!("\"{id}\"")));
        put("at", self.at.clone());
        put("is", self.is.clone());
        put("actor", self.actor.clone());
        put("ip", self.ip.clone());
        put("session", self.session.clone());
        put("asn", self.asn.map(|asn| asn.to_string()));
        put("country", self.country.clone());
        put("place", self.place.map(|(lat, lon)| format!("[{lat}, {lon}]")));
        put("user", self.user.clone());
        put("number", self.number.map(|number| number.to_string()));
        put("received", self.received.clone());
        format!("{{ {} }}", parts.join(", "))
    }

    /// Returns Okta's event.
    pub(super) fn event(&self) -> Json {
        let mut event = Map::new();
        let mut put = |key: &str, value: Json| event.insert(key.to_owned(), value);
        if let Some(id) = &self.id {
            put("uuid", json!(id));
        }
        if let Some(at) = &self.at {
            let full = at.len() > 10 || at == "never";
            put("published", json!(if full { at.clone() } else { time(at).to_string() }));
        }
        if let Some(word) = &self.is {
            let (_, kind, result) = KINDS.iter().find(|(known, ..)| known == word).unwrap_or_else(|| panic!("unknown kind of event `{word}`"));
            put("eventType", json!(kind));
            put("outcome", json!({ "result": result }));
        }
        if let Some(actor) = &self.actor {
            put("actor", json!({ "id": actor, "type": "User" }));
        }
        let mut client = Map::new();
        if let Some(ip) = &self.ip {
            client.insert("ipAddress".to_owned(), json!(ip));
        }
        let mut place = Map::new();
        if let Some(country) = &self.country {
            place.insert("country".to_owned(), json!(country));
        }
        if let Some((lat, lon)) = self.place {
            place.insert("geolocation".to_owned(), json!({ "lat": lat, "lon": lon }));
        }
        if !place.is_empty() {
            client.insert("geographicalContext".to_owned(), Json::Object(place));
        }
        if !client.is_empty() {
            put("client", Json::Object(client));
        }
        if let Some(session) = &self.session {
            put("authenticationContext", json!({ "externalSessionId": session }));
        }
        if let Some(asn) = self.asn {
            put("securityContext", json!({ "asNumber": asn }));
        }
        if let Some(user) = &self.user {
            put("target", json!([{ "id": user, "type": "User" }]));
        }
        if let Some(number) = self.number {
            put("debugContext", json!({ "debugData": { "countUser": number } }));
        }
        Json::Object(event)
    }
}

/// Reads rules, each the text of a YAML file, as a pack whose definitions are the kinds of event.
pub(super) fn library(rules: &[String]) -> Result<Library, String> {
    let definitions: BTreeMap<&str, Json> = KINDS
        .iter()
        .map(|(word, kind, result)| {
            (*word, json!({ "doc": format!("An event that is {word}."), "means": format!("eventType == \"{kind}\" and outcome.result == \"{result}\"") }))
        })
        .collect();
    let file = |name: String, role: Role, text: String| File { name, role, bytes: Ok(text.into_bytes()) };
    let mut files = vec![file("definitions.yml".to_owned(), Role::Definitions, json!(definitions).to_string())];
    files.extend(rules.iter().enumerate().map(|(number, rule)| file(format!("rule-{}.yml", number + 1), Role::Rule, rule.clone())));
    let mut library = Library::new();
    library.add(&files, &BTreeMap::new());
    let errors: Vec<String> = library.faults.iter().filter(|fault| fault.level() == Level::Error).map(|fault| human(fault, &library.sources, false)).collect();
    if errors.is_empty() { Ok(library) } else { Err(errors.join("\n")) }
}

/// A rule as it is written, as far as scenarios need it.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) when: String,
    #[serde(default, rename = "let")]
    pub(super) lets: BTreeMap<String, String>,
    /// A level, or a list of conditions and levels.
    #[serde(default)]
    pub(super) severity: Option<Json>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) context: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) group_by: Vec<String>,
}

impl Written {
    /// Returns what it says, by the names of its parts; what it does not say is left out.
    pub(super) fn parts(&self) -> Map<String, Json> {
        let parts = [
            ("severity", self.severity.clone()),
            ("let", (!self.lets.is_empty()).then(|| json!(self.lets))),
            ("when", Some(json!(self.when))),
            ("context", (!self.context.is_empty()).then(|| json!(self.context))),
            ("title", self.title.as_ref().map(|title| json!(title))),
            ("group_by", (!self.group_by.is_empty()).then(|| json!(self.group_by))),
        ];
        parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))).collect()
    }

    /// Returns the same with one thing less that is told of its findings.
    pub(super) fn telling_less(&self) -> Vec<Written> {
        let mut less = Vec::new();
        less.extend(self.title.is_some().then(|| Written { title: None, ..self.clone() }));
        less.extend(self.context.keys().map(|gone| {
            let mut less = self.clone();
            less.context.remove(gone);
            less
        }));
        less.extend((!self.group_by.is_empty()).then(|| Written { group_by: Vec::new(), ..self.clone() }));
        less.extend(self.severity.as_ref().is_some_and(Json::is_array).then(|| Written { severity: None, ..self.clone() }));
        less
    }

    /// Returns the text of the rule file.
    pub(super) fn file(&self, id: &str) -> String {
        let mut parts = self.parts();
        let alert: Map<String, Json> = ["title", "group_by"].into_iter().filter_map(|name| Some((name.to_owned(), parts.remove(name)?))).collect();
        if !alert.is_empty() {
            parts.insert("alert".to_owned(), Json::Object(alert));
        }
        parts.entry("severity").or_insert(json!("medium"));
        parts.extend([("id", id), ("title", id), ("status", "test"), ("description", "Made for a test.")].map(|(name, text)| (name.to_owned(), json!(text))));
        Json::Object(parts).to_string()
    }
}
