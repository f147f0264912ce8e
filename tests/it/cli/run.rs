//! `clarion run`.

use std::fs;
use std::io::Write;

use clarion::cli::{Exit, Onlookers};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{EVENTS, PACK, clarion, clarion_with, folder, path};

fn on_terminal() -> Onlookers {
    Onlookers { answer: true, width: Some(120), ..Onlookers::default() }
}

#[test]
fn a_person_gets_a_table_and_hears_of_every_bad_event() {
    let said = clarion_with(&["run", EVENTS, "--rules", PACK, "--stats"], b"", on_terminal());
    insta::assert_snapshot!(said.transcript());
}

#[test]
fn a_program_gets_json_lines() {
    let said = clarion(&["run", EVENTS, "--rules", PACK]);
    let alerts = said.json_lines();
    let of = |index: usize, member: &str| alerts[index][member].clone();
    assert_eq!(alerts.len(), 3);
    assert_eq!(of(1, "rule"), "tests.factors-reset");
    assert_eq!((of(1, "severity"), of(1, "occurrences")), ("high".into(), 2.into()));
    assert_eq!(of(1, "context")["country"], "The Netherlands");
    assert_eq!(of(1, "event")["actor"]["displayName"], "Ines Duarte");
    assert_eq!(of(0, "title"), "\u{1b}[2Jroot\u{202e}\nfake: line signed in from 203.0.113.24");
    assert!(!said.answer.contains(['\u{202e}', '\u{1b}']));
    assert_eq!(said.exit, Exit::Fine, "bad events do not fail the run");
}

#[test]
fn the_level_hides_what_is_less_severe() {
    let said = clarion(&["run", EVENTS, "--rules", PACK, "--level", "high"]);
    assert_eq!(said.json_lines().len(), 2);
    assert_eq!(clarion(&["run", EVENTS, "--rules", PACK, "--level", "critical", "--fail-on-match"]).exit, Exit::Fine);
    assert_eq!(clarion(&["run", EVENTS, "--rules", PACK, "--level", "high", "--fail-on-match"]).exit, Exit::Findings);
}

#[test]
fn settings_change_what_rules_say() {
    let said = clarion(&["run", EVENTS, "--rules", PACK, "--set", "help_desk_users=ines.duarte@example.com,x@example.com", "--level", "low"]);
    let severities: Vec<_> = said.json_lines().iter().map(|alert| alert["severity"].clone()).collect();
    assert_eq!(severities, ["low", "low"]);
}

#[test]
fn bad_events_are_set_aside_as_they_came() {
    let file = folder("run-bad").join("bad.txt");
    let said = clarion(&["run", EVENTS, "--rules", PACK, "--bad-events", path(&file)]);
    assert_eq!(said.exit, Exit::Fine);
    let kept = fs::read_to_string(&file).expect("the bad events");
    assert_eq!(kept.lines().collect::<Vec<_>>(), ["{\"uuid\": \"broken\", \"published\": ", "not json at all", "\"a\"", "1"]);
    let said = clarion(&["run", path(&file), "--rules", PACK, "--bad-events", path(&file)]);
    assert_eq!(said.exit, Exit::Usage);
    assert_eq!(fs::read_to_string(&file).expect("the bad events"), kept, "an input is never overwritten");
}

#[test]
fn only_the_first_bad_events_are_shown_and_all_are_counted() {
    let mut input = "nonsense\n".repeat(1500);
    input.push_str(&fs::read_to_string(EVENTS).expect("events"));
    let said = clarion_with(&["run", "-", "--rules", PACK], input.as_bytes(), Onlookers::default());
    let warnings: Vec<_> = said.talk.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert_eq!(warnings.len(), 21);
    assert_eq!(warnings[0], "warning: <stdin>:1: not a JSON object");
    assert_eq!(warnings[20], "warning: and 1,484 more that are no events");
    assert_eq!(said.json_lines().len(), 3, "what follows is read all the same");
}

