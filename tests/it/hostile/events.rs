//! Events that Okta would not write: each is read with a flag, or refused with a reason and a place.

use std::collections::BTreeMap;
use std::sync::Arc;

use clarion::alert::Alerts;
use clarion::engine::Engine;
use clarion::event::{BadEventReason, EVENT_BYTES_MAX, Event, FieldId, FieldRef, Layout, Origin, RecordKind, Value, all_record_fields, debug_keys, fields};
use clarion::pack::{Library, recommended};
use clarion::plan::Plan;
use serde_json::{Value as Json, json};

/// Reads an event with every field.
fn read(bytes: &[u8]) -> Result<Event, clarion::event::BadEvent> {
    let mut event = Event::new();
    event.read(&everything(), bytes, &Origin::default())?;
    assert_eq!(event.raw(), bytes, "the bytes are kept as they came");
    Ok(event)
}

fn everything() -> Layout {
    thread_local! {
        static EVERYTHING: Layout = Layout::everything();
    }
    EVERYTHING.with(Clone::clone)
}

/// Asks for every value that the event can give; returns how many bytes of text they hold at most.
pub(super) fn ask_everything(event: &Event, layout: &Layout) -> usize {
    let known = FieldId::all().map(FieldRef::Known).chain(debug_keys().iter().map(|key| FieldRef::Debug(key.name.into())));
    let mut longest = 0;
    for field in known {
        if let Some(slot) = layout.slot(&field) {
            longest = longest.max(weight(&event.value(slot)));
        }
    }
    for field in all_record_fields() {
        if let Some(slot) = layout.record_slot(field.kind(), field) {
            for index in 0..event.records(field.kind()).min(50) + 1 {
                longest = longest.max(weight(&event.record_value(field.kind(), index, slot)));
            }
        }
    }
    longest
}

fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Float(number) | Value::Distance(number) | Value::Speed(number) => {
            assert!(number.is_finite(), "a number without end");
            8
        }
        Value::Point(point) => {
            assert!(point.lat.abs() <= 90.0 && point.lon.abs() <= 180.0, "a place off the earth: {point:?}");
            16
        }
        Value::List(parts) => parts.iter().map(weight).sum(),
        Value::Json(json) => json.to_string().len(),
        _ => 8,
    }
}

/// Runs the recommended pack over events.
fn observe(events: &[Vec<u8>]) {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    let pack = library.packs.into_iter().next().expect("the pack");
    let plan = Arc::new(Plan::compile(pack.rules.into_iter().map(Arc::new), &pack.sets));
    let (mut engine, mut alerts, mut event) = (Engine::new(plan.clone()), Alerts::new(plan.clone()), Event::new());
    for raw in events {
        if event.read(plan.layout(), raw, &Origin::default()).is_ok() {
            for rule in engine.observe(&event).to_vec() {
                alerts.add(rule, &event);
            }
        }
    }
    for alert in alerts.finish() {
        assert!(serde_json::from_str::<serde_json::Value>(&alert.to_json()).expect("JSON").is_object());
    }
}

