//! Titles: text with expressions in braces.

use std::sync::Arc;

use super::rule::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::{Place, Snippet, Typed, parse};

/// A text with expressions in it.
#[derive(Clone, Debug)]
pub struct Template {
    /// The parts in their order.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// An expression whose value is put here.
    Value(Arc<Typed>),
}

impl Template {
    /// Returns a template without expressions.
    pub fn plain(text: &str) -> Self {
        Template { parts: vec![Part::Text(text.to_owned())] }
    }
}

/// Reads a template; `{{` and `}}` are braces themselves.
pub(super) fn read(snippet: &Snippet, scope: &mut Scope<'_, '_>) -> Template {
    let text = snippet.text.as_str();
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, next)) = chars.next() {
        let doubled = chars.peek().is_some_and(|(_, following)| *following == next);
        match next {
            '{' | '}' if doubled => {
                chars.next();
                plain.push(next);
            }
            '{' => {
                let Some(end) = closing(text, at + 1) else {
                    let place = Place { start: at, end: at + 1 };
                    scope.faults.push(
                        Diagnostic::new(Code::UnclosedTitleExpression, snippet.span(place), "this `{` has no `}`")
                            .label("an expression begins here")
                            .help("for a brace itself write `{{`"),
                    );
                    return Template { parts };
                };
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                if let Some(typed) = expression(snippet, Place { start: at, end: end + 1 }, scope) {
                    parts.push(Part::Value(typed));
                }
                while chars.peek().is_some_and(|(at, _)| *at <= end) {
                    chars.next();
                }
            }
            next => plain.push(next),
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Template { parts }
}

/// Checks the expression between braces; the place includes them.
fn expression(snippet: &Snippet, braces: Place, scope: &mut Scope<'_, '_>) -> Option<Arc<Typed>> {
    let (start, end) = (braces.start + 1, braces.end - 1);
    let inner = snippet.text.get(start..end).unwrap_or("");
    if inner.trim().is_empty() {
        scope.faults.push(
            Diagnostic::new(Code::EmptyExpression, snippet.span(braces), "there is no expression between these braces")
                .label("name a field, such as `{actor.displayName}`"),
        );
        return None;
    }
    let part = Snippet { file: snippet.file, text: inner.to_owned(), map: snippet.map.part(start, end - start), quoting: snippet.quoting };
    let query = parse(&part, scope.faults);
    scope.checker(&part).value(&query)
}

/// Finds the brace that closes an expression; braces inside texts do not count.
pub(super) fn closing(text: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (offset, next) in text.get(from..)?.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if next == '\\' => escaped = true,
            Some(open) if next == open => quote = None,
            Some(_) => {}
            None if next == '"' || next == '\'' => quote = Some(next),
            None if next == '}' => return Some(from + offset),
            None if next == '{' => return None,
            None => {}
        }
    }
    None
}
