//! `docs/fake-okta.md` says what there is: its story can be played, its tables are complete.

use std::fs;

use clarion::fake_okta::{Fault, Story, Switches};
use serde_json::{Value, json};

fn page() -> String {
    fs::read_to_string("docs/fake-okta.md").expect("the page")
}

/// Returns what stands in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Returns the words in backticks in the first columns of the tables below a heading.
fn first_columns(page: &str, heading: &str) -> Vec<String> {
    let part = page.split(heading).nth(1).unwrap_or_else(|| panic!("{heading} is missing"));
    let part = part.split("\n## ").next().and_then(|part| part.split("\n### ").next()).expect("a part");
    let cells = part.lines().filter(|line| line.starts_with("| `")).map(|line| line.split(" | ").next().expect("a cell"));
    cells.flat_map(quoted).map(str::to_owned).collect()
}

#[test]
fn its_story_can_be_played() {
    let page = page();
    let text = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a story");
    Story::read(text).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn its_switches_are_those_that_there_are() {
    let mut told = first_columns(&page(), "\n### Switches\n");
    told.sort();
    let there = serde_json::to_value(Switches::default()).expect("switches");
    let there: Vec<&String> = there.as_object().expect("a map").keys().collect();
    assert_eq!(told.iter().collect::<Vec<_>>(), there);
}

#[test]
fn its_faults_are_those_that_there_are() {
    let mut told = first_columns(&page(), "\n### Faults\n");
    let unknown = serde_json::from_value::<Fault>(json!({ "kind": "none of them" })).expect_err("it is none").to_string();
    let mut there: Vec<String> = quoted(&unknown).into_iter().skip(1).map(str::to_owned).collect();
    told.sort();
    there.sort();
    assert_eq!(told, there, "{unknown}");
    for kind in told {
        let order: Value = json!({ "kind": kind, "status": 500, "ms": 1, "bytes": 1, "url": "x", "to": "x" });
        serde_json::from_value::<Fault>(order).unwrap_or_else(|error| panic!("{kind}: {error}"));
    }
}
