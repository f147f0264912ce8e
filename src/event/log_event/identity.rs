//! Identity: what is worked out for every event right after it is read.
//!
//! Its id in lower case, its time, the place of its type in the catalogue, and the first target of each family.

use super::Event;
use super::cell::{Cell, Lexeme, narrow};
use crate::event::catalogue::event_type_index;
use crate::event::layout::{Identity, Layout};
use crate::event::schema::{Family, StandIns};
use crate::event::time::Timestamp;
use crate::event::types::RecordKind;

impl Event {
    /// Works out what is asked of every event.
    pub(super) fn settle(&mut self, layout: &Layout) {
        self.lower_uuid(layout.identity().uuid);
        self.published = match self.lexeme(self.cell(layout.identity().published)) {
            Lexeme::Text(text) => Timestamp::parse(&text),
            _ => None,
        };
        self.event_type_index = self.event_type().and_then(event_type_index);
        self.flags.no_uuid = self.uuid().is_none();
        self.flags.no_time = self.published.is_none();
        let Some(type_node) = layout.target_type() else {
            return;
        };
        // From the last to the first, so that the first one stays.
        for index in (0..self.records(RecordKind::Target)).rev() {
            let cell = self.list(RecordKind::Target).cell(index, type_node);
            let family = match self.lexeme(cell) {
                Lexeme::Text(name) => Family::of_type(&name),
                _ => None,
            };
            if let Some(place) = family.and_then(|family| self.families.get_mut(family as usize)) {
                *place = Some(index);
            }
        }
    }

    /// Okta sometimes writes uuids in capitals; one event must have one id.
    fn lower_uuid(&mut self, node: usize) {
        let place = |start: u32, end: u32| Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
        match self.cell(node) {
            Cell::Plain(start, end) => {
                let uuid = place(start, end).and_then(|range| self.text.get(range)).unwrap_or_default();
                if uuid.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    let start = self.arena.len();
                    self.arena.extend(uuid.chars().map(|character| character.to_ascii_lowercase()));
                    let lowered = Cell::Unescaped(narrow(start), narrow(self.arena.len()));
                    if let Some(cell) = self.cells.get_mut(node) {
                        *cell = lowered;
                    }
                }
            }
            Cell::Unescaped(start, end) => {
                if let Some(uuid) = place(start, end).and_then(|range| self.arena.get_mut(range)) {
                    uuid.make_ascii_lowercase();
                }
            }
            Cell::Absent | Cell::Seen | Cell::Json(..) => {}
        }
    }

    /// Returns the text at one of the nodes that every layout has.
    pub(super) fn identity(&self, node: impl Fn(Identity) -> usize) -> Option<&str> {
        let cell = self.cell(node(self.layout.as_ref()?.identity()));
        let text = self.text_at(cell)?;
        let is_structure = matches!(cell, Cell::Json(..)) && text.starts_with(['{', '[']);
        (!is_structure && !StandIns::All.cover(text)).then_some(text)
    }
}
