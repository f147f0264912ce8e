//! Rows: what is kept of an event, as compact as its bytes allow.
//!
//! A row answers like the event it was made from, for the fields that were kept, by the slots of the plan's layout: another plan has
//! others, and rows are made again for it. What a row says never changes; which rules have decided on it and keep no more of that than a
//! bit here does.

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use triomphe::ThinArc;

use super::codec::{Bytes, put_count, put_value};
use crate::evaluate::{Code, Facts};
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::language::Scope;
use crate::plan::remember::{Mask, Shape};

/// How many records there are of each kind, and their fields with the index of the record.
pub(super) type RecordFields<'r> = ([usize; 2], Vec<(RecordSlot, usize, Value<'r>)>);

/// What is kept of one event: shared, in one piece of memory.
#[derive(Clone, Debug)]
pub struct Row(ThinArc<Head, u8>);

/// What stands before the bytes of a row: the uuid; then fields as (slot, value); then whether there are records, and if so how many of each
/// kind, and their fields as (slot, index, value) after the count of those; then rules that decide on it.
#[derive(Debug)]
struct Head {
    at: Timestamp,
    /// The number of the rule and one more, if this is an alert as an event; nought if not.
    alert: u32,
    /// Whether the event says when it happened; one that does not is never kept.
    is_dated: bool,
    /// How many rules are named at the end of the bytes, four for each.
    deciding: u8,
    /// How many fields there are.
    fields: u16,
    uuid_len: u32,
    /// Which of those rules have decided and left no more behind than their bit here.
    quiet: AtomicU32,
}

/// Names an event before anything is kept of it.
pub(super) struct Name<'u> {
    pub(super) at: Timestamp,
    pub(super) uuid: &'u str,
    /// The rule, by number, if this is an alert as an event.
    pub(super) alert: Option<u32>,
}

/// Memory that keeping one event leaves for the next, and which fields were kept: mostly they are the same.
#[derive(Debug, Default)]
pub(super) struct RowRoom {
    data: Vec<u8>,
    mask: Option<Mask>,
    fields: Vec<Slot>,
    records: Vec<(RecordKind, RecordSlot)>,
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

/// Most rules that one row names.
pub(super) const DECIDING_MAX: usize = u32::BITS as usize;

/// Bytes of a row beside its data: the head, the counter of who shares it and the length.
const HEAD_BYTES: usize = size_of::<Head>() + 2 * size_of::<usize>();

/// Bytes that a processor fetches from memory at once.
const PIECE_BYTES: usize = 64;

impl Row {
    /// Keeps some fields of an event that does not say when it happened, or which it is.
    pub(super) fn unplaced(facts: &dyn Facts, uuid: &str, shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        let at = facts.published();
        let name = Name { at: at.unwrap_or(Timestamp::from_micros(0)), uuid, alert: None };
        Row::keep(facts, &name, at.is_some(), &[], shape, mask, room)
    }

    /// Keeps some fields of an event, and the names of rules that decide on it. `room` is there to be used again.
    pub(super) fn of(facts: &dyn Facts, name: &Name<'_>, deciding: &[u32], shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        Row::keep(facts, name, true, deciding, shape, mask, room)
    }

    fn keep(facts: &dyn Facts, name: &Name<'_>, is_dated: bool, deciding: &[u32], shape: &Shape, mask: &Mask, room: &mut RowRoom) -> Row {
        room.choose(shape, mask);
        let RowRoom { data, fields: slots, records, .. } = room;
        data.extend_from_slice(name.uuid.as_bytes());
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
        Row::from_bytes(name, is_dated, deciding, fields, data)
    }

