//! The System Log: events by polling without end, or between two instants.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde_json::value::RawValue;

use super::limiter::Bucket;
use super::request::Request;
use super::rows::{self, NoRows, Rows};
use super::{Call, Client, Error, LinkFault, Oddity, OrgAddress, Unreadable, link, read};
use crate::event::Timestamp;

const LOGS: Call = Call::named("GET /api/v1/logs");
const LOGS_PATH: &str = "/api/v1/logs";
/// How many pages a reader remembers, to notice that it is led in a circle.
const SEEN_MAX: usize = 4096;

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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LogCursor(String);

impl LogCursor {
    /// Checks an address, from a header or from the store.
    pub fn parse(org: &OrgAddress, text: &str) -> Result<LogCursor, LinkFault> {
        link::check(org, LOGS_PATH, text)?;
        Ok(LogCursor(text.to_owned()))
    }

    /// Returns the address as Okta wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a parameter of the address.
    fn parameter(&self, name: &str) -> Option<String> {
        let url = reqwest::Url::parse(&self.0).ok()?;
        url.query_pairs().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
    }

    /// Whether the query that it belongs to ends.
    fn is_bounded(&self) -> bool {
        self.parameter("until").is_some()
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
    at: At,
    bounded: bool,
    /// Pages that were read, as digests, oldest first: a link back to one of them is a circle.
    seen: VecDeque<u64>,
    hasher: RandomState,
}

/// Where a reader stands.
#[derive(Clone, Debug)]
enum At {
    Beginning(LogQuery),
    Page(LogCursor),
    Refused(LinkFault),
    End,
}

impl LogReader {
    fn new(client: Client, at: At, bounded: bool) -> LogReader {
        let mut reader = LogReader { client, at, bounded, seen: VecDeque::new(), hasher: RandomState::new() };
        if let At::Page(cursor) = reader.at.clone() {
            reader.remember(&cursor);
        }
        reader
    }

    /// Returns the next page; none when a bounded query is at its end. A polling query always has one: sleep when
    /// [`LogPage::is_last_for_now`]. After an error the same page may be asked for again, unless the link to it was refused.
    pub async fn next_page(&mut self) -> Result<Option<LogPage>, Error> {
        let mut page = match &self.at {
            At::Beginning(query) => self.client.logs(query).await?,
            At::Page(cursor) => self.client.logs_at(cursor).await?,
            At::Refused(fault) => {
                let unreadable = Unreadable { call: LOGS, status: 200, request_id: None, oddity: Oddity::Link(*fault) };
                return Err(Error::Unreadable(Box::new(unreadable)));
            }
            At::End => return Ok(None),
        };
        self.at = self.behind(&page);
        if let At::Refused(fault) = &self.at {
            page.next = Next::Refused(*fault);
        }
        Ok(Some(page))
    }

    /// Decides where to go after a page.
    fn behind(&mut self, page: &LogPage) -> At {
        // A bounded query ends with a page without a link; some that should have none have one for ever, and are then empty.
        if self.bounded && page.rows() == 0 {
            return At::End;
        }
        match &page.next {
            Next::Refused(fault) => At::Refused(*fault),
            Next::End if self.bounded => At::End,
            Next::End => At::Refused(LinkFault::Missing),
            // Nothing new, so the place has not moved: that is how polling waits.
            Next::Page(next) if page.rows() == 0 && matches!(&self.at, At::Page(here) if here == next) => At::Page(next.clone()),
            Next::Page(next) if self.seen.contains(&self.digest(next)) => At::Refused(LinkFault::Cycle),
            Next::Page(next) => {
                let next = next.clone();
                self.remember(&next);
                At::Page(next)
            }
        }
    }

    fn digest(&self, cursor: &LogCursor) -> u64 {
        self.hasher.hash_one(cursor)
    }

    fn remember(&mut self, cursor: &LogCursor) {
        if self.seen.len() == SEEN_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back(self.digest(cursor));
    }

    /// Returns the address of the page that [`next_page`](Self::next_page) will fetch; none at the beginning and at the end.
    pub fn cursor(&self) -> Option<&LogCursor> {
        match &self.at {
            At::Page(cursor) => Some(cursor),
            _ => None,
        }
    }
}

impl Client {
    /// Fetches the first page of a query.
    pub async fn logs(&self, query: &LogQuery) -> Result<LogPage, Error> {
        let limit = query.limit.to_string();
        let since = to_millis(query.since);
        let until = query.until.map(to_millis);
        let mut parameters = vec![("since", since.as_str())];
        parameters.extend(until.as_deref().map(|until| ("until", until)));
        parameters.extend(query.filter.as_deref().map(|filter| ("filter", filter)));
        parameters.extend(query.keywords.as_deref().map(|words| ("q", words)));
        parameters.extend((query.order == Order::Descending).then_some(("sortOrder", "DESCENDING")));
        parameters.push(("limit", &limit));
        let url = self.org().transport().url_with(LOGS_PATH, &parameters);
        self.log_page(url, Some(query.limit)).await
    }

    /// Fetches the page at a cursor.
    pub async fn logs_at(&self, cursor: &LogCursor) -> Result<LogPage, Error> {
        // A cursor that was checked for another org must not take this org's token there.
        if let Err(fault) = link::check(self.org().address(), LOGS_PATH, cursor.as_str()) {
            return Err(Error::Unreadable(Box::new(Unreadable { call: LOGS, status: 0, request_id: None, oddity: Oddity::Link(fault) })));
        }
        let limit = cursor.parameter("limit").and_then(|limit| limit.parse().ok());
        self.log_page(cursor.as_str().to_owned(), limit).await
    }

    /// Reads a query page by page from its beginning.
    pub fn read_logs(&self, query: LogQuery) -> LogReader {
        let bounded = query.until.is_some();
        LogReader::new(self.clone(), At::Beginning(query), bounded)
    }

    /// Reads on from a cursor, page by page.
    pub fn read_logs_at(&self, cursor: LogCursor) -> LogReader {
        let bounded = cursor.is_bounded();
        LogReader::new(self.clone(), At::Page(cursor), bounded)
    }

    async fn log_page(&self, url: String, limit: Option<u16>) -> Result<LogPage, Error> {
        let org = self.org().address();
        self.ask(Request::new(LOGS, url, Bucket::Logs), |answer| {
            let Rows { events, bad } = rows::read(&answer.body).map_err(|no_rows| match no_rows {
                NoRows::NoArray => read::shape("a list of events was expected"),
                other => read::not_json(&answer, other == NoRows::CutOff),
            })?;
            let next = match link::next(&answer.headers) {
                Ok(Some(next)) => match LogCursor::parse(org, &next) {
                    Ok(cursor) => Next::Page(cursor),
                    Err(fault) => Next::Refused(fault),
                },
                Ok(None) => Next::End,
                Err(fault) => Next::Refused(fault),
            };
            Ok(LogPage { events, bad, next, limit })
        })
        .await
    }
}

/// Writes an instant as Okta does, with milliseconds and no more.
fn to_millis(instant: Timestamp) -> String {
    Timestamp::from_micros(instant.micros() - instant.micros().rem_euclid(1000)).to_string()
}
