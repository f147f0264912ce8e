//! Hostile input through the front doors: it gets a clear answer with a place, or a flag on the event; never a panic and never silence.
//!
//! Nothing here measures time. What must not take long is built so large that it would not end, or would exhaust memory, if it did.
//! The property tests run a few cases each; `PROPTEST_CASES=10000 cargo test --test it hostile` runs more.

mod events;
mod expressions;
mod laws;
mod patterns;
mod streams;
mod times;
mod yaml;

use std::collections::BTreeMap;

use clarion::diagnostic::{Diagnostic, Level, Sources, Span, github, human, short};
use clarion::language::{Query, Snippet, parse};
use clarion::pack::{File, Library, Role};
use proptest::test_runner::Config;

/// Reads one file of a pack.
fn read(role: Role, bytes: impl Into<Vec<u8>>) -> Library {
    let mut library = Library::new();
    library.add(&[File { name: "hostile.yml".to_owned(), role, bytes: Ok(bytes.into()) }], &BTreeMap::new());
    sound(&library.faults, &library.sources);
    library
}

/// Reads one rule file.
fn read_rule(text: impl Into<Vec<u8>>) -> Library {
    read(Role::Rule, text)
}

/// Returns a rule file with what every one needs, and more.
fn rule_with(rest: &str) -> String {
    format!("id: hostile.rule\ntitle: A title\nseverity: low\nstatus: test\ndescription: What it catches.\n{rest}")
}

/// Parses an expression; its faults must be sound.
fn parse_text(text: &str) -> (Query, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add("expression", text);
    let mut faults = Vec::new();
    let query = parse(&Snippet::whole(file, text), &mut faults);
    sound(&faults, &sources);
    (query, faults)
}

/// Checks that faults have words and lie inside their files, on the borders of characters, and that they can be shown.
fn sound(faults: &[Diagnostic], sources: &Sources) {
    for fault in faults {
        assert!(!fault.message.trim().is_empty(), "no message: {fault:?}");
        let places = std::iter::once(fault.span).chain(fault.also.iter().map(|(span, _)| *span)).chain(fault.fix.iter().map(|fix| fix.span));
        for span in places {
            assert!(lies_inside(span, sources), "{span:?} of `{}` does not lie in the {} bytes of its file", fault.message, sources.text(span.file).len());
        }
    }
    for fault in faults.iter().take(3) {
        for shown in [human(fault, sources, false), short(fault, sources), github(std::slice::from_ref(fault), sources)] {
            assert!(!shown.trim().is_empty(), "nothing is shown of {fault:?}");
        }
    }
}

fn lies_inside(span: Span, sources: &Sources) -> bool {
    sources.text(span.file).get(span.start as usize..span.end as usize).is_some()
}

/// Returns the numbers of the errors, each once.
fn errors(library: &Library) -> Vec<&'static str> {
    let mut numbers: Vec<&str> = library.faults.iter().filter(|fault| fault.level() == Level::Error).map(|fault| fault.code.number()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Checks that a file is refused for these reasons and no others.
fn refused(name: &str, library: &Library, codes: &[&str]) {
    assert_eq!(errors(library), codes, "{name}: {:?}", library.faults.first());
    assert_eq!(library.rules().count(), 0, "{name} is a rule all the same");
}

/// So few cases that all property tests together take well under a minute without optimisation; `PROPTEST_CASES` says otherwise.
fn cases(few: u32) -> Config {
    let default = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    Config { cases: if asked { default.cases } else { few }, failure_persistence: None, ..default }
}
