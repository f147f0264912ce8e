//! Events to findings: the only mutable detection state.
//!
//! Takes events as they come; gives the rules that each of them fulfils, and what rules that remember say or take back. An event counts
//! once, however often it comes. Never reads a clock and does no input or output: time arrives with the event.

mod near;
mod print;
mod prints;
pub mod remember;
mod scout;
mod scratch;
mod seen;
mod table;

use std::sync::Arc;

use crate::event::{Event, Timestamp};
use crate::plan::{Plan, RuleIndex};

use remember::{BadSnapshot, Remembering, Waiting};
pub use remember::{Change, FETCH_MAX, Limits};
pub use scout::{Scout, Sighting};
pub use scratch::Scratch;
pub use seen::{SEEN_MAX, Seen};

/// Runs a plan over events.
#[derive(Debug)]
pub struct Engine {
    plan: Arc<Plan>,
    scout: Scout,
    /// What was seen of some events, for its memory alone.
    sightings: Vec<Sighting>,
    seen: Seen,
    counters: Counters,
    remembering: Remembering,
    changes: Vec<Change>,
    /// Whether an event that comes again may have mattered to other rules when it came first.
    reloaded: bool,
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
        Engine { plan, scout, sightings: Vec::new(), seen: Seen::new(), counters: Counters::default(), remembering, changes: Vec::new(), reloaded: false }
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
        Engine { remembering, seen: self.seen, counters: self.counters, changes: self.changes, reloaded: true, ..Engine::with_limits(plan, limits) }
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
        let mut sightings = self.look(std::slice::from_ref(event));
        if let Some(sighting) = sightings.first_mut() {
            self.take_in(sighting, received);
        }
        self.sightings = sightings;
        self.sightings.first().map(Sighting::matched).unwrap_or_default()
    }

    /// Takes in what a scout has seen; gives the rules that the event fulfils, none if it came before.
    pub fn take(&mut self, mut sighting: Sighting, received: Option<Timestamp>) -> Vec<RuleIndex> {
        self.take_in(&mut sighting, received);
        sighting.matched
    }

    /// Takes events in one after another, as [`Engine::observe_at`] does, and tells of each which rules it fulfils. Many events at once are
    /// taken in faster than each alone: what they need of memory is fetched together.
    pub fn observe_all(&mut self, events: &[Event], received: Option<Timestamp>, mut found: impl FnMut(&Event, &[RuleIndex])) {
        for together in events.chunks(FETCH_MAX) {
            let mut sightings = self.look(together);
            let seen = sightings.get_mut(..together.len()).unwrap_or_default();
            self.fetch(seen.iter_mut());
            for (event, sighting) in together.iter().zip(seen) {
                self.take_in(sighting, received);
                found(event, &sighting.matched);
            }
            self.sightings = sightings;
        }
    }

    /// Works out what events mean, in the place of what was seen of others before. Behind them there may be more from then.
    fn look(&mut self, events: &[Event]) -> Vec<Sighting> {
        self.remembering.reuse(&mut self.scout.room);
        let mut sightings = std::mem::take(&mut self.sightings);
        if sightings.len() < events.len() {
            sightings.resize_with(events.len(), Sighting::default);
        }
        events.iter().zip(&mut sightings).for_each(|(event, sighting)| self.scout.look_again(event, sighting));
        sightings
    }

    /// Takes in what was seen of an event; no rule is fulfilled by one that came before.
    fn take_in(&mut self, sighting: &mut Sighting, received: Option<Timestamp>) {
        let is_new = self.is_new(sighting);
        *(if is_new { &mut self.counters.events } else { &mut self.counters.duplicates }) += 1;
        if !is_new {
            sighting.matched.clear();
            return;
        }
        self.counters.candidates += sighting.candidates as u64;
        self.counters.matches += sighting.matched.len() as u64;
        self.changes.append(&mut self.remembering.take(&mut sighting.arrival, received));
    }

    /// Fetches what sightings need of memory before they are taken in: some at once, [`FETCH_MAX`] or about so many. It changes nothing of what
    /// they say.
    pub fn fetch<'s>(&mut self, sightings: impl Iterator<Item = &'s mut Sighting>) {
        let Engine { remembering, seen, .. } = self;
        remembering.fetch(sightings.map(|sighting| {
            let arrival = &mut sighting.arrival;
            if !arrival.is_wanted() {
                seen.fetch(sighting.has_org.then_some(&*arrival.org), arrival.print);
            }
            arrival
        }));
    }

    /// Says whether an event counts. Which events came before is known twice over: of those that rules remember it outlives a restart.
    fn is_new(&mut self, sighting: &Sighting) -> bool {
        let (arrival, print) = (&sighting.arrival, sighting.arrival.print);
        let org = sighting.has_org.then_some(&*arrival.org);
        if arrival.is_wanted() {
            self.remembering.is_new(arrival) && !(self.reloaded && self.seen.contains(org, print))
        } else {
            self.seen.is_new(org, print) && !(self.reloaded && self.remembering.knows(&arrival.org, print))
        }
    }

    /// Takes what rules that remember have said and taken back since the last call.
    pub fn changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Ends the stream: what was open is decided and can be taken from [`Engine::changes`].
    pub fn finish(&mut self) {
        self.changes.append(&mut self.remembering.finish());
    }

    /// Leaves the stream off: what its newest event has passed is decided and can be taken from [`Engine::changes`]. Gives the rules that
    /// wait for later events, each with how many of its decisions do.
    pub fn leave_off(&mut self) -> Waiting {
        self.changes.append(&mut self.remembering.leave_off());
        self.remembering.waiting()
    }

    /// Says after which time nothing can have happened yet, see [`Remembering::set_latest`].
    pub fn set_latest(&mut self, latest: Timestamp) {
        self.remembering.set_latest(latest);
    }

    /// Returns the state of the rules that remember.
    pub fn remembering(&self) -> &Remembering {
        &self.remembering
    }
}
