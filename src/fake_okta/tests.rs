//! What the parts do by themselves; what the org does over HTTP is tested in `tests/it/fake_okta`.

use serde_json::json;

use crate::event::Timestamp;

use super::clock::http_date;
use super::ids::Ids;
use super::{Story, call, scim};

#[test]
fn dates_are_written_as_headers_have_them() {
    let at = Timestamp::parse("2025-09-29T06:24:57.120Z").expect("an instant");
    assert_eq!(http_date(at), "Mon, 29 Sep 2025 06:24:57 GMT");
}

#[test]
fn the_same_seed_gives_the_same_ids_and_another_one_others() {
    let draw = |seed| {
        let mut ids = Ids::new(seed);
        (ids.id("00u"), ids.uuid(), ids.hex(32), ids.text(9))
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    let (id, uuid, hex, _) = draw(7);
    assert_eq!((id.len(), hex.len()), (20, 32));
    assert_eq!(uuid.split('-').nth(2).and_then(|part| part.chars().next()), Some('1'), "{uuid} is time-based in form");
}

#[test]
fn queries_survive_their_encoding() {
    let text = r#"status eq "A+B & ü" / 100%"#;
    assert_eq!(call::pairs(&format!("filter={}&limit=2", call::encode(text))), [("filter".to_owned(), text.to_owned()), ("limit".to_owned(), "2".to_owned())]);
    assert_eq!(call::decode("100%zz%4"), "100%zz%4", "what is no encoding stays");
}

#[test]
fn filters_say_which_values_fit() {
    let event = json!({
        "eventType": "user.session.start", "severity": "WARN", "published": "2026-01-02T03:04:05.000Z", "outcome": { "reason": null },
        "target": [{ "id": "a", "type": "User" }, { "id": "b", "type": "AppInstance" }],
        "debugContext": { "debugData": { "threatSuspected": "true", "dotted.key": "x" } }, "securityContext": { "asNumber": 64500 },
    });
    for (filter, fits) in [
        (r#"eventType eq "user.session.start""#, true),
        (r#"eventType EQ "user.session.end" OR severity eq "WARN""#, true),
        (r#"eventType eq "user.session.start" and not (severity eq "WARN")"#, false),
        (r#"not (severity eq "INFO") and eventType sw "user.""#, true),
        (r#"eventType co "session" and eventType ew ".start""#, true),
        (r#"target.id eq "b""#, true),
        (r#"target.id ne "b""#, false),
        (r#"target.id ne "c""#, true),
        ("outcome.reason pr", false),
        ("severity pr", true),
        ("securityContext.asNumber gt 64499 and securityContext.asNumber le 64500", true),
        (r#"published gt "2026-01-02T04:04:00+01:00""#, true),
        (r#"published ge "2026-01-03T00:00:00Z""#, false),
        ("debugContext.debugData.threatSuspected eq true", true),
        (r#"debugContext.debugData.dotted.key eq "x""#, true),
        (r#"severity eq "INFO" or severity eq "WARN" and eventType sw "policy""#, false),
    ] {
        let parsed = scim::parse(filter).unwrap_or_else(|wrong| panic!("{filter}: {wrong}"));
        assert_eq!(parsed.fits(&event), fits, "{filter}");
    }
}

#[test]
fn filters_that_are_none_say_what_is_wrong_and_where() {
    for (filter, says) in [
        (r#"display_message eqq "Create okta user""#, "Unrecognized attribute operator 'eqq' at position 16"),
        (r#"severity eq "WARN"#, "Unterminated text at position 12"),
        ("severity", "Expected an attribute operator at position 8"),
        ("severity eq", "Expected a value at position 11"),
        ("severity eq WARN", "Unrecognized value 'WARN'"),
        (r#"(severity eq "WARN""#, "Expected ')'"),
        (r#"severity eq "WARN" nonsense"#, "Unexpected text 'nonsense'"),
        (r#"target[type eq "User"]"#, "Unexpected character '['"),
        ("", "Expected an attribute name at position 0"),
    ] {
        let wrong = scim::parse(filter).expect_err(filter);
        assert!(wrong.contains(says), "{filter}: {wrong}");
    }
    let deep = format!("{}a pr{}", "(".repeat(1000), ")".repeat(1000));
    assert!(scim::parse(&deep).is_err());
}

#[test]
fn every_story_of_the_binary_can_be_played() {
    let names = Story::names();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let story = Story::embedded(name).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        assert_eq!(story.name(), name);
        assert!(!story.about().is_empty(), "{name}");
    }
}

#[test]
fn a_story_that_is_none_says_what_is_wrong() {
    let story = |steps: &str| format!("name: x\nabout: y\npeople: {{ ada: {{ login: ada@example.com, name: Ada }} }}\nsteps:\n{steps}");
    for (text, says) in [
        ("name: [", "line 1"),
        ("name: x\nabout: y\n", "missing field `steps`"),
        (&story("  - { like: sign_in_success, colour: red }"), "unknown field `colour`"),
        (&story("  - { like: nothing_like_it }"), "step 1: there is no template `nothing_like_it`"),
        (&story("  - { like: sign_in_success, actor: bob }"), "step 1: `bob` is none of the people"),
        (&story("  - { like: sign_in_success, from: moon }"), "step 1: `moon` is none of the places"),
        (&story("  - { like: sign_in_success, after: soon }"), "`after: soon` is no length of time"),
        (&story("  - { like: sign_in_success, after: 1s, at: 1s }"), "exclude each other"),
        (&story("  - { outcome: SUCCESS }"), "either `like` or `type`"),
        (&story("  - { like: sign_in_success, with: { \"target[9].id\": x } }"), "there is no member 9"),
        (&story("  - { like: sign_in_success, repeat: 1000000 }"), "at most 100000 events"),
    ] {
        let wrong = Story::read(text).expect_err(text);
        assert!(wrong.contains(says), "{text}\n{wrong}");
    }
}
