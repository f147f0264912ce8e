//! The law of convergence: whatever the order inside the bound, however often an event comes, however a stream is split, and wherever
//! the engine is stopped, what it finds in the end is what the reference finds in the sorted stream.
//!
//! A case is one set of rules, one stream and one schedule. The seed of each is its number, counted from the first one:
//!
//! - `CLARION_LAW_CASES=1000000` sets how many cases run.
//! - `CLARION_LAW_SEED=123` sets the first seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use clarion::pack::Library;
use serde_json::Value as Json;

use super::engine_runner::Engine;
use super::generate::{Case, Draft, case};
use super::handmade::difference;
use super::reference::{Arrival, Findings, examine, findings};
use super::schedule::{Kind, LATENESS, Schedule, Step};
use super::telling::Told;
use super::vocabulary::{ORG, Words, library};

/// How many cases run where nothing is said.
const CASES: u64 = 21_000;

/// The first seed where nothing is said; the same every time, so that a failure of today is a failure of tomorrow.
const SEED: u64 = 1;

/// How many failures are shown; one would hide whether they have a cause in common.
const FAILURES_MAX: usize = 3;

/// How often a failing case is run again to make it smaller.
const SHRINKS_MAX: usize = 4_000;

/// What is delivered, in order.
pub(super) enum Delivery<'e> {
    /// Events that come together.
    Events(Vec<&'e Json>),
    /// The state is written out, and a new engine goes on from it.
    Restore,
    /// The same rules are loaded again.
    Reload,
}

