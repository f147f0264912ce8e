//! Engines: which of Okta's two engines wrote an event.
//!
//! No field says it, so it is told by what only one of them writes. An event without such a mark stays undecided.

use crate::event::catalogue::{EngineOf, event_types};
use crate::event::log_event::Lexeme;
use crate::event::schema::StandIns;

/// Returns the engine's name from the event's type, its sessions and its address, in the order of the reading's inputs.
pub(super) fn engine<'e>(event_type_index: Option<u16>, input: impl Fn(usize) -> Lexeme<'e>) -> Option<&'static str> {
    let by_type = event_type_index.and_then(|index| event_types().get(usize::from(index))).map(|known| known.engine);
    let text = |number| match input(number) {
        Lexeme::Text(text) if !StandIns::All.cover(&text) => Some(text),
        _ => None,
    };
    let (root_session, session, address) = (text(1), text(2), text(3));
    let session_starts = |prefix: &str| session.as_ref().is_some_and(|session| session.starts_with(prefix));
    let is_identity = by_type == Some(EngineOf::Identity)
        || root_session.is_some()
        || session_starts("idx")
        || address.is_some_and(|address| address.starts_with("/idp/idx"));
    if by_type != Some(EngineOf::Classic) && is_identity {
        return Some("identity");
    }
    let is_classic = by_type == Some(EngineOf::Classic) || session_starts("102") || session_starts("trs");
    is_classic.then_some("classic")
}
