//! Tests of reading whole events: Okta's samples, odd bytes, odd shapes, and the laws that hold for any bytes.

use proptest::prelude::*;

use super::super::{
    BadEventReason, Event, FieldId, FieldRef, Layout, Origin, RecordKind, Source, Timestamp, Value,
    all_record_fields, debug_keys, record_field,
};

/// Reads an event with every field; it must be one.
fn event(json: &str) -> Event {
    let mut event = Event::new();
    event
        .read(&Layout::everything(), json.as_bytes(), &Origin::default())
        .unwrap();
    event
}

/// Returns the value of a field by its path in rules.
fn get<'e>(event: &'e Event, path: &str) -> Value<'e> {
    let field = FieldRef::find(path).unwrap_or_else(|| panic!("no field {path}"));
    event.value(
        event
            .layout
            .as_ref()
            .unwrap()
            .slot(&field)
            .unwrap_or_else(|| panic!("no slot for {path}")),
    )
}

fn get_record<'e>(event: &'e Event, kind: RecordKind, index: usize, path: &str) -> Value<'e> {
    let field = record_field(kind, path).unwrap_or_else(|| panic!("no record field {path}"));
    event.record_value(
        kind,
        index,
        event
            .layout
            .as_ref()
            .unwrap()
            .record_slot(kind, field)
            .unwrap(),
    )
}

fn check(event: &Event, expected: &[(&str, &str)]) {
    let got: Vec<(&str, String)> = expected
        .iter()
        .map(|(path, _)| (*path, get(event, path).to_string()))
        .collect();
    let expected: Vec<(&str, String)> = expected
        .iter()
        .map(|(path, value)| (*path, (*value).to_owned()))
        .collect();
    assert_eq!(got, expected);
}

fn bad(json: &[u8]) -> (BadEventReason, String, Option<usize>) {
    let bad = Event::new()
        .read(&Layout::everything(), json, &Origin::default())
        .unwrap_err();
    (bad.reason, bad.message, bad.offset)
}

#[test]
fn the_log_sample_reads_as_its_documentation_says() {
    let sample = event(include_str!(
        "../../../tests/data/samples/log-user.lifecycle.deactivate-okta-docs.json"
    ));
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
            (
                "client.geographicalContext.geolocation",
                "43.7114, -79.4462",
            ),
            ("client.geographicalContext.postalCode", "M6B"),
            ("geo.city", "Toronto"),
            ("geo.point", "43.7114, -79.4462"),
            ("network.asn", "577"),
            ("network.is_proxy", "false"),
            ("debug.threatSuspected", "false"),
            (
                "debug.requestUri",
                "/admin/user/deactivate/00u3m90rxKjGQ0G6L1d6",
            ),
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
    assert_eq!(
        get_record(&sample, RecordKind::Hop, 0, ".ip").to_string(),
        "174.89.174.56"
    );
    assert_eq!(
        get_record(
            &sample,
            RecordKind::Hop,
            0,
            ".geographicalContext.geolocation.lat"
        ),
        Value::Float(43.7114)
    );
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
    let sample = event(include_str!(
        "../../../tests/data/samples/log-ListLogsWithAdditionalSecurityContext-okta-openapi.json"
    ));
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
    assert_eq!(
        get_record(&sample, RecordKind::Hop, 0, "ipDetails.asNumber"),
        Value::Int(394_089)
    );
}

#[test]
fn nulls_in_place_of_objects_and_lists_are_missing() {
    let sample = event(include_str!(
        "../../../tests/data/samples/log-core.concurrency.org.limit.violation-okta-docs.json"
    ));
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
    assert_eq!(
        get_record(&sample, RecordKind::Hop, 1, "ip").to_string(),
        "52.22.142.162"
    );
    assert_eq!(
        get_record(&sample, RecordKind::Hop, 2, "ip"),
        Value::Missing
    );
}

