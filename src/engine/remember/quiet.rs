//! Quiet decisions: those that found nothing, and that nothing can change but the sets which their event belongs to itself.
//!
//! Nearly every decision is one: a rule that counts says nothing of nearly every event that it counts. It leaves one bit behind, in what
//! is kept of the event. When another event comes late into one of those sets, the event is met there, and the decision is made again
//! and kept like any other from then on. Only the event's bytes, where they are wanted, have to be held for that.

use std::sync::Arc;

use super::asking::Looked;
use super::bounds::Counters;
use super::cells::CellId;
use super::org::{Org, Rules};
use super::pending::DecisionId;
use super::row::Row;
use super::turn::Turn;
use super::wheel::Wheel;
use crate::evaluate::{Code, Moment, NoMemory, values_equal};
use crate::event::{Span, Timestamp};
use crate::plan::remember::Refutation;

/// The bytes of events on which rules have decided quietly, as long as that can change.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    raws: Wheel<(Row, Arc<[u8]>)>,
    bytes: usize,
}

fn bytes_of(raw: &[u8]) -> usize {
    size_of::<(Row, Arc<[u8]>)>() + raw.len()
}

impl Quiet {
    /// Holds an event's bytes until a time.
    pub(super) fn keep(&mut self, end: Timestamp, row: Row, raw: Arc<[u8]>) {
        self.bytes += bytes_of(&raw);
        self.raws.push(end, (row, raw));
    }

    /// Returns the bytes of an event that are held until a time.
    fn raw(&self, end: Timestamp, row: &Row) -> Option<Arc<[u8]>> {
        self.raws.around(end).iter().find(|(known, _)| known.is(row)).map(|(_, raw)| raw.clone())
    }

    /// Lets go of what can change no more.
    pub(super) fn settle(&mut self, watermark: Timestamp) {
        while let Some(passed) = self.raws.pop(watermark) {
            passed.iter().for_each(|(_, raw)| self.bytes = self.bytes.saturating_sub(bytes_of(raw)));
        }
    }

    /// Makes the decisions final whose events' bytes are held the shortest, half of all; returns how many those were.
    pub(super) fn relieve(&mut self) -> u64 {
        let half = self.bytes / 2;
        let mut ended = 0;
        while self.bytes > half {
            let Some((_, first)) = self.raws.pop_first() else { break };
            for (row, raw) in first {
                self.bytes = self.bytes.saturating_sub(bytes_of(&raw));
                ended += row.quiet().count() as u64;
                row.set_quiet(0);
            }
        }
        ended
    }

    /// Returns every event whose bytes are held.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Row, Arc<[u8]>)> {
        self.raws.iter()
    }

    /// Returns about how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Org {
    /// Makes the decisions that may be quiet on the event that has come, and takes those rules out of the others that decide on it which
    /// are.
    pub(super) fn decide_quietly(&mut self, rules: Rules<'_>, turn: &Turn, raw: Option<&Arc<[u8]>>, who: &mut Vec<u32>, counters: &mut Counters) {
        let Some(row) = &turn.home else { return };
        let mut quiet = 0;
        for (number, place) in row.deciding() {
            if let Some(can_change) = self.finds_nothing(rules, number, row, turn) {
                counters.decisions += 1;
                quiet |= u32::from(can_change) << place;
                who.retain(|known| *known != number);
            }
        }
        if quiet != 0 {
            row.set_quiet(quiet);
            if let Some(raw) = raw {
                self.quiet.keep(quiet_end(rules, row), row.clone(), raw.clone());
            }
        }
    }

    /// Says whether a decision on the event that has come finds nothing and is quiet, and if so whether it can change.
    fn finds_nothing(&mut self, rules: Rules<'_>, number: u32, row: &Row, turn: &Turn) -> Option<bool> {
        let rule = rules.plan.rule(number)?;
        if rule.refutations.iter().any(|refutation| self.is_refuted(refutation, row, turn)) {
            return Some(true);
        }
        let judged = self.judge(rules, number, row, turn);
        let found_nothing = judged.verdict.is_none() && judged.due.is_none() && !judged.young && !judged.unfinished;
        let is_quiet = found_nothing && at_home(&judged.looked, row, &rule.home, &turn.cells);
        let can_change = !judged.looked.is_empty();
        self.looked = judged.looked;
        is_quiet.then_some(can_change)
    }

    /// Says whether something refutes a rule on the event that has come. One that came late is not looked at closely.
    fn is_refuted(&self, refutation: &Refutation, row: &Row, turn: &Turn) -> bool {
        let entries = |base: u32| turn.cell(base).and_then(|id| self.cells.get(id)).map(|cell| &cell.entries);
        match refutation {
            Refutation::Fewer { base, than } => entries(*base).is_some_and(|entries| entries.len() < *than),
            Refutation::Before { base, within, same } => {
                let Some(entries) = entries(*base).filter(|entries| entries.back().is_some_and(|newest| newest.row.is(row))) else { return false };
                let Some(before) = entries.len().checked_sub(2).and_then(|at| entries.get(at)) else { return false };
                before.at >= row.at().minus(*within) && same.as_ref().is_none_or(|same| is_same(same, &before.row, row))
            }
        }
    }

    /// Makes quiet decisions again that an event concerns which has come into a cell before theirs.
    pub(super) fn disturb(&mut self, rules: Rules<'_>, id: CellId, back: Span, row: &Row, turn: &mut Turn) {
        let Some(cell) = self.cells.get(id) else { return };
        let last = row.at().plus(back);
        let from = cell.entries.partition_point(|entry| entry.at < row.at());
        let behind = cell.entries.range(from, cell.entries.len()).take_while(|entry| entry.at <= last).map(|entry| &entry.row);
        let met: Vec<Row> = behind.filter(|met| met.has_quiet() && !met.is(row)).cloned().collect();
        let base = cell.base;
        for met in met {
            let concerned =
                |(number, _): &(u32, u32)| rules.plan.rule(*number).is_some_and(|rule| rule.home.contains(&base)) && !self.is_final(rules, *number, &met);
            let again: Vec<(u32, u32)> = met.quiet().filter(concerned).collect();
            if again.is_empty() {
                continue;
            }
            let raw = self.quiet.raw(quiet_end(rules, &met), &met);
            again.iter().for_each(|(_, place)| met.unset_quiet(*place));
            let event = self.pendings.add(rules.plan, met, raw, again.iter().map(|(number, _)| *number));
            (0u32..).zip(&again).for_each(|(place, _)| turn.ask_again(&mut self.pendings, DecisionId { event, place }));
        }
    }
}

/// Says whether two events have the same value.
fn is_same(value: &Code, one: &Row, other: &Row) -> bool {
    let of = |row| value.eval(&Moment::new(row, &NoMemory));
    one.surely_agree(other, value) || values_equal(&of(one), &of(other))
}

/// Says whether a decision on an event has looked at nothing but cells that the event is in, as that event, and that belong to sets which
/// its rule asks itself: those alone are known to matter to it when they change.
fn at_home(looked: &Looked, row: &Row, home: &[u32], cells: &[(u32, CellId)]) -> bool {
    let is_home = |cell: &CellId| cells.iter().any(|(base, known)| known == cell && home.contains(base));
    looked.missing().next().is_none() && looked.found.iter().all(|(cell, at)| *at == row.at() && is_home(cell))
}

/// Returns from when on no rule that decides quietly on an event can decide otherwise.
pub(super) fn quiet_end(rules: Rules<'_>, row: &Row) -> Timestamp {
    row.deciding().map(|(number, _)| rules.end(number, row)).max().unwrap_or(row.at())
}
