//! `clarion check`.

use std::fs;

use clarion::cli::Exit;
use clarion::diagnostic::Code;
use serde_json::Value;

use super::{PACK, THREE_FAULTS, clarion, folder, path, program};

#[test]
fn three_faults_in_three_files_are_told_in_one_run_with_their_columns() {
    let said = clarion(&["check", THREE_FAULTS]);
    insta::assert_snapshot!(said.transcript());
}

#[test]
fn one_line_each_is_what_editors_jump_by() {
    let said = clarion(&["check", THREE_FAULTS, "--format", "short"]);
    assert_eq!(
        said.answer,
        "tests/data/cli/three-faults/field.yml:8:7: error[E0203]: unknown field `actor.alternateID`\n\
         tests/data/cli/three-faults/key.yml:5:1: error[E0004]: a rule has no key `desription`\n\
         tests/data/cli/three-faults/operator.yml:6:17: error[E0102]: `=` is not an operator\n"
    );
    assert_eq!(said.exit, Exit::Findings);
}

#[test]
fn json_has_a_line_for_each_fault_and_says_where_and_how_to_mend_it() {
    let said = clarion(&["check", THREE_FAULTS, "--format", "json"]);
    let lines = said.json_lines();
    assert_eq!(lines.len(), 3);
    let first = &lines[0];
    assert_eq!((&first["code"], &first["level"]), (&"E0203".into(), &"error".into()));
    assert_eq!(first["place"]["file"], "tests/data/cli/three-faults/field.yml");
    assert_eq!((&first["place"]["line"], &first["place"]["column"], &first["place"]["end_column"]), (&8.into(), &7.into(), &24.into()));
    assert_eq!(first["place"]["text"], "actor.alternateID");
    assert_eq!(first["fix"]["replacement"], "actor.alternateId");
}

#[test]
fn sarif_has_what_code_scanning_requires() {
    let said = clarion(&["check", THREE_FAULTS, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&said.answer).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.contains("sarif-2.1.0")));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "clarion");
    let rules = driver["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("a rule")).expect("a small number");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(rules[index]["help"]["markdown"].as_str().is_some_and(|page| page.len() > 100), "a page for {}", result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a file");
        assert!(uri.starts_with("tests/data/cli/three-faults/") && !uri.contains('\\'), "{uri}");
        for member in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][member].as_u64().is_some_and(|number| number >= 1), "{member}");
        }
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    // A file that cannot be read as a rule is also told where services look for failures of the tool.
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().map(Vec::len), Some(1));
}

#[test]
fn sound_rules_still_give_a_whole_sarif_log() {
    let said = clarion(&["check", PACK, "--format", "sarif"]);
    let log: Value = serde_json::from_str(&said.answer).expect("JSON");
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!(said.exit, Exit::Fine);
}

#[test]
fn github_shows_faults_at_their_lines() {
    let said = clarion(&["check", THREE_FAULTS, "--format", "github"]);
    let first = said.answer.lines().next().expect("an annotation");
    assert_eq!(
        first,
        "::error file=tests/data/cli/three-faults/field.yml,line=8,endLine=8,col=7,endColumn=24,title=E0203::\
         unknown field `actor.alternateID`%0Adid you mean `actor.alternateId`?"
    );
}

#[test]
fn sound_rules_have_an_empty_answer() {
    let said = clarion(&["check", PACK]);
    insta::assert_snapshot!(said.transcript(), @r"
    exit 0
    --- stdout
    --- stderr
    checked 2 rules: no faults
    ");
}

#[test]
fn the_recommended_pack_is_sound_whether_it_lies_on_disk_or_in_the_binary() {
    let on_disk = clarion(&["check"]);
    assert_eq!((on_disk.exit, on_disk.answer.as_str()), (Exit::Fine, ""));
    let elsewhere = program(&["check"]).current_dir(folder("check-embedded")).output().expect("the program runs");
    assert_eq!(elsewhere.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&elsewhere.stderr), on_disk.talk);
}

#[test]
fn advice_about_histories_leads_to_what_is_right() {
    for (when, advice) in [
        ("count(began within 10m by actor.id) > 3", "`by` stands before `within`: `population by key within duration`"),
        ("sequence(began, began within 10m by actor.id)", "`by` stands before `within`: `population by key within duration`"),
        ("sequence(began, began) by actor.id within 10m", "write `sequence(began, began by actor.id within 10m)`"),
        ("(count(began) by actor.id within 10m) > 3", "write `count(began by actor.id within 10m)`"),
        ("count(began by actor.id within 99999999999d) > 3", "`99999999999d` is too long"),
        ("count(began by actor.id within 99999999999d) > 3", "the longest duration is `106751991d`"),
        ("count(began BY actor.id WITHIN 10m) > 3", "write `by`"),
        ("count(began by actor.id WITHIN 10m) > 3", "write `within`"),
    ] {
        let folder = folder("check-advice");
        let rule = format!(
            "id: tests.advice\ntitle: Advice\nseverity: low\nstatus: test\ndescription: Is written wrong.\n\
             let:\n  began: eventType == \"user.session.start\"\nwhen: {when}\n"
        );
        fs::write(folder.join("rule.yml"), rule).expect("a rule");
        let said = clarion(&["check", path(&folder)]);
        assert!(said.answer.contains(advice), "{when}: {}", said.answer);
    }
}

