//! Tests of reading whole events: Okta's samples, odd bytes, odd shapes.

use super::super::testing::{check, event, get, get_record};
use super::super::{BadEventReason, Event, FieldId, FieldRef, Layout, Origin, RecordKind, Source, Timestamp, Value};

fn bad(json: &[u8]) -> (BadEventReason, String, Option<usize>) {
    let bad = Event::new().read(&Layout::everything(), json, &Origin::default()).unwrap_err();
    (bad.reason, bad.message, bad.offset)
}

#[test]
fn the_log_sample_reads_as_its_documentation_says() {
    let sample = event(include_str!("../../../tests/data/samples/log-user.lifecycle.deactivate-okta-docs.json"));
    check(
        &sample,
        &[
            ("uuid", "ab62c0bc-2837-11eb-9823-9fb8f750c5a9"),
            ("published", "2020-11-16T18:15:12.862Z"),
            ("eventType", "user.lifecycle.deactivate"),
            ("version", "0"),
            ("actor.alternateId", "okta.trainer@okta.com"),
            ("actor.detailEntry", "missing"),
            ("client.zone", "missing"),
            ("client.ipAddress", "174.89.174.56"),
            ("client.geographicalContext.geolocation", "43.7114, -79.4462"),
            ("client.geographicalContext.postalCode", "M6B"),
            ("geo.city", "Toronto"),
            ("geo.point", "43.7114, -79.4462"),
            ("network.asn", "577"),
            ("network.is_proxy", "false"),
            ("debug.threatSuspected", "false"),
            ("debug.requestUri", "/admin/user/deactivate/00u3m90rxKjGQ0G6L1d6"),
            ("outcome.result", "SUCCESS"),
            ("outcome.reason", "missing"),
            ("target.user.alternateId", "john.doe@example.com"),
            ("target.app.id", "missing"),
            ("session.id", "102lMcfHbwSTuS5V1oPHJs3lw"),
            ("engine", "classic"),
            ("source", "file"),
            ("org", "missing"),
        ],
    );
    assert_eq!(get(&sample, "debug.threatSuspected"), Value::Bool(false));
    assert_eq!(get(&sample, "network.asn"), Value::Int(577));
    assert_eq!(sample.records(RecordKind::Target), 1);
    assert_eq!(sample.records(RecordKind::Hop), 1);
    assert_eq!(get_record(&sample, RecordKind::Hop, 0, ".ip").to_string(), "174.89.174.56");
    assert_eq!(get_record(&sample, RecordKind::Hop, 0, ".geographicalContext.geolocation.lat"), Value::Float(43.7114));
}

#[test]
fn numbers_where_text_is_expected_become_text() {
    let page = include_str!("../../../tests/data/samples/log-ListLogs-okta-openapi.json");
    let events: Vec<&serde_json::value::RawValue> = serde_json::from_str(page).unwrap();
    let sample = event(events[0].get());
    check(
        &sample,
        &[
            ("version", "0"),
            ("client.geographicalContext.postalCode", "10013"),
            ("device.managed", "false"),
            ("device.registered", "true"),
            ("device.jailbreak", "missing"),
            ("device.os_version", "14.6.0"),
            ("session.root_id", "idxBager62CSveUkTxvgRtonA"),
            ("engine", "identity"),
            ("target.factor.displayName", "Okta Verify"),
            ("target.factor.alternateId", "missing"),
            ("target.app.displayName", "Okta Admin Console"),
        ],
    );
    assert_eq!(get(&sample, "version"), Value::Text("0".into()));
}

#[test]
fn the_structured_security_context_is_read() {
    let sample = event(include_str!("../../../tests/data/samples/log-ListLogsWithAdditionalSecurityContext-okta-openapi.json"));
    check(
        &sample,
        &[
            ("risk.level", "HIGH"),
            ("risk.reasons", "Anomalous Device"),
            ("risk.detection", "Suspected Session Hijacking"),
            ("risk.previous_level", "missing"),
            ("behavior.new_device", "NEGATIVE"),
            ("behavior.new_geo_location", "POSITIVE"),
            ("behavior.velocity", "missing"),
            ("network.asn", "394089"),
            ("network.org", "ASN 0000"),
            ("network.isp", "google"),
            ("network.domain", "missing"),
            ("network.services", "missing"),
            ("securityContext.botProtection.level", "LOW"),
        ],
    );
    assert_eq!(get_record(&sample, RecordKind::Hop, 0, "ipDetails.asNumber"), Value::Int(394_089));
}

