//! Text that comes from events, made safe to show.
//!
//! Whoever signs in chooses a user agent and often a display name. Shown as it is, such a text could move the cursor, recolour the
//! terminal, forge a line of output, or turn the reading direction so that it reads as something else.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns a text with its control, bidirectional and invisible characters written out: `\n`, `\u{202e}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_treacherous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if is_treacherous(character) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Returns JSON on one line in which such characters are escaped too; it says the same to whoever parses it.
pub(super) fn json(value: &serde_json::Value) -> String {
    json_text(value.to_string())
}

/// Escapes such characters in JSON that is written on one line.
pub(super) fn json_text(text: String) -> String {
    if !text.chars().any(is_treacherous) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut units = [0; 2];
    for character in text.chars() {
        // Between its texts, JSON on one line has no such character.
        if is_treacherous(character) {
            character.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(character);
        }
    }
    out
}

/// Returns a text that is safe to show and at most so many columns wide.
pub fn shown_within(text: &str, columns: usize) -> Cow<'_, str> {
    let text = shown(text);
    if unicode_width::UnicodeWidthStr::width(text.as_ref()) <= columns {
        return text;
    }
    let mut out = String::new();
    let mut used = 0;
    for character in text.chars() {
        let width = unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if used + width + 1 > columns {
            break;
        }
        used += width;
        out.push(character);
    }
    out.push('…');
    Cow::Owned(out)
}

fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' // soft hyphen
                | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // direction
                | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' // nothing to see
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}' // tags
        )
}
