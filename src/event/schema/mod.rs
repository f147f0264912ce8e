//! The schema: every field that a rule can read from an event, with its type.
//!
//! Gives Okta's own LogEvent fields, the derived fields with short names, the fields of records (`target`, `request.ipChain`) and the
//! `debug.X` keys. The tables stand in `fields.rs`, `records.rs` and `families.rs`. Never touches an event: `layout.rs` and
//! `event.rs` do, by the `reading` that stands beside each field.

mod closed_set;
mod debug_key;
mod families;
mod fields;
mod reading;
mod records;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;

use super::types::{RecordKind, Scalar, Type};

pub use closed_set::ClosedSet;
pub use debug_key::{DebugKey, debug_key, debug_keys};
pub use families::Family;
pub(super) use reading::{Behavior, NetworkPart, Reading, RiskPart, StandIns};

/// A field that rules can name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// The name in rules: Okta's own path, or a short name for a derived field. Record fields have it without the leading dot.
    pub path: &'static str,
    /// The type of its values.
    pub ty: Type,
    /// One line on what it holds.
    pub doc: &'static str,
    /// The values that Okta documents, where they are a closed set.
    pub set: Option<ClosedSet>,
    /// Whether it is computed from other fields.
    pub derived: bool,
    /// Whether every event has it.
    pub always_present: bool,
    pub(super) stand_ins: StandIns,
    pub(super) reading: Reading,
}

/// A known field of the event, by its place in [`fields`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldId(u16);

/// A known field of a record, by its place in [`record_fields`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordFieldId(RecordKind, u16);

/// A field that a rule reads: one of the schema, or a debugData key, which may be unknown to the catalogue.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FieldRef {
    /// A field of the schema.
    Known(FieldId),
    /// `debug.X`, by its X.
    Debug(Arc<str>),
}

/// Finds a field of the event by its exact path; `debug.X` is not among them, see [`FieldRef::find`].
pub fn field(path: &str) -> Option<FieldId> {
    FIELD_INDEX.get(path).copied()
}

/// Returns all fields of the event.
pub fn fields() -> &'static [Field] {
    &fields::FIELDS
}

/// Finds a field of a record by its exact path, with or without the leading dot.
pub fn record_field(kind: RecordKind, path: &str) -> Option<RecordFieldId> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let (_, index) = record_fields(kind).iter().zip(0..).find(|(field, _)| field.path == path)?;
    Some(RecordFieldId(kind, index))
}

/// Returns all fields of a kind of record.
pub fn record_fields(kind: RecordKind) -> &'static [Field] {
    match kind {
        RecordKind::Target => records::TARGET,
        RecordKind::Hop => records::HOP,
    }
}

/// Returns every record field of every kind.
pub fn all_record_fields() -> impl Iterator<Item = RecordFieldId> {
    RecordKind::ALL.into_iter().flat_map(|kind| (0..).zip(record_fields(kind)).map(move |(index, _)| RecordFieldId(kind, index)))
}

impl FieldId {
    /// Returns the field.
    pub fn get(self) -> &'static Field {
        // INVARIANT: ids are made from places in the table only, so the stand-in is never seen.
        fields().get(usize::from(self.0)).unwrap_or(&fields::NONE)
    }

    /// Returns every field there is.
    pub fn all() -> impl Iterator<Item = FieldId> {
        (0..).zip(fields()).map(|(index, _)| FieldId(index))
    }
}

impl RecordFieldId {
    /// Returns the field.
    pub fn get(self) -> &'static Field {
        // INVARIANT: ids are made from places in the table only, so the stand-in is never seen.
        record_fields(self.0).get(usize::from(self.1)).unwrap_or(&fields::NONE)
    }

    /// Returns the kind of record that has this field.
    pub fn kind(self) -> RecordKind {
        self.0
    }
}

impl FieldRef {
    /// Finds what a path in a rule names: a field of the schema, `debug.X`, or the same under its long name `debugContext.debugData.X`.
    pub fn find(path: &str) -> Option<FieldRef> {
        let debug = path.strip_prefix("debug.").or_else(|| path.strip_prefix("debugContext.debugData."));
        match debug {
            Some("") => None,
            Some(key) => Some(FieldRef::Debug(key.into())),
            None => field(path).map(FieldRef::Known),
        }
    }

    /// Returns the type of the field's values; an unknown debugData key is text.
    pub fn ty(&self) -> Type {
        match self {
            FieldRef::Known(id) => id.get().ty,
            FieldRef::Debug(key) => debug_key(key).map_or(Type::Scalar(Scalar::Text), |key| key.ty),
        }
    }

    /// Returns the name in rules.
    pub fn path(&self) -> String {
        match self {
            FieldRef::Known(id) => id.get().path.to_owned(),
            FieldRef::Debug(key) => format!("debug.{key}"),
        }
    }

    /// Returns whether every event has the field, so that asking for it being there is pointless.
    pub fn always_present(&self) -> bool {
        match self {
            FieldRef::Known(id) => id.get().always_present,
            FieldRef::Debug(_) => false,
        }
    }
}

impl fmt::Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

static FIELD_INDEX: LazyLock<HashMap<&'static str, FieldId, FixedState>> =
    LazyLock::new(|| fields().iter().zip(0..).map(|(field, index)| (field.path, FieldId(index))).collect());
