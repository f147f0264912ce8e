//! The rule language.

mod expectation;
mod rejected;
