//! The System Log: events by polling without end, or between two instants.

use std::fmt;

use serde_json::value::RawValue;

use super::{Client, Error, LinkFault, OrgAddress};
use crate::event::Timestamp;

/// Most events that one page may hold, and the number asked for.
pub const LOG_LIMIT_MAX: u16 = 1000;

/// The order of a bounded query.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// What to ask the System Log for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogQuery {
    since: Timestamp,
    until: Option<Timestamp>,
    filter: Option<String>,
    keywords: Option<String>,
    limit: u16,
    order: Order,
}

impl LogQuery {
    /// Asks for everything that is written to the log from an instant on, in the order in which it is written; never ends.
    pub fn polling(since: Timestamp) -> LogQuery {
        LogQuery { since, until: None, filter: None, keywords: None, limit: LOG_LIMIT_MAX, order: Order::Ascending }
    }

    /// Asks for what was published between two instants. Events that come in late may be missing.
    pub fn between(since: Timestamp, until: Timestamp) -> LogQuery {
        LogQuery { until: Some(until), ..LogQuery::polling(since) }
    }

    /// Only events that fulfil a SCIM expression, such as `eventType eq "user.session.start"`.
    pub fn filter(mut self, expression: impl Into<String>) -> LogQuery {
        self.filter = Some(expression.into());
        self
    }

    /// Only events that hold these words.
    pub fn keywords(mut self, words: impl Into<String>) -> LogQuery {
        self.keywords = Some(words.into());
        self
    }

    /// At most that many events in a page, 1 to 1000.
    pub fn limit(mut self, events: u16) -> LogQuery {
        self.limit = events.clamp(1, LOG_LIMIT_MAX);
        self
    }

    /// In that order; only bounded queries can be turned round.
    pub fn order(mut self, order: Order) -> LogQuery {
        self.order = if self.until.is_some() { order } else { Order::Ascending };
        self
    }
}

/// The address of a next page, checked: it leads to the same org's System Log. Kept and followed exactly as Okta wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogCursor(String);

impl LogCursor {
    /// Checks an address, from a header or from the store.
    pub fn parse(org: &OrgAddress, text: &str) -> Result<LogCursor, LinkFault> {
        let _ = (org, text);
        todo!()
    }

    /// Returns the address as Okta wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One page of the System Log.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// The events, each as the bytes that came.
    pub events: Vec<Box<RawValue>>,
    /// What stood between them and is no event.
    pub bad: Vec<BadRow>,
    /// How it goes on.
    pub next: Next,
    /// How many rows the page was asked to hold at most, where the address says so: a page with fewer is the last one for now.
    pub limit: Option<u16>,
}

/// Something in a page that is no event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRow {
    /// Its place in the page, from 0.
    pub index: usize,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is wrong with it.
    pub why: String,
}

/// How a page goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// With this page.
    Page(LogCursor),
    /// Not at all.
    End,
    /// With a page that is not to be fetched.
    Refused(LinkFault),
}

impl LogPage {
    /// Returns how many rows came, good or bad.
    pub fn rows(&self) -> usize {
        self.events.len() + self.bad.len()
    }

    /// Whether there is, for now, nothing behind this page: a poller sleeps before it goes on.
    pub fn is_last_for_now(&self) -> bool {
        self.rows() < usize::from(self.limit.unwrap_or(1))
    }
}

/// Reads page after page, and notices when it is led in a circle.
#[derive(Clone, Debug)]
pub struct LogReader {
    client: Client,
}

impl LogReader {
    /// Returns the next page; none when a bounded query is at its end. A polling query always has one: sleep when
    /// [`LogPage::is_last_for_now`]. After an error the same page may be asked for again.
    pub async fn next_page(&mut self) -> Result<Option<LogPage>, Error> {
        let _ = &self.client;
        todo!()
    }

    /// Returns the address of the page that [`next_page`](Self::next_page) will fetch; none at the beginning and at the end.
    pub fn cursor(&self) -> Option<&LogCursor> {
        todo!()
    }
}

impl Client {
    /// Fetches the first page of a query.
    pub async fn logs(&self, query: &LogQuery) -> Result<LogPage, Error> {
        let _ = query;
        todo!()
    }

    /// Fetches the page at a cursor.
    pub async fn logs_at(&self, cursor: &LogCursor) -> Result<LogPage, Error> {
        let _ = cursor;
        todo!()
    }

    /// Reads a query page by page from its beginning.
    pub fn read_logs(&self, query: LogQuery) -> LogReader {
        let _ = query;
        todo!()
    }

    /// Reads on from a cursor, page by page.
    pub fn read_logs_at(&self, cursor: LogCursor) -> LogReader {
        let _ = cursor;
        todo!()
    }
}
