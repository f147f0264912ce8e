//! One org: everything that is kept of it, and how events go into its cells and out of them.

use std::collections::BTreeSet;

use super::arrival::Places;
use super::asking::{Looked, View};
use super::bounds::{Counters, Limits, Queues};
use super::cells::{CELL_BYTES, Cell, CellId, Cells, Entry};
use super::clock::Clock;
use super::known::Known;
use super::pending::{DecisionId, PendingId, Pendings};
use super::quiet::Quiet;
use super::row::Row;
use super::turn::{Queued, Turn};
use super::wheel::Wheel;
use crate::event::{Span, Timestamp};
use crate::plan::remember::{Base, RememberPlan};

/// Before it nothing can have happened in an org: in January 2009 Okta was founded. What says so has a wrong time, and no history begins
/// with it.
pub const OKTA_BEGAN: Timestamp = Timestamp::from_micros(1_230_768_000_000_000);

/// Everything that is kept of one org.
#[derive(Debug, Default)]
pub(super) struct Org {
    pub(super) cells: Cells,
    pub(super) pendings: Pendings,
    pub(super) quiet: Quiet,
    /// Decisions with open answers, by when those settle.
    pub(super) due: BTreeSet<Due>,
    /// Pending events by when no decision on them can change any more.
    pub(super) ends: Wheel<PendingId>,
    /// Cells by when they should be looked at.
    pub(super) expiries: Wheel<CellId>,
    /// How many decisions were silent because too little history was known.
    pub(super) young: usize,
    pub(super) queues: Queues,
    pub(super) known: Known,
    pub(super) clock: Clock,
    pub(super) begin: Option<Timestamp>,
    pub(super) finished: bool,
    /// The watermark at the end of the last call: decisions that ended before it are final.
    pub(super) settled: Option<Timestamp>,
    /// Bytes of cells and their events, as estimated.
    pub(super) bytes: usize,
    /// Bytes of who asked, as estimated.
    pub(super) ask_bytes: usize,
    /// Memory to be used again.
    pub(super) looked: Looked,
}

/// When a decision's open answer settles; in the order of events where that is the same time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Due {
    pub(super) at: Timestamp,
    pub(super) row: Row,
    pub(super) rule: u32,
    pub(super) decision: DecisionId,
}

/// What never changes during a call.
#[derive(Clone, Copy)]
pub(super) struct Rules<'p> {
    pub(super) plan: &'p RememberPlan,
    pub(super) limits: &'p Limits,
}

impl Org {
    pub(super) fn watermark(&self, limits: &Limits) -> Timestamp {
        if self.finished { Timestamp::from_micros(i64::MAX) } else { self.clock.watermark(limits.lateness) }
    }

    /// Says whether a rule's decision on an event is final.
    pub(super) fn is_final(&self, rules: Rules<'_>, rule: u32, row: &Row) -> bool {
        self.settled.is_some_and(|settled| rules.end(rule, row) < settled)
    }

