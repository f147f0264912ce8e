use super::law::*; use super::mutant; use super::reference::*; use super::vocabulary::*; use super::schedule::*;
use std::sync::atomic::Ordering;
struct Mutant;
impl Runner for Mutant {
    fn run(&self, rules: &clarion::pack::Library, deliveries: &[Delivery<'_>]) -> Findings {
        let arrivals: Vec<serde_json::Value> = deliveries.iter().flat_map(|d| match d { Delivery::Events(e) => e.iter().map(|e| (*e).clone()).collect(), _ => Vec::new() }).collect();
        mutant::findings(rules, &arrivals, ORG, Some(LATENESS))
    }
}
#[test]
fn mutants() {
    let n = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(200u64);
    for (at, name) in mutant::FAULTS.iter().enumerate() {
        mutant::FAULT.store(at + 1, Ordering::Relaxed);
        let caught: Vec<u64> = (0..n).filter(|seed| {
            let case = super::generate::case(1 + seed);
            let library = read(&case.rules);
            let expected = expected(&library, &case.events);
            [Kind::Sorted, Kind::Everything].iter().any(|k| {
                let s = Schedule::new(*k, &case.events, 1 + seed);
                run(&Mutant, &library, &case.events, &s).as_ref() != Ok(&expected)
            })
        }).collect();
        let by_hand = super::handmade::scenarios().iter().filter(|path| {
            let s = super::handmade::Scenario::read(path);
            let l = library(&s.rules()).unwrap();
            let events: Vec<_> = s.events.iter().map(Words::event).collect();
            mutant::findings(&l, &events, ORG, Some(s.lateness())) != super::reference::findings(&l, &events, ORG, Some(s.lateness()))
        }).count();
        println!("{:>2} {name} | {} of {n}, first {:?} | scenarios {by_hand}", at + 1, caught.len(), caught.first().map(|s| s + 1));
    }
}
