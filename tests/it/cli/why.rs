//! `clarion why`.

use std::fs;

use clarion::cli::{Exit, Onlookers};

use super::{EVENTS, PACK, clarion, clarion_with};

const RULE: &str = "tests.factors-reset";

#[test]
fn a_tree_shows_each_part_with_its_value() {
    insta::assert_snapshot!(clarion(&["why", RULE, "factors_reset", "--rules", PACK]).transcript());
}

#[test]
fn an_event_from_stdin_that_does_not_fulfil_the_rule() {
    let fixture = fs::read_to_string("tests/data/cli/pack/fixtures/factors_reset.json").expect("a fixture");
    let event = fixture.replace("203.0.113.24", "198.51.100.9").replace("SUCCESS", "\\u001b[31mFAILURE\\u202e");
    let said = clarion_with(&["why", RULE, "-", "--rules", PACK], event.as_bytes(), Onlookers::default());
    insta::assert_snapshot!(said.transcript());
}

#[test]
fn one_of_several_events_is_chosen_by_its_uuid() {
    let good: String =
        fs::read_to_string(EVENTS).expect("events").lines().filter(|line| line.starts_with("{\"uuid\": \"5b")).map(|line| format!("{line}\n")).collect();
    let why = |args: &[&str]| clarion_with(&[&["why", RULE, "-", "--rules", PACK, "--format", "json"], args].concat(), good.as_bytes(), Onlookers::default());
    let said = why(&[]);
    assert_eq!(said.transcript(), "exit 2\n--- stdout\n--- stderr\nerror: `<stdin>` holds 7 events\nhelp: say which one with `--uuid UUID`\n");
    let said = why(&["--uuid", "5B6F0F52-7A6B-4F0C-9D0F-2F1F6A3C1A05"]);
    assert_eq!(said.json_lines()[0]["fires"], false);
    assert_eq!(why(&["--uuid", "5b6f0f52-7a6b-4f0c-9d0f-2f1f6a3c1a01"]).json_lines()[0]["fires"], true);
    let among_bad = clarion(&["why", RULE, EVENTS, "--rules", PACK, "--uuid", "5b6f0f52-7a6b-4f0c-9d0f-2f1f6a3c1a07"]);
    assert_eq!((among_bad.exit, among_bad.talk.as_str()), (Exit::Fine, ""), "bad events around it do not matter");
    let absent = clarion(&["why", RULE, EVENTS, "--rules", PACK, "--uuid", "00000000-0000-0000-0000-000000000000"]);
    assert_eq!(absent.exit, Exit::Usage, "an event that is not there is told as that, whatever stands beside it");
    assert_eq!(why(&["--uuid", "00000000-0000-0000-0000-000000000000"]).exit, Exit::Usage);
}

