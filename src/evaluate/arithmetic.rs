//! Calculations. Overflow and division by zero give missing, as everything does that cannot be said.

use super::compare::number;
use crate::event::{Span, Value};
use crate::language::Arithmetic;

/// Changes the sign of a number or a duration.
pub(super) fn negate(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Int(number) => number.checked_neg().map_or(Value::Missing, Value::Int),
        Value::Float(number) => Value::Float(-number),
        Value::Duration(span) => span.as_micros().checked_neg().map_or(Value::Missing, |micros| Value::Duration(Span::micros(micros))),
        _ => Value::Missing,
    }
}

/// Calculates with two values.
pub(super) fn calculate<'v>(operator: Arithmetic, left: Value<'v>, right: Value<'v>) -> Value<'v> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    let whole = |result: Option<i64>| result.map_or(Value::Missing, Value::Int);
    let span = |result: Option<i64>| result.map_or(Value::Missing, |micros| Value::Duration(Span::micros(micros)));
    match (operator, &left, &right) {
        (Add, Value::Int(a), Value::Int(b)) => whole(a.checked_add(*b)),
        (Subtract, Value::Int(a), Value::Int(b)) => whole(a.checked_sub(*b)),
        (Multiply, Value::Int(a), Value::Int(b)) => whole(a.checked_mul(*b)),
        (Remainder, Value::Int(a), Value::Int(b)) => whole(a.checked_rem(*b)),
        (Add, Value::Duration(a), Value::Duration(b)) => span(a.as_micros().checked_add(b.as_micros())),
        (Subtract, Value::Duration(a), Value::Duration(b)) => span(a.as_micros().checked_sub(b.as_micros())),
        (Remainder, Value::Duration(a), Value::Duration(b)) => span(a.as_micros().checked_rem(b.as_micros())),
        (Divide, Value::Duration(a), Value::Duration(b)) => float(divide(micros(*a), micros(*b))),
        (Multiply, Value::Duration(a), Value::Int(b)) | (Multiply, Value::Int(b), Value::Duration(a)) => span(a.as_micros().checked_mul(*b)),
        (Divide, Value::Duration(a), Value::Int(b)) => span(a.as_micros().checked_div(*b)),
        (Add, Value::Time(time), Value::Duration(length)) => Value::Time(time.plus(*length)),
        (Subtract, Value::Time(time), Value::Duration(length)) => Value::Time(time.minus(*length)),
        (Subtract, Value::Time(a), Value::Time(b)) => Value::Duration(a.since(*b)),
        (Add, Value::Distance(a), Value::Distance(b)) => Value::Distance(a + b),
        (Subtract, Value::Distance(a), Value::Distance(b)) => Value::Distance(a - b),
        (Add, Value::Speed(a), Value::Speed(b)) => Value::Speed(a + b),
        (Subtract, Value::Speed(a), Value::Speed(b)) => Value::Speed(a - b),
        _ => match (number(&left), number(&right)) {
            (Some(a), Some(b)) => float(match operator {
                Add => Some(a + b),
                Subtract => Some(a - b),
                Multiply => Some(a * b),
                Divide => divide(a, b),
                Remainder => (b != 0.0).then(|| a % b),
            }),
            _ => Value::Missing,
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of durations needs no more than 53 bits")]
fn micros(span: Span) -> f64 {
    span.as_micros() as f64
}

fn divide(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a / b)
}

fn float(result: Option<f64>) -> Value<'static> {
    result.filter(|number| number.is_finite()).map_or(Value::Missing, Value::Float)
}
