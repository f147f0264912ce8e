//! Negations over fields that may be missing.
//!
//! `x != "a"` is true where x is missing: that is the law, and seldom what was meant. Asking `exists(x)` anywhere in the same
//! condition says that the author knows; of a value that is taken from a history, `seen(...)` of the same one.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::FieldRef;
use crate::language::ast::Comparison;
use crate::language::functions::Function;
use crate::language::typed::{History, Node, Question, Scope, Typed};

pub(super) fn check(subject: &Subject<'_>, warnings: &mut Vec<Diagnostic>) {
    let mut asked = BTreeSet::new();
    subject.when.walk(&mut |part| note_asked(part, &mut asked));
    let mut reported = BTreeSet::new();
    visit(subject.when, None, &mut |part, not_at| {
        let negated = not_at.is_some();
        let Node::Compare(op, fold, left, right) = &part.node else { return };
        let is_negation = matches!(op, Comparison::NotEqual | Comparison::NotIn) != negated;
        if !is_negation {
            return;
        }
        let at = not_at.unwrap_or(part.at);
        for history in [left, right].into_iter().filter_map(|side| may_be_empty(side)) {
            let text = history.text();
            if asked.contains(&history_key(history)) || !reported.insert((text.clone(), at)) {
                continue;
            }
            warnings.push(
                Diagnostic::new(Code::NegationOverMissing, at, "this is also true where no event stands behind the answer")
                    .label("nothing is not this value either")
                    .help(format!("add `seen({text})` if there must be one")),
            );
        }
        for side in [left, right] {
            let Some(field) = may_be_missing(side) else { continue };
            if asked.contains(&field) || !reported.insert((field.clone(), at)) {
                continue;
            }
            let written = if negated { format!("not ... {}", op.text(*fold)) } else { op.text(*fold).to_owned() };
            warnings.push(
                Diagnostic::new(Code::NegationOverMissing, at, format!("this is also true where `{field}` is missing"))
                    .label(format!("`{written}` over a field that may be missing"))
                    .help(format!("add `exists({field})` if it must be there, or `not exists({field}) or ...` to say that it need not")),
            );
        }
    });
}

/// Walks through the boolean structure and counts negations; parts under an `or` of `not exists` are asked for elsewhere.
fn visit(part: &Typed, negated: Option<Span>, report: &mut dyn FnMut(&Typed, Option<Span>)) {
    match &part.node {
        Node::Not(inner) => visit(inner, if negated.is_some() { None } else { Some(part.at) }, report),
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| visit(part, negated, report)),
        // What a name stands for is reported where it is defined, once.
        Node::Named(_, inner) => visit(inner, negated, report),
        Node::Remember(remember) => visit(&remember.history.population, None, report),
        _ => report(part, negated),
    }
}

fn note_asked(part: &Typed, asked: &mut BTreeSet<String>) {
    match &part.node {
        Node::Call(Function::Exists | Function::Coalesce, parts) => {
            asked.extend(parts.iter().filter_map(|part| may_be_missing(part)));
        }
        Node::Remember(remember) if matches!(remember.question, Question::Seen) => {
            asked.insert(history_key(&remember.history));
        }
        // A positive comparison that stands beside a negative one asks as well.
        Node::And(parts) => {
            for part in parts {
                if let Node::Compare(op, _, left, _) = &part.unnamed().node
                    && op.positive() == *op
                {
                    asked.extend(may_be_missing(left));
                }
                if let Node::Matches(left, _) = &part.unnamed().node {
                    asked.extend(may_be_missing(left));
                }
            }
        }
        _ => {}
    }
}

fn may_be_missing(side: &Typed) -> Option<String> {
    match &side.unnamed().node {
        Node::Field(Scope::Here, field) if !field.always_present() && !matches!(field, FieldRef::Known(id) if is_boolean_like(*id)) => Some(field.path()),
        Node::Call(function, parts) if !matches!(function, Function::Coalesce | Function::Exists) => parts.iter().find_map(|part| may_be_missing(part)),
        _ => None,
    }
}

/// Returns the history of a value that is missing where the history holds no event.
fn may_be_empty(side: &Typed) -> Option<&History> {
    match &side.unnamed().node {
        Node::Remember(remember) if matches!(remember.question, Question::Last | Question::First) => Some(&remember.history),
        _ => None,
    }
}

/// Returns what two histories have in common that are the same.
fn history_key(history: &History) -> String {
    format!("({})", history.text())
}

/// `outcome.result` is asked with `!=` so often, and missing so rarely, that a warning would be noise.
fn is_boolean_like(id: crate::event::FieldId) -> bool {
    id.get().path == "outcome.result"
}
