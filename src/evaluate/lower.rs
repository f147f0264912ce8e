//! Typed expressions to code: fields to slots, questions to numbers, comparisons to their quickest form.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use regex::RegexSetBuilder;

use super::code::{Code, QuestionId, RecordsCode, Test};
use crate::event::{FieldRef, Layout, RecordFieldId, RecordKind, Value};
use crate::language::{COMPILED_BYTES_MAX, Comparison, Node, Question, Remember, Typed};

/// From so many texts on a list is looked up instead of walked through.
const LOOKUP_FROM: usize = 4;

/// Adds the fields that an expression reads, those of its histories included.
pub fn wanted(typed: &Typed, fields: &mut BTreeSet<FieldRef>, records: &mut Vec<(RecordKind, RecordFieldId)>) {
    typed.walk(&mut |part| wanted_of_part(part, fields, records));
}

/// Adds the fields that one part of an expression reads itself, apart from those of the parts that it has.
pub fn wanted_of_part(part: &Typed, fields: &mut BTreeSet<FieldRef>, records: &mut Vec<(RecordKind, RecordFieldId)>) {
    let mut note = |kind: RecordKind, field: RecordFieldId| {
        if !records.contains(&(kind, field)) {
            records.push((kind, field));
        }
    };
    match &part.node {
        Node::Field(_, field) => {
            fields.insert(field.clone());
        }
        Node::Element(kind, field) | Node::Indexed(_, kind, _, field) => note(*kind, *field),
        Node::Picked(base, _, field) => {
            if let crate::event::Type::Records(kind) = base.ty {
                note(kind, *field);
            }
        }
        // Counting records needs one of their fields to be read.
        Node::Records(_, kind, _) => {
            if let Some(field) = crate::event::record_fields(*kind).first().and_then(|field| crate::event::record_field(*kind, field.path)) {
                note(*kind, field);
            }
        }
        // Travel is measured between positions, whatever the population reads.
        Node::Remember(remember) if matches!(remember.question, Question::TravelSpeed | Question::TravelDistance) => {
            fields.extend(FieldRef::find("geo.point"));
        }
        _ => {}
    }
}

/// The distinct questions of many expressions.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    by_key: HashMap<String, QuestionId>,
    questions: Vec<Arc<Remember>>,
}

impl Questions {
    /// Returns the number of a question; equal questions have the same one.
    pub fn id(&mut self, remember: &Arc<Remember>) -> QuestionId {
        let next = QuestionId(u32::try_from(self.questions.len()).unwrap_or(u32::MAX));
        let id = *self.by_key.entry(remember.key()).or_insert(next);
        if id == next {
            self.questions.push(remember.clone());
        }
        id
    }

    /// Returns the question of a number.
    pub fn get(&self, id: QuestionId) -> Option<&Arc<Remember>> {
        self.questions.get(id.0 as usize)
    }

    /// Returns every question with its number.
    pub fn iter(&self) -> impl Iterator<Item = (QuestionId, &Arc<Remember>)> {
        self.questions.iter().enumerate().map(|(at, question)| (QuestionId(u32::try_from(at).unwrap_or(u32::MAX)), question))
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.questions.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }
}

/// Turns typed expressions into code for one layout.
#[derive(Debug)]
pub struct Lowering<'a> {
    /// The slots.
    pub layout: &'a Layout,
    /// The questions found so far.
    pub questions: &'a mut Questions,
}

