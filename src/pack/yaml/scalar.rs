//! Where the characters of a scalar's value stand in the file.
//!
//! YAML takes away indentation, folds lines and undoes escapes. Walking the value and the file's own text side by side finds,
//! for every character, where it came from.

use super::{Node, Value};
use crate::diagnostic::Sources;
use crate::language::{Quoting, Snippet, TextMap};

/// Returns the text of a scalar with its places; numbers and truths give the text that stands in the file.
pub(crate) fn snippet(node: &Node, sources: &Sources) -> Option<Snippet> {
    let file = node.at.file;
    let source = sources.text(file);
    let start = node.at.start as usize;
    match &node.value {
        Value::Text(value) => {
            let (quoting, body) = match source.get(start..).and_then(|rest| rest.chars().next()) {
                Some('"') => (Quoting::Double, start + 1),
                Some('\'') => (Quoting::Single, start + 1),
                _ => (Quoting::None, start),
            };
            let map = align(value, source, body, quoting);
            // The value of a block ends with a line feed, which no expression needs.
            let text = value.trim_end().to_owned();
            let map = map.part(0, text.len());
            Some(Snippet { file, text, map, quoting })
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let text = sources.snippet(node.at).to_owned();
            let map = TextMap::verbatim(start, text.len());
            Some(Snippet { file, text, map, quoting: Quoting::None })
        }
        _ => None,
    }
}

/// Walks a value and the file side by side.
fn align(value: &str, source: &str, start: usize, quoting: Quoting) -> TextMap {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    for (offset, wanted) in value.char_indices() {
        at = match quoting {
            Quoting::Double => skip_double(source, at, wanted),
            _ => skip_plain(source, at, wanted),
        };
        // A run goes on while the file holds the same characters one after the other.
        let goes_on = runs.last().is_some_and(|(run_offset, run_at)| run_at + (offset - run_offset) == at);
        if !goes_on {
            runs.push((offset, at));
        }
        at += consumed(source, at, wanted, quoting);
    }
    if runs.is_empty() {
        runs.push((0, start));
    }
    TextMap::of_runs(runs, value.len(), at)
}

/// Moves over white space that the value does not have, or has as something else: indentation, folded line ends.
fn skip_plain(source: &str, at: usize, wanted: char) -> usize {
    let rest = source.get(at..).unwrap_or("");
    let Some(next) = rest.chars().next() else { return at };
    if next == wanted && !(wanted == ' ' && line_ends_here(rest)) {
        return at;
    }
    if wanted.is_whitespace() {
        // A folded line end: the value has a space or a line feed where the file has its end of line.
        return at + rest.find('\n').filter(|found| rest.get(..*found).is_some_and(|run| run.trim().is_empty())).unwrap_or(0);
    }
    at + (rest.len() - rest.trim_start().len())
}

fn line_ends_here(rest: &str) -> bool {
    let run = rest.trim_start_matches([' ', '\t', '\r']);
    run.starts_with('\n')
}

fn skip_double(source: &str, at: usize, wanted: char) -> usize {
    let rest = source.get(at..).unwrap_or("");
    match rest.chars().next() {
        Some('\\') => {
            // An escaped end of line joins two lines.
            let after = rest.get(1..).unwrap_or("");
            if after.starts_with(['\n', '\r']) { skip_double(source, at + 1 + (after.len() - after.trim_start().len()), wanted) } else { at }
        }
        Some(_) => skip_plain(source, at, wanted),
        None => at,
    }
}

/// Returns how many bytes of the file one character of the value takes.
fn consumed(source: &str, at: usize, wanted: char, quoting: Quoting) -> usize {
    let rest = source.get(at..).unwrap_or("");
    match quoting {
        Quoting::Double if rest.starts_with('\\') => match rest.chars().nth(1) {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(escaped) => 1 + escaped.len_utf8(),
            None => 1,
        },
        Quoting::Single if wanted == '\'' && rest.starts_with("''") => 2,
        _ => rest.chars().next().map_or(0, char::len_utf8),
    }
}