#[test]
fn nothing_but_bad_events_is_a_failure_and_no_events_at_all_are_not() {
    let run = |input: &[u8]| clarion_with(&["run", "--rules", PACK], input, Onlookers::default());
    assert_eq!(run(b"\x89PNG\r\n\x1a\n").exit, Exit::World);
    let said = run(b"");
    assert_eq!((said.exit, said.talk.as_str()), (Exit::Fine, "0 events, 2 rules: 0 alerts\n"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("compressing");
    encoder.finish().expect("compressing")
}

#[test]
fn compressed_input_is_read_and_one_that_is_cut_off_is_a_failure() {
    let folder = folder("run-gzip");
    // Long enough that the cut leaves whole events before it.
    let events = fs::read(EVENTS).expect("events").repeat(50);
    let whole = gzip(&events);
    fs::write(folder.join("whole.json.gz"), &whole).expect("a file");
    fs::write(folder.join("cut.json.gz"), &whole[..whole.len() - 20]).expect("a file");
    let said = clarion(&["run", path(&folder.join("whole.json.gz")), "--rules", PACK]);
    assert_eq!((said.exit, said.json_lines().len()), (Exit::Fine, 3));
    let said = clarion(&["run", path(&folder.join("cut.json.gz")), "--rules", PACK, "--fail-on-match"]);
    assert_eq!(said.exit, Exit::World, "{}", said.talk);
    assert_eq!(said.json_lines().len(), 3, "what came before the cut counts");
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let said = clarion(&["run", "no-such-file.json", EVENTS, "tests", "--rules", PACK]);
    assert_eq!((said.exit, said.json_lines().len()), (Exit::World, 3));
    assert!(said.talk.contains("error: cannot read `no-such-file.json`: there is no such file or folder\n"), "{}", said.talk);
    assert!(said.talk.contains("error: cannot read `tests`: it is a folder\n"), "{}", said.talk);
}

#[test]
fn deliveries_of_a_hook_are_unpacked() {
    let said = clarion(&["run", "tests/data/samples/hook-user.session.start-okta-docs.json", "--rules", PACK]);
    assert_eq!(said.json_lines().iter().map(|alert| alert["rule"].clone()).collect::<Vec<_>>(), ["tests.session-started"]);
}

#[test]
fn a_rule_named_by_its_file_runs_alone() {
    let said = clarion(&["run", EVENTS, "--rules", "tests/data/cli/pack/session-started.yml"]);
    assert_eq!(said.json_lines().len(), 1);
    assert!(said.talk.ends_with("1 rule: 1 alert\n"), "{}", said.talk);
}

#[test]
fn the_org_of_the_command_line_fills_what_events_do_not_say() {
    let folder = folder("run-org");
    let rule = "id: tests.org\ntitle: Org\nseverity: low\nstatus: test\ndescription: Asks for the org.\n\
        when: org == \"example.okta.com\" and eventType == \"user.session.end\"\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    assert_eq!(clarion(&["run", EVENTS, "--rules", path(&folder)]).json_lines().len(), 0);
    assert_eq!(clarion(&["run", EVENTS, "--rules", path(&folder), "--org", "example.okta.com"]).json_lines().len(), 1);
}

#[test]
fn orgs_have_alerts_of_their_own_even_where_everything_else_is_alike() {
    let folder = folder("run-orgs");
    let rule = "id: tests.again\ntitle: Again\nseverity: low\nstatus: test\ndescription: Groups, and rests on an absence.\n\
        alert: {group_by: [actor.id], suppress: 1h}\n\
        when: eventType == \"user.session.end\" and not seen(eventType == \"user.session.start\" by actor.id within 1h)\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let delivery = |org: &str, event_type: &str, minute: u32| {
        format!(
            "{{\"eventType\":\"com.okta.event_hook\",\"source\":\"https://{org}/api/v1/eventHooks/who1\",\"data\":{{\"events\":[{{\"uuid\":\"u{minute}\",\
             \"published\":\"2026-03-02T10:{minute:02}:00Z\",\"eventType\":\"{event_type}\",\"actor\":{{\"id\":\"00u1\"}}}}]}}}}\n"
        )
    };
    let of = |orgs: &[&str]| orgs.iter().flat_map(|org| [10, 20].map(|minute| delivery(org, "user.session.end", minute))).collect::<String>();
    // What comes late in one org takes nothing back in the other.
    let events = of(&["a.okta.com", "b.okta.com", "c.okta.com"]) + &delivery("c.okta.com", "user.session.start", 5);
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    let alerts = said.json_lines();
    let orgs: Vec<_> = alerts.iter().map(|alert| (alert["org"].as_str(), alert["occurrences"].as_u64())).collect();
    assert_eq!(orgs.len(), 2, "{}", said.transcript());
    assert!(orgs.contains(&(Some("a.okta.com"), Some(2))) && orgs.contains(&(Some("b.okta.com"), Some(2))), "{orgs:?}");
    assert_ne!(alerts[0]["id"], alerts[1]["id"]);
}

/// A rule that counts, and four events of one person an hour apart.
fn counting(name: &str) -> (std::path::PathBuf, Vec<String>) {
    let folder = folder(name);
    let rule = "id: tests.counting\ntitle: Counting\nseverity: low\nstatus: test\ndescription: Counts.\n\
        when: eventType == \"user.session.start\" and count(eventType == \"user.session.start\" by actor.id within 5h) >= 4\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let event = |hour: u32| {
        format!(
            "{{\"uuid\": \"00000000-0000-4000-8000-00000000000{hour}\", \"published\": \"2026-03-02T0{hour}:00:00Z\", \"eventType\": \"user.session.start\", \"actor\": {{\"id\": \"00u1\"}}}}\n"
        )
    };
    (folder, (1..=4).map(event).collect())
}

