//! `clarion events`.

use clarion::cli::{Exit, Onlookers};
use clarion::event::{debug_keys, event_types, fields};

use super::{clarion, clarion_with};

#[test]
fn all_words_must_fit() {
    insta::assert_snapshot!(clarion(&["events", "okta_verify", "push"]).transcript());
}

#[test]
fn words_also_name_delivery_engine_stage_and_release() {
    let names = |args: &[&str]| -> Vec<String> {
        let said = clarion(&[&["events", "--format", "json"], args].concat());
        said.json_lines().iter().map(|line| line["name"].as_str().expect("a name").to_owned()).collect()
    };
    for name in names(&["user.mfa", "identity"]) {
        assert!(name.contains("user.mfa"), "{name}");
    }
    let all = names(&[]);
    assert_eq!(all.len(), event_types().len());
    let hook = event_types().iter().filter(|event_type| event_type.hook_eligible).count();
    assert!(names(&["system-log"]).len() >= event_types().len() - hook);
    let release = event_types()[0].release;
    assert!(names(&[release]).contains(&event_types()[0].name.to_owned()));
}

#[test]
fn fields_are_found_by_name_type_and_description() {
    insta::assert_snapshot!(clarion(&["events", "--fields", "address"]).transcript());
}

#[test]
fn every_field_is_listed() {
    let said = clarion(&["events", "--fields", "--format", "json"]);
    let names: Vec<String> = said.json_lines().iter().map(|line| line["name"].as_str().expect("a name").to_owned()).collect();
    assert!(names.len() > fields().len() + debug_keys().len());
    for name in ["actor.alternateId", "debug.factor", "target[].type", "request.ipChain[].ip", "risk.level"] {
        assert!(names.iter().any(|found| found == name), "{name}");
    }
}

#[test]
fn nothing_found_exits_with_1_as_searches_do() {
    let said = clarion(&["events", "user.sesion.start"]);
    insta::assert_snapshot!(said.transcript(), @r"
    exit 1
    --- stdout
    --- stderr
    no event type fits `user.sesion.start`
    did you mean `user.session.start`?
    ");
}

#[test]
fn a_narrow_terminal_gets_narrow_lines_and_a_pipe_gets_whole_ones() {
    let narrow = Onlookers { answer: true, width: Some(72), ..Onlookers::default() };
    let args = ["events", "--fields", "network.services"];
    let said = clarion_with(&args, b"", narrow);
    assert!(said.answer.lines().all(|line| line.chars().count() <= 72), "{}", said.answer);
    assert!(said.answer.contains('…'));
    assert!(!clarion(&args).answer.contains('…'));
    assert_eq!(said.exit, Exit::Fine);
}