/// Something that finds.
pub(super) trait Runner: Sync {
    /// Returns what is found in the end: all that fired and was not withdrawn, with every open question decided; and what is told of it
    /// then, if it tells anything.
    fn run(&self, rules: &Library, deliveries: &[Delivery<'_>]) -> (Findings, Option<Told>);
}

/// The reference, as a runner: it takes events in the order of arrival, so that this proves the schedules to be inside the bound.
struct Reference;

impl Runner for Reference {
    fn run(&self, rules: &Library, deliveries: &[Delivery<'_>]) -> (Findings, Option<Told>) {
        let arrivals = deliveries.iter().flat_map(|delivery| match delivery {
            Delivery::Events(events) => events.iter().map(|event| (*event).clone()).collect(),
            Delivery::Restore | Delivery::Reload => Vec::new(),
        });
        (findings(rules, &arrivals.collect::<Vec<Json>>(), ORG, Some(LATENESS)), None)
    }
}

#[test]
fn the_reference_keeps_its_own_law() {
    hold(&Reference, CASES / 20);
}

#[test]
fn the_engine_keeps_the_law() {
    if Engine::IS_THERE {
        hold(&Engine, CASES);
    }
}

/// Runs cases until one fails or so many have held.
fn hold(runner: &dyn Runner, cases: u64) {
    let (seed, cases) = (setting("CLARION_LAW_SEED").unwrap_or(SEED), setting("CLARION_LAW_CASES").unwrap_or(cases));
    let kinds = Kind::ALL.len() as u64;
    let streams = cases.div_ceil(kinds);
    let next = AtomicU64::new(0);
    let (found, silent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures: Mutex<Vec<String>> = Mutex::default();
    let is_enough = AtomicBool::new(false);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !is_enough.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= streams {
                        break;
                    }
                    let seed = seed.wrapping_add(number);
                    match check(runner, seed) {
                        Ok(0) => silent.fetch_add(1, Ordering::Relaxed),
                        Ok(many) => found.fetch_add(many, Ordering::Relaxed),
                        Err(failure) => {
                            let mut failures = failures.lock().expect("no thread panics while it holds this");
                            failures.push(failure);
                            if failures.len() >= FAILURES_MAX {
                                is_enough.store(true, Ordering::Relaxed);
                            }
                            0
                        }
                    };
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panics while it holds this");
    assert!(failures.is_empty(), "the law is broken\n\n{}", failures.join("\n\n"));
    let (found, silent) = (found.into_inner(), silent.into_inner());
    println!("{} cases hold: {streams} streams from seed {seed}, each on {kinds} schedules; {found} findings, {silent} streams without one", streams * kinds);
    // A law about nothing would hold as well.
    assert!(streams < 100 || (silent as u64) < streams / 2, "{silent} of {streams} streams are without a finding");
}

/// Checks the stream of a seed on every schedule; gives how much there was to find.
fn check(runner: &dyn Runner, seed: u64) -> Result<usize, String> {
    let case = case(seed);
    let library = read(&case.rules);
    let right = Right::of(runner, &library, &case.events);
    for kind in Kind::ALL {
        let schedule = Schedule::new(kind, &case.events, seed);
        assert!(schedule.is_inside_the_bound(&case.events), "seed {seed}: {kind:?} leaves the bound");
        if right.differs(&run(runner, &library, &case.events, &schedule)).is_some() {
            let (case, schedule) = shrink(runner, case, schedule);
            return Err(report(runner, &case, &schedule, seed));
        }
    }
    Ok(right.findings.len())
}

pub(super) fn read(rules: &[Draft]) -> Library {
    let texts: Vec<String> = rules.iter().map(Draft::text).collect();
    library(&texts).unwrap_or_else(|errors| panic!("the generator wrote rules with errors:\n{errors}"))
}

/// What is right: what must be found, and what is told of it where events come in their order.
struct Right {
    findings: Findings,
    told: Option<Told>,
    /// What is wrong with that, as the reference sees it.
    faults: Vec<String>,
}

impl Right {
    fn of(runner: &dyn Runner, library: &Library, events: &[Words]) -> Right {
        let events: Vec<Json> = events.iter().map(Words::event).collect();
        let told = told_in_order(runner, library, &events);
        let arrivals: Vec<Arrival<'_>> = events.iter().map(|event| Arrival { event, received: None }).collect();
        let outcome = examine(library, &arrivals, ORG, None, told.as_ref());
        Right { findings: outcome.findings, told, faults: outcome.faults }
    }

    /// Says what is wrong with an outcome: what was found, or what is told of it.
    fn differs(&self, outcome: &Result<(Findings, Option<Told>), String>) -> Option<String> {
        let (found, tells) = match outcome {
            Ok(outcome) => outcome,
            Err(panic) => return Some(format!("  {panic}\n")),
        };
        if *found != self.findings {
            return Some(difference(&self.findings, found).unwrap_or_default());
        }
        if !self.faults.is_empty() {
            return Some(self.faults.concat());
        }
        let (told, tells) = (self.told.as_ref()?, tells.as_ref()?);
        let ((rule, uuid), telling) = told.iter().find(|(key, telling)| tells.get(*key) != Some(*telling))?;
        let other = tells.get(&(rule.clone(), uuid.clone()));
        Some(format!("  of {rule} on {uuid}, events in order tell\n{telling:#?}\n  and these tell\n{other:#?}\n"))
    }
}

/// Returns what is told where the events come in their order.
fn told_in_order(runner: &dyn Runner, library: &Library, events: &[Json]) -> Option<Told> {
    let mut events: Vec<&Json> = events.iter().collect();
    events.sort_by_key(|event| (event["published"].as_str().unwrap_or_default().to_owned(), event["uuid"].as_str().unwrap_or_default().to_owned()));
    let deliveries: Vec<Delivery<'_>> = events.into_iter().map(|event| Delivery::Events(vec![event])).collect();
    catch_unwind(AssertUnwindSafe(|| runner.run(library, &deliveries).1)).unwrap_or_default()
}

/// Runs a schedule; a panic is a failure like any other.
pub(super) fn run(runner: &dyn Runner, library: &Library, events: &[Words], schedule: &Schedule) -> Result<(Findings, Option<Told>), String> {
    let events: Vec<Json> = events.iter().map(Words::event).collect();
    let deliveries: Vec<Delivery<'_>> = schedule
        .steps
        .iter()
        .map(|step| match step {
            Step::Deliver(batch) => Delivery::Events(batch.iter().map(|event| &events[*event]).collect()),
            Step::Restore => Delivery::Restore,
            Step::Reload => Delivery::Reload,
        })
        .collect();
    catch_unwind(AssertUnwindSafe(|| runner.run(library, &deliveries))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        format!("panicked: {}", text.unwrap_or("without a text"))
    })
}

fn fails(runner: &dyn Runner, case: &Case, schedule: &Schedule) -> bool {
    let library = read(&case.rules);
    Right::of(runner, &library, &case.events).differs(&run(runner, &library, &case.events, schedule)).is_some()
}

/// Takes away rules, events, steps and fields as long as the case still fails.
fn shrink(runner: &dyn Runner, mut case: Case, mut schedule: Schedule) -> (Case, Schedule) {
    let mut left = SHRINKS_MAX;
    loop {
        let mut smaller: Vec<(Case, Schedule)> = Vec::new();
        // A rule that another one names can go as well: the name then finds nothing.
        if case.rules.len() > 1 {
            smaller.extend((0..case.rules.len()).map(|gone| {
                let mut smaller = case.clone();
                smaller.rules.remove(gone);
                (smaller, schedule.clone())
            }));
        }
        smaller.extend((0..case.rules.len()).flat_map(|at| {
            case.rules[at]
                .written
                .telling_less()
                .into_iter()
                .map(move |written| (at, written))
                .map(|(at, written)| {
                    let mut smaller = case.clone();
                    smaller.rules[at].written = written;
                    (smaller, schedule.clone())
                })
                .collect::<Vec<_>>()
        }));
        smaller.extend((0..case.events.len()).map(|gone| {
            let mut smaller = case.clone();
            smaller.events.remove(gone);
            (smaller, schedule.without(gone))
        }));
        smaller.extend(schedule.simpler().into_iter().map(|schedule| (case.clone(), schedule)));
        smaller.extend((0..case.events.len()).flat_map(|at| {
            FIELDS
                .iter()
                .filter_map(|take| take(&case.events[at]))
                .map(|event| {
                    let mut smaller = case.clone();
                    smaller.events[at] = event;
                    (smaller, schedule.clone())
                })
                .collect::<Vec<_>>()
        }));
        let next = smaller.into_iter().take_while(|_| {
            left = left.saturating_sub(1);
            left > 0
        });
        match next.into_iter().find(|(case, schedule)| schedule.is_inside_the_bound(&case.events) && fails(runner, case, schedule)) {
            Some(smaller) => (case, schedule) = smaller,
            None => return (case, schedule),
        }
    }
}

/// Takes a field of an event away, if it is there.
type Take = fn(&Words) -> Option<Words>;

const FIELDS: [Take; 8] = [
    |event| event.actor.is_some().then(|| Words { actor: None, ..event.clone() }),
    |event| event.ip.is_some().then(|| Words { ip: None, ..event.clone() }),
    |event| event.session.is_some().then(|| Words { session: None, ..event.clone() }),
    |event| event.asn.is_some().then(|| Words { asn: None, ..event.clone() }),
    |event| event.country.is_some().then(|| Words { country: None, ..event.clone() }),
    |event| event.place.is_some().then(|| Words { place: None, ..event.clone() }),
    |event| event.user.is_some().then(|| Words { user: None, ..event.clone() }),
    |event| event.number.is_some().then(|| Words { number: None, ..event.clone() }),
];

/// Writes a failure such that it can become a scenario of its own.
fn report(runner: &dyn Runner, case: &Case, schedule: &Schedule, seed: u64) -> String {
    let library = read(&case.rules);
    let right = Right::of(runner, &library, &case.events);
    let outcome = right.differs(&run(runner, &library, &case.events, schedule)).unwrap_or_default();
    let mut text = format!("---- seed {seed}, {:?}: made as small as it gets\nabout: what the law found\nrules:\n", schedule.kind);
    for draft in &case.rules {
        text.push_str(&format!("  {}:\n", draft.id));
        for (name, part) in draft.written.parts() {
            text.push_str(&format!("    {name}: {part}\n"));
        }
    }
    text.push_str("events:\n");
    for (place, event) in case.events.iter().enumerate() {
        text.push_str(&format!("  - {} # {place}\n", event.line()));
    }
    text.push_str(&format!("finds: {}\n", finds(&right.findings)));
    text.push_str(&format!("---- events by their places, in the order of arrival\n{schedule}\n---- what differs\n{outcome}"));
    text.push_str(&format!("---- again: CLARION_LAW_SEED={seed} CLARION_LAW_CASES=1 cargo test --test it histories::law -- --nocapture"));
    text
}

fn finds(findings: &Findings) -> String {
    let mut by_rule: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
    for (rule, uuid) in findings {
        by_rule.entry(rule).or_default().push(uuid);
    }
    serde_json::to_string(&by_rule).expect("texts")
}

#[expect(clippy::disallowed_methods, reason = "how many cases run is decided where they are run")]
fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}
