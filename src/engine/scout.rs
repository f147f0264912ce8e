//! The first stage: what an event means before anything is remembered.
//!
//! A scout needs nothing but the plan, so that many can work at once; what they find is taken in by one engine, in order.

use std::sync::Arc;

use super::Scratch;
use super::print::EventId;
use super::remember::{Arrival, Room};
use crate::evaluate::{Moment, NoMemory};
use crate::event::{Event, Timestamp};
use crate::plan::{Candidates, Plan, RuleIndex};

/// Looks at events for the rules of a plan.
#[derive(Debug)]
pub struct Scout {
    plan: Arc<Plan>,
    keep_raw: bool,
    scratch: Scratch,
    candidates: Candidates,
    /// The org of the event before: nearly always that of the next one.
    org: Arc<str>,
    /// Memory that the event before has left.
    pub(super) room: Room,
}

/// What an event means to the rules. One can be made again for the next event, so that its memory serves for many.
#[derive(Debug, Default)]
pub struct Sighting {
    /// Whether the event says its org.
    pub(super) has_org: bool,
    /// The rules that it fulfils without any history, in the order of the plan.
    pub(super) matched: Vec<RuleIndex>,
    /// How many rules were looked at.
    pub(super) candidates: usize,
    /// What rules that remember take in.
    pub(super) arrival: Arrival,
}

impl Sighting {
    /// Returns the rules that the event fulfils without any history, in the order of the plan.
    pub fn matched(&self) -> &[RuleIndex] {
        &self.matched
    }

    /// Returns when the event happened, if it says so.
    pub fn published(&self) -> Option<Timestamp> {
        self.arrival.at
    }
}

impl Scout {
    /// Makes one for a plan. `keep_raw` keeps the bytes of events on which rules that remember decide.
    pub fn new(plan: Arc<Plan>, keep_raw: bool) -> Self {
        let scratch = Scratch::for_atoms(plan.atoms().len());
        Scout { plan, keep_raw, scratch, candidates: Candidates::new(), org: Arc::from(""), room: Room::default() }
    }

    /// Works out what an event means. The event must have been read with the layout of the same plan.
    pub fn look(&mut self, event: &Event) -> Sighting {
        let mut sighting = Sighting::default();
        self.look_again(event, &mut sighting);
        sighting
    }

    /// Does so in the place of what was seen before.
    pub(super) fn look_again(&mut self, event: &Event, sighting: &mut Sighting) {
        let org = event.org();
        // Where no event says its org there is nothing to compare.
        if org.map_or(!self.org.is_empty(), |org| *org != *self.org) {
            self.org = org.unwrap_or_default().into();
        }
        let Sighting { has_org, matched, candidates, arrival } = sighting;
        *has_org = org.is_some();
        matched.clear();
        self.plan.index().candidates(event, &mut self.candidates);
        self.scratch.next_event();
        let moment = Moment::new(event, &NoMemory);
        for index in &self.candidates {
            let Some(rule) = self.plan.rule(*index).filter(|_| !self.plan.remember().owns(*index)) else { continue };
            if self.scratch.holds(&rule.program, self.plan.atoms(), &moment) {
                matched.push(*index);
            }
        }
        matched.sort_unstable();
        *candidates = self.candidates.len();
        let id = event.uuid().map(EventId::of);
        arrival.become_of(self.plan.remember(), event, &self.org, id, &mut self.scratch, &mut self.room);
        if self.keep_raw {
            arrival.keep_raw(event);
        }
    }
}