#[test]
fn nulls_in_place_of_objects_and_lists_are_missing() {
    let sample = event(include_str!("../../../tests/data/samples/log-core.concurrency.org.limit.violation-okta-docs.json"));
    check(
        &sample,
        &[
            ("outcome.result", "missing"),
            ("client.geographicalContext.city", "missing"),
            ("geo.point", "missing"),
            ("client.device", "Unknown"),
            ("client.userAgent.os", "Unknown"),
            ("client.userAgent.browser", "UNKNOWN"),
            ("engine", "classic"),
            ("network.asn", "missing"),
        ],
    );
    assert_eq!(sample.records(RecordKind::Target), 0);
    assert_eq!(sample.records(RecordKind::Hop), 2);
    assert_eq!(get_record(&sample, RecordKind::Hop, 1, "ip").to_string(), "52.22.142.162");
    assert_eq!(get_record(&sample, RecordKind::Hop, 2, "ip"), Value::Missing);
}

#[test]
fn an_impossible_date_is_no_time() {
    let sample = event(include_str!("../../../tests/data/samples/log-user.session.start-minimal-okta-docs.json"));
    assert_eq!(sample.published(), None);
    assert!(sample.flags().no_time);
    assert!(!sample.flags().no_uuid);
    check(&sample, &[("client.zone", "OFF_NETWORK"), ("published", "missing"), ("engine", "missing"), ("actor.detailEntry", "missing")]);
}

#[test]
fn the_hops_of_a_hook_event_stand_in_the_client() {
    let delivery = include_str!("../../../tests/data/samples/hook-user.session.start-okta-docs.json");
    let delivery: serde_json::Value = serde_json::from_str(delivery).unwrap();
    let sample = event(&delivery["data"]["events"][0].to_string());
    assert_eq!(sample.records(RecordKind::Hop), 1);
    assert_eq!(get_record(&sample, RecordKind::Hop, 0, "ip").to_string(), "142.126.158.61");
    check(&sample, &[("device.id", "missing"), ("insertionTimestamp", "missing"), ("engine", "identity")]);
}

#[test]
fn the_change_of_the_first_changed_target_is_read() {
    let sample = event(include_str!("../../../tests/data/samples/target-with-changeDetails-okta-docs.json"));
    let Value::Json(to) = get(&sample, "change.to") else { panic!("no change") };
    assert_eq!(to["vpnLocationOptions"], "ZONE");
    assert!(sample.flags().no_uuid && sample.flags().no_time);
}

