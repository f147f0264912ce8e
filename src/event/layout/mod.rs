//! The layout: which fields of an event are read, and into which slots.
//!
//! Takes the fields that a plan wants; gives slots for them and the trie that one pass over the JSON walks. A derived field pulls in
//! the places that it is made from. Made once per plan, shared by all events, cheap to clone.

#[cfg(test)]
mod tests;
mod trie;

use std::collections::HashMap;
use std::sync::Arc;

use super::schema::{FieldId, FieldRef, Reading, RecordFieldId, StandIns, all_record_fields, debug_keys};
use super::types::{RecordKind, Type};

pub(super) use trie::{Block, Node, Trie};

/// The place of a wanted field in a layout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(u16);

/// The place of a wanted record field in a layout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordSlot(u16);

impl Slot {
    /// Returns the slot of a number that [`Slot::number`] gave for the same layout.
    pub fn numbered(number: u16) -> Slot {
        Slot(number)
    }

    /// Returns its number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl RecordSlot {
    /// Returns the slot of a number that [`RecordSlot::number`] gave for the same layout.
    pub fn numbered(number: u16) -> RecordSlot {
        RecordSlot(number)
    }

    /// Returns its number.
    pub fn number(self) -> u16 {
        self.0
    }
}

/// Which fields are wanted. Two layouts are the same only if one is a clone of the other.
#[derive(Clone, Debug)]
pub struct Layout(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    event: Trie,
    target: Trie,
    hop: Trie,
    wanted: Vec<Wanted>,
    slots: HashMap<FieldRef, Slot>,
    record_wanted: Vec<Wanted>,
    record_slots: HashMap<RecordFieldId, RecordSlot>,
    identity: Identity,
    target_type: Option<usize>,
}

/// The nodes that every layout has, wanted or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) uuid: usize,
    pub(super) published: usize,
    pub(super) event_type: usize,
}

/// How a wanted field is read, with its JSON paths resolved to nodes.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) ty: Type,
    pub(super) stand_ins: StandIns,
    pub(super) reading: Reading,
    /// The nodes of the reading's inputs, in its order; of the target trie if it reads a target.
    pub(super) inputs: Box<[usize]>,
    /// Whether this is a debugData key, where even an object is shown as text.
    pub(super) debug: bool,
}

impl Layout {
    /// Makes a layout for the fields and record fields that are wanted. No more than 65,536 of each get a slot.
    pub fn new(fields: impl IntoIterator<Item = FieldRef>, record_fields: impl IntoIterator<Item = (RecordKind, RecordFieldId)>) -> Layout {
        let fields = distinct(fields.into_iter());
        let record_fields = distinct(record_fields.into_iter().map(|(_, id)| id));
        let tries = Tries::new(&fields, &record_fields);
        let wanted: Vec<Wanted> = fields.iter().map(|field| tries.resolve(field)).collect();
        let record_wanted = record_fields.iter().map(|id| tries.resolve_record(*id)).collect();
        let target_type = tries.target.find(&["type"]);
        let at = |key| tries.event.find(&[key]).unwrap_or(0);
        let identity = Identity { uuid: at("uuid"), published: at("published"), event_type: at("eventType") };
        let Tries { event, target, hop } = tries;
        let slots = fields.into_iter().zip(0..=u16::MAX).map(|(field, slot)| (field, Slot(slot))).collect();
        let record_slots = record_fields.into_iter().zip(0..=u16::MAX).map(|(id, slot)| (id, RecordSlot(slot))).collect();
        Layout(Arc::new(Inner { event, target, hop, wanted, slots, record_wanted, record_slots, identity, target_type }))
    }

    /// Makes the layout that has every field of the schema and every documented debugData key.
    pub fn everything() -> Layout {
        let known = FieldId::all().map(FieldRef::Known);
        let debug = debug_keys().iter().map(|key| FieldRef::Debug(key.name.into()));
        Layout::new(known.chain(debug), all_record_fields().map(|id| (id.kind(), id)))
    }

    /// Returns the slot of a wanted field.
    pub fn slot(&self, field: &FieldRef) -> Option<Slot> {
        self.0.slots.get(field).copied()
    }

    /// Returns the slot of a wanted record field.
    pub fn record_slot(&self, kind: RecordKind, field: RecordFieldId) -> Option<RecordSlot> {
        self.0.record_slots.get(&field).filter(|_| field.kind() == kind).copied()
    }

    pub(super) fn same(&self, other: &Layout) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn wanted(&self, slot: Slot) -> Option<&Wanted> {
        self.0.wanted.get(usize::from(slot.0))
    }

    pub(super) fn record_wanted(&self, slot: RecordSlot) -> Option<&Wanted> {
        self.0.record_wanted.get(usize::from(slot.0))
    }

