//! Why an event does or does not fulfil a rule: every part of the condition with its value.

use std::sync::Arc;

use crate::diagnostic::Sources;
use crate::engine::remember::{Answers, Evidence};
use crate::engine::{Engine, Limits};
use crate::evaluate::{Code, Lowering, Moment, Questions};
use crate::event::{BadEvent, Event, Layout, Origin, Scalar, Span, Type, Value};
use crate::language::{Node, Sets, Typed};
use crate::pack::Rule;
use crate::plan::{Plan, RuleIndex};

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
    /// The events behind the answer of a history; none if it is no history, or nothing stands behind its answer.
    pub evidence: Option<Evidence>,
}

/// Works out why an event does or does not fulfil a rule, after the events that came with it.
#[derive(Debug)]
pub struct Inspection {
    plan: Arc<Plan>,
    engine: Engine,
    event: Event,
}

impl Inspection {
    /// Begins with a rule, enabled or not, of a pack that knows these event types; nothing is remembered yet.
    pub fn new(rule: &Rule, sets: &Arc<Sets>) -> Self {
        let plan = Arc::new(Plan::compile([Arc::new(Rule { enabled: true, ..rule.clone() })], sets));
        let limits = Limits { lateness: ANY_TIME, ..Limits::default() };
        Inspection { engine: Engine::with_limits(plan.clone(), limits), plan, event: Event::new() }
    }

    /// Remembers an event for the histories of the rule, in whatever order events come.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn observe(&mut self, raw: &[u8], origin: &Origin) -> Result<(), BadEvent> {
        self.event.read(self.plan.layout(), raw, origin)?;
        self.engine.observe(&self.event);
        self.engine.changes();
        Ok(())
    }

    /// Evaluates the rule's condition part by part on one event, as if no other came any more.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn why(mut self, rule: &Rule, raw: &[u8], origin: &Origin, sources: &Sources) -> Result<Why, BadEvent> {
        self.engine.finish();
        self.event.read(self.plan.layout(), raw, origin)?;
        let (answers, evidence) = self.engine.remembering().ask(RuleIndex(0), &self.event);
        let mut questions = self.plan.questions().clone();
        let mut teller = Teller { layout: self.plan.layout(), event: &self.event, sources, answers: &answers, evidence: &evidence, questions: &mut questions };
        Ok(teller.part(&rule.when))
    }
}

/// However late an event comes: here all of them are at hand.
const ANY_TIME: Span = Span::days(36_500);

struct Teller<'a> {
    layout: &'a Layout,
    event: &'a Event,
    sources: &'a Sources,
    answers: &'a Answers,
    evidence: &'a [Evidence],
    questions: &'a mut Questions,
}

impl Teller<'_> {
    fn part(&mut self, typed: &Typed) -> Why {
        let code = Lowering { layout: self.layout, questions: self.questions }.lower(typed);
        let value = code.eval(&Moment::new(self.event, self.answers)).into_owned();
        let evidence = match &code {
            Code::Ask(question) => self.evidence.iter().find(|evidence| evidence.question == *question).cloned(),
            _ => None,
        };
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
        Why { text: self.text(typed), value, is_condition: typed.ty == Type::Scalar(Scalar::Bool), parts, evidence }
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
