//! Values: what a field of an event holds once it is normalised.
//!
//! Text borrows from the event wherever it can, so reading a value costs no allocation. Never knows which field a value came from.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde_json::json;

use super::time::{Span, Timestamp};

/// One value; `Missing` is the absent one.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value<'a> {
    /// Absent, null, one of Okta's stand-ins, or not of the field's type.
    #[default]
    Missing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with decimals; always finite.
    Float(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// An instant.
    Time(Timestamp),
    /// A length of time.
    Duration(Span),
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// A range of addresses.
    Network(ipnet::IpNet),
    /// A place on the earth.
    Point(Point),
    /// A distance in metres.
    Distance(f64),
    /// A speed in metres per second; infinite where a distance took no time.
    Speed(f64),
    /// Several values.
    List(Vec<Value<'a>>),
    /// Any JSON but null.
    Json(Box<serde_json::Value>),
}

/// A place on the earth in degrees.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Degrees north of the equator.
    pub lat: f64,
    /// Degrees east of Greenwich.
    pub lon: f64,
}

impl Value<'_> {
    /// Returns the same value with nothing borrowed.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Missing => Value::Missing,
            Value::Bool(value) => Value::Bool(value),
            Value::Int(value) => Value::Int(value),
            Value::Float(value) => Value::Float(value),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Time(time) => Value::Time(time),
            Value::Duration(span) => Value::Duration(span),
            Value::Address(address) => Value::Address(address),
            Value::Network(network) => Value::Network(network),
            Value::Point(point) => Value::Point(point),
            Value::Distance(metres) => Value::Distance(metres),
            Value::Speed(speed) => Value::Speed(speed),
            Value::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Value::Json(json) => Value::Json(json),
        }
    }

    /// Returns whether there is no value.
    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing)
    }

    /// Returns the text of a text value.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as JSON, for evidence and machine-readable output. What has a unit is a text that says it, as people see it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Missing => serde_json::Value::Null,
            Value::Bool(value) => json!(value),
            Value::Int(value) => json!(value),
            Value::Float(value) => json!(value),
            Value::Point(point) => json!({ "lat": point.lat, "lon": point.lon }),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Json(json) => json.as_ref().clone(),
            Value::Text(text) => json!(text),
            Value::Time(_) | Value::Duration(_) | Value::Address(_) | Value::Network(_) | Value::Distance(_) | Value::Speed(_) => {
                json!(self.to_string())
            }
        }
    }
}

impl fmt::Display for Value<'_> {
    /// Writes the value as a person would: `12.5 km`, `1h30m`, `43.6567, -79.34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Missing => f.write_str("missing"),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::Text(text) => f.write_str(text),
            Value::Time(time) => time.fmt(f),
            Value::Duration(span) => span.fmt(f),
            Value::Address(address) => address.fmt(f),
            Value::Network(network) => network.fmt(f),
            Value::Point(point) => point.fmt(f),
            Value::Distance(metres) if metres.abs() < 1000.0 => write!(f, "{} m", rounded(*metres)),
            Value::Distance(metres) => write!(f, "{} km", rounded(metres / 1000.0)),
            // Of two places at one instant.
            Value::Speed(speed) if speed.is_infinite() => f.write_str("∞ km/h"),
            Value::Speed(speed) => write!(f, "{} km/h", rounded(speed * 3.6)),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    item.fmt(f)?;
                }
                Ok(())
            }
            Value::Json(json) => match json.as_str() {
                Some(text) => f.write_str(text),
                None => json.fmt(f),
            },
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.lat, self.lon)
    }
}

/// Rounds to one decimal below a hundred and to none from there.
fn rounded(number: f64) -> f64 {
    if number.abs() < 100.0 { (number * 10.0).round() / 10.0 } else { number.round() }
}
