//! The shape of a kept event: which of the layout's slots outlive the event.
//!
//! Made once per plan from the fields that remembering rules read. Names every field by its path, so that what was kept under one
//! plan can be read under the next.

use std::collections::{BTreeSet, HashMap};

use crate::event::{FieldRef, Layout, RecordFieldId, RecordKind, RecordSlot, Slot};

/// Some of a shape's fields and record fields, by number. Those whose numbers are too high for it are always among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mask {
    fields: [u128; 2],
    records: u128,
}

impl Mask {
    /// Returns what is in either.
    pub fn or(self, other: &Mask) -> Mask {
        let [low, high] = self.fields;
        let [other_low, other_high] = other.fields;
        Mask { fields: [low | other_low, high | other_high], records: self.records | other.records }
    }

    /// Returns how many are in it.
    pub fn count(&self) -> usize {
        (self.fields.iter().map(|half| half.count_ones()).sum::<u32>() + self.records.count_ones()) as usize
    }

    /// Says whether a record field is among them.
    fn has_record(&self, number: u16) -> bool {
        number >= 128 || self.records >> number & 1 == 1
    }
}

/// The numbers of the bits that are set.
struct Bits([u128; 2]);

impl Iterator for Bits {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (half, first) = self.0.iter_mut().zip([0u16, 128]).find(|(half, _)| **half != 0)?;
        let bit = half.trailing_zeros();
        *half &= *half - 1;
        Some(first + u16::try_from(bit).unwrap_or(0))
    }
}

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

    /// Returns the slots of the fields of a mask.
    pub fn fields_of(&self, mask: &Mask) -> impl Iterator<Item = Slot> {
        let slot = |number: u16| self.fields.get(usize::from(number)).map(|(_, slot)| *slot);
        let beyond = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        Bits(mask.fields).chain(2 * 128..beyond).filter_map(slot)
    }

    /// Returns the kinds and slots of the record fields of a mask.
    pub fn records_of(&self, mask: &Mask) -> impl Iterator<Item = (RecordKind, RecordSlot)> {
        self.records.iter().zip(0u16..).filter(|(_, number)| mask.has_record(*number)).map(|((kind, _, slot), _)| (*kind, *slot))
    }

    /// Returns the fields and record fields of some paths; a record field's is written `kind[].path`.
    pub fn mask(&self, paths: &BTreeSet<String>) -> Mask {
        let mut mask = Mask::default();
        for ((path, _), number) in self.fields.iter().zip(0u16..) {
            if let Some(half) = mask.fields.get_mut(usize::from(number / 128)).filter(|_| paths.contains(path)) {
                *half |= 1 << (number % 128);
            }
        }
        for ((kind, path, _), number) in self.records.iter().zip(0..128) {
            if paths.contains(&format!("{}[].{path}", kind.path())) {
                mask.records |= 1 << number;
            }
        }
        mask
    }

    /// Returns the number of a field.
    pub fn number(&self, slot: Slot) -> Option<u16> {
        self.by_slot.get(&slot).copied()
    }

    /// Returns the number of a record field.
    pub fn record_number(&self, slot: RecordSlot) -> Option<u16> {
        self.by_record_slot.get(&slot).copied()
    }

    /// Returns the slot of the field of a path.
    pub fn find(&self, path: &str) -> Option<Slot> {
        self.fields.iter().find(|(known, _)| known == path).map(|(_, slot)| *slot)
    }

    /// Returns the slot of the record field of a path.
    pub fn find_record(&self, kind: RecordKind, path: &str) -> Option<RecordSlot> {
        self.records.iter().find(|(known_kind, known, _)| *known_kind == kind && known == path).map(|(_, _, slot)| *slot)
    }
}
