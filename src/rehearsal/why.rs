//! Why an event does or does not fulfil a rule: every part of the condition with its value.

use std::sync::Arc;

use crate::diagnostic::{Sources, Span as Place};
use crate::engine::remember::{Evidence, Footing, Met, OfAlert, Told};
use crate::engine::{Engine, Limits};
use crate::evaluate::{Code, Facts, Lowering, Moment, QuestionId, Questions};
use crate::event::{BadEvent, Event, Layout, Origin, Scalar, Span, Timestamp, Type, Value};
use crate::language::{Node, Question, Remember, Sets, Step, Typed};
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
    /// How sure the value is.
    pub standing: Standing,
    /// What else is to be said of it.
    pub note: Option<String>,
}

/// How sure a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Standing {
    /// It stays so.
    #[default]
    Known,
    /// It depends on events that have not come.
    Open,
    /// Nobody can know it: the event is judged alone, and it depends on others.
    Unknown,
    /// It was not worked out: what stands before it had decided.
    Unreached,
}

/// Works out why an event does or does not fulfil a rule, after the events that came with it.
#[derive(Debug)]
pub struct Inspection {
    plan: Arc<Plan>,
    engine: Engine,
    event: Event,
}

impl Inspection {
    /// Begins with a rule, enabled or not, of a pack that knows these event types; nothing is remembered yet. Where it asks about alerts, those
    /// that other rules raise are there, as far as they are enabled.
    pub fn new<'r>(rule: &Rule, others: impl Iterator<Item = &'r Rule>, sets: &Arc<Sets>) -> Self {
        let own = Arc::new(Rule { enabled: true, ..rule.clone() });
        let others = others.filter(|other| rule.asks_about_alerts() && other.id != rule.id).map(|other| Arc::new(other.clone()));
        let plan = Arc::new(Plan::compile_exact(std::iter::once(own).chain(others), sets));
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

    /// Says after which time nothing can have happened yet.
    pub fn set_latest(&mut self, latest: Timestamp) {
        self.engine.set_latest(latest);
    }

    /// Says whether the rule asks about alerts and there is another one that may raise some.
    pub fn has_others(&self) -> bool {
        self.plan.rules().len() > 1
    }

    /// Evaluates the rule's condition part by part on one event, behind the last event that was observed.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn why(mut self, rule: &Rule, raw: &[u8], origin: &Origin, sources: &Sources) -> Result<Why, BadEvent> {
        self.engine.leave_off();
        self.event.read(self.plan.layout(), raw, origin)?;
        let told = self.engine.remembering().ask(OWN, &self.event);
        Ok(self.tell(rule, &self.event, &told, sources))
    }

    /// Does so on the alert that another rule raises on an event, or with several rules, the last one on the alert of the one before it.
    ///
    /// # Errors
    /// The event cannot be read.
    pub fn why_of_alert(mut self, rule: &Rule, raised_by: &[&str], raw: &[u8], origin: &Origin, sources: &Sources) -> Result<WhyOfAlert, BadEvent> {
        self.engine.leave_off();
        self.event.read(self.plan.layout(), raw, origin)?;
        let index = |id: &&str| self.plan.rules().iter().position(|planned| *planned.rule.id == **id).and_then(|at| u32::try_from(at).ok()).map(RuleIndex);
        let raised_by: Option<Vec<RuleIndex>> = raised_by.iter().map(index).collect();
        Ok(match raised_by.map(|raised_by| self.engine.remembering().ask_of_alert(OWN, &raised_by, &self.event)) {
            Some(OfAlert::Told(alert, told)) => WhyOfAlert::Told(Box::new(self.tell(rule, &alert, &told, sources))),
            Some(OfAlert::Open) => WhyOfAlert::Open,
            Some(OfAlert::None) | None => WhyOfAlert::None,
        })
    }

    fn tell(&self, rule: &Rule, facts: &dyn Facts, told: &Told, sources: &Sources) -> Why {
        let mut questions = self.plan.questions().clone();
        Teller { layout: self.plan.layout(), facts, sources, told, questions: &mut questions }.part(&rule.when)
    }
}

/// Why an alert does or does not fulfil a rule.
#[derive(Clone, Debug)]
pub enum WhyOfAlert {
    /// There is no such alert, or the rule does not look at it.
    None,
    /// Whether there is one depends on events that have not come.
    Open,
    /// The condition, part by part.
    Told(Box<Why>),
}

/// The rule that is asked about stands first in its plan.
const OWN: RuleIndex = RuleIndex(0);

/// However late an event comes: here all of them are at hand.
const ANY_TIME: Span = Span::days(36_500);

struct Teller<'a> {
    layout: &'a Layout,
    facts: &'a dyn Facts,
    sources: &'a Sources,
    told: &'a Told,
    questions: &'a mut Questions,
}

