//! How a scalar is written.
//!
//! Quotes that say nothing are left out, those that are needed stay as they are; blocks of prose keep their lines.
//! Expressions and titles choose their style by what is in them, never by what they were written in.

use super::tree::{Scalar, Style};
use crate::language::WIDTH;

/// A scalar in its written form.
#[derive(Debug)]
pub(super) enum Written {
    /// Text behind a key or dash; nothing is the empty text.
    Inline(String),
    /// A block: its sign, such as `|-`, and its lines.
    Block(String, Vec<String>),
}

/// Writes a scalar outside of brackets, from a column on.
pub(super) fn write(scalar: &Scalar, column: usize) -> Written {
    let text = scalar.text.as_str();
    match &scalar.style {
        Style::Expression => expression(text),
        Style::Title if is_plain(text, false) && !is_typed(text) => Written::Inline(text.to_owned()),
        Style::Title => Written::Inline(quoted(text, text.contains(['"', '\\']) && !text.contains('\''))),
        Style::Plain if text.is_empty() => Written::Inline(String::new()),
        Style::Plain | Style::Single | Style::Double => {
            let inline = inline(scalar, false);
            let is_long = scalar.is_broken && column + inline.chars().count() > WIDTH || scalar.style == Style::Plain && text.contains('\n');
            match (is_long && !is_typed(text)).then(|| filled(text, column)).flatten() {
                Some(lines) => Written::Block(">-".to_owned(), lines),
                None => Written::Inline(inline),
            }
        }
        Style::Literal => literal(text),
        Style::Folded(_) if text.trim().is_empty() || text.ends_with("\n\n") => literal(text),
        Style::Folded(lines) => {
            let sign = if text.ends_with('\n') { ">" } else { ">-" };
            let lines = if lines.is_empty() { filled(text.trim_end_matches('\n'), column) } else { Some(lines.clone()) };
            lines.map_or_else(|| literal(text), |lines| Written::Block(sign.to_owned(), lines))
        }
    }
}

/// Writes a scalar in brackets, where that can be done on one line.
pub(super) fn write_in_brackets(scalar: &Scalar) -> Option<String> {
    let text = scalar.text.as_str();
    match scalar.style {
        Style::Plain if text.is_empty() => None,
        Style::Plain | Style::Single | Style::Double => Some(inline(scalar, true)),
        Style::Expression if is_plain(text, true) => Some(text.to_owned()),
        Style::Expression if is_visible(text) && !text.contains('\'') => Some(quoted(text, true)),
        Style::Title => Some(quoted(text, text.contains(['"', '\\']) && !text.contains('\''))),
        _ => None,
    }
}

/// Writes a scalar as a key.
pub(super) fn write_key(scalar: &Scalar, in_brackets: bool) -> String {
    if scalar.text.is_empty() { quoted("", false) } else { inline(scalar, in_brackets) }
}

/// Writes prose or data on one line.
fn inline(scalar: &Scalar, in_brackets: bool) -> String {
    let text = scalar.text.as_str();
    let is_plain = match scalar.style {
        // It has been read like that; only brackets may be new around it.
        Style::Plain => !text.contains('\n') && !text.starts_with("---") && !text.starts_with("...") && (!in_brackets || has_plain_form(text, true)),
        _ => is_plain(text, in_brackets) && is_text(text),
    };
    if is_plain { text.to_owned() } else { quoted(text, scalar.style == Style::Single && text.contains(['"', '\\', '\''])) }
}

fn expression(text: &str) -> Written {
    let is_short = text.chars().count() <= WIDTH && !text.contains('\n');
    if is_short && is_plain(text, false) {
        return Written::Inline(text.to_owned());
    }
    if is_short && is_visible(text) && !text.contains('\'') {
        return Written::Inline(quoted(text, true));
    }
    literal(&format!("{text}\n"))
}

/// Writes a `|` block, or in quotes what no block can hold.
fn literal(text: &str) -> Written {
    let body = text.trim_end_matches('\n');
    if text.trim().is_empty() || !body.chars().all(|c| is_printable(c) || c == '\n' || c == '\t') {
        return Written::Inline(quoted(text, false));
    }
    // Spaces at the beginning would be taken for indentation.
    let indent = if body.trim_start_matches('\n').starts_with([' ', '\t']) { "2" } else { "" };
    let (keep, rest) = match text.len() - body.len() {
        0 => ("-", ""),
        1 => ("", ""),
        _ => ("+", text.get(body.len() + 1..).unwrap_or("")),
    };
    let lines = body.split('\n').chain(rest.split('\n').skip(1)).map(str::to_owned).collect();
    Written::Block(format!("|{indent}{keep}"), lines)
}

/// Breaks a text into lines for a `>` block, where it says the same when they are joined again.
fn filled(text: &str, column: usize) -> Option<Vec<String>> {
    let width = WIDTH.saturating_sub(column.min(WIDTH / 2));
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    (text.chars().all(|c| is_printable(c) || c == '\n') && fold(&lines) == text).then_some(lines)
}

/// Returns the value of a `>` block of lines that are not indented, without its last line feed; lines that are make this
/// a text that no value is equal to.
pub(super) fn fold(lines: &[String]) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']) || at > 0 && out.is_empty() {
            return "\0".to_owned();
        }
        match empty {
            0 if at > 0 => out.push(' '),
            _ => out.extend(std::iter::repeat_n('\n', empty)),
        }
        empty = 0;
        out.push_str(line);
    }
    out
}

/// Says whether a text without quotes could be something other than text to some reader of YAML.
pub(super) fn is_typed(text: &str) -> bool {
    const WORDS: &[&str] = &["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf", ".nan"];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()) && !text.contains(char::is_whitespace);
    is_number || WORDS.iter().any(|word| unsigned.eq_ignore_ascii_case(word))
}

/// Says whether quotes around a text say nothing: it begins with a letter, as words do.
fn is_text(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && !is_typed(text)
}

/// Says whether a text can stand without quotes.
fn is_plain(text: &str, in_brackets: bool) -> bool {
    has_plain_form(text, in_brackets) && is_visible(text)
}

/// Says whether nothing in a text would be taken for YAML's own signs.
fn has_plain_form(text: &str, in_brackets: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let begins = match first {
        '-' | '?' | ':' => chars.next().is_some_and(|next| next != ' ' && !(in_brackets && matches!(next, ',' | '[' | ']' | '{' | '}'))),
        first => !",[]{}#&*!|>'\"%@`".contains(first),
    };
    let in_the_way =
        text.contains(": ") || text.contains(" #") || text.ends_with(':') || in_brackets && (text.contains([',', '[', ']', '{', '}']) || text == "-");
    begins && !in_the_way && text.trim() == text
}

fn is_visible(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// Says whether a character shows as itself on one line.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes a text in quotes: in single ones if so wished and possible.
fn quoted(text: &str, is_single: bool) -> String {
    if is_single && is_visible(text) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
