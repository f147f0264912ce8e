//! JSON inside events: parts of lists and objects without building trees.
//!
//! Takes JSON text that may be broken (some of it came as text inside text); gives lexemes that borrow from it. What is broken yields
//! nothing.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::java_map;
use crate::event::log_event::{Lexeme, repair_surrogates};
use crate::event::value::Value;

/// Parses JSON; halves of surrogate pairs become U+FFFD, and what nests too deep or holds too large a number is none.
pub(super) fn parse(json: &str) -> Option<serde_json::Value> {
    let parsed = match serde_json::from_str(json) {
        Ok(parsed) => parsed,
        Err(_) => serde_json::from_str(&repair_surrogates(json)?).ok()?,
    };
    Some(parsed).filter(|json: &serde_json::Value| !json.is_null())
}

/// Parses text that may be JSON or a Java-style map; text that is neither stays text.
pub(super) fn parse_text(text: Cow<'_, str>) -> Value<'static> {
    let may_be_json = text.trim_start().starts_with(['{', '[']);
    let parsed = if may_be_json { parse(&text) } else { None };
    let parsed = parsed.or_else(|| java_map::to_json(&text));
    Value::Json(Box::new(parsed.unwrap_or_else(|| serde_json::Value::String(text.into_owned()))))
}

/// Calls `visit` with each element of a list, null ones included.
pub(super) fn each_element<'j>(json: &'j str, visit: impl FnMut(Lexeme<'j>)) {
    // What came before the fault has been visited; the rest cannot be told.
    let _ = serde_json::Deserializer::from_str(json).deserialize_any(Elements(visit));
}

/// Calls `visit` with each key of an object and its value.
pub(super) fn each_entry<'j>(json: &'j str, visit: impl FnMut(Cow<'j, str>, Lexeme<'j>)) {
    let _ = serde_json::Deserializer::from_str(json).deserialize_any(Entries(visit));
}

/// Returns the values of some keys of an object; the last one of each.
pub(in crate::event) fn pick<'j, const N: usize>(json: &'j str, keys: [&str; N]) -> [Lexeme<'j>; N] {
    let mut found = [const { Lexeme::Nothing }; N];
    each_entry(json, |key, value| {
        let place = keys.iter().position(|wanted| *wanted == key);
        if let Some(place) = place.and_then(|place| found.get_mut(place)) {
            *place = value;
        }
    });
    found
}

struct Elements<F>(F);

impl<'j, F: FnMut(Lexeme<'j>)> Visitor<'j> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'j>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&RawValue>()? {
            (self.0)(Lexeme::of_json(element.get()));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'j>>(self, map: A) -> Result<(), A::Error> {
        IgnoredAny.visit_map(map).map(drop)
    }
}

struct Entries<F>(F);

impl<'j, F: FnMut(Cow<'j, str>, Lexeme<'j>)> Visitor<'j> for Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let value = map.next_value::<&RawValue>()?;
            (self.0)(key, Lexeme::of_json(value.get()));
        }
        Ok(())
    }
}

/// A key that borrows where it has no escapes.
struct Key<'j>(Cow<'j, str>);

impl<'j> Deserialize<'j> for Key<'j> {
    fn deserialize<D: Deserializer<'j>>(json: D) -> Result<Self, D::Error> {
        struct Borrowing;

        impl<'j> Visitor<'j> for Borrowing {
            type Value = Key<'j>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'j str) -> Result<Key<'j>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'j>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }

        json.deserialize_str(Borrowing)
    }
}
