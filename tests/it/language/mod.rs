//! The rule language.

mod evaluates;
mod expectation;
mod rejected;