    pub(super) fn view<'a>(&'a self, rules: Rules<'a>, turn: Option<&'a Turn>) -> View<'a> {
        let home = turn.and_then(|turn| Some((turn.home.as_ref()?, turn.cells.as_slice())));
        View { plan: rules.plan, cells: &self.cells, begin: self.begin, watermark: self.watermark(rules.limits), finished: self.finished, home }
    }

    /// Notes that the org's history reaches back to a time; asks again for the decisions that knew too little of it.
    pub(super) fn begin_at(&mut self, at: Timestamp, turn: &mut Turn) {
        if at < OKTA_BEGAN || self.begin.is_some_and(|begin| begin <= at) {
            return;
        }
        self.begin = Some(at);
        if self.young == 0 {
            return;
        }
        let mut young = Vec::new();
        for (event, pending) in self.pendings.iter() {
            young.extend(pending.decisions.iter().zip(0u32..).filter(|(decision, _)| decision.young).map(|(_, place)| DecisionId { event, place }));
        }
        young.into_iter().for_each(|decision| turn.ask_again(&mut self.pendings, decision));
    }

    /// Puts an event into the sets that it belongs to; decisions that asked about them are made again. The cells of the event that has
    /// come are noted.
    pub(super) fn insert(&mut self, rules: Rules<'_>, row: &Row, places: &Places, has_come: bool, turn: &mut Turn, counters: &mut Counters) {
        for (number, key, guess) in places.iter() {
            let Some(base) = rules.plan.base(number) else { continue };
            let id = self.cells.find_or_make(number, key, guess);
            self.insert_into(rules, id, base, row, turn, counters);
            if has_come {
                turn.cells.push((number, id));
            }
            self.evict(rules, number, counters);
        }
    }

    fn insert_into(&mut self, rules: Rules<'_>, id: CellId, base: &Base, row: &Row, turn: &mut Turn, counters: &mut Counters) {
        let Some(cell) = self.cells.get_mut(id) else { return };
        let ever = cell.ever;
        if !cell.insert(row) {
            return;
        }
        let mut bytes = self.bytes + Entry::bytes_of(row);
        if ever == 0 {
            bytes += CELL_BYTES + cell.key_bytes();
        }
        if base.keeps_first {
            cell.set_first(Some(row.at()));
        }
        // Where the watermark is ahead of that, this call still has decisions to make for which nothing may be missing.
        if let Some(settled) = self.settled {
            bytes = bytes.saturating_sub(cell.drop_needless(base, settled, &mut turn.spares));
        }
        while cell.entries.len() > rules.limits.events_per_key_max {
            if let Some(entry) = cell.entries.pop_front() {
                bytes = bytes.saturating_sub(entry.bytes());
                counters.cut(cell.base);
            }
        }
        self.bytes = bytes;
        if !cell.scheduled {
            cell.scheduled = true;
            self.expiries.push(row.at().plus(base.retention), id);
        }
        affected(cell, base, row.at(), turn, &mut self.pendings);
        let number = cell.base;
        if cell.entries.back().is_some_and(|newest| !newest.row.is(row)) {
            self.disturb(rules, id, base.back, row, turn);
        }
        match ever {
            0 => self.queues.born(number, id, &self.cells),
            1 => self.queues.grown(number, id, &self.cells),
            _ => {}
        }
    }

    /// Takes an event out of the sets that it belongs to.
    pub(super) fn remove(&mut self, rules: Rules<'_>, row: &Row, places: &Places, turn: &mut Turn) {
        for (number, key, _) in places.iter() {
            let (Some(base), Some(id)) = (rules.plan.base(number), self.cells.find(number, key)) else { continue };
            if let Some(cell) = self.cells.get_mut(id)
                && cell.remove(row)
            {
                self.bytes = self.bytes.saturating_sub(Entry::bytes_of(row));
                affected(cell, base, row.at(), turn, &mut self.pendings);
            }
        }
    }
}

/// Asks again for the decisions that a change of a cell concerns and that were noted in it.
fn affected(cell: &Cell, base: &Base, at: Timestamp, turn: &mut Turn, pendings: &mut Pendings) {
    if cell.asks().is_empty() {
        return;
    }
    let from = base.forward.map_or(at, |forward| at.minus(forward));
    for decision in cell.asked_between(from, at.plus(base.back)) {
        turn.ask_again(pendings, decision);
    }
}

impl Turn {
    /// Asks for a decision, if it is still there and not asked for already.
    pub(super) fn ask_again(&mut self, pendings: &mut Pendings, decision: DecisionId) {
        let Some(pending) = pendings.get_mut(decision.event) else { return };
        let Some(known) = pending.decisions.get_mut(decision.place as usize).filter(|known| !known.queued) else { return };
        known.queued = true;
        self.queue.push(Queued { row: pending.row.clone(), rule: known.rule, decision });
    }
}

impl Rules<'_> {
    /// Returns from when on a rule's decision on an event cannot change.
    pub(super) fn end(&self, rule: u32, row: &Row) -> Timestamp {
        row.at().plus(self.plan.rule(rule).map_or(Span::ZERO, |rule| rule.lag))
    }
}
