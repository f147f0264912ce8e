//! Why an event does or does not fulfil a rule: every part of the condition with its value.

use std::collections::BTreeSet;

use crate::diagnostic::Sources;
use crate::evaluate::{Lowering, Memory, Moment, Questions, wanted};
use crate::event::{BadEvent, Event, Layout, Origin, Scalar, Type, Value};
use crate::language::{Node, Typed};
use crate::pack::Rule;

/// A part of a condition with its value on an event.
#[derive(Clone, Debug)]
pub struct Why {
    /// The text as it stands in the file, on one line.
    pub text: String,
    /// Its value.
    pub value: Value<'static>,
    /// Whether it is a condition.
    pub is_condition: bool,
    /// Its parts.
    pub parts: Vec<Why>,
}

/// Evaluates a rule's condition part by part on one event.
///
/// # Errors
/// The event cannot be read.
pub fn why(rule: &Rule, raw: &[u8], origin: &Origin, sources: &Sources, memory: &dyn Memory) -> Result<Why, BadEvent> {
    let mut fields = BTreeSet::new();
    let mut records = Vec::new();
    wanted(&rule.when, &mut fields, &mut records);
    let layout = Layout::new(fields, records);
    let mut event = Event::new();
    event.read(&layout, raw, origin)?;
    let mut questions = Questions::default();
    let mut teller = Teller { layout: &layout, event: &event, sources, memory, questions: &mut questions };
    Ok(teller.part(&rule.when))
}

struct Teller<'a> {
    layout: &'a Layout,
    event: &'a Event,
    sources: &'a Sources,
    memory: &'a dyn Memory,
    questions: &'a mut Questions,
}

impl Teller<'_> {
    fn part(&mut self, typed: &Typed) -> Why {
        let code = Lowering { layout: self.layout, questions: self.questions }.lower(typed);
        let value = code.eval(&Moment::new(self.event, self.memory)).into_owned();
        let parts = match &typed.node {
            Node::And(parts) | Node::Or(parts) => parts.iter().map(|part| self.part(part)).collect(),
            Node::Not(inner) => vec![self.part(inner)],
            // What a name stands for is told where it is used.
            Node::Named(_, inner) => match &inner.node {
                Node::Constant(_) => Vec::new(),
                _ => vec![self.part(inner)],
            },
            Node::Compare(_, _, left, right) | Node::Arithmetic(_, left, right) => {
                [left, right].into_iter().filter(|side| says_something(side)).map(|side| self.part(side)).collect()
            }
            Node::Matches(left, _) => vec![self.part(left)],
            Node::Call(_, arguments) => arguments.iter().filter(|argument| says_something(argument)).map(|argument| self.part(argument)).collect(),
            Node::Json(base, _) | Node::At(base, _) | Node::Negate(base) => vec![self.part(base)],
            Node::Quantified(_, records, _) => vec![self.part(records)],
            _ => Vec::new(),
        };
        Why { text: self.text(typed), value, is_condition: typed.ty == Type::Scalar(Scalar::Bool), parts }
    }

    fn text(&self, typed: &Typed) -> String {
        let text: Vec<&str> = self.sources.snippet(typed.at).split_whitespace().collect();
        text.join(" ")
    }
}

/// A literal says nothing that its text does not say already.
fn says_something(typed: &Typed) -> bool {
    !matches!(typed.node, Node::Constant(_) | Node::Range(..)) && typed.constant().is_none_or(|_| matches!(typed.node, Node::Setting(..)))
}