impl Teller<'_> {
    fn part(&mut self, typed: &Typed) -> Why {
        let code = Lowering { layout: self.layout, questions: self.questions }.lower(typed);
        let (value, standing) = if self.told.answers.are_unknown() {
            let value = self.told.answers.value(&code, self.facts);
            let is_known = !typed.remembers() || !value.is_missing();
            (value, if is_known { Standing::Known } else { Standing::Unknown })
        } else {
            let value = code.eval(&Moment::new(self.facts, &self.told.answers)).into_owned();
            (value, if self.told.answers.is_open(&code, self.facts) { Standing::Open } else { Standing::Known })
        };
        let is_condition = typed.ty == Type::Scalar(Scalar::Bool);
        let mut why = Why { text: self.text(typed), value, is_condition, parts: Vec::new(), evidence: None, standing, note: None };
        if let (Code::Ask(question), Node::Remember(remember)) = (&code, &typed.node) {
            why.evidence = self.told.evidence.iter().find(|evidence| evidence.question == *question).cloned();
            why.note = self.missing_key(remember).or_else(|| self.open_until(*question));
            why.parts = self.steps(*question, remember);
        } else {
            why.parts = self.parts(typed);
        }
        why
    }

    fn parts(&mut self, typed: &Typed) -> Vec<Why> {
        match &typed.node {
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
        }
    }

    fn text(&self, typed: &Typed) -> String {
        self.snippet(typed.at)
    }

    fn snippet(&self, at: Place) -> String {
        let text: Vec<&str> = self.sources.snippet(at).split_whitespace().collect();
        text.join(" ")
    }

    /// Says which key of a history the event does not have: it belongs to no group then.
    fn missing_key(&mut self, remember: &Remember) -> Option<String> {
        let keys: Vec<Arc<Typed>> = match &remember.question {
            Question::Sequence(sequence) => sequence.steps.last().map(|step| step.keys.clone()).unwrap_or_default(),
            _ => remember.history.keys.iter().map(|key| key.now.clone()).collect(),
        };
        let is_missing = |key: &&Arc<Typed>| {
            let code = Lowering { layout: self.layout, questions: self.questions }.lower(key);
            code.eval(&Moment::new(self.facts, &self.told.answers)).is_missing()
        };
        let key = keys.iter().find(is_missing)?;
        Some(format!("`{}` is missing on this event, so that it goes with no other", key.text()))
    }

    fn open_until(&self, question: QuestionId) -> Option<String> {
        let (_, until) = self.told.open.iter().find(|(open, _)| *open == question)?;
        Some(format!("its window ends at {until}, after the last event"))
    }

    /// Returns a step as it is written.
    fn step(&self, step: &Step) -> String {
        let name = step.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let times = if step.times > 1 { format!("{} times ", step.times) } else { String::new() };
        format!("{name}{times}{}", self.snippet(step.at))
    }

    /// Tells what became of each step of a sequence.
    fn steps(&self, question: QuestionId, remember: &Remember) -> Vec<Why> {
        let Question::Sequence(sequence) = &remember.question else { return Vec::new() };
        let Some((_, trail)) = self.told.trails.iter().find(|(known, _)| *known == question) else { return Vec::new() };
        let last = sequence.steps.len().saturating_sub(1);
        let steps = sequence.steps.iter().zip(&trail.steps).enumerate();
        let steps = steps.map(|(at, (step, footing))| footed(self.step(step), footing, step.times, Stand::of(at, last)));
        let until = sequence.until.iter().zip(&trail.until);
        steps.chain(until.map(|(until, footing)| footed(format!("until {}", self.text(until)), footing, 1, Stand::Between))).collect()
    }
}

/// Where a step stands in its sequence.
#[derive(Clone, Copy, PartialEq)]
enum Stand {
    First,
    Between,
    Last,
}

impl Stand {
    fn of(at: usize, last: usize) -> Stand {
        match at {
            0 => Stand::First,
            at if at == last => Stand::Last,
            _ => Stand::Between,
        }
    }
}

/// Tells what became of a step.
fn footed(text: String, footing: &Footing, times: i64, stand: Stand) -> Why {
    let met = |met: &Met| format!("at {}: {}", met.at, met.uuid);
    let (truth, note) = match footing {
        Footing::Unreached => (None, "not reached".to_owned()),
        Footing::Taken(_) if stand == Stand::Last => (Some(true), "this event".to_owned()),
        Footing::Taken(event) => (Some(true), met(event)),
        Footing::Missing(found) if times > 1 => (Some(false), format!("{found} of {times} events")),
        Footing::Missing(_) if stand == Stand::First => (Some(false), "no such event inside the window".to_owned()),
        Footing::Missing(_) => (Some(false), "no such event behind what stands before it, inside the window".to_owned()),
        Footing::NotThis => (Some(false), "this event is not it".to_owned()),
        Footing::Clear => (Some(true), "no such event between".to_owned()),
        Footing::Broken(event) => (Some(false), format!("broken {}", met(event))),
    };
    let standing = if truth.is_some() { Standing::Known } else { Standing::Unreached };
    Why { text, value: truth.map_or(Value::Missing, Value::Bool), is_condition: true, parts: Vec::new(), evidence: None, standing, note: Some(note) }
}

/// A literal says nothing that its text does not say already.
fn says_something(typed: &Typed) -> bool {
    !matches!(typed.node, Node::Constant(_) | Node::Range(..)) && typed.constant().is_none_or(|_| matches!(typed.node, Node::Setting(..)))
}
