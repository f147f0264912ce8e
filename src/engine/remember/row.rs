//! Rows: what is kept of an event, as compact as its bytes allow.
//!
//! A row answers like the event it was made from, for the fields of its shape. What it says never changes; which rules have decided on it
//! and keep no more of that than a bit here does.

use std::cmp::Ordering;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use triomphe::ThinArc;

use super::codec::{Bytes, put_count, put_value};
use crate::evaluate::Facts;
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::plan::remember::{Mask, Shape};

/// How many records there are of each kind, and their fields as (number, index, value).
type RecordFields<'r> = ([usize; 2], Vec<(u16, usize, Value<'r>)>);

/// What is kept of one event: shared, in one piece of memory.
#[derive(Clone, Debug)]
pub struct Row(ThinArc<Head, u8>);

/// What stands before the bytes of a row: the uuid; then fields as (number, value) and their count; then how many records of each kind;
/// then their fields as (kind and number, index, value); then rules that decide on it.
#[derive(Debug)]
struct Head {
    at: Timestamp,
    /// The number of the rule and one more, if this is an alert as an event; nought if not.
    alert: u32,
    /// Whether the event says when it happened; one that does not is never kept.
    is_dated: bool,
    /// How many rules are named at the end of the bytes, four for each.
    deciding: u8,
    uuid_len: u32,
    /// Which of those rules have decided and left no more behind than their bit here.
    quiet: AtomicU32,
    shape: Arc<Shape>,
}

/// Names an event before anything is kept of it.
pub(super) struct Name<'u> {
    pub(super) at: Timestamp,
    pub(super) uuid: &'u str,
    /// The rule, by number, if this is an alert as an event.
    pub(super) alert: Option<u32>,
}

/// Most rules that one row names.
pub(super) const DECIDING_MAX: usize = u32::BITS as usize;

/// Bytes of a row beside its data: the head, the counter of who shares it and the length.
const HEAD_BYTES: usize = size_of::<Head>() + 2 * size_of::<usize>();

impl Row {
    /// Keeps some fields of an event that does not say when it happened, or which it is.
    pub(super) fn unplaced(facts: &dyn Facts, uuid: &str, shape: &Arc<Shape>, mask: &Mask, room: &mut Vec<u8>) -> Row {
        let at = facts.published();
        let name = Name { at: at.unwrap_or(Timestamp::from_micros(0)), uuid, alert: None };
        Row::keep(facts, &name, at.is_some(), &[], shape, mask, room)
    }

    /// Keeps some fields of an event, and the names of rules that decide on it. `room` is there to be used again.
    pub(super) fn of(facts: &dyn Facts, name: &Name<'_>, deciding: &[u32], shape: &Arc<Shape>, mask: &Mask, room: &mut Vec<u8>) -> Row {
        Row::keep(facts, name, true, deciding, shape, mask, room)
    }

    fn keep(facts: &dyn Facts, name: &Name<'_>, is_dated: bool, deciding: &[u32], shape: &Arc<Shape>, mask: &Mask, room: &mut Vec<u8>) -> Row {
        room.clear();
        room.extend_from_slice(name.uuid.as_bytes());
        let mut fields = Counted::begin(room);
        for (number, slot) in shape.fields_of(mask) {
            let value = facts.value(slot);
            if !value.is_missing() {
                fields.add();
                put_count(room, usize::from(number));
                put_value(room, &value);
            }
        }
        fields.end(room);
        for kind in RecordKind::ALL {
            let count = if shape.records_of(mask).any(|(_, known, _)| known == kind) { facts.records(kind) } else { 0 };
            put_count(room, count);
        }
        let mut records = Counted::begin(room);
        for (number, kind, slot) in shape.records_of(mask) {
            for index in 0..facts.records(kind) {
                let value = facts.record_value(kind, index, slot);
                if !value.is_missing() {
                    records.add();
                    put_count(room, usize::from(number));
                    put_count(room, index);
                    put_value(room, &value);
                }
            }
        }
        records.end(room);
        Row::from_bytes(name, is_dated, deciding, shape, room)
    }