#[test]
fn rules_that_remember_are_run_and_their_alerts_carry_evidence() {
    let (rules, events) = counting("run-remembers");
    let said = clarion_with(&["run", "--rules", path(&rules)], events.concat().as_bytes(), Onlookers::default());
    let alerts = said.json_lines();
    assert_eq!(alerts.len(), 1, "{}", said.transcript());
    assert_eq!(alerts[0]["evidence"][0]["count"], 4);
    assert_eq!(alerts[0]["event"]["uuid"], "00000000-0000-4000-8000-000000000004");
}

#[test]
fn events_that_come_too_late_for_histories_are_told_and_the_bound_can_be_raised() {
    let (rules, mut events) = counting("run-late");
    events.reverse();
    let run = |args: &[&str]| clarion_with(&[&["run", "--rules", path(&rules)], args].concat(), events.concat().as_bytes(), Onlookers::default());
    let said = run(&[]);
    assert_eq!(said.answer, "");
    assert!(said.talk.starts_with("warning: 2 events came more than 1h after newer ones"), "{}", said.talk);
    let said = run(&["--lateness", "30d"]);
    assert_eq!((said.json_lines().len(), said.talk.as_str()), (1, "4 events, 1 rule: 1 alert\n"));
    assert_eq!(run(&["--lateness", "soon"]).exit, Exit::Usage);
}

#[test]
fn events_without_a_place_in_time_are_told() {
    let (rules, mut events) = counting("run-unplaced");
    events.insert(2, "{\"uuid\":\"x\",\"eventType\":\"user.session.start\"}\n".to_owned());
    let said = clarion_with(&["run", "--rules", path(&rules)], events.concat().as_bytes(), Onlookers::default());
    assert!(said.talk.starts_with("warning: 1 event without `uuid` or without a `published` that is a time"), "{}", said.talk);
    assert_eq!(said.json_lines().len(), 1, "{}", said.transcript());
}

