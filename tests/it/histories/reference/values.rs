//! Arithmetic on the values of events.

use clarion::evaluate::values_equal;
use clarion::event::{Point, Span, Value};

/// Mean radius of the earth in metres.
const EARTH_RADIUS: f64 = 6_371_008.8;

pub(super) fn int(count: usize) -> Value<'static> {
    Value::Int(i64::try_from(count).expect("few events"))
}

pub(super) fn distinct(values: Vec<Value<'static>>) -> Vec<Value<'static>> {
    let mut found: Vec<Value<'static>> = Vec::new();
    for value in values {
        if !found.iter().any(|known| values_equal(known, &value)) {
            found.push(value);
        }
    }
    found
}

pub(super) fn top(values: Vec<Value<'static>>, most: usize) -> Vec<Value<'static>> {
    let count = |value: &Value<'_>| values.iter().filter(|other| values_equal(other, value)).count();
    let mut found = distinct(values.clone());
    // The sort is stable, so that ties stay in the order of their first events.
    found.sort_by_key(|value| std::cmp::Reverse(count(value)));
    found.truncate(most);
    found
}

pub(super) fn less(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::Duration(a), Value::Duration(b)) => a < b,
        (Value::Time(a), Value::Time(b)) => a < b,
        _ => false,
    }
}

pub(super) fn sum(zero: Value<'static>, values: Vec<Value<'static>>) -> Value<'static> {
    values.into_iter().fold(zero, |sum, value| match (sum, value) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(b).map_or(Value::Missing, Value::Int),
        (Value::Float(a), Value::Float(b)) => Value::Float(a + b),
        (Value::Duration(a), Value::Duration(b)) => a.as_micros().checked_add(b.as_micros()).map_or(Value::Missing, |sum| Value::Duration(Span::micros(sum))),
        _ => Value::Missing,
    })
}

pub(super) fn mean(sum: Value<'static>, count: usize) -> Value<'static> {
    let Some(whole) = i64::try_from(count).ok().filter(|count| *count > 0) else { return Value::Missing };
    match sum {
        Value::Int(sum) => Value::Float(sum as f64 / whole as f64),
        Value::Float(sum) => Value::Float(sum / whole as f64),
        Value::Duration(sum) => Value::Duration(Span::micros(sum.as_micros() / whole)),
        _ => Value::Missing,
    }
}

/// How far the count of the current bucket lies from the mean of the full ones before it. The times are those of the key's events up to now.
pub(super) fn zscore(times: &[i64], now: i64, within: i64, length: i64) -> Value<'static> {
    let Some(first) = times.first() else { return Value::Missing };
    let current = now.div_euclid(length);
    let count = |bucket: i64| times.iter().filter(|time| time.div_euclid(length) == bucket).count() as f64;
    // Full buckets begin inside (t-D, t], and not before the bucket of the key's first event.
    let oldest = (now - within).div_euclid(length) + 1;
    let full: Vec<f64> = (oldest.max(first.div_euclid(length))..current).map(count).collect();
    if full.len() < 2 {
        return Value::Missing;
    }
    let many = full.len() as f64;
    let mean = full.iter().sum::<f64>() / many;
    let deviation = (full.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / many).sqrt();
    if deviation == 0.0 { Value::Missing } else { Value::Float((count(current) - mean) / deviation) }
}

/// Returns the distance of two positions in metres, along the great circle.
pub(super) fn distance(a: Point, b: Point) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord = half(b.lat - a.lat) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(b.lon - a.lon);
    2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
}
