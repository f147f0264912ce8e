//! Events that are judged alone, because they came too late or say no uuid or no time: what they show by themselves.

use std::cell::Cell;

use crate::evaluate::{Code, Memory, Moment, QuestionId};
use crate::event::Value;

use super::row::Row;

/// Says whether conditions hold on an event whatever the answers to their questions are.
pub(super) fn all_hold(conditions: &[Code], row: &Row) -> bool {
    conditions.iter().all(|condition| judge(condition, row) == Some(true))
}

/// Says whether a condition holds; nothing where that depends on what happened before.
fn judge(condition: &Code, row: &Row) -> Option<bool> {
    match condition {
        Code::Not(inner) => judge(inner, row).map(|holds| !holds),
        Code::And(parts) => judge_all(parts, row, true),
        Code::Or(parts) => judge_all(parts, row, false),
        other => {
            let unknown = Unknown::default();
            let holds = other.holds(&Moment::new(row, &unknown));
            (!unknown.was_asked.get()).then_some(holds)
        }
    }
}

/// Judges parts of which one that is not like `all` decides.
fn judge_all(parts: &[Code], row: &Row, all: bool) -> Option<bool> {
    let judged = parts.iter().map(|part| judge(part, row));
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
