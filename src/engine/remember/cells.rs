//! Cells: what is kept of one key of one history, and who has asked about it.
//!
//! Cells stand in one arena and are found by a table of hashes. A cell that holds one event and one that asked needs no memory beside its
//! place and the event itself.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;
use smallvec::SmallVec;

use super::arena::{Arena, ID_BYTES, Id};
use super::codec::put_key;
use super::different::Different;
use super::fetch::ROWS_MAX;
use super::few::Few;
use super::pending::DecisionId;
use super::row::Row;
use super::spare::Spares;
use crate::engine::table::{Item, Table};
use crate::evaluate::{Code, Facts, Moment, NoMemory};
use crate::event::Timestamp;
use crate::plan::remember::{Base, Form, Need};

/// Names a cell; the default names none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) struct CellId(Id);

/// The values that a cell goes by, as bytes.
pub(super) type Key = SmallVec<[u8; 24]>;

/// One key of one set of past events.
#[derive(Debug)]
pub(super) struct Cell {
    /// The number of its set.
    pub(super) base: u32,
    pub(super) key: Key,
    /// The events, in their order.
    pub(super) entries: Few<Entry>,
    /// Decisions that asked, in the order of the events that they asked for.
    asks: Few<Asked>,
    /// When the first event ever happened, where that matters.
    first: Timestamp,
    /// From how many events on it is worth looking for those that no answer needs any more.
    pub(super) prune_at: u32,
    /// From how many askers on it is worth looking for those that are final.
    asks_prune_at: u32,
    /// How many events have come, up to two.
    pub(super) ever: u8,
    /// Whether the cell is on the wheel, to be looked at when its events run out.
    pub(super) scheduled: bool,
}

/// An event in a cell; its time stands here so that most comparisons need not look at the event.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) row: Row,
}

impl Entry {
    /// Compares in the order of events.
    pub(super) fn cmp(&self, row: &Row) -> Ordering {
        self.at.cmp(&row.at()).then_with(|| self.row.cmp(row))
    }

    pub(super) fn is_before(&self, row: &Row) -> bool {
        self.cmp(row).is_lt()
    }

    pub(super) fn is_after(&self, row: &Row) -> bool {
        self.cmp(row).is_gt()
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        Entry::bytes_of(&self.row)
    }

    /// Returns how many bytes an event takes in a cell.
    pub(super) fn bytes_of(row: &Row) -> usize {
        size_of::<Entry>() + row.bytes()
    }
}

/// With fewer events or askers than this nothing is looked for: they take less room than looking takes time.
const PRUNE_MIN: usize = 8;

/// A decision that asked a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// When the event happened that asked: the decision's own, or one inside its histories.
    pub(super) at: Timestamp,
    pub(super) decision: DecisionId,
}

/// Stands for no time.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

fn twice(count: usize) -> u32 {
    u32::try_from((2 * count).max(PRUNE_MIN)).unwrap_or(u32::MAX)
}

impl Cell {
    /// Takes an event in at its place; says whether it is new.
    pub(super) fn insert(&mut self, row: &Row) -> bool {
        let at = self.entries.partition_point(|entry| entry.is_before(row));
        if self.entries.get(at).is_some_and(|entry| entry.cmp(row).is_eq()) {
            return false;
        }
        self.entries.insert(at, Entry { at: row.at(), row: row.clone() });
        self.ever = self.ever.saturating_add(1).min(2);
        true
    }

    /// Returns when the first event ever happened, where that is kept.
    pub(super) fn first(&self) -> Option<Timestamp> {
        Some(self.first).filter(|first| *first != NEVER)
    }

    /// Keeps that an event happened no later than a time; forgets it if there is none.
    pub(super) fn set_first(&mut self, first: Option<Timestamp>) {
        self.first = first.map_or(NEVER, |first| first.min(self.first));
    }

    /// Drops the first events as long as it is plain that no answer needs them any more, because others before a time have taken their
    /// place; returns the bytes that are free now. What is not plain is left to [`Cell::prune`].
    fn trim(&mut self, form: &Form, before: Timestamp, spares: &mut Spares) -> usize {
        let mut freed = 0;
        while self.is_first_plainly_needless(form, before) {
            freed += self.drop_first(spares);
        }
        freed
    }

    /// Drops events that no answer needs any more, as far as that is found quickly, while all decisions before a time are final; returns
    /// the bytes that are free now.
    pub(super) fn drop_needless(&mut self, base: &Base, settled: Timestamp, spares: &mut Spares) -> usize {
        let before = settled.minus(base.slack);
        let freed = self.drop_before(settled.minus(base.retention), spares) + self.trim(&base.form, before, spares);
        if self.entries.len() < self.prune_at as usize {
            return freed;
        }
        freed + self.prune(&base.form, before, spares)
    }

