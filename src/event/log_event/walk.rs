//! The walk: one pass over an event's JSON that notes where the wanted values stand.
//!
//! Takes valid UTF-8 and a layout; fills cells. Values that nothing wants are checked to be JSON and passed over without recursion, so
//! depth there is free. Never makes a value: that is `normalise/`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Flags;
use super::cell::{Cell, narrow, unescape};
use super::records::Records;
use crate::event::layout::{Layout, Node, Trie};

/// The words of serde_json for a number that nothing can hold.
pub(super) const NUMBER_TOO_LARGE: &str = "number out of range";

/// The most records of one list that an event keeps; Okta's longest lists hold a few hundred.
const RECORDS_MAX: usize = 10_000;

/// The visits of values that hold no keys.
macro_rules! scalars_are_nothing {
    () => {
        fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
            Ok(())
        }

        fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
            Ok(())
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
            Ok(())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
            Ok(())
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
            Ok(())
        }

        fn visit_unit<E: Error>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

/// What a walk fills.
pub(super) struct Sheet<'s> {
    pub(super) cells: &'s mut [Cell],
    pub(super) blocks: &'s mut [Records; 3],
    pub(super) arena: &'s mut String,
    pub(super) flags: &'s mut Flags,
}

/// Walks an event's text; an error is serde_json's own.
pub(super) fn walk(text: &str, layout: &Layout, sheet: Sheet<'_>) -> Result<(), serde_json::Error> {
    let mut notes = Notes {
        base: address(text),
        arena: sheet.arena,
        flags: sheet.flags,
    };
    let Some(root) = layout.event().node(0) else {
        return Ok(());
    };
    // A byte order mark is not part of the JSON.
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(json);
    let lists = Some(Lists {
        layout,
        blocks: sheet.blocks,
    });
    Place {
        trie: layout.event(),
        node: root,
        cells: sheet.cells,
        notes: &mut notes,
        lists,
    }
    .deserialize(&mut json)?;
    json.end()
}

/// What all places of a walk share.
struct Notes<'n> {
    /// Where the text begins in memory, to turn parts of it into ranges.
    base: usize,
    arena: &'n mut String,
    flags: &'n mut Flags,
}

/// The lists of records that a walk may meet; records themselves have none.
struct Lists<'l> {
    layout: &'l Layout,
    blocks: &'l mut [Records; 3],
}

/// A JSON value of which some keys are wanted. What is no object holds none of them.
struct Place<'p, 'n> {
    trie: &'p Trie,
    node: &'p Node,
    cells: &'p mut [Cell],
    notes: &'p mut Notes<'n>,
    lists: Option<Lists<'p>>,
}

impl<'n> Place<'_, 'n> {
    /// Reads the value under a wanted key. A key that comes again replaces all that stood under it, as in serde_json's own values.
    fn enter<'de, A: MapAccess<'de>>(
        &mut self,
        number: usize,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let trie = self.trie;
        let Some(node) = trie.node(number) else {
            return map.next_value::<IgnoredAny>().map(drop);
        };
        if self.cells.get(number) != Some(&Cell::Absent) {
            self.forget(number, node);
        }
        self.note(number, Cell::Seen);
        if let (Some(block), Some(lists)) = (node.block, &mut self.lists) {
            let records = block.of_mut(lists.blocks);
            return map.next_value_seed(List {
                trie: lists.layout.record(block),
                records,
                notes: self.notes,
            });
        }
        if !node.kept {
            return map.next_value_seed(self.below(node));
        }
        let json = map.next_value::<&RawValue>()?.get();
        let cell = self
            .notes
            .cell(json)
            .ok_or_else(|| A::Error::custom(NUMBER_TOO_LARGE))?;
        self.note(number, cell);
        if node.has_children() && json.starts_with('{') {
            let mut json = serde_json::Deserializer::from_str(json);
            self.below(node)
                .deserialize(&mut json)
                .map_err(A::Error::custom)?;
        }
        Ok(())
    }

    /// Takes back what an earlier value under the same key left.
    fn forget(&mut self, number: usize, node: &Node) {
        self.notes.flags.duplicate_keys = true;
        if let Some(cells) = self.cells.get_mut(number..node.end) {
            cells.fill(Cell::Absent);
        }
        let Some(lists) = &mut self.lists else {
            return;
        };
        for block in (number..node.end).filter_map(|below| self.trie.node(below)?.block) {
            block.of_mut(lists.blocks).clear();
        }
    }

    fn below<'b>(&'b mut self, node: &'b Node) -> Place<'b, 'n> {
        let lists = self.lists.as_mut().map(|lists| Lists {
            layout: lists.layout,
            blocks: lists.blocks,
        });
        Place {
            trie: self.trie,
            node,
            cells: self.cells,
            notes: self.notes,
            lists,
        }
    }

    fn note(&mut self, number: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(number) {
            *place = cell;
        }
    }
}

