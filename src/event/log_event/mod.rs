//! The event: one System Log event that is read once and asked for values many times.
//!
//! Takes an event's bytes and a layout; keeps the bytes exactly and gives normalised values by slot. Reusable: its buffers stay, so a
//! stream of events is read without allocating. Never changes what Okta wrote: where bytes must be repaired to be text at all, the
//! values come from a repaired copy and a flag says so.

mod bad_event;
mod cell;
mod cursor;
mod identity;
#[cfg(test)]
mod laws;
mod records;
#[cfg(test)]
mod tests;
mod walk;

use super::layout::{Block, Layout, RecordSlot, Slot, Wanted};
use super::normalise;
use super::origin::{Origin, Source};
use super::schema::Family;
use super::time::Timestamp;
use super::types::RecordKind;
use super::value::Value;

use records::Records;
use walk::Fault;

pub use bad_event::{BadEvent, BadEventReason};
pub(super) use cell::{Cell, Lexeme, repair_surrogates};

/// The most bytes that one event may have. Okta's are a few kilobytes.
pub const EVENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Buffers that grew beyond this for one odd event are given back before the next.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

/// One event of the System Log.
#[derive(Debug, Default)]
pub struct Event {
    layout: Option<Layout>,
    origin: Origin,
    /// The event as text: its bytes, or a repaired copy of them.
    text: String,
    /// The bytes as they came, if the text is a repaired copy.
    unrepaired: Vec<u8>,
    /// Strings with escapes, unescaped, and what had to be lower-cased.
    arena: String,
    cells: Vec<Cell>,
    blocks: [Records; 3],
    /// Room for the cursor that reads.
    open: Vec<u8>,
    /// The first target of each family, where the layout wants families.
    families: [Option<usize>; Family::COUNT],
    published: Option<Timestamp>,
    event_type_index: Option<u16>,
    flags: Flags,
}

/// What was odd about an event that could be read all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags {
    /// Its bytes were not all text; U+FFFD stands where they were not.
    pub repaired: bool,
    /// It has no uuid, so that a second copy of it is told by its bytes alone.
    pub no_uuid: bool,
    /// It has no time that can be read.
    pub no_time: bool,
    /// A key that is read came twice in one object; the last one counts.
    pub duplicate_keys: bool,
    /// A list of records was too long; the rest of it was left out.
    pub records_cut: bool,
}

impl Event {
    /// Makes an event that holds nothing yet.
    pub fn new() -> Event {
        Event::default()
    }

    /// Reads an event in place of the one before. After an error the event has its bytes but no values.
    pub fn read(&mut self, layout: &Layout, raw: &[u8], origin: &Origin) -> Result<(), BadEvent> {
        self.prepare(layout, raw, origin);
        let read = if raw.len() > EVENT_BYTES_MAX {
            let message = format!("an event of more than {} MiB", EVENT_BYTES_MAX / (1024 * 1024));
            Err(BadEvent::new(BadEventReason::TooLong, message, None))
        } else {
            self.walk(layout)
        };
        match read {
            Ok(()) => self.settle(layout),
            Err(_) => self.forget_values(),
        }
        read
    }

    /// Returns the event's bytes exactly as they came.
    pub fn raw(&self) -> &[u8] {
        if self.unrepaired.is_empty() { self.text.as_bytes() } else { &self.unrepaired }
    }

    /// Returns the event's id in lower case.
    pub fn uuid(&self) -> Option<&str> {
        self.identity(|identity| identity.uuid)
    }

    /// Returns when the event happened.
    pub fn published(&self) -> Option<Timestamp> {
        self.published
    }

    /// Returns the name of the event's type, whether the catalogue has it or not.
    pub fn event_type(&self) -> Option<&str> {
        self.identity(|identity| identity.event_type)
    }

    /// Returns the place of the event's type in the catalogue.
    pub fn event_type_index(&self) -> Option<u16> {
        self.event_type_index
    }

    /// Returns the org's host, if the event's origin says it.
    pub fn org(&self) -> Option<&str> {
        self.origin.org.as_deref()
    }

    /// Returns by which way the event came.
    pub fn source(&self) -> Source {
        self.origin.source
    }

