//! The engine as a runner of the law, and for scenarios.

use std::sync::Arc;

use clarion::engine::remember::{Answers, Evidence, Fired};
use clarion::engine::{Change, Engine as Real, Limits};
use clarion::evaluate::Facts;
use clarion::event::{Event, Origin, Source, Span, Value};
use clarion::pack::Library;
use clarion::plan::{Plan, RuleIndex, TitlePart};
use serde_json::Value as Json;

use super::law::{Delivery, Runner};
use super::reference::{Arrival, Findings};
use super::schedule::LATENESS;
use super::telling::{Proof, Telling, Told};
use super::vocabulary::ORG;

/// Longer than any stream lasts: nothing is ever late.
const NEVER_LATE: Span = Span::days(36_500);

/// The engine with its default settings.
pub(super) struct Engine;

impl Engine {
    /// Whether there is an engine to run.
    pub(super) const IS_THERE: bool = true;
}

impl Runner for Engine {
    fn run(&self, library: &Library, deliveries: &[Delivery<'_>]) -> (Findings, Option<Told>) {
        let mut session = Session::new(library, ORG, LATENESS);
        session.deliver(library, deliveries);
        let (findings, told) = session.finish();
        (findings, Some(told))
    }
}

/// Returns the net effect of what the engine says while events arrive, and what it tells of that.
pub(super) fn findings(library: &Library, arrivals: &[Arrival<'_>], org: &str, lateness: Option<Span>) -> (Findings, Told) {
    let mut session = Session::new(library, org, lateness.unwrap_or(NEVER_LATE));
    arrivals.iter().for_each(|arrival| session.observe(arrival.event, arrival.received));
    session.finish()
}

/// An engine at work, and what it has said and not taken back.
struct Session {
    plan: Arc<Plan>,
    limits: Limits,
    // There is none only while one makes way for another.
    engine: Option<Real>,
    origin: Origin,
    event: Event,
    findings: Findings,
    /// What is told of each finding.
    told: Told,
}

impl Session {
    fn new(library: &Library, org: &str, lateness: Span) -> Self {
        let plan = plan(library);
        let limits = Limits { lateness, keep_raw: true, ..Limits::default() };
        let engine = Some(Real::with_limits(plan.clone(), limits.clone()));
        let origin = Origin { source: Source::File, org: Some(Arc::from(org)) };
        Session { plan, limits, engine, origin, event: Event::new(), findings: Findings::new(), told: Told::new() }
    }

    fn engine(&mut self) -> &mut Real {
        self.engine.as_mut().expect("an engine")
    }

    fn observe(&mut self, json: &Json, received: Option<clarion::event::Timestamp>) {
        self.event.read(self.plan.layout(), json.to_string().as_bytes(), &self.origin).expect("an event");
        let engine = self.engine.as_mut().expect("an engine");
        let matched = engine.observe_at(&self.event, received).to_vec();
        let uuid = self.event.uuid().unwrap_or_default().to_owned();
        for rule in matched {
            let telling = telling(&self.plan, rule, &self.event, &Answers::default(), &[]);
            self.found(rule, &uuid, telling);
        }
        self.take_changes();
    }

    fn deliver(&mut self, library: &Library, deliveries: &[Delivery<'_>]) {
        for delivery in deliveries {
            match delivery {
                Delivery::Events(events) => self.observe_all(events),
                Delivery::Restore => self.restore(),
                Delivery::Reload => self.reload(library),
            }
        }
    }

    /// Observes events that come together as a receiver does.
    fn observe_all(&mut self, events: &[&Json]) {
        let read = |json: &&Json| {
            let mut event = Event::new();
            event.read(self.plan.layout(), json.to_string().as_bytes(), &self.origin).expect("an event");
            event
        };
        let events: Vec<Event> = events.iter().map(read).collect();
        let mut matched = Vec::new();
        self.engine.as_mut().expect("an engine").observe_all(&events, None, |event, rules| {
            matched.extend(
                rules.iter().map(|rule| (*rule, event.uuid().unwrap_or_default().to_owned(), telling(&self.plan, *rule, event, &Answers::default(), &[]))),
            );
        });
        matched.into_iter().for_each(|(rule, uuid, telling)| self.found(rule, &uuid, telling));
        self.take_changes();
    }

    fn tell(&mut self, fired: &Fired) {
        let mut event = Event::new();
        event.read(self.plan.layout(), fired.raw.as_deref().expect("the bytes of the event"), &self.origin).expect("an event");
        // An alert has no bytes of its own.
        let facts: &dyn Facts = if fired.row.alert().is_some() { &fired.row } else { &event };
        let telling = telling(&self.plan, fired.rule, facts, &fired.answers, &fired.evidence);
        self.found(fired.rule, fired.uuid.as_deref().unwrap_or_default(), telling);
    }

    fn take_changes(&mut self) {
        for change in self.engine().changes() {
            match change {
                Change::Fired(fired) => self.tell(&fired),
                Change::Amended(fired) => {
                    let key = (self.name(fired.rule), fired.uuid.clone().unwrap_or_default());
                    assert!(self.findings.contains(&key), "{key:?} is amended, but was never said");
                    self.tell(&fired);
                }
                Change::Withdrawn { rule, uuid, .. } => {
                    let name = self.name(rule);
                    let key = (name, uuid.clone());
                    assert!(self.findings.remove(&key), "{uuid} is taken back, but was never said");
                    self.told.remove(&key);
                }
            }
        }
    }

    fn restore(&mut self) {
        let bytes = self.engine().remembering().snapshot();
        self.engine = Some(Real::restore(self.plan.clone(), self.limits.clone(), &bytes).expect("its own bytes"));
    }

    fn reload(&mut self, library: &Library) {
        self.plan = plan(library);
        let engine = self.engine.take().expect("an engine");
        self.engine = Some(engine.reload(self.plan.clone()));
    }

    fn finish(mut self) -> (Findings, Told) {
        self.engine().finish();
        self.take_changes();
        (self.findings, self.told)
    }

    fn name(&self, rule: RuleIndex) -> String {
        self.plan.rule(rule).expect("a rule of the plan").rule.id.to_string()
    }

    fn found(&mut self, rule: RuleIndex, uuid: &str, telling: Telling) {
        let key = (self.name(rule), uuid.to_owned());
        self.findings.insert(key.clone());
        self.told.insert(key, telling);
    }
}

/// Returns what is told of a rule on an event, with the words of its plan.
fn telling(plan: &Plan, rule: RuleIndex, facts: &dyn Facts, answers: &Answers, evidence: &[Evidence]) -> Telling {
    let rule = plan.rule(rule).expect("a rule of the plan");
    let level = rule.severity.iter().find(|(when, _)| when.as_ref().is_none_or(|when| answers.holds(when, facts))).map_or("", |(_, level)| level.word());
    let mut shown = vec![("severity".to_owned(), Value::Text(level.into()))];
    let values = rule.title.iter().filter_map(|part| if let TitlePart::Value(code) = part { Some(code) } else { None });
    shown.extend(values.map(|code| ("title".to_owned(), answers.value(code, facts))));
    shown.extend(rule.context.iter().map(|(name, code)| (format!("context {name}"), answers.value(code, facts))));
    shown.extend(rule.group_by.iter().map(|code| ("group".to_owned(), answers.value(code, facts))));
    let proof = |evidence: &Evidence| Proof {
        question: plan.questions().get(evidence.question).expect("a question of the plan").key(),
        value: evidence.value.clone(),
        count: evidence.count,
        uuids: evidence.uuids.clone(),
        first: evidence.first,
        last: evidence.last,
    };
    Telling { shown, evidence: evidence.iter().map(proof).collect() }
}

fn plan(library: &Library) -> Arc<Plan> {
    let rules = library.rules().map(|(_, rule)| Arc::new(rule.clone()));
    Arc::new(Plan::compile(rules, &library.packs.first().expect("a pack").sets))
}
