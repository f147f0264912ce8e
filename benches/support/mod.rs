//! What the benches measure with: events and rules that a seed decides.

pub(crate) mod events;
pub(crate) mod keyed;
pub(crate) mod random;
pub(crate) mod rules;
