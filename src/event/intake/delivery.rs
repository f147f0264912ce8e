//! Deliveries: the envelope in which an event hook brings events.
//!
//! Takes a whole object; if it is an envelope, gives its events as pieces of their own, with the org's host. One event that is no JSON
//! does not cost the others.

use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use serde_json::value::RawValue;

use super::pieces::{Outcome, Pieces};
use super::{BadPiece, BadPieceKind, Piece};
use crate::event::log_event::Lexeme;
use crate::event::normalise::pick;
use crate::event::origin::Source;

/// What an envelope says in place of an event type.
const ENVELOPE: &str = "com.okta.event_hook";

/// Looks for the envelope's word: far quicker than parsing every event to learn that it is none.
static WORD: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new([ENVELOPE]).ok());

/// Returns the pieces of a delivery; none if the object is no delivery.
pub(super) fn split(bytes: &[u8], line: u64) -> Option<Vec<Result<Piece, BadPiece>>> {
    if !WORD.as_ref().is_some_and(|word| word.is_match(bytes)) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let [event_type, source] = pick(&text, ["eventType", "source"]);
    if event_type != Lexeme::from(ENVELOPE) {
        return None;
    }
    let org = match &source {
        Lexeme::Text(url) => host(url),
        _ => None,
    };
    let make = |bytes: &[u8], line| Piece { bytes: bytes.to_vec(), line, source: Some(Source::Hook), org: org.clone() };
    let refuse = |kind, bytes: &[u8], line| BadPiece::of(Outcome { fault: Some(kind), line, message: None }, bytes.to_vec());
    let events = match (serde_json::from_slice(bytes), find_events(bytes)) {
        (Ok(Envelope { data: Some(Data { events: Some(events) }) }), _) => whole_events(bytes, line, events, make, refuse),
        (Ok(_), _) | (Err(_), None) => vec![Err(refuse(BadPieceKind::NoEvents, bytes, line))],
        (Err(_), Some(start)) => salvaged_events(bytes, start, line, make, refuse),
    };
    Some(events)
}

#[derive(serde::Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(serde::Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    events: Option<Vec<&'a RawValue>>,
}

fn whole_events(
    bytes: &[u8],
    line: u64,
    events: Vec<&RawValue>,
    make: impl Fn(&[u8], u64) -> Piece,
    refuse: impl Fn(BadPieceKind, &[u8], u64) -> BadPiece,
) -> Vec<Result<Piece, BadPiece>> {
    let (mut line, mut counted) = (line, 0);
    let place = |event: &RawValue| {
        let event = event.get().as_bytes();
        let start = event.as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
        line += lines_in(bytes.get(counted..start).unwrap_or_default());
        counted = start;
        match event {
            [b'{', ..] => Ok(make(event, line)),
            _ => Err(refuse(BadPieceKind::NotAnObject, event, line)),
        }
    };
    events.into_iter().map(place).collect()
}

/// Finds the events of an envelope that is not all JSON, by their braces.
fn salvaged_events(
    bytes: &[u8],
    start: usize,
    line: u64,
    make: impl Fn(&[u8], u64) -> Piece,
    refuse: impl Fn(BadPieceKind, &[u8], u64) -> BadPiece,
) -> Vec<Result<Piece, BadPiece>> {
    let (before, rest) = bytes.split_at_checked(start).unwrap_or((bytes, &[]));
    let line_before = line + lines_in(before) - 1;
    let mut pieces = Pieces::new(rest);
    let (mut events, mut piece) = (Vec::new(), Vec::new());
    while let Some(outcome) = pieces.next_into(&mut piece) {
        let line = line_before + outcome.line;
        match outcome.fault {
            None => events.push(Ok(make(&piece, line))),
            // The envelope's own end.
            Some(_) if piece.starts_with(b"}") => break,
            Some(kind) => events.push(Err(refuse(kind, &piece, line))),
        }
    }
    events
}

/// Returns where the list of events begins: after `"events"`, a colon and a bracket.
fn find_events(bytes: &[u8]) -> Option<usize> {
    const KEY: &[u8] = b"\"events\"";
    let mut places = bytes.windows(KEY.len()).enumerate().filter(|(_, window)| *window == KEY);
    places.find_map(|(at, _)| {
        let mut after = bytes.iter().enumerate().skip(at + KEY.len()).filter(|(_, byte)| !byte.is_ascii_whitespace());
        match (after.next()?, after.next()?) {
            ((_, b':'), (bracket, b'[')) => Some(bracket),
            _ => None,
        }
    })
}

/// Returns the host of the address that the envelope names as its source, `https://{host}/api/v1/eventHooks/{id}`.
fn host(url: &str) -> Option<Arc<str>> {
    let host = url.strip_prefix("https://")?.split('/').next()?.to_ascii_lowercase();
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    is_host.then(|| host.into())
}

fn lines_in(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}
