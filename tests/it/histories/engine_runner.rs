//! The engine as a runner of the law.
//!
//! Not there yet. When it is: make an engine for the library; feed it each batch of events in the order given, all of the org `ORG`
//! and without a time of receipt; write its state out and read it back at `Restore`; load the same rules again at `Reload`. Add every
//! finding that fires to the set and take every one that is withdrawn from it; at the end move the watermark to the end of time, so that
//! every `followed_by` is decided, and take the changes that this brings as well. An event without a uuid has the empty text for one.

use clarion::pack::Library;

use super::law::{Delivery, Runner};
use super::reference::Findings;

/// The engine with its default settings.
pub(super) struct Engine;

impl Engine {
    /// Whether there is an engine to run.
    pub(super) const IS_THERE: bool = false;
}

impl Runner for Engine {
    fn run(&self, _: &Library, _: &[Delivery<'_>]) -> Findings {
        unreachable!("there is no engine for rules that remember yet")
    }
}
