//! Feature tests: each module enters by a front door.

mod cli;
mod histories;
mod hostile;
mod language;
mod pack;
mod pages;
mod readme;
mod remember;
mod rooms;
mod samples;