#[test]
fn events_without_a_uuid_go_by_their_bytes() {
    let folder = folder("run-no-uuid");
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).expect("a folder");
    // One rule that remembers, and one that does not.
    for (id, when) in [("test.plain", "sign_in"), ("test.remembers", "sign_in and not (exists(actor.id) and seen(sign_in by client.ipAddress within 1h))")] {
        let when = when.replace("sign_in", "eventType == \"user.session.start\"");
        let text = format!("id: {id}\ntitle: A sign-in\nseverity: low\nstatus: test\ndescription: For this test.\nwhen: {when}\n");
        fs::write(rules.join(format!("{id}.yml")), text).expect("a rule");
    }
    let event = |ip: &str| format!("{{\"eventType\":\"user.session.start\",\"published\":\"2026-03-02T09:00:00Z\",\"client\":{{\"ipAddress\":\"{ip}\"}}}}\n");
    let events = folder.join("events.ndjson");
    fs::write(&events, [event("10.0.0.1"), event("10.0.0.1"), event("10.0.0.2"), event("10.0.0.1")].concat()).expect("events");
    let said = clarion(&["run", path(&events), "--rules", path(&rules)]);
    let mut ids: Vec<(String, String)> = said.json_lines().iter().map(|alert| (alert["rule"].to_string(), alert["id"].to_string())).collect();
    ids.sort();
    let rules: Vec<&str> = ids.iter().map(|(rule, _)| rule.trim_matches('"')).collect();
    assert_eq!(rules, ["test.plain", "test.plain", "test.remembers", "test.remembers"]);
    ids.dedup();
    assert_eq!(ids.len(), 4, "each alert has an id of its own: {ids:?}");
}

#[test]
fn events_from_the_future_make_no_other_late() {
    let (rules, mut events) = counting("run-future");
    for number in [1, 2] {
        let far = format!("{{\"uuid\":\"far{number}\",\"published\":\"9999-01-01T00:00:00.000Z\",\"eventType\":\"user.account.lock\"}}\n");
        events.insert(number, far);
    }
    let said = clarion_with(&["run", "--rules", path(&rules)], events.concat().as_bytes(), Onlookers::default());
    assert_eq!((said.json_lines().len(), said.talk.as_str()), (1, "6 events, 1 rule: 1 alert\n"));
}

/// A rule that waits an hour for the end of a session, but of one person.
fn waiting(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    let rule = "id: tests.waiting\ntitle: Waiting\nseverity: low\nstatus: test\ndescription: Waits.\n\
        when: |\n  eventType == \"user.session.start\" and (actor.id == \"00u9\"\n  \
        or not followed_by(eventType == \"user.session.end\" by actor.id within 1h))\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    folder
}

/// An event of a person at a time of day, in an org.
fn event_of(org: &str, who: &str, what: &str, time: &str) -> String {
    format!(
        "{{\"eventType\":\"com.okta.event_hook\",\"source\":\"https://{org}/api/v1/eventHooks/who1\",\"data\":{{\"events\":[{{\"uuid\":\"{who}-{what}-{time}\",\
         \"published\":\"2026-03-02T{time}:00Z\",\"eventType\":\"user.session.{what}\",\"actor\":{{\"id\":\"{who}\"}}}}]}}}}\n"
    )
}

