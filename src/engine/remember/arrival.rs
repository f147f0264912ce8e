//! What of an event matters to rules that remember, worked out before anything is remembered.

use std::sync::Arc;

use super::cells::{CellId, put_cell_key};
use super::row::{DECIDING_MAX, Name, Row, RowRoom};
use super::spare::Spares;
use crate::engine::Scratch;
use crate::engine::print::{EventId, fingerprint};
use crate::evaluate::{Facts, Moment, NoMemory};
use crate::event::{Event, Timestamp};
use crate::plan::Program;
use crate::plan::remember::{Base, Mask, RememberPlan};

/// An event as rules that remember take it in. One is made again for the next event, so that its memory serves for many.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    /// The org that it is of.
    pub(crate) org: Arc<str>,
    /// The fingerprint of its uuid, or of its bytes where it has none.
    pub(crate) print: u128,
    /// Whether it has a uuid.
    pub(super) is_named: bool,
    /// When it happened.
    pub(crate) at: Option<Timestamp>,
    /// What is kept of it, until it is taken in; nothing where no history holds it and no rule decides on it.
    pub(super) row: Option<Row>,
    /// The sets and keys that it belongs to.
    pub(super) places: Places,
    /// The rules that it can fulfil, as far as it decides that alone.
    pub(super) triggered: Vec<u32>,
    /// Its bytes, if they are kept.
    pub(super) raw: Option<Arc<[u8]>>,
}

/// Sets that an event belongs to, each with the values of its key there.
#[derive(Debug, Default)]
pub(super) struct Places {
    keys: Vec<u8>,
    all: Vec<Place>,
}

/// One set that an event belongs to.
#[derive(Clone, Copy, Debug)]
struct Place {
    base: u32,
    /// Where its key ends among the keys.
    end: u32,
    /// The cell of that key, if it has been looked up.
    cell: CellId,
}

/// Memory that working out one event leaves for the next.
#[derive(Debug, Default)]
pub(crate) struct Room {
    deciding: Vec<u32>,
    row: RowRoom,
}

impl Room {
    /// Takes over the memory of events that have gone.
    pub(super) fn reuse(&mut self, spares: &mut Spares) {
        self.row.spares.take_over(spares);
    }
}

impl Arrival {
    /// Works out what matters of an event, whatever this was before. `scratch` knows what has been decided of it already.
    pub(crate) fn become_of(&mut self, plan: &RememberPlan, event: &Event, org: &Arc<str>, id: Option<EventId<'_>>, scratch: &mut Scratch, room: &mut Room) {
        // Nearly always it was of the same org; to count who shares a name is to wait for all memory that is being written.
        if !Arc::ptr_eq(&self.org, org) {
            self.org = org.clone();
        }
        self.print = id.map_or_else(|| fingerprint(event.raw()), EventId::fingerprint);
        self.is_named = id.is_some();
        self.at = event.published();
        self.places.clear();
        self.triggered.clear();
        self.row = self.keep(plan, event, id, scratch, room);
        self.raw = None;
    }

    /// Keeps the bytes of the event, if a rule decides on it.
    pub(crate) fn keep_raw(&mut self, event: &Event) {
        self.raw = (!self.triggered.is_empty()).then(|| Arc::from(event.raw()));
    }

    /// Says whether some history holds it or some rule decides on it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.row.is_some()
    }

    /// Works out who wants an event, and what is kept of it if somebody does.
    fn keep(&mut self, plan: &RememberPlan, event: &Event, id: Option<EventId<'_>>, scratch: &mut Scratch, room: &mut Room) -> Option<Row> {
        let moment = Moment::new(event, &NoMemory);
        let mut holds = |program: &Program| scratch.holds(program, plan.atoms(), &moment);
        let event_type = plan.type_of(event);
        let Arrival { places, triggered, .. } = self;
        triggered.extend(plan.rules_of(event_type).iter().copied().filter(|number| plan.rule(*number).is_some_and(|rule| holds(&rule.guard))));
        // What the rules read of it, and what is asked of it later.
        let mask = triggered.iter().filter_map(|number| plan.rule(*number)).fold(Mask::default(), |mask, rule| mask.or(&rule.fields));
        match (id, event.published()) {
            (Some(id), Some(at)) => {
                for number in plan.bases_of(event_type) {
                    if let Some(base) = plan.base(*number).filter(|base| holds(&base.member)) {
                        places.add(*number, base, event);
                    }
                }
                if places.is_empty() && triggered.is_empty() {
                    return None;
                }
                let of_sets = places.iter().filter_map(|(base, ..)| plan.base(base)).fold(mask, |mask, base| mask.or(&base.fields));
                room.deciding.clear();
                let at_home = |number: &u32| plan.rule(*number).is_some_and(|rule| places.hold_all(&rule.home));
                room.deciding.extend(triggered.iter().copied().filter(at_home).take(DECIDING_MAX));
                Some(Row::of(event, &Name { at, id, alert: None }, &room.deciding, plan.shape(), &of_sets, &mut room.row))
            }
            // It is evaluated alone.
            _ if triggered.is_empty() => None,
            (id, _) => Some(Row::unplaced(event, id.unwrap_or(EventId::of("")), plan.shape(), &mask, &mut room.row)),
        }
    }
}

impl Places {
    /// Works out where an alert belongs.
    pub(super) fn of_alert(plan: &RememberPlan, alert: &Row) -> Places {
        let mut places = Places::default();
        for number in plan.bases_of(plan.alert_type()) {
            if let Some(base) = plan.base(*number).filter(|base| base.sees_alerts && holds(plan, &base.member, alert)) {
                places.add(*number, base, alert);
            }
        }
        places
    }

    /// Notes that an event belongs to a set, if it has its keys.
    fn add(&mut self, number: u32, base: &Base, facts: &dyn Facts) {
        let start = self.keys.len();
        match put_cell_key(&base.keys, facts, &mut self.keys) {
            Some(()) => {
                let end = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
                self.all.push(Place { base: number, end, cell: CellId::default() });
            }
            None => self.keys.truncate(start),
        }
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.all.clear();
    }

    /// Says whether the event belongs to sets, and to one at least.
    fn hold_all(&self, sets: &[u32]) -> bool {
        !sets.is_empty() && sets.iter().all(|set| self.all.iter().any(|place| place.base == *set))
    }

    /// Returns the sets by number, each with the key there and with its cell if that has been looked up.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u8], CellId)> {
        let mut start = 0;
        self.all.iter().map(move |place| {
            let from = std::mem::replace(&mut start, place.end);
            (place.base, self.keys.get(from as usize..place.end as usize).unwrap_or_default(), place.cell)
        })
    }

    /// Returns the sets by number, each with the key there and the place for its cell.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &[u8], &mut CellId)> {
        let (mut start, keys) = (0, &self.keys);
        self.all.iter_mut().map(move |place| {
            let from = std::mem::replace(&mut start, place.end);
            (place.base, keys.get(from as usize..place.end as usize).unwrap_or_default(), &mut place.cell)
        })
    }
}

/// Returns the rules that an alert can fulfil, as far as it decides that alone.
pub(super) fn triggered_by_alert(plan: &RememberPlan, alert: &Row) -> impl Iterator<Item = u32> {
    plan.rules_of(plan.alert_type()).iter().copied().filter(move |number| plan.rule(*number).is_some_and(|rule| holds(plan, &rule.guard, alert)))
}

fn holds(plan: &RememberPlan, program: &Program, row: &Row) -> bool {
    program.holds(plan.atoms(), &Moment::new(row, &NoMemory))
}
