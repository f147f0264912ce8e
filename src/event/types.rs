//! Types of event values, as the language checks them.
//!
//! Gives names and plain words for them; holds no values (see `value.rs`) and no fields (see `schema.rs`).

use std::fmt;

/// The type of one single value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scalar {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number with decimals.
    Float,
    /// Text.
    Text,
    /// An instant.
    Time,
    /// A length of time.
    Duration,
    /// An IPv4 or IPv6 address.
    Address,
    /// A range of addresses.
    Network,
    /// A place on the earth.
    Point,
    /// A distance on the earth.
    Distance,
    /// A speed of travel.
    Speed,
    /// Any JSON, whose shape Okta does not promise.
    Json,
}

/// The kinds of record that an event holds lists of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RecordKind {
    /// An element of `target`: a thing that the event is about.
    Target,
    /// An element of `request.ipChain`: an address on the way to Okta.
    Hop,
}

impl RecordKind {
    /// Every kind there is.
    pub const ALL: [RecordKind; 2] = [RecordKind::Target, RecordKind::Hop];

    /// Returns the path of the field that holds records of this kind.
    pub fn path(self) -> &'static str {
        match self {
            RecordKind::Target => "target",
            RecordKind::Hop => "request.ipChain",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            RecordKind::Target => ("a target", "a list of targets"),
            RecordKind::Hop => ("a network hop", "a list of network hops"),
        }
    }
}

/// The type of a field or an expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// A single value.
    Scalar(Scalar),
    /// A list of single values.
    List(Scalar),
    /// One record of a list.
    Record(RecordKind),
    /// A list of records.
    Records(RecordKind),
}

impl Type {
    /// A text.
    pub const TEXT: Type = Type::Scalar(Scalar::Text);
    /// A list of texts.
    pub const TEXTS: Type = Type::List(Scalar::Text);
    /// True or false.
    pub const BOOL: Type = Type::Scalar(Scalar::Bool);
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scalar::Bool => "true or false",
            Scalar::Int => "whole number",
            Scalar::Float => "number",
            Scalar::Text => "text",
            Scalar::Time => "time",
            Scalar::Duration => "duration",
            Scalar::Address => "address",
            Scalar::Network => "network",
            Scalar::Point => "place",
            Scalar::Distance => "distance",
            Scalar::Speed => "speed",
            Scalar::Json => "JSON",
        })
    }
}

impl fmt::Display for Type {
    /// Writes the type in plain words: `text`, `list of text`, `a list of targets`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Scalar(scalar) => scalar.fmt(f),
            Type::List(scalar) => {
                let plural = match scalar {
                    Scalar::Int => "whole numbers",
                    Scalar::Float => "numbers",
                    Scalar::Time => "times",
                    Scalar::Duration => "durations",
                    Scalar::Address => "addresses",
                    Scalar::Network => "networks",
                    Scalar::Point => "places",
                    Scalar::Distance => "distances",
                    Scalar::Speed => "speeds",
                    Scalar::Bool | Scalar::Text | Scalar::Json => {
                        return write!(f, "list of {scalar}");
                    }
                };
                write!(f, "list of {plural}")
            }
            Type::Record(kind) => f.write_str(kind.words().0),
            Type::Records(kind) => f.write_str(kind.words().1),
        }
    }
}