#[test]
fn an_event_that_cannot_be_read_is_the_worlds_fault() {
    let said = clarion(&["why", RULE, "no-such-event", "--rules", PACK]);
    insta::assert_snapshot!(said.transcript(), @r"
    exit 4
    --- stdout
    --- stderr
    error: cannot read `no-such-event`: there is no such file or folder
    help: name a file with an event, or a sample event of the rule's pack
    ");
    assert_eq!(clarion_with(&["why", RULE, "-", "--rules", PACK], b"[", Onlookers::default()).exit, Exit::World);
    assert_eq!(clarion_with(&["why", RULE, "-", "--rules", PACK], b"{\"a\": tru}", Onlookers::default()).exit, Exit::World);
}

/// A rule that counts sign-ins of one person, and where it stands.
fn counting(folder: &std::path::Path) {
    let rule = "id: tests.remembers\ntitle: Remembers\nseverity: low\nstatus: test\ndescription: Counts.\n\
        when: |\n  eventType == \"user.session.start\"\n  and count(eventType == \"user.session.start\" by actor.id within 1h) >= 3\n  \
        and not seen(eventType == \"user.session.end\" by actor.id within 1h)\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
}

#[test]
fn a_history_is_told_over_all_events_that_come_with_the_one() {
    let folder = super::folder("why-remembers");
    counting(&folder);
    let event = |minute: u32, kind: &str| {
        let uuid = format!("00000000-0000-4000-8000-0000000000{minute:02}");
        format!("{{\"uuid\": \"{uuid}\", \"published\": \"2026-03-02T08:{minute:02}:00Z\", \"eventType\": \"{kind}\", \"actor\": {{\"id\": \"00u1\"}}}}\n")
    };
    // The newest comes first, as an export of the System Log has them.
    let events = [event(40, "user.session.start"), event(30, "user.session.end"), event(20, "user.session.start"), event(10, "user.session.start")].concat();
    let why = |args: &[&str]| {
        let all = [&["why", "tests.remembers", "-", "--rules", super::path(&folder)], args].concat();
        clarion_with(&all, events.as_bytes(), Onlookers::default())
    };
    insta::assert_snapshot!(why(&["--uuid", "00000000-0000-4000-8000-000000000040"]).transcript());
    let early = why(&["--uuid", "00000000-0000-4000-8000-000000000020", "--format", "json"]).json_lines().remove(0);
    assert_eq!(early["fires"], false);
    let count = &early["condition"]["parts"][1]["parts"][0];
    assert_eq!((&count["value"], &count["evidence"]["count"]), (&serde_json::json!(2), &serde_json::json!(2)), "{early}");
}

#[test]
fn a_rule_that_remembers_is_told_as_far_as_one_event_goes() {
    let folder = super::folder("why-remembers-one");
    counting(&folder);
    let event = b"{\"eventType\": \"user.session.start\", \"actor\": {\"id\": \"00u1\"}}";
    let said = clarion_with(&["why", "tests.remembers", "-", "--rules", super::path(&folder)], event, Onlookers::default());
    assert_eq!(said.exit, Exit::Fine);
    assert!(said.talk.starts_with("warning: this event has no `uuid`, or no `published` that is a time: it is judged alone"), "{}", said.talk);
    let event = event.to_vec();
    let named = String::from_utf8(event).expect("a text").replacen('{', "{\"uuid\": \"e\", \"published\": \"2026-03-02T08:00:00Z\", ", 1);
    let said = clarion_with(&["why", "tests.remembers", "-", "--rules", super::path(&folder)], named.as_bytes(), Onlookers::default());
    assert!(said.talk.starts_with("warning: this rule asks about other events"), "{}", said.talk);
}

/// A rule of one condition in a folder of its own.
fn rule(name: &str, when: &str) -> std::path::PathBuf {
    let folder = super::folder(name);
    let text = format!("id: tests.asked\ntitle: Asked\nseverity: low\nstatus: test\ndescription: Is asked about.\nwhen: |\n  {when}\n");
    fs::write(folder.join("rule.yml"), text).expect("a rule");
    folder
}

/// Events of one person: the minute, and what follows `user.` in the type.
fn events(all: &[(u32, &str)]) -> String {
    let event = |(minute, kind): &(u32, &str)| {
        format!(
            "{{\"uuid\": \"e{minute}\", \"published\": \"2026-03-02T08:{minute:02}:00Z\", \"eventType\": \"user.{kind}\", \"actor\": {{\"id\": \"00u1\"}}}}\n"
        )
    };
    all.iter().map(event).collect()
}

fn why_of(folder: &std::path::Path, events: &str, uuid: &str, args: &[&str]) -> super::Said {
    let all = [&["why", "tests.asked", "-", "--rules", super::path(folder), "--uuid", uuid], args].concat();
    clarion_with(&all, events.as_bytes(), Onlookers::default())
}

const START: &str = "session.start";
const END: &str = "session.end";
const LOCK: &str = "account.lock";
const RESET: &str = "account.reset_password";

#[test]
fn what_the_last_event_does_not_decide_is_told_as_open() {
    let when = r#"eventType == "user.session.start" and not followed_by(eventType == "user.session.end" by actor.id within 30m)"#;
    let folder = rule("why-open", when);
    let told = events(&[(10, START), (20, START), (40, LOCK)]);
    let said = why_of(&folder, &told, "e20", &[]);
    insta::assert_snapshot!(said.transcript());
    let json = why_of(&folder, &told, "e20", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&json["fires"], &json["open"]), (&false.into(), &true.into()), "{json}");
    let decided = why_of(&folder, &told, "e10", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&decided["fires"], &decided["open"]), (&true.into(), &false.into()), "{decided}");
    let never = why_of(&folder, &told, "e40", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&never["fires"], &never["open"]), (&false.into(), &false.into()), "the other half has decided: {never}");
}

