//! Reading headers by hand: dates, numbers, and lists of `key="value"`, with nothing assumed about who wrote them.

use reqwest::header::{HeaderMap, HeaderName};

use super::limiter::RateHeaders;
use crate::event::Timestamp;

/// Longest request id that is repeated; Okta's have 32 characters.
const REQUEST_ID_BYTES_MAX: usize = 80;

/// Returns Okta's id of the request, if it looks like one.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = text(headers, "x-okta-request-id")?;
    let fine = (1..=REQUEST_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'@' | b'+' | b'/' | b'=' | b'.'));
    fine.then(|| id.to_owned())
}

/// Returns what the headers say of the rate limit. When a header comes twice, the smaller number counts.
pub(super) fn rate(headers: &HeaderMap) -> RateHeaders {
    let smallest = |name: &'static str| {
        let values = headers.get_all(HeaderName::from_static(name)).iter();
        values.filter_map(|value| value.to_str().ok()?.trim().parse::<i64>().ok()).min()
    };
    let count = |name| smallest(name).and_then(|n| u32::try_from(n).ok());
    RateHeaders {
        limit: count("x-rate-limit-limit"),
        remaining: count("x-rate-limit-remaining"),
        reset: smallest("x-rate-limit-reset"),
        date: date(headers).map(|date| date.micros() / 1_000_000),
    }
}

/// Returns what the other end's clock shows.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(text(headers, "date")?)
}

/// Returns a header as text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Option<&'h str> {
    headers.get(HeaderName::from_static(name))?.to_str().ok()
}

/// Reads `Thu, 27 Aug 2020 18:15:22 GMT` (RFC 9110, 5.6.7); the two forms that are no longer to be sent are none.
fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next() != Some("GMT") || parts.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z"))
}

/// Reads `key=value, key="va\"lue"` with `separator` between pairs, up to the first thing that is no pair. Keys in lower case.
///
/// Returns the pairs and what is left of the text.
pub(super) fn pairs(text: &str, separator: char) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        let Some((key, behind)) = token(rest) else { return (found, rest) };
        let behind = behind.trim_start_matches([' ', '\t']);
        let (value, behind) = match behind.strip_prefix('=') {
            None => (String::new(), behind),
            Some(behind) => match value(behind.trim_start_matches([' ', '\t'])) {
                Some(read) => read,
                None => return (found, rest),
            },
        };
        found.push((key.to_ascii_lowercase(), value));
        rest = behind.trim_start_matches([' ', '\t']);
        match rest.strip_prefix(separator) {
            Some(behind) => rest = behind,
            None => return (found, rest),
        }
    }
}

fn token(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))).unwrap_or(text.len());
    if end == 0 { None } else { text.split_at_checked(end) }
}

/// Reads a token or a quoted string; a quote that is never closed is none.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(inner) = text.strip_prefix('"') else {
        let (token, rest) = token(text)?;
        return Some((token.to_owned(), rest));
    };
    let mut out = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, inner.get(at + 1..)?)),
            '\\' => out.push(chars.next()?.1),
            other => out.push(other),
        }
    }
    None
}