/// The events on which something was found.
fn found(said: &super::Said) -> Vec<String> {
    said.json_lines().iter().map(|alert| alert["events"][0].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_the_last_event_does_not_decide_is_left_open_and_told() {
    let folder = waiting("run-waiting");
    let of = |who, what, time| event_of("a.okta.com", who, what, time);
    let events = [
        of("00u1", "start", "08:00"),
        of("00u2", "start", "09:00"),
        of("00u3", "start", "09:01"),
        of("00u4", "start", "09:20"),
        of("00u9", "start", "09:30"),
        of("00u5", "start", "09:40"),
        of("00u5", "end", "09:50"),
        of("00u6", "end", "10:00"),
    ]
    .concat();
    let file = folder.join("events.ndjson");
    fs::write(&file, &events).expect("events");
    let decided = ["00u1-start-08:00", "00u2-start-09:00", "00u9-start-09:30"];
    let told = "warning: 2 possible findings are still open (`tests.waiting` 2): their windows end after the last event; later events decide\n\
        8 events, 1 rule: 3 alerts\n";
    // In a stream later events can come late until it ends.
    for input in ["-", path(&file)] {
        let said = clarion_with(&["run", input, "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
        assert_eq!((found(&said).as_slice(), said.talk.as_str()), (&decided.map(str::to_owned)[..], told), "{input}");
    }
    // More of the log decides it.
    let more = events + &of("00u4", "end", "10:10") + &of("00u6", "end", "11:00");
    let said = clarion_with(&["run", "--rules", path(&folder)], more.as_bytes(), Onlookers::default());
    assert_eq!(found(&said), ["00u1-start-08:00", "00u2-start-09:00", "00u3-start-09:01", "00u9-start-09:30"]);
    assert_eq!(said.talk, "10 events, 1 rule: 4 alerts\n");
}

#[test]
fn each_org_is_decided_by_its_own_last_event() {
    let folder = waiting("run-waiting-orgs");
    let events = event_of("a.okta.com", "00u1", "start", "08:00")
        + &event_of("b.okta.com", "00u2", "start", "08:10")
        + &event_of("b.okta.com", "00u3", "end", "09:30")
        + &event_of("c.okta.com", "00u4", "start", "08:20");
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    assert_eq!(found(&said), ["00u2-start-08:10"], "{}", said.transcript());
    assert!(said.talk.starts_with("warning: 2 possible findings are still open (`tests.waiting` 2)"), "{}", said.talk);
    let alone = clarion_with(&["run", "--rules", path(&folder)], event_of("a.okta.com", "00u1", "start", "08:00").as_bytes(), Onlookers::default());
    assert!(alone.talk.contains("1 possible finding is still open (`tests.waiting` 1): its window ends after the last event"), "{}", alone.talk);
}

#[test]
fn what_is_shown_of_an_event_long_after_it_is_what_it_said() {
    let folder = folder("run-shown");
    let rule = "id: tests.shown\ntitle: Shown\nseverity:\n  - { when: client.zone == \"Office\", level: high }\n  - { level: low }\nstatus: test\n\
        description: Shows.\nwhen: |\n  eventType == \"user.session.start\" and not followed_by(eventType == \"user.session.end\" by actor.id within 1h)\n\
        context: { zone: client.zone, org: org }\nalert:\n  title: \"{actor.displayName} by {source}\"\n  group_by: [client.ipAddress]\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let start = event_of("a.okta.com", "00u1", "start", "08:00").replace(
        "\"actor\":{\"id\":\"00u1\"}",
        "\"actor\":{\"id\":\"00u1\",\"displayName\":\"Ann\"},\"client\":{\"zone\":\"Office\",\"ipAddress\":\"10.0.0.7\"}",
    );
    // Many events later, and not at once.
    let events = start + &event_of("a.okta.com", "00u2", "end", "09:30") + &event_of("a.okta.com", "00u2", "end", "11:30");
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    let alert = said.json_lines().remove(0);
    let shown = (&alert["title"], &alert["severity"], &alert["group"], &alert["context"]);
    let expected = (&"Ann by hook".into(), &"high".into(), &serde_json::json!(["10.0.0.7"]), &serde_json::json!({ "zone": "Office", "org": "a.okta.com" }));
    assert_eq!(shown, expected, "{alert}");
}

/// A rule of which only what it tells waits, and one over its alerts.
fn telling(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    let ended = r#"followed_by(eventType == "user.session.end" by actor.id within 1h)"#;
    let rule = format!(
        "id: tests.telling\ntitle: Telling\nseverity:\n  - {{ when: 'not {ended}', level: critical }}\n  - {{ level: low }}\nstatus: test\ndescription: Tells.\n\
         when: eventType == \"user.session.start\"\ncontext: {{ ended: '{ended}', starts: 'count(eventType == \"user.session.start\" by actor.id within 1h)' }}\n\
         alert: {{ title: 'ended: {{{ended}}}' }}\n"
    );
    fs::write(folder.join("telling.yml"), rule).expect("a rule");
    let over = "id: tests.over\ntitle: Over\nseverity: low\nstatus: test\ndescription: Asks for alerts.\n\
        when: eventType == \"clarion.alert\" and alert.severity == \"critical\"\n";
    fs::write(folder.join("over.yml"), over).expect("a rule");
    folder
}

/// What is told of the alerts of that rule, and how many the other one has.
fn told(folder: &std::path::Path, events: &str) -> (Vec<String>, usize) {
    let alerts = clarion_with(&["run", "-", "--rules", path(folder)], events.as_bytes(), Onlookers::default()).json_lines();
    let (own, over): (Vec<_>, Vec<_>) = alerts.into_iter().partition(|alert| alert["rule"] == "tests.telling");
    (own.iter().map(|alert| format!("{} {} {}", alert["severity"], alert["title"], alert["context"])).collect(), over.len())
}

#[test]
fn what_is_told_of_a_finding_waits_for_what_is_open() {
    let folder = telling("run-telling");
    let of = |what, time| event_of("a.okta.com", "00u1", what, time);
    let (told_open, over) = told(&folder, &(of("start", "08:00") + &of("start", "08:10")));
    assert_eq!(told_open[1], r#""low" "ended: (unknown)" {"ended":null,"starts":2}"#, "{told_open:?}");
    assert_eq!(over, 0, "how bad it is is not sure");
    let ended = told(&folder, &(of("start", "08:00") + &of("end", "08:20")));
    assert_eq!(ended, (vec![r#""low" "ended: true" {"ended":true,"starts":1}"#.to_owned()], 0));
    let went_on = told(&folder, &(of("start", "08:00") + &event_of("a.okta.com", "00u2", "end", "09:20")));
    assert_eq!(went_on, (vec![r#""critical" "ended: false" {"ended":false,"starts":1}"#.to_owned()], 1));
}

#[test]
fn of_an_event_that_is_judged_alone_nothing_is_told_that_depends_on_what_came_before() {
    let folder = telling("run-telling-alone");
    let of = |what, time| event_of("a.okta.com", "00u1", what, time);
    // So late that what came before may be forgotten.
    let (late, over) = told(&folder, &(of("start", "08:00") + &of("end", "12:00") + &of("start", "08:30")));
    let expected = [r#""critical" "ended: false" {"ended":false,"starts":1}"#, r#""low" "ended: (unknown)" {"ended":null,"starts":null}"#];
    assert_eq!((late, over), (expected.map(str::to_owned).to_vec(), 1));
}

#[test]
fn the_event_of_an_alert_is_written_as_it_came() {
    let (rules, _) = counting("run-written");
    let rule = "id: tests.ended\ntitle: Ended\nseverity: low\nstatus: test\ndescription: Ends.\nwhen: eventType == \"user.session.end\"\n";
    fs::write(rules.join("rule.yml"), rule).expect("a rule");
    let event = "{\n\t\"zebra\": 1.50, \"uuid\": \"u1\", \"eventType\": \"user.session.end\",\r\n \"alpha\": {\"b\": 1e2, \"a\": \"\\u0041\\t\"}\n}";
    let said = clarion_with(&["run", "--rules", path(&rules)], event.as_bytes(), Onlookers::default());
    let one_line = event.replace(['\n', '\r', '\t'], " ");
    assert!(said.answer.ends_with(&format!("\"event\":{one_line}}}\n")), "{}", said.answer);
    assert_eq!(said.json_lines()[0]["event"]["alpha"]["b"], 1e2);
}

#[test]
fn distances_and_speeds_are_told_with_their_units_also_where_no_time_has_passed() {
    let folder = folder("run-travel");
    let rule = "id: tests.travel\ntitle: Travel\nseverity: low\nstatus: test\ndescription: Travels.\n\
        let: {trips: eventType == \"user.session.start\" by actor.id within 1d}\nwhen: travel_speed(trips) > 900km/h\n\
        alert: {title: \"{travel_distance(trips)} at {travel_speed(trips)}\"}\ncontext: {far: travel_distance(trips), fast: travel_speed(trips)}\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let event = |number: u32, time: &str, lat: u32| {
        format!(
            "{{\"uuid\":\"e{number}\",\"published\":\"2026-03-02T{time}Z\",\"eventType\":\"user.session.start\",\"actor\":{{\"id\":\"00u1\"}},\
             \"client\":{{\"geographicalContext\":{{\"geolocation\":{{\"lat\":{lat},\"lon\":5}}}}}}}}\n"
        )
    };
    let events = [event(1, "08:00:00", 50), event(2, "08:30:00", 60), event(3, "08:30:00", 50)].concat();
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    let mut told: Vec<_> =
        said.json_lines().iter().map(|alert| (alert["title"].clone(), alert["context"].clone(), alert["evidence"][0]["value"].clone())).collect();
    let of = |speed: &str| (format!("1112 km at {speed}").into(), serde_json::json!({ "far": "1112 km", "fast": speed }), speed.into());
    told.sort_by_key(|(title, ..)| title.to_string());
    assert_eq!(told, [of("2224 km/h"), of("∞ km/h")]);
}

/// A rule of one condition, and what it shows.
fn limited(name: &str, when: &str, context: &str) -> std::path::PathBuf {
    let folder = folder(name);
    let rule = format!("id: tests.limited\ntitle: Limited\nseverity: low\nstatus: test\ndescription: Is over a limit.\nwhen: |\n  {when}\n{context}");
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    folder
}

/// Events of one person: how many seconds after midnight, and what `user.session` does.
fn at_seconds(second: u32, what: &str) -> String {
    let (hour, minute, of_minute) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{{\"uuid\":\"{what}{second}\",\"published\":\"2026-03-02T{hour:02}:{minute:02}:{of_minute:02}Z\",\"eventType\":\"user.session.{what}\",\"actor\":{{\"id\":\"00u1\"}}}}\n"
    )
}

#[test]
fn a_key_that_has_too_many_events_is_told_with_its_rule_and_its_limit() {
    let times = r#"count(eventType == "user.session.start" by actor.id within 7d)"#;
    let folder = limited("run-limit-events", &format!(r#"eventType == "user.session.end" and {times} >= 2"#), &format!("context: {{times: '{times}'}}\n"));
    // Three in a second, told apart by their ids.
    let start = |number: u32| at_seconds(number / 3, "start").replace("\"uuid\":\"", &format!("\"uuid\":\"{number}-"));
    let events: String = (0..100_007).map(start).collect::<String>() + &at_seconds(40_000, "end");
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    assert_eq!(said.json_lines()[0]["context"]["times"], 100_000, "{}", said.talk);
    let told = "warning: a limit was reached: 7 events of keys that had more than 100,000 went before their time (the last time for `tests.limited`)\n";
    assert!(said.talk.contains(told), "{}", said.talk);
}

#[test]
fn a_sequence_with_too_many_choices_is_told_with_its_rule_and_its_limit() {
    let when = r#"sequence(a: eventType == "user.session.start", b: eventType == "user.session.start" and actor.id == a.actor.id, eventType == "user.session.end" and actor.id != b.actor.id by actor.id within 1d)"#;
    let folder = limited("run-limit-choices", when, "");
    let events: String = (0..500).map(|second| at_seconds(second, "start")).collect::<String>() + &at_seconds(1_000, "end");
    let said = clarion_with(&["run", "--rules", path(&folder)], events.as_bytes(), Onlookers::default());
    let told =
        "warning: a limit was reached: 1 decision stopped after 100,000 choices of a sequence's steps, and said no (the last time for `tests.limited`)\n";
    assert!(said.talk.contains(told), "{}", said.talk);
}
