//! Conditions that can never hold, and those that always hold.

use std::collections::BTreeMap;

use super::{Sets, Subject};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{ClosedSet, FieldRef, Value};
use crate::language::ast::Comparison;
use crate::language::typed::{Node, Scope, Typed};

pub(super) fn check(subject: &Subject<'_>, warnings: &mut Vec<Diagnostic>) {
    let before = warnings.len();
    let mut sets: BTreeMap<String, Sets> = BTreeMap::new();
    subject.when.walk(&mut |part| {
        if let Node::Field(_, FieldRef::Known(id)) = &part.node
            && let Some(set) = id.get().set
            && set != ClosedSet::EventType
        {
            sets.entry(id.get().path.to_owned()).or_insert_with(|| Sets::of(set));
        }
    });
    let all: Vec<&Sets> = std::iter::once(subject.sets).chain(sets.values()).collect();
    parts(subject.when, &all, warnings);
    if warnings.len() == before {
        whole(subject.when, &all, warnings);
    }
}

/// Looks at every conjunction and disjunction, the innermost first, and reports the first fault of each.
fn parts(part: &Typed, sets: &[&Sets], warnings: &mut Vec<Diagnostic>) -> bool {
    let mut found = false;
    match &part.node {
        Node::And(inner) | Node::Or(inner) => {
            for part in inner {
                if let Node::Constant(Value::Bool(truth)) = part.node {
                    let fault = if truth {
                        Diagnostic::new(Code::AlwaysHolds, part.at, "this condition always holds").label("true for every event")
                    } else {
                        never(part.at)
                    };
                    warnings.push(fault);
                    found = true;
                }
                found |= parts(part, sets, warnings);
            }
        }
        Node::Not(inner) | Node::Named(_, inner) => found = parts(inner, sets, warnings),
        Node::Compare(_, _, left, right) => found = parts(left, sets, warnings) | parts(right, sets, warnings),
        Node::Remember(remember) => found = parts(&remember.history.population, sets, warnings),
        _ => {}
    }
    if found {
        return true;
    }
    if let Node::And(inner) = &part.node {
        for set in sets {
            if set.may(part).is_empty() && !inner.iter().any(|part| set.may(part).is_empty()) {
                warnings.push(never(part.at));
                return true;
            }
        }
        if let Some(at) = bounds_contradict(inner).or_else(|| opposites(inner)) {
            warnings.push(never(part.at).also(at, "this rules out what stands before it"));
            return true;
        }
    }
    if let Node::Compare(op, _, left, right) = &part.node
        && let Some(truth) = constant_comparison(*op, left, right)
    {
        let fault =
            if truth { Diagnostic::new(Code::AlwaysHolds, part.at, "this condition always holds").label("true for every event") } else { never(part.at) };
        warnings.push(fault);
        return true;
    }
    if let Node::Or(inner) = &part.node
        && (sets.iter().any(|set| set.must(part).is_full()) || opposites(inner).is_some())
    {
        warnings.push(Diagnostic::new(Code::AlwaysHolds, part.at, "this condition always holds").label("true for every event"));
        return true;
    }
    false
}

fn whole(when: &Typed, sets: &[&Sets], warnings: &mut Vec<Diagnostic>) {
    if sets.iter().any(|set| set.may(when).is_empty()) {
        warnings.push(never(when.at));
    } else if sets.iter().any(|set| set.must(when).is_full()) {
        warnings.push(Diagnostic::new(Code::AlwaysHolds, when.at, "this condition always holds").label("true for every event"));
    }
}

fn never(at: Span) -> Diagnostic {
    Diagnostic::new(Code::NeverHolds, at, "this condition can never hold")
        .label("no event fulfils all of it")
        .help("for one of several values write `in [...]`")
}

/// Finds a condition that is the negation of one before it.
fn opposites(parts: &[std::sync::Arc<Typed>]) -> Option<Span> {
    let mut keys = std::collections::BTreeSet::new();
    for part in parts {
        let opposite = match &part.unnamed().node {
            Node::Not(inner) => inner.key(),
            _ => format!("!{}", part.key()),
        };
        if keys.contains(&opposite) {
            return Some(part.at);
        }
        keys.insert(part.key());
    }
    None
}

