//! The pages that explain codes: what they call wrong gives the code, what they call right gives nothing.

use std::collections::{BTreeMap, BTreeSet};

use clarion::diagnostic::{Code, explain};
use clarion::pack::{File, Library, Role};

/// A complete rule; a page's fragment is laid over it.
const BASE: &str = r#"id: okta.example
title: An example
severity: medium
status: test
description: An example.
when: eventType == "user.session.start" and outcome.result == "FAILURE"
tests:
  - name: fires
    events: [{event: {eventType: user.session.start, outcome: {result: FAILURE}}}]
    expect: alert
  - name: silent
    events: [{event: {eventType: user.session.start, outcome: {result: SUCCESS}}}]
    expect: none
"#;

const PACK: &str = r"name: pages
version: 1.0.0
description: The pack around the examples.
settings:
  corporate_networks: {type: list of network, default: [198.51.100.0/24], doc: Our networks.}
  lookback: {type: duration, default: 1h, doc: How far back.}
";

/// Splits a rule file into its top-level keys, each with its lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let key = line
            .split(':')
            .next()
            .filter(|key| line.contains(':') && !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        match (key, blocks.last_mut()) {
            (Some(key), _) => blocks.push((key.to_owned(), line.to_owned())),
            (None, Some((_, lines))) => lines.push_str(line),
            (None, None) => blocks.push((String::new(), line.to_owned())),
        }
    }
    blocks
}

fn laid_over(fragment: &str) -> String {
    let is_whole = fragment.contains("id:") && fragment.contains("title:");
    if is_whole {
        return fragment.to_owned();
    }
    let keys: BTreeSet<String> = blocks(fragment).into_iter().map(|(key, _)| key).collect();
    let rest: String = blocks(BASE).into_iter().filter(|(key, _)| !keys.contains(key)).map(|(_, lines)| lines).collect();
    format!("{rest}{fragment}")
}

fn codes(fragment: &str) -> Vec<Code> {
    let mut library = Library::new();
    let files = [
        File { name: "pack.yml".to_owned(), role: Role::Manifest, bytes: Ok(PACK.into()) },
        File { name: "rule.yml".to_owned(), role: Role::Rule, bytes: Ok(laid_over(fragment).into_bytes()) },
    ];
    library.add(&files, &BTreeMap::new());
    library.faults.iter().map(|fault| fault.code).collect()
}

/// Returns the YAML examples of a page under a heading.
fn examples<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let mut found = Vec::new();
    for section in page.split(heading).skip(1) {
        let section = section.split("\nRight:").next().unwrap_or(section).split("\nWrong:").next().unwrap_or(section);
        for block in section.split("```yaml\n").skip(1) {
            found.extend(block.split("```").next());
        }
    }
    found
}

#[test]
fn what_a_page_calls_wrong_gives_its_code_and_what_it_calls_right_gives_nothing() {
    let mut report = Vec::new();
    for code in Code::ALL {
        let page = explain(*code);
        let (wrong, right) = (examples(&page, "Wrong:"), examples(&page, "Right:"));
        if !page.contains("```text") && (wrong.is_empty() || right.is_empty()) {
            report.push(format!("{}: the page needs an example that is wrong and one that is right", code.number()));
        }
        for example in wrong {
            let found = codes(example);
            if !found.contains(code) {
                report.push(format!("{}: the wrong example gives {found:?}\n{example}", code.number()));
            }
        }
        for example in right {
            let found = codes(example);
            if !found.is_empty() {
                report.push(format!("{}: the right example gives {found:?}\n{example}", code.number()));
            }
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}
