//! Fetching: what several events need of memory is reached for at once, so that they do not wait for it one after another.
//!
//! With many keys nearly every cell lies outside of all caches, and reaching it costs more than all that is done with it. Each step here
//! reads something of every event before the next step reads what that leads to; the processor waits for those reads together. Nothing
//! is changed by it but that the events know their cells: what is taken in afterwards finds its memory near.

use std::hint::black_box;
use std::ops::{BitXor, Range};
use std::sync::Arc;

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
    pub(crate) fn fetch<'a>(&mut self, arrivals: impl Iterator<Item = &'a mut Arrival>) {
        let Remembering { plan, orgs, asked, .. } = self;
        let mut places: Vec<&mut CellId> = Vec::with_capacity(FETCH_MAX);
        let mut org: Option<(&Arc<str>, &Org)> = None;
        for Arrival { org: name, print, places: belongs, .. } in arrivals.filter(|arrival| arrival.is_wanted()) {
            // Nearly always there is but one org.
            if org.is_none_or(|(known, _)| known != name) {
                asked.fetch(plan, org, &mut places);
                org = orgs.get(name).map(|org| (&*name, org));
            }
            let Some((_, org)) = org else { continue };
            asked.prints.extend(*print);
            for (base, key, cell) in belongs.iter_mut() {
                asked.hashes.push(org.cells.hash(base, key));
                places.push(cell);
            }
        }
        asked.fetch(plan, org, &mut places);
    }
}

/// What events of one org will ask for. Kept for its memory alone.
#[derive(Debug, Default)]
pub(super) struct Asked {
    prints: Vec<u128>,
    /// The hash of each key.
    hashes: Vec<u64>,
    cells: Vec<CellId>,
}

impl Asked {
    /// Fetches it, writes down which cells those are, and forgets it. Each step is a loop of little more than one read, so that many of
    /// those are under way together.
    fn fetch(&mut self, plan: &RememberPlan, org: Option<(&Arc<str>, &Org)>, places: &mut Vec<&mut CellId>) {
        if let Some((_, org)) = org {
            black_box(self.prints.iter().filter(|print| org.known.is_recent(**print)).count());
            self.cells.extend(self.hashes.iter().map(|hash| org.cells.find_by_hash(*hash).unwrap_or_default()));
            places.drain(..).zip(&self.cells).for_each(|(place, cell)| *place = *cell);
            org.cells.fetch(plan, &self.cells, org.settled);
        }
        self.prints.clear();
        self.hashes.clear();
        self.cells.clear();
    }
}

impl Cells {
    /// Fetches cells with all that letting go of them needs: their events, and where the table names those that will be gone.
    pub(super) fn fetch_to_let_go(&self, plan: &RememberPlan, ids: &[CellId], watermark: Timestamp) {
        self.fetch(plan, ids, Some(watermark));
        let over = |cell: &Cell| plan.base(cell.base).map_or(watermark, |base| watermark.minus(base.retention));
        let ends = ids.iter().filter_map(|id| self.get(*id)).filter(|cell| cell.ends_before(over(cell)));
        let hashes: Vec<u64> = ends.map(|cell| self.hash(cell.base, &cell.key)).collect();
        black_box(hashes.iter().filter_map(|hash| self.find_by_hash(*hash)).count());
    }

    /// Fetches cells, the ends of their lists, and the events that are looked at or go when the next one comes, or when it is seen what
    /// may go.
    fn fetch(&self, plan: &RememberPlan, ids: &[CellId], settled: Option<Timestamp>) {
        let mut cells: Vec<&Cell> = Vec::with_capacity(ids.len());
        cells.extend(ids.iter().filter_map(|id| self.get(*id)));
        let first = |cell: &Cell| cell.key.first().copied().map_or(0, usize::from);
        let rest = |cell: &Cell| cell.base as usize + cell.entries.len() + cell.asks().len() + usize::from(cell.scheduled);
        black_box(cells.iter().map(|cell| first(cell) + rest(cell)).fold(0, usize::wrapping_add));
        let end = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.at.micros());
        black_box(cells.iter().map(|cell| end(cell.entries.front()) ^ end(cell.entries.back())).fold(0, i64::bitxor));
        let mut rows: Vec<&Row> = Vec::with_capacity(2 * cells.len());
        for cell in cells {
            let Some(base) = plan.base(cell.base) else { continue };
            let (first, rest) = looked_at(cell, base, settled);
            rows.extend((0..first).chain(rest).filter_map(|at| cell.entries.get(at)).map(|entry| &entry.row));
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
