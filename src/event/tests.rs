//! Tests of the small tables and values that have no folder of their own: catalogue, types, values.

use std::borrow::Cow;

use super::{CATALOGUE_RELEASE, EngineOf, Point, RecordKind, Scalar, Span, Stage, Timestamp, Type, Value, event_type, event_type_index, event_types};

#[test]
fn the_catalogue_is_oktas() {
    let types = event_types();
    assert_eq!((types.len(), CATALOGUE_RELEASE), (1274, "2026.08.1"));
    assert!(types.is_sorted_by_key(|event_type| event_type.name));
    let count = |is: fn(&super::EventType) -> bool| types.iter().filter(|event_type| is(event_type)).count();
    assert_eq!(count(|event_type| event_type.hook_eligible), 314);
    assert_eq!(count(|event_type| event_type.engine == EngineOf::Identity), 63);
    assert_eq!(count(|event_type| event_type.engine == EngineOf::Classic), 4);
    assert_eq!((count(|event_type| event_type.stage == Stage::Beta), count(|event_type| event_type.stage == Stage::Internal)), (83, 13));
}

#[test]
fn event_types_are_found_by_name() {
    for (index, known) in event_types().iter().enumerate() {
        assert_eq!(event_type_index(known.name).map(usize::from), Some(index));
        assert_eq!(event_type(known.name), Some(known));
    }
    for unknown in ["", "user.session.Start", "user.session", "clarion.alert"] {
        assert_eq!(event_type(unknown), None, "{unknown}");
    }
    let push = event_type("user.mfa.okta_verify.deny_push").unwrap();
    assert_eq!((push.engine, push.hook_eligible, push.stage), (EngineOf::Classic, false, Stage::GeneralAvailability));
    assert!(event_type("user.session.start").unwrap().hook_eligible);
}

#[test]
fn types_are_said_in_plain_words() {
    for (ty, words) in [
        (Type::TEXT, "text"),
        (Type::TEXTS, "list of text"),
        (Type::BOOL, "true or false"),
        (Type::List(Scalar::Address), "list of addresses"),
        (Type::Record(RecordKind::Target), "a target"),
        (Type::Records(RecordKind::Hop), "a list of network hops"),
    ] {
        assert_eq!(ty.to_string(), words);
    }
}

#[test]
fn values_are_shown_as_a_person_would() {
    let json = |json| Value::Json(Box::new(json));
    for (value, shown, as_json) in [
        (Value::Missing, "missing", serde_json::json!(null)),
        (Value::Bool(true), "true", serde_json::json!(true)),
        (Value::Int(-7), "-7", serde_json::json!(-7)),
        (Value::Float(2.5), "2.5", serde_json::json!(2.5)),
        (Value::Text("a b".into()), "a b", serde_json::json!("a b")),
        (Value::Time(Timestamp::from_micros(0)), "1970-01-01T00:00:00.000Z", serde_json::json!("1970-01-01T00:00:00.000Z")),
        (Value::Duration(Span::minutes(90)), "1h30m", serde_json::json!("1h30m")),
        (Value::Address("2001:db8::1".parse().unwrap()), "2001:db8::1", serde_json::json!("2001:db8::1")),
        (Value::Network("10.0.0.0/8".parse().unwrap()), "10.0.0.0/8", serde_json::json!("10.0.0.0/8")),
        (Value::Point(Point { lat: 52.5, lon: -13.0 }), "52.5, -13", serde_json::json!({ "lat": 52.5, "lon": -13.0 })),
        (Value::Distance(850.0), "850 m", serde_json::json!("850 m")),
        (Value::Distance(12_340.0), "12.3 km", serde_json::json!("12.3 km")),
        (Value::Speed(250.0), "900 km/h", serde_json::json!("900 km/h")),
        (Value::Speed(f64::INFINITY), "∞ km/h", serde_json::json!("∞ km/h")),
        (Value::List(vec![Value::Int(1), Value::Text("x".into())]), "1, x", serde_json::json!([1, "x"])),
        (json(serde_json::json!("text")), "text", serde_json::json!("text")),
        (json(serde_json::json!({ "a": [1] })), r#"{"a":[1]}"#, serde_json::json!({ "a": [1] })),
    ] {
        assert_eq!((value.to_string(), value.to_json()), (shown.to_owned(), as_json));
        assert_eq!(value.clone().into_owned(), value);
    }
}

#[test]
fn an_owned_value_borrows_nothing() {
    let text = String::from("a");
    let owned = Value::List(vec![Value::Text(Cow::Borrowed(&text))]).into_owned();
    drop(text);
    assert_eq!(owned.to_string(), "a");
    assert_eq!((Value::Missing.is_missing(), owned.as_text(), Value::Text("b".into()).as_text()), (true, None, Some("b")));
}

proptest::proptest! {
    #[test]
    fn plain_text_ends_at_the_first_special_byte(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40), plain in 0_usize..40) {
        let bytes = [vec![b'a'; plain], bytes].concat();
        let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(bytes.len());
        proptest::prop_assert_eq!(super::plain::plain_length(&bytes), expected);
    }
}
