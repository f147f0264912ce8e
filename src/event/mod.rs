//! Events: from Okta's bytes to named, typed values.
//!
//! Takes a System Log event as bytes, whichever way it came; gives the fields that a plan asks for, evened out over all the forms in
//! which Okta writes them, and the raw bytes exactly as they came. The schema of fields and Okta's catalogue of event types stand here
//! too. Pure but for `intake`, which reads from whatever reader it is given. Never opens a file, never reads a clock.

mod catalogue;
mod intake;
mod layout;
mod log_event;
mod normalise;
mod origin;
mod plain;
mod schema;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod time;
mod types;
mod value;

pub use catalogue::{CATALOGUE_RELEASE, EngineOf, EventType, Stage, event_type, event_type_index, event_types};
pub use intake::{BAD_PIECE_BYTES_MAX, BadPiece, BadPieceKind, Intake, Piece, open};
pub use layout::{Layout, RecordSlot, Slot};
pub use log_event::{BadEvent, BadEventReason, EVENT_BYTES_MAX, Event, Flags};
pub use origin::{Origin, Source};
pub use schema::{
    ClosedSet, DebugKey, Family, Field, FieldId, FieldRef, RecordFieldId, all_record_fields, debug_key, debug_keys, field, fields, record_field, record_fields,
};
pub use time::{Span, Timestamp, Zone};
pub use types::{RecordKind, Scalar, Type};
pub use value::{Point, Value};
