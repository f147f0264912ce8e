//! The functions of the language: one table.
//!
//! A row says how a function is written, what it takes and gives, one sentence, and an example. The checker types calls by
//! it, the reference page is printed from it, and misspelt names are compared with it.

use crate::event::Scalar;

/// An ordinary function: values in, a value out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is described by its row in the table")]
pub enum Function {
    Lower,
    Upper,
    Trim,
    Len,
    Split,
    Domain,
    Cidr,
    Hour,
    Weekday,
    DateDiff,
    DistanceKm,
    Coalesce,
    Exists,
    ToInt,
    ToText,
    Json,
    Similarity,
    Weight,
}

/// A function over a history.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HistoryFunction {
    Count,
    Distinct,
    Sum,
    Min,
    Max,
    Avg,
    Values,
    Top,
    Seen,
    Last,
    First,
    FirstSeen,
    TravelSpeed,
    TravelDistance,
    Sequence,
    FollowedBy,
    ZScore,
}

/// A function over a list of records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordFunction {
    Any,
    All,
    None,
    Filter,
}

/// What an argument must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter {
    /// Text.
    Text,
    /// A time.
    Time,
    /// A time zone, written out.
    Zone,
    /// Any single value.
    Any,
    /// An internet address.
    Address,
    /// A network, a list of networks, or a number of bits.
    NetworkOrBits,
    /// A position.
    Point,
    /// True or false.
    Condition,
    /// A number.
    Number,
    /// A text or a list.
    Sized,
}

/// What a call gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gives {
    /// Always this type.
    One(Scalar),
    /// A list of it.
    ListOf(Scalar),
    /// Decided by the arguments in the checker.
    Decided,
}

/// How a function is typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// An ordinary function: its parameters, how many of them must be there, whether the last one repeats.
    Plain(Function, &'static [Parameter], usize, bool, Gives),
    /// Over a list of records.
    Record(RecordFunction),
    /// Over a history; the flag says whether it is written `f(V of H)`.
    History(HistoryFunction, bool),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name.
    pub name: &'static str,
    /// How a call is written.
    pub usage: &'static str,
    /// How it is typed.
    pub form: Form,
    /// What it gives, in one sentence.
    pub doc: &'static str,
    /// A call that means something.
    pub example: &'static str,
}

use Form::{History, Plain, Record};
use Gives::{Decided, ListOf, One};
use Parameter as P;

