//! From events to findings: what an event costs, and what rules add to it.
//!
//! Each pass is a fresh engine over the same 2,000 events: an engine that knows them would drop them as duplicates.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use clarion::engine::Engine;
use clarion::event::{Event, Origin};
use clarion::pack::{File, Library, recommended};
use clarion::plan::Plan;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};

use crate::support::events::{EVERYDAY_TYPES, RARE_TYPES, events};
use crate::support::rules::{Named, library, rules};

/// Looks for findings: `quiet` where no rule names the event's type, `busy` where many do, `any type` where rules name none.
pub(crate) fn observe(criterion: &mut Criterion) {
    let events = events(1, 2_000);
    let mut pack = Library::new();
    pack.add(&recommended(), &BTreeMap::new());
    measure(criterion, "observe_pack", "88 rules", &plan(pack), &events);
    for count in [20, 1_000, 10_000] {
        let id = format!("{count} rules");
        measure(criterion, "observe_quiet", &id, &generated(&rules(5, count, Named::OneOf(RARE_TYPES))), &events);
        measure(criterion, "observe_busy", &id, &generated(&rules(7, count, Named::OneOf(EVERYDAY_TYPES))), &events);
    }
    measure(criterion, "observe_any_type", "1000 rules", &generated(&rules(9, 1_000, Named::Nothing)), &events);
}

fn measure(criterion: &mut Criterion, name: &str, id: &str, plan: &Arc<Plan>, events: &[Vec<u8>]) {
    let origin = Origin::default();
    let read: Vec<Event> = events
        .iter()
        .map(|raw| {
            let mut event = Event::new();
            event.read(plan.layout(), raw, &origin).expect("an event");
            event
        })
        .collect();
    let mut engine = Engine::new(plan.clone());
    read.iter().for_each(|event| {
        engine.observe(event);
    });
    println!("{name}, {id}: {:?}", engine.counters());
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function(BenchmarkId::new("from raw JSON", id), |bencher| {
        let mut event = Event::new();
        bencher.iter_batched_ref(
            || Engine::new(plan.clone()),
            |engine| {
                for raw in events {
                    event.read(plan.layout(), black_box(raw), &origin).expect("an event");
                    black_box(engine.observe(&event));
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function(BenchmarkId::new("evaluation alone", id), |bencher| {
        bencher.iter_batched_ref(
            || Engine::new(plan.clone()),
            |engine| {
                for event in &read {
                    black_box(engine.observe(black_box(event)));
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn generated(files: &[File]) -> Arc<Plan> {
    plan(library(files))
}

fn plan(library: Library) -> Arc<Plan> {
    let pack = library.packs.into_iter().next().expect("the pack that was added");
    Arc::new(Plan::compile(pack.rules.into_iter().map(Arc::new), &pack.sets))
}
