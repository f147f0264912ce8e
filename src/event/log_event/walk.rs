//! The walk: one pass over an event's JSON that notes where the wanted values stand.
//!
//! Takes text and a layout; fills cells. Recursion goes as deep as the layout, never as deep as the JSON. Never makes a value: that is
//! `normalise/`.

use super::Flags;
use super::cell::{Cell, narrow, unescape};
use super::cursor::{Cursor, NotJson};
use super::records::Records;
use crate::event::layout::{Layout, Node, Trie};

/// The most records of one list that an event keeps; Okta's longest lists hold a few hundred.
const RECORDS_MAX: usize = 10_000;

/// What a walk fills.
pub(super) struct Sheet<'s> {
    pub(super) cells: &'s mut [Cell],
    pub(super) blocks: &'s mut [Records; 3],
    pub(super) arena: &'s mut String,
    pub(super) flags: &'s mut Flags,
    /// Room for the cursor.
    pub(super) open: &'s mut Vec<u8>,
}

/// Why a walk ended early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// The text is not JSON, or something follows the object.
    NotJson,
    /// A wanted number, which begins there, is beyond what serde_json's own numbers hold.
    NumberTooLarge(usize),
}

impl From<NotJson> for Fault {
    fn from(_: NotJson) -> Fault {
        Fault::NotJson
    }
}

/// Walks the object that begins at `start` and must end the text.
pub(super) fn walk(text: &str, start: usize, layout: &Layout, sheet: Sheet<'_>) -> Result<(), Fault> {
    let cursor = Cursor::new(text, start, sheet.open);
    let mut walk = Walk { text, cursor, arena: sheet.arena, flags: sheet.flags };
    let lists = Lists { layout, blocks: sheet.blocks };
    walk.read_root(layout.event(), sheet.cells, Some(lists))?;
    walk.cursor.pass_space();
    if walk.cursor.at() == text.len() { Ok(()) } else { Err(Fault::NotJson) }
}

/// The lists of records that a walk may meet; records themselves have none.
struct Lists<'l> {
    layout: &'l Layout,
    blocks: &'l mut [Records; 3],
}

/// An object that is walked into: the cells that it fills.
struct Object<'o> {
    trie: &'o Trie,
    cells: &'o mut [Cell],
    lists: Option<Lists<'o>>,
}

/// A string: what stands between its quotes.
#[derive(Clone, Copy)]
struct Quoted {
    start: usize,
    end: usize,
    escaped: bool,
}

struct Walk<'w> {
    text: &'w str,
    cursor: Cursor<'w>,
    arena: &'w mut String,
    flags: &'w mut Flags,
}

