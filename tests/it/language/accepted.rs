//! Right rules: accepted without a word.

use std::fs;
use std::path::PathBuf;

use clarion::diagnostic::short;
use clarion::rehearsal::{Verdict, rehearse};

use super::rejected::check;

const FOLDER: &str = "tests/data/language/accepted";

#[test]
fn every_right_rule_is_accepted_without_a_word() {
    let mut cases: Vec<PathBuf> = fs::read_dir(FOLDER).expect("the corpus").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} right rules", cases.len());
    let mut report = Vec::new();
    for case in &cases {
        let library = check(case);
        report.extend(library.faults.iter().map(|fault| short(fault, &library.sources)));
        if library.rules().count() == 0 {
            report.push(format!("{}: no rule was read", case.display()));
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn the_cases_of_every_right_rule_hold() {
    let mut report = Vec::new();
    let mut passed = 0;
    for entry in fs::read_dir(FOLDER).expect("the corpus").flatten() {
        let library = check(&entry.path());
        for (pack, rule) in library.rules() {
            for outcome in rehearse(&library, pack, rule) {
                match outcome.verdict {
                    Verdict::Passed => passed += 1,
                    Verdict::Failed { way, wanted, got, .. } => {
                        report.push(format!("{}: {} ({}): wanted {wanted}, got {got}", rule.id, outcome.case, way.words()))
                    }
                    Verdict::Unfit(faults) => report.push(format!("{}: {}: {faults:?}", rule.id, outcome.case)),
                }
            }
        }
    }
    assert!(passed > 0 && report.is_empty(), "{} cases hold, {} do not\n{}", passed, report.len(), report.join("\n"));
}