#[test]
fn a_sequence_tells_how_far_it_got() {
    let when = r#"sequence(2 times eventType == "user.session.start", not eventType == "user.account.lock", eventType == "user.account.reset_password", until eventType == "user.session.end", eventType == "user.account.unlock" by actor.id within 30m)"#;
    let folder = rule("why-sequence", when);
    const UNLOCK: &str = "account.unlock";
    let ways: [(&str, &[(u32, &str)]); 6] = [
        ("all of it", &[(1, START), (2, START), (3, RESET), (9, UNLOCK)]),
        ("the first step too seldom", &[(1, START), (3, RESET), (9, UNLOCK)]),
        ("no second step behind the first", &[(0, RESET), (1, START), (2, START), (9, UNLOCK)]),
        ("broken between", &[(1, START), (2, START), (3, LOCK), (4, RESET), (9, UNLOCK)]),
        ("ended", &[(1, START), (2, START), (3, RESET), (5, END), (9, UNLOCK)]),
        ("another event", &[(1, START), (2, START), (3, RESET), (9, LOCK)]),
    ];
    let mut all = String::new();
    for (name, way) in ways {
        let said = why_of(&folder, &events(way), "e9", &[]);
        assert_eq!(said.exit, Exit::Fine, "{}", said.talk);
        all.push_str(&format!("--- {name}\n{}", said.answer.lines().skip(3).map(|line| format!("{line}\n")).collect::<String>()));
    }
    insta::assert_snapshot!(all);
    let (_, ended) = ways[4];
    let json = why_of(&folder, &events(ended), "e9", &["--format", "json"]).json_lines().remove(0);
    let until = &json["condition"]["parts"][4];
    assert_eq!((&until["value"], &until["note"]), (&false.into(), &"broken at 2026-03-02T08:05:00.000Z: e5".into()), "{json}");
}

