//! The meaning of an expression: every name resolved, every type known.
//!
//! Made by `check`; read by the evaluator and the plan. Two expressions mean the same if their [`Typed::key`] is the
//! same text, which is what sharing across rules and the identity of a history's state rest on.

use std::fmt::Write;
use std::sync::Arc;

use super::ast::{Arithmetic, Comparison};
use super::functions::Function;
use crate::diagnostic::Span;
use crate::event::{FieldRef, RecordFieldId, RecordKind, Span as Duration, Type, Value};

/// An expression whose names and types are known.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it is.
    pub node: Node,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands.
    pub at: Span,
    /// How many nodes it has when every name is filled in.
    pub size: usize,
    /// How many levels deep it is when every name is filled in.
    pub depth: usize,
}

/// Whose field is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    /// The event at hand: in a population the past event, else the current one.
    Here,
    /// The event that the population is asked for: `now.x`.
    Now,
    /// The event that an earlier step of the sequence took, by the step's position.
    Step(usize),
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Node {
    /// A literal, or a list of literals.
    Constant(Value<'static>),
    /// A setting with its value in this workspace.
    Setting(Arc<str>, Value<'static>),
    /// A list with parts that are not literals.
    List(Vec<Arc<Typed>>),
    /// `low..high`.
    Range(i64, i64),
    /// A field of an event.
    Field(Scope, FieldRef),
    /// A field of the element that the innermost `any`, `all`, `none` or `filter` looks at.
    Element(RecordKind, RecordFieldId),
    /// A field of the record at an index.
    Indexed(Scope, RecordKind, i64, RecordFieldId),
    /// A list of records, and the conditions that `filter` put on them.
    Records(Scope, RecordKind, Vec<Arc<Typed>>),
    /// A field of the record at an index of a filtered list.
    Picked(Arc<Typed>, i64, RecordFieldId),
    /// Steps into a JSON value.
    Json(Arc<Typed>, Vec<JsonStep>),
    /// An element of a list.
    At(Arc<Typed>, i64),
    /// Negation.
    Not(Arc<Typed>),
    /// All of them.
    And(Vec<Arc<Typed>>),
    /// At least one of them.
    Or(Vec<Arc<Typed>>),
    /// Change of sign.
    Negate(Arc<Typed>),
    /// A calculation.
    Arithmetic(Arithmetic, Arc<Typed>, Arc<Typed>),
    /// A comparison; the flag ignores case.
    Compare(Comparison, bool, Arc<Typed>, Arc<Typed>),
    /// A comparison with regular expressions, at least one.
    Matches(Arc<Typed>, Vec<Pattern>),
    /// A call of an ordinary function.
    Call(Function, Vec<Arc<Typed>>),
    /// `any`, `all` or `none` over records.
    Quantified(Quantifier, Arc<Typed>, Arc<Typed>),
    /// What a `let` or a definition stands for.
    Named(Arc<str>, Arc<Typed>),
    /// A question to a history.
    Remember(Arc<Remember>),
}

/// One step into a JSON value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JsonStep {
    /// A key of an object.
    Key(String),
    /// An index of an array; negative ones count from the end.
    Index(i64),
}

/// A regular expression: its pattern with the flags written into it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pattern {
    /// The pattern, such as `(?i)^adm`.
    pub text: String,
}

/// How many records a condition must hold for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Every one; also where there is none.
    All,
    /// None of them.
    None,
}

/// Most events that are kept of one key of a history; the oldest go first.
pub const EVENTS_PER_KEY_MAX: usize = 100_000;

/// A set of past events.
#[derive(Clone, Debug)]
pub struct History {
    /// Which events belong to it; `now.` in it is the event that asks.
    pub population: Arc<Typed>,
    /// What groups them.
    pub keys: Vec<Key>,
    /// How far back it reaches; `None` is without end.
    pub within: Option<Duration>,
    /// Where it stands.
    pub at: Span,
}

/// What a past event and the event that asks must have in common.
#[derive(Clone, Debug)]
pub struct Key {
    /// Read from the past event.
    pub past: Arc<Typed>,
    /// Read from the event that asks.
    pub now: Arc<Typed>,
}

/// A question to a history.
#[derive(Clone, Debug)]
pub struct Remember {
    /// What is asked.
    pub question: Question,
    /// Whom it is asked of; a sequence's steps have histories of their own.
    pub history: Arc<History>,
    /// What is taken from each event.
    pub value: Option<Arc<Typed>>,
}

