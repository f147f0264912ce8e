//! The ordinary functions.

use std::borrow::Cow;
use std::net::IpAddr;

use super::code::{Code, position};
use super::compare::number;
use super::moment::Moment;
use crate::event::{Point, Value, Zone};
use crate::language::{Function, JsonStep};

/// Longest text that a regular expression or `similarity` looks at, in bytes: attackers choose user agents and names.
const SCANNED_BYTES_MAX: usize = 4096;

/// Deepest and longest JSON text that `json` reads.
const JSON_BYTES_MAX: usize = 256 * 1024;

/// Most parts that `split` gives: a text of commas would otherwise take many times its own memory.
const PARTS_MAX: usize = 10_000;

/// Mean radius of the earth in metres.
const EARTH_RADIUS: f64 = 6_371_008.8;

/// Calls a function; the arguments are evaluated as far as they are needed.
pub(super) fn call<'e>(function: Function, arguments: &'e [Code], moment: &Moment<'e>) -> Value<'e> {
    let argument = |at: usize| arguments.get(at).map_or(Value::Missing, |code| code.eval(moment));
    match function {
        Function::Exists => Value::Bool(match arguments.first() {
            Some(Code::Records(_)) => !matches!(argument(0), Value::Int(0)),
            _ => !argument(0).is_missing(),
        }),
        Function::Coalesce => arguments.iter().map(|code| code.eval(moment)).find(|value| !value.is_missing()).unwrap_or(Value::Missing),
        Function::Weight => {
            let points = argument(1);
            if arguments.first().is_some_and(|code| code.holds(moment)) {
                return points;
            }
            if matches!(points, Value::Float(_)) { Value::Float(0.0) } else { Value::Int(0) }
        }
        Function::Lower => text(argument(0), |text| text.to_lowercase()),
        Function::Upper => text(argument(0), |text| text.to_uppercase()),
        Function::Trim => text(argument(0), |text| text.trim().to_owned()),
        Function::Len => len(argument(0)),
        Function::Split => match (argument(0), argument(1)) {
            (Value::Text(whole), Value::Text(separator)) => Value::List(parts(&whole, &separator)),
            _ => Value::Missing,
        },
        Function::Domain => match argument(0) {
            Value::Text(text) => domain(&text).map_or(Value::Missing, |domain| Value::Text(Cow::Owned(domain))),
            _ => Value::Missing,
        },
        Function::Cidr => cidr(&argument(0), &argument(1)),
        Function::Hour => match (argument(0), zone(&argument(1))) {
            (Value::Time(time), Some(zone)) => Value::Int(time.hour_in(zone)),
            _ => Value::Missing,
        },
        Function::Weekday => match (argument(0), zone(&argument(1))) {
            (Value::Time(time), Some(zone)) => Value::Text(Cow::Borrowed(time.weekday_in(zone))),
            _ => Value::Missing,
        },
        Function::DateDiff => match (argument(0), argument(1)) {
            (Value::Time(later), Value::Time(earlier)) => Value::Duration(later.since(earlier)),
            _ => Value::Missing,
        },
        Function::DistanceKm => match (argument(0), argument(1)) {
            (Value::Point(a), Value::Point(b)) => Value::Float(distance(a, b) / 1000.0),
            _ => Value::Missing,
        },
        Function::ToInt => to_int(&argument(0)),
        Function::ToText => match argument(0) {
            Value::Missing => Value::Missing,
            Value::Text(text) => Value::Text(text),
            other => Value::Text(Cow::Owned(other.to_string())),
        },
        Function::Json => match argument(0) {
            Value::Text(text) if text.len() <= JSON_BYTES_MAX => serde_json::from_str(&text).map_or(Value::Missing, of_json),
            // What is JSON already has been read.
            value => value,
        },
        Function::Similarity => match (argument(0), argument(1)) {
            (Value::Text(a), Value::Text(b)) => Value::Float(strsim::normalized_damerau_levenshtein(short(&a), short(&b))),
            _ => Value::Missing,
        },
    }
}

fn text<'e>(value: Value<'e>, change: impl Fn(&str) -> String) -> Value<'e> {
    match value {
        Value::Text(text) => Value::Text(Cow::Owned(change(&text))),
        _ => Value::Missing,
    }
}

