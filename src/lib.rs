//! Clarion: detection for Okta.
pub mod diagnostic;

pub mod event;

pub mod language;

pub mod evaluate;

pub mod pack;

pub mod cli;
