//! The System Log: events in the order in which they were written down, and the queries of `GET /api/v1/logs`.

mod fields;
mod query;
mod words;

use serde_json::Value;

use crate::event::{Span, Timestamp};

use super::answer::Answer;
use super::call::{Call, encode};
use super::org::Org;
use query::{Kind, Query};

/// Most events that are kept; the oldest go first.
const EVENTS_MAX: usize = 500_000;

/// One event as it was written down.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its place in the order of writing, from 1.
    pub(super) seq: u64,
    pub(super) published: Timestamp,
    /// When it was written down: later than `published`, sometimes much.
    pub(super) persisted: Timestamp,
    pub(super) event: Value,
}

/// All events.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Vec<Entry>,
    last: u64,
}

impl Log {
    /// Writes an event down and returns its place.
    pub(super) fn push(&mut self, event: Value, published: Timestamp, now: Timestamp) -> u64 {
        if self.entries.len() >= EVENTS_MAX {
            self.entries.drain(..EVENTS_MAX / 10);
        }
        self.last += 1;
        // INVARIANT: what is written later has a later or the same time, even where the clock was moved back.
        let persisted = self.entries.last().map_or(now, |entry| entry.persisted.max(now));
        self.entries.push(Entry { seq: self.last, published, persisted, event });
        self.last
    }

    pub(super) fn find(&self, seq: u64) -> Option<&Entry> {
        let at = self.entries.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.entries.get(at)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Answers `GET /api/v1/logs`.
pub(super) fn list(org: &mut Org, call: &Call) -> Answer {
    let query = match Query::read(call, &org.switches, org.now()) {
        Ok(query) => query,
        Err(refusal) => return refusal,
    };
    let horizon = org.now().minus(Span::days(org.switches.retention_days));
    let page = match query.kind {
        Kind::Polling { .. } => polling(&org.log, &query, horizon),
        Kind::Bounded { .. } => bounded(&org.log, &query, horizon, org.switches.bounded_next_forever),
    };
    let mut own = format!("{}{}", org.base, call.path);
    if !call.raw_query.is_empty() {
        own.push('?');
        own.push_str(&call.raw_query);
    }
    let answer = Answer::ok(Value::Array(page.events)).header("link", format!("<{own}>; rel=\"self\""));
    match page.next {
        Some(place) => {
            let link = next_link(org, call, place);
            answer.header("link", format!("<{link}>; rel=\"next\""))
        }
        None => answer,
    }
}

struct Page {
    events: Vec<Value>,
    /// Where the next page begins.
    next: Option<u64>,
}

/// A page in the order of writing. There is always a next one, which may be empty for a long time.
fn polling(log: &Log, query: &Query, horizon: Timestamp) -> Page {
    let (after, since) = match query.kind {
        Kind::Polling { after, since } => (after, since),
        Kind::Bounded { .. } => (None, horizon),
    };
    let begin = match after {
        Some(seq) => log.entries.partition_point(|entry| entry.seq <= seq),
        None => log.entries.partition_point(|entry| entry.persisted < since),
    };
    let mut place = after.unwrap_or_else(|| begin.checked_sub(1).and_then(|before| log.entries.get(before)).map_or(0, |entry| entry.seq));
    let mut events = Vec::new();
    for entry in log.entries.get(begin..).unwrap_or_default() {
        if events.len() >= query.limit {
            break;
        }
        place = entry.seq;
        if entry.published >= horizon && query.fits(&entry.event) {
            events.push(entry.event.clone());
        }
    }
    Page { events, next: Some(place) }
}

/// A page between two instants of `published`, in its order.
fn bounded(log: &Log, query: &Query, horizon: Timestamp, forever: bool) -> Page {
    let Kind::Bounded { since, until, skip, descending } = query.kind else { return Page { events: Vec::new(), next: None } };
    let since = since.max(horizon);
    let mut found: Vec<&Entry> = log.entries.iter().filter(|entry| entry.published >= since && entry.published <= until && query.fits(&entry.event)).collect();
    found.sort_by_key(|entry| (entry.published, entry.seq));
    if descending {
        found.reverse();
    }
    let skip_entries = usize::try_from(skip).unwrap_or(usize::MAX);
    let events: Vec<Value> = found.iter().skip(skip_entries).take(query.limit).map(|entry| entry.event.clone()).collect();
    let reached = skip_entries.saturating_add(events.len());
    let more = reached < found.len() && query.limit > 0;
    Page { events, next: (more || forever).then(|| u64::try_from(reached).unwrap_or(u64::MAX)) }
}

/// The link to the next page: the query as it came, with a cursor.
fn next_link(org: &Org, call: &Call, place: u64) -> String {
    let mut link = format!("{}{}?", org.base, call.path);
    for (key, value) in call.query.iter().filter(|(key, _)| key != "after") {
        link.push_str(&format!("{}={}&", encode(key), encode(value)));
    }
    link.push_str(&format!("after={}_{place}", org.now().micros() / 1000));
    link
}
