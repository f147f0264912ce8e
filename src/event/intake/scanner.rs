//! The scanner: finds where events begin and end in a stream of bytes, and finds its feet again after damage.
//!
//! Takes bytes in portions of any size; gives whole objects and the pieces that are none. Knows only braces, strings and lines: whether
//! an object is an event, or JSON at all, is told when it is read. Never holds more than one piece.
//!
//! Between objects it passes over white space, commas and brackets, so that lines, arrays and objects one after another all look the
//! same. Damage must not cost more than the damaged object. Two facts help: a line break inside a string is never JSON, and where
//! objects stand one to a line, a line that begins with `{` begins an object, whatever is still open. Before that is known, a line that
//! begins with `{` inside an object is remembered, and read again from there if the object turns out to be none.

use serde::de::IgnoredAny;

use super::{BAD_PIECE_BYTES_MAX, BadPieceKind};
use crate::event::log_event::EVENT_BYTES_MAX;
use crate::event::plain::plain_length;

/// What a portion of bytes completed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// A whole object.
    Whole,
    /// Something else.
    Bad(BadPieceKind),
}

/// The state of a scan.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    /// The piece so far.
    kept: Vec<u8>,
    /// The current line and the one on which the piece began, both from 1.
    line: u64,
    start_line: u64,
    /// How much white space the current line began with; none once something else came.
    indent: Option<usize>,
    start_indent: usize,
    /// Brackets that the current line opened between objects: there, a comma ends what is no object.
    brackets: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    too_long: bool,
    /// Whether objects are known to stand one to a line.
    line_mode: bool,
    restart: Option<Restart>,
    replay: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Between,
    Object,
    /// In text that is no object.
    Junk,
    /// After damage, until a line begins like the damaged object's.
    Resync,
}

/// A line inside an open object that may begin an object of its own.
#[derive(Clone, Copy, Debug)]
struct Restart {
    at: usize,
    line: u64,
}

impl Scanner {
    pub(super) fn new() -> Scanner {
        Scanner {
            state: State::Between,
            kept: Vec::new(),
            line: 1,
            start_line: 1,
            indent: Some(0),
            start_indent: 0,
            brackets: 0,
            depth: 0,
            in_string: false,
            escaped: false,
            too_long: false,
            line_mode: false,
            restart: None,
            replay: Vec::new(),
        }
    }