#[test]
fn what_is_no_event_has_a_reason_and_a_place() {
    use BadEventReason::{CutOff, NotAnObject, NotJson, NumberTooLarge, TooLong};
    let deep = |open: &str, close: &str| format!("{{\"a\":{}{}}}", open.repeat(100_000), close.repeat(100_000));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(EVENT_BYTES_MAX));
    let bad: Vec<(&str, Vec<u8>, BadEventReason)> = vec![
        ("nothing", vec![], NotJson),
        ("white space", b" \t\r\n ".to_vec(), NotJson),
        ("a NUL", b"\0".to_vec(), NotJson),
        ("a NUL behind", b"{}\0".to_vec(), NotJson),
        ("a NUL in a key", b"{\"a\0\":1}".to_vec(), NotJson),
        ("a NUL in a text", b"{\"uuid\":\"a\0b\"}".to_vec(), NotJson),
        ("a line break in a text", b"{\"uuid\":\"a\nb\"}".to_vec(), NotJson),
        ("a mark of byte order alone", b"\xef\xbb\xbf".to_vec(), NotJson),
        ("UTF-16", "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect(), NotJson),
        ("a list", b"[]".to_vec(), NotAnObject),
        ("a text", b"\"{}\"".to_vec(), NotAnObject),
        ("null", b"null".to_vec(), NotAnObject),
        ("a number", b"-0".to_vec(), NotAnObject),
        ("two objects", b"{}{}".to_vec(), NotJson),
        ("a comma too many", b"{\"a\":1,}".to_vec(), NotJson),
        ("a comment", b"{/* */}".to_vec(), NotJson),
        ("single quotes", b"{'a':1}".to_vec(), NotJson),
        ("NaN", b"{\"a\":NaN}".to_vec(), NotJson),
        ("Infinity", b"{\"a\":-Infinity}".to_vec(), NotJson),
        ("hexadecimal", b"{\"a\":0x10}".to_vec(), NotJson),
        ("a zero in front", b"{\"a\":01}".to_vec(), NotJson),
        ("a plus in front", b"{\"a\":+1}".to_vec(), NotJson),
        ("a dot at the end", b"{\"a\":1.}".to_vec(), NotJson),
        ("an escape that is none", b"{\"a\":\"\\x41\"}".to_vec(), NotJson),
        ("1e400 where a field is", b"{\"securityContext\":{\"asNumber\":1e400}}".to_vec(), NumberTooLarge),
        ("an open brace", b"{".to_vec(), CutOff),
        ("an open text", b"{\"uuid\":\"abc".to_vec(), CutOff),
        ("an open escape", b"{\"uuid\":\"abc\\".to_vec(), CutOff),
        ("an open unicode escape", b"{\"uuid\":\"abc\\u12".to_vec(), CutOff),
        ("a key without a value", b"{\"uuid\"".to_vec(), CutOff),
        ("half a word", b"{\"a\":tr".to_vec(), CutOff),
        ("100,000 lists that stay open", b"{\"target\":".iter().copied().chain(std::iter::repeat_n(b'[', 100_000)).collect(), CutOff),
        ("lists and maps that do not fit", deep("[{\"a\":", "]}").into_bytes(), NotJson),
        ("16 MiB and more", long.into_bytes(), TooLong),
    ];
    for (name, bytes, reason) in bad {
        let fault = read(&bytes).expect_err(name);
        assert_eq!(fault.reason, reason, "{name}: {fault}");
        assert!(!fault.message.is_empty(), "{name}");
        assert!(fault.offset.is_some_and(|offset| offset <= bytes.len().max(3)) || reason == TooLong, "{name}: {fault:?}");
    }
}

#[test]
fn depth_is_no_matter_wherever_it_stands() {
    for key in ["x", "uuid", "published", "eventType", "target", "actor", "debugContext", "request", "outcome", "securityContext"] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"id\":", "}]"), ("{\"debugData\":", "}"), ("{\"target\":[", "]}")] {
            let json = format!("{{\"{key}\":{}1{}}}", open.repeat(100_000), close.repeat(100_000));
            match read(json.as_bytes()) {
                Ok(event) => drop(ask_everything(&event, &everything())),
                Err(fault) => assert!(!fault.message.is_empty()),
            }
        }
    }
    let nested =
        |path: &[&str], inner: &str| format!("{}{inner}{}", path.iter().map(|key| format!("{{\"{key}\":")).collect::<String>(), "}".repeat(path.len()));
    let brackets = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for path in [
        &["debugContext", "debugData", "behaviors"][..],
        &["securityContext", "userBehaviors"],
        &["actor", "detailEntry"],
        &["transaction", "detail"],
        &["client", "geographicalContext", "geolocation"],
        &["securityContext", "risk", "reasons"],
    ] {
        let event = read(nested(path, &brackets).as_bytes()).expect("an event");
        ask_everything(&event, &everything());
    }
    // The same, hidden in text that is JSON again.
    let hidden = json!({"debugContext": {"debugData": {"behaviors": brackets, "risk": brackets, "logOnlySecurityData": brackets, "url": brackets}}});
    ask_everything(&read(hidden.to_string().as_bytes()).expect("an event"), &everything());
}

