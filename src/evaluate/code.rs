//! Expressions with every name resolved: what is evaluated.

use std::collections::HashSet;

use regex::RegexSet;

use super::calls;
use super::compare;
use super::moment::{Facts, Moment};
use crate::event::{RecordKind, RecordSlot, Slot, Value};
use crate::language::{Arithmetic, Comparison, Function, JsonStep, Quantifier, Scope};

/// Names one distinct question to a history among all rules of a plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QuestionId(pub u32);

/// An expression with fields resolved to slots.
#[derive(Clone, Debug)]
pub enum Code {
    /// A value that is always the same.
    Constant(Value<'static>),
    /// A list with parts that are not.
    List(Vec<Code>),
    /// A field.
    Field(Scope, Slot),
    /// A field of the element at hand.
    Element(RecordSlot),
    /// A field of the record at an index.
    Indexed(Scope, RecordKind, i64, RecordSlot),
    /// A field of the record at an index of a filtered list.
    Picked(RecordsCode, i64, RecordSlot),
    /// A list of records: how many there are.
    Records(RecordsCode),
    /// Steps into JSON.
    Json(Box<Code>, Vec<JsonStep>),
    /// An element of a list.
    At(Box<Code>, i64),
    /// Negation.
    Not(Box<Code>),
    /// All of them.
    And(Vec<Code>),
    /// At least one.
    Or(Vec<Code>),
    /// Change of sign.
    Negate(Box<Code>),
    /// A calculation.
    Arithmetic(Arithmetic, Box<Code>, Box<Code>),
    /// A comparison.
    Test(Box<Test>),
    /// A call.
    Call(Function, Vec<Code>),
    /// A condition over records.
    Quantified(Quantifier, RecordsCode, Box<Code>),
    /// A question to a history.
    Ask(QuestionId),
}

/// A list of records with the conditions of `filter`.
#[derive(Clone, Debug)]
pub struct RecordsCode {
    /// Whose records.
    pub scope: Scope,
    /// Of which kind.
    pub kind: RecordKind,
    /// Which of them.
    pub filters: Vec<Code>,
}

/// A comparison, in the form that is quickest to decide.
#[derive(Clone, Debug)]
pub enum Test {
    /// Any two values.
    Values(Comparison, bool, Code, Code),
    /// Any value against one that is always the same.
    Against(Comparison, bool, Code, Value<'static>),
    /// A text against many texts, letter by letter.
    OneOf(bool, Code, HashSet<Box<str>, foldhash::fast::RandomState>),
    /// A number in a range.
    Range(bool, Code, i64, i64),
    /// A text against regular expressions.
    Matches(Code, RegexSet),
}

impl Code {
    /// Returns the value on a moment.
    pub fn eval<'e>(&'e self, moment: &Moment<'e>) -> Value<'e> {
        match self {
            Code::Constant(value) => borrowed(value),
            Code::List(parts) => Value::List(parts.iter().map(|part| part.eval(moment)).collect()),
            Code::Field(scope, slot) => facts(moment, *scope).map_or(Value::Missing, |facts| plain(facts.value(*slot))),
            Code::Element(slot) => moment.element.map_or(Value::Missing, |(facts, kind, index)| plain(facts.record_value(kind, index, *slot))),
            Code::Indexed(scope, kind, index, slot) => facts(moment, *scope).map_or(Value::Missing, |facts| match position(*index, facts.records(*kind)) {
                Some(index) => plain(facts.record_value(*kind, index, *slot)),
                None => Value::Missing,
            }),
            Code::Picked(records, index, slot) => records.pick(*index, *slot, moment),
            Code::Records(records) => Value::Int(i64::try_from(records.count(moment)).unwrap_or(i64::MAX)),
            Code::Json(base, steps) => calls::into_json(base.eval(moment), steps),
            Code::At(base, index) => match base.eval(moment) {
                Value::List(parts) => position(*index, parts.len()).and_then(|at| parts.into_iter().nth(at)).unwrap_or(Value::Missing),
                _ => Value::Missing,
            },
            Code::Not(_) | Code::And(_) | Code::Or(_) | Code::Test(_) | Code::Quantified(..) => Value::Bool(self.holds(moment)),
            Code::Negate(inner) => super::arithmetic::negate(inner.eval(moment)),
            Code::Arithmetic(operator, left, right) => super::arithmetic::calculate(*operator, left.eval(moment), right.eval(moment)),
            Code::Call(function, arguments) => calls::call(*function, arguments, moment),
            Code::Ask(question) => moment.memory.answer(*question, moment),
        }
    }

