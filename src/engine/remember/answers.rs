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
    /// The same with what is open taken for yes; none where nothing is.
    hoped: Option<All>,
    /// Whether none can be known, because the event is judged alone.
    alone: bool,
}

impl Answers {
    /// Makes answers of which all are known, or some are open: then `hoped` has them all with those taken for yes.
    pub(super) fn new(known: All, hoped: Option<All>) -> Self {
        Answers { known, hoped, alone: false }
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

    /// Returns the answers, with what is open taken for no, and where that is something, for yes.
    pub(super) fn all(&self) -> [&[(QuestionId, Value<'static>)]; 2] {
        [&self.known, self.hoped.as_deref().unwrap_or_default()]
    }

    /// Returns the value of an expression on the event; it is missing where that is not known.
    pub fn value(&self, code: &Code, facts: &dyn Facts) -> Value<'static> {
        if self.alone {
            return alone::value(code, facts);
        }
        let value = code.eval(&Moment::new(facts, self)).into_owned();
        match &self.hoped {
            Some(hoped) if code.eval(&Moment::new(facts, &Hoped(hoped))).into_owned() != value => Value::Missing,
            _ => value,
        }
    }

    /// Says whether a condition holds on the event for sure.
    pub fn holds(&self, code: &Code, facts: &dyn Facts) -> bool {
        if self.alone {
            return alone::judge(code, facts) == Some(true);
        }
        code.holds(&Moment::new(facts, self)) && self.hoped.as_ref().is_none_or(|hoped| code.holds(&Moment::new(facts, &Hoped(hoped))))
    }
}

impl Memory for Answers {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        self.get(question).cloned().unwrap_or_default()
    }
}

/// Answers with what is open taken for yes.
struct Hoped<'a>(&'a [(QuestionId, Value<'static>)]);

impl Memory for Hoped<'_> {
    fn answer(&self, question: QuestionId, _: &Moment<'_>) -> Value<'static> {
        find(self.0, question).cloned().unwrap_or_default()
    }
}

fn find<'a>(answers: &'a [(QuestionId, Value<'static>)], question: QuestionId) -> Option<&'a Value<'static>> {
    answers.iter().find(|(known, _)| *known == question).map(|(_, value)| value)
}
