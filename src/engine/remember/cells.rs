//! Cells: what is kept of one key of one history, and who has asked about it.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::RandomState;
use std::sync::Arc;

use super::codec::put_key;
use super::row::Row;
use crate::evaluate::{Code, Facts, Moment, NoMemory};
use crate::event::Timestamp;
use crate::plan::remember::Form;

/// Names a cell: the number of its set and its key's values.
pub(super) type CellId = Arc<[u8]>;

/// The cells of an org. Keys come from attackers, so the table is seeded at random.
pub(super) type Cells = HashMap<CellId, Cell, RandomState>;

/// One key of one set of past events.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// The events, in their order.
    pub(super) entries: VecDeque<Arc<Row>>,
    /// Decisions that asked, in the order of the events that they asked for.
    pub(super) asks: VecDeque<Asked>,
    /// When the first event ever happened, where that matters.
    pub(super) first: Option<Timestamp>,
    /// How many events have come, up to two.
    pub(super) ever: u8,
    /// Whether the cell is scheduled to be looked at when its events run out.
    pub(super) scheduled: bool,
    /// From how many events on it is worth looking for those that no answer needs any more.
    pub(super) prune_at: usize,
}

/// Bytes of an event's place in a cell.
pub(super) const ENTRY_BYTES: usize = 16;

/// With fewer events than this nothing is looked for: they take less room than looking takes time.
const PRUNE_MIN: usize = 8;

/// A decision that asked a cell.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// When the event happened that asked: the decision's own, or one inside its histories.
    pub(super) at: Timestamp,
    /// The decision.
    pub(super) node: NodeKey,
    /// From when on the decision cannot change.
    pub(super) end: Timestamp,
}

/// Names a decision: a rule on an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NodeKey {
    pub(super) row: Arc<Row>,
    pub(super) rule: u32,
}

impl PartialOrd for NodeKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NodeKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.row.cmp(&other.row).then(self.rule.cmp(&other.rule))
    }
}

impl Cell {
    /// Takes an event in at its place; says whether it is new.
    pub(super) fn insert(&mut self, row: &Arc<Row>) -> bool {
        let at = self.entries.partition_point(|entry| entry < row);
        if self.entries.get(at) == Some(row) {
            return false;
        }
        self.entries.insert(at, row.clone());
        self.ever = self.ever.saturating_add(1).min(2);
        true
    }

    /// Drops events before a time that no answer needs any more; returns the bytes that are free now.
    pub(super) fn prune(&mut self, form: &Form, before: Timestamp) -> usize {
        let settled = match form {
            Form::Every => 0,
            _ => self.entries.partition_point(|entry| entry.at() < before),
        };
        let mut freed = 0;
        if settled > 1 {
            let mut keep = vec![false; settled];
            let newest_first = self.entries.range(..settled).zip(&mut keep).rev();
            match form {
                Form::Newest(count) => newest_first.take((*count).max(1)).for_each(|(_, keep)| *keep = true),
                Form::NewestOfEach { value, values, .. } => {
                    let mut seen = HashSet::new();
                    for (entry, keep) in newest_first {
                        let mut key = Vec::new();
                        let is_there = put_key(&mut key, &value.eval(&Moment::new(&**entry, &NoMemory))).is_some();
                        *keep = is_there && seen.len() < *values && seen.insert(key);
                    }
                }
                Form::Nothing | Form::Every => keep.fill(true),
            }
            let mut keep = keep.into_iter();
            self.entries.retain(|entry| {
                let keep = keep.next().unwrap_or(true);
                freed += if keep { 0 } else { ENTRY_BYTES + entry.bytes() };
                keep
            });
        }
        // Twice as many have to come before it is worth looking again.
        self.prune_at = (2 * self.entries.len()).max(PRUNE_MIN);
        freed
    }

    /// Takes an event out.
    pub(super) fn remove(&mut self, row: &Row) -> bool {
        let at = self.entries.partition_point(|entry| **entry < *row);
        let found = self.entries.get(at).is_some_and(|entry| **entry == *row);
        if found {
            self.entries.remove(at);
        }
        found
    }

    /// Notes a decision that asked; says whether it is new.
    pub(super) fn note(&mut self, asked: Asked) -> bool {
        let from = self.asks.partition_point(|known| known.at < asked.at);
        if self.asks.range(from..).take_while(|known| known.at == asked.at).any(|known| known.node == asked.node) {
            return false;
        }
        let to = self.asks.partition_point(|known| known.at <= asked.at);
        self.asks.insert(to, asked);
        true
    }

    /// Returns the decisions that asked for events between two times.
    pub(super) fn asked_between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Asked> {
        let from = self.asks.partition_point(|known| known.at < from);
        self.asks.range(from..).take_while(move |known| known.at <= to)
    }
}

/// Writes the name of the cell of an event; none if a part of its key is missing.
pub(super) fn cell_name(base: u32, keys: &[Code], facts: &dyn Facts, out: &mut Vec<u8>) -> Option<()> {
    out.clear();
    out.extend(base.to_le_bytes());
    let moment = Moment::new(facts, &NoMemory);
    keys.iter().try_for_each(|key| put_key(out, &key.eval(&moment)))
}

/// Returns the number of the set that a cell belongs to.
pub(super) fn base_of(name: &[u8]) -> u32 {
    name.first_chunk::<4>().map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
}
