//! `clarion fmt`.

use std::fs;

use clarion::cli::{Exit, Onlookers};

use super::{PACK, THREE_FAULTS, clarion, clarion_with, copy, folder, path, program};

/// A rule out of the layout, with a comment.
const UNTIDY: &str = "title: Untidy\nid: tests.untidy\nstatus: test\nseverity: low   # for now\ndescription: Keys in another order.\n\
    when: eventType==\"user.session.start\"   and outcome.result   ==   \"SUCCESS\"\n";

/// The same rule in the layout.
const TIDY: &str = "id: tests.untidy\ntitle: Untidy\nseverity: low # for now\nstatus: test\ndescription: Keys in another order.\n\
    when: eventType == \"user.session.start\" and outcome.result == \"SUCCESS\"\n";

fn untidy(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::write(folder.join("untidy.yml"), UNTIDY).expect("a rule");
    fs::write(folder.join("tidy.yml"), TIDY.replace("untidy", "tidy")).expect("a rule");
    folder
}

fn text(folder: &std::path::Path) -> String {
    fs::read_to_string(folder.join("untidy.yml")).expect("a rule")
}

#[test]
fn files_are_formatted_in_place_and_then_there_is_nothing_to_do() {
    let folder = untidy("fmt");
    let said = clarion(&["fmt", path(&folder)]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Fine, ""));
    assert_eq!(said.talk, format!("formatted {}/untidy.yml\n2 files: 1 formatted\n", path(&folder)));
    assert_eq!(text(&folder), TIDY);
    assert_eq!(clarion(&["fmt", path(&folder)]).talk, "2 files: nothing to do\n");
}

#[test]
fn check_names_the_files_and_writes_nothing() {
    let folder = untidy("fmt-check");
    let said = clarion(&["fmt", "--check", path(&folder)]);
    assert_eq!((said.exit, said.answer), (Exit::Findings, format!("{}/untidy.yml\n", path(&folder))));
    assert_eq!(text(&folder), UNTIDY);
    assert_eq!(clarion(&["fmt", "--check", path(&folder.join("tidy.yml"))]).exit, Exit::Fine);
}

#[test]
fn a_diff_shows_what_would_change() {
    let folder = untidy("fmt-diff");
    let said = clarion(&["fmt", "--diff", path(&folder)]);
    assert_eq!(said.exit, Exit::Findings);
    insta::assert_snapshot!(said.answer.replace(path(&folder), "RULES"));
    assert_eq!(text(&folder), UNTIDY);
}

#[test]
fn stdin_is_formatted_to_stdout() {
    let format = |args: &[&str], input: &str| clarion_with(&[&["fmt", "-"], args].concat(), input.as_bytes(), Onlookers::default());
    let said = format(&[], UNTIDY);
    assert_eq!((said.exit, said.answer.as_str(), said.talk.as_str()), (Exit::Fine, TIDY, ""));
    assert_eq!(format(&["--check"], UNTIDY).exit, Exit::Findings);
    assert_eq!(format(&["--check"], TIDY).exit, Exit::Fine);
    let said = format(&[], "when: eventType = \n");
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Findings, ""));
    assert!(said.talk.contains("--> <stdin>:1:"), "{}", said.talk);
    assert_eq!(clarion(&["fmt", "-", PACK]).exit, Exit::Usage);
}

#[test]
fn a_file_that_cannot_be_read_as_a_rule_is_left_alone_and_does_not_stop_the_others() {
    let folder = untidy("fmt-broken");
    let broken = "id: tests.broken\nwhen: (eventType == \"user.session.start\"\n";
    fs::write(folder.join("broken.yml"), broken).expect("a rule");
    let said = clarion(&["fmt", path(&folder)]);
    assert_eq!(said.exit, Exit::Findings);
    assert!(said.talk.contains("error[E0105]"), "{}", said.talk);
    assert_eq!(fs::read_to_string(folder.join("broken.yml")).expect("a rule"), broken);
    assert_eq!(text(&folder), TIDY);
}

#[test]
fn only_what_is_named_is_formatted() {
    let folder = copy(PACK, "fmt-named");
    let untidy = fs::read_to_string(folder.join("pack.yml")).expect("a pack").replace("name: tests\nversion: 1.0.0\n", "version:   1.0.0\nname:   tests\n");
    fs::write(folder.join("pack.yml"), &untidy).expect("a pack");
    clarion(&["fmt", path(&folder.join("session-started.yml"))]);
    assert_eq!(fs::read_to_string(folder.join("pack.yml")).expect("a pack"), untidy);
    let said = clarion(&["fmt", path(&folder)]);
    assert!(said.talk.contains("pack.yml"), "{}", said.talk);
}

#[test]
fn nothing_to_format_is_wrong_use() {
    assert_eq!(clarion(&["fmt", path(&folder("fmt-empty"))]).exit, Exit::Usage);
    assert_eq!(clarion(&["fmt", "no-such-folder"]).exit, Exit::World);
    let output = program(&["fmt"]).current_dir(folder("fmt-nowhere")).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_fmt_writes_loads_as_before() {
    let folder = copy(THREE_FAULTS, "fmt-loads");
    let before = clarion(&["check", path(&folder), "--format", "json"]);
    clarion(&["fmt", path(&folder)]);
    let after = clarion(&["check", path(&folder), "--format", "json"]);
    assert_eq!(before.json_lines().len(), after.json_lines().len(), "{}", after.answer);
}