/// A rule with a warning and no error.
fn warned() -> std::path::PathBuf {
    let folder = folder("check-warned");
    let rule = "id: tests.warned\ntitle: Warned\nseverity: low\nstatus: test\ndescription: Has no case.\nwhen: eventType == \"user.session.start\"\n";
    fs::write(folder.join("rule.yml"), rule).expect("a rule");
    folder
}

#[test]
fn warnings_fail_only_when_asked_to() {
    let folder = warned();
    let said = clarion(&["check", path(&folder), "--format", "short"]);
    assert!(said.answer.contains("warning[W0613]"), "{}", said.answer);
    assert_eq!(said.exit, Exit::Fine);
    assert!(said.talk.contains("1 warning"), "{}", said.talk);
    assert_eq!(clarion(&["check", path(&folder), "--fail-level", "warning"]).exit, Exit::Findings);
}

#[test]
fn codes_can_be_selected_and_ignored_whole_or_by_their_beginning() {
    let shown = |args: &[&str]| {
        let said = clarion(&[&["check", THREE_FAULTS, "--format", "json"], args].concat());
        let codes: Vec<String> = said.json_lines().iter().map(|line| line["code"].as_str().expect("a code").to_owned()).collect();
        (codes.join(" "), said.exit.code())
    };
    assert_eq!(shown(&["--select", "E0203"]), ("E0203".to_owned(), 1));
    assert_eq!(shown(&["--select", "e02,E00"]), ("E0203 E0004".to_owned(), 1));
    assert_eq!(shown(&["--ignore", "E0203", "--ignore", "E01"]), ("E0004".to_owned(), 1));
    assert_eq!(shown(&["--select", "W"]), (String::new(), 0));
}

#[test]
fn an_unknown_code_is_refused_because_it_would_hide_everything() {
    for args in [["--select", "E0299"], ["--ignore", "Q1"], ["--explain", "E9999"], ["--select", ""]] {
        let said = clarion(&[&["check"], args.as_slice()].concat());
        assert_eq!(said.exit, Exit::Usage, "{args:?}");
        assert!(said.talk.starts_with("error: there is no code"), "{}", said.talk);
        assert_eq!(said.answer, "");
    }
}

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        let said = clarion(&["check", "--explain", &code.number().to_lowercase()]);
        assert_eq!(said.exit, Exit::Fine);
        assert!(said.answer.starts_with(&format!("# {}", code.number())), "{}", said.answer);
    }
}

#[test]
fn a_folder_without_rules_is_an_error_also_beside_one_that_has_some() {
    let empty = folder("check-empty");
    let said = clarion(&["check", path(&empty), "--format", "short"]);
    assert_eq!(said.exit, Exit::Findings);
    assert!(said.answer.contains("error[E0009]: no rules found in"), "{}", said.answer);
    let said = clarion(&["check", PACK, path(&empty), "--format", "short"]);
    assert_eq!(said.exit, Exit::Findings);
    assert_eq!(said.answer.lines().count(), 1);
}

#[test]
fn a_path_that_does_not_exist_is_the_worlds_fault() {
    let said = clarion(&["check", "tests/data/cli/no-such-folder"]);
    insta::assert_snapshot!(said.transcript(), @r"
    exit 4
    --- stdout
    --- stderr
    error: cannot read `tests/data/cli/no-such-folder`: there is no such file or folder
    ");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let folder = super::copy(THREE_FAULTS, "check-unreadable");
    std::os::unix::fs::symlink(folder.join("gone"), folder.join("dangling.yml")).expect("a link");
    fs::write(folder.join("latin1.yml"), b"title: caf\xe9\n").expect("a file");
    let said = clarion(&["check", path(&folder), "--format", "json"]);
    let codes: Vec<_> = said.json_lines().iter().map(|line| line["code"].as_str().expect("a code").to_owned()).collect();
    assert_eq!(codes, ["E0001", "E0203", "E0004", "E0011", "E0102"]);
    assert_eq!(said.exit, Exit::Findings);
}

#[test]
fn a_rule_named_alone_still_finds_its_pack() {
    let said = clarion(&["check", "tests/data/cli/pack/factors-reset.yml"]);
    assert_eq!((said.exit, said.talk.as_str()), (Exit::Fine, "checked 1 rule: no faults\n"));
}
