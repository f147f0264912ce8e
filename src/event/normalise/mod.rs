//! Normalisation: evens out the forms in which Okta writes the same thing.
//!
//! Takes what stands in an event at a field's places; gives one typed value. Works only when a value is asked for. Never fails: what
//! does not fit the field's type is missing.

mod behaviors;
mod coerce;
mod engine;
mod java_map;
mod json;
mod network;
mod place;
mod risk;
#[cfg(test)]
mod tests;

use super::layout::Wanted;
use super::log_event::{Event, Lexeme};
use super::schema::Reading;
use super::types::{RecordKind, Type};
use super::value::Value;
use coerce::coerce;

pub(super) use json::pick;

/// Returns the value of a wanted field.
#[inline]
pub(super) fn value<'e>(event: &'e Event, wanted: &Wanted) -> Value<'e> {
    only_text(event, wanted).map_or_else(|| any_value(event, wanted), |text| Value::Text(text.into()))
}

/// Returns a text that stands for itself at the only place of its field: most fields of most events are that.
#[inline]
fn only_text<'e>(event: &'e Event, wanted: &Wanted) -> Option<&'e str> {
    match (wanted.reading, wanted.ty, &*wanted.inputs) {
        (Reading::First(_), Type::TEXT, [node]) => event.text(*node).filter(|text| !wanted.stand_ins.cover(text)),
        _ => None,
    }
}

fn any_value<'e>(event: &'e Event, wanted: &Wanted) -> Value<'e> {
    let input = |number| event.input(wanted, number);
    match wanted.reading {
        Reading::Behavior(behavior) => text(behaviors::result(behavior, input), wanted),
        Reading::Risk(part) => risk::value(part, input, wanted.stand_ins),
        Reading::Network(part) => network::value(part, input, wanted.stand_ins),
        Reading::Engine => text(engine::engine(event.event_type_index(), input).map(Lexeme::from), wanted),
        Reading::Source => Value::Text(event.source().name().into()),
        Reading::Org => event.org().map_or(Value::Missing, |org| Value::Text(org.into())),
        Reading::Target(family, _) => match event.first_of(family) {
            Some(index) => record_value(event, RecordKind::Target, index, wanted),
            None => Value::Missing,
        },
        Reading::Change(_) => change(event, wanted),
        Reading::First(_) | Reading::Place(_) | Reading::Latitude(_) | Reading::Longitude(_) | Reading::Records => standing(input, wanted),
    }
}

/// Returns the value of a wanted field of one record.
pub(super) fn record_value<'e>(event: &'e Event, kind: RecordKind, index: usize, wanted: &Wanted) -> Value<'e> {
    standing(|number| event.record_input(kind, index, wanted, number), wanted)
}

/// Returns the value of a field that stands in the JSON as it is.
fn standing<'e>(input: impl Fn(usize) -> Lexeme<'e>, wanted: &Wanted) -> Value<'e> {
    match wanted.reading {
        Reading::Place(_) => place::point(input(0), input(1)).map_or(Value::Missing, Value::Point),
        Reading::Latitude(_) => place::point(input(0), input(1)).map_or(Value::Missing, |point| Value::Float(point.lat)),
        Reading::Longitude(_) => place::point(input(0), input(1)).map_or(Value::Missing, |point| Value::Float(point.lon)),
        Reading::Records => Value::Missing,
        // A record's other inputs only help to find the record.
        Reading::Target(..) | Reading::Change(_) => one(input(0), wanted),
        // Most fields stand at one place alone.
        _ if wanted.inputs.len() == 1 => one(input(0), wanted),
        _ => {
            let values = (0..wanted.inputs.len()).map(|number| one(input(number), wanted));
            values.into_iter().find(|value| !value.is_missing()).unwrap_or_default()
        }
    }
}

/// Returns the change of the first target that has one.
fn change<'e>(event: &'e Event, wanted: &Wanted) -> Value<'e> {
    let input = |index, number| event.record_input(RecordKind::Target, index, wanted, number);
    let has_change = |index: &usize| (0..2).any(|number| input(*index, number) != Lexeme::Nothing);
    match (0..event.records(RecordKind::Target)).find(has_change) {
        Some(index) => one(input(index, 0), wanted),
        None => Value::Missing,
    }
}

/// Returns the value of one place, by the field's type.
fn one<'e>(lexeme: Lexeme<'e>, wanted: &Wanted) -> Value<'e> {
    match (lexeme, wanted.ty) {
        // Most fields are text, and most of that stands for itself.
        (Lexeme::Text(text), Type::TEXT) if !wanted.stand_ins.cover(&text) => Value::Text(text),
        (Lexeme::Json(json), _) if wanted.debug && wanted.ty == Type::TEXT => Value::Text(json.into()),
        (lexeme, ty) => coerce(lexeme, ty, wanted.stand_ins),
    }
}

fn text<'e>(found: Option<Lexeme<'e>>, wanted: &Wanted) -> Value<'e> {
    found.map_or(Value::Missing, |lexeme| one(lexeme, wanted))
}