#[test]
fn uuids_are_lower_cased() {
    let plain = event(r#"{"uuid":"F1D0B993-CC19-11ED-A688-DB22C99EF6C4"}"#);
    assert_eq!(plain.uuid(), Some("f1d0b993-cc19-11ed-a688-db22c99ef6c4"));
    assert_eq!(get(&plain, "uuid").to_string(), "f1d0b993-cc19-11ed-a688-db22c99ef6c4");
    assert_eq!(plain.raw(), br#"{"uuid":"F1D0B993-CC19-11ED-A688-DB22C99EF6C4"}"#);
    assert_eq!(event(r#"{"uuid":"\u0041B"}"#).uuid(), Some("ab"));
}

#[test]
fn events_without_identity_are_flagged() {
    for json in ["{}", r#"{"uuid":null}"#, r#"{"uuid":""}"#, r#"{"uuid":{"a":1}}"#, r#"{"uuid":"unknown"}"#] {
        assert_eq!(event(json).uuid(), None, "{json}");
        assert!(event(json).flags().no_uuid, "{json}");
    }
    let flags = event(r#"{"uuid":"a","published":"2026-01-02T03:04:05.678Z"}"#).flags();
    assert!(!flags.no_uuid && !flags.no_time && !flags.repaired && !flags.duplicate_keys);
}

#[test]
fn the_last_of_two_equal_keys_wins() {
    let twice = event(r#"{"actor":{"id":"1","type":"User"},"eventType":"a","actor":{"id":"2"},"eventType":"b"}"#);
    check(&twice, &[("actor.id", "2"), ("actor.type", "missing"), ("eventType", "b")]);
    assert!(twice.flags().duplicate_keys);
    let lists = event(r#"{"target":[{"id":"1","type":"User"},{"id":"2"}],"target":[{"id":"3","id":"4"}]}"#);
    assert_eq!(lists.records(RecordKind::Target), 1);
    assert_eq!(get_record(&lists, RecordKind::Target, 0, "id").to_string(), "4");
    check(&lists, &[("target.user.id", "missing")]);
    let null = event(r#"{"request":{"ipChain":[{"ip":"10.0.0.1"}]},"target":[{"id":"1"}],"target":null,"request":null}"#);
    assert_eq!((null.records(RecordKind::Target), null.records(RecordKind::Hop)), (0, 0));
    let escaped = event(r#"{"eventType":"a","event\u0054ype":"b"}"#);
    assert_eq!(escaped.event_type(), Some("b"));
    assert!(escaped.flags().duplicate_keys);
}

#[test]
fn escapes_are_resolved() {
    let escaped = event(r#"{"displayMessage":"a\"b\\c\/d\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00z","actor":{"displayName":"\u0000"}}"#);
    assert_eq!(get(&escaped, "displayMessage").to_string(), "a\"b\\c/d\u{8}\u{c}\n\r\tAé€😀z");
    assert_eq!(get(&escaped, "actor.displayName").to_string(), "\0");
    assert!(!escaped.flags().repaired);
}

#[test]
fn bytes_that_are_no_text_are_repaired_and_kept() {
    let raw = b"{\"actor\":{\"displayName\":\"Zo\xeb\",\"id\":\"1\"}}";
    let mut repaired = Event::new();
    repaired.read(&Layout::everything(), raw, &Origin::default()).unwrap();
    assert_eq!(get(&repaired, "actor.displayName").to_string(), "Zo\u{fffd}");
    assert_eq!(get(&repaired, "actor.id").to_string(), "1");
    assert!(repaired.flags().repaired);
    assert_eq!(repaired.raw(), raw);
}

#[test]
fn halves_of_surrogate_pairs_are_repaired() {
    for (json, expected) in [
        (r#"{"displayMessage":"a\ud800b"}"#, "a\u{fffd}b"),
        (r#"{"displayMessage":"a\ude00"}"#, "a\u{fffd}"),
        (r#"{"displayMessage":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
        (r#"{"k\ud800":1,"displayMessage":"x\ud800"}"#, "x\u{fffd}"),
    ] {
        let repaired = event(json);
        assert_eq!(get(&repaired, "displayMessage").to_string(), expected, "{json}");
        assert!(repaired.flags().repaired, "{json}");
        assert_eq!(repaired.raw(), json.as_bytes());
    }
    let unread = event(r#"{"k\ud800":"\ud800","displayMessage":"x\\ud800"}"#);
    assert_eq!(get(&unread, "displayMessage").to_string(), "x\\ud800");
    assert!(!unread.flags().repaired);
    let inside = event(r#"{"actor":{"detailEntry":{"a":"\ud800"}}}"#);
    assert_eq!(get(&inside, "actor.detailEntry").to_json(), serde_json::json!({ "a": "\u{fffd}" }));
}

#[test]
fn what_is_no_event_says_why_and_where() {
    use BadEventReason::{CutOff, NotAnObject, NotJson, NumberTooLarge};
    let says = |json: &str| bad(json.as_bytes());
    assert_eq!(says(r#"{"a":1"#), (CutOff, "the event ends before its object is complete".into(), Some(5)));
    assert_eq!(says(r#"{"a":"#).0, CutOff);
    assert_eq!(says("[]"), (NotAnObject, "JSON, but not an object".into(), Some(0)));
    assert_eq!(says("null").0, NotAnObject);
    assert_eq!(says("").0, NotJson);
    assert_eq!(says(" \n ").0, NotJson);
    assert_eq!(says("nonsense").0, NotJson);
    assert_eq!(says("{\"a\":1}\nx"), (NotJson, "not JSON: something follows the event's object".into(), Some(8)));
    assert_eq!(says(r#"{"uuid" "a"}"#), (NotJson, "not JSON: expected `:`".into(), Some(8)));
    assert_eq!(says(r#"{"client":{"geographicalContext":{"geolocation":{"lat":1e400}}}}"#).0, NumberTooLarge);
    // What nobody reads may be any number that JSON allows.
    let unread = event(r#"{"client":1e400,"actor":{"other":1e400},"uuid":"a"}"#);
    assert_eq!(unread.uuid(), Some("a"));
    assert_eq!(bad(&vec![b' '; super::EVENT_BYTES_MAX + 1]).0, BadEventReason::TooLong);
}

#[test]
fn a_bad_event_keeps_its_bytes_and_has_no_values() {
    let mut reused = event(r#"{"uuid":"a","target":[{"id":"x"}]}"#);
    assert!(reused.read(&Layout::everything(), br#"{"uuid":"b","target":[{"id":"y"}]"#, &Origin::default()).is_err());
    assert_eq!(reused.raw(), br#"{"uuid":"b","target":[{"id":"y"}]"#);
    assert_eq!(reused.uuid(), None);
    assert_eq!(get(&reused, "uuid"), Value::Missing);
    assert_eq!(reused.records(RecordKind::Target), 0);
}

#[test]
fn a_reused_event_forgets_the_one_before() {
    let layout = Layout::everything();
    let mut reused = Event::new();
    let first = br#"{"uuid":"A","published":"2026-01-02T03:04:05.678Z","eventType":"user.session.start","target":[{"type":"User","id":"1"}]}"#;
    let hook = Origin { source: Source::Hook, org: Some("example.okta.com".into()) };
    reused.read(&layout, first, &hook).unwrap();
    assert_eq!(reused.published(), Timestamp::parse("2026-01-02T03:04:05.678Z"));
    assert!(reused.event_type_index().is_some());
    check(&reused, &[("target.user.id", "1"), ("source", "hook"), ("org", "example.okta.com")]);
    reused.read(&layout, b"{}", &Origin { source: Source::SystemLog, org: None }).unwrap();
    assert_eq!((reused.uuid(), reused.published(), reused.event_type_index()), (None, None, None));
    check(&reused, &[("target.user.id", "missing"), ("source", "system_log"), ("org", "missing"), ("uuid", "missing")]);
}

#[test]
fn deep_nesting_where_nothing_is_wanted_is_no_matter() {
    let deep = format!(r#"{{"other":{}{},"uuid":"a"}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(event(&deep).uuid(), Some("a"));
    let in_json = format!(r#"{{"actor":{{"detailEntry":{}{}}},"uuid":"a"}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let read = event(&in_json);
    assert_eq!(read.uuid(), Some("a"));
    assert_eq!(get(&read, "actor.detailEntry"), Value::Missing);
}

#[test]
fn wrong_shapes_are_missing() {
    let odd = event(
        r#"{"actor":"me","client":[1,{"ipAddress":"10.0.0.1"}],"outcome":true,"target":{"id":"1"},"request":{"ipChain":7},
            "debugContext":{"debugData":"text"},"securityContext":{"asNumber":"AS577","isProxy":"maybe","risk":[]},"published":5}"#,
    );
    check(
        &odd,
        &[
            ("actor.id", "missing"),
            ("client.ipAddress", "missing"),
            ("outcome.result", "missing"),
            ("network.asn", "missing"),
            ("network.is_proxy", "missing"),
            ("risk.level", "missing"),
            ("debugContext.debugData", "text"),
            ("debug.risk", "missing"),
        ],
    );
    assert_eq!((odd.records(RecordKind::Target), odd.records(RecordKind::Hop)), (0, 0));
    let mixed = event(r#"{"target":[null,3,"x",[],{"id":"1"},{}]}"#);
    assert_eq!(mixed.records(RecordKind::Target), 2);
    assert_eq!(get_record(&mixed, RecordKind::Target, 0, "id").to_string(), "1");
}

#[test]
fn empty_objects_are_fine() {
    let empty = event(r#"{"client":{},"debugContext":{},"target":[],"actor":{},"request":{"ipChain":[]},"securityContext":{}}"#);
    for field in FieldId::all().map(FieldRef::Known) {
        let expected = if field.path() == "source" { "file" } else { "missing" };
        check(&empty, &[(&field.path(), expected)]);
    }
}

#[test]
fn a_list_of_records_has_an_end() {
    let long = event(&format!(r#"{{"uuid":"a","target":[{}{{}}],"eventType":"b"}}"#, r#"{"id":"1"},"#.repeat(10_000)));
    assert_eq!(long.records(RecordKind::Target), 10_000);
    assert!(long.flags().records_cut);
    assert_eq!(long.event_type(), Some("b"));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(event("\u{feff}{\"uuid\":\"a\\n\"}").uuid(), Some("a\n"));
}
