//! Rows: what is kept of an event, as compact as its bytes allow.
//!
//! A row answers like the event it was made from, for the fields that were kept, by the slots of the plan's layout: another plan has
//! others, and rows are made again for it. What a row says never changes; which rules have decided on it and keep no more of that than a
//! bit here does.

mod make;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use triomphe::{Arc, ThinArc};
use uuid::Uuid;

use super::codec::Bytes;
use super::spare::size_of_bytes;
use crate::engine::near::bring_from;
use crate::engine::print::EventId;
use crate::evaluate::{Code, Facts};
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::language::Scope;

pub(super) use make::RowRoom;

/// How many records there are of each kind, and their fields with the index of the record.
pub(super) type RecordFields<'r> = ([usize; 2], Vec<(RecordSlot, usize, Value<'r>)>);

/// What is kept of one event: shared, in one piece of memory.
#[derive(Clone, Debug)]
pub struct Row(ThinArc<Head, u8>);

/// What stands before the bytes of a row: the uuid, as its 16 bytes or as a text with its length; then fields as (slot, value); then whether
/// there are records, and if so how many of each kind, and their fields as (slot, index, value) after the count of those; then rules that
/// decide on it; then padding.
#[derive(Debug)]
struct Head {
    at: Timestamp,
    /// The number of the rule and one more, if this is an alert as an event; nought if not.
    alert: u32,
    flags: Flags,
    /// How many bytes at the end mean nothing: they make rows come in few sizes.
    padding: u8,
    /// How many rules are named at the end of the bytes before the padding, four for each.
    deciding: u8,
    /// How many fields there are.
    fields: u16,
    /// Which of those rules have decided and left no more behind than their bit here.
    quiet: AtomicU32,
}

#[derive(Clone, Copy, Debug)]
struct Flags {
    /// Whether the event says when it happened; one that does not is never kept.
    is_dated: bool,
    /// Whether the uuid is of the usual form.
    is_plain: bool,
}

/// Names an event before anything is kept of it.
pub(super) struct Name<'u> {
    pub(super) at: Timestamp,
    pub(super) id: EventId<'u>,
    /// The rule, by number, if this is an alert as an event.
    pub(super) alert: Option<u32>,
}

/// Most rules that one row names.
pub(super) const DECIDING_MAX: usize = u32::BITS as usize;

/// Bytes of a row beside its data: the head, the counter of who shares it and the length.
pub(super) const HEAD_BYTES: usize = size_of::<Head>() + 2 * size_of::<usize>();

/// Pieces of a row that are brought near before it is looked at.
const BROUGHT_PIECES: usize = 2;

impl Row {
    /// Returns which of the sizes that rows come in it has.
    pub(super) fn size(&self) -> usize {
        size_of_bytes(self.0.slice.len())
    }

    /// Says whether nobody else has it.
    pub(super) fn is_alone(&self) -> bool {
        self.0.with_arc(Arc::is_unique)
    }

    /// Returns the rules that it names, each with its place among them.
    pub(super) fn deciding(&self) -> impl Iterator<Item = (u32, u32)> {
        let end = self.0.slice.len().saturating_sub(usize::from(self.head().padding));
        let begin = end.saturating_sub(usize::from(self.head().deciding) * size_of::<u32>());
        let (named, _) = self.0.slice.get(begin..end).unwrap_or_default().as_chunks::<4>();
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

    /// Brings it near: the first pieces of it, which are all of nearly every row.
    pub(super) fn bring(&self) {
        bring_from(self.0.as_ptr(), BROUGHT_PIECES);
    }

    /// Returns the event's id.
    pub fn uuid(&self) -> String {
        match self.id().0 {
            Id::Plain(bytes) => Uuid::from_bytes(*bytes).to_string(),
            Id::Text(text) => String::from_utf8_lossy(text).into_owned(),
        }
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

    /// Returns the uuid and the bytes behind it.
    fn id(&self) -> (Id<'_>, Bytes<'_>) {
        let slice = &self.0.slice;
        match slice.split_first_chunk().filter(|_| self.head().flags.is_plain) {
            Some((bytes, rest)) => (Id::Plain(bytes), Bytes::new(rest)),
            None => {
                let mut bytes = Bytes::new(slice);
                let text = bytes.bytes().unwrap_or_default();
                (Id::Text(text), bytes)
            }
        }
    }

    fn body(&self) -> Bytes<'_> {
        self.id().1
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
        // Byte by byte: the usual comparison of memory reads 32 of them at once, however few there are, and waits for all.
        self.exact(value).is_some_and(|own| other.exact(value).is_some_and(|others| own.iter().eq(others)))
    }

    /// Returns a value as the bytes that set it apart from others, those of [`put_key`](super::codec::put_key), if it is a field whose
    /// bytes do.
    pub(super) fn exact(&self, value: &Code) -> Option<&[u8]> {
        let Code::Field(Scope::Here, slot) = value else { return None };
        self.field_at(*slot)?.exact_bytes()
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
        self.head().flags.is_dated.then_some(self.head().at)
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
        self.at().cmp(&other.at()).then_with(|| match (self.id().0, other.id().0) {
            (Id::Plain(own), Id::Plain(others)) => own.cmp(others),
            (Id::Text(own), Id::Text(others)) => own.cmp(others),
            _ => self.uuid().cmp(&other.uuid()),
        })
    }
}

/// The uuid of a row.
enum Id<'r> {
    /// One of the usual form; the order of its bytes is that of its digits.
    Plain(&'r [u8; 16]),
    Text(&'r [u8]),
}

/// What stands after the fields of a row that has records, and of one that has none.
const HAS_RECORDS: u8 = 1;
const NO_RECORDS: u8 = 0;
