//! Starts `clarion`.

use std::process::ExitCode;

fn main() -> ExitCode {
    clarion::cli::process().into()
}
