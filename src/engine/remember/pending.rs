//! Pending events: those on which a rule's decision can still change.

use std::sync::Arc;

use smallvec::SmallVec;

use super::arena::{Arena, Id};
use super::row::Row;
use crate::event::{Span, Timestamp};
use crate::pack::Severity;
use crate::plan::remember::RememberPlan;

/// Names a pending event; the default names none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) struct PendingId(Id);

/// Names a decision: a rule on a pending event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct DecisionId {
    pub(super) event: PendingId,
    /// The decision's place among those on the event.
    pub(super) place: u32,
}

/// An event on which a rule's decision can still change.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) row: Row,
    /// The event's bytes, if they are kept.
    pub(super) raw: Option<Arc<[u8]>>,
    pub(super) decisions: SmallVec<[Decision; 1]>,
    /// From when on no decision on it can change.
    pub(super) end: Timestamp,
    /// Whether something can still change on it, so that it outlives the call that brought it.
    pub(super) stays: bool,
    /// Whether it is on the wheel of those that end.
    pub(super) is_scheduled: bool,
}

/// What a rule says of an event.
#[derive(Debug)]
pub(super) struct Decision {
    /// The rule, by number.
    pub(super) rule: u32,
    /// How bad the finding is, if there is one.
    pub(super) verdict: Option<Severity>,
    /// What it was before the call at hand, if that has made it again.
    pub(super) before: Option<Severity>,
    /// Whether the call at hand has made it.
    pub(super) touched: bool,
    /// Whether it has been made at all.
    pub(super) made: bool,
    /// Whether it waits to be made.
    pub(super) queued: bool,
    /// Whether it was silent because too little history was known.
    pub(super) young: bool,
    /// When the first of its open answers settles.
    pub(super) due: Option<Timestamp>,
    /// The fingerprint of what was told of its finding last.
    pub(super) told: Option<u64>,
    /// The finding as an event, if other rules ask about it.
    pub(super) alert: Option<Box<Raised>>,
}

/// A finding as an event.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    pub(super) row: Row,
    /// Where rules decide on it, if they do.
    pub(super) event: Option<PendingId>,
}

/// Bytes of a pending event with one decision, beside the event itself: its place in the arena and on the wheel.
const PENDING_BYTES: usize = size_of::<Pending>() + 16;

impl Decision {
    pub(super) fn of(rule: u32) -> Decision {
        Decision { rule, verdict: None, before: None, touched: false, made: false, queued: false, young: false, due: None, told: None, alert: None }
    }
}

impl Pending {
    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let more = self.decisions.len().saturating_sub(1);
        PENDING_BYTES + more * size_of::<Decision>() + self.row.bytes() + self.raw.as_ref().map_or(0, |raw| raw.len())
    }
}

/// The pending events of an org.
#[derive(Debug, Default)]
pub(super) struct Pendings {
    events: Arena<Pending>,
    /// How many decisions there are.
    decisions: usize,
    bytes: usize,
}

impl Pendings {
    /// Takes an event in with the rules that decide on it.
    pub(super) fn add(&mut self, plan: &RememberPlan, row: Row, raw: Option<Arc<[u8]>>, rules: impl Iterator<Item = u32>) -> PendingId {
        let decisions: SmallVec<[Decision; 1]> = rules.map(Decision::of).collect();
        let lag = decisions.iter().filter_map(|decision| plan.rule(decision.rule)).map(|rule| rule.lag).max().unwrap_or(Span::ZERO);
        let pending = Pending { end: row.at().plus(lag), row, raw, decisions, stays: false, is_scheduled: false };
        self.decisions += pending.decisions.len();
        self.bytes += pending.bytes();
        PendingId(self.events.insert(pending))
    }

    pub(super) fn get(&self, id: PendingId) -> Option<&Pending> {
        self.events.get(id.0)
    }

    pub(super) fn get_mut(&mut self, id: PendingId) -> Option<&mut Pending> {
        self.events.get_mut(id.0)
    }

    pub(super) fn decision_mut(&mut self, id: DecisionId) -> Option<&mut Decision> {
        self.events.get_mut(id.event.0)?.decisions.get_mut(id.place as usize)
    }

    pub(super) fn contains(&self, id: PendingId) -> bool {
        self.events.get(id.0).is_some()
    }

    pub(super) fn remove(&mut self, id: PendingId) -> Option<Pending> {
        let pending = self.events.remove(id.0)?;
        self.decisions = self.decisions.saturating_sub(pending.decisions.len());
        self.bytes = self.bytes.saturating_sub(pending.bytes());
        Some(pending)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (PendingId, &Pending)> {
        self.events.iter().map(|(id, pending)| (PendingId(id), pending))
    }

    /// Returns how many events there are.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns how many decisions there are.
    pub(super) fn decisions(&self) -> usize {
        self.decisions
    }

    /// Returns about how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
