//! Bad events: bytes that are no event, and why.

use std::fmt;

use serde::de::IgnoredAny;

/// Why some bytes are no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadEvent {
    /// The kind of fault, for counting.
    pub reason: BadEventReason,
    /// What is wrong, in plain words.
    pub message: String,
    /// Where it is, in bytes from the beginning.
    pub offset: Option<usize>,
}

/// The kinds of fault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BadEventReason {
    /// Not JSON.
    NotJson,
    /// JSON that ends before it is complete.
    CutOff,
    /// JSON, but not an object.
    NotAnObject,
    /// A number that no computer number can hold.
    NumberTooLarge,
    /// More bytes than any event has.
    TooLong,
}

impl BadEvent {
    pub(super) fn new(reason: BadEventReason, message: impl Into<String>, offset: Option<usize>) -> BadEvent {
        BadEvent { reason, message: message.into(), offset }
    }

    /// Words the fault of a text that is not JSON, or JSON that is no object.
    pub(super) fn of_text(text: &str) -> BadEvent {
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        if json.trim_start_matches([' ', '\n', '\t', '\r']).is_empty() {
            return BadEvent::new(BadEventReason::NotJson, "no event here, only white space", Some(0));
        }
        let Err(error) = serde_json::from_str::<IgnoredAny>(json) else {
            return BadEvent::new(BadEventReason::NotAnObject, "JSON, but not an object", Some(0));
        };
        let shown = error.to_string();
        let message = shown.split_once(" at line ").map_or(shown.as_str(), |(message, _)| message);
        let offset = Some(text.len() - json.len() + offset_of(json, error.line(), error.column()));
        if error.is_eof() {
            return BadEvent::new(BadEventReason::CutOff, "the event ends before its object is complete", offset);
        }
        let message = match message {
            "trailing characters" => "something follows the event's object",
            other => other,
        };
        BadEvent::new(BadEventReason::NotJson, format!("not JSON: {message}"), offset)
    }
}

impl fmt::Display for BadEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BadEvent {}

/// Turns a line and a column, both from 1 and in bytes, into an offset.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
