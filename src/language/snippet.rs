//! A piece of expression text and where it stands in its file.
//!
//! A YAML scalar's value differs from what the file holds (indentation, folding, escapes). The map tells, for every byte
//! of the value, which byte of the file it came from, so that a diagnostic marks the author's own text.

use super::ast::Place;
use crate::diagnostic::{Diagnostic, FileId, Span};

/// Where each byte of a text came from: runs of bytes that were copied as they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextMap {
    /// `(offset in the text, offset in the file)` at the start of each run, in order.
    runs: Vec<(usize, usize)>,
    /// Length of the text.
    len: usize,
    /// Offset in the file after the last byte.
    end: usize,
}

impl TextMap {
    /// Returns the map of a text that stands in the file as it is, from `start`.
    pub fn verbatim(start: usize, len: usize) -> Self {
        TextMap { runs: vec![(0, start)], len, end: start + len }
    }

    /// Returns a map of the given runs for a text of a length; `end` is the offset in the file after it.
    pub fn of_runs(runs: Vec<(usize, usize)>, len: usize, end: usize) -> Self {
        TextMap { runs, len, end }
    }

    /// Returns the offset in the file of a byte of the text.
    pub fn locate(&self, offset: usize) -> usize {
        let at = self.runs.partition_point(|(start, _)| *start <= offset);
        match at.checked_sub(1).and_then(|at| self.runs.get(at)) {
            Some((start, file)) => (file + (offset - start)).min(self.end.max(*file)),
            None => self.end,
        }
    }

    /// Returns the offset in the file after the text.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Returns the map of the part of the text that begins at `start` and is `len` long.
    pub fn part(&self, start: usize, len: usize) -> TextMap {
        let mut runs = vec![(0, self.locate(start))];
        runs.extend(self.runs.iter().filter(|(at, _)| *at > start && *at < start + len).map(|(at, file)| (at - start, *file)));
        let end = if start + len >= self.len { self.end } else { self.locate(start + len) };
        TextMap { runs, len, end }
    }
}

/// How a text is quoted in its file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    /// As it is: a plain scalar or a block.
    None,
    /// In `'`, which is doubled inside.
    Single,
    /// In `"`, with backslashes.
    Double,
}

/// Most bytes that YAML's escape of one character takes: `\\UXXXXXXXX`.
const ESCAPE_BYTES_MAX: usize = 10;

/// An expression's text with its place in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snippet {
    /// The file.
    pub file: FileId,
    /// The text of the expression.
    pub text: String,
    /// Where its bytes stand in the file.
    pub map: TextMap,
    /// How the file quotes it.
    pub quoting: Quoting,
}

impl Snippet {
    /// Returns a snippet that is a whole file: used where an expression does not come from YAML.
    pub fn whole(file: FileId, text: impl Into<String>) -> Self {
        let text = text.into();
        let map = TextMap::verbatim(0, text.len());
        Snippet { file, text, map, quoting: Quoting::None }
    }

    /// Returns the span in the file of a place in the text.
    pub fn span(&self, at: Place) -> Span {
        let start = self.map.locate(at.start);
        if at.end <= at.start {
            // An empty place at the end of the text marks the end of its last byte.
            let start = if at.start > 0 && at.start >= self.text.len() { self.end_of(at.start) } else { start };
            return Span::new(self.file, start, start);
        }
        Span::new(self.file, start, self.end_of(at.end))
    }

    /// Returns a diagnostic whose fix is written the way the file quotes this text.
    pub fn written(&self, mut fault: Diagnostic) -> Diagnostic {
        if let Some(fix) = &mut fault.fix {
            fix.replacement = match self.quoting {
                Quoting::None => std::mem::take(&mut fix.replacement),
                Quoting::Single => fix.replacement.replace('\'', "''"),
                Quoting::Double => fix.replacement.replace('\\', "\\\\").replace('"', "\\\""),
            };
        }
        fault
    }

    fn end_of(&self, end: usize) -> usize {
        // The last character may be of several bytes; its first byte is what the map knows for sure.
        let before = self.text.get(..end).unwrap_or(&self.text);
        match before.chars().next_back() {
            Some(last) => {
                let at = self.map.locate(before.len() - last.len_utf8());
                // A character that the file escapes takes more bytes there; the next one says where it ends.
                let next = if end < self.text.len() { self.map.locate(end) } else { self.map.end() };
                let is_escaped = self.quoting != Quoting::None && next > at + last.len_utf8() && next <= at + ESCAPE_BYTES_MAX;
                if is_escaped { next } else { at + last.len_utf8() }
            }
            None => self.map.locate(0),
        }
    }

    /// Returns the text at a place.
    pub fn get(&self, at: Place) -> &str {
        self.text.get(at.start..at.end).unwrap_or("")
    }
}
