//! What is legal and probably wrong.
//!
//! Takes one rule's typed condition; gives warnings. Each lint is a function of its own; none looks at other rules.

mod beyond;
mod contradiction;
mod delivery;
mod login;
mod negation;
mod sets;

use std::sync::Arc;

use super::check::EventTypes;
use super::typed::Typed;
use crate::diagnostic::Diagnostic;

pub use sets::{Sets, TypeSet};

/// What the lints look at.
pub struct Subject<'a> {
    /// The rule's condition.
    pub when: &'a Arc<Typed>,
    /// Okta's event types and the pack's.
    pub event_types: &'a EventTypes,
    /// The event types, told apart by index.
    pub sets: &'a Sets,
    /// Whether the pack says that the System Log is polled.
    pub polls_system_log: bool,
    /// Whether it is the rule's own condition, which decides what the rule needs.
    pub decides: bool,
}

/// Returns every warning about a condition.
pub fn lint(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    contradiction::check(subject, &mut warnings);
    beyond::check(subject, &mut warnings);
    negation::check(subject, &mut warnings);
    login::check(subject, &mut warnings);
    if subject.decides {
        delivery::check(subject, &mut warnings);
    }
    warnings
}
