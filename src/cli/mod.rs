//! Commands.
pub mod files;
