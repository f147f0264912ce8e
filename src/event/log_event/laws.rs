//! Laws of reading events: what holds for any bytes, any shape of event and any layout.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

use super::super::testing::{EVERYTHING, LAYOUT, all_values, event, get};
use super::super::{BadEventReason, Event, Field, FieldId, FieldRef, Layout, Origin, RecordKind, Type, all_record_fields, debug_keys, fields};

/// Values that stand where they should not, or mean something only in some fields.
fn trap() -> impl Strategy<Value = Json> {
    let texts = vec![
        "null",
        "unknown",
        "-",
        "",
        "Unknown",
        "true",
        "False",
        "17",
        "17.0",
        "0.00",
        "1e3",
        "10.0.0.1",
        "::ffff:10.0.0.1",
        "2001:DB8::1",
        "2026-01-02T03:04:05.678Z",
        "2017-09-31T00:00:00Z",
        "POSITIVE",
        "{level=HIGH}",
        "reasons=A, B, level=LOW",
        "Risk{level=LOW}",
        "User",
        "AppInstance",
        "idxA",
        "1021",
        "trsA",
        "/idp/idx/x",
        "{New Device=POSITIVE, Velocity Behavior=NEGATIVE}",
        "{}",
        "[]",
        "{\"risk\":{\"level\":\"HIGH\"},\"behaviors\":{\"New IP\":\"POSITIVE\"}}",
        "[{\"type\":\"VPN\",\"anonymous\":true}]",
        "{\"a\":",
        "user.mfa.okta_verify.deny_push",
        "a\"b\\c",
        "\u{0}",
        "Zo\u{eb}",
    ];
    prop_oneof![
        6 => select(texts).prop_map(Json::from),
        2 => any::<String>().prop_map(Json::from),
        1 => any::<i64>().prop_map(Json::from),
        1 => (-200.0..200.0_f64).prop_map(Json::from),
        1 => any::<bool>().prop_map(Json::from),
        2 => Just(Json::Null),
        1 => select(vec![json!({}), json!([]), json!([null, 1, {}]), json!({ "level": "LOW", "id": "x" }), json!([["a"]])]),
    ]
}

/// The event of all fields with some values replaced by traps and some keys taken out.
fn event_json() -> impl Strategy<Value = Json> {
    let changes = prop::collection::vec((any::<Index>(), prop::option::weighted(0.8, trap())), 0..24);
    changes.prop_map(|changes| {
        let mut event: Json = serde_json::from_str(EVERYTHING).unwrap();
        for (at, change) in changes {
            let mut places = Vec::new();
            list_places(&event, String::new(), &mut places);
            let place = at.get(&places);
            let (parent, key) = place.rsplit_once('/').unwrap();
            match (change, event.pointer_mut(parent)) {
                (Some(trap), _) => *event.pointer_mut(place).unwrap() = trap,
                (None, Some(Json::Object(parent))) => drop(parent.remove(key)),
                (None, _) => {}
            }
        }
        event
    })
}