    /// Returns what was odd about the event.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// Returns the value of a field. A slot of another layout than the event was read with gives any field's value or none.
    pub fn value(&self, slot: Slot) -> Value<'_> {
        match self.layout.as_ref().and_then(|layout| layout.wanted(slot)) {
            Some(wanted) => normalise::value(self, wanted),
            None => Value::Missing,
        }
    }

    /// Returns how many records of that kind the event has.
    pub fn records(&self, kind: RecordKind) -> usize {
        self.list(kind).count()
    }

    /// Returns the value of a field of one record.
    pub fn record_value(&self, kind: RecordKind, index: usize, slot: RecordSlot) -> Value<'_> {
        match self.layout.as_ref().and_then(|layout| layout.record_wanted(slot)) {
            Some(wanted) => normalise::record_value(self, kind, index, wanted),
            None => Value::Missing,
        }
    }

    /// Returns the layout that the event was read with.
    #[cfg(test)]
    pub(super) fn layout(&self) -> Option<&Layout> {
        self.layout.as_ref()
    }

    /// Returns what stands at the input of a reading, counted from 0.
    pub(super) fn input(&self, wanted: &Wanted, number: usize) -> Lexeme<'_> {
        match wanted.inputs.get(number) {
            Some(node) => self.lexeme(self.cell(*node)),
            None => Lexeme::Nothing,
        }
    }

    /// Returns the string that stands at a node, if one does.
    #[inline]
    pub(super) fn text(&self, node: usize) -> Option<&str> {
        match self.cell(node) {
            cell @ (Cell::Plain(..) | Cell::Unescaped(..)) => self.text_at(cell),
            Cell::Absent | Cell::Seen | Cell::Json(..) => None,
        }
    }

    /// Returns what stands at the input of a record's reading, counted from 0.
    pub(super) fn record_input(&self, kind: RecordKind, index: usize, wanted: &Wanted, number: usize) -> Lexeme<'_> {
        match wanted.inputs.get(number) {
            Some(node) => self.lexeme(self.list(kind).cell(index, *node)),
            None => Lexeme::Nothing,
        }
    }

    /// Returns the place of the first target of a family.
    pub(super) fn first_of(&self, family: Family) -> Option<usize> {
        self.families.get(family as usize).copied().flatten()
    }

    fn prepare(&mut self, layout: &Layout, raw: &[u8], origin: &Origin) {
        if !self.layout.as_ref().is_some_and(|known| known.same(layout)) {
            self.layout = Some(layout.clone());
        }
        if self.origin != *origin {
            self.origin.clone_from(origin);
        }
        if self.text.capacity() > KEPT_BYTES_MAX {
            self.give_back();
        }
        self.text.clear();
        self.unrepaired.clear();
        match std::str::from_utf8(raw) {
            Ok(text) => self.text.push_str(text),
            Err(_) => {
                self.text.push_str(&String::from_utf8_lossy(raw));
                self.unrepaired.extend_from_slice(raw);
            }
        }
        self.forget_values();
    }

    fn forget_values(&mut self) {
        self.arena.clear();
        self.cells.clear();
        self.blocks.iter_mut().for_each(Records::clear);
        self.families = [None; Family::COUNT];
        self.published = None;
        self.event_type_index = None;
        self.flags = Flags { repaired: !self.unrepaired.is_empty(), ..Flags::default() };
    }

    fn give_back(&mut self) {
        self.text = String::new();
        self.unrepaired = Vec::new();
        self.arena = String::new();
        self.open = Vec::new();
        self.blocks = Default::default();
    }

    fn walk(&mut self, layout: &Layout) -> Result<(), BadEvent> {
        // A byte order mark is not part of the JSON.
        let json = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let trimmed = json.trim_start_matches([' ', '\n', '\t', '\r']);
        let start = self.text.len() - trimmed.len();
        if !trimmed.starts_with('{') {
            return Err(BadEvent::of_text(&self.text));
        }
        self.cells.resize(layout.event().len(), Cell::Absent);
        for block in Block::ALL {
            block.of_mut(&mut self.blocks).set_width(layout.record(block).len());
        }
        let sheet = walk::Sheet { cells: &mut self.cells, blocks: &mut self.blocks, arena: &mut self.arena, flags: &mut self.flags, open: &mut self.open };
        walk::walk(&self.text, start, layout, sheet).map_err(|fault| match fault {
            Fault::NotJson => BadEvent::of_text(&self.text),
            Fault::NumberTooLarge(at) => BadEvent::new(BadEventReason::NumberTooLarge, "a number that is too large to be one", Some(at)),
        })
    }

    fn cell(&self, node: usize) -> Cell {
        self.cells.get(node).copied().unwrap_or_default()
    }

    fn lexeme(&self, cell: Cell) -> Lexeme<'_> {
        match (cell, self.text_at(cell)) {
            (Cell::Plain(..) | Cell::Unescaped(..), Some(text)) => Lexeme::Text(text.into()),
            (Cell::Json(..), Some(json)) => Lexeme::Json(json),
            _ => Lexeme::Nothing,
        }
    }

    fn text_at(&self, cell: Cell) -> Option<&str> {
        let (text, start, end) = match cell {
            Cell::Plain(start, end) | Cell::Json(start, end) => (&self.text, start, end),
            Cell::Unescaped(start, end) => (&self.arena, start, end),
            Cell::Absent | Cell::Seen => return None,
        };
        text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    fn list(&self, kind: RecordKind) -> &Records {
        let [targets, request_hops, client_hops] = &self.blocks;
        match kind {
            RecordKind::Target => targets,
            RecordKind::Hop if request_hops.count() > 0 => request_hops,
            RecordKind::Hop => client_hops,
        }
    }
}
