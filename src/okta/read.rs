//! Reading answers leniently: missing keys, nulls and unknown words are no reason to fail; something else than JSON is.

use serde_json::Value;

use super::Oddity;
use super::body::looks_like_html;
use super::text::clean;
use super::transport::{Answer, Misread};

/// Reads a JSON body.
pub(super) fn json(answer: &Answer) -> Result<Value, Misread> {
    serde_json::from_slice(&answer.body).map_err(|error| not_json(answer, error.is_eof()))
}

/// Reads a JSON array.
pub(super) fn array(answer: &Answer) -> Result<Vec<Value>, Misread> {
    match json(answer)? {
        Value::Array(rows) => Ok(rows),
        _ => Err(shape("a list was expected")),
    }
}

/// Takes an answer for a success whatever it holds, as long as it is nothing that Okta would never send.
pub(super) fn nothing(answer: &Answer) -> Result<(), Misread> {
    if answer.body.iter().all(u8::is_ascii_whitespace) { Ok(()) } else { json(answer).map(|_| ()) }
}

/// Tells apart what is wrong with a body that is no JSON.
pub(super) fn not_json(answer: &Answer, ends_early: bool) -> Misread {
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Misread::Odd(Oddity::Empty);
    }
    if looks_like_html(answer) {
        return Misread::Odd(Oddity::Html);
    }
    if ends_early {
        return Misread::CutOff;
    }
    Misread::Odd(Oddity::NotJson(super::header::text(&answer.headers, "content-type").map(clean)))
}

/// Returns what an answer's body holds of one thing.
pub(super) fn object<T>(answer: &Answer, of: impl FnOnce(&Value) -> Option<T>, expected: &str) -> Result<T, Misread> {
    of(&json(answer)?).ok_or_else(|| shape(expected))
}

/// Says that JSON has another shape.
pub(super) fn shape(expected: &str) -> Misread {
    Misread::Odd(Oddity::Shape(expected.to_owned()))
}

/// Returns a text of an object; missing, null, empty and other types are none.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