    /// Says whether a condition holds; one that is missing does not.
    pub fn holds(&self, moment: &Moment<'_>) -> bool {
        match self {
            Code::Not(inner) => !inner.holds(moment),
            Code::And(parts) => parts.iter().all(|part| part.holds(moment)),
            Code::Or(parts) => parts.iter().any(|part| part.holds(moment)),
            Code::Test(test) => test.holds(moment),
            Code::Quantified(quantifier, records, condition) => match quantifier {
                Quantifier::Any => records.any(moment, |element| condition.holds(element)),
                Quantifier::All => !records.any(moment, |element| !condition.holds(element)),
                Quantifier::None => !records.any(moment, |element| condition.holds(element)),
            },
            other => matches!(other.eval(moment), Value::Bool(true)),
        }
    }
}

impl RecordsCode {
    fn count(&self, moment: &Moment<'_>) -> usize {
        let Some(facts) = facts(moment, self.scope) else { return 0 };
        let all = facts.records(self.kind);
        if self.filters.is_empty() {
            return all;
        }
        (0..all).filter(|index| self.keeps(&moment.with_element(facts, self.kind, *index))).count()
    }

    fn pick<'e>(&'e self, index: i64, slot: RecordSlot, moment: &Moment<'e>) -> Value<'e> {
        let Some(facts) = facts(moment, self.scope) else { return Value::Missing };
        let kept: Vec<usize> = (0..facts.records(self.kind)).filter(|index| self.keeps(&moment.with_element(facts, self.kind, *index))).collect();
        match position(index, kept.len()).and_then(|at| kept.get(at)) {
            Some(at) => plain(facts.record_value(self.kind, *at, slot)),
            None => Value::Missing,
        }
    }

    fn any(&self, moment: &Moment<'_>, mut test: impl FnMut(&Moment<'_>) -> bool) -> bool {
        let Some(facts) = facts(moment, self.scope) else { return false };
        (0..facts.records(self.kind)).any(|index| {
            let element = moment.with_element(facts, self.kind, index);
            self.keeps(&element) && test(&element)
        })
    }

    fn keeps(&self, element: &Moment<'_>) -> bool {
        self.filters.iter().all(|filter| filter.holds(element))
    }
}

impl Test {
    fn holds(&self, moment: &Moment<'_>) -> bool {
        match self {
            Test::Values(op, fold, left, right) => compare::holds(*op, *fold, &left.eval(moment), &right.eval(moment)),
            Test::Against(op, fold, left, right) => compare::holds(*op, *fold, &left.eval(moment), right),
            Test::OneOf(negated, left, texts) => {
                let found = match left.eval(moment) {
                    Value::Text(text) => texts.contains(&*text),
                    _ => false,
                };
                found != *negated
            }
            Test::Range(negated, left, low, high) => {
                let found = match left.eval(moment) {
                    Value::Int(number) => (*low..=*high).contains(&number),
                    #[expect(clippy::cast_precision_loss, reason = "the ends of a range are small numbers that a person wrote")]
                    Value::Float(number) => number >= *low as f64 && number <= *high as f64,
                    _ => false,
                };
                found != *negated
            }
            Test::Matches(left, patterns) => match left.eval(moment) {
                Value::Text(text) => patterns.is_match(calls::scanned(&text)),
                _ => false,
            },
        }
    }
}

/// JSON that holds a single value or a list is that value or list.
fn plain(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Json(json) => calls::of_json(*json),
        value => value,
    }
}

/// Returns the event that a scope means.
fn facts<'e>(moment: &Moment<'e>, scope: Scope) -> Option<&'e dyn Facts> {
    match scope {
        Scope::Here => Some(moment.here),
        Scope::Now => moment.now,
        Scope::Step(at) => moment.steps.get(at).copied().flatten(),
    }
}

/// Returns the place that an index means in a list of a length; negative ones count from the end.
pub(super) fn position(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 { i64::try_from(len).ok()?.checked_add(index)? } else { index };
    usize::try_from(at).ok().filter(|at| *at < len)
}

/// Returns a value that borrows from another one: no copy of its text is made.
fn borrowed<'v>(value: &'v Value<'static>) -> Value<'v> {
    match value {
        Value::Text(text) => Value::Text(std::borrow::Cow::Borrowed(text)),
        Value::List(parts) => Value::List(parts.iter().map(borrowed).collect()),
        other => other.clone(),
    }
}
