//! Bounds: how much is kept, what goes first when it is too much, and what has been counted.

use std::collections::VecDeque;

use smallvec::SmallVec;

use super::cells::{CellId, Cells};
use super::fetch::FETCH_MAX;
use crate::event::Span;
pub use crate::language::EVENTS_PER_KEY_MAX;

/// How late an event may come.
pub const LATENESS: Span = Span::hours(1);

/// Most keys that one history holds for one org.
pub const KEYS_PER_HISTORY_MAX: usize = 1_000_000;

/// Most decisions of one org that are kept because they can still change.
pub const DECISIONS_MAX: usize = 500_000;

/// Most bytes that one org's state takes, as estimated.
pub const BYTES_MAX: usize = 512 * 1024 * 1024;

/// What is allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How late an event may come.
    pub lateness: Span,
    /// Most keys that one history holds for one org.
    pub keys_per_history_max: usize,
    /// Most events that one key holds; the oldest go first.
    pub events_per_key_max: usize,
    /// Most decisions of one org that are kept because they can still change.
    pub decisions_max: usize,
    /// Most bytes that one org's state takes, as estimated.
    pub bytes_max: usize,
    /// Whether the bytes of events are kept with decisions that can still change. Without them a finding has the answers of its histories, but
    /// not what else its title, context and groups show.
    pub keep_raw: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            lateness: LATENESS,
            keys_per_history_max: KEYS_PER_HISTORY_MAX,
            events_per_key_max: EVENTS_PER_KEY_MAX,
            decisions_max: DECISIONS_MAX,
            bytes_max: BYTES_MAX,
            keep_raw: false,
        }
    }
}

/// What has been counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Events that came before, among those that matter here.
    pub duplicates: u64,
    /// Events behind the watermark: evaluated alone.
    pub late: u64,
    /// Events without uuid or time: evaluated alone.
    pub unplaced: u64,
    /// Keys that went because there were too many.
    pub evicted: u64,
    /// Events that went because their key had too many.
    pub cut: u64,
    /// Decisions that went before they were final because there were too many.
    pub forgotten: u64,
    /// Decisions for which not every choice of a sequence's steps was tried because there were too many.
    pub unfinished: u64,
    /// Decisions made, those made again included.
    pub decisions: u64,
    /// Findings said.
    pub fired: u64,
    /// Findings taken back.
    pub withdrawn: u64,
    /// Findings told otherwise than before.
    pub amended: u64,
    /// Keys held now.
    pub keys: usize,
    /// Events held now, counted once for each key that they belong to.
    pub events: usize,
    /// Bytes held now, as estimated.
    pub bytes: usize,
    /// The set of the key that had too many events last, by number.
    pub(super) cut_in: Option<u32>,
    /// The set whose key went last because there was too much, by number.
    pub(super) evicted_from: Option<u32>,
    /// The rule for which not every choice was tried last, by number.
    pub(super) unfinished_by: Option<u32>,
}

impl Counters {
    /// Counts an event that goes because its key has too many.
    pub(super) fn cut(&mut self, base: u32) {
        self.cut += 1;
        self.cut_in = Some(base);
    }

    /// Counts a key that goes because there are too many.
    pub(super) fn evict(&mut self, base: u32) {
        self.evicted += 1;
        self.evicted_from = Some(base);
    }

    /// Counts a decision for which not every choice was tried.
    pub(super) fn leave_unfinished(&mut self, rule: u32) {
        self.unfinished += 1;
        self.unfinished_by = Some(rule);
    }
}

/// Places of keys that are looked at for each key that has gone: more than one, so that those of keys that have grown go as well.
const SWEPT_PER_KEY: usize = 3;

/// The order in which keys would go: those with one event first, the oldest of them first.
#[derive(Debug, Default)]
pub(super) struct Queues {
    /// By the number of the set.
    queues: Vec<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    keys: usize,
    /// Keys that have gone since its places were swept.
    gone: usize,
    single: VecDeque<CellId>,
    grown: VecDeque<CellId>,
}