/// What is asked of a history.
#[derive(Clone, Debug)]
pub enum Question {
    /// How many events.
    Count,
    /// How many different values.
    Distinct,
    /// The sum of the values.
    Sum,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The mean of the values.
    Avg,
    /// The different values, in order of their first event.
    Values,
    /// The most frequent values, at most so many.
    Top(i64),
    /// Whether an earlier event exists.
    Seen,
    /// The value of the most recent earlier event.
    Last,
    /// The value of the oldest earlier event.
    First,
    /// Whether no earlier event had this value; and how long the key must be known.
    FirstSeen(Option<Duration>),
    /// The speed from the most recent earlier event's place.
    TravelSpeed,
    /// The distance from the most recent earlier event's place.
    TravelDistance,
    /// Whether an event comes within the window after this one.
    FollowedBy,
    /// How unusual the current bucket's count is; the length of a bucket.
    ZScore(Duration),
    /// Whether the steps happened in this order.
    Sequence(Arc<Sequence>),
}

/// Steps in their order.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// The steps; the last one is the current event.
    pub steps: Vec<Step>,
    /// What must not happen anywhere between.
    pub until: Vec<Arc<Typed>>,
}

/// One step of a sequence.
#[derive(Clone, Debug)]
pub struct Step {
    /// The name that later steps use.
    pub name: Option<Arc<str>>,
    /// How often it must happen, at least.
    pub times: i64,
    /// Whether it must not happen between its neighbours.
    pub absent: bool,
    /// Which events are it.
    pub population: Arc<Typed>,
    /// What groups it.
    pub keys: Vec<Arc<Typed>>,
    /// Where it stands.
    pub at: Span,
}

impl Typed {
    /// Makes an expression; size and depth follow from the parts.
    pub fn new(node: Node, ty: Type, at: Span) -> Arc<Typed> {
        let mut size = 1usize;
        let mut depth = 0;
        node.children(&mut |child| {
            size = size.saturating_add(child.size);
            depth = depth.max(child.depth);
        });
        Arc::new(Typed { node, ty, at, size, depth: depth + 1 })
    }

    /// Returns the expression behind any names.
    pub fn unnamed(&self) -> &Typed {
        match &self.node {
            Node::Named(_, inner) => inner.unnamed(),
            _ => self,
        }
    }

