//! From YAML to a plan: what a start and a reload cost.

use std::hint::black_box;
use std::sync::Arc;

use clarion::pack::recommended;
use clarion::plan::Plan;
use criterion::{BenchmarkId, Criterion, Throughput};

use crate::support::events::EVERYDAY_TYPES;
use crate::support::rules::{Named, library, rules};

/// Reads and compiles rules, every check and every lint included.
pub(crate) fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("recommended pack", |bencher| bencher.iter(|| plan(black_box(&recommended()))));
    for count in [10, 100, 1_000, 10_000] {
        let files = rules(7, count, Named::OneOf(EVERYDAY_TYPES));
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{count} rules")), |bencher| bencher.iter(|| plan(black_box(&files))));
    }
    group.finish();
}

fn plan(files: &[clarion::pack::File]) -> Plan {
    let library = library(files);
    let pack = library.packs.into_iter().next().expect("the pack that was added");
    Plan::compile(pack.rules.into_iter().map(Arc::new), &pack.sets)
}
