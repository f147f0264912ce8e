//! Clarion: detection and response for Okta.
//!
//! The way of a rule: `rules/**/*.yml` -> [`pack`] reads the file -> [`language`] gives every expression its meaning -> [`plan`] makes
//! one indexed plan of all of them.
//!
//! The way of an event: bytes -> [`event`] finds the events in them and evens out how Okta writes them -> [`engine`] asks the plan which
//! rules they fulfil -> [`alert`] makes of the findings what a person handles.
//!
//! The way of a request to an org: [`okta`] adds the token, keeps to the limits, sends, and gives a typed answer or a typed fault.
//!
//! The other side, for tests and demonstrations: [`fake_okta`] is an org of its own.
//!
//! Rooms stand in the order in which data meets them; each uses only those before it. [`cli`] is the rim: only there are files read,
//! things printed and exit codes chosen.

pub mod diagnostic;

pub mod event;

pub mod language;

pub mod evaluate;

pub mod pack;

pub mod plan;

pub mod engine;

pub mod alert;

pub mod okta;

pub mod store;

pub mod integration;

pub mod fake_okta;

pub mod rehearsal;

pub mod cli;
