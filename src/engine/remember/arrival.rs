//! What of an event matters to rules that remember, worked out before anything is remembered.

use std::sync::Arc;

use super::cells::{CellId, base_of};
use super::org::{places, triggered};
use super::row::Row;
use crate::event::{Event, Timestamp};
use crate::plan::remember::{Mask, RememberPlan};

/// An event as rules that remember take it in.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// The org that it is of.
    pub(crate) org: Arc<str>,
    /// The fingerprint of its uuid.
    pub(crate) print: Option<u128>,
    /// When it happened.
    pub(crate) at: Option<Timestamp>,
    /// What is kept of it; nothing where no rule wants it.
    pub(super) wanted: Option<Box<Wanted>>,
}

/// An event that some history holds or some rule decides on.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) uuid: Option<Box<str>>,
    pub(super) row: Arc<Row>,
    /// The sets and keys that it belongs to.
    pub(super) places: Vec<CellId>,
    /// The rules that it can fulfil, as far as it decides that alone.
    pub(super) triggered: Vec<u32>,
    /// Its bytes, if they are kept.
    pub(super) raw: Option<Arc<[u8]>>,
}

impl Arrival {
    /// Works out what matters of an event. `keep_raw` keeps the bytes of one on which a rule decides.
    pub(crate) fn of(plan: &RememberPlan, event: &Event, org: Arc<str>, print: Option<u128>, keep_raw: bool) -> Arrival {
        let (uuid, at) = (event.uuid(), event.published());
        Arrival { org, print, at, wanted: Wanted::of(plan, event, uuid, at, keep_raw).map(Box::new) }
    }
}

impl Wanted {
    fn of(plan: &RememberPlan, event: &Event, uuid: Option<&str>, at: Option<Timestamp>, keep_raw: bool) -> Option<Wanted> {
        let event_type = plan.type_of(event);
        let triggered = triggered(plan, event_type, event);
        // What the rules read of it, and what is asked of it later.
        let mask = triggered.iter().filter_map(|number| plan.rule(*number)).fold(Mask::default(), |mask, rule| mask.or(&rule.fields));
        let (row, places) = match (uuid, at) {
            (Some(uuid), Some(at)) => {
                let places = places(plan, event_type, event, false);
                let of_sets = places.iter().filter_map(|name| plan.base(base_of(name))).fold(mask, |mask, base| mask.or(&base.fields));
                (!places.is_empty() || !triggered.is_empty()).then(|| (Row::of(event, at, uuid, plan.shape(), &of_sets), places))?
            }
            // It is evaluated alone.
            _ => (!triggered.is_empty()).then(|| (Row::unplaced(event, plan.shape(), &mask), Vec::new()))?,
        };
        let raw = (keep_raw && !triggered.is_empty()).then(|| Arc::from(event.raw()));
        Some(Wanted { uuid: uuid.map(Box::from), row: Arc::new(row), places, triggered, raw })
    }
}
