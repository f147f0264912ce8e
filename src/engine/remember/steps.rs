//! Sequences: whether the steps happened in their order, ending with the event that asks.
//!
//! Each step takes one event, the one that completes it. Where no step reads what an earlier one took, the steps are worked through
//! once, each keeping all events that can complete it, so the time is that of a few sorted lists; two steps need no more than the newest
//! events of the first. Where steps are linked, choices are tried in order, earlier steps first, up to a bound.

mod trail;

use smallvec::SmallVec;

use super::asking::Inquiry;
use super::cells::{Cell, Entry, put_cell_key};
use super::few::Few;
use super::row::Row;
use crate::evaluate::{Code, Facts, Moment};
use crate::plan::remember::{Source, Stage, Steps};

pub(super) use trail::trail;
pub use trail::{Footing, Met, Trail};

/// Most choices tried for one event where steps are linked; beyond it the answer is no.
pub const CHOICES_MAX: usize = 100_000;

/// Says whether there are events that make the sequence true.
pub(super) fn holds(inquiry: &Inquiry<'_>, steps: &Steps, row: &Row) -> bool {
    search(inquiry, steps, row, false).is_some()
}

/// Finds events that make the sequence true, in order; the last of them is the event that asks.
pub(super) fn find(inquiry: &Inquiry<'_>, steps: &Steps, row: &Row) -> Option<Vec<Row>> {
    search(inquiry, steps, row, true)
}

/// Finds events that make the sequence true; they are listed only if they are to be told.
fn search(inquiry: &Inquiry<'_>, steps: &Steps, row: &Row, tell: bool) -> Option<Vec<Row>> {
    // An alert is no step unless a step asks for alerts.
    if row.alert().is_some() && !steps.last_is_about_alerts {
        return None;
    }
    // Where steps are not linked, the event that asks decides most questions alone.
    if !steps.linked && !last_holds(inquiry, steps, row, &[]) {
        return None;
    }
    let cells = Looked::all(inquiry, steps, row)?;
    if !cells.may_suffice(steps) {
        return None;
    }
    let mut search = Search { inquiry, steps, row, cells: &cells, tries: 0 };
    match steps.linked {
        true => search.linked(),
        false if steps.is_short() => search.short(tell),
        false => search.unlinked(tell),
    }
}

/// The events of each step inside the window, in order.
struct Looked<'a> {
    stages: SmallVec<[Option<Events<'a>>; 4]>,
    until: SmallVec<[Events<'a>; 2]>,
}

/// Events of one cell, from the start of the window to before the event that asks.
#[derive(Clone, Copy)]
struct Events<'a> {
    entries: Option<&'a Few<Entry>>,
    from: usize,
    to: usize,
}

impl<'a> Looked<'a> {
    fn all(inquiry: &Inquiry<'a>, steps: &'a Steps, row: &Row) -> Option<Looked<'a>> {
        let look = |source: &Source, now: &[Code]| inquiry.look(source, now, row).map(|cell| Events::of(cell, steps, row));
        // Every cell is looked at, so that a change of any of them is noticed; a missing key ends it.
        let mut stages = SmallVec::new();
        for stage in &steps.stages {
            stages.push(match &stage.source {
                Some(source) => Some(look(source, &steps.now)?),
                None => None,
            });
        }
        let mut until = SmallVec::new();
        for source in &steps.until {
            let keyed = inquiry.view.plan.base(source.base).is_some_and(|base| !base.keys.is_empty());
            until.push(look(source, if keyed { &steps.now } else { &[] })?);
        }
        // The event that asks has to have its keys even if no step before it is kept by them.
        if stages.iter().all(Option::is_none) {
            put_cell_key(&steps.now, row, &mut Vec::new())?;
        }
        Some(Looked { stages, until })
    }
}

impl Looked<'_> {
    /// Says whether there are as many events as each step before the last needs.
    fn may_suffice(&self, steps: &Steps) -> bool {
        let before_last = steps.stages.iter().zip(&self.stages).rev().skip(1).filter(|(stage, _)| !stage.absent);
        before_last.into_iter().all(|(stage, events)| events.is_none_or(|events| events.to - events.from >= stage.times))
    }
}

impl<'a> Events<'a> {
    fn of(cell: Option<&'a Cell>, steps: &Steps, row: &Row) -> Events<'a> {
        let Some(entries) = cell.map(|cell| &cell.entries) else { return Events { entries: None, from: 0, to: 0 } };
        let start = row.at().minus(steps.within);
        let from = entries.partition_point(|entry| entry.at <= start);
        let to = entries.partition_point(|entry| entry.is_before(row)).max(from);
        Events { entries: Some(entries), from, to }
    }

    fn iter(self) -> impl DoubleEndedIterator<Item = &'a Row> {
        self.entries.into_iter().flat_map(move |entries| entries.range(self.from, self.to)).map(|entry| &entry.row)
    }