    /// Drops the events that happened before a time; returns the bytes that are free now.
    fn drop_before(&mut self, before: Timestamp, spares: &mut Spares) -> usize {
        let mut freed = 0;
        while self.begins_before(before) {
            freed += self.drop_first(spares);
        }
        if freed > 0 {
            self.entries.give_back();
        }
        freed
    }

    /// Says whether the first event happened before a time.
    fn begins_before(&self, time: Timestamp) -> bool {
        self.entries.front().is_some_and(|first| first.at < time)
    }

    /// Returns how many events happened before a time, so many of them at most.
    pub(super) fn first_before(&self, time: Timestamp, most: usize) -> usize {
        (0..most).take_while(|at| self.entries.get(*at).is_some_and(|entry| entry.at < time)).count()
    }

    /// Says whether the last event happened before a time.
    pub(super) fn ends_before(&self, time: Timestamp) -> bool {
        self.entries.back().is_some_and(|last| last.at < time)
    }

    /// Drops the first event and leaves its memory to others; returns the bytes that are free now.
    fn drop_first(&mut self, spares: &mut Spares) -> usize {
        let Some(first) = self.entries.pop_front() else { return 0 };
        let bytes = first.bytes();
        spares.put(first.row);
        bytes
    }

    fn is_first_plainly_needless(&self, form: &Form, before: Timestamp) -> bool {
        let settled = |at: usize| self.entries.get(at).filter(|entry| entry.at < before);
        match form.needs() {
            [Need::Newest(count)] => settled((*count).max(1)).is_some(),
            // The first events of larger cells have not been fetched; those are left to pruning.
            [Need::NewestOfEach { value, values: usize::MAX, .. }] if self.entries.len() <= ROWS_MAX => {
                settled(1).zip(self.entries.front()).is_some_and(|(second, first)| first.row.surely_agree(&second.row, value))
            }
            _ => false,
        }
    }

    /// Drops events before a time that no answer needs any more; returns the bytes that are free now.
    fn prune(&mut self, form: &Form, before: Timestamp, spares: &mut Spares) -> usize {
        let is_whole = form.is_every() || form.needs().is_empty();
        let settled = if is_whole { 0 } else { self.entries.partition_point(|entry| entry.at < before) };
        let mut freed = 0;
        if settled > form.at_least() {
            let mut keep = self.needed(form, settled).into_iter();
            let gone = |entry: Entry| {
                freed += entry.bytes();
                spares.put(entry.row);
            };
            self.entries.sift(|_| keep.next().unwrap_or(true), gone);
        }
        // Twice as many have to come before it is worth looking again.
        self.prune_at = twice(self.entries.len());
        freed
    }

    /// Says which of the first events a form needs.
    fn needed(&self, form: &Form, settled: usize) -> Vec<bool> {
        let mut needed = vec![false; settled];
        for need in form.needs() {
            let newest_first = self.entries.range(0, settled).rev().zip(needed.iter_mut().rev());
            match need {
                Need::Newest(count) => newest_first.take((*count).max(1)).for_each(|(_, needed)| *needed = true),
                Need::NewestOfEach { value, values, .. } => {
                    let mut seen = Different::default();
                    let mut key = Vec::new();
                    for (entry, needed) in newest_first {
                        if seen.len() >= *values {
                            break;
                        }
                        *needed |= match entry.row.exact(value) {
                            Some(bytes) => seen.is_new(bytes),
                            None => {
                                key.clear();
                                let is_there = put_key(&mut key, &value.eval(&Moment::new(&entry.row, &NoMemory))).is_some();
                                is_there && seen.is_new(&key)
                            }
                        };
                    }
                }
                Need::Every => newest_first.for_each(|(_, needed)| *needed = true),
            }
        }
        needed
    }

    /// Takes an event out.
    pub(super) fn remove(&mut self, row: &Row) -> bool {
        let at = self.entries.partition_point(|entry| entry.is_before(row));
        let found = self.entries.get(at).is_some_and(|entry| entry.cmp(row).is_eq());
        if found {
            self.entries.remove(at);
        }
        found
    }

    /// Notes a decision that asked, if it has not been noted; returns by how many there are more now.
    pub(super) fn note(&mut self, asked: Asked, is_open: impl Fn(DecisionId) -> bool) -> isize {
        let before = self.asks.len();
        if before >= self.asks_prune_at as usize {
            self.asks.retain(|known| is_open(known.decision));
            self.asks_prune_at = twice(self.asks.len());
        }
        let to = self.asks.partition_point(|known| known.at <= asked.at);
        let is_noted = (0..to).rev().map_while(|at| self.asks.get(at)).take_while(|known| known.at == asked.at).any(|known| known.decision == asked.decision);
        if !is_noted {
            self.asks.insert(to, asked);
        }
        self.asks.len().cast_signed() - before.cast_signed()
    }

    /// Returns the decisions that asked for events between two times.
    pub(super) fn asked_between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = DecisionId> {
        let first = self.asks.partition_point(|known| known.at < from);
        self.asks.range(first, self.asks.len()).take_while(move |known| known.at <= to).map(|known| known.decision)
    }

