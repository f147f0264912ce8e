//! Coercion: one place of the JSON to one value of the field's type.
//!
//! Okta writes booleans and numbers as text in debugData, numbers as numbers in one interface and as text in another, and JSON inside
//! text. What does not fit is missing.

use std::net::IpAddr;

use super::{java_map, json};
use crate::event::log_event::Lexeme;
use crate::event::schema::StandIns;
use crate::event::time::Timestamp;
use crate::event::types::{Scalar, Type};
use crate::event::value::Value;

/// Returns the value of a lexeme as a value of that type.
pub(super) fn coerce<'e>(lexeme: Lexeme<'e>, ty: Type, stand_ins: StandIns) -> Value<'e> {
    match (lexeme, ty) {
        (Lexeme::Nothing, _) => Value::Missing,
        (Lexeme::Text(text), _) if stand_ins.cover(&text) => Value::Missing,
        (lexeme, Type::Scalar(scalar)) => coerce_scalar(lexeme, scalar),
        (Lexeme::Json(list), Type::List(scalar)) if list.starts_with('[') => {
            let mut items = Vec::new();
            json::each_element(list, |element| items.push(coerce(element, Type::Scalar(scalar), stand_ins)));
            items.retain(|item| !item.is_missing());
            Value::List(items)
        }
        (Lexeme::Text(text), Type::List(scalar)) if text.starts_with('[') => list(&text, scalar, stand_ins),
        // One value where a list is expected is a list of one.
        (lexeme, Type::List(scalar)) => match coerce_scalar(lexeme, scalar) {
            Value::Missing => Value::Missing,
            item => Value::List(vec![item]),
        },
        (_, Type::Record(_) | Type::Records(_)) => Value::Missing,
    }
}

/// Reads a list inside text: JSON, or `[a, b]` without quotation marks.
fn list(text: &str, scalar: Scalar, stand_ins: StandIns) -> Value<'static> {
    let of = |item: Lexeme<'_>| coerce(item, Type::Scalar(scalar), stand_ins).into_owned();
    let mut items: Vec<Value<'static>> = Vec::new();
    if json::parse(text).is_some() {
        json::each_element(text, |element| items.push(of(element)));
    } else {
        items.extend(java_map::items(text).map(|item| of(item.into())));
    }
    items.retain(|item| !item.is_missing());
    Value::List(items)
}

fn coerce_scalar(lexeme: Lexeme<'_>, scalar: Scalar) -> Value<'_> {
    match (scalar, lexeme) {
        (_, Lexeme::Nothing) => Value::Missing,
        (Scalar::Text, Lexeme::Text(text)) => Value::Text(text),
        (Scalar::Text, Lexeme::Json(json)) if !json.starts_with(['{', '[']) => Value::Text(json.into()),
        (Scalar::Json, Lexeme::Text(text)) => json::parse_text(text),
        (Scalar::Json, Lexeme::Json(json)) => json::parse(json).map_or(Value::Missing, |json| Value::Json(Box::new(json))),
        (scalar, Lexeme::Text(text)) => read(scalar, text.trim()).unwrap_or_default(),
        (Scalar::Bool, Lexeme::Json(json)) => read(Scalar::Bool, json).unwrap_or_default(),
        (Scalar::Int | Scalar::Float, Lexeme::Json(json)) => read(scalar, json).unwrap_or_default(),
        (_, Lexeme::Json(_)) => Value::Missing,
    }
}

/// Reads text as a value of that type.
fn read(scalar: Scalar, text: &str) -> Option<Value<'static>> {
    match scalar {
        Scalar::Bool if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Scalar::Bool if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        Scalar::Int => whole_number(text).map(Value::Int),
        Scalar::Float => number(text).map(Value::Float),
        Scalar::Time => Timestamp::parse(text).or_else(|| epoch_millis(text)).map(Value::Time),
        Scalar::Address => text.parse::<IpAddr>().ok().map(|address| Value::Address(address.to_canonical())),
        _ => None,
    }
}

/// Reads a finite number; text such as `inf` and `NaN` is none.
pub(super) fn number(text: &str) -> Option<f64> {
    let begins_well = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    text.parse::<f64>().ok().filter(|number| begins_well && number.is_finite())
}

/// Reads a whole number, also where it is written with decimals that are zero.
fn whole_number(text: &str) -> Option<i64> {
    /// Up to here every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number = number(text).filter(|number| number.fract() == 0.0 && number.abs() <= EXACT)?;
    // The range was checked, so that nothing is cut off.
    Some(number as i64)
}

/// Reads the milliseconds since 1970 that some debugData keys hold.
fn epoch_millis(text: &str) -> Option<Timestamp> {
    let is_plausible = (12..=14).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let millis = is_plausible.then(|| text.parse::<i64>().ok()).flatten()?;
    Some(Timestamp::from_micros(millis.checked_mul(1000)?))
}
