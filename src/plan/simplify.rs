//! Conditions in a form that shares: names filled in, negations at the leaves, constants folded, alike comparisons merged.

use std::sync::Arc;

use crate::event::{ClosedSet, FieldRef, Scalar, Type, Value};
use crate::language::{Comparison, Node, Scope, Sets, TypeSet, Typed};

/// Returns a condition of the same meaning in a form that shares.
pub(super) fn simplify(condition: &Arc<Typed>) -> Arc<Typed> {
    let typed = push_not(condition, false);
    fold(&typed)
}

/// Returns the conjunction of conditions in a form that shares, without those that the event type alone decides where it is among `types`
/// for sure.
pub(super) fn all_of(parts: &[Arc<Typed>], like: &Typed, types: &TypeSet, sets: &Sets) -> Arc<Typed> {
    let all = simplify(&junction(true, parts.to_vec(), like));
    // Where the index answers for the event type, nobody need ask again.
    if types.contains(sets.other()) { all } else { without_event_type(&all, sets) }
}

/// Returns a condition without the conjuncts that only ask for the event type.
pub(super) fn without_event_type(condition: &Arc<Typed>, sets: &Sets) -> Arc<Typed> {
    let parts = match &condition.node {
        Node::And(parts) => parts.clone(),
        _ => vec![condition.clone()],
    };
    let rest: Vec<Arc<Typed>> = parts.into_iter().filter(|part| !(only_event_type(part) && sets.may(part) == sets.must(part))).collect();
    junction(true, rest, condition)
}

fn only_event_type(part: &Typed) -> bool {
    match &part.node {
        Node::And(parts) | Node::Or(parts) => parts.iter().all(|part| only_event_type(part)),
        Node::Not(inner) => only_event_type(inner),
        Node::Compare(_, _, left, right) => is_event_type(left) && right.constant().is_some(),
        _ => false,
    }
}

fn is_event_type(side: &Typed) -> bool {
    matches!(&side.unnamed().node, Node::Field(Scope::Here, FieldRef::Known(id)) if id.get().set == Some(ClosedSet::EventType))
}

/// Fills names in and moves negations down to the comparisons.
fn push_not(typed: &Arc<Typed>, negated: bool) -> Arc<Typed> {
    match &typed.node {
        Node::Named(_, inner) if typed.ty == Type::Scalar(Scalar::Bool) => push_not(inner, negated),
        Node::Not(inner) => push_not(inner, !negated),
        Node::And(parts) | Node::Or(parts) => {
            let is_and = matches!(typed.node, Node::And(_)) != negated;
            let parts = parts.iter().map(|part| push_not(part, negated)).collect();
            junction(is_and, parts, typed)
        }
        // The negated operators are the exact negations of their positive forms.
        Node::Compare(op, fold, left, right) => match flip(*op, negated) {
            Some(op) => Typed::new(Node::Compare(op, *fold, left.clone(), right.clone()), typed.ty, typed.at),
            None => not(typed),
        },
        Node::Constant(Value::Bool(truth)) => constant(*truth != negated, typed),
        _ if negated => not(typed),
        _ => typed.clone(),
    }
}

fn flip(op: Comparison, negated: bool) -> Option<Comparison> {
    if !negated {
        return Some(op);
    }
    Some(match op {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::In => Comparison::NotIn,
        Comparison::NotIn => Comparison::In,
        // `not (a < b)` holds where a is missing, `a >= b` does not.
        _ => return None,
    })
}

fn not(typed: &Arc<Typed>) -> Arc<Typed> {
    Typed::new(Node::Not(typed.clone()), typed.ty, typed.at)
}

fn constant(truth: bool, like: &Typed) -> Arc<Typed> {
    Typed::new(Node::Constant(Value::Bool(truth)), Type::Scalar(Scalar::Bool), like.at)
}

/// Joins conditions; nested junctions of the same kind are taken in, constants disappear.
fn junction(is_and: bool, parts: Vec<Arc<Typed>>, like: &Typed) -> Arc<Typed> {
    let mut flat: Vec<Arc<Typed>> = Vec::new();
    for part in parts {
        match &part.node {
            Node::And(inner) if is_and => flat.extend(inner.iter().cloned()),
            Node::Or(inner) if !is_and => flat.extend(inner.iter().cloned()),
            Node::Constant(Value::Bool(truth)) if *truth == is_and => {}
            Node::Constant(Value::Bool(truth)) => return constant(*truth, like),
            _ => flat.push(part),
        }
    }
    let mut seen = std::collections::HashSet::new();
    flat.retain(|part| seen.insert(part.key()));
    match (flat.len(), flat.pop()) {
        (_, None) => constant(is_and, like),
        (1, Some(only)) => only,
        (_, Some(last)) => {
            flat.push(last);
            let node = if is_and { Node::And(flat) } else { Node::Or(flat) };
            Typed::new(node, Type::Scalar(Scalar::Bool), like.at)
        }
    }
}

/// Merges `x == a or x == b` into `x in [a, b]`, from the leaves up.
fn fold(typed: &Arc<Typed>) -> Arc<Typed> {
    match &typed.node {
        Node::And(parts) => junction(true, parts.iter().map(fold).collect(), typed),
        Node::Or(parts) => {
            let parts: Vec<Arc<Typed>> = parts.iter().map(fold).collect();
            junction(false, merge(parts), typed)
        }
        _ => typed.clone(),
    }
}

/// One comparison of the same left side with several texts, in place of several comparisons.
fn merge(parts: Vec<Arc<Typed>>) -> Vec<Arc<Typed>> {
    let mut merged: Vec<(Option<String>, Arc<Typed>)> = Vec::new();
    for part in parts {
        let key = mergeable(&part);
        let found = key.as_ref().and_then(|key| merged.iter_mut().find(|(known, _)| known.as_ref() == Some(key)));
        match found {
            Some((_, before)) => *before = join(before, &part),
            None => merged.push((key, part)),
        }
    }
    merged.into_iter().map(|(_, part)| part).collect()
}

fn mergeable(part: &Typed) -> Option<String> {
    match &part.node {
        Node::Compare(Comparison::Equal | Comparison::In, fold, left, right) if !texts(right)?.is_empty() => Some(format!("{fold}{}", left.key())),
        _ => None,
    }
}

fn texts(side: &Typed) -> Option<Vec<Value<'static>>> {
    match side.constant()? {
        value @ Value::Text(_) => Some(vec![value]),
        Value::List(values) if values.iter().all(|value| matches!(value, Value::Text(_))) => Some(values),
        _ => None,
    }
}

fn join(before: &Arc<Typed>, part: &Arc<Typed>) -> Arc<Typed> {
    let (Node::Compare(_, fold, left, first), Node::Compare(_, _, _, second)) = (&before.node, &part.node) else { return before.clone() };
    let mut values = texts(first).unwrap_or_default();
    for value in texts(second).unwrap_or_default() {
        if !values.iter().any(|known| known.as_text() == value.as_text()) {
            values.push(value);
        }
    }
    let list = Typed::new(Node::Constant(Value::List(values)), Type::List(Scalar::Text), first.at);
    Typed::new(Node::Compare(Comparison::In, *fold, left.clone(), list), before.ty, before.at)
}
