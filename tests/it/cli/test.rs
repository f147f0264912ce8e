//! `clarion test`.

use std::collections::BTreeMap;

use clarion::cli::Exit;
use quick_xml::events::Event;

use super::{PACK, THREE_FAULTS, clarion, folder, path};

const FAILING: &str = "tests/data/cli/failing";

#[test]
fn passes_are_silent() {
    insta::assert_snapshot!(clarion(&["test", PACK]).transcript(), @r"
    exit 0
    --- stdout
    --- stderr
    4 cases of 2 rules: all passed
    ");
}

#[test]
fn failures_say_what_was_expected_and_what_came() {
    insta::assert_snapshot!(clarion(&["test", FAILING]).transcript());
}

#[test]
fn passes_are_listed_on_request() {
    let said = clarion(&["test", PACK, "-v", "--filter", "OFFICE"]);
    assert_eq!(said.answer, "ok tests.factors-reset: from the office\n");
    assert_eq!(said.talk, "1 case of 1 rule: all passed\n");
}

#[test]
fn the_recommended_pack_is_proven() {
    let said = clarion(&["test"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Fine, ""));
}

#[test]
fn json_has_a_line_for_each_case() {
    let said = clarion(&["test", FAILING, "--format", "json"]);
    let lines = said.json_lines();
    let results: Vec<_> = lines.iter().map(|line| line["result"].as_str().expect("a result")).collect();
    assert_eq!(results, ["passed", "failed", "failed", "failed"]);
    assert_eq!((&lines[2]["expected"], &lines[2]["got"]), (&"2 alerts".into(), &"1 alert".into()));
    assert_eq!(lines[1]["alerts"][0]["title"], "bram\u{202e}\u{1b}[31m@example.com signed in");
    assert!(!said.answer.contains(['\u{202e}', '\u{1b}']), "what an attacker chose is escaped in JSON too");
    assert_eq!((&lines[1]["file"], &lines[1]["line"]), (&"tests/data/cli/failing/rule.yml".into(), &14.into()));
}

#[test]
fn junit_is_well_formed_and_counts_what_it_lists() {
    let said = clarion(&["test", FAILING, "--format", "junit"]);
    let mut reader = quick_xml::Reader::from_str(&said.answer);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut suites = BTreeMap::new();
    let mut messages = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                let attributes: BTreeMap<String, String> = element
                    .attributes()
                    .map(|attribute| attribute.expect("an attribute"))
                    .map(|attribute| (attribute.key.as_ref().to_owned(), unescaped(&attribute.value)))
                    .collect();
                match name.as_str() {
                    "testsuites" => suites = attributes,
                    "testcase" => {
                        assert_eq!(attributes["classname"], "tests.failing");
                        assert!(attributes.contains_key("file") && attributes.contains_key("line"));
                    }
                    "failure" => messages.push(attributes["message"].clone()),
                    _ => {}
                }
                *counts.entry(name).or_default() += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((counts["testsuite"], counts["testcase"], counts["failure"]), (1, 4, 3));
    assert_eq!((suites["tests"].as_str(), suites["failures"].as_str()), ("4", "3"));
    assert!(messages.iter().any(|message| message.contains("title `<somebody> & 'others' signed in`")), "{messages:?}");
    assert!(!said.answer.contains(['\u{1b}', '\u{202e}']), "control characters are no XML");
    assert_eq!(said.exit, Exit::Findings);
}

fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).expect("entities").into_owned()
}

#[test]
fn no_case_is_no_proof() {
    let folder = folder("test-without");
    let rule = "id: tests.without\ntitle: Without\nseverity: low\nstatus: test\ndescription: Has no case.\nwhen: eventType == \"user.session.start\"\n";
    std::fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let said = clarion(&["test", path(&folder)]);
    assert_eq!(said.transcript(), "exit 2\n--- stdout\n--- stderr\nerror: no cases found\nhelp: cases stand under `tests:` in a rule\n");
    assert_eq!(clarion(&["test", PACK, "--filter", "no such case"]).exit, Exit::Usage);
    assert_eq!(clarion(&["test", path(&super::folder("test-empty"))]).exit, Exit::Rules);
}

#[test]
fn rules_are_checked_before_they_are_tested() {
    let said = clarion(&["test", THREE_FAULTS, "--format", "junit"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Rules, ""));
    assert!(said.talk.contains("error: the rules do not load: 3 errors"), "{}", said.talk);
}

#[test]
fn a_case_whose_settings_do_not_fit_fails_with_the_fault() {
    let folder = folder("test-unfit");
    std::fs::write(
        folder.join("pack.yml"),
        "name: unfit\nversion: 1.0.0\ndescription: Has a setting.\nsettings:\n  lookback: {type: duration, default: 1h, doc: How far back.}\n",
    )
    .expect("a pack");
    let rule = "id: tests.unfit\ntitle: Unfit\nseverity: low\nstatus: test\ndescription: A window of no length.\n\
        when: eventType == \"user.session.start\" and count(eventType == \"user.session.end\" by actor.id within $lookback) >= 1\n\
        tests:\n  - name: no window\n    settings: {lookback: 0s}\n    events:\n      - event: {eventType: user.session.start}\n    expect: none\n";
    std::fs::write(folder.join("rule.yml"), rule).expect("a rule");
    let said = clarion(&["test", path(&folder)]);
    assert_eq!(said.exit, Exit::Findings, "{}", said.transcript());
}

#[test]
fn how_bad_an_alert_is_does_not_depend_on_the_order_of_its_events() {
    let folder = super::folder("order-of-events");
    let events: String = (1..=6)
        .map(|number| {
            let at = format!("+{}m", number * 2);
            format!(
                "      - {{ at: {at}, event: {{ eventType: user.session.start, uuid: e{number}, outcome: {{ result: FAILURE }}, actor: {{ id: ann }} }} }}\n"
            )
        })
        .collect();
    let rule = format!(
        "id: tests.guessing\ntitle: Guessing\nseverity:\n  - {{ when: count(tries) >= 6, level: critical }}\n  - {{ level: low }}\nstatus: test\n\
         description: A count that makes an alert worse.\nlet:\n  tries: eventType == \"user.session.start\" and outcome.result == \"FAILURE\" by actor.id within 30m\n\
         when: eventType == \"user.session.start\" and outcome.result == \"FAILURE\" and count(tries) >= 3\nalert:\n  title: \"{{count(tries)}} tries\"\n\
         \x20 group_by: [actor.id]\n  suppress: 1h\ntests:\n  - name: six tries\n    events:\n{events}    expect: {{ alerts: 1, severity: critical, title: 3 tries }}\n"
    );
    std::fs::write(folder.join("guessing.yml"), rule).expect("a rule");
    let said = clarion(&["test", folder.to_str().expect("a path")]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Fine, ""), "{}", said.talk);
    assert_eq!(said.talk, "1 case of 1 rule: all passed\n");
}
