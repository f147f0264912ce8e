//! The shape of a kept event: which of the layout's slots outlive the event.
//!
//! Made once per plan from the fields that remembering rules read. Names every field by its path, so that what was kept under one
//! plan can be read under the next.

use std::collections::HashMap;

use crate::event::{FieldRef, Layout, RecordFieldId, RecordKind, RecordSlot, Slot};

/// Which fields of an event are kept, and under which numbers.
#[derive(Debug, Default)]
pub struct Shape {
    fields: Vec<(String, Slot)>,
    records: Vec<(RecordKind, String, RecordSlot)>,
    by_slot: HashMap<Slot, u16, foldhash::fast::RandomState>,
    by_record_slot: HashMap<RecordSlot, u16, foldhash::fast::RandomState>,
}

impl Shape {
    /// Makes the shape of some fields; those that the layout does not have are left out.
    pub(super) fn new(layout: &Layout, fields: impl IntoIterator<Item = FieldRef>, records: &[(RecordKind, RecordFieldId)]) -> Shape {
        let mut shape = Shape::default();
        for (field, number) in fields.into_iter().zip(0..u16::MAX) {
            // A field that the layout lacks keeps its number, so that numbers stay dense.
            let Some(slot) = layout.slot(&field) else { continue };
            shape.by_slot.insert(slot, u16::try_from(shape.fields.len()).unwrap_or(number));
            shape.fields.push((field.path(), slot));
        }
        for (kind, field) in records {
            let Some(slot) = layout.record_slot(*kind, *field) else { continue };
            shape.by_record_slot.insert(slot, u16::try_from(shape.records.len()).unwrap_or(u16::MAX));
            shape.records.push((*kind, field.get().path.to_owned(), slot));
        }
        shape
    }

    /// Returns the fields with their paths, by number.
    pub fn fields(&self) -> &[(String, Slot)] {
        &self.fields
    }

    /// Returns the record fields with their paths, by number.
    pub fn records(&self) -> &[(RecordKind, String, RecordSlot)] {
        &self.records
    }

    /// Returns the number of a field.
    pub fn number(&self, slot: Slot) -> Option<u16> {
        self.by_slot.get(&slot).copied()
    }

    /// Returns the number of a record field.
    pub fn record_number(&self, slot: RecordSlot) -> Option<u16> {
        self.by_record_slot.get(&slot).copied()
    }

    /// Returns the number of the field of a path.
    pub fn find(&self, path: &str) -> Option<u16> {
        self.fields.iter().position(|(known, _)| known == path).and_then(|at| u16::try_from(at).ok())
    }

    /// Returns the number of the record field of a path.
    pub fn find_record(&self, kind: RecordKind, path: &str) -> Option<u16> {
        self.records.iter().position(|(known_kind, known, _)| *known_kind == kind && known == path).and_then(|at| u16::try_from(at).ok())
    }
}
