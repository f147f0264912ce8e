//! How often memory is asked for while events go through the engine.
//!
//! In the steady state an event that stateless rules look at costs no allocation, from its bytes to the rules that it fulfils.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "what goes wrong fails the test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use clarion::engine::Engine;
use clarion::event::{Event, Origin};
use clarion::pack::{Library, recommended};
use clarion::plan::Plan;

/// Events before anything is counted: by then buffers and tables have their size, the table of known events one for twice as many.
const WARM_UP: usize = 2_100;

/// Events that are counted; few enough that the table of known events does not grow in between.
const COUNTED: usize = 500;

/// Returns the demo's events again and again, each time under other uuids and a day later, without changing their length.
fn events() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string("tests/data/demo/okta-events.ndjson").expect("the demo's events");
    let good: Vec<&str> = text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).collect();
    (0..WARM_UP + COUNTED)
        .map(|number| {
            let line = good[number % good.len()];
            let at = line.find("\"uuid\":").expect("a uuid") + 7;
            let at = at + line[at..].find('"').expect("its text") + 1;
            let line = format!("{}{number:08x}{}", &line[..at], &line[at + 8..]);
            line.replace("2026-03-10T", &format!("2026-03-{:02}T", 10 + number / good.len())).into_bytes()
        })
        .collect()
}

fn plan(remembers: bool) -> Arc<Plan> {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    let pack = library.packs.into_iter().next().expect("the pack");
    // Rules about alerts make events of what others find.
    let is_wanted = |rule: &clarion::pack::Rule| rule.remembers() == remembers && !rule.id.ends_with("several-alerts");
    Arc::new(Plan::compile(pack.rules.into_iter().filter(is_wanted).map(Arc::new), &pack.sets))
}

/// Counts the allocations of the last events, and how many rules they fulfilled.
fn count(plan: &Arc<Plan>) -> (u64, usize) {
    let events = events();
    let origin = Origin::default();
    let (mut engine, mut event, mut matches) = (Engine::new(plan.clone()), Event::new(), 0);
    let mut observe = |raw: &Vec<u8>| {
        event.read(plan.layout(), raw, &origin).expect("an event");
        matches += engine.observe(&event).len();
    };
    events[..WARM_UP].iter().for_each(&mut observe);
    let counted = allocation_counter::measure(|| events[WARM_UP..].iter().for_each(&mut observe));
    (counted.count_total, matches)
}

#[test]
fn an_event_costs_stateless_rules_no_allocation() {
    let plan = plan(false);
    assert!(plan.rules().len() >= 50, "{} rules", plan.rules().len());
    let (allocations, matches) = count(&plan);
    assert!(matches > 50, "the rules are at work: {matches} matches");
    assert_eq!(allocations, 0, "allocations in {COUNTED} events");
}

#[test]
fn an_event_costs_rules_that_remember_a_bounded_number_of_allocations() {
    let plan = plan(true);
    assert!(plan.rules().len() >= 30, "{} rules", plan.rules().len());
    let (allocations, _) = count(&plan);
    let each = allocations / COUNTED as u64;
    println!("{each} allocations for each event, {} rules that remember", plan.rules().len());
    assert!(each <= 12, "{each} allocations for each event");
}