impl Lowering<'_> {
    /// Returns the code of an expression. Fields that the layout does not have are missing.
    pub fn lower(&mut self, typed: &Typed) -> Code {
        match &typed.node {
            Node::Constant(value) | Node::Setting(_, value) => Code::Constant(value.clone()),
            Node::Named(_, inner) => self.lower(inner),
            Node::List(_) if typed.constant().is_some() => typed.constant().map_or(Code::Constant(Value::Missing), Code::Constant),
            Node::List(parts) => Code::List(self.all(parts)),
            Node::Range(low, high) => Code::Constant(Value::List(vec![Value::Int(*low), Value::Int(*high)])),
            Node::Field(scope, field) => self.layout.slot(field).map_or(Code::Constant(Value::Missing), |slot| Code::Field(*scope, slot)),
            Node::Element(kind, field) => self.layout.record_slot(*kind, *field).map_or(Code::Constant(Value::Missing), Code::Element),
            Node::Indexed(scope, kind, at, field) => {
                self.layout.record_slot(*kind, *field).map_or(Code::Constant(Value::Missing), |slot| Code::Indexed(*scope, *kind, *at, slot))
            }
            Node::Records(..) => self.records(typed).map_or(Code::Constant(Value::Missing), Code::Records),
            Node::Picked(base, at, field) => match (self.records(base), base.ty) {
                (Some(records), crate::event::Type::Records(kind)) => {
                    self.layout.record_slot(kind, *field).map_or(Code::Constant(Value::Missing), |slot| Code::Picked(records, *at, slot))
                }
                _ => Code::Constant(Value::Missing),
            },
            Node::Json(base, steps) => Code::Json(Box::new(self.lower(base)), steps.clone()),
            Node::At(base, at) => Code::At(Box::new(self.lower(base)), *at),
            Node::Not(inner) => Code::Not(Box::new(self.lower(inner))),
            Node::And(parts) => Code::And(self.all(parts)),
            Node::Or(parts) => Code::Or(self.all(parts)),
            Node::Negate(inner) => Code::Negate(Box::new(self.lower(inner))),
            Node::Arithmetic(operator, left, right) => Code::Arithmetic(*operator, Box::new(self.lower(left)), Box::new(self.lower(right))),
            Node::Compare(op, fold, left, right) => Code::Test(Box::new(self.compare(*op, *fold, left, right))),
            Node::Matches(left, patterns) => {
                let left = self.lower(left);
                let set = RegexSetBuilder::new(patterns.iter().map(|pattern| pattern.text.as_str()))
                    .size_limit(COMPILED_BYTES_MAX * patterns.len().max(1))
                    .nest_limit(64)
                    .build();
                match set {
                    Ok(set) => Code::Test(Box::new(Test::Matches(left, set))),
                    // The checker has compiled each of them; were one refused now, it matches nothing.
                    Err(_) => Code::Constant(Value::Bool(false)),
                }
            }
            Node::Call(function, arguments) => Code::Call(*function, self.all(arguments)),
            Node::Quantified(quantifier, records, condition) => match self.records(records) {
                Some(records) => Code::Quantified(*quantifier, records, Box::new(self.lower(condition))),
                None => Code::Constant(Value::Missing),
            },
            Node::Remember(remember) => Code::Ask(self.questions.id(remember)),
        }
    }

    fn all(&mut self, parts: &[Arc<Typed>]) -> Vec<Code> {
        parts.iter().map(|part| self.lower(part)).collect()
    }

    fn records(&mut self, typed: &Typed) -> Option<RecordsCode> {
        match &typed.unnamed().node {
            Node::Records(scope, kind, filters) => Some(RecordsCode { scope: *scope, kind: *kind, filters: self.all(filters) }),
            _ => None,
        }
    }

    fn compare(&mut self, op: Comparison, fold: bool, left: &Typed, right: &Typed) -> Test {
        if let Node::Range(low, high) = right.unnamed().node {
            return Test::Range(op == Comparison::NotIn, self.lower(left), low, high);
        }
        let is_membership = matches!(op.positive(), Comparison::Equal | Comparison::In) && !fold;
        if is_membership && let Some(Value::List(values)) = right.constant() {
            let texts: Option<Vec<Box<str>>> = values.iter().map(|value| value.as_text().map(Box::from)).collect();
            if let Some(texts) = texts.filter(|texts| texts.len() >= LOOKUP_FROM) {
                return Test::OneOf(op != op.positive(), self.lower(left), texts.into_iter().collect());
            }
        }
        match right.constant() {
            Some(right) => Test::Against(op, fold, self.lower(left), right),
            None => Test::Values(op, fold, self.lower(left), self.lower(right)),
        }
    }
}
