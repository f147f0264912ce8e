//! What reading rules, reading events and looking for findings cost. `docs/benchmarks.md` has the numbers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unimplemented,
    reason = "a test that panics has failed, which is what it is for"
)]

mod compile;
mod normalise;
mod observe;
mod support;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// Short, so that all of them together take a few minutes.
fn settings() -> Criterion {
    Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).without_plots()
}

criterion_group! {
    name = benches;
    config = settings();
    targets = normalise::normalise, observe::observe, compile::compile
}
criterion_main!(benches);
