//! Feature tests: each module enters by a front door.

mod histories;
mod cli;
mod language;
mod pack;
mod pages;
mod readme;
mod rooms;
mod samples;
