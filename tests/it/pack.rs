//! The recommended pack.

use std::collections::{BTreeMap, HashMap};

use clarion::diagnostic::{Level, human};
use clarion::event::ClosedSet;
use clarion::language::{Node, Typed};
use clarion::pack::{Library, Role, Severity, recommended};
use clarion::rehearsal::{Verdict, rehearse};
use serde_json::{Map, Value as Json, json};

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

/// Returns the questions to histories that an expression asks itself, each as a text and as what it means.
fn questions(typed: &Typed, found: &mut Vec<(String, String)>) {
    match &typed.node {
        Node::Remember(remember) => found.push((remember.text(), remember.key())),
        node => node.children(&mut |child| questions(child, found)),
    }
}

#[test]
fn every_question_of_the_pack_means_the_same_where_it_is_written_out() {
    let mut asked: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (_, rule) in library().rules() {
        let mut found = Vec::new();
        rule.expressions().for_each(|typed| questions(typed, &mut found));
        asked.insert(rule.id.to_string(), found);
    }
    let mut files = recommended();
    for file in files.iter_mut().filter(|file| file.role == Role::Rule) {
        let mut rule: Map<String, Json> = serde_yaml::from_slice(file.bytes.as_ref().expect("an embedded file")).expect("a rule");
        let id = rule.get("id").and_then(Json::as_str).expect("its id").to_owned();
        let texts: BTreeMap<String, &str> = asked[&id].iter().enumerate().map(|(at, (text, _))| (format!("q{at:03}"), text.as_str())).collect();
        rule.insert("context".to_owned(), json!(texts));
        rule.remove("tests");
        file.bytes = Ok(Json::Object(rule).to_string().into_bytes());
    }
    let mut library = Library::new();
    library.add(&files, &BTreeMap::new());
    let faults: Vec<String> = library.faults.iter().filter(|fault| fault.level() == Level::Error).map(|fault| human(fault, &library.sources, false)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let mut written = 0;
    for (_, rule) in library.rules() {
        for ((_, typed), (text, key)) in rule.context.iter().zip(&asked[&*rule.id]) {
            let mut found = Vec::new();
            questions(typed, &mut found);
            assert_eq!(found.iter().map(|(_, key)| key).collect::<Vec<_>>(), [key], "{}: {text}", rule.id);
            written += 1;
        }
    }
    assert!(written >= 50, "only {written} questions");
}
