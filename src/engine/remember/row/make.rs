//! Making rows: of events, of what stands in others, and in the memory that others have left.

use std::sync::atomic::AtomicU32;

use triomphe::{Arc, ThinArc};

use super::super::codec::{put_bytes, put_count, put_value};
use super::super::spare::{Spares, bytes_of_size, size_of_bytes};
use super::{DECIDING_MAX, Flags, HAS_RECORDS, Head, NO_RECORDS, Name, RecordFields, Row};
use crate::engine::print::EventId;
use crate::evaluate::Facts;
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::plan::remember::{Mask, Shape};

/// Memory that keeping one event leaves for the next, and which fields were kept: mostly they are the same.
#[derive(Debug, Default)]
pub(in super::super) struct RowRoom {
    data: Vec<u8>,
    mask: Option<Mask>,
    fields: Vec<Slot>,
    records: Vec<(RecordKind, RecordSlot)>,
    pub(in super::super) spares: Spares,
}

impl RowRoom {
    /// Works out which fields are to be kept. All of one room must be of one shape.
    fn choose(&mut self, shape: &Shape, mask: &Mask) {
        self.data.clear();
        if self.mask.as_ref() != Some(mask) {
            self.mask = Some(*mask);
            self.fields.clear();
            self.fields.extend(shape.fields_of(mask));
            self.records.clear();
            self.records.extend(shape.records_of(mask));
        }
    }
}

impl Row {
    /// Keeps some fields of an event that does not say when it happened, or which it is.
    pub(in super::super) fn unplaced(facts: &dyn Facts, id: EventId<'_>, shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        let at = facts.published();
        let name = Name { at: at.unwrap_or(Timestamp::from_micros(0)), id, alert: None };
        Row::keep(facts, &name, at.is_some(), &[], shape, mask, room)
    }

    /// Keeps some fields of an event, and the names of rules that decide on it. `room` is there to be used again.
    pub(in super::super) fn of(facts: &dyn Facts, name: &Name<'_>, deciding: &[u32], shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        Row::keep(facts, name, true, deciding, shape, mask, room)
    }

    fn keep(facts: &dyn Facts, name: &Name<'_>, is_dated: bool, deciding: &[u32], shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        room.choose(shape, mask);
        let RowRoom { data, fields: slots, records, spares, .. } = room;
        let flags = Flags { is_dated, is_plain: put_id(data, name.id) };
        let mut fields = 0;
        for slot in slots {
            put_field(data, *slot, &facts.value(*slot), &mut fields);
        }
        let counts = RecordKind::ALL.map(|kind| if records.iter().any(|(known, _)| *known == kind) { facts.records(kind) } else { 0 });
        put_records(data, counts, |out, count| {
            for (kind, slot) in records {
                for index in 0..facts.records(*kind) {
                    put_record_field(out, *slot, index, &facts.record_value(*kind, index, *slot), count);
                }
            }
        });
        Row::from_bytes(name, flags, deciding, fields, data, spares)
    }

    /// Makes a row of what stands in it; alerts as events and rows of snapshots are made so.
    pub(in super::super) fn put_together(name: &Name<'_>, deciding: &[u32], fields: &[(Slot, Value<'_>)], (counts, records): &RecordFields<'_>) -> Row {
        let (mut data, mut count) = (Vec::new(), 0);
        let flags = Flags { is_dated: true, is_plain: put_id(&mut data, name.id) };
        fields.iter().for_each(|(slot, value)| put_field(&mut data, *slot, value, &mut count));
        put_records(&mut data, *counts, |out, count| {
            records.iter().for_each(|(slot, index, value)| put_record_field(out, *slot, *index, value, count));
        });
        Row::from_bytes(name, flags, deciding, count, &mut data, &mut Spares::default())
    }

    fn from_bytes(name: &Name<'_>, flags: Flags, deciding: &[u32], fields: u16, data: &mut Vec<u8>, spares: &mut Spares) -> Row {
        let named = deciding.get(..deciding.len().min(DECIDING_MAX)).unwrap_or_default();
        named.iter().for_each(|rule| data.extend_from_slice(&rule.to_le_bytes()));
        let deciding = u8::try_from(named.len()).unwrap_or(0);
        let alert = name.alert.map_or(0, |rule| rule.saturating_add(1));
        let size = size_of_bytes(data.len());
        let padding = bytes_of_size(size).saturating_sub(data.len());
        data.resize(data.len() + padding, 0);
        let padding = u8::try_from(padding).unwrap_or(0);
        let head = Head { at: name.at, alert, flags, padding, deciding, fields, quiet: AtomicU32::new(0) };
        match spares.take(size) {
            Some(spare) => spare.written(head, data),
            None => Row(ThinArc::from_header_and_slice(head, data)),
        }
    }

    /// Writes another row into the memory of this one, if that is of its length and nobody else has it.
    pub(super) fn written(mut self, head: Head, data: &[u8]) -> Row {
        let left = self.0.with_arc_mut(|arc| match Arc::get_mut(arc) {
            Some(own) if own.slice().len() == data.len() => {
                *own.header_mut() = head;
                own.slice_mut().copy_from_slice(data);
                None
            }
            _ => Some(head),
        });
        left.map_or(self, |head| Row(ThinArc::from_header_and_slice(head, data)))
    }
}

/// Writes a uuid; says whether it is of the usual form, and therefore written in 16 bytes.
fn put_id(out: &mut Vec<u8>, id: EventId<'_>) -> bool {
    match id.plain {
        Some(number) => out.extend_from_slice(&number.to_be_bytes()),
        None => put_bytes(out, id.text.as_bytes()),
    }
    id.plain.is_some()
}

/// Writes a field, if it is there, and counts it.
fn put_field(out: &mut Vec<u8>, slot: Slot, value: &Value<'_>, count: &mut u16) {
    if !value.is_missing() && *count < u16::MAX {
        *count += 1;
        put_count(out, usize::from(slot.number()));
        put_value(out, value);
    }
}

/// Writes a field of a record, if it is there, and counts it.
fn put_record_field(out: &mut Vec<u8>, slot: RecordSlot, index: usize, value: &Value<'_>, count: &mut u32) {
    if !value.is_missing() && *count < u32::MAX {
        *count += 1;
        put_count(out, usize::from(slot.number()));
        put_count(out, index);
        put_value(out, value);
    }
}

/// Writes how many records there are of each kind, and the fields that `put` writes of them after how many it counts.
fn put_records(out: &mut Vec<u8>, counts: [usize; 2], put: impl FnOnce(&mut Vec<u8>, &mut u32)) {
    if counts == [0; 2] {
        out.push(NO_RECORDS);
        return;
    }
    out.push(HAS_RECORDS);
    counts.iter().for_each(|count| put_count(out, *count));
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut fields = 0u32;
    put(out, &mut fields);
    if let Some(place) = out.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
        *place = fields.to_le_bytes();
    }
}
