//! Counts compared with more than is ever kept, so that the comparison says the same of every event.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::event::Value;
use crate::language::ast::Comparison;
use crate::language::typed::{EVENTS_PER_KEY_MAX, Node, Question, Typed};

pub(super) fn check(subject: &Subject<'_>, warnings: &mut Vec<Diagnostic>) {
    subject.when.walk(&mut |part| {
        let Node::Compare(op, false, left, right) = &part.node else { return };
        warnings.extend([(*op, left, right), (op.mirrored(), right, left)].into_iter().find_map(|(op, count, bound)| beyond(op, count, bound)));
    });
}

/// Warns of a count that is compared with a bound which it never gets to.
fn beyond(op: Comparison, count: &Typed, bound: &Typed) -> Option<Diagnostic> {
    let Node::Remember(remember) = &count.unnamed().node else { return None };
    let word = match remember.question {
        Question::Count => "count",
        Question::Distinct => "distinct",
        _ => return None,
    };
    let number = match bound.constant()? {
        Value::Int(number) => usize::try_from(number).ok()?,
        _ => return None,
    };
    let outcome = match op {
        Comparison::GreaterEqual | Comparison::Equal if number > EVENTS_PER_KEY_MAX => "never holds",
        Comparison::Greater if number >= EVENTS_PER_KEY_MAX => "never holds",
        Comparison::Less | Comparison::NotEqual if number > EVENTS_PER_KEY_MAX => "always holds",
        Comparison::LessEqual if number >= EVENTS_PER_KEY_MAX => "always holds",
        _ => return None,
    };
    let most = grouped(EVENTS_PER_KEY_MAX);
    Some(
        Diagnostic::new(Code::BeyondLimit, bound.at, format!("`{word}` gives {most} at most"))
            .label(format!("the comparison {outcome}"))
            .note(format!("of one key the newest {most} events are kept"))
            .help("ask for less in a shorter window, or give the history one more key"),
    )
}

/// Writes a number below a million in groups of three digits.
fn grouped(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}