#[test]
fn an_impossible_date_is_no_time() {
    let sample = event(include_str!(
        "../../../tests/data/samples/log-user.session.start-minimal-okta-docs.json"
    ));
    assert_eq!(sample.published(), None);
    assert!(sample.flags().no_time);
    assert!(!sample.flags().no_uuid);
    check(
        &sample,
        &[
            ("client.zone", "OFF_NETWORK"),
            ("published", "missing"),
            ("engine", "missing"),
            ("actor.detailEntry", "missing"),
        ],
    );
}

#[test]
fn the_hops_of_a_hook_event_stand_in_the_client() {
    let delivery =
        include_str!("../../../tests/data/samples/hook-user.session.start-okta-docs.json");
    let delivery: serde_json::Value = serde_json::from_str(delivery).unwrap();
    let sample = event(&delivery["data"]["events"][0].to_string());
    assert_eq!(sample.records(RecordKind::Hop), 1);
    assert_eq!(
        get_record(&sample, RecordKind::Hop, 0, "ip").to_string(),
        "142.126.158.61"
    );
    check(
        &sample,
        &[
            ("device.id", "missing"),
            ("insertionTimestamp", "missing"),
            ("engine", "identity"),
        ],
    );
}

#[test]
fn the_change_of_the_first_changed_target_is_read() {
    let sample = event(include_str!(
        "../../../tests/data/samples/target-with-changeDetails-okta-docs.json"
    ));
    let Value::Json(to) = get(&sample, "change.to") else {
        panic!("no change")
    };
    assert_eq!(to["vpnLocationOptions"], "ZONE");
    assert!(sample.flags().no_uuid && sample.flags().no_time);
}

