//! Rule files under the names that people type: a bare name, `./` before it, `..` in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{folder, program};

const CASES: &str = "tests:\n  - name: fires\n    events:\n      - event: { eventType: user.session.start }\n    expect: alert\n  \
                     - name: silent\n    events:\n      - event: { eventType: user.session.end }\n    expect: none\n";

/// Writes a rule file.
fn rule(path: &Path, id: &str, when: &str) {
    let text = format!("id: tests.{id}\ntitle: Named\nseverity: low\nstatus: test\ndescription: Is found by its name.\nwhen: {when}\n{CASES}");
    fs::write(path, text).expect("a rule");
}

/// Makes a pack whose two rules need its definitions.
fn pack(name: &str) -> PathBuf {
    let pack = folder(name);
    fs::create_dir_all(pack.join("rules/deep")).expect("a folder");
    fs::create_dir_all(pack.join("fixtures")).expect("a folder");
    fs::write(pack.join("definitions.yml"), "began:\n  doc: A session began.\n  means: eventType == \"user.session.start\"\n").expect("definitions");
    fs::write(pack.join("fixtures/start.json"), "{\"eventType\": \"user.session.start\"}\n").expect("a fixture");
    rule(&pack.join("rules/one.yml"), "one", "began");
    rule(&pack.join("rules/deep/two.yml"), "two", "began and exists(actor.id) or began");
    pack
}

/// Runs a command in a folder; gives its exit and all it said.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = program(args).current_dir(folder).output().expect("the program runs");
    (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn several_bare_names_are_all_found() {
    let folder = folder("files-bare");
    rule(&folder.join("a.yml"), "a", "eventType == \"user.session.start\"");
    rule(&folder.join("b.yml"), "b", "eventType starts_with \"user.session.st\"");
    for args in [&["a.yml", "b.yml"][..], &["./a.yml", "b.yml"], &["./a.yml", "./b.yml"], &["."]] {
        let (exit, said) = run(&folder, &[&["check"], args].concat());
        assert!(exit == Some(0) && said.ends_with("checked 2 rules: no faults\n"), "{args:?}: {said}");
        let (exit, said) = run(&folder, &[&["test"], args].concat());
        assert_eq!((exit, said.as_str()), (Some(0), "4 cases of 2 rules: all passed\n"), "{args:?}");
    }
}

#[test]
fn a_rule_finds_its_pack_from_every_folder() {
    let pack = pack("files-pack");
    let here = pack.file_name().and_then(|name| name.to_str()).expect("a name");
    let from_beside = format!("../{here}/rules/one.yml");
    let places: &[(&str, &[&str], usize)] = &[
        (".", &["rules/one.yml"], 1),
        (".", &["./rules/one.yml", "rules/deep/two.yml"], 2),
        (".", &["rules"], 2),
        (".", &[&from_beside], 1),
        ("rules", &["one.yml"], 1),
        ("rules", &["./one.yml", "./deep/two.yml"], 2),
        ("rules", &["."], 2),
        ("rules", &["deep"], 1),
        ("rules", &[".."], 2),
        ("rules/deep", &["two.yml", "../one.yml"], 2),
        ("rules/deep", &["../../rules/one.yml"], 1),
        ("fixtures", &["../rules/one.yml"], 1),
    ];
    for (folder, args, rules) in places {
        let (exit, said) = run(&pack.join(folder), &[&["check"], *args].concat());
        let plural = if *rules == 1 { "" } else { "s" };
        assert_eq!((exit, said), (Some(0), format!("checked {rules} rule{plural}: no faults\n")), "{args:?} in {folder}");
    }
}

#[test]
fn faults_are_told_under_the_name_that_was_typed() {
    let pack = pack("files-names");
    rule(&pack.join("rules/one.yml"), "one", "begun");
    let (exit, said) = run(&pack.join("rules"), &["check", "./one.yml", "--format", "short"]);
    assert_eq!(exit, Some(1));
    assert!(said.starts_with("one.yml:6:7: error[E0205]"), "{said}");
    let (_, said) = run(&pack.join("rules"), &["check", "one.yml", "--fix"]);
    assert!(said.contains("mended one.yml:6:7"), "{said}");
    assert!(fs::read_to_string(pack.join("rules/one.yml")).expect("the mended file").contains("when: began\n"));
}

#[test]
fn a_rule_beside_a_pack_is_not_part_of_it() {
    let folder = folder("files-beside");
    fs::write(folder.join("definitions.yml"), "began:\n  doc: A session began.\n  means: eventType == \"user.session.start\"\n").expect("definitions");
    fs::create_dir_all(folder.join("inner")).expect("a folder");
    let other = folder.with_file_name("files-beside-other.yml");
    rule(&other, "other", "began");
    let (exit, said) = run(&folder.join("inner"), &["check", "../../files-beside-other.yml", "--format", "short"]);
    assert_eq!(exit, Some(1));
    assert!(said.contains("error[E0205]"), "{said}");
}
