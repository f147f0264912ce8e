//! Clarion: detection for Okta.
pub mod diagnostic;

pub mod event;

pub mod language;

pub mod evaluate;

pub mod pack;

pub mod plan;

pub mod engine;

pub mod alert;

pub mod rehearsal;

pub mod cli;
