//! Text that came from outside, made fit to show: what Okta's answers say is partly written by people who may mean harm.

use super::Secret;

/// Most characters of a foreign text that a message repeats.
const SHOWN_CHARS_MAX: usize = 512;

/// What stands where a secret stood.
const HIDDEN: &str = "[hidden]";

/// Returns the text without anything that could steer a terminal or a log, on one line, at most 512 characters long.
///
/// Control characters, line ends and marks that change the direction of writing become a space; runs of spaces become one.
pub fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut shown = 0;
    for c in text.chars().map(|c| if steers(c) || c.is_whitespace() { ' ' } else { c }) {
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if shown == SHOWN_CHARS_MAX {
            out.push('…');
            break;
        }
        out.push(c);
        shown += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns the text cleaned, and with every one of these secrets replaced.
pub(super) fn clean_of(text: &str, secrets: &[Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(Secret::expose).filter(|secret| !secret.is_empty()) {
        if text.contains(secret) {
            text = text.replace(secret, HIDDEN);
        }
    }
    clean(&text)
}

/// Whether a character acts on the reader's terminal or the order of what they read, instead of being read.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
