//! What is told of a finding: what its title, context and groups show, how bad it is, and the events behind it.

use std::collections::BTreeMap;

use clarion::event::{Timestamp, Value};

/// What is told of each finding, by the id of the rule and the uuid of the event.
pub(super) type Told = BTreeMap<(String, String), Telling>;

/// What is told of one finding.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Telling {
    /// Each value that is shown, with where.
    pub(super) shown: Vec<(String, Value<'static>)>,
    pub(super) evidence: Vec<Proof>,
}

/// The events behind one answer.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Proof {
    /// The question, by its key.
    pub(super) question: String,
    pub(super) value: Value<'static>,
    pub(super) count: usize,
    /// The first ones and the last ones.
    pub(super) uuids: Vec<String>,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}
