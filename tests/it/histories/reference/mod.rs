//! The reference: what rules that remember must find, worked out the slow and obvious way.
//!
//! Takes the rules and the events of one org; keeps every event, sorts them by (published, uuid) and answers each question to a
//! history by going through all of them. Written from the specification alone: shares the typed tree and the evaluator of one
//! expression on one event with the engine, and nothing else. The only cleverness is that an answer is not worked out twice.

mod chain;
mod past;
mod program;
mod telling;
mod values;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use clarion::evaluate::{Code, Memory, Moment, QuestionId};
use clarion::event::{Event, Origin, Source, Span, Timestamp, Value};
use clarion::language::ALERT_EVENT_TYPE;
use clarion::pack::Library;
use serde_json::{Value as Json, json};

use super::telling::{Telling, Told};
use past::Past;
use program::{Program, RuleCode};

/// Findings: the id of the rule and the uuid of the event; the uuid is empty where the event has none.
pub(super) type Findings = BTreeSet<(String, String)>;

/// How far the watermark may run ahead of the receiver's clock.
const AHEAD_MAX: Span = Span::minutes(5);

/// An event and when it was received, if that is known.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'e> {
    pub(super) event: &'e Json,
    pub(super) received: Option<Timestamp>,
}

/// What must be found, and what is wrong with what was told of it.
pub(super) struct Outcome {
    pub(super) findings: Findings,
    pub(super) faults: Vec<String>,
}

/// Returns what the rules of a library find in the events of one org, given in the order of their arrival.
///
/// With a lateness, events that come behind the watermark are evaluated alone; without one nothing is ever late.
pub(super) fn findings(library: &Library, events: &[Json], org: &str, lateness: Option<Span>) -> Findings {
    let arrivals: Vec<Arrival<'_>> = events.iter().map(|event| Arrival { event, received: None }).collect();
    examine(library, &arrivals, org, lateness, None).findings
}

