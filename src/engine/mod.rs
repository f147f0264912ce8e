//! Events to findings: the only mutable detection state.
//!
//! Takes events as they come; gives the rules that each of them fulfils, and what rules that remember say or take back. An event counts
//! once, however often it comes. Never reads a clock and does no input or output: time arrives with the event.

mod print;
pub mod remember;
mod scout;
mod seen;

use std::sync::Arc;

use crate::evaluate::Moment;
use crate::event::{Event, Timestamp};
use crate::plan::{AtomId, Plan, Program, RuleIndex};

use print::fingerprint;
use remember::{BadSnapshot, Remembering};
pub use remember::{Change, Limits};
pub use scout::{Scout, Sighting};
pub use seen::{SEEN_MAX, Seen};

/// Runs a plan over events.
#[derive(Debug)]
pub struct Engine {
    plan: Arc<Plan>,
    scout: Scout,
    matched: Vec<RuleIndex>,
    seen: Seen,
    counters: Counters,
    remembering: Remembering,
    changes: Vec<Change>,
}

/// What an engine has counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Events observed, duplicates not among them.
    pub events: u64,
    /// Events that had come before.
    pub duplicates: u64,
    /// Rules looked at, all events together.
    pub candidates: u64,
    /// Rules fulfilled, all events together.
    pub matches: u64,
}

impl Engine {
    /// Makes an engine that has seen nothing.
    pub fn new(plan: Arc<Plan>) -> Self {
        Engine::with_limits(plan, Limits::default())
    }

    /// Makes an engine that has seen nothing and remembers within limits.
    pub fn with_limits(plan: Arc<Plan>, limits: Limits) -> Self {
        let scout = Scout::new(plan.clone(), limits.keep_raw);
        let remembering = Remembering::new(plan.remember().clone(), limits);
        Engine { plan, scout, matched: Vec::new(), seen: Seen::new(), counters: Counters::default(), remembering, changes: Vec::new() }
    }

    /// Makes an engine that goes on from the bytes that [`Remembering::snapshot`] gave.
    ///
    /// # Errors
    /// The bytes are of another version, damaged, or cut off.
    pub fn restore(plan: Arc<Plan>, limits: Limits, bytes: &[u8]) -> Result<Self, BadSnapshot> {
        let remembering = Remembering::restore(plan.remember().clone(), limits.clone(), bytes)?;
        Ok(Engine { remembering, ..Engine::with_limits(plan, limits) })
    }

    /// Goes on with other rules; histories whose meaning has not changed keep what they hold.
    pub fn reload(self, plan: Arc<Plan>) -> Self {
        let limits = self.remembering.limits().clone();
        let remembering = self.remembering.reload(plan.remember().clone());
        Engine { remembering, seen: self.seen, counters: self.counters, changes: self.changes, ..Engine::with_limits(plan, limits) }
    }

    /// Returns the plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Returns what has been counted.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes an event in; gives the rules that it fulfils, in the order of the plan. An event that came before gives none. What rules
    /// that remember say is kept until [`Engine::changes`] takes it.
    pub fn observe(&mut self, event: &Event) -> &[RuleIndex] {
        self.observe_at(event, None)
    }

    /// Takes an event in that was received at a known time, which the watermark does not pass by much.
    pub fn observe_at(&mut self, event: &Event, received: Option<Timestamp>) -> &[RuleIndex] {
        let print = event.uuid().map(fingerprint);
        if !self.is_new(event.org(), print) {
            self.matched.clear();
            return &self.matched;
        }
        let sighting = self.scout.look_with(event, print, std::mem::take(&mut self.matched));
        self.accept(sighting, received)
    }

    /// Takes in what a scout has seen; gives the rules that the event fulfils, none if it came before.
    pub fn take(&mut self, sighting: Sighting, received: Option<Timestamp>) -> &[RuleIndex] {
        let org = sighting.has_org.then(|| sighting.arrival.org.clone());
        if !self.is_new(org.as_deref(), sighting.print) {
            self.matched.clear();
            return &self.matched;
        }
        self.accept(sighting, received)
    }

    /// Says whether an event counts, and counts it.
    fn is_new(&mut self, org: Option<&str>, print: Option<u128>) -> bool {
        let is_new = self.seen.is_new(org, print);
        *(if is_new { &mut self.counters.events } else { &mut self.counters.duplicates }) += 1;
        is_new
    }

    fn accept(&mut self, sighting: Sighting, received: Option<Timestamp>) -> &[RuleIndex] {
        self.counters.candidates += sighting.candidates as u64;
        self.matched = sighting.matched;
        self.counters.matches += self.matched.len() as u64;
        self.changes.append(&mut self.remembering.take(sighting.arrival, received));
        &self.matched
    }

    /// Takes what rules that remember have said and taken back since the last call.
    pub fn changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Ends the stream: what was open is decided and can be taken from [`Engine::changes`].
    pub fn finish(&mut self) {
        self.changes.append(&mut self.remembering.finish());
    }

    /// Returns the state of the rules that remember.
    pub fn remembering(&self) -> &Remembering {
        &self.remembering
    }
}

/// Remembers the predicates that have been decided for the event at hand.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For each predicate the number of the event it was decided for, and the decision in the lowest bit.
    decided: Vec<u32>,
    event: u32,
}

impl Scratch {
    /// Makes one for so many predicates.
    pub fn for_atoms(count: usize) -> Self {
        Scratch { decided: vec![0; count], event: 0 }
    }

    /// Forgets all decisions.
    pub fn next_event(&mut self) {
        self.event = self.event.wrapping_add(2);
        if self.event == 0 {
            self.decided.fill(0);
            self.event = 2;
        }
    }

    /// Says whether a program holds; each predicate is decided once for an event.
    pub fn holds(&mut self, program: &Program, plan: &Plan, moment: &Moment<'_>) -> bool {
        match program {
            Program::Constant(truth) => *truth,
            Program::Atom(id) => self.atom(*id, plan, moment),
            Program::Not(inner) => !self.holds(inner, plan, moment),
            Program::And(parts) => parts.iter().all(|part| self.holds(part, plan, moment)),
            Program::Or(parts) => parts.iter().any(|part| self.holds(part, plan, moment)),
        }
    }

    fn atom(&mut self, id: AtomId, plan: &Plan, moment: &Moment<'_>) -> bool {
        let at = id.0 as usize;
        if let Some(known) = self.decided.get(at).filter(|known| **known & !1 == self.event) {
            return known & 1 == 1;
        }
        let truth = plan.atoms().get(at).is_some_and(|code| code.holds(moment));
        if let Some(known) = self.decided.get_mut(at) {
            *known = self.event | u32::from(truth);
        }
        truth
    }
}