#[test]
fn a_sequence_whose_steps_read_each_other_tells_the_longest_way() {
    let when = r#"sequence(a: eventType == "user.session.start", not actor.id != a.actor.id, b: eventType == "user.account.lock" and client.ipAddress == a.client.ipAddress, eventType == "user.session.end" and client.ipAddress == b.client.ipAddress by actor.id within 30m)"#;
    let folder = rule("why-linked", when);
    let at = |minute: u32, kind: &str, ip: &str| events(&[(minute, kind)]).replace("\"actor\"", &format!("\"client\": {{\"ipAddress\": \"{ip}\"}}, \"actor\""));
    let told = [at(1, START, "192.0.2.1"), at(2, START, "192.0.2.2"), at(3, LOCK, "192.0.2.1"), at(9, END, "192.0.2.3")].concat();
    let said = why_of(&folder, &told, "e9", &[]);
    insta::assert_snapshot!(said.answer.lines().skip(3).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn a_key_that_the_event_does_not_have_is_told() {
    let when = r#"count(eventType == "user.session.start" by actor.id, client.ipAddress within 1h) >= 2 or sequence(eventType == "user.session.start", eventType == "user.session.end" by client.ipAddress within 1h)"#;
    let folder = rule("why-key", when);
    let said = why_of(&folder, &events(&[(1, START), (2, START)]), "e2", &[]);
    insta::assert_snapshot!(said.answer.lines().skip(3).map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn a_rule_that_asks_about_no_alerts_is_not_asked_about_one() {
    let folder = rule("why-alert", r#"eventType == "user.session.start""#);
    let said = why_of(&folder, &events(&[(1, START)]), "e1:tests.other", &[]);
    insta::assert_snapshot!(said.transcript().replace(super::path(&folder), "FOLDER"), @r"
    exit 2
    --- stdout
    --- stderr
    error: `e1:tests.other` names an alert, and `why` is asked about events of Okta's
    help: ask why it was raised: `clarion why tests.other - --uuid e1 --rules FOLDER`
    ");
}

/// A rule over alerts, and one that raises them.
fn over_alerts(name: &str) -> std::path::PathBuf {
    let folder = rule(
        name,
        r#"eventType == "clarion.alert" and alert.severity == "high"
             and count(eventType == "clarion.alert" by actor.id within 1h) >= 2"#,
    );
    let other = "id: tests.locks\ntitle: Locked\nseverity:\n  - { when: seen(eventType == \"user.account.lock\" by actor.id within 1h), level: high }\n  \
                 - { level: low }\nstatus: test\ndescription: Raises alerts.\nwhen: eventType == \"user.account.lock\"\n";
    fs::write(folder.join("locks.yml"), other).expect("a rule");
    folder
}

#[test]
fn a_rule_over_alerts_is_told_with_the_alerts_that_others_raise() {
    let folder = over_alerts("why-over");
    let told = events(&[(1, START), (2, LOCK), (3, LOCK)]);
    insta::assert_snapshot!(why_of(&folder, &told, "e3:tests.locks", &[]).transcript());
    let fires = |uuid: &str| why_of(&folder, &told, uuid, &["--format", "json"]).json_lines()[0]["fires"].clone();
    assert_eq!((fires("e3:tests.locks"), fires("e2:tests.locks"), fires("e3")), (true.into(), false.into(), false.into()));
    let said = clarion_with(&["run", "--rules", super::path(&folder)], told.as_bytes(), Onlookers::default());
    let found: Vec<_> = said.json_lines().iter().map(|alert| (alert["rule"].to_string(), alert["events"].to_string())).collect();
    assert!(found.contains(&("\"tests.asked\"".to_owned(), "[\"e3:tests.locks\"]".to_owned())), "what is told is what is found: {found:?}");
}

#[test]
fn an_alert_that_was_not_raised_is_refused_with_whom_to_ask() {
    let folder = over_alerts("why-over-none");
    let told = events(&[(1, START), (2, LOCK)]);
    insta::assert_snapshot!(why_of(&folder, &told, "e1:tests.locks", &[]).transcript().replace(super::path(&folder), "FOLDER"), @r"
    exit 2
    --- stdout
    --- stderr
    error: `tests.locks` raises no such alert, or `tests.asked` does not look at it
    help: ask why: `clarion why tests.locks - --uuid e1 --rules FOLDER`
    ");
    let misspelt = why_of(&folder, &told, "e2:tests.lcoks", &[]);
    assert!(misspelt.talk.contains("there is no rule `tests.lcoks`") && misspelt.talk.contains("tests.locks"), "{}", misspelt.talk);
    // Without any other rule there are no alerts to ask about.
    fs::remove_file(folder.join("locks.yml")).expect("the other rule");
    let said = why_of(&folder, &told, "e1", &[]);
    assert!(said.talk.contains("warning: this rule asks about alerts, and only this rule was run: it is told as if no rule had raised one\n"), "{}", said.talk);
}

#[test]
fn what_nobody_can_know_of_an_event_that_is_judged_alone_is_told_as_unknown() {
    let when = r#"eventType == "user.session.start" and (not seen(eventType == "user.account.lock" by actor.id within 1h) or risk.level == "HIGH")"#;
    let folder = rule("why-alone", when);
    let alone = events(&[(1, LOCK), (2, START)]).replace("\"published\": \"2026-03-02T08:02:00Z\", ", "");
    let said = why_of(&folder, &alone, "e2", &[]);
    insta::assert_snapshot!(said.transcript());
    let json = why_of(&folder, &alone, "e2", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&json["fires"], &json["condition"]["unknown"]), (&false.into(), &true.into()), "{json}");
    let found = clarion_with(&["run", "--rules", super::path(&folder)], alone.as_bytes(), Onlookers::default());
    assert!(found.json_lines().is_empty(), "what is told is what is found: {}", found.transcript());
    // What the event shows by itself is known.
    let risky = alone.replace("\"user.session.start\",", "\"user.session.start\", \"debugContext\": {\"debugData\": {\"risk\": \"{level=HIGH}\"}},");
    let json = why_of(&folder, &risky, "e2", &["--format", "json"]).json_lines().remove(0);
    assert_eq!(json["fires"], true, "{json}");
}

#[test]
fn a_count_is_told_beyond_what_decides() {
    let folder = rule("why-exact", r#"eventType == "user.session.start" and count(eventType == "user.account.lock" by actor.id within 1h) >= 2"#);
    let told = events(&[(1, LOCK), (2, LOCK), (3, LOCK), (4, LOCK), (5, START)]);
    let said = why_of(&folder, &told, "e5", &[]);
    assert!(said.answer.contains("within 1h) = 4\n") && said.answer.contains("4 events from"), "{}", said.answer);
}

#[test]
fn alerts_on_alerts_can_be_asked_about_and_open_ones_are_open() {
    let folder =
        rule("why-chain", r#"eventType == "clarion.alert" and alert.rule == "tests.second" and seen(eventType == "user.session.start" by actor.id within 1h)"#);
    let other = |id: &str, when: &str| {
        let text = format!("id: {id}\ntitle: Other\nseverity: low\nstatus: test\ndescription: Raises alerts.\nwhen: |\n  {when}\n");
        fs::write(folder.join(format!("{id}.yml")), text).expect("a rule");
    };
    other("tests.first", r#"eventType == "user.account.lock" and not followed_by(eventType == "user.session.end" by actor.id within 30m)"#);
    other("tests.second", r#"eventType == "clarion.alert" and alert.rule == "tests.first""#);
    let decided = events(&[(1, START), (2, LOCK), (40, RESET)]);
    let json = why_of(&folder, &decided, "e2:tests.first:tests.second", &["--format", "json"]).json_lines().remove(0);
    assert_eq!(json["fires"], true, "{json}");
    let found = clarion_with(&["run", "--rules", super::path(&folder)], decided.as_bytes(), Onlookers::default());
    let found: Vec<_> = found.json_lines().iter().map(|alert| (alert["rule"].clone(), alert["events"][0].clone())).collect();
    assert!(found.contains(&("tests.asked".into(), "e2:tests.first:tests.second".into())), "{found:?}");
    // Here it is not sure yet that there is an alert at all.
    let open = events(&[(1, START), (2, LOCK), (20, RESET)]);
    let said = why_of(&folder, &open, "e2:tests.first:tests.second", &[]);
    insta::assert_snapshot!(said.transcript().replace(super::path(&folder), "FOLDER"), @r"
    exit 2
    --- stdout
    --- stderr
    error: whether `tests.second` raises that alert is still open
    help: ask why: `clarion why tests.second - --uuid e2:tests.first --rules FOLDER`
    ");
}

#[test]
fn an_event_of_each_of_two_orgs_is_told_apart_by_its_org() {
    let folder = rule("why-orgs", r#"eventType == "user.session.start" and seen(eventType == "user.account.lock" by actor.id within 1h)"#);
    let delivery = |org: &str, minute: u32, uuid: &str, kind: &str| {
        let event = events(&[(minute, kind)]).trim_end().replace(&format!("\"e{minute}\""), &format!("\"{uuid}\""));
        format!("{{\"eventType\":\"com.okta.event_hook\",\"source\":\"https://{org}/api/v1/eventHooks/who1\",\"data\":{{\"events\":[{event}]}}}}\n")
    };
    let told = delivery("a.okta.com", 1, "l", LOCK) + &delivery("b.okta.com", 2, "s", START) + &delivery("a.okta.com", 3, "s", START);
    let said = why_of(&folder, &told, "s", &[]);
    assert!(
        said.talk.contains("holds an event of that uuid of each of two orgs: b.okta.com, a.okta.com\nhelp: say which one with `--org HOST`"),
        "{}",
        said.talk
    );
    for (org, fires) in [("a.okta.com", true), ("b.okta.com", false)] {
        let json = why_of(&folder, &told, "s", &["--org", org, "--format", "json"]).json_lines().remove(0);
        assert_eq!(json["fires"], fires, "{org}: {json}");
    }
}

#[test]
fn what_open_answers_can_still_refute_together_is_open_and_no_severity_rests_on_it() {
    // Holds where both are no, and where both are yes; not where the session ends and nobody is locked.
    let score = r#"weight(followed_by(eventType == "user.session.end" by actor.id within 10m), 30)
        + weight(not followed_by(eventType == "user.account.lock" by actor.id within 20m), 20) <= 30"#;
    let folder = rule("why-score", &format!("eventType == \"user.session.start\" and {}", score.replace('\n', " ")));
    let plain = format!(
        "id: tests.plain\ntitle: Plain\nseverity:\n  - {{ when: '{}', level: critical }}\n  - {{ level: low }}\nstatus: test\ndescription: Is graded.\n\
         when: eventType == \"user.session.start\"\n",
        score.replace('\n', " ")
    );
    fs::write(folder.join("plain.yml"), plain).expect("a rule");
    let graded = |told: &str| {
        let alerts = clarion_with(&["run", "--rules", super::path(&folder)], told.as_bytes(), Onlookers::default()).json_lines();
        alerts.iter().map(|alert| format!("{} {}", alert["rule"], alert["severity"])).collect::<Vec<_>>()
    };
    let open = events(&[(1, START), (2, RESET)]);
    let json = why_of(&folder, &open, "e1", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&json["fires"], &json["open"]), (&false.into(), &true.into()), "{json}");
    assert_eq!(graded(&open), [r#""tests.plain" "low""#]);
    let decided = events(&[(1, START), (40, RESET)]);
    let json = why_of(&folder, &decided, "e1", &["--format", "json"]).json_lines().remove(0);
    assert_eq!((&json["fires"], &json["open"]), (&true.into(), &false.into()), "{json}");
    let mut found = graded(&decided);
    found.sort();
    assert_eq!(found, [r#""tests.asked" "low""#, r#""tests.plain" "critical""#]);
}