fn list_places(json: &Json, at: String, places: &mut Vec<String>) {
    let below: Vec<(String, &Json)> = match json {
        Json::Object(entries) => entries.iter().map(|(key, value)| (format!("{at}/{key}"), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect(),
        _ => Vec::new(),
    };
    for (place, value) in below {
        list_places(value, place.clone(), places);
        places.push(place);
    }
}

/// Bytes that mean something in JSON, and some that it refuses.
const JSON_BYTES: &[u8] = b"{}[],:\"\\/ \n\t\r\0\x1f\x7f0123456789-+.eEntfu\xff\xc3";

/// An event is read if serde_json takes its text and it is an object; for all layouts, but for wanted numbers that are too large.
fn assert_as_serde_json_says(raw: &[u8]) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(raw);
    let is_object = text.trim_start_matches([' ', '\n', '\t', '\r']).starts_with('{');
    let expected = is_object && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    let layouts = [Layout::new([], []), Layout::new([FieldRef::find("actor.id").unwrap()], []), LAYOUT.clone()];
    for layout in &layouts {
        let read = Event::new().read(layout, raw, &Origin::default());
        let too_large = matches!(&read, Err(bad) if bad.reason == BadEventReason::NumberTooLarge);
        prop_assert!(too_large || read.is_ok() == expected, "{:?}: {:?}", text, read);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_and_kept(raw in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut read = Event::new();
        let _ = read.read(&LAYOUT, &raw, &Origin::default());
        prop_assert_eq!(read.raw(), &raw[..]);
        all_values(&read);
    }

    #[test]
    fn damaged_events_are_read_or_refused_and_kept(
        json in event_json(), at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut raw = json.to_string().into_bytes();
        let at = at.index(raw.len());
        if cut { raw.truncate(at) } else { raw[at] = byte }
        let mut read = Event::new();
        let _ = read.read(&LAYOUT, &raw, &Origin::default());
        prop_assert_eq!(read.raw(), &raw[..]);
        all_values(&read);
    }

    #[test]
    fn what_is_json_is_what_serde_json_says(
        json in event_json(), edits in prop::collection::vec((any::<Index>(), select(JSON_BYTES.to_vec()), any::<bool>()), 0..4),
    ) {
        let mut raw = json.to_string().into_bytes();
        for (at, byte, inserts) in edits {
            let at = at.index(raw.len());
            if inserts { raw.insert(at, byte) } else { raw[at] = byte }
        }
        assert_as_serde_json_says(&raw)?;
    }

    #[test]
    fn bits_of_json_are_json_if_serde_json_says_so(body in "[{}\\[\\],:\" \\\\u0-9a-f.+Eentruls\n-]{0,24}") {
        assert_as_serde_json_says(body.as_bytes())?;
        assert_as_serde_json_says(format!("{{{body}}}").as_bytes())?;
        assert_as_serde_json_says(format!("{{\"a\":{body}}}").as_bytes())?;
        assert_as_serde_json_says(format!("{{\"actor\":{{\"id\":{body}}}}}").as_bytes())?;
        assert_as_serde_json_says(format!("{{\"target\":[{body}]}}").as_bytes())?;
        assert_as_serde_json_says(format!("{{\"a\":\"{body}\"}}").as_bytes())?;
    }

    #[test]
    fn a_small_layout_gives_the_values_of_the_full_one(json in event_json(), picks in prop::collection::vec(any::<Index>(), 0..8)) {
        let everything: Vec<FieldRef> = FieldId::all().map(FieldRef::Known)
            .chain(debug_keys().iter().filter(|key| key.common).map(|key| FieldRef::Debug(key.name.into())))
            .collect();
        let records: Vec<_> = all_record_fields().collect();
        let fields = picks.iter().map(|pick| everything[pick.index(everything.len())].clone());
        let record_fields = picks.iter().map(|pick| records[pick.index(records.len())]).map(|id| (id.kind(), id));
        let small = Layout::new(fields, record_fields);
        let raw = json.to_string();
        let (mut by_small, mut by_full) = (Event::new(), Event::new());
        let small_read = by_small.read(&small, raw.as_bytes(), &Origin::default());
        prop_assert_eq!(small_read, by_full.read(&LAYOUT, raw.as_bytes(), &Origin::default()));
        let full = all_values(&by_full);
        for (path, value) in all_values(&by_small) {
            prop_assert_eq!(Some(&value), full.get(&path), "{}", path);
        }
        prop_assert_eq!(by_small.uuid(), by_full.uuid());
        prop_assert_eq!(by_small.published(), by_full.published());
        prop_assert_eq!(by_small.event_type(), by_full.event_type());
    }

    #[test]
    fn text_is_what_serde_json_reads(json in event_json()) {
        let raw = json.to_string();
        let read = event(&raw);
        let is_plain = |field: &&Field| !field.derived && field.ty == Type::TEXT && field.path != "uuid";
        for field in fields().iter().filter(is_plain) {
            let expected = match json.pointer(&format!("/{}", field.path.replace('.', "/"))) {
                Some(Json::String(text)) if ["", "null", "unknown", "-"].contains(&text.as_str()) => continue,
                Some(Json::String(text)) => Some(text.clone()),
                Some(other @ (Json::Number(_) | Json::Bool(_))) => Some(other.to_string()),
                _ => None,
            };
            let value = get(&read, field.path);
            prop_assert_eq!(value.as_text(), expected.as_deref(), "{}", field.path);
        }
        let objects = |list: &Json| list.as_array().map_or(0, |list| list.iter().filter(|element| element.is_object()).count());
        prop_assert_eq!(read.records(RecordKind::Target), objects(&json["target"]));
        let hops = [&json["request"]["ipChain"], &json["client"]["ipChain"]].map(objects);
        prop_assert_eq!(read.records(RecordKind::Hop), if hops[0] > 0 { hops[0] } else { hops[1] });
    }

    #[test]
    fn doubled_keys_give_the_last_one(json in event_json(), other in event_json()) {
        let (json, other) = (json.as_object().unwrap(), other.as_object().unwrap());
        let merged: Json = json.iter().chain(other).map(|(key, value)| (key.clone(), value.clone())).collect();
        let entries = json.iter().chain(other).map(|(key, value)| format!("{}:{value}", Json::from(key.as_str())));
        let doubled = event(&format!("{{{}}}", entries.collect::<Vec<_>>().join(",")));
        prop_assert!(doubled.flags().duplicate_keys);
        prop_assert_eq!(all_values(&doubled), all_values(&event(&merged.to_string())));
    }
}
