//! Fetching: what several events need of memory is brought near at once, so that they do not wait for it one after another.
//!
//! With many keys nearly every cell lies outside of all caches, and reaching it costs more than all that is done with it. Each step here
//! names the memory of every event before the next step reads it, to name what that leads to; the processor reaches for all of it
//! together. Nothing is changed by it but that the events know their cells: what is taken in afterwards finds its memory near.

use std::ops::Range;
use std::sync::Arc;

use super::Remembering;
use super::arrival::Arrival;
use super::cells::{Cell, CellId, Cells};
use super::org::Org;
use crate::engine::near::bring;
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
            org.known.bring(*print);
            for (base, key, cell) in belongs.iter_mut() {
                let hash = org.cells.hash(base, key);
                org.cells.bring_by_hash(hash);
                asked.hashes.push(hash);
                places.push(cell);
            }
        }
        asked.fetch(plan, org, &mut places);
    }
}

/// What events of one org will ask for. Kept for its memory alone.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The hash of each key.
    hashes: Vec<u64>,
    cells: Vec<CellId>,
}

impl Asked {
    /// Fetches the cells of those keys, writes down which ones they are, and forgets them.
    fn fetch(&mut self, plan: &RememberPlan, org: Option<(&Arc<str>, &Org)>, places: &mut Vec<&mut CellId>) {
        if let Some((_, org)) = org {
            self.cells.extend(self.hashes.iter().map(|hash| org.cells.find_by_hash(*hash).unwrap_or_default()));
            places.drain(..).zip(&self.cells).for_each(|(place, cell)| *place = *cell);
            org.cells.fetch(plan, &self.cells, org.settled);
        }
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
        ends.for_each(|cell| self.bring_by_hash(self.hash(cell.base, &cell.key)));
    }

    /// Fetches cells, the ends of their lists, and the events that are looked at or go when the next one comes, or when it is seen what
    /// may go.
    fn fetch(&self, plan: &RememberPlan, ids: &[CellId], settled: Option<Timestamp>) {
        ids.iter().for_each(|id| self.bring(*id));
        let cells = || ids.iter().filter_map(|id| self.get(*id));
        for cell in cells() {
            cell.entries.front().into_iter().chain(cell.entries.back()).for_each(bring);
        }
        for cell in cells() {
            let Some(base) = plan.base(cell.base) else { continue };
            let (first, rest) = looked_at(cell, base, settled);
            (0..first).chain(rest).filter_map(|at| cell.entries.get(at)).for_each(|entry| entry.row.bring());
        }
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
