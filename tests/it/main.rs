//! Feature tests: each module enters by a front door.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unimplemented,
    reason = "a test that panics has failed, which is what it is for"
)]

mod cli;
mod connect;
mod fake_okta;
mod histories;
mod hostile;
mod language;
mod okta;
mod okta_front;
mod pack;
mod pages;
mod readme;
mod remember;
mod rooms;
mod samples;
