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
mod histories;
mod normalise;
mod observe;
mod support;

use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Duration;

use criterion::{Criterion, criterion_group};

// The allocator of the program, as what is measured is the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells the allocator never to give memory back to the machine: getting it anew costs more than what is measured.
const KEEP_MEMORY: &str = "MIMALLOC_PURGE_DELAY";

/// Short, so that all of them together take a few minutes.
fn settings() -> Criterion {
    Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).without_plots()
}

criterion_group! {
    name = benches;
    config = settings();
    targets = normalise::normalise, observe::observe, histories::histories, compile::compile
}
/// `cargo bench -- write-events COUNT [SEED]` prints events, one a line, to measure other things with; everything else goes to criterion.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "write-events") {
        let number = |place: usize, otherwise: u64| arguments.get(at + place).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut maker = support::events::Maker::seeded(number(2, 1));
        (0..number(1, 100_000)).for_each(|_| writeln!(out, "{}", maker.event()).expect("room for events"));
        return ExitCode::SUCCESS;
    }
    // The allocator reads it before `main` begins.
    if std::env::var_os(KEEP_MEMORY).is_none() {
        let again = std::env::current_exe().and_then(|own| Command::new(own).args(arguments.iter().skip(1)).env(KEEP_MEMORY, "-1").status());
        return if again.expect("this program").success() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
    ExitCode::SUCCESS
}
