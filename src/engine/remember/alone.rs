//! Events that are judged alone, because they came too late or say no uuid or no time: what they show by themselves.

use std::cell::Cell;

use crate::evaluate::{Code, Facts, Memory, Moment, QuestionId};
use crate::event::Value;

/// Says whether conditions hold on an event whatever the answers to their questions are.
pub(super) fn all_hold(conditions: &[Code], facts: &dyn Facts) -> bool {
    conditions.iter().all(|condition| judge(condition, facts) == Some(true))
}

/// Returns the value of an expression; it is missing where it depends on what happened before.
pub(super) fn value(code: &Code, facts: &dyn Facts) -> Value<'static> {
    if matches!(code, Code::Not(_) | Code::And(_) | Code::Or(_)) {
        return judge(code, facts).map_or(Value::Missing, Value::Bool);
    }
    let unknown = Unknown::default();
    let value = code.eval(&Moment::new(facts, &unknown)).into_owned();
    if unknown.was_asked.get() { Value::Missing } else { value }
}

/// Says whether a condition holds; nothing where that depends on what happened before.
pub(super) fn judge(condition: &Code, facts: &dyn Facts) -> Option<bool> {
    match condition {
        Code::Not(inner) => judge(inner, facts).map(|holds| !holds),
        Code::And(parts) => judge_all(parts, facts, true),
        Code::Or(parts) => judge_all(parts, facts, false),
        other => {
            let unknown = Unknown::default();
            let holds = other.holds(&Moment::new(facts, &unknown));
            (!unknown.was_asked.get()).then_some(holds)
        }
    }
}

/// Judges parts of which one that is not like `all` decides.
fn judge_all(parts: &[Code], facts: &dyn Facts, all: bool) -> Option<bool> {
    let judged = parts.iter().map(|part| judge(part, facts));
    let mut whole = Some(all);
    for part in judged {
        match part {
            Some(holds) if holds == all => {}
            Some(_) => return part,
            None => whole = None,
        }
    }
    whole
}

/// Knows no answer, and notes that it was asked for one.
#[derive(Default)]
struct Unknown {
    was_asked: Cell<bool>,
}

impl Memory for Unknown {
    fn answer(&self, _: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.was_asked.set(true);
        Value::Missing
    }
}