/// Every function, in the order of the reference page.
pub const FUNCTIONS: &[Row] = &[
    Row {
        name: "exists",
        usage: "exists(x)",
        form: Plain(Function::Exists, &[P::Any], 1, false, One(Scalar::Bool)),
        doc: "Whether x is there: neither absent, nor null, nor one of Okta's stand-ins.",
        example: "exists(client.ipAddress)",
    },
    Row {
        name: "coalesce",
        usage: "coalesce(a, b, ...)",
        form: Plain(Function::Coalesce, &[P::Any, P::Any], 2, true, Decided),
        doc: "The first of its arguments that is not missing.",
        example: "coalesce(session.root_id, session.id)",
    },
    Row {
        name: "lower",
        usage: "lower(text)",
        form: Plain(Function::Lower, &[P::Text], 1, false, One(Scalar::Text)),
        doc: "The text in small letters.",
        example: "lower(actor.alternateId)",
    },
    Row {
        name: "upper",
        usage: "upper(text)",
        form: Plain(Function::Upper, &[P::Text], 1, false, One(Scalar::Text)),
        doc: "The text in capitals.",
        example: "upper(geo.country)",
    },
    Row {
        name: "trim",
        usage: "trim(text)",
        form: Plain(Function::Trim, &[P::Text], 1, false, One(Scalar::Text)),
        doc: "The text without white space at its ends.",
        example: "trim(outcome.reason)",
    },
    Row {
        name: "len",
        usage: "len(text or list)",
        form: Plain(Function::Len, &[P::Sized], 1, false, One(Scalar::Int)),
        doc: "How many characters a text has, or how many elements a list has.",
        example: "len(target) > 3",
    },
    Row {
        name: "split",
        usage: "split(text, separator)",
        form: Plain(Function::Split, &[P::Text, P::Text], 2, false, ListOf(Scalar::Text)),
        doc: "The parts of the text between the separators.",
        example: "split(debug.grantedScopes, \", \") contains \"okta.users.manage\"",
    },
    Row {
        name: "domain",
        usage: "domain(text)",
        form: Plain(Function::Domain, &[P::Text], 1, false, One(Scalar::Text)),
        doc: "What stands behind the `@` of a login, or the host of a URL, in small letters.",
        example: "domain(actor.alternateId) == \"example.com\"",
    },
    Row {
        name: "to_int",
        usage: "to_int(x)",
        form: Plain(Function::ToInt, &[P::Any], 1, false, One(Scalar::Int)),
        doc: "The whole number that a text holds, or a number without its fraction; otherwise missing.",
        example: "to_int(debug.timeSpan) > 60",
    },
    Row {
        name: "to_text",
        usage: "to_text(x)",
        form: Plain(Function::ToText, &[P::Any], 1, false, One(Scalar::Text)),
        doc: "The value as text.",
        example: "to_text(network.asn)",
    },
    Row {
        name: "json",
        usage: "json(text)",
        form: Plain(Function::Json, &[P::Text], 1, false, One(Scalar::Json)),
        doc: "The JSON value that a text holds; its parts are read with `.name`, `[\"name\"]` and `[0]`.",
        example: "json(debug.threatDetections)[\"Password Spray\"] == \"HIGH\"",
    },
    Row {
        name: "hour",
        usage: "hour(time, zone)",
        form: Plain(Function::Hour, &[P::Time, P::Zone], 1, false, One(Scalar::Int)),
        doc: "The hour of the day, 0 to 23, in the zone, or in UTC.",
        example: "hour(published, \"Europe/Berlin\") not in 7..19",
    },
    Row {
        name: "weekday",
        usage: "weekday(time, zone)",
        form: Plain(Function::Weekday, &[P::Time, P::Zone], 1, false, One(Scalar::Text)),
        doc: "The day of the week in small letters, in the zone, or in UTC.",
        example: "weekday(published) in [\"saturday\", \"sunday\"]",
    },
    Row {
        name: "date_diff",
        usage: "date_diff(later, earlier)",
        form: Plain(Function::DateDiff, &[P::Time, P::Time], 2, false, One(Scalar::Duration)),
        doc: "How long it is from the earlier time to the later one; negative if they are the other way round.",
        example: "date_diff(published, \"2026-01-01T00:00:00Z\") > 30d",
    },
    Row {
        name: "distance_km",
        usage: "distance_km(a, b)",
        form: Plain(Function::DistanceKm, &[P::Point, P::Point], 2, false, One(Scalar::Float)),
        doc: "The distance of two positions along the great circle, in kilometres.",
        example: "distance_km(geo.point, geo.point) > 100",
    },
    Row {
        name: "cidr",
        usage: "cidr(address, network or bits)",
        form: Plain(Function::Cidr, &[P::Address, P::NetworkOrBits], 2, false, Decided),
        doc: "Whether the address lies in a network; with a number of bits, the network of that size around the address.",
        example: "cidr(client.ipAddress, \"10.0.0.0/8\")",
    },
    Row {
        name: "similarity",
        usage: "similarity(a, b)",
        form: Plain(Function::Similarity, &[P::Text, P::Text], 2, false, One(Scalar::Float)),
        doc: "How alike two texts are, from 0 to 1 (Damerau and Levenshtein, relative to the longer one).",
        example: "similarity(lower(actor.displayName), \"okta support\") > 0.8",
    },
    Row {
        name: "weight",
        usage: "weight(condition, points)",
        form: Plain(Function::Weight, &[P::Condition, P::Number], 2, false, Decided),
        doc: "The points if the condition holds, else 0; weights are added up and compared with a threshold.",
        example: "weight(behavior.new_device == \"POSITIVE\", 30) + weight(network.is_anonymous, 20) >= 40",
    },
    Row {
        name: "any",
        usage: "any(list, condition)",
        form: Record(RecordFunction::Any),
        doc: "Whether the condition holds for at least one record; `.x` is a field of the record.",
        example: "any(target, .type == \"User\" and .alternateId ends_with~ \"@example.com\")",
    },
    Row {
        name: "all",
        usage: "all(list, condition)",
        form: Record(RecordFunction::All),
        doc: "Whether the condition holds for every record; it also does where there is none.",
        example: "all(target, .type == \"User\")",
    },
    Row {
        name: "none",
        usage: "none(list, condition)",
        form: Record(RecordFunction::None),
        doc: "Whether the condition holds for no record.",
        example: "none(target, .type == \"AppInstance\")",
    },
    Row {
        name: "filter",
        usage: "filter(list, condition)",
        form: Record(RecordFunction::Filter),
        doc: "The records for which the condition holds, to be counted or asked further.",
        example: "len(filter(target, .type == \"User\")) > 1",
    },
    Row {
        name: "count",
        usage: "count(H)",
        form: History(HistoryFunction::Count, false),
        doc: "How many events of H lie in the window that ends with this event, this one included if it belongs to H.",
        example: "count(sign_in_failed by actor.id within 10m) >= 10",
    },
    Row {
        name: "distinct",
        usage: "distinct(V of H)",
        form: History(HistoryFunction::Distinct, true),
        doc: "How many different values V has among the events that `count` counts.",
        example: "distinct(actor.alternateId of (sign_in_failed by client.ipAddress within 30m)) >= 15",
    },
    Row {
        name: "sum",
        usage: "sum(V of H)",
        form: History(HistoryFunction::Sum, true),
        doc: "The sum of V among the events that `count` counts.",
        example: "sum(to_int(debug.numberOfRequests) of (rate_limited by client.ipAddress within 1h)) > 1000",
    },
    Row {
        name: "min",
        usage: "min(V of H)",
        form: History(HistoryFunction::Min, true),
        doc: "The least V among the events that `count` counts.",
        example: "min(hour(published) of (sign_in by actor.id within 30d)) >= 6",
    },
    Row {
        name: "max",
        usage: "max(V of H)",
        form: History(HistoryFunction::Max, true),
        doc: "The greatest V among the events that `count` counts.",
        example: "max(hour(published) of (sign_in by actor.id within 30d)) <= 19",
    },
    Row {
        name: "avg",
        usage: "avg(V of H)",
        form: History(HistoryFunction::Avg, true),
        doc: "The mean of V among the events that `count` counts.",
        example: "avg(hour(published) of (sign_in by actor.id within 30d)) > 12",
    },
    Row {
        name: "values",
        usage: "values(V of H)",
        form: History(HistoryFunction::Values, true),
        doc: "The different values of V, in the order of their first events; for titles and context.",
        example: "values(client.ipAddress of tries)",
    },
    Row {
        name: "top",
        usage: "top(V of H, n)",
        form: History(HistoryFunction::Top, true),
        doc: "The n most frequent values of V, the most frequent first; for titles and context.",
        example: "top(actor.alternateId of tries, 3)",
    },
    Row {
        name: "seen",
        usage: "seen(H)",
        form: History(HistoryFunction::Seen, false),
        doc: "Whether an earlier event of H lies in the window before this event.",
        example: "seen(session_started by session.root_id within 12h)",
    },
    Row {
        name: "last",
        usage: "last(V of H)",
        form: History(HistoryFunction::Last, true),
        doc: "V of the most recent earlier event of H.",
        example: "last(network.asn of uses) != network.asn",
    },
    Row {
        name: "first",
        usage: "first(V of H)",
        form: History(HistoryFunction::First, true),
        doc: "V of the oldest earlier event of H in the window.",
        example: "first(client.ipAddress of uses)",
    },
    Row {
        name: "first_seen",
        usage: "first_seen(V of H, learning D)",
        form: History(HistoryFunction::FirstSeen, true),
        doc: "Whether V is there now and no earlier event of H in the window had it; silent while too little of the past is known.",
        example: "first_seen(geo.country of (sign_in by actor.id within 90d), learning 7d)",
    },
    Row {
        name: "travel_speed",
        usage: "travel_speed(H)",
        form: History(HistoryFunction::TravelSpeed, false),
        doc: "The speed along the great circle from the most recent earlier event of H that has a position.",
        example: "travel_speed(sign_in by actor.id within 24h) > 900km/h",
    },
    Row {
        name: "travel_distance",
        usage: "travel_distance(H)",
        form: History(HistoryFunction::TravelDistance, false),
        doc: "The distance along the great circle from the most recent earlier event of H that has a position.",
        example: "travel_distance(sign_in by actor.id within 24h) > 500km",
    },
    Row {
        name: "sequence",
        usage: "sequence(A, B, ... by K within D)",
        form: History(HistoryFunction::Sequence, false),
        doc: "Whether this event is the last step and the earlier ones happened in this order inside the window.",
        example: "sequence(5 times push_denied, mfa_succeeded by actor.id within 15m)",
    },
    Row {
        name: "followed_by",
        usage: "followed_by(H)",
        form: History(HistoryFunction::FollowedBy, false),
        doc: "Whether an event of H comes within the window after this one; mostly asked with `not`.",
        example: "factors_reset and not followed_by(factor_enrolled by target.user.id within 12h)",
    },
    Row {
        name: "zscore",
        usage: "zscore(H, each D)",
        form: History(HistoryFunction::ZScore, false),
        doc: "How far the current bucket's count lies from the mean of the earlier full buckets in the window, in standard deviations.",
        example: "zscore(sign_in_failed by actor.id within 30d, each 1d) > 3",
    },
];

/// Returns the row of a function.
pub fn function(name: &str) -> Option<&'static Row> {
    FUNCTIONS.iter().find(|row| row.name == name)
}

impl Function {
    /// Returns the name.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|row| matches!(row.form, Plain(function, ..) if function == self)).map_or("", |row| row.name)
    }
}
