//! Tests of normalisation: one for each way in which Okta writes the same thing differently.

use super::super::testing::{EVERYTHING, check, event, get, get_record};
use super::super::{RecordKind, Timestamp, Value};

/// Reads an event that has only this debugData.
fn debug(data: &str) -> super::super::Event {
    event(&format!(r#"{{"debugContext":{{"debugData":{data}}}}}"#))
}

fn security(context: &str) -> super::super::Event {
    event(&format!(r#"{{"securityContext":{context}}}"#))
}

#[test]
fn the_event_of_all_fields_reads_as_it_says() {
    let all = event(EVERYTHING);
    check(
        &all,
        &[
            ("uuid", "5b9a2c10-1617-11f1-9c50-3f0e6d2a8b41"),
            ("displayMessage", "Grüße an Anna 😀"),
            ("actor.detailEntry", r#"{"note":"a \"quoted\" word"}"#),
            ("device.device_integrator", r#"{"osquery":{"score":90}}"#),
            ("authenticationContext.issuer.type", "CUSTOM"),
            ("authenticationContext.authenticationStep", "0"),
            ("transaction.detail", r#"{"requestApiTokenId":"00T1token0example0d7"}"#),
            ("api_token.id", "00T1token0example0d7"),
            ("insertionTimestamp", "2026-03-02T08:15:31.000Z"),
            ("risk.level", "HIGH"),
            ("risk.previous_level", "LOW"),
            ("risk.reasons", "Anomalous Location, Anomalous Device"),
            ("risk.detection", "Session Influenced User Risk"),
            ("behavior.new_device", "POSITIVE"),
            ("behavior.velocity", "NEGATIVE"),
            ("behavior.new_ip", "POSITIVE"),
            ("behavior.new_state", "BAD_REQUEST"),
            ("behavior.new_country", "UNKNOWN"),
            ("behavior.new_city", "NEGATIVE"),
            ("network.asn", "64500"),
            ("network.org", "Example Carrier"),
            ("network.is_proxy", "false"),
            ("network.is_anonymous", "true"),
            ("network.services", "VPN, Residential Proxy"),
            ("network.operators", "EXAMPLE_VPN, EXAMPLE_PROXY"),
            ("debug.threatDetections", r#"{"Password Spray":"HIGH"}"#),
            ("debug.keyOfNoCatalogue", "here"),
            ("target.app.displayName", "Payroll"),
            ("target.user.alternateId", "cleo.diaz@example.com"),
            ("target.user.detailEntry", r#"{"status":"ACTIVE"}"#),
            ("target.group.displayName", "Finance"),
            ("target.group.alternateId", "missing"),
            ("target.policy.detailEntry", r#"{"policyType":"OktaSignOn"}"#),
            ("target.rule.displayName", "Catch-all Rule"),
            ("target.factor.id", "pfd9factor0example0d7"),
            ("target.token.type", "access_token"),
            ("target.zone.id", "nzo1zone0example0d7"),
            ("target.device.displayName", "ANNA-LAPTOP"),
            ("change.from", r#"{"status":"STAGED"}"#),
            ("change.to", r#"{"status":"ACTIVE"}"#),
            ("engine", "identity"),
        ],
    );
    assert_eq!(all.records(RecordKind::Hop), 2);
    assert_eq!(get_record(&all, RecordKind::Hop, 1, "ip").to_string(), "2001:db8::7");
    assert_eq!(get_record(&all, RecordKind::Hop, 1, "source").to_string(), "x-forwarded-for");
}

#[test]
fn debug_values_have_the_types_of_the_catalogue() {
    let all = event(EVERYTHING);
    assert_eq!(get(&all, "debug.threatSuspected"), Value::Bool(true));
    assert_eq!(get(&all, "debug.responseTime"), Value::Int(1234));
    assert_eq!(get(&all, "debug.suspiciousActivityEventLatitude"), Value::Float(30.2095));
    assert_eq!(get(&all, "debug.previousIpAddress"), Value::Address("192.0.2.7".parse().unwrap()));
    let time = Timestamp::parse("2026-03-02T08:15:30.250Z").unwrap();
    assert_eq!(get(&all, "debug.suspiciousActivityTimestamp"), Value::Time(time));
    assert_eq!(get(&all, "debug.createdDate"), Value::Time(time));
    let Value::Json(principal) = get(&all, "debug.originalPrincipal") else { panic!("no object") };
    assert_eq!(principal["alternateId"], "bo.lind@example.com");
}

#[test]
fn stand_ins_are_missing_only_where_okta_uses_them_so() {
    for stand_in in ["null", "unknown", "-", ""] {
        let mut json = serde_json::json!({
            "actor": { "id": stand_in, "alternateId": stand_in, "displayName": stand_in },
            "client": { "zone": stand_in, "ipAddress": stand_in, "geographicalContext": { "city": stand_in } },
            "securityContext": { "asOrg": stand_in, "isp": stand_in, "risk": { "level": stand_in, "reasons": [stand_in] } },
            "authenticationContext": { "externalSessionId": stand_in, "credentialType": stand_in },
            "debugContext": { "debugData": { "factor": stand_in, "zoneData": stand_in, "noSuchKey": stand_in } },
            "target": [{ "id": stand_in, "type": "User", "detailEntry": stand_in }],
        });
        let masked = event(&json.to_string());
        for path in [
            "actor.id",
            "actor.alternateId",
            "actor.displayName",
            "client.zone",
            "client.ipAddress",
            "geo.city",
            "network.org",
            "network.isp",
            "risk.level",
            "session.id",
            "authenticationContext.credentialType",
            "debug.factor",
            "debug.zoneData",
            "debug.noSuchKey",
            "target.user.id",
            "target.user.detailEntry",
        ] {
            assert_eq!(get(&masked, path), Value::Missing, "{path} of {stand_in:?}");
        }
        assert_eq!(get(&masked, "target.user.type").to_string(), "User");
        assert_eq!(get(&masked, "risk.reasons"), Value::List(Vec::new()));

        json = serde_json::json!({
            "displayMessage": stand_in,
            "outcome": { "reason": stand_in },
            "client": { "device": stand_in, "userAgent": { "os": stand_in, "browser": stand_in, "rawUserAgent": stand_in } },
        });
        let shown = event(&json.to_string());
        let expected = if matches!(stand_in, "" | "null") { "missing" } else { stand_in };
        for path in ["displayMessage", "outcome.reason", "client.device", "client.userAgent.os", "client.userAgent.rawUserAgent"] {
            check(&shown, &[(path, expected)]);
        }
    }
    // They match exactly: these are values.
    let values = event(r#"{"actor":{"displayName":"Unknown","alternateId":"NULL","id":" "},"client":{"zone":"UNKNOWN"}}"#);
    check(&values, &[("actor.displayName", "Unknown"), ("actor.alternateId", "NULL"), ("actor.id", " "), ("client.zone", "UNKNOWN")]);
}

#[test]
fn values_are_coerced_to_their_fields_types() {
    let odd = event(
        r#"{"device":{"managed":"true","registered":"False","jailbreak":1,"secure_hardware_present":"yes"},
            "securityContext":{"asNumber":"577","isProxy":"FALSE"},"version":1.0,"severity":true,"actor":{"id":12345678901234567890},
            "client":{"ipAddress":"::ffff:192.0.2.1","id":["x"],"geographicalContext":{"geolocation":{"lat":"52.5","lon":"13.25"}}},
            "debugContext":{"debugData":{"responseTime":"12.5","timeSpan":"1e2","rateLimitPercentage":"33%","threshold":20,"threatSuspected":"",
            "suspiciousActivityEventLatitude":"NaN","suspiciousActivityEventLongitude":"inf","clientAddress":"10.0.0.1:443"}}}"#,
    );
    for (path, expected) in [
        ("device.managed", Value::Bool(true)),
        ("device.registered", Value::Bool(false)),
        ("device.jailbreak", Value::Missing),
        ("device.secure_hardware_present", Value::Missing),
        ("network.asn", Value::Int(577)),
        ("network.is_proxy", Value::Bool(false)),
        ("version", Value::Text("1.0".into())),
        ("severity", Value::Text("true".into())),
        ("actor.id", Value::Text("12345678901234567890".into())),
        ("client.ipAddress", Value::Address("192.0.2.1".parse().unwrap())),
        ("client.id", Value::Missing),
        ("geo.point", Value::Point(super::super::Point { lat: 52.5, lon: 13.25 })),
        ("debug.responseTime", Value::Missing),
        ("debug.timeSpan", Value::Int(100)),
        ("debug.rateLimitPercentage", Value::Missing),
        ("debug.threshold", Value::Text("20".into())),
        ("debug.threatSuspected", Value::Missing),
        ("debug.suspiciousActivityEventLatitude", Value::Missing),
        ("debug.suspiciousActivityEventLongitude", Value::Missing),
        ("debug.clientAddress", Value::Missing),
    ] {
        assert_eq!(get(&odd, path), expected, "{path}");
    }
}

#[test]
fn json_inside_text_is_parsed_where_json_is_expected() {
    let data = debug(
        r#"{"zoneData":"{\"type\":\"IP\",\"gateways\":[]}","tunnels":"[]","responseMessage":"not {json","riskChange":"{\"cut\":","logOnlySecurityData":{"risk":{}}}"#,
    );
    for (key, expected) in [
        ("zoneData", serde_json::json!({ "type": "IP", "gateways": [] })),
        ("tunnels", serde_json::json!([])),
        ("responseMessage", serde_json::json!("not {json")),
        ("riskChange", serde_json::json!("{\"cut\":")),
        ("logOnlySecurityData", serde_json::json!({ "risk": {} })),
    ] {
        assert_eq!(get(&data, &format!("debug.{key}")).to_json(), expected, "{key}");
    }
    // An object among the texts is shown as its JSON, so that it can be searched and is known to be there.
    assert_eq!(get(&debug(r#"{"noSuchKey":{"a": 1}}"#), "debug.noSuchKey"), Value::Text(r#"{"a": 1}"#.into()));
    let listed = debug(r#"{"factor":["a", 1]}"#);
    assert_eq!(get(&listed, "debug.factor").to_string(), r#"["a", 1]"#);
}

#[test]
fn lists_inside_text_are_lists() {
    for (written, expected) in [
        (r#""[OKTA_SIGN_ON, ACCESS]""#, vec!["OKTA_SIGN_ON", "ACCESS"]),
        (r#""[\"OKTA_SIGN_ON\",\"ACCESS\"]""#, vec!["OKTA_SIGN_ON", "ACCESS"]),
        (r#"["OKTA_SIGN_ON", "ACCESS", null]"#, vec!["OKTA_SIGN_ON", "ACCESS"]),
        (r#""[1, \"-\", true]""#, vec!["1", "true"]),
        (r#""ACCESS""#, vec!["ACCESS"]),
        (r#""[]""#, vec![]),
    ] {
        let data = debug(&format!(r#"{{"promptingPolicyTypes":{written}}}"#));
        let expected = expected.into_iter().map(|item| Value::Text(item.into())).collect();
        assert_eq!(get(&data, "debug.promptingPolicyTypes"), Value::List(expected), "{written}");
    }
    for written in [r#""null""#, "null", r#""""#, "{}"] {
        let data = debug(&format!(r#"{{"promptingPolicyTypes":{written}}}"#));
        assert_eq!(get(&data, "debug.promptingPolicyTypes"), Value::Missing, "{written}");
    }
}

#[test]
fn maps_inside_text_are_read_as_json() {
    for (written, expected) in [
        ("{level=LOW}", serde_json::json!({ "level": "LOW" })),
        ("Risk{level=LOW}", serde_json::json!({ "level": "LOW" })),
        ("{reasons=A, B, level=HIGH}", serde_json::json!({ "reasons": "A, B", "level": "HIGH" })),
        ("{}", serde_json::json!({})),
        ("level", serde_json::json!("level")),
        ("see {x} = y", serde_json::json!("see {x} = y")),
    ] {
        let data = debug(&format!(r#"{{"risk":"{written}"}}"#));
        assert_eq!(get(&data, "debug.risk").to_json(), expected, "{written}");
    }
    let data = debug(r#"{"behaviors":"{New Geo-Location=NEGATIVE, New IP=POSITIVE}"}"#);
    let expected = serde_json::json!({ "New Geo-Location": "NEGATIVE", "New IP": "POSITIVE" });
    assert_eq!(get(&data, "debug.behaviors").to_json(), expected);
}

#[test]
fn risk_is_read_in_all_its_text_forms() {
    for (text, level, previous, reasons, detection) in [
        ("{level=LOW}", "LOW", "missing", "missing", "missing"),
        ("Risk{level=LOW}", "LOW", "missing", "missing", "missing"),
        ("level=LOW", "LOW", "missing", "missing", "missing"),
        ("{reasons=Anomalous Geo-Distance, New Device, New ASN, level=MEDIUM}", "MEDIUM", "missing", "Anomalous Geo-Distance, New Device, New ASN", "missing"),
        ("reasons=Anomalous Location, Anomalous Device, level=HIGH", "HIGH", "missing", "Anomalous Location, Anomalous Device", "missing"),
        ("{level=HIGH, reasons=Anomalous Device}", "HIGH", "missing", "Anomalous Device", "missing"),
        (
            "{previousLevel=LOW, level=MEDIUM, detectionName=Session Influenced User Risk, reasons=idx one, two, issuer=OKTA}",
            "MEDIUM",
            "LOW",
            "idx one, two",
            "Session Influenced User Risk",
        ),
        (r#"{\"level\":\"HIGH\",\"reasons\":\"A, B\"}"#, "HIGH", "missing", "A, B", "missing"),
        ("{reasons=, level=}", "missing", "missing", "missing", "missing"),
        ("{}", "missing", "missing", "missing", "missing"),
        ("", "missing", "missing", "missing", "missing"),
        ("{level", "missing", "missing", "missing", "missing"),
        ("=, =, level=HIGH", "HIGH", "missing", "missing", "missing"),
    ] {
        let data = debug(&format!(r#"{{"risk":"{text}"}}"#));
        let expected = [("risk.level", level), ("risk.previous_level", previous), ("risk.reasons", reasons), ("risk.detection", detection)];
        check(&data, &expected);
    }
    let Value::List(reasons) = get(&debug(r#"{"risk":"{reasons=A, B, level=LOW}"}"#), "risk.reasons").into_owned() else {
        panic!("no list");
    };
    assert_eq!(reasons, [Value::Text("A".into()), Value::Text("B".into())]);
}

#[test]
fn risk_comes_from_the_first_form_that_has_it() {
    let log_only = r#""logOnlySecurityData":"{\"risk\":{\"reasons\":\"Anomalous Device\",\"level\":\"LOW\",\"detectionName\":\"D\"}}""#;
    check(&debug(&format!("{{{log_only}}}")), &[("risk.level", "LOW"), ("risk.reasons", "Anomalous Device"), ("risk.detection", "D")]);
    let text_first = debug(&format!(r#"{{"risk":"{{level=HIGH}}",{log_only}}}"#));
    check(&text_first, &[("risk.level", "HIGH"), ("risk.reasons", "Anomalous Device")]);
    let all = event(&format!(
        r#"{{"securityContext":{{"risk":{{"level":"MEDIUM","reasons":null}}}},"debugContext":{{"debugData":{{"risk":"{{level=HIGH}}",{log_only}}}}}}}"#
    ));
    check(&all, &[("risk.level", "MEDIUM"), ("risk.reasons", "Anomalous Device")]);
    let empty = debug(r#"{"risk":"null","logOnlySecurityData":"{\"risk\":{},\"behaviors\":{}}"}"#);
    check(&empty, &[("risk.level", "missing"), ("risk.reasons", "missing"), ("behavior.new_ip", "missing")]);
    for broken in [r#""{\"risk\":""#, r#""x""#, "7", "[]", r#""{\"risk\":[]}""#, r#""{\"risk\":null}""#] {
        check(&debug(&format!(r#"{{"logOnlySecurityData":{broken}}}"#)), &[("risk.level", "missing"), ("behavior.velocity", "missing")]);
    }
}

#[test]
fn behaviors_are_read_in_all_their_forms() {
    let text = r#"{"behaviors":"{New Geo-Location=NEGATIVE, New Device=POSITIVE, New IP=NEGATIVE, New State=BAD_REQUEST, New Country=UNKNOWN, Velocity=NEGATIVE, New City=POSITIVE}"}"#;
    check(
        &debug(text),
        &[
            ("behavior.new_geo_location", "NEGATIVE"),
            ("behavior.new_device", "POSITIVE"),
            ("behavior.new_ip", "NEGATIVE"),
            ("behavior.new_state", "BAD_REQUEST"),
            ("behavior.new_country", "UNKNOWN"),
            ("behavior.velocity", "NEGATIVE"),
            ("behavior.new_city", "POSITIVE"),
        ],
    );
    let json = debug(r#"{"logOnlySecurityData":"{\"risk\":{},\"behaviors\":{\"New Geo-Location\":\"NEGATIVE\",\"Velocity\":\"POSITIVE\"}}"}"#);
    check(&json, &[("behavior.new_geo_location", "NEGATIVE"), ("behavior.velocity", "POSITIVE"), ("behavior.new_ip", "missing")]);
    let list = security(r#"{"userBehaviors":[null,{"name":"New IP","result":"POSITIVE"},{"name":"New City"},{"result":"POSITIVE"},7]}"#);
    check(&list, &[("behavior.new_ip", "POSITIVE"), ("behavior.new_city", "missing")]);
}

#[test]
fn behavior_names_vary() {
    for name in ["Velocity", "Velocity Behavior", "velocity", "VELOCITY BEHAVIOR"] {
        check(&debug(&format!(r#"{{"behaviors":"{{{name}=POSITIVE}}"}}"#)), &[("behavior.velocity", "POSITIVE")]);
    }
    for name in ["New Geo-Location", "New Geo Location", "New Geolocation", "New Geo-Location Behavior"] {
        check(&debug(&format!(r#"{{"behaviors":"{{{name}=POSITIVE}}"}}"#)), &[("behavior.new_geo_location", "POSITIVE")]);
    }
    // Okta's own example: names with colons, and ids where a behavior was removed.
    let odd = debug(
        r#"{"behaviors":"{Anomalous Location: Country=POSITIVE, 857d6e8a-1418-483b-9bed-19753635b1bc=POSITIVE, New Devices=POSITIVE, New IP=NEGATIVE}"}"#,
    );
    check(&odd, &[("behavior.new_ip", "NEGATIVE"), ("behavior.new_device", "missing"), ("behavior.new_country", "missing")]);
    let two = debug(r#"{"behaviors":"{Velocity=NEGATIVE, Velocity Behavior=POSITIVE, velocity=NEGATIVE}"}"#);
    check(&two, &[("behavior.velocity", "POSITIVE")]);
}

#[test]
fn networks_are_known_from_three_places() {
    let tunnels = debug(r#"{"tunnels":"[{\"operator\":\"NORD_VPN\",\"type\":\"VPN\",\"anonymous\":true},{\"type\":\"PROXY\",\"anonymous\":\"false\"}]"}"#);
    check(&tunnels, &[("network.services", "VPN, PROXY"), ("network.operators", "NORD_VPN"), ("network.is_anonymous", "true"), ("network.is_proxy", "true")]);
    let details = security(r#"{"ipDetails":{"asNumber":64501,"asOrg":"Carrier","ipServiceCategories":[{"type":"Tor","isAnonymous":true}]}}"#);
    check(
        &details,
        &[("network.asn", "64501"), ("network.org", "Carrier"), ("network.services", "Tor"), ("network.is_proxy", "false"), ("network.is_anonymous", "true")],
    );
    let none = security(r#"{"ipDetails":{"ipServiceCategories":[]}}"#);
    assert_eq!(get(&none, "network.services"), Value::List(Vec::new()));
    check(&none, &[("network.is_anonymous", "false"), ("network.is_proxy", "false")]);
    let flag = security(r#"{"isProxy":true,"ipDetails":{"ipServiceCategories":[]}}"#);
    check(&flag, &[("network.is_proxy", "true")]);
    let unknown = event(r#"{"debugContext":{"debugData":{"tunnels":"null"}},"securityContext":{"isProxy":null,"ipDetails":null}}"#);
    check(&unknown, &[("network.is_anonymous", "missing"), ("network.is_proxy", "missing"), ("network.services", "missing")]);
}

#[test]
fn the_place_0_0_is_no_place() {
    let place = |lat: &str, lon: &str| event(&format!(r#"{{"client":{{"geographicalContext":{{"geolocation":{{"lat":{lat},"lon":{lon}}}}}}}}}"#));
    for (lat, lon) in
        [("0.00", "0.00"), ("0", "0"), ("-0.0", "0"), ("\"0.00\"", "\"0.00\""), ("null", "null"), ("52.5", "null"), ("91", "0"), ("0", "180.5"), ("\"x\"", "1")]
    {
        for path in ["geo.point", "client.geographicalContext.geolocation", "client.geographicalContext.geolocation.lat"] {
            assert_eq!(get(&place(lat, lon), path), Value::Missing, "{path} of {lat}, {lon}");
        }
    }
    assert_eq!(get(&place("0.00", "13.4"), "geo.point").to_string(), "0, 13.4");
    assert_eq!(get(&place("-90", "180"), "client.geographicalContext.geolocation.lon"), Value::Float(180.0));
}

#[test]
fn hops_stand_in_the_request_or_else_in_the_client() {
    let ips = |json: &str| -> Vec<String> {
        let event = event(json);
        (0..event.records(RecordKind::Hop)).map(|index| get_record(&event, RecordKind::Hop, index, "ip").to_string()).collect()
    };
    let (request, client) = (r#""request":{"ipChain":[{"ip":"192.0.2.1"}]}"#, r#""client":{"ipChain":[{"ip":"192.0.2.2"},{"ip":"null"}]}"#);
    assert_eq!(ips(&format!("{{{request}}}")), ["192.0.2.1"]);
    assert_eq!(ips(&format!("{{{client}}}")), ["192.0.2.2", "missing"]);
    assert_eq!(ips(&format!("{{{client},{request}}}")), ["192.0.2.1"]);
    assert_eq!(ips(&format!(r#"{{{client},"request":{{"ipChain":[]}}}}"#)), ["192.0.2.2", "missing"]);
    assert_eq!(ips(&format!(r#"{{{client},"request":null}}"#)), ["192.0.2.2", "missing"]);
}

#[test]
fn changes_come_from_the_first_target_that_has_one() {
    let changed = event(
        r#"{"target":[{"type":"User"},{"changeDetails":null},{"changeDetails":{"from":null,"to":null}},
            {"changeDetails":{"from":null,"to":"[1,2]"}},{"changeDetails":{"from":"a","to":"b"}}]}"#,
    );
    assert_eq!(get(&changed, "change.from"), Value::Missing);
    assert_eq!(get(&changed, "change.to").to_json(), serde_json::json!([1, 2]));
    assert_eq!(get_record(&changed, RecordKind::Target, 4, ".changeDetails.from").to_json(), serde_json::json!("a"));
    assert_eq!(get(&event("{}"), "change.to"), Value::Missing);
}

#[test]
fn the_engine_is_told_by_its_marks() {
    for (json, engine) in [
        (r#"{"eventType":"user.mfa.okta_verify.deny_push"}"#, "classic"),
        (r#"{"eventType":"device.assurance.policy.add"}"#, "identity"),
        (r#"{"eventType":"user.session.start"}"#, "missing"),
        (r#"{"authenticationContext":{"rootSessionId":"idxA"}}"#, "identity"),
        (r#"{"authenticationContext":{"rootSessionId":"null"}}"#, "missing"),
        (r#"{"authenticationContext":{"externalSessionId":"idxA"}}"#, "identity"),
        (r#"{"authenticationContext":{"externalSessionId":"102A"}}"#, "classic"),
        (r#"{"authenticationContext":{"externalSessionId":"trsA"}}"#, "classic"),
        (r#"{"authenticationContext":{"externalSessionId":"1013A"}}"#, "missing"),
        (r#"{"authenticationContext":{"externalSessionId":"unknown"}}"#, "missing"),
        (r#"{"debugContext":{"debugData":{"requestUri":"/idp/idx/identify"}},"authenticationContext":{"externalSessionId":"trsA"}}"#, "identity"),
        (r#"{"debugContext":{"debugData":{"requestUri":"/api/v1/authn"}}}"#, "missing"),
    ] {
        check(&event(json), &[("engine", engine)]);
    }
}

#[test]
fn families_name_the_first_target_of_their_type() {
    let event = event(
        r#"{"target":[{"type":"UserGroup","id":"g"},{"type":"AppUser","id":"au"},{"type":"AppInstance","id":"ai"},{"type":"Custom","id":"c"},{"id":"n"}]}"#,
    );
    check(&event, &[("target.group.id", "g"), ("target.app.id", "au"), ("target.app.type", "AppUser"), ("target.user.id", "missing")]);
}
