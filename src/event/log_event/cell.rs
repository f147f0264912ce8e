//! Cells: where in an event's text a value stands.
//!
//! A cell is a range in the event's text, or in the arena where text with escapes stands unescaped. Holds no text itself.

use std::borrow::Cow;

/// What was found at a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::event) enum Cell {
    /// The key is not there.
    #[default]
    Absent,
    /// The key is there; its value is null or was not kept.
    Seen,
    /// A string without escapes: the range between its quotes.
    Plain(u32, u32),
    /// A string with escapes: the range of the arena where it stands unescaped.
    Unescaped(u32, u32),
    /// Any other value: the range of its JSON.
    Json(u32, u32),
}

/// A value as JSON writes it, once its escapes are resolved.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::event) enum Lexeme<'a> {
    /// Absent or null.
    Nothing,
    /// A string.
    Text(Cow<'a, str>),
    /// The JSON of a number, a boolean, a list or an object.
    Json(&'a str),
}

impl<'a> Lexeme<'a> {
    /// Reads a JSON value, which must be valid.
    pub(in crate::event) fn of_json(json: &'a str) -> Lexeme<'a> {
        match (json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')), json) {
            (Some(inner), _) if inner.contains('\\') => {
                let mut text = String::new();
                unescape(inner, &mut text);
                Lexeme::Text(Cow::Owned(text))
            }
            (Some(inner), _) => Lexeme::Text(Cow::Borrowed(inner)),
            (None, "null") => Lexeme::Nothing,
            (None, json) => Lexeme::Json(json),
        }
    }
}

impl<'a> Lexeme<'a> {
    /// Returns the JSON: the value's own, or what its text may hold.
    pub(in crate::event) fn json(&self) -> Option<&'a str> {
        match self {
            Lexeme::Json(json) | Lexeme::Text(Cow::Borrowed(json)) => Some(json),
            Lexeme::Nothing | Lexeme::Text(Cow::Owned(_)) => None,
        }
    }
}

impl<'a> From<&'a str> for Lexeme<'a> {
    fn from(text: &'a str) -> Self {
        Lexeme::Text(Cow::Borrowed(text))
    }
}

/// Appends a JSON string's text with its escapes resolved; returns whether half of a surrogate pair had to be replaced by U+FFFD.
///
/// Takes what stands between the quotes of a valid JSON string.
pub(in crate::event) fn unescape(inner: &str, out: &mut String) -> bool {
    let mut repaired = false;
    out.reserve(inner.len());
    // JSON inside text has an escape every few bytes, so looking at each byte is faster than searching.
    let (mut done, mut at) = (0, 0);
    let bytes = inner.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        out.push_str(inner.get(done..at).unwrap_or_default());
        let resolved = match bytes.get(at + 1) {
            Some(b'u') => {
                let escape = inner.get(at + 2..).unwrap_or_default();
                let (character, tail) = unescape_unit(escape);
                repaired |= character.is_none();
                out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                at = inner.len() - tail.len();
                done = at;
                continue;
            }
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            // The character itself, which goes with what comes after it.
            _ => {
                done = at + 1;
                at += 2;
                continue;
            }
        };
        out.push(resolved);
        at += 2;
        done = at;
    }
    out.push_str(inner.get(done..).unwrap_or_default());
    repaired
}

/// Reads the digits after `\u` and, for the first half of a pair, the second half; no character is half a pair alone.
fn unescape_unit(text: &str) -> (Option<char>, &str) {
    let Some((unit, rest)) = hex_unit(text) else {
        return (None, text);
    };
    if !(0xD800..0xDC00).contains(&unit) {
        return (char::from_u32(unit), rest);
    }
    match rest.strip_prefix("\\u").and_then(hex_unit) {
        Some((low, tail)) if (0xDC00..0xE000).contains(&low) => (char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), tail),
        _ => (None, rest),
    }
}

fn hex_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

/// Replaces halves of surrogate pairs, which JSON lets through and no text can hold, by the escape of U+FFFD; none if there are none.
pub(in crate::event) fn repair_surrogates(json: &str) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        let next = json.get(escape + 1..).unwrap_or_default();
        let Some(digits) = next.strip_prefix('u') else {
            at = escape + 1 + next.chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let (character, rest) = unescape_unit(digits);
        at = json.len() - rest.len();
        if character.is_none() && hex_unit(digits).is_some() {
            out.push_str(json.get(done..escape).unwrap_or_default());
            out.push_str("\\ufffd");
            done = at;
        }
    }
    if done == 0 {
        return None;
    }
    out.push_str(json.get(done..).unwrap_or_default());
    Some(out)
}

/// Narrows an offset, which [`super::EVENT_BYTES_MAX`] keeps small.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