    /// Makes a row of what stands in it; alerts as events and rows of snapshots are made so.
    pub(super) fn put_together(
        name: &Name<'_>,
        deciding: &[u32],
        shape: &Arc<Shape>,
        fields: &[(u16, Value<'_>)],
        counts: [usize; 2],
        records: &[(u16, usize, Value<'_>)],
    ) -> Row {
        let mut data = name.uuid.as_bytes().to_vec();
        let mut counted = Counted::begin(&mut data);
        for (number, value) in fields {
            counted.add();
            put_count(&mut data, usize::from(*number));
            put_value(&mut data, value);
        }
        counted.end(&mut data);
        counts.iter().for_each(|count| put_count(&mut data, *count));
        let mut counted = Counted::begin(&mut data);
        for (number, index, value) in records {
            counted.add();
            put_count(&mut data, usize::from(*number));
            put_count(&mut data, *index);
            put_value(&mut data, value);
        }
        counted.end(&mut data);
        Row::from_bytes(name, true, deciding, shape, &mut data)
    }

    fn from_bytes(name: &Name<'_>, is_dated: bool, deciding: &[u32], shape: &Arc<Shape>, data: &mut Vec<u8>) -> Row {
        let uuid_len = u32::try_from(name.uuid.len()).unwrap_or(0);
        let named = deciding.get(..deciding.len().min(DECIDING_MAX)).unwrap_or_default();
        named.iter().for_each(|rule| data.extend(rule.to_le_bytes()));
        let deciding = u8::try_from(named.len()).unwrap_or(0);
        let head = Head {
            at: name.at,
            alert: name.alert.map_or(0, |rule| rule.saturating_add(1)),
            is_dated,
            deciding,
            uuid_len,
            quiet: AtomicU32::new(0),
            shape: shape.clone(),
        };
        Row(ThinArc::from_header_and_slice(head, data))
    }

    /// Returns the rules that it names, each with its place among them.
    pub(super) fn deciding(&self) -> impl Iterator<Item = (u32, u32)> {
        let bytes = usize::from(self.head().deciding) * size_of::<u32>();
        let (named, _) = self.0.slice.len().checked_sub(bytes).and_then(|from| self.0.slice.get(from..)).unwrap_or_default().as_chunks::<4>();
        named.iter().map(|bytes| u32::from_le_bytes(*bytes)).zip(0u32..)
    }

    /// Returns those of the rules that it names that have decided quietly.
    pub(super) fn quiet(&self) -> impl Iterator<Item = (u32, u32)> {
        let quiet = self.head().quiet.load(Relaxed);
        self.deciding().filter(move |(_, place)| quiet >> place & 1 == 1)
    }

    /// Says whether a rule that it names has decided quietly.
    pub(super) fn has_quiet(&self) -> bool {
        self.head().quiet.load(Relaxed) != 0
    }

    /// Notes which of the rules that it names have decided quietly, a bit for each place.
    pub(super) fn set_quiet(&self, places: u32) {
        self.head().quiet.store(places, Relaxed);
    }

    /// Notes that a rule's decision is kept elsewhere from now on.
    pub(super) fn unset_quiet(&self, place: u32) {
        self.head().quiet.fetch_and(!(1 << place), Relaxed);
    }

    /// Returns when it happened.
    pub fn at(&self) -> Timestamp {
        self.head().at
    }

    /// Returns the event's id.
    pub fn uuid(&self) -> &str {
        std::str::from_utf8(self.uuid_bytes()).unwrap_or_default()
    }

    /// Says whether two are the same piece of memory.
    pub(super) fn is(&self, other: &Row) -> bool {
        std::ptr::eq(self.head(), other.head())
    }

    /// Returns the rule, by number, whose alert this is.
    pub fn alert(&self) -> Option<u32> {
        self.head().alert.checked_sub(1)
    }

    /// Returns how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        HEAD_BYTES + self.0.slice.len()
    }

    fn head(&self) -> &Head {
        &self.0.header.header
    }

    fn uuid_bytes(&self) -> &[u8] {
        self.0.slice.get(..self.head().uuid_len as usize).unwrap_or_default()
    }

    fn body(&self) -> Bytes<'_> {
        Bytes::new(self.0.slice.get(self.head().uuid_len as usize..).unwrap_or_default())
    }

    /// Returns the fields that are there, by number.
    pub(super) fn fields(&self) -> Vec<(u16, Value<'_>)> {
        let mut bytes = self.body();
        let mut read = || -> Option<Vec<(u16, Value<'_>)>> {
            let count = Counted::read(&mut bytes)?;
            (0..count).map(|_| Some((u16::try_from(bytes.count()?).ok()?, bytes.value()?))).collect()
        };
        read().unwrap_or_default()
    }

    /// Returns how many records there are of each kind, and their fields.
    pub(super) fn record_fields(&self) -> ([usize; 2], Vec<(u16, usize, Value<'_>)>) {
        let read = || -> Option<RecordFields<'_>> {
            let mut bytes = self.after_fields()?;
            let counts = [bytes.count()?, bytes.count()?];
            let count = Counted::read(&mut bytes)?;
            let records = (0..count).map(|_| Some((u16::try_from(bytes.count()?).ok()?, bytes.count()?, bytes.value()?))).collect::<Option<Vec<_>>>()?;
            Some((counts, records))
        };
        read().unwrap_or_default()
    }

    fn after_fields(&self) -> Option<Bytes<'_>> {
        let mut bytes = self.body();
        for _ in 0..Counted::read(&mut bytes)? {
            bytes.count()?;
            bytes.skip_value()?;
        }
        Some(bytes)
    }

    fn field(&self, number: u16) -> Option<Value<'_>> {
        let mut bytes = self.body();
        for _ in 0..Counted::read(&mut bytes)? {
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
        for _ in 0..Counted::read(&mut bytes)? {
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
        self.head().shape.number(slot).and_then(|number| self.field(number)).unwrap_or_default()
    }

    fn records(&self, kind: RecordKind) -> usize {
        self.record_count(kind).unwrap_or(0)
    }

    fn record_value(&self, _: RecordKind, index: usize, slot: RecordSlot) -> Value<'_> {
        self.head().shape.record_number(slot).and_then(|number| self.record_field(number, index)).unwrap_or_default()
    }

    fn published(&self) -> Option<Timestamp> {
        self.head().is_dated.then_some(self.head().at)
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
        self.at().cmp(&other.at()).then_with(|| self.uuid_bytes().cmp(other.uuid_bytes()))
    }
}

/// A list whose length is written before it once it is known.
struct Counted {
    at: usize,
    count: u32,
}

impl Counted {
    fn begin(out: &mut Vec<u8>) -> Counted {
        let at = out.len();
        out.extend(0u32.to_le_bytes());
        Counted { at, count: 0 }
    }

    fn add(&mut self) {
        self.count += 1;
    }

    fn end(self, out: &mut [u8]) {
        if let Some(place) = out.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
            *place = self.count.to_le_bytes();
        }
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<u32> {
        bytes.fixed().map(u32::from_le_bytes)
    }
}
