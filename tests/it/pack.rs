//! The recommended pack.

use std::collections::BTreeMap;

use clarion::diagnostic::{Level, human};
use clarion::event::ClosedSet;
use clarion::pack::{Library, Severity, recommended};
use clarion::rehearsal::{Verdict, rehearse};

fn library() -> Library {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    library
}

#[test]
fn the_pack_has_no_faults() {
    let library = library();
    let report: Vec<String> = library.faults.iter().map(|fault| human(fault, &library.sources, false)).collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
    assert!(library.faults.iter().all(|fault| fault.level() != Level::Error));
}

#[test]
fn every_case_of_the_pack_holds_whichever_way_its_events_come() {
    let library = library();
    let mut failed = Vec::new();
    let mut passed = 0;
    for (pack, rule) in library.rules() {
        for outcome in rehearse(&library, pack, rule) {
            match outcome.verdict {
                Verdict::Passed => passed += 1,
                verdict => failed.push(format!("{}: {}\n  {verdict:?}", outcome.rule, outcome.case).chars().take(400).collect::<String>()),
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} cases fail\n{}", failed.len(), failed.len() + passed, failed.join("\n"));
    assert!(passed >= 150, "only {passed} cases");
}

#[test]
fn the_pack_is_in_the_layout_of_the_formatter() {
    let mut answer = Vec::new();
    let mut talk = Vec::new();
    let mut stdin = std::io::empty();
    let mut out = clarion::cli::Out::new(&mut stdin, &mut answer, &mut talk);
    let exit = clarion::cli::run(["clarion", "fmt", "--check", "rules"].map(Into::into), &mut out);
    assert_eq!(exit, clarion::cli::Exit::Fine, "run `make fmt`:\n{}", String::from_utf8_lossy(&talk));
}

#[test]
fn a_rule_can_ask_an_alert_for_every_severity_that_a_rule_can_have() {
    let words: Vec<&str> = Severity::WORDS.iter().map(|(word, _)| *word).collect();
    assert_eq!(ClosedSet::AlertSeverity.values(), words);
}