    /// Returns those strictly after an event.
    fn after(self, row: &Row) -> Events<'a> {
        let from = self.entries.map_or(0, |entries| entries.partition_point(|entry| !entry.is_after(row))).max(self.from);
        Events { from, to: self.to.max(from), ..self }
    }
}

struct Search<'s, 'a> {
    inquiry: &'s Inquiry<'a>,
    steps: &'s Steps,
    row: &'s Row,
    cells: &'s Looked<'a>,
    tries: usize,
}

/// Events of one step, and which of them can complete it.
#[derive(Default)]
struct Taken<'r> {
    events: SmallVec<[&'r Row; 8]>,
    reached: SmallVec<[Reached; 8]>,
}

/// How a step can be completed.
struct Reached {
    /// Where the events that are taken begin among those of the step, and which completes it.
    first: usize,
    place: usize,
    /// Which completion of the step before is taken with it.
    before: usize,
}

impl<'r> Taken<'r> {
    /// Returns the event that completes the step.
    fn completes(&self, reached: &Reached) -> Option<&'r Row> {
        self.events.get(reached.place).copied()
    }
}

/// Says whether the event that asks is what the last step wants, with the events of earlier steps in view.
fn last_holds(inquiry: &Inquiry<'_>, steps: &Steps, row: &Row, taken: &[Option<&dyn Facts>]) -> bool {
    inquiry.eval(row, |moment| {
        let moment: Moment<'_> = moment.asked_by(row).after(taken);
        steps.last.iter().all(|code| code.holds(&moment))
    })
}

impl Search<'_, '_> {
    /// Returns a step's events that belong to it, whatever earlier steps took.
    fn members(&self, at: usize, stage: &Stage) -> impl DoubleEndedIterator<Item = &Row> {
        let found = stage.source.as_ref().zip(self.cells.stages.get(at).and_then(Option::as_ref));
        found.into_iter().flat_map(move |(source, events)| {
            let all = self.inquiry.all_belong(source);
            events.iter().filter(move |row| all || self.inquiry.belongs(source, row, self.row, &[]))
        })
    }

    /// Returns the newest event that ends everything before it.
    fn last_end(&self) -> Option<&Row> {
        let ends = self.steps.until.iter().zip(&self.cells.until);
        ends.filter_map(|(source, events)| events.iter().rev().find(|row| self.inquiry.belongs(source, row, self.row, &[]))).max()
    }

    /// Searches where there is one step at most before the event that asks: no more of it is looked at than the newest events.
    fn short(&self, tell: bool) -> Option<Vec<Row>> {
        let mut stages = self.steps.stages.iter().enumerate();
        let mut newest_first: SmallVec<[&Row; 8]> = SmallVec::new();
        if let Some((at, first)) = stages.find(|(at, stage)| !stage.absent && at + 1 < self.steps.stages.len()) {
            newest_first.extend(self.members(at, first).rev().take(first.times));
            let (completes, begins) = (newest_first.first()?, newest_first.last()?);
            let has_ended = || self.last_end().is_some_and(|end| *begins < end);
            let is_there = |(at, stage): (usize, &Stage)| stage.absent && self.members(at, stage).next_back().is_some_and(|absent| absent > *completes);
            if newest_first.len() < first.times || has_ended() || stages.any(is_there) {
                return None;
            }
        }
        if !tell {
            return Some(Vec::new());
        }
        Some(newest_first.into_iter().rev().chain([self.row]).cloned().collect())
    }