impl Queues {
    fn of(&mut self, base: u32) -> &mut Queue {
        let at = base as usize;
        if self.queues.len() <= at {
            self.queues.resize_with(at + 1, Queue::default);
        }
        // It has just been made.
        #[expect(clippy::indexing_slicing, reason = "the line above makes the place")]
        &mut self.queues[at]
    }

    /// Notes a new key.
    pub(super) fn born(&mut self, base: u32, cell: CellId, cells: &Cells) {
        let queue = self.of(base);
        queue.keys += 1;
        queue.single.push_back(cell);
        // Places of keys that are gone or have grown are forgotten once there are many of them.
        if queue.single.len() > 2 * queue.keys + 1024 {
            queue.single.retain(|cell| is_single(cells, *cell));
        }
    }

    /// Notes that a key has its second event.
    pub(super) fn grown(&mut self, base: u32, cell: CellId, cells: &Cells) {
        let queue = self.of(base);
        queue.grown.push_back(cell);
        if queue.grown.len() > 2 * queue.keys + 1024 {
            queue.grown.retain(|cell| has_grown(cells, *cell));
        }
    }

    /// Notes that a key is gone.
    pub(super) fn died(&mut self, base: u32) {
        let queue = self.of(base);
        queue.keys = queue.keys.saturating_sub(1);
        queue.gone += 1;
    }

    /// Forgets places at the front of keys that are gone or have grown. What comes first goes first as a rule, so that hardly ever all
    /// places have to be gone through.
    pub(super) fn sweep(&mut self, cells: &Cells) {
        for queue in &mut self.queues {
            let most = SWEPT_PER_KEY * std::mem::take(&mut queue.gone);
            sweep(&mut queue.single, most, |cell| is_single(cells, cell));
            sweep(&mut queue.grown, most, |cell| has_grown(cells, cell));
        }
    }

    /// Returns how many keys a set has.
    pub(super) fn keys(&self, base: u32) -> usize {
        self.queues.get(base as usize).map_or(0, |queue| queue.keys)
    }

    /// Returns how many keys all sets have.
    pub(super) fn all_keys(&self) -> usize {
        self.queues.iter().map(|queue| queue.keys).sum()
    }

    /// Returns the set with the most keys.
    pub(super) fn largest(&self) -> Option<u32> {
        self.queues.iter().zip(0u32..).max_by_key(|(queue, base)| (queue.keys, *base)).map(|(_, base)| base)
    }

    /// Returns the key that goes next.
    pub(super) fn next_victim(&mut self, base: u32, cells: &Cells) -> Option<CellId> {
        let queue = self.of(base);
        while let Some(cell) = queue.single.pop_front() {
            if is_single(cells, cell) {
                return Some(cell);
            }
        }
        while let Some(cell) = queue.grown.pop_front() {
            if has_grown(cells, cell) {
                return Some(cell);
            }
        }
        None
    }
}

/// Forgets what is not alive at the front of a queue, so much at most.
fn sweep(queue: &mut VecDeque<CellId>, most: usize, is_alive: impl Fn(CellId) -> bool) {
    // All are looked at before the first goes, so that their memory is waited for together.
    let mut gone: SmallVec<[bool; FETCH_MAX]> = SmallVec::new();
    let mut left = most;
    while left > 0 {
        gone.clear();
        gone.extend(queue.iter().take(left.min(FETCH_MAX)).map(|cell| !is_alive(*cell)));
        let dead = gone.iter().take_while(|gone| **gone).count();
        queue.drain(..dead);
        if dead < FETCH_MAX {
            return;
        }
        left -= dead;
    }
}

fn is_single(cells: &Cells, cell: CellId) -> bool {
    cells.get(cell).is_some_and(|cell| cell.ever == 1)
}

fn has_grown(cells: &Cells, cell: CellId) -> bool {
    cells.get(cell).is_some_and(|cell| cell.ever > 1)
}
