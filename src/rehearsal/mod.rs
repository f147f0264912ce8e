//! Proofs: the cases of a rule through the real engine, and why an event does or does not fulfil a rule.
//!
//! Takes rules with their pack; gives outcomes and trees of values. Every case runs three times: as it is written, shuffled inside the
//! lateness bound, and with every event delivered twice; all three must agree.

mod cases;
mod why;

pub use cases::{Outcome, Verdict, Way, rehearse};
pub use why::{Inspection, Standing, Why, WhyOfAlert};
