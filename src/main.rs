//! Starts `clarion`.

use std::process::ExitCode;

// What workers find is freed by another thread than made it, which the system's allocator does slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    clarion::cli::process().into()
}
