//! Diagnostics in the forms that people and machines read.

mod github;
mod human;
mod json;
mod sarif;

pub use github::github;
pub use human::{human, short};
pub use json::json_lines;
pub use sarif::sarif;

use super::{Diagnostic, Level};

/// How many diagnostics of each level there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Tally {
    /// Counts diagnostics.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.level() == Level::Error).count();
        Tally { errors, warnings: diagnostics.len() - errors }
    }
}
