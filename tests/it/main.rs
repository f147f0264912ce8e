//! Feature tests: each module enters by a front door.

mod language;
mod pack;
mod remember;