fn len(value: Value<'_>) -> Value<'static> {
    let count = match value {
        Value::Text(text) => text.chars().count(),
        Value::List(parts) => parts.len(),
        // A list of records has been counted already.
        Value::Int(count) => return Value::Int(count),
        Value::Json(value) => match *value {
            serde_json::Value::Array(parts) => parts.len(),
            serde_json::Value::Object(object) => object.len(),
            _ => return Value::Missing,
        },
        _ => return Value::Missing,
    };
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn parts<'e>(whole: &str, separator: &str) -> Vec<Value<'e>> {
    if separator.is_empty() {
        return vec![Value::Text(Cow::Owned(whole.to_owned()))];
    }
    whole.split(separator).take(PARTS_MAX).map(|part| Value::Text(Cow::Owned(part.to_owned()))).collect()
}

/// Returns what stands behind the last `@`, or the host of a URL, in small letters.
fn domain(text: &str) -> Option<String> {
    let host = match text.split_once("://") {
        Some((_, rest)) => {
            let authority = rest.split(['/', '?', '#']).next()?;
            let host = authority.rsplit('@').next()?;
            if host.starts_with('[') { host.split(']').next().map(|host| host.trim_start_matches('['))? } else { host.split(':').next()? }
        }
        None => text.rsplit_once('@')?.1,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    (!host.is_empty()).then_some(host)
}

fn cidr<'e>(address: &Value<'_>, other: &Value<'_>) -> Value<'e> {
    let Value::Address(address) = address else { return if matches!(other, Value::Int(_)) { Value::Missing } else { Value::Bool(false) } };
    match other {
        Value::Int(bits) => network(*address, *bits).map_or(Value::Missing, |network| Value::Text(Cow::Owned(network))),
        Value::List(networks) => Value::Bool(networks.iter().any(|network| matches!(network, Value::Network(network) if network.contains(address)))),
        _ => Value::Bool(false),
    }
}

fn network(address: IpAddr, bits: i64) -> Option<String> {
    let bits = u8::try_from(bits).ok()?;
    // A rule is written for both kinds of address; one of version 4 has no more than 32 bits.
    let bits = if address.is_ipv4() { bits.min(32) } else { bits };
    ipnet::IpNet::new(address, bits).ok().map(|network| network.trunc().to_string())
}

fn zone(value: &Value<'_>) -> Option<Zone> {
    match value {
        Value::Text(name) => Zone::parse(name),
        _ => Some(Zone::UTC),
    }
}

fn to_int(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Int(number) => Value::Int(*number),
        Value::Bool(truth) => Value::Int(i64::from(*truth)),
        Value::Text(text) => text.trim().parse().map_or(Value::Missing, Value::Int),
        Value::Float(_) => match number(value) {
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
            Some(number) if number.trunc().abs() < 9.2e18 => Value::Int(number.trunc() as i64),
            _ => Value::Missing,
        },
        _ => Value::Missing,
    }
}

/// Returns the distance of two positions in metres, along the great circle.
pub(super) fn distance(a: Point, b: Point) -> f64 {
    let (from, to) = (a.lat.to_radians(), b.lat.to_radians());
    let lat = (to - from) / 2.0;
    let lon = (b.lon - a.lon).to_radians() / 2.0;
    let chord = lat.sin().powi(2) + from.cos() * to.cos() * lon.sin().powi(2);
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}

/// Returns the part of a text that is scanned.
pub(super) fn scanned(text: &str) -> &str {
    cut(text, SCANNED_BYTES_MAX)
}

/// `similarity` takes time in the square of the length.
fn short(text: &str) -> &str {
    cut(text, 256)
}

fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// Walks into a JSON value.
pub(super) fn into_json<'e>(value: Value<'e>, steps: &[JsonStep]) -> Value<'e> {
    let mut value = value;
    for step in steps {
        value = match (value, step) {
            (Value::Json(json), JsonStep::Key(key)) => match *json {
                serde_json::Value::Object(mut object) => object.remove(key).map_or(Value::Missing, of_json),
                _ => Value::Missing,
            },
            (Value::List(parts), JsonStep::Index(index)) => position(*index, parts.len()).and_then(|at| parts.into_iter().nth(at)).unwrap_or(Value::Missing),
            _ => Value::Missing,
        };
    }
    value
}

/// Returns a JSON value as the value of an expression; objects stay JSON.
pub(super) fn of_json(json: serde_json::Value) -> Value<'static> {
    match json {
        serde_json::Value::Null => Value::Missing,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::Missing,
        },
        serde_json::Value::String(text) => Value::Text(Cow::Owned(text)),
        serde_json::Value::Array(parts) => Value::List(parts.into_iter().map(of_json).collect()),
        object @ serde_json::Value::Object(_) => Value::Json(Box::new(object)),
    }
}
