//! Text that came from outside, made fit to show: what Okta's answers say is partly written by people who may mean harm.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Secret;

/// Most characters of a foreign text that a message repeats.
const SHOWN_CHARS_MAX: usize = 512;

/// Shortest secret that is looked for in foreign text. Okta's are far longer; a shorter one is part of ordinary words.
const SECRET_BYTES_MIN: usize = 6;

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

/// Returns the text cleaned, and with every one of these secrets replaced, in each form in which a request carries it.
pub(super) fn clean_of(text: &str, secrets: &[Secret]) -> String {
    let mut text = text.to_owned();
    for form in secrets.iter().filter(|secret| secret.expose().len() >= SECRET_BYTES_MIN).flat_map(forms) {
        if text.contains(form.expose()) {
            text = text.replace(form.expose(), HIDDEN);
        }
    }
    clean(&text)
}

/// Returns a secret as it is, as it stands within JSON, in a form, and in base64.
fn forms(secret: &Secret) -> Vec<Secret> {
    let text = secret.expose();
    let json = serde_json::to_string(text).unwrap_or_default();
    let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(text);
    let form = reqwest::Url::parse_with_params("http://form/", [("", text)]).ok();
    let form = form.as_ref().and_then(|url| url.query()?.strip_prefix('=')).unwrap_or(text);
    // The longest first: the plain text may be a part of what it becomes elsewhere.
    vec![Secret::new(STANDARD.encode(text)), Secret::new(form.to_owned()), Secret::new(inner.to_owned()), secret.clone()]
}

/// Whether a character acts on the reader's terminal or the order of what they read, instead of being read.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
