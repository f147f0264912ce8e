//! An engine and the alerts that come of it.
//!
//! Takes events as they come; gives, in the end, the alerts that the sorted stream without duplicates would have given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Alert, Alerts, Evidence, Finding, Seen};
use crate::engine::remember::Fired;
use crate::engine::{Change, Engine, FETCH_MAX, Limits, Scout, Sighting};
use crate::evaluate::Facts;
use crate::event::{Event, FieldRef, Origin, Source, Timestamp};
use crate::plan::remember::SOURCE_PATH;
use crate::plan::{Plan, RuleIndex};

/// What an event means, and what is found in it without any history.
#[derive(Debug)]
pub struct Sighted {
    sighting: Sighting,
    findings: Vec<Finding>,
}

impl Sighted {
    /// Returns when the event happened, if it says so.
    pub fn published(&self) -> Option<Timestamp> {
        self.sighting.published()
    }
}

/// What waits for events that have not come, by the ids of the rules.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// How many decisions of which rules.
    pub decisions: BTreeMap<Arc<str>, usize>,
    /// Rules that ask about alerts of those.
    pub over: BTreeSet<Arc<str>>,
}

impl Waiting {
    /// Takes in what waits elsewhere.
    pub fn add(&mut self, other: Waiting) {
        other.decisions.into_iter().for_each(|(rule, decisions)| *self.decisions.entry(rule).or_default() += decisions);
        self.over.extend(other.over);
    }
}

/// Looks at events for the rules of a plan, apart from what is remembered, so that many can work at once.
#[derive(Debug)]
pub struct Lookout {
    plan: Arc<Plan>,
    scout: Scout,
}

impl Lookout {
    /// Makes one for a plan.
    pub fn new(plan: Arc<Plan>) -> Self {
        Lookout { scout: Scout::new(plan.clone(), true), plan }
    }

    /// Works out what an event means. The event must have been read with the layout of the same plan.
    pub fn look(&mut self, event: &Event) -> Sighted {
        let sighting = self.scout.look(event);
        let findings = sighting.matched().iter().filter_map(|rule| Finding::of(&self.plan, *rule, event)).collect();
        Sighted { sighting, findings }
    }
}

/// Runs a plan over a stream and collects its alerts.
#[derive(Debug)]
pub struct Watch {
    plan: Arc<Plan>,
    engine: Engine,
    alerts: Alerts,
}

impl Watch {
    /// Makes one that has seen nothing.
    pub fn new(plan: Arc<Plan>, limits: Limits) -> Self {
        Watch { engine: Engine::with_limits(plan.clone(), Limits { keep_raw: true, ..limits }), alerts: Alerts::new(plan.clone()), plan }
    }

    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns how many findings were too many to keep.
    pub fn dropped(&self) -> u64 {
        self.alerts.dropped()
    }

    /// Says after which time nothing can have happened yet: events of later times move no watermark.
    pub fn set_latest(&mut self, latest: Timestamp) {
        self.engine.set_latest(latest);
    }

    /// Takes an event in.
    pub fn observe(&mut self, event: &Event, received: Option<Timestamp>) {
        for rule in self.engine.observe_at(event, received) {
            self.alerts.add(*rule, event);
        }
        self.apply_all();
    }

    /// Takes in what a lookout has seen; an event that came before changes nothing.
    pub fn take(&mut self, sighted: Sighted, received: Option<Timestamp>) {
        if !self.engine.take(sighted.sighting, received).is_empty() {
            sighted.findings.into_iter().for_each(|finding| self.alerts.add_finding(finding));
        }
        self.apply_all();
    }

    /// Takes in what a lookout has seen of several events, one after another.
    pub fn take_all(&mut self, sighted: Vec<Sighted>) {
        let mut rest = sighted.into_iter();
        while rest.len() > 0 {
            self.engine.fetch(rest.as_mut_slice().iter_mut().take(FETCH_MAX).map(|sighted| &mut sighted.sighting));
            rest.by_ref().take(FETCH_MAX).for_each(|sighted| self.take(sighted, None));
        }
    }

    /// Ends the stream and returns the alerts.
    pub fn finish(mut self) -> Vec<Alert> {
        self.engine.finish();
        self.apply_all();
        self.alerts.finish()
    }

    /// Leaves the stream off behind its newest event: returns the alerts, and how many decisions of which rules wait for later events.
    pub fn leave_off(mut self) -> (Vec<Alert>, Waiting) {
        let waiting = self.engine.leave_off();
        self.apply_all();
        let id = |rule: RuleIndex| self.plan.rule(rule).map(|planned| planned.rule.id.clone());
        let decisions = waiting.decisions.into_iter().filter_map(|(rule, decisions)| Some((id(rule)?, decisions))).collect();
        let waiting = Waiting { decisions, over: waiting.over.into_iter().filter_map(id).collect() };
        (self.alerts.finish(), waiting)
    }

    fn apply_all(&mut self) {
        for change in self.engine.changes() {
            self.apply(change);
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Withdrawn { org, rule, uuid, .. } => self.alerts.withdraw(known(&org), rule, &uuid),
            Change::Fired(fired) => self.add(&fired),
            Change::Amended(fired) => {
                self.alerts.withdraw(known(&fired.org), fired.rule, fired.uuid.as_deref().unwrap_or_default());
                self.add(&fired);
            }
        }
    }

    fn add(&mut self, fired: &Fired) {
        if let Some(finding) = self.finding(fired) {
            self.alerts.add_finding(finding);
        }
    }

    /// Reads an event's bytes again.
    fn read(&self, raw: &[u8], origin: Origin) -> Option<Event> {
        let mut event = Event::new();
        event.read(self.plan.layout(), raw, &origin).ok()?;
        Some(event)
    }

    /// Returns by which way an event came, where a rule shows that.
    fn source(&self, fired: &Fired) -> Source {
        let slot = FieldRef::find(SOURCE_PATH).and_then(|field| self.plan.layout().slot(&field));
        let value = slot.map(|slot| fired.row.value(slot)).unwrap_or_default();
        Source::ALL.into_iter().find(|source| value.as_text() == Some(source.name())).unwrap_or_default()
    }

    fn finding(&self, fired: &Fired) -> Option<Finding> {
        // A finding may be said long after its event, and under other rules: its bytes have everything that is shown.
        let raw: &[u8] = fired.raw.as_deref().unwrap_or_default();
        let event = self.read(raw, Origin { source: self.source(fired), org: known(&fired.org) });
        let facts: &dyn Facts = match &event {
            Some(event) if fired.row.alert().is_none() => event,
            // An alert has no bytes of its own; it is kept whole.
            _ => &fired.row,
        };
        let event_type = event.as_ref().and_then(Event::event_type);
        let seen = Seen { org: known(&fired.org), published: fired.published, uuid: fired.uuid.as_deref(), event_type, raw };
        let mut finding = Finding::made(&self.plan, fired.rule, facts, seen, &fired.answers)?;
        finding.evidence = fired
            .evidence
            .iter()
            .map(|evidence| Evidence {
                question: self.plan.questions().get(evidence.question).map(|question| question.text()).unwrap_or_default(),
                value: evidence.value.clone(),
                count: evidence.count,
                first: evidence.first,
                last: evidence.last,
                events: evidence.uuids.clone(),
            })
            .collect();
        Some(finding)
    }
}

/// Returns an org's host; one that is not known has an empty one in the engine.
fn known(org: &Arc<str>) -> Option<Arc<str>> {
    Some(org).filter(|org| !org.is_empty()).cloned()
}
