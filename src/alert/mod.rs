//! Findings to something a person handles.
//!
//! Takes the rules that an event fulfils; gives alerts: titled, graded, grouped in event time. What comes out does not depend on the
//! order in which events came: it is worked out from all findings of a group, sorted by their own time.

mod group;
mod json;
mod watch;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::engine::remember::Answers;
use crate::evaluate::{Code, Facts};
use crate::event::{Event, Timestamp, Value};
use crate::pack::Severity;
use crate::plan::{Plan, RuleIndex, TitlePart};

pub use group::{Alerts, FINDINGS_MAX};
pub use watch::{Lookout, Sighted, Waiting, Watch};

/// Most event ids that an alert lists from each end of its occurrences.
pub const LISTED_MAX: usize = 20;

/// What a rule has found in one event.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: RuleIndex,
    /// The org's host, if it is known.
    pub org: Option<Arc<str>>,
    /// When the event happened.
    pub published: Option<Timestamp>,
    /// The event's id.
    pub uuid: Option<String>,
    /// The event's type.
    pub event_type: Option<String>,
    /// The title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// What groups it; `None` where a part of it is missing, so that unrelated findings are never thrown together.
    pub group: Option<Vec<String>>,
    /// What is shown with it.
    pub context: Vec<(String, Value<'static>)>,
    /// The events that made its histories say yes.
    pub evidence: Vec<Evidence>,
    /// The event as it came; empty where its bytes are no longer kept.
    pub raw: Arc<[u8]>,
}

/// Something a person handles.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Derived from org, rule, group and first event: a replay makes the same one again.
    pub id: String,
    /// The org's host, if it is known.
    pub org: Option<Arc<str>>,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The title of the first finding.
    pub title: String,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// What its findings have in common.
    pub group: Vec<String>,
    /// When it began.
    pub first: Option<Timestamp>,
    /// When its last finding happened.
    pub last: Option<Timestamp>,
    /// How many findings it holds.
    pub occurrences: usize,
    /// The events of its findings: the first ones and the last ones.
    pub events: Vec<String>,
    /// What the first finding shows.
    pub context: Vec<(String, Value<'static>)>,
    /// ATT&CK techniques of the rule.
    pub attack: Vec<String>,
    /// The events that made the first finding's histories say yes.
    pub evidence: Vec<Evidence>,
    /// The type of the first event.
    pub event_type: Option<String>,
    /// The first event as it came.
    pub event: Arc<[u8]>,
}

/// What identifies the event of a finding.
struct Seen<'e> {
    org: Option<Arc<str>>,
    published: Option<Timestamp>,
    uuid: Option<&'e str>,
    event_type: Option<&'e str>,
    raw: &'e [u8],
}

/// The events that made one history of a condition say yes.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// The question, as a rule would write it.
    pub question: String,
    /// Its answer.
    pub value: Value<'static>,
    /// How many events there are.
    pub count: usize,
    /// When the first of them happened.
    pub first: Option<Timestamp>,
    /// When the last of them happened.
    pub last: Option<Timestamp>,
    /// The ids of the first ones and the last ones.
    pub events: Vec<String>,
}

impl Finding {
    /// Works out what is said of an event that fulfils a rule.
    pub fn of(plan: &Plan, rule: RuleIndex, event: &Event) -> Option<Finding> {
        let org = event.org().filter(|org| !org.is_empty()).map(Arc::from);
        let seen = Seen { org, published: event.published(), uuid: event.uuid(), event_type: event.event_type(), raw: event.raw() };
        Finding::made(plan, rule, event, seen, &Answers::default())
    }

    /// Works out what is said of an event of which only a part may be left.
    fn made(plan: &Plan, rule: RuleIndex, facts: &dyn Facts, seen: Seen<'_>, answers: &Answers) -> Option<Finding> {
        let planned = plan.rule(rule)?;
        let holds = |when: &Option<Code>| when.as_ref().is_none_or(|when| answers.holds(when, facts));
        let severity = planned.severity.iter().find(|(when, _)| holds(when)).map_or(Severity::Medium, |(_, level)| *level);
        let mut title = String::new();
        for part in &planned.title {
            match part {
                TitlePart::Text(text) => title.push_str(text),
                TitlePart::Value(code) => title.push_str(&shown(&answers.value(code, facts))),
            }
        }
        let group = planned
            .group_by
            .iter()
            .map(|code| match answers.value(code, facts) {
                Value::Missing => None,
                value => Some(value.to_string()),
            })
            .collect();
        let context = planned.context.iter().map(|(name, code)| (name.clone(), answers.value(code, facts))).collect();
        Some(Finding {
            rule,
            org: seen.org,
            published: seen.published,
            uuid: seen.uuid.map(str::to_owned),
            event_type: seen.event_type.map(str::to_owned),
            title,
            severity,
            group,
            context,
            evidence: Vec::new(),
            raw: Arc::from(seen.raw),
        })
    }
}

/// Writes a value into a title.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Missing => "(unknown)".to_owned(),
        Value::List(parts) => parts.iter().map(|part| part.to_string()).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

/// Returns an alert's id. Where the org is not known there is but one.
fn id_of(org: Option<&str>, rule: &str, group: &[String], first: &str) -> String {
    let mut hash = Sha256::new();
    for part in org.into_iter().chain([rule]).chain(group.iter().map(String::as_str)).chain([first]) {
        // The length keeps parts apart that would otherwise run together.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
