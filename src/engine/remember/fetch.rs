//! Fetching: what several events need of memory is reached for at once, so that they do not wait for it one after another.
//!
//! With many keys nearly every cell lies outside of all caches, and reaching it costs more than all that is done with it. Each step here
//! reads something of every event before the next step reads what that leads to; the processor waits for those reads together. Nothing
//! is changed by it but that the events know their cells: what is taken in afterwards finds its memory near.

use std::hint::black_box;
use std::ops::{BitXor, Range};

use smallvec::SmallVec;

use super::Remembering;
use super::arrival::Arrival;
use super::cells::{Cell, CellId, Cells, Entry};
use super::org::Org;
use super::row::Row;
use crate::event::Timestamp;
use crate::plan::remember::{Base, RememberPlan};

/// Events whose memory is fetched together: enough to wait together, few enough that the first is still near when the last has come.
pub const FETCH_MAX: usize = 32;

/// Events of a cell that are fetched themselves: the newest where values are asked for, the oldest where they will go.
pub(super) const ROWS_MAX: usize = 4;

/// Events that are fetched of a cell in which those are looked for that no answer needs.
const PRUNED_MAX: usize = 2 * ROWS_MAX;

impl Remembering {
    /// Fetches what some events need, [`FETCH_MAX`] of them or about so many.
    pub(crate) fn fetch<'a>(&self, arrivals: impl Iterator<Item = &'a mut Arrival>) {
        let mut org: Option<(&str, &Org)> = None;
        let mut asked = Asked::default();
        for Arrival { org: name, print, places, .. } in arrivals.filter(|arrival| arrival.is_wanted()) {
            // Nearly always there is but one org.
            if org.is_none_or(|(known, _)| *known != **name) {
                asked.fetch(&self.plan, org);
                org = self.orgs.get(name).map(|org| (&**name, org));
            }
            let Some((_, org)) = org else { continue };
            asked.prints.extend(*print);
            asked.cells.extend(places.iter_mut().map(|(base, key, cell)| (org.cells.hash(base, key), cell)));
        }
        asked.fetch(&self.plan, org);
    }
}

/// What events of one org will ask for.
#[derive(Default)]
struct Asked<'a> {
    prints: SmallVec<[u128; FETCH_MAX]>,
    /// The hash of each key, and the place for its cell.
    cells: SmallVec<[(u64, &'a mut CellId); 2 * FETCH_MAX]>,
}

impl Asked<'_> {
    /// Fetches it and forgets it. Each step is a loop of little more than one read, so that many of those are under way together.
    fn fetch(&mut self, plan: &RememberPlan, org: Option<(&str, &Org)>) {
        if let Some((_, org)) = org {
            black_box(self.prints.iter().filter(|print| org.known.is_recent(**print)).count());
            self.cells.iter_mut().for_each(|(hash, cell)| **cell = org.cells.find_by_hash(*hash).unwrap_or_default());
            let ids: SmallVec<[CellId; 2 * FETCH_MAX]> = self.cells.iter().map(|(_, cell)| **cell).collect();
            org.cells.fetch(plan, &ids, org.settled);
        }
        self.prints.clear();
        self.cells.clear();
    }
}

impl Cells {
    /// Fetches cells with all that letting go of them needs: their events, and where the table names those that will be gone.
    pub(super) fn fetch_to_let_go(&self, plan: &RememberPlan, ids: &[CellId], watermark: Timestamp) {
        self.fetch(plan, ids, Some(watermark));
        let over = |cell: &Cell| plan.base(cell.base).map_or(watermark, |base| watermark.minus(base.retention));
        let ends = ids.iter().filter_map(|id| self.get(*id)).filter(|cell| cell.ends_before(over(cell)));
        let hashes: SmallVec<[u64; FETCH_MAX]> = ends.map(|cell| self.hash(cell.base, &cell.key)).collect();
        black_box(hashes.iter().filter_map(|hash| self.find_by_hash(*hash)).count());
    }

    /// Fetches cells, the ends of their lists, and the events that are looked at or go when the next one comes, or when it is seen what
    /// may go.
    fn fetch(&self, plan: &RememberPlan, ids: &[CellId], settled: Option<Timestamp>) {
        let first = |cell: &Cell| cell.key.first().copied().map_or(0, usize::from);
        let rest = |cell: &Cell| cell.base as usize + cell.entries.len() + cell.asks().len() + usize::from(cell.scheduled);
        let places = |id: &CellId| self.get(*id).map_or(0, |cell| first(cell) + rest(cell));
        black_box(ids.iter().map(places).fold(0, usize::wrapping_add));
        let end = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.at.micros());
        let ends = |id: &CellId| self.get(*id).map_or(0, |cell| end(cell.entries.front()) ^ end(cell.entries.back()));
        black_box(ids.iter().map(ends).fold(0, i64::bitxor));
        let mut rows: SmallVec<[&Row; 2 * FETCH_MAX]> = SmallVec::new();
        for cell in ids.iter().filter_map(|id| self.get(*id)) {
            let Some(base) = plan.base(cell.base) else { continue };
            let (first, Range { start, end }) = looked_at(cell, base, settled);
            rows.extend(cell.entries.range(0, first).chain(cell.entries.range(start, end)).map(|entry| &entry.row));
        }
        black_box(rows.iter().map(|row| row.touch()).fold(0, i64::bitxor));
    }
}

/// Returns how many of the first events of a cell will be looked at, and the places of others.
fn looked_at(cell: &Cell, base: &Base, settled: Option<Timestamp>) -> (usize, Range<usize>) {
    let events = cell.entries.len();
    // More than any answer needs, and it is time to look which.
    if events >= base.form.at_least() && events + 1 >= cell.prune_at as usize {
        return (PRUNED_MAX, 0..0);
    }
    // Those that are over go, and the oldest if there are more than any answer needs.
    let over = settled.map_or(0, |settled| cell.first_before(settled.minus(base.retention), PRUNED_MAX));
    match base.form.looks_from() {
        Some(from) if events + 1 >= from => (over, events.saturating_sub(ROWS_MAX).max(over)..events),
        Some(_) => (over, 0..0),
        None => (over.max(usize::from(events > base.form.at_least())), 0..0),
    }
}
