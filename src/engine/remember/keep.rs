//! Keeping: what can no longer matter goes, and what is too much goes first.

use super::bounds::Counters;
use super::cells::{Asked, CELL_BYTES, CellId};
use super::fetch::FETCH_MAX;
use super::few::Few;
use super::org::{Due, Org, Rules};
use super::pending::{DecisionId, Pending, PendingId};
use super::spare::Spares;
use super::turn::Turn;
use super::wheel::{has_turned, roughly};
use crate::event::Timestamp;

impl Org {
    /// Drops what can no longer matter.
    pub(super) fn tidy(&mut self, rules: Rules<'_>, turn: &mut Turn, counters: &mut Counters) {
        let watermark = self.watermark(rules.limits);
        let turned = self.settled.replace(watermark).is_none_or(|settled| has_turned(settled, watermark));
        if turned {
            self.known.settle(watermark);
            self.quiet.settle(watermark);
            while let Some(ended) = self.ends.pop(watermark) {
                for event in ended {
                    self.forget(event);
                }
            }
        }
        if self.pendings.decisions() > rules.limits.decisions_max || self.pendings.bytes() + self.quiet.bytes() + self.ask_bytes > rules.limits.bytes_max / 2 {
            self.relieve(counters);
        }
        if turned {
            while let Some(expired) = self.expiries.pop(watermark) {
                for together in expired.chunks(FETCH_MAX) {
                    self.cells.fetch_to_let_go(rules.plan, together, watermark);
                    together.iter().for_each(|cell| self.expire(rules, *cell, watermark, &mut turn.spares));
                    self.queues.sweep(&self.cells);
                }
            }
        }
    }

    /// Drops a pending event and the decisions on it.
    pub(super) fn forget(&mut self, event: PendingId) -> Option<Pending> {
        let pending = self.pendings.remove(event)?;
        for (decision, place) in pending.decisions.iter().zip(0u32..) {
            self.young = self.young.saturating_sub(usize::from(decision.young));
            if let Some(at) = decision.due {
                self.due.remove(&Due { at, row: pending.row.clone(), rule: decision.rule, decision: DecisionId { event, place } });
            }
        }
        Some(pending)
    }

    /// Makes the decisions final that would be so first, a quarter of all, because there are too many.
    fn relieve(&mut self, counters: &mut Counters) {
        counters.forgotten += self.quiet.relieve();
        let many = self.pendings.len() / 4 + 1;
        let first: Vec<PendingId> = self.ends.iter().copied().filter(|event| self.pendings.contains(*event)).take(many).collect();
        for event in first {
            counters.forgotten += self.forget(event).map_or(0, |pending| pending.decisions.len() as u64);
        }
        let (mut dropped, mut empty) = (0, Vec::new());
        for (id, cell) in self.cells.iter_mut() {
            dropped += cell.forget_asks(|decision| self.pendings.contains(decision.event));
            if cell.asks().is_empty() && cell.ever == 0 {
                empty.push(id);
            }
        }
        self.ask_bytes = self.ask_bytes.saturating_sub(dropped * size_of::<Asked>());
        empty.into_iter().for_each(|id| self.drop_cell(id));
    }

    /// Drops the events and asks of a cell that can no longer matter, and the cell with the last of them.
    fn expire(&mut self, rules: Rules<'_>, id: CellId, watermark: Timestamp, spares: &mut Spares) {
        let Some(cell) = self.cells.get_mut(id) else { return };
        let Some(base) = rules.plan.base(cell.base) else { return };
        let freed = cell.drop_needless(base, watermark, spares);
        self.bytes = self.bytes.saturating_sub(freed);
        let dropped = cell.forget_asks(|decision| self.pendings.contains(decision.event));
        self.ask_bytes = self.ask_bytes.saturating_sub(dropped * size_of::<Asked>());
        let asker = cell.asks().front().and_then(|asked| self.pendings.get(asked.decision.event));
        let over = cell.entries.back().map(|newest| newest.at.plus(base.retention));
        let next = match (asker.map(|pending| pending.end), over) {
            // Looking again halfway keeps a busy cell from being looked at for each that asked.
            (Some(end), Some(over)) => Some(Timestamp::from_micros(end.min(over).micros().midpoint(over.micros()))),
            (end, over) => end.or(over),
        };
        match next {
            Some(next) => self.expiries.push(roughly(watermark, next.max(watermark)), id),
            None if cell.first().is_some() => cell.scheduled = false,
            None => self.drop_cell(id),
        }
    }

    fn drop_cell(&mut self, id: CellId) {
        let Some(cell) = self.cells.remove(id) else { return };
        self.ask_bytes = self.ask_bytes.saturating_sub(size_of::<Asked>() * cell.asks().len());
        if cell.ever > 0 {
            self.bytes = self.bytes.saturating_sub(CELL_BYTES + cell.key_bytes() + cell.entry_bytes());
            self.queues.died(cell.base);
        }
    }

    /// Keeps the number of keys and the bytes within their limits.
    pub(super) fn evict(&mut self, rules: Rules<'_>, base: u32, counters: &mut Counters) {
        while self.queues.keys(base) > rules.limits.keys_per_history_max || self.bytes > rules.limits.bytes_max / 2 {
            let from = if self.queues.keys(base) > rules.limits.keys_per_history_max { base } else { self.queues.largest().unwrap_or(base) };
            let Some(id) = self.queues.next_victim(from, &self.cells) else { break };
            counters.evict(from);
            let Some(cell) = self.cells.get_mut(id) else { continue };
            if cell.asks().is_empty() {
                self.drop_cell(id);
                continue;
            }
            // Those who asked keep what they were told; the events are gone.
            self.bytes = self.bytes.saturating_sub(CELL_BYTES + cell.key_bytes() + cell.entry_bytes());
            cell.entries = Few::None;
            cell.ever = 0;
            cell.set_first(None);
            let base = cell.base;
            self.queues.died(base);
        }
    }
}
