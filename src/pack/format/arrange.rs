//! Puts keys in order and expressions in their canonical form.

use std::cmp::Reverse;

use super::scalar::is_typed;
use super::shape::Place;
use super::title;
use super::tree::{Child, Collection, Document, Line, Node, Scalar, Style, Value};
use crate::diagnostic::{Diagnostic, FileId, Level, Sources, Span};
use crate::language::{Snippet, format, parse};
use crate::pack::{Role, yaml};

/// Arranges a document; returns the faults of expressions that do not parse.
pub(super) fn arrange(document: &mut Document, role: &Role, sources: &Sources, file: FileId) -> Vec<Diagnostic> {
    let Document { head, root } = document;
    // An alias stands after its anchor, and would not if keys changed places.
    let mut arranger = Arranger { sources, file, keeps_order: has_alias(root), faults: Vec::new() };
    if let Some(first) = root.collection_mut().and_then(|collection| collection.children.first_mut()) {
        head.extend(title_block(first));
    }
    arranger.node(root, Place::of(role));
    arranger.faults.retain(|fault| fault.level() == Level::Error);
    arranger.faults
}

/// Takes the lines that an empty line sets apart from the first key: they are about the file, not the key.
fn title_block(first: &mut Child) -> Vec<Line> {
    let blank = first.above.iter().rposition(|line| *line == Line::Blank);
    match blank {
        Some(at) if at > 0 => first.above.drain(..=at).collect(),
        _ => Vec::new(),
    }
}

fn has_alias(node: &Node) -> bool {
    match &node.value {
        Value::Alias(_) => true,
        Value::Scalar(_) => false,
        Value::List(collection) | Value::Map(collection) => {
            collection.children.iter().any(|child| child.key.as_ref().is_some_and(has_alias) || has_alias(&child.node))
        }
    }
}

struct Arranger<'a> {
    sources: &'a Sources,
    file: FileId,
    keeps_order: bool,
    faults: Vec<Diagnostic>,
}

impl Arranger<'_> {
    fn node(&mut self, node: &mut Node, place: Place) {
        let at = Span::new(self.file, node.start, node.end);
        let is_anchored = !node.properties.is_empty();
        match &mut node.value {
            Value::Scalar(scalar) if !is_anchored && place.is_expression() => self.expression(scalar, at),
            Value::Scalar(scalar) if !is_anchored && place == Place::Title && !(scalar.style == Style::Plain && is_typed(&scalar.text)) => {
                self.title(scalar, at)
            }
            Value::Scalar(_) | Value::Alias(_) => {}
            Value::List(list) => {
                for child in &mut list.children {
                    self.node(&mut child.node, place.item());
                    hoist(child);
                }
                list.never_flow = place.never_flow();
            }
            Value::Map(map) => {
                for child in &mut map.children {
                    let key = child.key.as_ref().map_or("", key_text);
                    self.node(&mut child.node, place.under(key));
                }
                map.never_flow = place.never_flow();
                if !self.keeps_order {
                    sort(map, place.order());
                }
            }
        }
    }

    fn expression(&mut self, scalar: &mut Scalar, at: Span) {
        let Some(snippet) = self.snippet(scalar, at) else { return };
        let before = self.faults.len();
        let query = parse(&snippet, &mut self.faults);
        if self.faults.len() == before {
            scalar.text = format(&query, &snippet);
        }
        scalar.style = Style::Expression;
    }

    fn title(&mut self, scalar: &mut Scalar, at: Span) {
        let Some(snippet) = self.snippet(scalar, at) else { return };
        match title::format(&snippet) {
            Ok(text) => {
                scalar.text = text;
                scalar.style = Style::Title;
            }
            Err(faults) => self.faults.extend(faults),
        }
    }

    /// Returns the text of a scalar with its places; a value that is not there has none.
    fn snippet(&self, scalar: &Scalar, at: Span) -> Option<Snippet> {
        if scalar.style == Style::Plain && (matches!(scalar.text.as_str(), "" | "~") || scalar.text.eq_ignore_ascii_case("null")) {
            return None;
        }
        yaml::snippet(&yaml::Node { value: yaml::Value::Text(scalar.text.clone()), at }, self.sources)
    }
}

fn key_text(key: &Node) -> &str {
    match &key.value {
        Value::Scalar(scalar) => &scalar.text,
        _ => "",
    }
}

/// Sorts the keys of a map; unknown ones come last, as they stand.
fn sort(map: &mut Collection, order: &[&str]) {
    map.children.sort_by_key(|child| {
        let key = child.key.as_ref().map_or("", key_text);
        Reverse(order.iter().rev().position(|known| *known == key).map_or(0, |at| at + 1))
    });
}

/// Moves what stands above the first key of an item above the item: the key is written on the line of the dash.
fn hoist(item: &mut Child) {
    let has_own_line = item.beside.is_some() || !item.node.properties.is_empty();
    let Some(first) =
        item.node.collection_mut().filter(|collection| !has_own_line && !collection.is_flow).and_then(|collection| collection.children.first_mut())
    else {
        return;
    };
    let comments = std::mem::take(&mut first.above);
    item.above.extend(comments.into_iter().filter(|line| *line != Line::Blank));
}
