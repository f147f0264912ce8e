use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Candidates, Delivery, Plan, Program};
use crate::event::{Event, Origin, Source};
use crate::pack::{File, Library, Role};

/// Makes a plan of rules that differ only in their conditions.
fn plan(conditions: &[&str]) -> Plan {
    let mut library = Library::new();
    let files: Vec<File> = conditions
        .iter()
        .enumerate()
        .map(|(at, when)| {
            let text = format!("id: okta.r{at:04}\ntitle: r\nseverity: low\nstatus: test\ndescription: d\nwhen: |\n  {when}\n");
            File { name: format!("r{at}.yml"), role: Role::Rule, bytes: Ok(text.into_bytes()) }
        })
        .collect();
    library.add(&files, &BTreeMap::new());
    let errors: Vec<_> = library.faults.iter().filter(|fault| fault.level() == crate::diagnostic::Level::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let pack = library.packs.first().unwrap();
    Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets)
}

fn candidates(plan: &Plan, json: &str) -> Vec<u32> {
    let mut event = Event::new();
    event.read(plan.layout(), json.as_bytes(), &Origin { source: Source::File, org: None }).unwrap();
    let mut out = Candidates::new();
    plan.index().candidates(&event, &mut out);
    let mut found: Vec<u32> = out.iter().map(|rule| rule.0).collect();
    found.sort_unstable();
    found
}

#[test]
fn rules_of_other_event_types_are_not_looked_at() {
    let plan = plan(&[
        r#"eventType == "user.session.start""#,
        r#"eventType starts_with "user.session.""#,
        r#"eventType in ["policy.rule.delete", "zone.delete"]"#,
        r#"actor.type == "User""#,
    ]);
    assert_eq!(candidates(&plan, r#"{"eventType":"user.session.start"}"#), [0, 1, 3]);
    assert_eq!(candidates(&plan, r#"{"eventType":"user.session.end"}"#), [1, 3]);
    assert_eq!(candidates(&plan, r#"{"eventType":"zone.delete"}"#), [2, 3]);
    // A type that is newer than the catalogue may begin like this, but equals none of the known ones.
    assert_eq!(candidates(&plan, r#"{"eventType":"user.session.brand_new"}"#), [1, 3]);
}

#[test]
fn many_rules_of_one_type_are_found_by_the_text_they_cannot_do_without() {
    let conditions: Vec<String> = (0..50).map(|at| format!(r#"eventType == "user.session.start" and actor.alternateId == "u{at}@example.com""#)).collect();
    let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
    let plan = plan(&conditions);
    assert_eq!(candidates(&plan, r#"{"eventType":"user.session.start","actor":{"alternateId":"u7@example.com"}}"#), [7]);
    assert_eq!(candidates(&plan, r#"{"eventType":"user.session.start","actor":{"alternateId":"x@example.com"}}"#), [] as [u32; 0]);
}

#[test]
fn equal_predicates_are_shared_and_alike_comparisons_are_merged() {
    let plan = plan(&[
        r#"outcome.result == "FAILURE" and actor.type == "User""#,
        r#"not (outcome.result != "FAILURE") and client.device == "Computer""#,
        r#"client.zone == "a" or client.zone == "b" or client.zone == "c""#,
    ]);
    assert_eq!(plan.atoms().len(), 4, "{:?}", plan.atoms());
    assert!(matches!(plan.rules()[2].program, Program::Atom(_)), "{:?}", plan.rules()[2].program);
}

#[test]
fn the_event_type_is_not_asked_again_where_the_index_has_answered() {
    let plan = plan(&[r#"eventType == "user.session.start""#]);
    assert_eq!(plan.rules()[0].program, Program::Constant(true));
}

#[test]
fn an_explanation_says_which_way_the_events_come() {
    let plan = plan(&[
        r#"eventType == "user.session.start""#,
        r#"eventType == "policy.evaluate_sign_on""#,
        r#"eventType in ["user.session.start", "policy.evaluate_sign_on"]"#,
        r#"actor.type == "User""#,
    ]);
    let deliveries: Vec<Delivery> = (0..4).map(|at| plan.explain(&format!("okta.r{at:04}")).unwrap().delivery).collect();
    assert_eq!(deliveries, [Delivery::Hook, Delivery::SystemLog, Delivery::Mixed, Delivery::Any]);
    let needed: Vec<String> = plan.needed_event_types().into_iter().collect();
    assert_eq!(needed, ["policy.evaluate_sign_on", "user.session.start"]);
}

#[test]
fn an_explanation_counts_what_histories_are_about() {
    let plan = plan(&[
        r#"eventType == "user.session.start" and not seen(eventType == "policy.evaluate_sign_on" by actor.id within 1h)"#,
        r#"sequence(eventType == "user.session.end", eventType == "user.session.start" by actor.id within 1h)"#,
        r#"eventType == "clarion.alert" and count(eventType == "clarion.alert" by actor.id within 1h) >= 3"#,
        r#"eventType == "user.session.start" and count(actor.type == "User" by actor.id within 1h) >= 3"#,
    ]);
    let explained: Vec<_> = (0..4).map(|at| plan.explain(&format!("okta.r{at:04}")).unwrap()).collect();
    let deliveries: Vec<Delivery> = explained.iter().map(|explanation| explanation.delivery).collect();
    assert_eq!(deliveries, [Delivery::Mixed, Delivery::Hook, Delivery::Alerts, Delivery::Any]);
    assert_eq!(explained[0].history_event_types, ["policy.evaluate_sign_on"]);
    assert_eq!(explained[1].event_types, ["user.session.start"], "the event at hand is the last step");
    assert_eq!(explained[1].history_event_types, ["user.session.end", "user.session.start"]);
}
