//! A question that is written out, as evidence and explanations do, is one that a rule could have: it means the same.

use std::collections::BTreeMap;

use clarion::language::{Node, Remember, Typed};
use clarion::pack::Rule;

use super::generate::{Draft, case};
use super::law::read;

/// Streams whose rules are written again.
const SEEDS: u64 = 400;

/// Returns the questions that an expression asks itself.
fn questions(typed: &Typed, found: &mut Vec<(String, String)>) {
    match &typed.node {
        Node::Remember(remember) => found.push((Remember::text(remember), remember.key())),
        node => node.children(&mut |child| questions(child, found)),
    }
}

fn questions_of(rule: &Rule) -> Vec<(String, String)> {
    let mut found = Vec::new();
    rule.expressions().for_each(|typed| questions(typed, &mut found));
    found
}

#[test]
fn a_question_that_is_written_out_means_the_same() {
    let mut written = 0;
    for seed in 0..SEEDS {
        let rules = case(seed).rules;
        let asked: BTreeMap<String, Vec<(String, String)>> = read(&rules).rules().map(|(_, rule)| (rule.id.to_string(), questions_of(rule))).collect();
        let again: Vec<Draft> = rules
            .into_iter()
            .map(|mut draft| {
                let texts = asked[&draft.id].iter().map(|(text, _)| text).zip(0..);
                // A step without a name has none to be called by.
                draft.written.context = texts.filter(|(text, _)| !text.contains("'s ")).map(|(text, at)| (format!("q{at}"), text.clone())).collect();
                draft
            })
            .collect();
        let library = read(&again);
        for (_, rule) in library.rules() {
            for (name, typed) in &rule.context {
                let mut found = Vec::new();
                questions(typed, &mut found);
                let at: usize = name[1..].parse().expect("its number");
                let (text, key) = &asked[&*rule.id][at];
                assert_eq!(found.iter().map(|(_, key)| key).collect::<Vec<_>>(), [key], "seed {seed}: {text}");
                written += 1;
            }
        }
    }
    assert!(written > 1_000, "only {written} questions");
}
