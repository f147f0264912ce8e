//! What the benches measure with: events and rules that a seed decides.

pub mod events;
pub mod random;
pub mod rules;