/// Returns what a comparison says that does not depend on the event: of two literals, or of a number that is never negative.
fn constant_comparison(op: Comparison, left: &Typed, right: &Typed) -> Option<bool> {
    let bound = right.constant()?;
    if let (Node::Constant(a), Node::Constant(b)) = (&left.node, &right.node) {
        return match (op, number(a), number(b)) {
            (Comparison::Equal, ..) => Some(left.key() == right.key()),
            (Comparison::NotEqual, ..) => Some(left.key() != right.key()),
            (Comparison::Less, Some(a), Some(b)) => Some(a < b),
            (Comparison::LessEqual, Some(a), Some(b)) => Some(a <= b),
            (Comparison::Greater, Some(a), Some(b)) => Some(a > b),
            (Comparison::GreaterEqual, Some(a), Some(b)) => Some(a >= b),
            _ => None,
        };
    }
    let is_count = match &left.unnamed().node {
        Node::Remember(remember) => matches!(remember.question, crate::language::typed::Question::Count | crate::language::typed::Question::Distinct),
        _ => false,
    };
    let bound = number(&bound).filter(|_| is_count)?;
    match op {
        Comparison::GreaterEqual if bound <= 0.0 => Some(true),
        Comparison::Greater if bound < 0.0 => Some(true),
        Comparison::Less if bound <= 0.0 => Some(false),
        Comparison::LessEqual if bound < 0.0 => Some(false),
        _ => None,
    }
}

/// What the conditions joined by `and` leave of one field.
#[derive(Default)]
struct Bounds {
    equal: Option<String>,
    low: Option<f64>,
    high: Option<f64>,
    low_open: bool,
    high_open: bool,
}

/// Finds a condition that contradicts one before it: two different texts, or bounds that leave nothing.
fn bounds_contradict(parts: &[std::sync::Arc<Typed>]) -> Option<Span> {
    let mut known: BTreeMap<String, Bounds> = BTreeMap::new();
    for part in parts {
        let Node::Compare(op, false, left, right) = &part.unnamed().node else { continue };
        let is_subject = matches!(left.unnamed().node, Node::Field(Scope::Here, _) | Node::Call(..) | Node::Remember(_));
        let Some(constant) = right.constant().filter(|_| is_subject) else { continue };
        let bounds = known.entry(left.key()).or_default();
        match (op, &constant) {
            (Comparison::Equal, Value::Text(text)) => match &bounds.equal {
                Some(before) if before != text => return Some(part.at),
                _ => bounds.equal = Some(text.to_string()),
            },
            (op, constant) => {
                let Some(number) = number(constant) else { continue };
                if bounds.narrow(*op, number) {
                    return Some(part.at);
                }
            }
        }
    }
    None
}

impl Bounds {
    /// Takes one more bound; says whether nothing is left.
    fn narrow(&mut self, op: Comparison, number: f64) -> bool {
        let (low, high, open) = match op {
            Comparison::Equal => (Some(number), Some(number), false),
            Comparison::Less => (None, Some(number), true),
            Comparison::LessEqual => (None, Some(number), false),
            Comparison::Greater => (Some(number), None, true),
            Comparison::GreaterEqual => (Some(number), None, false),
            _ => return false,
        };
        if let Some(low) = low
            && self.low.is_none_or(|before| low > before || (low == before && open))
        {
            (self.low, self.low_open) = (Some(low), open);
        }
        if let Some(high) = high
            && self.high.is_none_or(|before| high < before || (high == before && open))
        {
            (self.high, self.high_open) = (Some(high), open);
        }
        match (self.low, self.high) {
            (Some(low), Some(high)) => low > high || (low == high && (self.low_open || self.high_open)),
            _ => false,
        }
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a bound is compared, not counted")]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Duration(span) => Some(span.as_seconds()),
        Value::Distance(number) | Value::Speed(number) => Some(*number),
        _ => None,
    }
}