    /// Reads on until a piece is complete or the bytes are used up; returns how many were used.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (used, found) = match self.state {
                State::Between => self.pass_between(rest),
                State::Object => self.read_object(rest),
                State::Junk => self.read_junk(rest),
                State::Resync => self.resync(rest),
            };
            rest = rest.get(used..).unwrap_or_default();
            if found.is_some() {
                return (bytes.len() - rest.len(), found);
            }
        }
        (bytes.len(), None)
    }

    /// Ends the input: what is still open is bad, or has to be read again.
    pub(super) fn finish(&mut self) -> Option<Found> {
        match self.state {
            State::Between => None,
            State::Object => Some(self.give_up_object()),
            State::Junk => Some(self.end_bad(BadPieceKind::NotAnObject)),
            State::Resync => Some(self.end_bad(BadPieceKind::NotClosed)),
        }
    }

    /// Moves the piece that was found into `bytes`; returns the line on which it began.
    pub(super) fn take_piece(&mut self, bytes: &mut Vec<u8>) -> u64 {
        bytes.clear();
        std::mem::swap(bytes, &mut self.kept);
        self.start_line
    }

    /// Returns the bytes that must be read again before any others.
    pub(super) fn take_replay(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replay)
    }

    /// Returns the current line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    fn pass_between(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => self.begin_line(),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                b'\r' => {}
                // The three bytes of a byte order mark.
                0xEF | 0xBB | 0xBF => {}
                b'[' => (self.brackets, self.indent) = (self.brackets + 1, None),
                b']' => (self.brackets, self.indent) = (self.brackets.saturating_sub(1), None),
                b',' => self.indent = None,
                b'{' => {
                    self.begin_piece(State::Object);
                    self.start_indent = self.indent.unwrap_or(0);
                    return (at, None);
                }
                _ => {
                    self.begin_piece(State::Junk);
                    return (at, None);
                }
            }
        }
        (bytes.len(), None)
    }

    fn read_object(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        let mut at = 0;
        loop {
            if self.in_string && !self.escaped {
                at += plain_length(bytes.get(at..).unwrap_or_default());
            } else if !self.in_string {
                at += quiet_length(bytes.get(at..).unwrap_or_default());
            }
            match (self.in_string, bytes.get(at)) {
                (_, None) => break,
                (true, Some(b'\n')) => {
                    self.keep(bytes, at, EVENT_BYTES_MAX);
                    if self.restart.is_some() {
                        return (at, Some(self.give_up_object()));
                    }
                    (self.state, self.indent) = (State::Resync, None);
                    return (at, None);
                }
                (true, _) if self.escaped => self.escaped = false,
                (true, Some(b'\\')) => self.escaped = true,
                (true, Some(byte)) => self.in_string = *byte != b'"',
                (false, Some(b'"')) => self.in_string = true,
                (false, Some(b'{')) => {
                    if self.begins_line(bytes, at) && self.ends_open_object(bytes, at) {
                        self.keep(bytes, at, EVENT_BYTES_MAX);
                        (self.line_mode, self.indent) = (true, Some(0));
                        return (at, Some(self.give_up_object()));
                    }
                    self.depth += 1;
                }
                (false, Some(b'}')) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.keep(bytes, at + 1, EVENT_BYTES_MAX);
                        return (at + 1, Some(self.close_object()));
                    }
                }
                (false, Some(b'\n')) => self.line += 1,
                (false, Some(_)) => {}
            }
            at += 1;
        }
        self.keep(bytes, bytes.len(), EVENT_BYTES_MAX);
        let found = (self.too_long && self.restart.is_some()).then(|| self.give_up_object());
        (bytes.len(), found)
    }

    /// Decides what a line that begins with `{` means inside an open object: whether it ends that object.
    fn ends_open_object(&mut self, bytes: &[u8], at: usize) -> bool {
        let before = bytes.get(..at).unwrap_or_default();
        let last = before.iter().rev().chain(self.kept.iter().rev()).find(|byte| !byte.is_ascii_whitespace());
        // Only after these can a value follow; after anything else the open object is damaged.
        let may_be_inside = matches!(last, Some(b':' | b',' | b'['));
        if self.line_mode || !may_be_inside {
            return true;
        }
        if self.restart.is_none() {
            self.restart = Some(Restart { at: self.kept.len() + at, line: self.line });
        }
        false
    }

    fn begins_line(&self, bytes: &[u8], at: usize) -> bool {
        let before = match at.checked_sub(1) {
            Some(before) => bytes.get(before),
            None => self.kept.last(),
        };
        before == Some(&b'\n')
    }

    fn close_object(&mut self) -> Found {
        if self.line == self.start_line {
            self.line_mode = true;
        }
        if self.too_long {
            return self.end_bad(BadPieceKind::TooLong);
        }
        if self.restart.is_some() && serde_json::from_slice::<IgnoredAny>(&self.kept).is_err() {
            return self.give_up_object();
        }
        (self.state, self.indent) = (State::Between, None);
        Found::Whole
    }

    /// Ends an object that cannot be completed; what may be objects of their own is read again.
    fn give_up_object(&mut self) -> Found {
        let kind = if self.too_long { BadPieceKind::TooLong } else { BadPieceKind::NotClosed };
        let Some(restart) = self.restart.filter(|restart| restart.at <= self.kept.len()) else {
            return self.end_bad(kind);
        };
        self.replay = self.kept.split_off(restart.at);
        (self.line, self.indent, self.line_mode) = (restart.line, Some(0), true);
        self.end_bad(BadPieceKind::NotClosed)
    }

    fn read_junk(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                _ if self.escaped => {
                    self.escaped = false;
                    false
                }
                b'\\' => {
                    self.escaped = true;
                    false
                }
                b'"' => {
                    self.in_string = !self.in_string;
                    false
                }
                b',' | b']' => self.brackets > 0 && !self.in_string,
                _ => false,
            };
            if ends {
                self.keep(bytes, at, BAD_PIECE_BYTES_MAX);
                return (at, Some(self.end_bad(BadPieceKind::NotAnObject)));
            }
        }
        self.keep(bytes, bytes.len(), BAD_PIECE_BYTES_MAX);
        (bytes.len(), None)
    }

    /// Passes over what belongs to a damaged object, until a line begins with `{` no deeper than it did.
    fn resync(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => self.begin_line(),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                b'{' if self.indent.is_some_and(|indent| indent <= self.start_indent) => {
                    self.keep(bytes, at, BAD_PIECE_BYTES_MAX);
                    return (at, Some(self.end_bad(BadPieceKind::NotClosed)));
                }
                _ => self.indent = None,
            }
        }
        self.keep(bytes, bytes.len(), BAD_PIECE_BYTES_MAX);
        (bytes.len(), None)
    }

    fn begin_line(&mut self) {
        self.line += 1;
        (self.indent, self.brackets) = (Some(0), 0);
    }

    fn begin_piece(&mut self, state: State) {
        self.state = state;
        self.kept.clear();
        self.start_line = self.line;
        (self.depth, self.in_string, self.escaped, self.too_long) = (0, false, false, false);
        self.restart = None;
    }

    fn end_bad(&mut self, kind: BadPieceKind) -> Found {
        self.state = State::Between;
        self.kept.truncate(BAD_PIECE_BYTES_MAX);
        Found::Bad(kind)
    }

    /// Adds the first bytes of a portion to the piece, as far as it may grow.
    fn keep(&mut self, bytes: &[u8], count: usize, most: usize) {
        let room = most.saturating_sub(self.kept.len());
        self.too_long |= count > room;
        self.kept.extend_from_slice(bytes.get(..count.min(room)).unwrap_or_default());
    }
}

/// Returns how many bytes come before the first that matters outside of strings.
#[inline]
fn quiet_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, b'"' | b'{' | b'}' | b'\n')).count()
}
