//! Comparisons of values: the laws of missing, of lists on the right, and of JSON.

use crate::event::Value;
use crate::language::{Comparison, holds as text_holds};

/// Says whether `op` holds between two values. A missing side makes every comparison false, and so the negated ones true.
pub(super) fn holds(op: Comparison, fold: bool, left: &Value<'_>, right: &Value<'_>) -> bool {
    match op {
        Comparison::NotEqual => !one_of(Comparison::Equal, fold, left, right),
        Comparison::NotIn => !one_of(Comparison::In, fold, left, right),
        Comparison::ContainsAll => match right {
            Value::List(parts) => !parts.is_empty() && !left.is_missing() && parts.iter().all(|part| one(Comparison::Contains, fold, left, part)),
            _ => false,
        },
        op => one_of(op, fold, left, right),
    }
}

/// A list on the right means any of them.
fn one_of(op: Comparison, fold: bool, left: &Value<'_>, right: &Value<'_>) -> bool {
    if left.is_missing() || right.is_missing() {
        return false;
    }
    match right {
        Value::List(parts) => parts.iter().any(|part| one(op, fold, left, part)),
        right => one(op, fold, left, right),
    }
}

fn one(op: Comparison, fold: bool, left: &Value<'_>, right: &Value<'_>) -> bool {
    if let Value::List(parts) = left {
        return op == Comparison::Contains && parts.iter().any(|part| one(Comparison::Equal, fold, part, right));
    }
    if let (Value::Text(left), Value::Text(right)) = (left, right) {
        return text_holds(op, fold, left, right);
    }
    match op {
        Comparison::Equal | Comparison::In => equal(left, right),
        Comparison::Less => order(left, right).is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessEqual => order(left, right).is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order(left, right).is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterEqual => order(left, right).is_some_and(std::cmp::Ordering::is_ge),
        _ => false,
    }
}

/// Says whether two values are the same; whole numbers and others compare as numbers, an address lies in a network.
pub fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Missing, _) | (_, Value::Missing) => false,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Address(a), Value::Address(b)) => a == b,
        (Value::Network(a), Value::Network(b)) => a == b,
        (Value::Address(address), Value::Network(network)) | (Value::Network(network), Value::Address(address)) => network.contains(address),
        (Value::Point(a), Value::Point(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Json(a), Value::Json(b)) => a == b,
        (a, b) => order(a, b) == Some(std::cmp::Ordering::Equal),
    }
}

/// Orders two values of a kind that has an order.
fn order(left: &Value<'_>, right: &Value<'_>) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Distance(a), Value::Distance(b)) | (Value::Speed(a), Value::Speed(b)) => a.partial_cmp(b),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => number(left)?.partial_cmp(&number(right)?),
        _ => None,
    }
}

/// Returns a number as the kind that can hold a fraction.
#[expect(clippy::cast_precision_loss, reason = "numbers beyond 2^53 are compared with fractions only approximately")]
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