    /// Makes a row of what stands in it; alerts as events and rows of snapshots are made so.
    pub(super) fn put_together(name: &Name<'_>, deciding: &[u32], fields: &[(Slot, Value<'_>)], (counts, records): &RecordFields<'_>) -> Row {
        let mut data = name.uuid.as_bytes().to_vec();
        let mut count = 0;
        fields.iter().for_each(|(slot, value)| put_field(&mut data, *slot, value, &mut count));
        put_records(&mut data, *counts, |out, count| {
            records.iter().for_each(|(slot, index, value)| put_record_field(out, *slot, *index, value, count));
        });
        Row::from_bytes(name, true, deciding, count, &mut data)
    }

    fn from_bytes(name: &Name<'_>, is_dated: bool, deciding: &[u32], fields: u16, data: &mut Vec<u8>) -> Row {
        let uuid_len = u32::try_from(name.uuid.len()).unwrap_or(0);
        let named = deciding.get(..deciding.len().min(DECIDING_MAX)).unwrap_or_default();
        named.iter().for_each(|rule| data.extend_from_slice(&rule.to_le_bytes()));
        let deciding = u8::try_from(named.len()).unwrap_or(0);
        let alert = name.alert.map_or(0, |rule| rule.saturating_add(1));
        let head = Head { at: name.at, alert, is_dated, deciding, fields, uuid_len, quiet: AtomicU32::new(0) };
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

    /// Reads a little of every piece of it that memory gives at once, so that all of it is near; what it returns means nothing.
    pub(super) fn touch(&self) -> i64 {
        let rest = self.0.slice.iter().skip(PIECE_BYTES - HEAD_BYTES).step_by(PIECE_BYTES).chain(self.0.slice.last());
        rest.fold(self.head().at.micros(), |sum, byte| sum.wrapping_add(i64::from(*byte)))
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

    /// Returns the fields that are there.
    pub(super) fn fields(&self) -> Vec<(Slot, Value<'_>)> {
        let mut bytes = self.body();
        let mut read = || (0..self.head().fields).map(|_| Some((Slot::numbered(bytes.number()?), bytes.value()?))).collect::<Option<Vec<_>>>();
        read().unwrap_or_default()
    }

    /// Returns how many records there are of each kind, and their fields.
    pub(super) fn record_fields(&self) -> RecordFields<'_> {
        let read = || -> Option<RecordFields<'_>> {
            let (counts, fields, mut bytes) = self.records_at()?;
            let fields = (0..fields).map(|_| Some((RecordSlot::numbered(bytes.number()?), bytes.count()?, bytes.value()?))).collect::<Option<Vec<_>>>()?;
            Some((counts, fields))
        };
        read().unwrap_or_default()
    }

    /// Returns how many records there are of each kind, how many fields they have, and where those stand; nothing if there are none.
    fn records_at(&self) -> Option<([usize; 2], u32, Bytes<'_>)> {
        let mut bytes = self.body();
        for _ in 0..self.head().fields {
            bytes.number()?;
            bytes.skip_value()?;
        }
        (bytes.byte()? == HAS_RECORDS).then_some(())?;
        Some(([bytes.count()?, bytes.count()?], u32::from_le_bytes(bytes.fixed()?), bytes))
    }

    /// Returns the bytes from the value of a field on.
    fn field_at(&self, slot: Slot) -> Option<Bytes<'_>> {
        let mut bytes = self.body();
        for _ in 0..self.head().fields {
            if bytes.number()? == slot.number() {
                return Some(bytes);
            }
            bytes.skip_value()?;
        }
        None
    }

    fn field(&self, slot: Slot) -> Option<Value<'_>> {
        self.field_at(slot)?.value()
    }

    /// Says whether a value is the same of two events for sure, by the bytes of a field that both have. Where it is not sure, the value
    /// is to be worked out.
    pub(super) fn surely_agree(&self, other: &Row, value: &Code) -> bool {
        let Code::Field(Scope::Here, slot) = value else { return false };
        self.exact_field(*slot).is_some_and(|own| other.exact_field(*slot) == Some(own))
    }

    fn exact_field(&self, slot: Slot) -> Option<&[u8]> {
        self.field_at(slot)?.exact_bytes()
    }

    fn record_field(&self, slot: RecordSlot, index: usize) -> Option<Value<'_>> {
        let (_, fields, mut bytes) = self.records_at()?;
        for _ in 0..fields {
            if (bytes.number()?, bytes.count()?) == (slot.number(), index) {
                return bytes.value();
            }
            bytes.skip_value()?;
        }
        None
    }
}

impl Facts for Row {
    fn value(&self, slot: Slot) -> Value<'_> {
        self.field(slot).unwrap_or_default()
    }

    fn records(&self, kind: RecordKind) -> usize {
        self.records_at().and_then(|(counts, ..)| counts.get(kind as usize).copied()).unwrap_or(0)
    }

    fn record_value(&self, _: RecordKind, index: usize, slot: RecordSlot) -> Value<'_> {
        self.record_field(slot, index).unwrap_or_default()
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

/// What stands after the fields of a row that has records, and of one that has none.
const HAS_RECORDS: u8 = 1;
const NO_RECORDS: u8 = 0;

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

#[cfg(test)]
mod tests {
    use super::super::codec::put_key;
    use super::*;
    use crate::evaluate::{Moment, NoMemory, values_equal};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Missing),
            any::<bool>().prop_map(Value::Bool),
            (-1i64..2).prop_map(Value::Int),
            prop::sample::select(vec![0.0, -0.0, 1.0, 0.5, f64::NAN]).prop_map(Value::Float),
            prop::sample::select(vec!["", "a", "A", "b"]).prop_map(|text| Value::Text(text.into())),
            (0i64..2).prop_map(|micros| Value::Time(Timestamp::from_micros(micros))),
            prop::sample::select(vec!["10.0.0.1", "10.0.0.2", "::1"]).prop_map(|address| Value::Address(address.parse().expect("an address"))),
            prop::collection::vec(prop::sample::select(vec!["a", "b"]).prop_map(|text| Value::Text(text.into())), 0..2).prop_map(Value::List),
        ]
    }

    proptest! {
        #[test]
        fn what_surely_agrees_is_equal_and_has_the_same_key(one in prop::collection::vec(values(), 3), other in prop::collection::vec(values(), 3)) {
            let row = |uuid: &'static str, values: &[Value<'static>]| {
                let fields: Vec<(Slot, Value<'_>)> = values.iter().zip(0u16..).map(|(value, slot)| (Slot::numbered(slot), value.clone())).collect();
                Row::put_together(&Name { at: Timestamp::from_micros(0), uuid, alert: None }, &[], &fields, &RecordFields::default())
            };
            let (a, b) = (row("a", &one), row("b", &other));
            for slot in 0u16..4 {
                let code = Code::Field(Scope::Here, Slot::numbered(slot));
                let [left, right] = [&a, &b].map(|row| code.eval(&Moment::new(row, &NoMemory)));
                let key = |value: &Value<'_>| { let mut key = Vec::new(); put_key(&mut key, value).map(|()| key) };
                if a.surely_agree(&b, &code) {
                    prop_assert!(values_equal(&left, &right), "{left:?} {right:?}");
                    prop_assert!(key(&left).is_some() && key(&left) == key(&right), "{left:?} {right:?}");
                }
                // Texts and addresses are what nearly all values are.
                if matches!(left, Value::Text(_) | Value::Address(_)) && left == right {
                    prop_assert!(a.surely_agree(&b, &code), "{left:?}");
                }
                prop_assert_eq!(key(&a.value(Slot::numbered(slot))), key(one.get(usize::from(slot)).unwrap_or(&Value::Missing)));
            }
        }
    }
}
