//! One call: which decisions it makes, and what it changes.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::cells::CellId;
use super::pending::{DecisionId, PendingId};
use super::row::Row;
use super::spare::Spares;
use crate::pack::Severity;

/// What one call does. Kept from call to call for its memory alone.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Decisions to be made, in the order of their events.
    pub(super) queue: BinaryHeap<Queued>,
    /// Decisions that were made.
    pub(super) touched: Vec<DecisionId>,
    /// What was said of events that are pending no more.
    pub(super) gone: Vec<Said>,
    /// Events on which nothing can change.
    pub(super) dropped: Vec<PendingId>,
    /// The event that came, and its cells by the numbers of their sets.
    pub(super) home: Option<Row>,
    pub(super) cells: Vec<(u32, CellId)>,
    /// The memory of events that have gone; it outlives the call.
    pub(super) spares: Spares,
}

/// A decision to be made.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) row: Row,
    pub(super) rule: u32,
    pub(super) decision: DecisionId,
}

/// What a call has changed in what a rule says of an event, or may have changed in what is told of it.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) row: Row,
    pub(super) rule: u32,
    pub(super) decision: DecisionId,
    pub(super) before: Option<Severity>,
    pub(super) after: Option<Severity>,
    /// The fingerprint of what was told of it before.
    pub(super) told: Option<u64>,
    /// The event's bytes, if they are kept.
    pub(super) raw: Option<Arc<[u8]>>,
}

impl Said {
    fn order(&self, other: &Said) -> Ordering {
        self.row.cmp(&other.row).then(self.rule.cmp(&other.rule))
    }
}

impl Turn {
    /// Returns the cell of the event that came in a set.
    pub(super) fn cell(&self, base: u32) -> Option<CellId> {
        self.cells.iter().find(|(known, _)| *known == base).map(|(_, cell)| *cell)
    }

    /// Makes it ready for the next call.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.touched.clear();
        self.gone.clear();
        self.dropped.clear();
        self.home = None;
        self.cells.clear();
    }
}

/// Puts what was said in the order of events; where a finding was made anew in between, only the first and the last count.
pub(super) fn merged(mut all: Vec<Said>) -> Vec<Said> {
    if all.len() > 1 {
        // The sort is stable: what was said first of an event stays first.
        all.sort_by(Said::order);
        all.dedup_by(|later, earlier| {
            let same = earlier.order(later) == Ordering::Equal;
            if same {
                earlier.after = later.after;
                earlier.decision = later.decision;
                earlier.raw = later.raw.take();
                earlier.row = later.row.clone();
            }
            same
        });
    }
    all
}

impl Ord for Queued {
    /// The earliest event is the greatest, as the heap gives that first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.row.cmp(&self.row).then(other.rule.cmp(&self.rule))
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Queued {}