#[test]
fn odd_events_are_read_and_flagged() {
    let flags = |bytes: &[u8]| read(bytes).unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(bytes))).flags();
    assert!(flags(b"{}").no_uuid && flags(b"{}").no_time);
    for uuid in ["null", "\"\"", "\"null\"", "7", "{}", "[]", "true"] {
        let found = read(format!("{{\"uuid\":{uuid}}}").as_bytes()).expect("an event");
        assert_eq!(found.flags().no_uuid, found.uuid().is_none(), "{uuid}");
    }
    assert!(flags(b"{\"uuid\":\"a\",\"uuid\":\"b\"}").duplicate_keys);
    assert!(flags(b"{\"actor\":{\"id\":\"a\"},\"actor\":{\"id\":\"b\"}}").duplicate_keys);
    assert!(flags(b"{\"uuid\":\"\xff\"}").repaired);
    assert!(flags(b"{\"uuid\":\"\xed\xa0\x80\"}").repaired);
    assert!(flags(b"{\"\xff\":1}").repaired);
    assert!(flags(b"{\"actor\":{\"displayName\":\"\\ud800\"}}").repaired);
    assert!(flags(b"{\"actor\":{\"displayName\":\"\\udc00\\ud800\"}}").repaired);
    assert!(!flags(b"\xef\xbb\xbf{\"uuid\":\"a\"}").repaired);
    assert!(!flags("{\"actor\":{\"displayName\":\"\\ud83d\\ude00 \\u0000 ü\"}}".as_bytes()).repaired);
    let many = format!("{{\"target\":[{}]}}", vec!["{}"; 20_000].join(","));
    let event = read(many.as_bytes()).expect("an event");
    assert!(event.flags().records_cut && event.records(RecordKind::Target) <= 10_000);
    for line_end in ["\r\n", "\n", "\r", ""] {
        assert_eq!(read(format!("{line_end}{{\"uuid\":\"A\"}}{line_end}").as_bytes()).expect("an event").uuid(), Some("a"));
    }
    let unknown = read(b"{\"eventType\":\"user.nobody.knows\",\"uuid\":\"u\"}").expect("an event");
    assert_eq!((unknown.event_type(), unknown.event_type_index()), (Some("user.nobody.knows"), None));
}

#[test]
fn a_million_keys_are_passed_over() {
    let keys: String = (0..1_000_000).map(|at| format!("\"k{at}\":1,")).collect();
    let event = read(format!("{{{keys}\"uuid\":\"last\"}}").as_bytes()).expect("an event");
    assert_eq!(event.uuid(), Some("last"));
    let same = "\"uuid\":\"a\",".repeat(500_000);
    let event = read(format!("{{{same}\"uuid\":\"last\"}}").as_bytes()).expect("an event");
    assert_eq!((event.uuid(), event.flags().duplicate_keys), (Some("last"), true));
    let lists = "\"target\":[{\"id\":\"x\",\"type\":\"User\"}],".repeat(200_000);
    let event = read(format!("{{{lists}\"uuid\":\"last\"}}").as_bytes()).expect("an event");
    assert_eq!((event.records(RecordKind::Target), event.flags().duplicate_keys), (1, true));
    let keys: String = (0..300_000).map(|at| format!("\"k{at}\":\"v\",")).collect();
    let event = read(format!("{{\"debugContext\":{{\"debugData\":{{{keys}\"url\":\"/x\"}}}}}}").as_bytes()).expect("an event");
    assert!(ask_everything(&event, &everything()) <= EVENT_BYTES_MAX);
}

