//! How texts are compared: one place for the checker, the evaluator and the plan.

use super::ast::Comparison;

/// Longest text that is looked for letter by letter where case does not matter, in bytes.
const FOLDED_BYTES_MAX: usize = 64;

/// Says whether `op` holds between two texts; negated operators are asked as what they negate.
pub fn holds(op: Comparison, fold: bool, left: &str, right: &str) -> bool {
    if !fold {
        return match op {
            Comparison::Equal | Comparison::In => left == right,
            Comparison::Contains | Comparison::ContainsAll => left.contains(right),
            Comparison::StartsWith => left.starts_with(right),
            Comparison::EndsWith => left.ends_with(right),
            Comparison::Like => like(left, right),
            _ => false,
        };
    }
    // The plain search takes a straight line whatever the texts; letter by letter it would be the product of their lengths.
    let is_long = right.len() > FOLDED_BYTES_MAX && matches!(op, Comparison::Contains | Comparison::ContainsAll);
    if left.is_ascii() && right.is_ascii() && !is_long {
        return holds_ascii(op, left.as_bytes(), right.as_bytes());
    }
    holds(op, false, &left.to_lowercase(), &right.to_lowercase())
}

fn holds_ascii(op: Comparison, left: &[u8], right: &[u8]) -> bool {
    match op {
        Comparison::Equal | Comparison::In => left.eq_ignore_ascii_case(right),
        Comparison::StartsWith => left.get(..right.len()).is_some_and(|start| start.eq_ignore_ascii_case(right)),
        Comparison::EndsWith => left.len().checked_sub(right.len()).and_then(|at| left.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(right)),
        Comparison::Contains | Comparison::ContainsAll => right.is_empty() || left.windows(right.len()).any(|part| part.eq_ignore_ascii_case(right)),
        Comparison::Like => like_by(left, right, |a, b| a.eq_ignore_ascii_case(b)),
        _ => false,
    }
}

/// Says whether a text fits a pattern in which `*` is any run of characters and `?` any one character.
pub fn like(text: &str, pattern: &str) -> bool {
    if text.is_ascii() {
        return like_by(text.as_bytes(), pattern.as_bytes(), |a, b| a == b);
    }
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    matches_from(&text, &pattern, '*', '?', |a, b| a == b)
}

fn like_by(text: &[u8], pattern: &[u8], same: impl Fn(&u8, &u8) -> bool) -> bool {
    matches_from(text, pattern, b'*', b'?', same)
}

/// The usual walk with one point to come back to: linear in practice, at worst text times pattern.
fn matches_from<T: PartialEq + Copy>(text: &[T], pattern: &[T], many: T, one: T, same: impl Fn(&T, &T) -> bool) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(next) = text.get(at) {
        match pattern.get(in_pattern) {
            Some(wanted) if *wanted == many => {
                back = Some((at, in_pattern + 1));
                in_pattern += 1;
            }
            Some(wanted) if *wanted == one || same(next, wanted) => {
                at += 1;
                in_pattern += 1;
            }
            _ => match back {
                Some((from, after)) => {
                    back = Some((from + 1, after));
                    at = from + 1;
                    in_pattern = after;
                }
                None => return false,
            },
        }
    }
    pattern.get(in_pattern..).unwrap_or(&[]).iter().all(|rest| *rest == many)
}
