//! What the parts do by themselves; what the org does over HTTP is tested in `tests/it/fake_okta`.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::event::{Span, Timestamp};

use super::answer::{Answer, Payload};
use super::call::Call;
use super::clock::http_date;
use super::ids::Ids;
use super::org::{Org, Outcome};
use super::{Clock, Options, Plan, Story, Switches, call, scim};

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

// ---- laws ----------------------------------------------------------------------------------------------------------------

/// An org with an SSWS token, and a way to ask it without a network.
struct Asked {
    org: Org,
    token: String,
}

impl Asked {
    fn new() -> Self {
        let clock = Clock::Frozen(Timestamp::parse("2026-03-02T12:00:00Z").expect("an instant"));
        let switches = Switches { plan: Plan::Unlimited, ..Switches::default() };
        let options = Options { clock, switches, api_tokens: vec![String::new()], ..Options::default() };
        let org = Org::new(&options, "http://org.test".to_owned());
        let token = org.apps.api_tokens[0].value.clone();
        Asked { org, token }
    }

    fn ask(&mut self, method: &str, target: &str, body: &[u8]) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut call = Call::of_the_org("r".to_owned());
        call.method = method.to_owned();
        call.path = path.to_owned();
        call.segments = path.split('/').filter(|part| !part.is_empty()).map(call::decode).collect();
        call.raw_query = query.to_owned();
        call.query = call::pairs(query);
        call.headers = vec![("authorization".to_owned(), format!("SSWS {}", self.token)), ("content-length".to_owned(), body.len().to_string())];
        call.body = body.to_vec();
        match self.org.answer(&call).0 {
            Outcome::Answer(answer) => answer,
            Outcome::Verify(_) => panic!("nothing asks for a verification"),
        }
    }

    /// Follows a page and returns the numbers of its events and the next page.
    fn page(&mut self, target: &str) -> (Vec<u64>, Option<String>) {
        let answer = self.ask("GET", target, b"");
        let Payload::Json(Value::Array(events)) = &answer.body else { panic!("{answer:?}") };
        let numbers = events.iter().map(|event| event["number"].as_u64().expect("a number")).collect();
        let next = answer.headers.iter().find(|(name, value)| *name == "link" && value.contains("rel=\"next\""));
        let next = next.map(|(_, value)| value.trim_start_matches("<http://org.test").split('>').next().expect("an address").to_owned());
        (numbers, next)
    }
}

/// What happens to a log while somebody reads it.
#[derive(Clone, Debug)]
enum Turn {
    /// So many events are written, the first of which happened so many minutes ago.
    Write(u8, u8),
    Read,
    /// So many seconds pass.
    Pass(u8),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![(1..6_u8, 0..200_u8).prop_map(|(count, ago)| Turn::Write(count, ago)), Just(Turn::Read), (0..90_u8).prop_map(Turn::Pass)];
    proptest::collection::vec(turn, 0..40)
}

proptest! {
    /// However writing and reading alternate, whoever follows `next` sees every event once, in the order of writing.
    #[test]
    fn following_next_sees_every_event_once(turns in turns(), limit in 1..8_usize) {
        let mut asked = Asked::new();
        let mut next = format!("/api/v1/logs?since=2026-03-01T00%3A00%3A00Z&limit={limit}");
        let (mut written, mut seen) = (0_u64, Vec::new());
        let read = |asked: &mut Asked, next: &mut String, seen: &mut Vec<u64>| {
            let (numbers, link) = asked.page(next);
            let count = numbers.len();
            seen.extend(numbers);
            *next = link.expect("there is always a next page");
            count
        };
        for turn in turns {
            match turn {
                Turn::Write(count, ago) => for n in 0..count {
                    let published = asked.org.now().minus(Span::minutes(i64::from(ago))).plus(Span::minutes(i64::from(n)));
                    asked.org.persist(json!({ "eventType": "x", "number": written }), published, 0);
                    written += 1;
                },
                Turn::Read => { read(&mut asked, &mut next, &mut seen); }
                Turn::Pass(seconds) => asked.org.pass(Span::seconds(i64::from(seconds))),
            }
        }
        while read(&mut asked, &mut next, &mut seen) > 0 {}
        prop_assert_eq!(seen, (0..written).collect::<Vec<_>>());
    }

    /// A bounded query gives what lies between its instants, once, sorted, and ends.
    #[test]
    fn a_bounded_query_is_complete_and_ends(minutes in proptest::collection::vec(0..120_i64, 0..60), limit in 1..8_usize, from in 0..120_i64, length in 0..120_i64) {
        let mut asked = Asked::new();
        let start = Timestamp::parse("2026-03-02T08:00:00Z").expect("an instant");
        for (number, minute) in minutes.iter().enumerate() {
            asked.org.persist(json!({ "eventType": "x", "number": number }), start.plus(Span::minutes(*minute)), 0);
        }
        let (since, until) = (start.plus(Span::minutes(from)), start.plus(Span::minutes(from + length)));
        let mut target = Some(format!("/api/v1/logs?since={since}&until={until}&limit={limit}"));
        let mut seen = Vec::new();
        while let Some(page) = target {
            let (numbers, next) = asked.page(&page);
            prop_assert!(!numbers.is_empty() || next.is_none(), "an empty page ends it");
            seen.extend(numbers);
            target = next;
        }
        let mut wanted: Vec<usize> = (0..minutes.len()).filter(|n| minutes[*n] >= from && minutes[*n] <= from + length).collect();
        wanted.sort_by_key(|n| (minutes[*n], *n));
        prop_assert_eq!(seen, wanted.into_iter().map(|n| n as u64).collect::<Vec<_>>());
    }

    /// No text is a filter that breaks it, and no filter is answered with a fault of ours.
    #[test]
    fn any_text_is_a_filter_or_told_what_is_wrong(text in "[a-zA-Z.\"() ]{0,60}|(eventType|actor.id|and|or|not|eq|pr|\"x\"|\\(|\\)| ){0,20}") {
        let _ = scim::parse(&text);
        let mut asked = Asked::new();
        let status = asked.ask("GET", &format!("/api/v1/logs?filter={}", call::encode(&text)), b"").status;
        prop_assert!(status == 200 || status == 400, "{status}");
    }

    /// Whatever comes as a body is taken or refused with 400.
    #[test]
    fn any_body_is_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), pointer in 0..6_usize, value in "[ -~]{0,40}") {
        let mut asked = Asked::new();
        prop_assert_eq!(asked.ask("POST", "/api/v1/eventHooks", &bytes).status, 400);
        let mut body = json!({
            "name": "x", "events": { "type": "EVENT_TYPE", "items": ["user.session.start"] },
            "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": "https://x.example/" } },
        });
        let places = ["/name", "/events/type", "/events/items", "/channel/type", "/channel/config", "/channel/config/uri"];
        *body.pointer_mut(places[pointer]).expect("a place") = serde_json::from_str(&value).unwrap_or(Value::String(value));
        let status = asked.ask("POST", "/api/v1/eventHooks", body.to_string().as_bytes()).status;
        prop_assert!(status == 200 || status == 400, "{status} {body}");
    }
}
