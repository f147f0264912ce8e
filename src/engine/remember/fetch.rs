//! Fetching: what several events need of memory is reached for at once, so that they do not wait for it one after another.
//!
//! With many keys nearly every cell lies outside of all caches, and reaching it costs more than all that is done with it. Each step here
//! reads something of every event before the next step reads what that leads to; the processor waits for those reads together. Nothing
//! is changed and nothing is remembered by it: what is taken in afterwards finds its memory near.

use std::hint::black_box;

use smallvec::SmallVec;

use super::Remembering;
use super::arrival::Arrival;
use super::cells::{CellId, Cells};
use super::org::Org;
use crate::plan::remember::RememberPlan;

/// Events whose memory is fetched together: enough to wait together, few enough that the first is still near when the last has come.
pub const FETCH_MAX: usize = 32;

/// Newest events of a cell that are fetched themselves: what is asked of values looks at them.
const ROWS_MAX: usize = 4;

impl Remembering {
    /// Fetches what some events need, [`FETCH_MAX`] of them or about so many.
    pub(crate) fn fetch<'a>(&self, arrivals: impl Iterator<Item = &'a Arrival>) {
        let wanted = arrivals.filter_map(|arrival| Some((arrival, arrival.wanted.as_ref()?)));
        let mut org: Option<(&str, &Org)> = None;
        let mut asked = Asked::default();
        for (arrival, wanted) in wanted {
            // Nearly always there is but one org.
            if org.is_none_or(|(name, _)| *name != *arrival.org) {
                asked.fetch(&self.plan, org);
                org = self.orgs.get(&arrival.org).map(|org| (&*arrival.org, org));
            }
            let Some((_, org)) = org else { continue };
            asked.prints.extend(arrival.print);
            asked.hashes.extend(wanted.places.iter().map(|(base, key)| org.cells.hash(base, key)));
        }
        asked.fetch(&self.plan, org);
    }
}

/// What events of one org will ask for.
#[derive(Default)]
struct Asked {
    prints: SmallVec<[u128; FETCH_MAX]>,
    hashes: SmallVec<[u64; 2 * FETCH_MAX]>,
}

impl Asked {
    /// Fetches it and forgets it. Each step is a loop of little more than one read, so that many of those are under way together.
    fn fetch(&mut self, plan: &RememberPlan, org: Option<(&str, &Org)>) {
        if let Some((_, org)) = org {
            black_box(self.prints.iter().filter(|print| org.known.is_recent(**print)).count());
            let ids: SmallVec<[CellId; 2 * FETCH_MAX]> = self.hashes.iter().filter_map(|hash| org.cells.find_by_hash(*hash)).collect();
            org.cells.fetch(&ids, |base| plan.base(base).is_some_and(|base| base.form.reads_values()));
        }
        self.prints.clear();
        self.hashes.clear();
    }
}

impl Cells {
    /// Fetches cells with all that letting go of them needs: their events, and where the table names them.
    pub(super) fn fetch_to_let_go(&self, ids: &[CellId]) {
        self.fetch(ids, |_| true);
        let hashes: SmallVec<[u64; FETCH_MAX]> = ids.iter().filter_map(|id| self.get(*id)).map(|cell| self.hash(cell.base, &cell.key)).collect();
        black_box(hashes.iter().filter_map(|hash| self.find_by_hash(*hash)).count());
    }

    /// Fetches cells and the ends of their lists, and the newest events of those whose sets say so.
    pub(super) fn fetch(&self, ids: &[CellId], with_events: impl Fn(u32) -> bool) {
        let places = |id: &CellId| self.get(*id).map_or(0, |cell| cell.base as usize + cell.entries.len() + cell.asks().len() + usize::from(cell.scheduled));
        black_box(ids.iter().map(places).fold(0, usize::wrapping_add));
        let newest = |id: &CellId| self.get(*id).and_then(|cell| cell.entries.back()).map_or(0, |entry| entry.at.micros());
        black_box(ids.iter().map(newest).fold(0, i64::wrapping_add));
        let rows = |id: &CellId| self.get(*id).filter(|cell| with_events(cell.base)).into_iter().flat_map(|cell| cell.entries.iter().rev().take(ROWS_MAX));
        black_box(ids.iter().flat_map(rows).map(|entry| entry.row.at().micros()).fold(0, i64::wrapping_add));
    }
}