    fn unlinked(&self, tell: bool) -> Option<Vec<Row>> {
        let end = self.last_end();
        let last = self.steps.stages.len().checked_sub(1)?;
        let mut steps: SmallVec<[Taken<'_>; 2]> = SmallVec::new();
        let mut absent: Vec<&Row> = Vec::new();
        for (at, stage) in self.steps.stages.iter().enumerate() {
            if stage.absent {
                absent.extend(self.members(at, stage));
                absent.sort_unstable();
                continue;
            }
            let mut taken = Taken { events: self.members(at, stage).collect(), ..Taken::default() };
            if at == last {
                taken.events.push(self.row);
            }
            // The last step is completed by the event that asks and by no other.
            let from = if at == last { taken.events.len().saturating_sub(1) } else { 0 };
            for place in from..taken.events.len() {
                // The step's other events are the nearest ones before the one that completes it.
                let Some(first) = (place + 1).checked_sub(stage.times) else { continue };
                let (Some(first_row), Some(row)) = (taken.events.get(first), taken.events.get(place)) else { continue };
                let before = match steps.last() {
                    // Nothing that ends it all lies between the first event and the one that asks.
                    None => end.is_none_or(|end| *first_row >= end).then_some(0),
                    Some(before) => {
                        // The latest completion of the step before that leaves room for all events of this one is the best choice:
                        // it leaves the least room for what must be absent.
                        let place = before.reached.partition_point(|known| before.completes(known).is_some_and(|known| known < *first_row)).checked_sub(1);
                        place.filter(|place| {
                            let known = before.reached.get(*place).and_then(|known| before.completes(known));
                            let from = absent.partition_point(|absent| known.is_some_and(|known| *absent <= known));
                            absent.get(from).is_none_or(|absent| absent >= row)
                        })
                    }
                };
                taken.reached.extend(before.map(|before| Reached { first, place, before }));
            }
            if taken.reached.is_empty() {
                return None;
            }
            steps.push(taken);
            absent.clear();
        }
        if !tell {
            return Some(Vec::new());
        }
        // Back from the last step to the first one.
        let mut parts = Vec::new();
        let mut at = steps.last()?.reached.len().checked_sub(1)?;
        for taken in steps.iter().rev() {
            let reached = taken.reached.get(at)?;
            parts.push(taken.events.get(reached.first..=reached.place)?);
            at = reached.before;
        }
        Some(parts.into_iter().rev().flatten().map(|row| (*row).clone()).collect())
    }

    fn linked(&mut self) -> Option<Vec<Row>> {
        let mut chosen: Vec<Option<Row>> = vec![None; self.steps.stages.len()];
        let mut path = Vec::new();
        self.choose(0, None, &mut chosen, &mut path).then_some(path)
    }

    /// Tries the events of a step after the one that completed the step before.
    fn choose(&mut self, at: usize, before: Option<Row>, chosen: &mut Vec<Option<Row>>, path: &mut Vec<Row>) -> bool {
        let steps = self.steps;
        let Some(stage) = steps.stages.get(at) else { return false };
        if stage.absent {
            return self.choose(at + 1, before, chosen, path);
        }
        let is_last = at + 1 == steps.stages.len();
        let events: Vec<Row> = match (&stage.source, self.cells.stages.get(at)) {
            (Some(source), Some(Some(events))) => {
                let events = before.as_ref().map_or(*events, |before| events.after(before));
                let taken = facts(chosen);
                events.iter().filter(|row| self.inquiry.belongs(source, row, self.row, &taken)).cloned().collect()
            }
            _ => Vec::new(),
        };
        if is_last {
            let needed = stage.times.saturating_sub(1);
            let Some(from) = events.len().checked_sub(needed) else { return false };
            let holds = last_holds(self.inquiry, self.steps, self.row, &facts(chosen))
                && self.between(at, before.as_ref(), self.row, chosen).is_none()
                && path.first().is_none_or(|first| self.ends(chosen, first).is_none());
            if holds {
                path.extend(events.get(from..).unwrap_or_default().iter().cloned());
                path.push(self.row.clone());
            }
            return holds;
        }
        for (place, row) in events.iter().enumerate().skip(stage.times.saturating_sub(1)) {
            self.tries += 1;
            if self.tries > CHOICES_MAX {
                self.inquiry.unfinished.set(true);
                return false;
            }
            if self.between(at, before.as_ref(), row, chosen).is_some() {
                continue;
            }
            let length = path.len();
            path.extend(events.get((place + 1).saturating_sub(stage.times)..=place).unwrap_or_default().iter().cloned());
            if let Some(chosen) = chosen.get_mut(at) {
                *chosen = Some(row.clone());
            }
            if self.choose(at + 1, Some(row.clone()), chosen, path) {
                return true;
            }
            path.truncate(length);
            if let Some(chosen) = chosen.get_mut(at) {
                *chosen = None;
            }
        }
        false
    }

    /// Returns what must be absent right before a step and yet lies between its neighbours, and the place of that among the steps.
    fn between(&self, at: usize, before: Option<&Row>, row: &Row, chosen: &[Option<Row>]) -> Option<(usize, &Row)> {
        let before = before?;
        let taken = facts(chosen);
        let absent = self.steps.stages.iter().enumerate().take(at).rev().take_while(|(_, stage)| stage.absent);
        absent.into_iter().find_map(|(place, stage)| {
            let (Some(source), Some(Some(events))) = (&stage.source, self.cells.stages.get(place)) else { return None };
            let mut between = events.after(before).iter().take_while(|known| *known < row);
            between.find(|known| self.inquiry.belongs(source, known, self.row, &taken)).map(|met| (place, met))
        })
    }

    /// Returns what ends it all between the first event taken and the one that asks, and its place among what does that.
    fn ends(&self, chosen: &[Option<Row>], first: &Row) -> Option<(usize, &Row)> {
        let mut taken = facts(chosen);
        // The last step is the event that asks; what ends it all may name it.
        taken.resize(self.steps.stages.len(), None);
        if let Some(last) = taken.last_mut() {
            *last = Some(self.row);
        }
        let until = self.steps.until.iter().zip(&self.cells.until).enumerate();
        until.into_iter().find_map(|(place, (source, events))| {
            events.after(first).iter().find(|row| self.inquiry.belongs(source, row, self.row, &taken)).map(|met| (place, met))
        })
    }
}

fn facts(chosen: &[Option<Row>]) -> Vec<Option<&dyn Facts>> {
    chosen.iter().map(|row| row.as_ref().map(|row| row as &dyn Facts)).collect()
}
