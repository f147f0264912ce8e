//! The parameters of a log query, and what Okta says where they are wrong.

use serde_json::Value;

use crate::event::{Span, Timestamp};
use crate::fake_okta::answer::{Answer, fault};
use crate::fake_okta::call::Call;
use crate::fake_okta::options::Switches;
use crate::fake_okta::scim::{self, Filter};

use super::{fields, words};

const KEYWORDS_MAX: usize = 10;
const KEYWORD_LETTERS_MAX: usize = 40;
const LIMIT_MAX: usize = 1000;
const LIMIT_DEFAULT: usize = 100;
/// How far back a query may begin; the retention is shorter.
const SINCE_DAYS_MAX: i64 = 180;
const SINCE_DAYS_DEFAULT: i64 = 7;

/// A log query.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) kind: Kind,
    pub(super) limit: usize,
    filter: Option<Filter>,
    keywords: Vec<String>,
}

/// The two kinds of queries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// No `until`, ascending: by time of writing, without end.
    Polling { since: Timestamp, after: Option<u64> },
    /// Everything else: by `published`, with an end.
    Bounded { since: Timestamp, until: Timestamp, skip: u64, descending: bool },
}

impl Query {
    pub(super) fn read(call: &Call, switches: &Switches, now: Timestamp) -> Result<Self, Answer> {
        let descending = match call.param("sortOrder") {
            None | Some("ASCENDING") => false,
            Some("DESCENDING") => true,
            Some(_) => return Err(validation("sortOrder", "must be one of [ASCENDING, DESCENDING]", &[])),
        };
        let until = date(call, "until")?;
        let since = date(call, "since")?;
        if since.is_some_and(|since| since < now.minus(Span::days(SINCE_DAYS_MAX))) {
            return Err(bad_parameter("The since parameter is over 180 days prior to the current day."));
        }
        let limit = match call.param("limit").map(str::parse::<usize>) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit)) if limit <= LIMIT_MAX => limit,
            Some(_) => return Err(validation("limit", "must be a whole number between 0 and 1000", &[])),
        };
        let place = call.param("after").map(|after| cursor(after, switches, now)).transpose()?;
        let kind = if until.is_none() && !descending {
            Kind::Polling { since: since.unwrap_or_else(|| now.minus(Span::days(SINCE_DAYS_DEFAULT))), after: place }
        } else {
            let until = until.unwrap_or(now);
            let since = since.unwrap_or_else(|| until.minus(Span::days(SINCE_DAYS_DEFAULT)));
            Kind::Bounded { since, until, skip: place.unwrap_or(0), descending }
        };
        Ok(Query { kind, limit, filter: filter(call)?, keywords: keywords(call)? })
    }

    /// Says whether an event is wanted.
    pub(super) fn fits(&self, event: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.fits(event)) && self.keywords.iter().all(|keyword| words::holds(event, keyword))
    }
}

fn date(call: &Call, name: &str) -> Result<Option<Timestamp>, Answer> {
    let Some(text) = call.param(name) else { return Ok(None) };
    let read = Timestamp::parse(text);
    if read.is_none() {
        let format = "The date format in your query is not recognized. Please enter dates using ISO8601 string format.";
        return Err(validation(name, format, &["must be a valid date-time or empty."]));
    }
    Ok(read)
}

/// Reads a cursor: when it was made, and the place it stands for.
fn cursor(text: &str, switches: &Switches, now: Timestamp) -> Result<u64, Answer> {
    let wrong = || bad_parameter("The after parameter is not valid.");
    let (made, place) = text.split_once('_').ok_or_else(wrong)?;
    let made = made.parse::<i64>().map_err(|_| wrong())?;
    let age = now.since(Timestamp::from_micros(made.saturating_mul(1000)));
    if switches.cursor_seconds.is_some_and(|most| age > Span::seconds(most)) {
        return Err(wrong());
    }
    place.parse().map_err(|_| wrong())
}

fn filter(call: &Call) -> Result<Option<Filter>, Answer> {
    let Some(text) = call.param("filter") else { return Ok(None) };
    let filter = scim::parse(text).map_err(|wrong| fault(400, "E0000053", &format!("Invalid filter '{text}': {wrong}"), &[]))?;
    let mut refusal = None;
    filter.each(&mut |path, operator| {
        if refusal.is_some() {
            return;
        }
        if !fields::is_known(path) {
            refusal = Some(fault(400, "E0000053", &format!("field is not valid: {path}"), &[]));
        } else if operator == "co" && fields::is_not_searched_within(path) {
            refusal = Some(fault(400, "E0000031", &format!("Invalid search criteria. Operator 'co' is not supported for field '{path}'"), &[]));
        }
    });
    match refusal {
        Some(refusal) => Err(refusal),
        None => Ok(Some(filter)),
    }
}

fn keywords(call: &Call) -> Result<Vec<String>, Answer> {
    let keywords: Vec<String> = call.param("q").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    if keywords.len() > KEYWORDS_MAX {
        return Err(validation("q", "there are more than 10 keywords", &[]));
    }
    if keywords.iter().any(|keyword| keyword.chars().count() > KEYWORD_LETTERS_MAX) {
        return Err(validation("q", "a keyword is longer than 40 characters", &[]));
    }
    Ok(keywords)
}

/// What is wrong with a parameter: 400 with E0000001, the parameter in quotes.
fn validation(name: &str, sentence: &str, more: &[&str]) -> Answer {
    let mut summary = format!("Api validation failed: '{name}': {sentence}");
    for sentence in more {
        summary.push_str(&format!(" '{name}': {sentence}"));
    }
    let causes: Vec<String> = std::iter::once(&sentence).chain(more).map(|sentence| format!("{name}: {sentence}")).collect();
    let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
    fault(400, "E0000001", &summary, &causes)
}

fn bad_parameter(sentence: &str) -> Answer {
    fault(400, "E0000053", &format!("Invalid parameter: {sentence}"), &[])
}
