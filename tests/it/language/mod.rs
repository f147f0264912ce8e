//! The rule language.

mod accepted;
mod evaluates;
mod expectation;
mod format;
mod rejected;
