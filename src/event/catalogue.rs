//! The catalogue: every event type that Okta documents.
//!
//! Takes `data/event_types.tsv` (names and flags, no descriptions); gives look-ups by name and by index. A type that is not here may
//! still arrive: Okta adds some with every release, and events of unknown types pass through.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

/// The Okta release that the catalogue stands for.
pub const CATALOGUE_RELEASE: &str = "2026.08.1";

/// One event type of Okta's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventType {
    /// The name, such as `user.session.start`.
    pub name: &'static str,
    /// Whether an event hook may carry it; the others come only by the System Log.
    pub hook_eligible: bool,
    /// Which of Okta's engines writes it.
    pub engine: EngineOf,
    /// The Okta release that brought it.
    pub release: &'static str,
    /// How far along it is.
    pub stage: Stage,
    /// Whether its targets carry `changeDetails`.
    pub change_details: bool,
}

/// Which of Okta's two engines writes an event type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum EngineOf {
    /// Both of them, or Okta does not say.
    Both,
    /// Only Classic Engine.
    Classic,
    /// Only Identity Engine.
    Identity,
}

/// How far along an event type is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// For everyone.
    GeneralAvailability,
    /// For orgs that take part in a beta.
    Beta,
    /// Okta's own, seldom seen.
    Internal,
    /// Still written, but Okta has said that it will go.
    Deprecated,
}

/// Returns all event types, sorted by name.
pub fn event_types() -> &'static [EventType] {
    &EVENT_TYPES
}

/// Finds an event type by its exact name.
pub fn event_type(name: &str) -> Option<&'static EventType> {
    EVENT_TYPES.get(usize::from(event_type_index(name)?))
}

/// Finds an event type's place in [`event_types`] by its exact name.
pub fn event_type_index(name: &str) -> Option<u16> {
    INDEX.get(name).copied()
}

static EVENT_TYPES: LazyLock<Vec<EventType>> = LazyLock::new(|| {
    let lines = include_str!("data/event_types.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut types: Vec<EventType> = lines.filter_map(read_line).collect();
    types.sort_by_key(|event_type| event_type.name);
    types
});

static INDEX: LazyLock<HashMap<&'static str, u16, FixedState>> =
    LazyLock::new(|| EVENT_TYPES.iter().zip(0..).map(|(event_type, index)| (event_type.name, index)).collect());

fn read_line(line: &'static str) -> Option<EventType> {
    let mut columns = line.split('\t');
    let (name, release, flags) = (columns.next()?, columns.next()?, columns.next()?);
    let engine = match (flags.contains('c'), flags.contains('i')) {
        (true, _) => EngineOf::Classic,
        (false, true) => EngineOf::Identity,
        (false, false) => EngineOf::Both,
    };
    let stage = match (flags.contains('n'), flags.contains('b')) {
        (true, _) => Stage::Internal,
        (false, true) => Stage::Beta,
        (false, false) if flags.contains('x') => Stage::Deprecated,
        (false, false) => Stage::GeneralAvailability,
    };
    let (hook_eligible, change_details) = (flags.contains('h'), flags.contains('d'));
    Some(EventType { name, hook_eligible, engine, release, stage, change_details })
}
