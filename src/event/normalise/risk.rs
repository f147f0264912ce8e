//! Risk: level, reasons and detection, in all the forms that Okta writes.
//!
//! securityContext.risk is an object; debugData.risk is a Java-style map with braces, without, or with a name before them;
//! debugData.logOnlySecurityData is JSON inside text. Each part comes from the first form that has it.

use std::borrow::Cow;

use super::coerce::coerce;
use super::java_map::{items, word_entries};
use super::json::pick;
use crate::event::log_event::Lexeme;
use crate::event::schema::{RiskPart, StandIns};
use crate::event::types::Type;
use crate::event::value::Value;

/// Returns a part of the risk from the three forms, in order of trust.
pub(super) fn value<'e>(part: RiskPart, input: impl Fn(usize) -> Lexeme<'e>, stand_ins: StandIns) -> Value<'e> {
    let forms: [&dyn Fn() -> Lexeme<'e>; 3] = [&|| input(0), &|| from_debug_data(part, input(1)), &|| from_log_only(part, input(2))];
    let ty = if part == RiskPart::Reasons { Type::TEXTS } else { Type::TEXT };
    for form in forms {
        let value = match form() {
            // Reasons are one text, with ", " between them, in every form but the newest.
            Lexeme::Text(Cow::Borrowed(text)) if part == RiskPart::Reasons && !stand_ins.cover(text) => {
                Value::List(items(text).map(|item| Value::Text(item.into())).collect())
            }
            lexeme => coerce(lexeme, ty, stand_ins),
        };
        if !value.is_missing() {
            return value;
        }
    }
    Value::Missing
}

fn from_debug_data(part: RiskPart, lexeme: Lexeme<'_>) -> Lexeme<'_> {
    match lexeme {
        Lexeme::Text(Cow::Borrowed(text)) if !text.trim_start().starts_with("{\"") => {
            let entry = word_entries(text).find(|(key, _)| *key == name(part));
            entry.map_or(Lexeme::Nothing, |(_, value)| value.into())
        }
        lexeme => lexeme.json().map_or(Lexeme::Nothing, |json| from_object(part, json)),
    }
}

fn from_log_only(part: RiskPart, lexeme: Lexeme<'_>) -> Lexeme<'_> {
    let [risk] = lexeme.json().map_or([Lexeme::Nothing], |json| pick(json, ["risk"]));
    match risk {
        Lexeme::Json(risk) => from_object(part, risk),
        Lexeme::Text(_) => from_debug_data(part, risk),
        Lexeme::Nothing => Lexeme::Nothing,
    }
}

fn from_object(part: RiskPart, json: &str) -> Lexeme<'_> {
    let [value] = pick(json, [name(part)]);
    value
}

fn name(part: RiskPart) -> &'static str {
    match part {
        RiskPart::Level => "level",
        RiskPart::PreviousLevel => "previousLevel",
        RiskPart::Reasons => "reasons",
        RiskPart::Detection => "detectionName",
    }
}