    /// Returns the decisions that asked.
    pub(super) fn asks(&self) -> &Few<Asked> {
        &self.asks
    }

    /// Forgets who asked, as far as something does not hold; returns how many those were.
    pub(super) fn forget_asks(&mut self, is_open: impl Fn(DecisionId) -> bool) -> usize {
        let before = self.asks.len();
        self.asks.retain(|known| is_open(known.decision));
        before - self.asks.len()
    }

    /// Returns the bytes of the key that do not stand in the cell itself.
    pub(super) fn key_bytes(&self) -> usize {
        if self.key.spilled() { self.key.len() } else { 0 }
    }

    /// Returns the bytes of the events.
    pub(super) fn entry_bytes(&self) -> usize {
        self.entries.iter().map(Entry::bytes).sum()
    }
}

/// Where a cell is found: the hash of its key, and the cell.
#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u64,
    cell: CellId,
}

impl Item for Place {
    fn free() -> Self {
        Place { hash: 0, cell: CellId::default() }
    }

    fn is_free(&self) -> bool {
        self.cell == CellId::default()
    }
}

/// The cells of an org. Keys come from attackers, so the table is seeded at random.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Arena<Cell>,
    table: Table<Place>,
    seed: RandomState,
}

/// Bytes of a cell beside its events and who asked: its place in the arena, in the table, on the wheel and in the order of going. The first
/// event and the first who asked stand in the cell, but are counted like all others.
pub(super) const CELL_BYTES: usize = size_of::<Cell>() + ID_BYTES + size_of::<Place>() * 3 + 2 * size_of::<CellId>() - size_of::<Entry>() - size_of::<Asked>();

impl Cells {
    /// Returns the hash of a key.
    pub(super) fn hash(&self, base: u32, key: &[u8]) -> u64 {
        self.seed.hash_one((base, key))
    }

    /// Finds a cell.
    pub(super) fn find(&self, base: u32, key: &[u8]) -> Option<CellId> {
        self.find_hashed(self.hash(base, key), base, key)
    }

    /// Finds a cell by the hash of its key alone: nearly always the right one, without a look at it.
    pub(super) fn find_by_hash(&self, hash: u64) -> Option<CellId> {
        self.table.find(hash, |known| known.hash == hash).map(|known| known.cell)
    }

    /// Brings near what is read when a cell is looked for by the hash of its key.
    pub(super) fn bring_by_hash(&self, hash: u64) {
        self.table.bring(hash);
    }

    fn find_hashed(&self, hash: u64, base: u32, key: &[u8]) -> Option<CellId> {
        self.table.find(hash, |known| known.hash == hash && self.is(known.cell, base, key)).map(|known| known.cell)
    }

    fn is(&self, id: CellId, base: u32, key: &[u8]) -> bool {
        self.cells.get(id.0).is_some_and(|cell| cell.base == base && *cell.key == *key)
    }

    /// Finds a cell, or makes it. `guess` may be the cell that was found some time ago.
    pub(super) fn find_or_make(&mut self, base: u32, key: &[u8], guess: CellId) -> CellId {
        if self.is(guess, base, key) {
            return guess;
        }
        let hash = self.hash(base, key);
        if let Some(known) = self.find_hashed(hash, base, key) {
            return known;
        }
        let id = CellId(self.cells.insert(Cell {
            base,
            key: Key::from_slice(key),
            entries: Few::None,
            asks: Few::None,
            first: NEVER,
            prune_at: twice(0),
            asks_prune_at: twice(0),
            ever: 0,
            scheduled: false,
        }));
        self.table.insert(hash, Place { hash, cell: id }, |_| false, |known| known.hash);
        id
    }

    /// Brings near what is read when a cell is looked at.
    pub(super) fn bring(&self, id: CellId) {
        self.cells.bring(id.0);
    }

    pub(super) fn get(&self, id: CellId) -> Option<&Cell> {
        self.cells.get(id.0)
    }

    pub(super) fn get_mut(&mut self, id: CellId) -> Option<&mut Cell> {
        self.cells.get_mut(id.0)
    }

    pub(super) fn remove(&mut self, id: CellId) -> Option<Cell> {
        let cell = self.cells.remove(id.0)?;
        let hash = self.hash(cell.base, &cell.key);
        self.table.remove(hash, |known| known.cell == id, |known| known.hash);
        Some(cell)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (CellId, &Cell)> {
        self.cells.iter().map(|(id, cell)| (CellId(id), cell))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (CellId, &mut Cell)> {
        self.cells.iter_mut().map(|(id, cell)| (CellId(id), cell))
    }
}

/// Writes the values that the cell of an event goes by behind what is there; none if one of them is missing.
pub(super) fn put_cell_key(keys: &[Code], facts: &dyn Facts, out: &mut Vec<u8>) -> Option<()> {
    let moment = Moment::new(facts, &NoMemory);
    keys.iter().try_for_each(|key| put_key(out, &key.eval(&moment)))
}
