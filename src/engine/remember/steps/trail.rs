//! How far a sequence got: what became of each of its steps, for those who ask why.
//!
//! Takes a sequence and the event that asks; gives the steps of the longest way there, and what stopped it. Never used while events come.

use super::{Looked, Search, facts, find, last_holds};
use crate::engine::remember::asking::Inquiry;
use crate::engine::remember::row::Row;
use crate::event::Timestamp;
use crate::plan::remember::{Stage, Steps};

/// Most events that are looked at; what is told then is how far the ways got that were tried.
const LOOKS_MAX: usize = 1_000_000;

/// How far a sequence got.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trail {
    /// What became of each step, in their order.
    pub steps: Vec<Footing>,
    /// What became of each thing that must not happen anywhere between.
    pub until: Vec<Footing>,
}

/// What became of a step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Footing {
    /// The way did not come so far.
    #[default]
    Unreached,
    /// It happened, and this event completed it.
    Taken(Met),
    /// It happened less often than it has to: so many times.
    Missing(usize),
    /// The event that asks is not what the last step wants.
    NotThis,
    /// It must not happen, and did not.
    Clear,
    /// It must not happen, and did.
    Broken(Met),
}

/// An event that was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Met {
    /// When it happened.
    pub at: Timestamp,
    /// Its id.
    pub uuid: String,
}

impl Met {
    fn of(row: &Row) -> Met {
        Met { at: row.at(), uuid: row.uuid() }
    }
}

/// Returns how far a sequence got; nothing where the event that asks has no keys.
pub(in crate::engine::remember) fn trail(inquiry: &Inquiry<'_>, steps: &Steps, row: &Row) -> Option<Trail> {
    let cells = Looked::all(inquiry, steps, row)?;
    if let Some(path) = find(inquiry, steps, row) {
        return Some(whole(steps, &path));
    }
    let search = Search { inquiry, steps, row, cells: &cells, tries: 0 };
    let mut walk = Walk { search, chosen: vec![None; steps.stages.len()], reached: 0, longest: Trail::of(steps), looks: 0 };
    walk.from(0, None, None);
    Some(walk.longest)
}

/// Returns the trail of a sequence that is fulfilled: each step takes as many events as it wants, in order.
fn whole(steps: &Steps, path: &[Row]) -> Trail {
    let mut taken = 0;
    let footing = |stage: &Stage| {
        if stage.absent {
            return Footing::Clear;
        }
        taken += stage.times;
        path.get(taken.saturating_sub(1)).map_or(Footing::Unreached, |row| Footing::Taken(Met::of(row)))
    };
    Trail { steps: steps.stages.iter().map(footing).collect(), until: vec![Footing::Clear; steps.until.len()] }
}

impl Trail {
    fn of(steps: &Steps) -> Trail {
        Trail { steps: vec![Footing::Unreached; steps.stages.len()], until: vec![Footing::Unreached; steps.until.len()] }
    }
}

/// Goes along all ways, and notes the longest; of several the last one.
struct Walk<'s, 'a> {
    search: Search<'s, 'a>,
    chosen: Vec<Option<Row>>,
    reached: usize,
    longest: Trail,
    looks: usize,
}

impl Walk<'_, '_> {
    /// Goes on with a step, behind the event that completed the one before; `first` is the first event of the way.
    fn from(&mut self, at: usize, before: Option<&Row>, first: Option<&Row>) {
        let steps = self.search.steps;
        let Some(stage) = steps.stages.get(at) else { return };
        if stage.absent {
            return self.from(at + 1, before, first);
        }
        let events = self.events(at, stage, before);
        let is_last = at + 1 == steps.stages.len();
        if is_last {
            return self.end(at, before, first, &events);
        }
        if events.len() < stage.times {
            return self.stop(at, Some((at, Footing::Missing(events.len()))));
        }
        for (place, row) in events.iter().enumerate().skip(stage.times.saturating_sub(1)) {
            if self.looks > LOOKS_MAX {
                return;
            }
            if let Some((place, met)) = self.search.between(at, before, row, &self.chosen) {
                let broken = (place, Footing::Broken(Met::of(met)));
                self.stop(at, Some(broken));
                continue;
            }
            self.choose(at, Some(row.clone()));
            self.from(at + 1, Some(row), first.or(events.get((place + 1).saturating_sub(stage.times))));
            self.choose(at, None);
        }
    }

    /// Returns a step's events behind the one that completed the step before.
    fn events(&mut self, at: usize, stage: &Stage, before: Option<&Row>) -> Vec<Row> {
        let (Some(source), Some(Some(events))) = (&stage.source, self.search.cells.stages.get(at)) else { return Vec::new() };
        let events = before.map_or(*events, |before| events.after(before));
        let taken = facts(&self.chosen);
        let all: Vec<Row> = events.iter().filter(|row| self.search.inquiry.belongs(source, row, self.search.row, &taken)).cloned().collect();
        self.looks += 1 + all.len();
        all
    }

    /// Looks at the last step, which the event that asks has to complete.
    fn end(&mut self, at: usize, before: Option<&Row>, first: Option<&Row>, events: &[Row]) {
        let Search { inquiry, steps, row, .. } = self.search;
        if !last_holds(inquiry, steps, row, &facts(&self.chosen)) {
            return self.stop(at, Some((at, Footing::NotThis)));
        }
        if events.len() + 1 < steps.stages.get(at).map_or(1, |stage| stage.times) {
            return self.stop(at, Some((at, Footing::Missing(events.len() + 1))));
        }
        if let Some((place, met)) = self.search.between(at, before, row, &self.chosen) {
            let broken = (place, Footing::Broken(Met::of(met)));
            return self.stop(at, Some(broken));
        }
        let ended = first.and_then(|first| self.search.ends(&self.chosen, first)).map(|(place, met)| (place, Footing::Broken(Met::of(met))));
        self.choose(at, Some(row.clone()));
        self.stop(at + 1, None);
        self.choose(at, None);
        if let Some((place, footing)) = ended
            && let Some(until) = self.longest.until.get_mut(place)
        {
            *until = footing;
        }
    }

    fn choose(&mut self, at: usize, row: Option<Row>) {
        if let Some(chosen) = self.chosen.get_mut(at) {
            *chosen = row;
        }
    }

    /// Notes how far a way got, and what stopped it at which step.
    fn stop(&mut self, reached: usize, by: Option<(usize, Footing)>) {
        if reached < self.reached {
            return;
        }
        self.reached = reached;
        self.longest = Trail::of(self.search.steps);
        // What must be absent right before the step that stopped it was not looked at as a whole.
        let absent_before = |place: usize| self.search.steps.stages.iter().take(place).rev().take_while(|stage| stage.absent).count();
        let before = by.as_ref().map_or(reached, |(place, _)| place - absent_before(*place));
        let stages = self.search.steps.stages.iter().zip(&self.chosen);
        for ((stage, chosen), footing) in stages.take(before).zip(&mut self.longest.steps) {
            *footing = match chosen {
                Some(row) => Footing::Taken(Met::of(row)),
                None if stage.absent => Footing::Clear,
                None => Footing::Unreached,
            };
        }
        if let Some((place, by)) = by
            && let Some(footing) = self.longest.steps.get_mut(place)
        {
            *footing = by;
        }
    }
}