impl Walk<'_> {
    /// Reads the object here into the cells of a whole trie.
    fn read_root(&mut self, trie: &Trie, cells: &mut [Cell], lists: Option<Lists<'_>>) -> Result<(), Fault> {
        match trie.node(0) {
            Some(root) => self.read_object(root, &mut Object { trie, cells, lists }),
            None => Ok(self.cursor.pass_value()?),
        }
    }

    fn read_object(&mut self, node: &Node, object: &mut Object<'_>) -> Result<(), Fault> {
        self.cursor.expect(b'{')?;
        self.cursor.pass_space();
        if self.cursor.peek() == b'}' {
            self.cursor.step();
            return Ok(());
        }
        loop {
            let key = self.pass_quoted()?;
            self.cursor.pass_colon()?;
            match self.child(node, key) {
                Some(number) => self.read_wanted(number, object)?,
                None => self.cursor.pass_value()?,
            }
            self.cursor.pass_space();
            if self.cursor.peek() != b',' {
                return Ok(self.cursor.expect(b'}')?);
            }
            self.cursor.step();
            self.cursor.pass_space();
        }
    }

    /// Reads the value under a wanted key. A key that comes again replaces all that stood under it, as in serde_json's own values.
    fn read_wanted(&mut self, number: usize, object: &mut Object<'_>) -> Result<(), Fault> {
        let trie = object.trie;
        let Some(node) = trie.node(number) else {
            return Ok(self.cursor.pass_value()?);
        };
        if object.cells.get(number) != Some(&Cell::Absent) {
            self.flags.duplicate_keys = true;
            object.forget(number, node);
        }
        object.note(number, Cell::Seen);
        let start = self.cursor.at();
        match self.cursor.peek() {
            b'"' if node.kept => {
                let string = self.pass_quoted()?;
                object.note(number, self.cell_of_string(string));
                return Ok(());
            }
            b'{' if node.has_children() => self.read_object(node, object)?,
            b'[' => match (node.block, &mut object.lists) {
                (Some(block), Some(lists)) => {
                    let records = block.of_mut(lists.blocks);
                    self.read_list(lists.layout.record(block), records)?;
                }
                _ => self.cursor.pass_value()?,
            },
            _ => self.cursor.pass_value()?,
        }
        if node.kept {
            object.note(number, self.cell_of_json(start, self.cursor.at())?);
        }
        Ok(())
    }

    /// Reads a list of records; elements that are no objects are no records.
    fn read_list(&mut self, trie: &Trie, records: &mut Records) -> Result<(), Fault> {
        self.cursor.expect(b'[')?;
        self.cursor.pass_space();
        if self.cursor.peek() == b']' {
            self.cursor.step();
            return Ok(());
        }
        loop {
            match self.cursor.peek() {
                b'{' if records.count() < RECORDS_MAX => self.read_root(trie, records.push(), None)?,
                b'{' => {
                    self.flags.records_cut = true;
                    self.cursor.pass_value()?;
                }
                _ => self.cursor.pass_value()?,
            }
            self.cursor.pass_space();
            if self.cursor.peek() != b',' {
                return Ok(self.cursor.expect(b']')?);
            }
            self.cursor.step();
            self.cursor.pass_space();
        }
    }

    #[inline]
    fn pass_quoted(&mut self) -> Result<Quoted, NotJson> {
        let start = self.cursor.at() + 1;
        let escaped = self.cursor.pass_string()?;
        Ok(Quoted { start, end: self.cursor.at() - 1, escaped })
    }

    #[inline]
    fn child(&mut self, node: &Node, key: Quoted) -> Option<usize> {
        let written = self.text.get(key.start..key.end)?;
        if !key.escaped {
            return node.child(written);
        }
        let before = self.arena.len();
        unescape(written, self.arena);
        let child = self.arena.get(before..).and_then(|key| node.child(key));
        self.arena.truncate(before);
        child
    }

    fn cell_of_string(&mut self, string: Quoted) -> Cell {
        if !string.escaped {
            return Cell::Plain(narrow(string.start), narrow(string.end));
        }
        let before = self.arena.len();
        let written = self.text.get(string.start..string.end).unwrap_or_default();
        self.flags.repaired |= unescape(written, self.arena);
        Cell::Unescaped(narrow(before), narrow(self.arena.len()))
    }

    fn cell_of_json(&self, start: usize, end: usize) -> Result<Cell, Fault> {
        let json = self.text.get(start..end).unwrap_or_default();
        match json.as_bytes() {
            [b'n', ..] => Ok(Cell::Seen),
            [b'-' | b'0'..=b'9', ..] if is_too_large(json) => Err(Fault::NumberTooLarge(start)),
            _ => Ok(Cell::Json(narrow(start), narrow(end))),
        }
    }
}

impl Object<'_> {
    /// Takes back what an earlier value under the same key left.
    fn forget(&mut self, number: usize, node: &Node) {
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

    fn note(&mut self, number: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(number) {
            *place = cell;
        }
    }
}

/// Returns whether a number is beyond what serde_json's own numbers hold; only long ones and those with exponents can be.
fn is_too_large(number: &str) -> bool {
    let suspect = number.len() > 300 || number.contains(['e', 'E']);
    suspect && number.parse::<f64>().is_ok_and(f64::is_infinite)
}