#[test]
fn uuids_are_lower_cased() {
    let plain = event(r#"{"uuid":"F1D0B993-CC19-11ED-A688-DB22C99EF6C4"}"#);
    assert_eq!(plain.uuid(), Some("f1d0b993-cc19-11ed-a688-db22c99ef6c4"));
    assert_eq!(
        get(&plain, "uuid").to_string(),
        "f1d0b993-cc19-11ed-a688-db22c99ef6c4"
    );
    assert_eq!(
        plain.raw(),
        br#"{"uuid":"F1D0B993-CC19-11ED-A688-DB22C99EF6C4"}"#
    );
    assert_eq!(event(r#"{"uuid":"\u0041B"}"#).uuid(), Some("ab"));
}

#[test]
fn events_without_identity_are_flagged() {
    for json in [
        "{}",
        r#"{"uuid":null}"#,
        r#"{"uuid":""}"#,
        r#"{"uuid":{"a":1}}"#,
        r#"{"uuid":"unknown"}"#,
    ] {
        assert_eq!(event(json).uuid(), None, "{json}");
        assert!(event(json).flags().no_uuid, "{json}");
    }
    let flags = event(r#"{"uuid":"a","published":"2026-01-02T03:04:05.678Z"}"#).flags();
    assert!(!flags.no_uuid && !flags.no_time && !flags.repaired && !flags.duplicate_keys);
}

#[test]
fn the_last_of_two_equal_keys_wins() {
    let twice = event(
        r#"{"actor":{"id":"1","type":"User"},"eventType":"a","actor":{"id":"2"},"eventType":"b"}"#,
    );
    check(
        &twice,
        &[
            ("actor.id", "2"),
            ("actor.type", "missing"),
            ("eventType", "b"),
        ],
    );
    assert!(twice.flags().duplicate_keys);
    let lists =
        event(r#"{"target":[{"id":"1","type":"User"},{"id":"2"}],"target":[{"id":"3","id":"4"}]}"#);
    assert_eq!(lists.records(RecordKind::Target), 1);
    assert_eq!(
        get_record(&lists, RecordKind::Target, 0, "id").to_string(),
        "4"
    );
    check(&lists, &[("target.user.id", "missing")]);
    let null = event(
        r#"{"request":{"ipChain":[{"ip":"10.0.0.1"}]},"target":[{"id":"1"}],"target":null,"request":null}"#,
    );
    assert_eq!(
        (
            null.records(RecordKind::Target),
            null.records(RecordKind::Hop)
        ),
        (0, 0)
    );
    let escaped = event(r#"{"eventType":"a","event\u0054ype":"b"}"#);
    assert_eq!(escaped.event_type(), Some("b"));
    assert!(escaped.flags().duplicate_keys);
}

#[test]
fn escapes_are_resolved() {
    let escaped = event(
        r#"{"displayMessage":"a\"b\\c\/d\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00z","actor":{"displayName":"\u0000"}}"#,
    );
    assert_eq!(
        get(&escaped, "displayMessage").to_string(),
        "a\"b\\c/d\u{8}\u{c}\n\r\tAé€😀z"
    );
    assert_eq!(get(&escaped, "actor.displayName").to_string(), "\0");
    assert!(!escaped.flags().repaired);
}

#[test]
fn bytes_that_are_no_text_are_repaired_and_kept() {
    let raw = b"{\"actor\":{\"displayName\":\"Zo\xeb\",\"id\":\"1\"}}";
    let mut repaired = Event::new();
    repaired
        .read(&Layout::everything(), raw, &Origin::default())
        .unwrap();
    assert_eq!(
        get(&repaired, "actor.displayName").to_string(),
        "Zo\u{fffd}"
    );
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
        (r#"{"k\ud800":1,"displayMessage":"x\\ud800"}"#, "x\\ud800"),
        (r#"{"k\ud800":1,"displayMessage":"x\ud800"}"#, "x\u{fffd}"),
    ] {
        let repaired = event(json);
        assert_eq!(
            get(&repaired, "displayMessage").to_string(),
            expected,
            "{json}"
        );
        assert!(repaired.flags().repaired, "{json}");
        assert_eq!(repaired.raw(), json.as_bytes());
    }
    let inside = event(r#"{"actor":{"detailEntry":{"a":"\ud800"}}}"#);
    assert_eq!(
        get(&inside, "actor.detailEntry").to_json(),
        serde_json::json!({ "a": "\u{fffd}" })
    );
}

#[test]
fn what_is_no_event_says_why_and_where() {
    use BadEventReason::{CutOff, NotAnObject, NotJson, NumberTooLarge};
    let says = |json: &str| bad(json.as_bytes());
    assert_eq!(
        says(r#"{"a":1"#),
        (
            CutOff,
            "the event ends before its object is complete".into(),
            Some(5)
        )
    );
    assert_eq!(says(r#"{"a":"#).0, CutOff);
    assert_eq!(
        says("[]"),
        (NotAnObject, "JSON, but not an object".into(), Some(0))
    );
    assert_eq!(says("null").0, NotAnObject);
    assert_eq!(says("").0, NotJson);
    assert_eq!(says(" \n ").0, NotJson);
    assert_eq!(says("nonsense").0, NotJson);
    assert_eq!(
        says("{\"a\":1}\nx"),
        (
            NotJson,
            "not JSON: something follows the event's object".into(),
            Some(8)
        )
    );
    assert_eq!(
        says(r#"{"uuid" "a"}"#),
        (NotJson, "not JSON: expected `:`".into(), Some(8))
    );
    assert_eq!(
        says(r#"{"client":{"geographicalContext":{"geolocation":{"lat":1e400}}}}"#).0,
        NumberTooLarge
    );
    assert_eq!(says(r#"{"client":1e400}"#).0, NumberTooLarge);
    assert_eq!(
        bad(&vec![b' '; super::EVENT_BYTES_MAX + 1]).0,
        BadEventReason::TooLong
    );
}

#[test]
fn a_bad_event_keeps_its_bytes_and_has_no_values() {
    let mut reused = event(r#"{"uuid":"a","target":[{"id":"x"}]}"#);
    assert!(
        reused
            .read(
                &Layout::everything(),
                br#"{"uuid":"b","target":[{"id":"y"}]"#,
                &Origin::default()
            )
            .is_err()
    );
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
    let hook = Origin {
        source: Source::Hook,
        org: Some("example.okta.com".into()),
    };
    reused.read(&layout, first, &hook).unwrap();
    assert_eq!(
        reused.published(),
        Timestamp::parse("2026-01-02T03:04:05.678Z")
    );
    assert!(reused.event_type_index().is_some());
    check(
        &reused,
        &[
            ("target.user.id", "1"),
            ("source", "hook"),
            ("org", "example.okta.com"),
        ],
    );
    reused
        .read(
            &layout,
            b"{}",
            &Origin {
                source: Source::SystemLog,
                org: None,
            },
        )
        .unwrap();
    assert_eq!(
        (reused.uuid(), reused.published(), reused.event_type_index()),
        (None, None, None)
    );
    check(
        &reused,
        &[
            ("target.user.id", "missing"),
            ("source", "system_log"),
            ("org", "missing"),
            ("uuid", "missing"),
        ],
    );
}

#[test]
fn deep_nesting_where_nothing_is_wanted_is_no_matter() {
    let deep = format!(
        r#"{{"other":{}{},"uuid":"a"}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(event(&deep).uuid(), Some("a"));
    let in_json = format!(
        r#"{{"actor":{{"detailEntry":{}{}}},"uuid":"a"}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
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
    assert_eq!(
        (
            odd.records(RecordKind::Target),
            odd.records(RecordKind::Hop)
        ),
        (0, 0)
    );
    let mixed = event(r#"{"target":[null,3,"x",[],{"id":"1"},{}]}"#);
    assert_eq!(mixed.records(RecordKind::Target), 2);
    assert_eq!(
        get_record(&mixed, RecordKind::Target, 0, "id").to_string(),
        "1"
    );
}

#[test]
fn empty_objects_are_fine() {
    let empty = event(
        r#"{"client":{},"debugContext":{},"target":[],"actor":{},"request":{"ipChain":[]},"securityContext":{}}"#,
    );
    for field in FieldId::all().map(FieldRef::Known) {
        let expected = if field.path() == "source" {
            "file"
        } else {
            "missing"
        };
        check(&empty, &[(&field.path(), expected)]);
    }
}

#[test]
fn a_list_of_records_has_an_end() {
    let long = event(&format!(
        r#"{{"uuid":"a","target":[{}{{}}],"eventType":"b"}}"#,
        r#"{"id":"1"},"#.repeat(10_000)
    ));
    assert_eq!(long.records(RecordKind::Target), 10_000);
    assert!(long.flags().records_cut);
    assert_eq!(long.event_type(), Some("b"));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(event("\u{feff}{\"uuid\":\"a\\n\"}").uuid(), Some("a\n"));
}

/// JSON that looks like events: known keys and values that are traps, in any shape.
fn event_json() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof![
        prop::sample::select(vec![
            "null",
            "unknown",
            "-",
            "",
            "Unknown",
            "true",
            "17",
            "0.00",
            "10.0.0.1",
            "2001:DB8::1",
            "2026-01-02T03:04:05.678Z",
            "POSITIVE",
            "{level=HIGH}",
            "{reasons=A, B, level=LOW}",
            "User",
            "AppInstance",
            "idxA",
            "1021",
            "/idp/idx/x",
            "{New Device=POSITIVE, Velocity Behavior=NEGATIVE}",
            r#"{"risk":{"level":"HIGH"},"behaviors":{"New IP":"POSITIVE"}}"#,
            r#"[{"operator":"NORD_VPN","type":"VPN","anonymous":true}]"#,
            "user.session.start",
            "New Geo-Location",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        4 => text.prop_map(serde_json::Value::from),
        1 => any::<i64>().prop_map(serde_json::Value::from),
        1 => (-200.0..200.0_f64).prop_map(serde_json::Value::from),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    let keys = [
        "uuid",
        "published",
        "eventType",
        "actor",
        "id",
        "type",
        "alternateId",
        "client",
        "ipAddress",
        "geographicalContext",
        "city",
        "geolocation",
        "lat",
        "lon",
        "ipChain",
        "request",
        "ip",
        "target",
        "changeDetails",
        "from",
        "to",
        "debugContext",
        "debugData",
        "behaviors",
        "risk",
        "logOnlySecurityData",
        "tunnels",
        "requestUri",
        "securityContext",
        "asNumber",
        "isProxy",
        "level",
        "reasons",
        "userBehaviors",
        "name",
        "result",
        "ipDetails",
        "ipServiceCategories",
        "authenticationContext",
        "externalSessionId",
        "detailEntry",
        "transaction",
        "detail",
        "requestApiTokenId",
        "factor",
        "unheardOf",
    ];
    leaf.prop_recursive(6, 96, 12, move |inner| {
        let key = prop::sample::select(keys.to_vec());
        prop_oneof![
            3 => prop::collection::vec((key, inner.clone()), 0..12)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
            1 => prop::collection::vec(inner, 0..4).prop_map(serde_json::Value::from),
        ]
    })
}

/// Every field and record value of an event, as far as the layout has them, in the layout's own words.
fn all_values(event: &Event) -> Vec<(String, Value<'static>)> {
    let layout = event.layout.as_ref().unwrap();
    let known = FieldId::all().map(FieldRef::Known);
    let fields = known.chain(
        debug_keys()
            .iter()
            .map(|key| FieldRef::Debug(key.name.into())),
    );
    let slots = fields.filter_map(|field| Some((field.path(), layout.slot(&field)?)));
    let mut values: Vec<(String, Value<'static>)> = slots
        .map(|(path, slot)| (path, event.value(slot).into_owned()))
        .collect();
    for id in all_record_fields() {
        if let Some(slot) = layout.record_slot(id.kind(), id) {
            for index in 0..event.records(id.kind()) {
                let path = format!("{}[{index}].{}", id.kind().path(), id.get().path);
                values.push((
                    path,
                    event.record_value(id.kind(), index, slot).into_owned(),
                ));
            }
        }
    }
    values
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_and_kept(raw in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut read = Event::new();
        let _ = read.read(&Layout::everything(), &raw, &Origin::default());
        prop_assert_eq!(read.raw(), &raw[..]);
        all_values(&read);
    }

    #[test]
    fn damaged_events_are_read_or_refused_and_kept(
        json in event_json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut raw = json.to_string().into_bytes();
        let at = at.index(raw.len());
        if cut { raw.truncate(at) } else { raw[at] = byte }
        let mut read = Event::new();
        let _ = read.read(&Layout::everything(), &raw, &Origin::default());
        prop_assert_eq!(read.raw(), &raw[..]);
        all_values(&read);
    }

    #[test]
    fn a_small_layout_gives_the_values_of_the_full_one(json in event_json(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
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
        prop_assert_eq!(small_read, by_full.read(&Layout::everything(), raw.as_bytes(), &Origin::default()));
        let full: std::collections::HashMap<_, _> = all_values(&by_full).into_iter().collect();
        for (path, value) in all_values(&by_small) {
            prop_assert_eq!(&value, full.get(&path).unwrap(), "{}", path);
        }
        prop_assert_eq!(by_small.uuid(), by_full.uuid());
        prop_assert_eq!(by_small.published(), by_full.published());
        prop_assert_eq!(by_small.event_type(), by_full.event_type());
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads(json in event_json()) {
        prop_assume!(json.is_object());
        let raw = json.to_string();
        let read = event(&raw);
        let id = json["actor"]["id"].as_str().filter(|id| !["", "null", "unknown", "-"].contains(id));
        if let Some(id) = id {
            let value = get(&read, "actor.id");
            prop_assert_eq!(value.as_text(), Some(id));
        }
        let records = json["target"].as_array().map_or(0, |list| list.iter().filter(|element| element.is_object()).count());
        prop_assert_eq!(read.records(RecordKind::Target), records);
    }
}
