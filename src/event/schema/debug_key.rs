//! debugData keys: the names that Okta's catalogue gives, each with the type that its examples show.
//!
//! Takes `data/debug_keys.tsv`. Okta calls these keys no contract, so a key that is not here may still be read, as text.

use std::sync::LazyLock;

use super::super::types::{Scalar, Type};

/// A documented key of debugContext.debugData.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugKey {
    /// The key as it stands in events.
    pub name: &'static str,
    /// The type of its values; on the wire they are all text.
    pub ty: Type,
    /// Whether nearly every event type may carry it.
    pub common: bool,
}

/// Finds a key by its exact name.
pub fn debug_key(name: &str) -> Option<&'static DebugKey> {
    let place = DEBUG_KEYS.binary_search_by(|key| key.name.cmp(name)).ok()?;
    DEBUG_KEYS.get(place)
}

/// Returns all documented keys, sorted by name.
pub fn debug_keys() -> &'static [DebugKey] {
    &DEBUG_KEYS
}

static DEBUG_KEYS: LazyLock<Vec<DebugKey>> = LazyLock::new(|| {
    let lines = include_str!("../data/debug_keys.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut keys: Vec<DebugKey> = lines.filter_map(read_line).collect();
    keys.sort_by_key(|key| key.name);
    keys
});

fn read_line(line: &'static str) -> Option<DebugKey> {
    let mut columns = line.split('\t');
    let (name, ty, common) = (columns.next()?, columns.next()?, columns.next()?);
    let ty = match ty {
        "bool" => Type::Scalar(Scalar::Bool),
        "int" => Type::Scalar(Scalar::Int),
        "float" => Type::Scalar(Scalar::Float),
        "time" => Type::Scalar(Scalar::Time),
        "address" => Type::Scalar(Scalar::Address),
        // A Java-style map is read as JSON is.
        "json" | "map" => Type::Scalar(Scalar::Json),
        "list" => Type::List(Scalar::Text),
        _ => Type::Scalar(Scalar::Text),
    };
    Some(DebugKey { name, ty, common: common == "yes" })
}
