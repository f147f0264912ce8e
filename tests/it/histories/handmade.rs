//! Scenarios worked out by hand: one file for each rule of the language's section on histories, with its edges.
//!
//! A file of `tests/data/histories` holds rules, events in the order in which they come, and what must be found. What must be found
//! does not depend on the order, unless the file says `order: as written`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clarion::event::Span;
use serde_json::Value as Json;

use super::engine_runner;
use super::reference::{Arrival, Findings, examine};
use super::telling::Told;
use super::vocabulary::{ORG, Words, Written, library};

/// A scenario.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// What it shows; for the reader.
    #[expect(dead_code, reason = "read by people")]
    about: String,
    pub(super) rules: BTreeMap<String, Written>,
    pub(super) events: Vec<Words>,
    /// The ids of the events that each rule must find.
    finds: BTreeMap<String, Vec<String>>,
    /// What is shown of some findings, by rule and event: of what has one name the last.
    #[serde(default)]
    tells: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// How late events may come; an hour where nothing is said.
    lateness: Option<String>,
    /// `as written` where the order of arrival matters.
    order: Option<String>,
}

impl Scenario {
    /// Reads a scenario.
    pub(super) fn read(path: &Path) -> Scenario {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Returns the texts of its rule files.
    pub(super) fn rules(&self) -> Vec<String> {
        self.rules.iter().map(|(id, written)| written.file(id)).collect()
    }

    /// Returns what must be found.
    pub(super) fn expected(&self) -> Findings {
        self.finds.iter().flat_map(|(rule, ids)| ids.iter().map(move |id| (rule.clone(), id.clone()))).collect()
    }

    /// Says what is told otherwise than it must be.
    fn told_otherwise(&self, told: &Told) -> Vec<String> {
        let all = self.tells.iter().flat_map(|(rule, events)| events.iter().flat_map(move |(uuid, shown)| shown.iter().map(move |shown| (rule, uuid, shown))));
        all.filter_map(|(rule, uuid, (name, expected))| {
            let telling = told.get(&(rule.clone(), uuid.clone()));
            let value = telling.and_then(|telling| telling.shown.iter().rfind(|(known, _)| known == name)).map(|(_, value)| value.to_string());
            (value.as_ref() != Some(expected)).then(|| format!("  {name} of {rule} on {uuid} is {value:?}, not `{expected}`\n"))
        })
        .collect()
    }

    pub(super) fn lateness(&self) -> Span {
        self.lateness.as_deref().map_or(Span::hours(1), |text| Span::parse(text).expect("a length of time"))
    }

    /// Says whether any order must give the same.
    pub(super) fn any_order(&self) -> bool {
        match self.order.as_deref() {
            None => true,
            Some("as written") => false,
            Some(other) => panic!("unknown order `{other}`"),
        }
    }
}

/// Returns the paths of all scenarios.
pub(super) fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/histories");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .collect();
    paths.sort();
    paths
}

/// Says how findings differ from what is expected; nothing if they do not.
pub(super) fn difference(expected: &Findings, found: &Findings) -> Option<String> {
    let lines =
        |mark: &str, these: &Findings, those: &Findings| these.difference(those).map(|(rule, uuid)| format!("  {mark} {rule} on {uuid}\n")).collect::<String>();
    let text = lines("not found:   ", expected, found) + &lines("not expected:", found, expected);
    (!text.is_empty()).then_some(text)
}

/// Checks that the reference and the engine find what the hand has worked out, as written, backwards and with every event twice.
#[test]
fn reference_and_engine_find_what_was_worked_out_by_hand() {
    let mut failed = Vec::new();
    let paths = scenarios();
    assert!(paths.len() >= 76, "only {} scenarios", paths.len());
    for path in &paths {
        let scenario = Scenario::read(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let library = match library(&scenario.rules()) {
            Ok(library) => library,
            Err(errors) => {
                failed.push(format!("{name}\n{errors}"));
                continue;
            }
        };
        let events: Vec<Json> = scenario.events.iter().map(Words::event).collect();
        let arrivals: Vec<Arrival<'_>> = events.iter().zip(&scenario.events).map(|(event, words)| Arrival { event, received: words.received() }).collect();
        let mut orders = vec![("as written", arrivals.clone(), Some(scenario.lateness()))];
        if scenario.any_order() {
            // Without a bound nothing is late, so that every order is allowed.
            orders.push(("backwards", arrivals.iter().rev().copied().collect(), None));
            orders.push(("twice", arrivals.iter().chain(&arrivals).copied().collect(), None));
        }
        for (order, arrivals, lateness) in orders {
            let (found, told) = engine_runner::findings(&library, &arrivals, ORG, lateness);
            let right = examine(&library, &arrivals, ORG, lateness, Some(&told));
            if let Some(difference) = difference(&scenario.expected(), &right.findings) {
                failed.push(format!("{name}, {order}\n{difference}"));
            }
            if let Some(difference) = difference(&scenario.expected(), &found) {
                failed.push(format!("{name}, {order}, by the engine\n{difference}"));
            }
            let faults = right.faults.into_iter().chain(scenario.told_otherwise(&told)).collect::<String>();
            if !faults.is_empty() {
                failed.push(format!("{name}, {order}, by the engine\n{faults}"));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} scenarios fail\n{}", failed.len(), paths.len(), failed.join("\n"));
}
