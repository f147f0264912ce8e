//! From an event's bytes to fields: what reading costs, beside what serde_json does with the same bytes.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use clarion::event::{Event, Layout, Origin};
use clarion::pack::{Library, recommended};
use clarion::plan::Plan;
use criterion::{Criterion, Throughput};
use serde::de::IgnoredAny;

use crate::support::events::events;

/// Reads events into fields.
pub(crate) fn normalise(criterion: &mut Criterion) {
    let events = events(1, 2_000);
    let bytes: usize = events.iter().map(Vec::len).sum();
    println!("{} events, {} bytes each on average", events.len(), bytes / events.len());
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    let pack = library.packs.into_iter().next().expect("the pack that was added");
    let plan = Plan::compile(pack.rules.into_iter().map(Arc::new), &pack.sets);
    let origin = Origin::default();
    let mut group = criterion.benchmark_group("normalise");
    group.throughput(Throughput::Elements(events.len() as u64));
    for (name, layout) in [("identity only", Layout::new([], [])), ("the pack's fields", plan.layout().clone()), ("every field", Layout::everything())] {
        let mut event = Event::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for raw in &events {
                    event.read(&layout, black_box(raw), &origin).expect("an event");
                    black_box(&event);
                }
            });
        });
    }
    group.bench_function("serde_json, validation only", |bencher| {
        bencher.iter(|| {
            for raw in &events {
                black_box(serde_json::from_slice::<IgnoredAny>(black_box(raw)).expect("JSON"));
            }
        });
    });
    group.bench_function("serde_json, into a Value", |bencher| {
        bencher.iter(|| {
            for raw in &events {
                black_box(serde_json::from_slice::<serde_json::Value>(black_box(raw)).expect("JSON"));
            }
        });
    });
    group.finish();
}