impl Notes<'_> {
    /// Makes the cell of a JSON value, whose text is part of the event's; none for a number that is too large.
    fn cell(&mut self, json: &str) -> Option<Cell> {
        let start = address(json).saturating_sub(self.base);
        match json.as_bytes() {
            [b'"', inner @ .., b'"'] => {
                let Some(inner) = json
                    .get(1..=inner.len())
                    .filter(|inner| inner.contains('\\'))
                else {
                    return Some(Cell::Plain(
                        narrow(start + 1),
                        narrow(start + json.len() - 1),
                    ));
                };
                let unescaped = self.arena.len();
                self.flags.repaired |= unescape(inner, self.arena);
                Some(Cell::Unescaped(narrow(unescaped), narrow(self.arena.len())))
            }
            [b'n', ..] => Some(Cell::Seen),
            [b'-' | b'0'..=b'9', ..] if is_too_large(json) => None,
            _ => Some(Cell::Json(narrow(start), narrow(start + json.len()))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(child) = map.next_key_seed(Key(self.node))? {
            match child {
                Some(number) => self.enter(number, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        pass_over(list)
    }

    scalars_are_nothing!();
}

/// A list of records.
struct List<'l, 'n> {
    trie: &'l Trie,
    records: &'l mut Records,
    notes: &'l mut Notes<'n>,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        IgnoredAny.visit_map(map).map(drop)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let element = Element(List {
                trie: self.trie,
                records: self.records,
                notes: self.notes,
            });
            if list.next_element_seed(element)?.is_none() {
                return Ok(());
            }
            if self.records.count() >= RECORDS_MAX {
                self.notes.flags.records_cut |= list.next_element::<IgnoredAny>()?.is_some();
                return pass_over(list);
            }
        }
    }

    scalars_are_nothing!();
}

/// One element of a list of records; what is no object is no record.
struct Element<'l, 'n>(List<'l, 'n>);

impl<'de> DeserializeSeed<'de> for Element<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let List {
            trie,
            records,
            notes,
        } = self.0;
        match trie.node(0) {
            Some(node) => Place {
                trie,
                node,
                cells: records.push(),
                notes,
                lists: None,
            }
            .visit_map(map),
            None => IgnoredAny.visit_map(map).map(drop),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        pass_over(list)
    }

    scalars_are_nothing!();
}

/// A key of an object: gives the number of the child that it leads to.
struct Key<'k>(&'k Node);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.child(key))
    }
}

fn pass_over<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Returns whether a number is beyond what serde_json's own numbers hold; only long ones and those with exponents can be.
fn is_too_large(number: &str) -> bool {
    let suspect = number.len() > 300 || number.contains(['e', 'E']);
    suspect && number.parse::<f64>().is_ok_and(f64::is_infinite)
}

fn address(text: &str) -> usize {
    text.as_ptr().addr()
}