    /// Returns the constant that this is, if it is one.
    pub fn constant(&self) -> Option<Value<'static>> {
        match &self.unnamed().node {
            Node::Constant(value) | Node::Setting(_, value) => Some(value.clone()),
            Node::List(parts) => parts.iter().map(|part| part.constant()).collect::<Option<Vec<_>>>().map(Value::List),
            _ => None,
        }
    }

    /// Returns the constant texts in it, each with its place.
    pub fn texts(&self) -> Vec<(String, Span)> {
        match &self.unnamed().node {
            Node::List(parts) => parts.iter().flat_map(|part| part.texts()).collect(),
            Node::Constant(Value::Text(text)) => vec![(text.to_string(), self.at)],
            Node::Setting(_, Value::Text(text)) => vec![(text.to_string(), self.at)],
            Node::Constant(Value::List(values)) | Node::Setting(_, Value::List(values)) => {
                values.iter().filter_map(|value| value.as_text().map(|text| (text.to_owned(), self.at))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns a text that is the same for every expression of the same meaning and form.
    pub fn key(&self) -> String {
        let mut out = String::new();
        self.write_key(&mut out);
        out
    }

    /// Visits this expression and every part of it, names filled in and histories entered.
    pub fn walk(&self, visit: &mut dyn FnMut(&Typed)) {
        visit(self);
        self.node.children(&mut |child| child.walk(visit));
    }

    /// Says whether a part of it asks a history.
    pub fn remembers(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= matches!(part.node, Node::Remember(_)));
        found
    }

    fn write_key(&self, out: &mut String) {
        let list = |out: &mut String, name: &str, parts: &[Arc<Typed>]| {
            out.push_str(name);
            out.push('(');
            for part in parts {
                part.write_key(out);
                out.push(',');
            }
            out.push(')');
        };
        match &self.node {
            Node::Constant(value) | Node::Setting(_, value) => write_value(out, value),
            Node::List(parts) => list(out, "list", parts),
            Node::Range(low, high) => push(out, format_args!("{low}..{high}")),
            Node::Field(scope, field) => push(out, format_args!("{}{}", scope.prefix(), field.path())),
            Node::Element(kind, field) => push(out, format_args!(".{kind:?}.{field:?}")),
            Node::Indexed(scope, kind, at, field) => push(out, format_args!("{}{kind:?}[{at}].{field:?}", scope.prefix())),
            Node::Records(scope, kind, filters) => {
                push(out, format_args!("{}{kind:?}", scope.prefix()));
                list(out, "", filters);
            }
            Node::Picked(base, at, field) => {
                base.write_key(out);
                push(out, format_args!("[{at}].{field:?}"));
            }
            Node::Json(base, steps) => {
                base.write_key(out);
                push(out, format_args!("{steps:?}"));
            }
            Node::At(base, at) => {
                base.write_key(out);
                push(out, format_args!("[{at}]"));
            }
            Node::Not(inner) => {
                out.push('!');
                inner.write_key(out);
            }
            Node::And(parts) => list(out, "and", parts),
            Node::Or(parts) => list(out, "or", parts),
            Node::Negate(inner) => {
                out.push('-');
                inner.write_key(out);
            }
            Node::Arithmetic(operator, left, right) => {
                list(out, operator.text(), &[left.clone(), right.clone()]);
            }
            Node::Compare(op, fold, left, right) => list(out, op.text(*fold), &[left.clone(), right.clone()]),
            Node::Matches(left, patterns) => {
                left.write_key(out);
                push(out, format_args!("~{patterns:?}"));
            }
            Node::Call(function, arguments) => list(out, function.name(), arguments),
            Node::Quantified(quantifier, records, condition) => {
                push(out, format_args!("{quantifier:?}"));
                list(out, "", &[records.clone(), condition.clone()]);
            }
            Node::Named(_, inner) => inner.write_key(out),
            Node::Remember(remember) => out.push_str(&remember.key()),
        }
    }
}

impl Scope {
    fn prefix(self) -> String {
        match self {
            Scope::Here => String::new(),
            Scope::Now => "now.".to_owned(),
            Scope::Step(at) => format!("step{at}."),
        }
    }
}

impl Node {
    /// Visits the direct parts, those of histories included.
    pub fn children(&self, visit: &mut dyn FnMut(&Typed)) {
        match self {
            Node::Constant(_) | Node::Setting(..) | Node::Range(..) | Node::Field(..) | Node::Element(..) | Node::Indexed(..) => {}
            Node::List(parts) | Node::And(parts) | Node::Or(parts) | Node::Call(_, parts) | Node::Records(_, _, parts) => {
                parts.iter().for_each(|part| visit(part));
            }
            Node::Json(inner, _)
            | Node::Picked(inner, ..)
            | Node::At(inner, _)
            | Node::Not(inner)
            | Node::Negate(inner)
            | Node::Named(_, inner)
            | Node::Matches(inner, _) => visit(inner),
            Node::Arithmetic(_, left, right) | Node::Compare(_, _, left, right) | Node::Quantified(_, left, right) => {
                visit(left);
                visit(right);
            }
            Node::Remember(remember) => {
                remember.history.children(visit);
                if let Some(value) = &remember.value {
                    visit(value);
                }
                if let Question::Sequence(sequence) = &remember.question {
                    for step in &sequence.steps {
                        visit(&step.population);
                        step.keys.iter().for_each(|key| visit(key));
                    }
                    sequence.until.iter().for_each(|until| visit(until));
                }
            }
        }
    }
}

impl History {
    /// Returns a text that is the same for every history of the same meaning.
    pub fn key(&self) -> String {
        let mut out = String::from("history(");
        self.population.write_key(&mut out);
        for key in &self.keys {
            out.push_str(" by ");
            key.past.write_key(&mut out);
            out.push('=');
            key.now.write_key(&mut out);
        }
        match self.within {
            Some(within) => push(&mut out, format_args!(" within {within})")),
            None => out.push(')'),
        }
        out
    }

    fn children(&self, visit: &mut dyn FnMut(&Typed)) {
        visit(&self.population);
        for key in &self.keys {
            visit(&key.past);
            visit(&key.now);
        }
    }
}

impl Remember {
    /// Returns a text that is the same for every question of the same meaning.
    pub fn key(&self) -> String {
        let mut out = String::new();
        match &self.question {
            Question::Sequence(sequence) => {
                out.push_str("sequence(");
                for step in &sequence.steps {
                    push(&mut out, format_args!("{}x{} ", if step.absent { "not " } else { "" }, step.times));
                    step.population.write_key(&mut out);
                    for key in &step.keys {
                        out.push_str(" by ");
                        key.write_key(&mut out);
                    }
                    out.push(';');
                }
                for until in &sequence.until {
                    out.push_str("until ");
                    until.write_key(&mut out);
                }
                push(&mut out, format_args!(" within {:?})", self.history.within));
                return out;
            }
            question => push(&mut out, format_args!("{question:?}(")),
        }
        if let Some(value) = &self.value {
            value.write_key(&mut out);
            out.push_str(" of ");
        }
        out.push_str(&self.history.key());
        out.push(')');
        out
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = out.write_fmt(text);
}

fn write_value(out: &mut String, value: &Value<'static>) {
    push(out, format_args!("{value:?}"));
}