/// Returns what the rules of a library find in what arrives from one org, and looks at what somebody tells of that.
pub(super) fn examine(library: &Library, arrivals: &[Arrival<'_>], org: &str, lateness: Option<Span>, told: Option<&Told>) -> Outcome {
    let program = Program::new(library);
    let origin = Origin { source: Source::File, org: Some(Arc::from(org)) };
    let (kept, alone) = take_in(&program, arrivals, &origin, lateness);
    let mut outcome = Outcome { findings: Findings::new(), faults: Vec::new() };
    evaluate_alone(&program, &alone, told, &mut outcome);
    evaluate_together(&program, &kept, &origin, told, &mut outcome);
    outcome
}

impl Outcome {
    /// Notes a finding, and what is wrong with what is told of it; of an event without uuid nothing can be told apart.
    fn find(&mut self, rule: &RuleCode, uuid: &str, told: Option<&Told>, fault: impl FnOnce(&Telling) -> Option<String>) {
        let key = (rule.id.to_string(), uuid.to_owned());
        if let Some(told) = told.filter(|_| !uuid.is_empty()) {
            let fault = told.get(&key).map_or_else(|| Some("nothing".to_owned()), fault);
            self.faults.extend(fault.map(|fault| format!("  told of {} on {uuid}: {fault}\n", rule.id)));
        }
        self.findings.insert(key);
    }
}

/// An event that belongs to history.
struct Kept {
    event: Event,
    at: Timestamp,
    uuid: String,
    /// Of an alert as an event: the rule that raised it.
    alert_of: Option<Arc<str>>,
}

/// Takes each event once, tells those apart that are evaluated alone, and sorts the others.
fn take_in(program: &Program, arrivals: &[Arrival<'_>], origin: &Origin, lateness: Option<Span>) -> (Vec<Kept>, Vec<Event>) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut newest: Option<Timestamp> = None;
    let (mut kept, mut alone) = (Vec::new(), Vec::new());
    for arrival in arrivals {
        let event = program.read(arrival.event, origin);
        let Some(uuid) = event.uuid().map(str::to_owned) else {
            alone.push(event);
            continue;
        };
        if !seen.insert(uuid.clone()) {
            continue;
        }
        let Some(at) = event.published() else {
            alone.push(event);
            continue;
        };
        let watermark = lateness.zip(newest).map(|(lateness, newest)| newest.minus(lateness));
        let trusted = arrival.received.map_or(at, |received| at.min(received.plus(AHEAD_MAX)));
        newest = Some(newest.map_or(trusted, |newest| newest.max(trusted)));
        if watermark.is_some_and(|watermark| at < watermark) {
            alone.push(event);
        } else {
            kept.push(Kept { event, at, uuid, alert_of: None });
        }
    }
    kept.sort_by(|a, b| (a.at, &a.uuid).cmp(&(b.at, &b.uuid)));
    (kept, alone)
}

/// Evaluates events of whose past nobody can be sure: what is found must hold whatever has happened.
fn evaluate_alone(program: &Program, events: &[Event], told: Option<&Told>, outcome: &mut Outcome) {
    for event in events {
        for rule in &program.rules {
            if possible(&rule.when, event) == [false, true] {
                outcome.find(rule, event.uuid().unwrap_or(""), told, |telling| telling::fault_alone(rule, event, telling));
            }
        }
    }
}

/// Evaluates events that are each other's history: first the rules that do not ask about alerts, then those whose alerts are known.
fn evaluate_together(program: &Program, kept: &[Kept], origin: &Origin, told: Option<&Told>, outcome: &mut Outcome) {
    let plain: BTreeSet<&str> = program.rules.iter().filter(|rule| !rule.asks_about_alerts).map(|rule| &*rule.id).collect();
    let is_there = |id: &&str| program.rules.iter().any(|rule| *rule.id == **id);
    let mut alerts: BTreeMap<&str, Vec<Kept>> = BTreeMap::new();
    while alerts.len() < program.rules.len() {
        let round: Vec<&RuleCode> = program
            .rules
            .iter()
            .filter(|rule| !alerts.contains_key(&*rule.id))
            .filter(|rule| !rule.asks_about_alerts || sees(rule, &plain).iter().filter(|id| is_there(id)).all(|id| alerts.contains_key(id)))
            .collect();
        assert!(!round.is_empty(), "rules over alerts form a circle, which the compiler refuses");
        let mut memories: BTreeMap<BTreeSet<&str>, Past<'_>> = BTreeMap::new();
        let mut raised: Vec<(&RuleCode, Vec<Kept>)> = Vec::new();
        for rule in round {
            let visible = if rule.asks_about_alerts { sees(rule, &plain) } else { BTreeSet::new() };
            let past = memories.entry(visible.clone()).or_insert_with(|| {
                let alerts = visible.iter().filter_map(|id| alerts.get(id)).flatten();
                Past::new(program, kept.iter().chain(alerts).collect())
            });
            raised.push((rule, evaluate(rule, past, program, origin, told, outcome)));
        }
        drop(memories);
        for (rule, fired) in raised {
            alerts.insert(&rule.id, fired);
        }
    }
}

/// Returns the rules whose alerts a rule over alerts sees.
fn sees<'r>(rule: &'r RuleCode, plain: &BTreeSet<&'r str>) -> BTreeSet<&'r str> {
    plain.iter().copied().chain(rule.named.iter().map(String::as_str)).collect()
}

/// Evaluates a rule on every event; gives its alerts as events.
fn evaluate(rule: &RuleCode, past: &Past<'_>, program: &Program, origin: &Origin, told: Option<&Told>, outcome: &mut Outcome) -> Vec<Kept> {
    let mut alerts = Vec::new();
    for (place, kept) in past.kept.iter().enumerate() {
        let moment = Moment::new(&kept.event, past);
        if (kept.alert_of.is_none() || rule.when_asks_about_alerts) && rule.when.holds(&moment) {
            outcome.find(rule, &kept.uuid, told, |telling| past.fault(rule, place, telling));
            let uuid = format!("{}:{}", kept.uuid, rule.id);
            let raw: Json = serde_json::from_slice(kept.event.raw()).expect("it was read before");
            let mut event = json!({
                "eventType": ALERT_EVENT_TYPE,
                "uuid": uuid,
                "published": kept.at.to_string(),
                "alert": { "rule": &*rule.id, "severity": rule.severity(|when| when.holds(&moment)) },
            });
            if let Some(actor) = raw.get("actor") {
                event["actor"] = actor.clone();
            }
            alerts.push(Kept { event: program.read(&event, origin), at: kept.at, uuid, alert_of: Some(rule.id.clone()) });
        }
    }
    alerts
}

/// Says whether a condition may be false, and whether it may be true, where nobody knows what its histories say.
fn possible(condition: &Code, event: &Event) -> [bool; 2] {
    let parts = |parts: &[Code]| -> Vec<[bool; 2]> { parts.iter().map(|part| possible(part, event)).collect() };
    match condition {
        Code::Not(inner) => {
            let [no, yes] = possible(inner, event);
            [yes, no]
        }
        Code::And(all) => [parts(all).iter().any(|[no, _]| *no), parts(all).iter().all(|[_, yes]| *yes)],
        Code::Or(all) => [parts(all).iter().all(|[no, _]| *no), parts(all).iter().any(|[_, yes]| *yes)],
        other => {
            let questions = Questioned::default();
            match other.holds(&Moment::new(event, &questions)) {
                _ if questions.0.get() => [true, true],
                holds => [!holds, holds],
            }
        }
    }
}

/// Notes whether a history was asked.
#[derive(Default)]
struct Questioned(Cell<bool>);

impl Memory for Questioned {
    fn answer(&self, _: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.0.set(true);
        Value::Missing
    }
}