#[test]
fn values_of_every_kind_in_every_field_are_read_as_their_type_or_missing() {
    let values: Vec<String> = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "18446744073709551617",
        "9223372036854775808",
        "1.5",
        "-0.0",
        "1e308",
        "5e-324",
        "\"\"",
        "\" \"",
        "\"unknown\"",
        "\"true\"",
        "\"12\"",
        "\"-\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"2026-03-02T09:00:00Z\"",
        "\"203.0.113.7\"",
        "\"::ffff:1.2.3.4\"",
        "\"999.1.1.1\"",
        "[]",
        "[null]",
        "[[]]",
        "[{}]",
        "[\"a\",1,null,{}]",
        "{}",
        "{\"a\":null}",
        "{\"id\":{\"id\":{}}}",
        "{\"lat\":1e300,\"lon\":\"x\"}",
        "\"{\"",
        "\"[1\"",
        "\"{a=b, c}\"",
        "\"{\\\"level\\\":7}\"",
    ]
    .map(str::to_owned)
    .to_vec();
    let layout = everything();
    let mut raw = Vec::new();
    for field in fields() {
        let keys: Vec<&str> = field.path.split('.').collect();
        for value in &values {
            let json = format!("{}{value}{}", keys.iter().map(|key| format!("{{\"{key}\":")).collect::<String>(), "}".repeat(keys.len()));
            let event = read(json.as_bytes()).unwrap_or_else(|fault| panic!("{json}: {fault}"));
            ask_everything(&event, &layout);
            raw.push(json.into_bytes());
        }
    }
    for key in ["behaviors", "risk", "url", "factor", "threatSuspected", "privilegeGranted", "logOnlySecurityData"] {
        for value in &values {
            let json = format!("{{\"debugContext\":{{\"debugData\":{{\"{key}\":{value}}}}}}}");
            ask_everything(&read(json.as_bytes()).expect("an event"), &layout);
            raw.push(json.into_bytes());
        }
    }
    for list in ["target", "request"] {
        for field in ["id", "type", "alternateId", "displayName", "detailEntry", "changeDetails", "ip", "geographicalContext"] {
            for value in &values {
                let records = format!("[{{\"type\":\"User\",\"{field}\":{value}}},{value},{{\"{field}\":{value}}}]");
                let json = if list == "target" {
                    format!("{{\"target\":{records}}}")
                } else {
                    format!("{{\"request\":{{\"ipChain\":{records}}},\"client\":{{\"ipChain\":{records}}}}}")
                };
                ask_everything(&read(json.as_bytes()).expect("an event"), &layout);
                raw.push(json.into_bytes());
            }
        }
    }
    // Targets that are no list, and every type of the pack's rules with them.
    for event_type in ["user.account.privilege.grant", "policy.evaluate_sign_on", "user.session.start", "nobody.knows", ""] {
        for target in &values {
            raw.push(format!("{{\"eventType\":\"{event_type}\",\"outcome\":{{\"result\":\"SUCCESS\"}},\"target\":{target}}}").into_bytes());
        }
    }
    observe(&raw);
}

#[test]
fn texts_of_a_mebibyte_in_every_field_grow_no_further() {
    let long = "aA é\\u0000\\n=,{[\\\"".chars().cycle().take(256 * 1024).collect::<String>();
    let long = long.rsplit_once('\\').map_or(long.clone(), |(before, _)| before.to_owned());
    let layout = everything();
    let mut event = Event::new();
    for field in fields().iter().filter(|field| !field.derived) {
        let keys: Vec<&str> = field.path.split('.').collect();
        let json = format!("{}\"{long}\"{}", keys.iter().map(|key| format!("{{\"{key}\":")).collect::<String>(), "}".repeat(keys.len()));
        event.read(&layout, json.as_bytes(), &Origin::default()).unwrap_or_else(|fault| panic!("{}: {fault}", field.path));
        if let Some(slot) = FieldRef::find(field.path).and_then(|field| layout.slot(&field)) {
            assert!(weight(&event.value(slot)) <= json.len(), "{} grows", field.path);
        }
    }
    // All at once: 15 MiB, with the pack's rules over them.
    let long = "a".repeat(60 * 1024);
    let mut all = json!({"eventType": "user.session.start", "outcome": {"result": "SUCCESS"}});
    for field in fields()
        .iter()
        .filter(|field| !field.derived && !["eventType", "outcome.result", "target", "request.ipChain", "debugContext.debugData"].contains(&field.path))
    {
        put(&mut all, field.path, json!(long));
    }
    for key in debug_keys().iter().take(100) {
        put(&mut all, &format!("debugContext.debugData.{}", key.name), json!(long));
    }
    put(&mut all, "target", json!([{"type": "User", "id": long, "alternateId": long, "displayName": long}]));
    let bytes = all.to_string().into_bytes();
    assert!(bytes.len() < EVENT_BYTES_MAX);
    assert!(ask_everything(&read(&bytes).expect("an event"), &layout) <= bytes.len());
    observe(&[bytes]);
}

/// Puts a value at a path of keys.
pub(super) fn put(json: &mut Json, path: &str, value: Json) {
    let mut place = json;
    for key in path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[key];
    }
    *place = value;
}