    pub(super) fn identity(&self) -> Identity {
        self.0.identity
    }

    /// Returns the trie of the event itself.
    pub(super) fn event(&self) -> &Trie {
        &self.0.event
    }

    /// Returns the trie of one record of a block.
    pub(super) fn record(&self, block: Block) -> &Trie {
        match block {
            Block::Targets => &self.0.target,
            Block::RequestHops | Block::ClientHops => &self.0.hop,
        }
    }

    /// Returns the node of a target's type, if some field needs to find targets by it.
    pub(super) fn target_type(&self) -> Option<usize> {
        self.0.target_type
    }
}

struct Tries {
    event: Trie,
    target: Trie,
    hop: Trie,
}

impl Tries {
    fn new(fields: &[FieldRef], record_fields: &[RecordFieldId]) -> Tries {
        let mut event: Vec<Vec<&str>> = ["uuid", "published", "eventType"].map(|key| vec![key]).to_vec();
        let mut target: Vec<Vec<&str>> = Vec::new();
        let mut hop: Vec<Vec<&str>> = Vec::new();
        let mut kinds: Vec<RecordKind> = record_fields.iter().map(|id| id.kind()).collect();
        for field in fields {
            match field {
                FieldRef::Debug(key) => event.push(debug_path(key)),
                FieldRef::Known(id) => {
                    let field = id.get();
                    event.extend(field.reading.inputs().iter().map(|path| keys(path)));
                    target.extend(target_inputs(field.reading).iter().map(|path| keys(path)));
                    if let Type::Records(kind) = field.ty {
                        kinds.push(kind);
                    }
                }
            }
        }
        for id in record_fields {
            let side = if id.kind() == RecordKind::Target { &mut target } else { &mut hop };
            side.extend(id.get().reading.inputs().iter().map(|path| keys(path)));
        }
        let mut blocks = Vec::new();
        if !target.is_empty() || kinds.contains(&RecordKind::Target) {
            blocks.push((keys("target"), Block::Targets));
        }
        if kinds.contains(&RecordKind::Hop) {
            blocks.push((keys("request.ipChain"), Block::RequestHops));
            blocks.push((keys("client.ipChain"), Block::ClientHops));
        }
        Tries { event: Trie::new(&event, &blocks), target: Trie::new(&target, &[]), hop: Trie::new(&hop, &[]) }
    }

    fn resolve(&self, field: &FieldRef) -> Wanted {
        match field {
            FieldRef::Debug(key) => Wanted {
                ty: field.ty(),
                stand_ins: StandIns::All,
                reading: Reading::First(&[]),
                inputs: self.event.find(&debug_path(key)).into_iter().collect(),
                debug: true,
            },
            FieldRef::Known(id) => {
                let field = id.get();
                let here = field.reading.inputs().iter().filter_map(|path| self.event.find(&keys(path)));
                let targets = target_inputs(field.reading).iter().filter_map(|path| self.target.find(&keys(path)));
                Wanted { ty: field.ty, stand_ins: field.stand_ins, reading: field.reading, inputs: here.chain(targets).collect(), debug: false }
            }
        }
    }

    fn resolve_record(&self, id: RecordFieldId) -> Wanted {
        let trie = if id.kind() == RecordKind::Target { &self.target } else { &self.hop };
        let field = id.get();
        let inputs = field.reading.inputs().iter().filter_map(|path| trie.find(&keys(path))).collect();
        Wanted { ty: field.ty, stand_ins: field.stand_ins, reading: field.reading, inputs, debug: false }
    }
}

/// Returns the paths inside a target that a reading needs; the first is the one whose value it gives.
fn target_inputs(reading: Reading) -> &'static [&'static str] {
    match reading {
        Reading::Change("changeDetails.from") => &["changeDetails.from", "changeDetails.to"],
        Reading::Change(_) => &["changeDetails.to", "changeDetails.from"],
        Reading::Target(_, path) => target_field_inputs(path),
        _ => &[],
    }
}

/// Returns the paths of a family's field: its own, and the type by which the target is found.
fn target_field_inputs(path: &'static str) -> &'static [&'static str] {
    match path {
        "id" => &["id", "type"],
        "alternateId" => &["alternateId", "type"],
        "displayName" => &["displayName", "type"],
        "detailEntry" => &["detailEntry", "type"],
        _ => &["type"],
    }
}

fn keys(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

/// Returns the path of a debugData key, which is one key even if it holds dots.
fn debug_path(key: &str) -> Vec<&str> {
    vec!["debugContext", "debugData", key]
}

/// Returns the items without repetition, in the order of their first appearance.
fn distinct<T: Clone + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
