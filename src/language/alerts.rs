//! Alerts as events: which expressions ask about them, and about those of which rules.

use super::ast::Comparison;
use super::check::ALERT_EVENT_TYPE;
use super::typed::{Node, Typed};
use crate::diagnostic::Span;
use crate::event::FieldRef;

impl Typed {
    /// Says whether this, or a history in it, asks about alerts as events.
    pub fn asks_about_alerts(&self) -> bool {
        let mut asks = false;
        self.walk(&mut |part| match &part.node {
            Node::Field(_, FieldRef::Known(id)) => asks |= id.get().path.starts_with("alert."),
            Node::Compare(_, _, left, right) => asks |= [(left, right), (right, left)].into_iter().any(|(field, other)| names_alerts(field, other)),
            _ => {}
        });
        asks
    }

    /// Returns the rules whose alerts this names, each with the literal that does so.
    pub fn alert_rules(&self) -> Vec<(String, Span)> {
        let mut named = Vec::new();
        self.walk(&mut |part| {
            let Node::Compare(Comparison::Equal | Comparison::In, _, left, right) = &part.node else { return };
            let other = [(left, right), (right, left)].into_iter().find(|(field, _)| is_field(field, "alert.rule"));
            named.extend(other.into_iter().flat_map(|(_, other)| other.texts()));
        });
        named
    }
}

fn names_alerts(field: &Typed, other: &Typed) -> bool {
    is_field(field, "eventType") && other.texts().iter().any(|(text, _)| text == ALERT_EVENT_TYPE)
}

fn is_field(typed: &Typed, path: &str) -> bool {
    matches!(&typed.unnamed().node, Node::Field(_, FieldRef::Known(id)) if id.get().path == path)
}
