//! Comments and what they belong to.
//!
//! A comment at the end of a line belongs to what the line says. One on a line of its own belongs to what follows it,
//! unless it is indented like what stands before: then it ends that list or map.

use granit_parser::Span;

use super::read::{blank_before, line_start};
use super::tree::{Child, Collection, Line, Node, Value};

/// A comment with its place.
#[derive(Debug)]
pub(super) struct Comment {
    /// Where its `#` stands.
    pub(super) start: usize,
    /// Where its text ends.
    pub(super) end: usize,
    line_start: usize,
    column: usize,
    text: String,
    is_alone: bool,
    has_blank_before: bool,
}

impl Comment {
    pub(super) fn new(source: &str, span: &Span) -> Option<Comment> {
        let range = span.byte_range()?;
        let from = line_start(source, range.start);
        let before = source.get(from..range.start)?;
        let text = source.get(range.clone())?.trim_end();
        Some(Comment {
            start: range.start,
            end: range.start + text.len(),
            line_start: from,
            column: before.chars().count(),
            text: text.to_owned(),
            is_alone: before.trim().is_empty(),
            has_blank_before: blank_before(source, range.start),
        })
    }

    /// Adds it to the lines before something.
    fn push_to(self, lines: &mut Vec<Line>) {
        if self.has_blank_before {
            lines.push(Line::Blank);
        }
        lines.push(Line::Comment(self.text));
    }

    /// Adds it before a child. The empty line that may stand there comes right before the child, after all its comments.
    fn push_above(self, child: &mut Child) {
        let blank = child.above.pop_if(|line| *line == Line::Blank);
        self.push_to(&mut child.above);
        child.above.extend(blank);
    }

    /// Writes it beside a child, or above where that place is taken.
    fn push_beside(self, child: &mut Child) {
        if child.beside.is_none() { child.beside = Some(self.text) } else { self.push_above(child) }
    }
}

/// Hangs comments, in their order, into the tree of a file.
pub(super) fn attach(root: &mut Node, comments: Vec<Comment>) {
    for comment in comments {
        in_collection(root, comment);
    }
}

/// Finds the place of a comment in a list or a map, or after its last child.
fn in_collection(node: &mut Node, comment: Comment) {
    let end = node.end;
    let Some(collection) = node.collection_mut() else { return };
    let next = collection.children.partition_point(|child| child.start < comment.start);
    let next_column = collection.children.get(next).map(|_| collection.column);
    let is_flow = collection.is_flow;
    let before = next.checked_sub(1).and_then(|before| collection.children.get_mut(before));
    if let Some(before) = before {
        if comment.start < before.node.end || comment.start < before.node.start {
            return in_child(before, comment);
        }
        if !comment.is_alone && (comment.start < end || !is_flow) && ends_in_line(before, &comment) {
            return beside_last(before, comment);
        }
        if !is_flow && next_column.is_none_or(|column| comment.column > column) {
            let own = collection.column;
            if let Some(deeper) = deepest(&mut before.node, own, comment.column) {
                return comment.push_to(&mut deeper.tail);
            }
        }
    }
    match collection.children.get_mut(next) {
        Some(next) => comment.push_above(next),
        None => comment.push_to(&mut collection.tail),
    }
}

/// Finds the place of a comment between the beginning and the end of a child.
fn in_child(child: &mut Child, comment: Comment) {
    let is_before_value = comment.start < child.node.start;
    match child.node.collection().map(|collection| collection.is_flow) {
        _ if is_before_value && !comment.is_alone => comment.push_beside(child),
        None => comment.push_above(child),
        Some(true) if is_before_value => comment.push_above(child),
        Some(_) => in_collection(&mut child.node, comment),
    }
}

/// Says whether a child's last line is that of a comment.
fn ends_in_line(child: &Child, comment: &Comment) -> bool {
    child.node.end >= comment.line_start || child.start >= comment.line_start
}

/// Writes a comment beside the last and innermost part of a child, whose line it stands on.
fn beside_last(child: &mut Child, comment: Comment) {
    let inner_starts = child.node.collection().filter(|collection| !collection.is_flow).and_then(|collection| collection.children.last()).is_some();
    if !inner_starts {
        return comment.push_beside(child);
    }
    if let Some(last) = child.node.collection_mut().and_then(|collection| collection.children.last_mut()) {
        beside_last(last, comment);
    }
}

/// Finds the innermost list or map at the end of a value whose children stand no further right than a comment, and
/// further right than those of the list or map around it.
fn deepest(node: &mut Node, outer: usize, column: usize) -> Option<&mut Collection> {
    let collection = match &mut node.value {
        Value::List(collection) | Value::Map(collection) if !collection.is_flow => collection,
        _ => return None,
    };
    let own = collection.column;
    let fits = own <= column && own > outer;
    let inner = collection.children.last().is_some_and(|last| has_deepest(&last.node, outer.max(own), column));
    if inner {
        return collection.children.last_mut().and_then(|last| deepest(&mut last.node, outer.max(own), column));
    }
    fits.then_some(collection)
}

fn has_deepest(node: &Node, outer: usize, column: usize) -> bool {
    node.collection().filter(|collection| !collection.is_flow).is_some_and(|collection| {
        let own = collection.column;
        own <= column && own > outer || collection.children.last().is_some_and(|last| has_deepest(&last.node, outer.max(own), column))
    })
}
