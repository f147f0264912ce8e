//! An alert as one line of JSON, with its event as it came.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Alert, Evidence};
use crate::event::Timestamp;

/// What is written, in this order. Times are RFC 3339 in UTC.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<&'a str>,
    rule: &'a str,
    severity: &'a str,
    title: &'a str,
    group: &'a [String],
    first: Option<String>,
    last: Option<String>,
    occurrences: usize,
    attack: &'a [String],
    context: serde_json::Map<String, serde_json::Value>,
    evidence: Vec<WrittenEvidence<'a>>,
    event_type: Option<&'a str>,
    events: &'a [String],
    event: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct WrittenEvidence<'a> {
    question: &'a str,
    value: serde_json::Value,
    count: usize,
    first: Option<String>,
    last: Option<String>,
    events: &'a [String],
}

impl Alert {
    /// Returns its context as a JSON object.
    pub fn context_json(&self) -> serde_json::Map<String, serde_json::Value> {
        self.context.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
    }

    /// Returns the alert as one JSON object on one line. Its event keeps the order of its keys and the spelling of its numbers; only
    /// line breaks and tabs between its parts become spaces. Bytes that are no JSON are a text.
    pub fn to_json(&self) -> String {
        let written = Written {
            id: &self.id,
            org: self.org.as_deref(),
            rule: &self.rule,
            severity: self.severity.word(),
            title: &self.title,
            group: &self.group,
            first: shown(self.first),
            last: shown(self.last),
            occurrences: self.occurrences,
            attack: &self.attack,
            context: self.context_json(),
            evidence: self.evidence.iter().map(WrittenEvidence::of).collect(),
            event_type: self.event_type.as_deref(),
            events: &self.events,
            event: as_it_came(&self.event),
        };
        // Nothing in it can fail to be written: no map has keys that are no text.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

impl<'a> WrittenEvidence<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        WrittenEvidence {
            question: &evidence.question,
            value: evidence.value.to_json(),
            count: evidence.count,
            first: shown(evidence.first),
            last: shown(evidence.last),
            events: &evidence.events,
        }
    }
}

fn shown(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

fn as_it_came(bytes: &[u8]) -> Option<Box<RawValue>> {
    if bytes.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    // Half of a surrogate pair is JSON for those who only look for its end, and none for those who read it.
    let is_json = !text.contains("\\u") || serde_json::from_str::<serde_json::Value>(&text).is_ok();
    // Inside a text, JSON writes line breaks and tabs as escapes: those that stand there for themselves are between its parts.
    let raw = is_json.then(|| RawValue::from_string(text.replace(['\n', '\r', '\t'], " ")));
    raw.and_then(Result::ok).or_else(|| serde_json::value::to_raw_value(&text).ok())
}
