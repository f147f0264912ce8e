//! Rows: what is kept of an event, as compact as its bytes allow.
//!
//! A row answers like the event it was made from, for the fields of its shape. It never changes.

use std::cmp::Ordering;
use std::sync::Arc;

use super::codec::{Bytes, put_count, put_value};
use crate::evaluate::Facts;
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::plan::remember::{Mask, Shape};

/// How many records there are of each kind, and their fields as (number, index, value).
type RecordFields<'r> = ([usize; 2], Vec<(u16, usize, Value<'r>)>);

/// What is kept of one event.
#[derive(Debug)]
pub struct Row {
    at: Timestamp,
    /// The rule, by number, if this is an alert as an event.
    alert: Option<u32>,
    /// Whether the event says when it happened; one that does not is never kept.
    is_dated: bool,
    uuid_len: u32,
    shape: Arc<Shape>,
    /// The uuid; then fields as (number, value) and their count; then how many records of each kind; then their fields as
    /// (kind and number, index, value).
    data: Box<[u8]>,
}

impl Row {
    /// Keeps some fields of an event that does not say when it happened, or which it is.
    pub(super) fn unplaced(facts: &dyn Facts, shape: &Arc<Shape>, mask: &Mask) -> Row {
        let at = facts.published();
        Row { is_dated: at.is_some(), ..Row::of(facts, at.unwrap_or(Timestamp::from_micros(0)), "", shape, mask) }
    }

    /// Keeps some fields of an event.
    pub(super) fn of(facts: &dyn Facts, at: Timestamp, uuid: &str, shape: &Arc<Shape>, mask: &Mask) -> Row {
        let mut fields = Vec::new();
        for ((_, slot), number) in shape.fields().iter().zip(0u16..).filter(|(_, number)| mask.has(*number)) {
            let value = facts.value(*slot);
            if !value.is_missing() {
                fields.push((number, value));
            }
        }
        let wanted = || shape.records().iter().zip(0u16..).filter(|(_, number)| mask.has_record(*number));
        let counts = RecordKind::ALL.map(|kind| if wanted().any(|((known, ..), _)| *known == kind) { facts.records(kind) } else { 0 });
        let mut records = Vec::new();
        for ((kind, _, slot), number) in wanted() {
            for index in 0..facts.records(*kind) {
                let value = facts.record_value(*kind, index, *slot);
                if !value.is_missing() {
                    records.push((number, index, value));
                }
            }
        }
        Row::put_together(at, uuid, None, shape, &fields, counts, &records)
    }

    /// Makes the row of an alert as an event.
    pub(super) fn of_alert(rule: u32, at: Timestamp, uuid: &str, shape: &Arc<Shape>, fields: &[(u16, Value<'_>)]) -> Row {
        Row::put_together(at, uuid, Some(rule), shape, fields, [0; 2], &[])
    }

    pub(super) fn put_together(
        at: Timestamp,
        uuid: &str,
        alert: Option<u32>,
        shape: &Arc<Shape>,
        fields: &[(u16, Value<'_>)],
        counts: [usize; 2],
        records: &[(u16, usize, Value<'_>)],
    ) -> Row {
        let mut data = uuid.as_bytes().to_vec();
        put_count(&mut data, fields.len());
        for (number, value) in fields {
            put_count(&mut data, usize::from(*number));
            put_value(&mut data, value);
        }
        counts.iter().for_each(|count| put_count(&mut data, *count));
        put_count(&mut data, records.len());
        for (number, index, value) in records {
            put_count(&mut data, usize::from(*number));
            put_count(&mut data, *index);
            put_value(&mut data, value);
        }
        Row { at, alert, is_dated: true, uuid_len: u32::try_from(uuid.len()).unwrap_or(0), shape: shape.clone(), data: data.into_boxed_slice() }
    }

    /// Returns when it happened.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Returns the event's id.
    pub fn uuid(&self) -> &str {
        std::str::from_utf8(self.uuid_bytes()).unwrap_or_default()
    }

    /// Returns the rule, by number, whose alert this is.
    pub fn alert(&self) -> Option<u32> {
        self.alert
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Row>() + 16 + self.data.len()
    }

    fn uuid_bytes(&self) -> &[u8] {
        self.data.get(..self.uuid_len as usize).unwrap_or_default()
    }

    fn body(&self) -> Bytes<'_> {
        Bytes::new(self.data.get(self.uuid_len as usize..).unwrap_or_default())
    }

    /// Returns the fields that are there, by number.
    pub(super) fn fields(&self) -> Vec<(u16, Value<'_>)> {
        let mut bytes = self.body();
        let mut read = || -> Option<Vec<(u16, Value<'_>)>> {
            let count = bytes.count()?;
            (0..count).map(|_| Some((u16::try_from(bytes.count()?).ok()?, bytes.value()?))).collect()
        };
        read().unwrap_or_default()
    }

    /// Returns how many records there are of each kind, and their fields.
    pub(super) fn record_fields(&self) -> ([usize; 2], Vec<(u16, usize, Value<'_>)>) {
        let read = || -> Option<RecordFields<'_>> {
            let mut bytes = self.after_fields()?;
            let counts = [bytes.count()?, bytes.count()?];
            let count = bytes.count()?;
            let records = (0..count).map(|_| Some((u16::try_from(bytes.count()?).ok()?, bytes.count()?, bytes.value()?))).collect::<Option<Vec<_>>>()?;
            Some((counts, records))
        };
        read().unwrap_or_default()
    }

    fn after_fields(&self) -> Option<Bytes<'_>> {
        let mut bytes = self.body();
        for _ in 0..bytes.count()? {
            bytes.count()?;
            bytes.skip_value()?;
        }
        Some(bytes)
    }

    fn field(&self, number: u16) -> Option<Value<'_>> {
        let mut bytes = self.body();
        for _ in 0..bytes.count()? {
            if bytes.count()? == usize::from(number) {
                return bytes.value();
            }
            bytes.skip_value()?;
        }
        None
    }

    fn record_count(&self, kind: RecordKind) -> Option<usize> {
        let mut bytes = self.after_fields()?;
        let counts = [bytes.count()?, bytes.count()?];
        RecordKind::ALL.iter().position(|known| *known == kind).and_then(|at| counts.get(at).copied())
    }

    fn record_field(&self, number: u16, index: usize) -> Option<Value<'_>> {
        let mut bytes = self.after_fields()?;
        bytes.count()?;
        bytes.count()?;
        for _ in 0..bytes.count()? {
            if (bytes.count()?, bytes.count()?) == (usize::from(number), index) {
                return bytes.value();
            }
            bytes.skip_value()?;
        }
        None
    }
}

impl Facts for Row {
    fn value(&self, slot: Slot) -> Value<'_> {
        self.shape.number(slot).and_then(|number| self.field(number)).unwrap_or_default()
    }

    fn records(&self, kind: RecordKind) -> usize {
        self.record_count(kind).unwrap_or(0)
    }

    fn record_value(&self, _: RecordKind, index: usize, slot: RecordSlot) -> Value<'_> {
        self.shape.record_number(slot).and_then(|number| self.record_field(number, index)).unwrap_or_default()
    }

    fn published(&self) -> Option<Timestamp> {
        self.is_dated.then_some(self.at)
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Row {}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Row {
    /// The order of events: by time, then by uuid.
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at).then_with(|| self.uuid_bytes().cmp(other.uuid_bytes()))
    }
}
