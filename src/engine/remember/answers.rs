//! Answers as they are told: what is not known yet, or cannot be, is no answer.

use super::alone;
use crate::evaluate::{Code, Facts, Memory, Moment, QuestionId};
use crate::event::Value;

/// One answer to each question.
pub(super) type All = Vec<(QuestionId, Value<'static>)>;

/// Answers that were worked out for one event.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// With what is open taken for no.
    known: All,
    /// The same with what is open taken otherwise, as far as that is tried; none where nothing is open.
    others: Vec<All>,
    /// Whether none can be known, because the event is judged alone.
    alone: bool,
}

impl Answers {
    /// Makes answers of which all are known, or some are open: then there are others, with those taken otherwise.
    pub(super) fn new((known, others): (All, Vec<All>)) -> Self {
        Answers { known, others, alone: false }
    }

    /// Makes those of an event that is judged alone.
    pub(super) fn unknown() -> Self {
        Answers { alone: true, ..Answers::default() }
    }

    /// Says whether none can be known, because the event is judged alone.
    pub fn are_unknown(&self) -> bool {
        self.alone
    }

    /// Returns the answer to a question, with what is open taken for no.
    pub fn get(&self, question: QuestionId) -> Option<&Value<'static>> {
        find(&self.known, question)
    }

    /// Returns the answers, first with what is open taken for no, and then otherwise.
    pub(super) fn all(&self) -> impl Iterator<Item = &All> {
        std::iter::once(&self.known).chain(&self.others)
    }

    /// Says whether the value of an expression on the event depends on what is open.
    pub fn is_open(&self, code: &Code, facts: &dyn Facts) -> bool {
        let value = code.eval(&Moment::new(facts, self)).into_owned();
        self.others.iter().any(|others| code.eval(&Moment::new(facts, &Others(others))).into_owned() != value)
    }

    /// Returns the value of an expression on the event; it is missing where that is not known.
    pub fn value(&self, code: &Code, facts: &dyn Facts) -> Value<'static> {
        if self.alone {
            return alone::value(code, facts);
        }
        if self.is_open(code, facts) { Value::Missing } else { code.eval(&Moment::new(facts, self)).into_owned() }
    }

    /// Says whether a condition holds on the event for sure.
    pub fn holds(&self, code: &Code, facts: &dyn Facts) -> bool {
        if self.alone {
            return alone::judge(code, facts) == Some(true);
        }
        code.holds(&Moment::new(facts, self)) && self.others.iter().all(|others| code.holds(&Moment::new(facts, &Others(others))))
    }
}

impl Memory for Answers {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.get(question).cloned().unwrap_or_default()
    }
}

/// Answers with what is open taken otherwise.
struct Others<'a>(&'a [(QuestionId, Value<'static>)]);

impl Memory for Others<'_> {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        find(self.0, question).cloned().unwrap_or_default()
    }
}

fn find<'a>(answers: &'a [(QuestionId, Value<'static>)], question: QuestionId) -> Option<&'a Value<'static>> {
    answers.iter().find(|(known, _)| *known == question).map(|(_, value)| value)
}
