//! For which values of a closed set a condition can hold, and for which it surely holds.
//!
//! Takes a typed condition; gives sets of event types (and of the other closed sets). The plan finds candidates by them, the
//! managed hook subscribes by them, and a condition that holds for no value or for every value is a mistake.

use std::collections::HashMap;

use crate::event::{ClosedSet, FieldRef, Scalar, Type, Value, event_types};
use crate::language::ast::Comparison;
use crate::language::check::EventTypes;
use crate::language::text::holds;
use crate::language::typed::{Node, Pattern, Scope, Typed};

/// The values that are told apart: the known ones, then any other value, then a missing one.
#[derive(Clone, Debug)]
pub struct Sets {
    set: ClosedSet,
    names: Vec<String>,
    index: HashMap<String, usize>,
}

/// A set of the values of one [`Sets`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeSet {
    words: Vec<u64>,
    len: usize,
}

/// What a condition says about the values: where it can hold, and where it surely does.
struct Holding {
    may: TypeSet,
    must: TypeSet,
}

impl TypeSet {
    fn filled(len: usize, full: bool) -> Self {
        let mut words = vec![if full { u64::MAX } else { 0 }; len.div_ceil(64)];
        if full
            && !len.is_multiple_of(64)
            && let Some(last) = words.last_mut()
        {
            *last = (1 << (len % 64)) - 1;
        }
        TypeSet { words, len }
    }

    fn insert(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Says whether the value at an index belongs to the set.
    pub fn contains(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Says whether no value belongs to it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Says whether every value belongs to it.
    pub fn is_full(&self) -> bool {
        *self == TypeSet::filled(self.len, true)
    }

    /// Returns how many values belong to it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns the union with another set of the same values.
    pub fn or(&self, other: &TypeSet) -> TypeSet {
        self.combine(other, |a, b| a | b)
    }

    /// Returns the intersection with another set of the same values.
    pub fn and(&self, other: &TypeSet) -> TypeSet {
        self.combine(other, |a, b| a & b)
    }

    fn combine(&self, other: &TypeSet, join: impl Fn(u64, u64) -> u64) -> TypeSet {
        TypeSet { words: self.words.iter().zip(&other.words).map(|(a, b)| join(*a, *b)).collect(), len: self.len }
    }

    fn complement(&self) -> TypeSet {
        self.combine(&TypeSet::filled(self.len, true), |a, full| !a & full)
    }

    /// Returns the indexes of the values that belong to it.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len).filter(|at| self.contains(*at))
    }
}

impl Sets {
    /// Returns the event types: Okta's catalogue in its order, then what the pack adds.
    pub fn event_types(extra: &EventTypes) -> Self {
        let mut names: Vec<String> = event_types().iter().map(|event_type| event_type.name.to_owned()).collect();
        let known = names.len();
        names.extend(extra.names().skip(known).map(str::to_owned));
        Sets::new(ClosedSet::EventType, names)
    }

    /// Returns the values of another closed set.
    pub fn of(set: ClosedSet) -> Self {
        Sets::new(set, set.values().into_iter().map(str::to_owned).collect())
    }

    fn new(set: ClosedSet, names: Vec<String>) -> Self {
        let index = names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        Sets { set, names, index }
    }

    /// Returns the known names, by index.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the index that stands for every value that is not known.
    pub fn other(&self) -> usize {
        self.names.len()
    }

    fn missing(&self) -> usize {
        self.names.len() + 1
    }

    fn len(&self) -> usize {
        // A type of event is always there.
        self.names.len() + if self.set == ClosedSet::EventType { 1 } else { 2 }
    }

    /// Returns the values for which a condition can hold.
    pub fn may(&self, condition: &Typed) -> TypeSet {
        self.holding(condition).may
    }

    /// Returns the values for which a condition holds whatever else the event says.
    pub fn must(&self, condition: &Typed) -> TypeSet {
        self.holding(condition).must
    }

    fn full(&self) -> TypeSet {
        TypeSet::filled(self.len(), true)
    }

    fn none(&self) -> TypeSet {
        TypeSet::filled(self.len(), false)
    }

    fn unknown(&self) -> Holding {
        Holding { may: self.full(), must: self.none() }
    }

    fn holding(&self, condition: &Typed) -> Holding {
        match &condition.node {
            Node::Named(_, inner) => self.holding(inner),
            Node::Constant(Value::Bool(truth)) | Node::Setting(_, Value::Bool(truth)) => {
                let set = if *truth { self.full() } else { self.none() };
                Holding { may: set.clone(), must: set }
            }
            Node::Not(inner) => {
                let inner = self.holding(inner);
                Holding { may: inner.must.complement(), must: inner.may.complement() }
            }
            Node::And(parts) => parts.iter().fold(Holding { may: self.full(), must: self.full() }, |sum, part| {
                let part = self.holding(part);
                Holding { may: sum.may.and(&part.may), must: sum.must.and(&part.must) }
            }),
            Node::Or(parts) => parts.iter().fold(Holding { may: self.none(), must: self.none() }, |sum, part| {
                let part = self.holding(part);
                Holding { may: sum.may.or(&part.may), must: sum.must.or(&part.must) }
            }),
            Node::Compare(op, fold, left, right) if self.is_field(left) => self.compared(*op, *fold, right),
            Node::Compare(op @ (Comparison::Equal | Comparison::NotEqual), fold, left, right) if self.is_field(right) => self.compared(*op, *fold, left),
            Node::Matches(left, patterns) if self.is_field(left) => self.matched(patterns),
            Node::Call(crate::language::functions::Function::Exists, parts) if parts.first().is_some_and(|part| self.is_field(part)) => {
                let mut set = self.full();
                if self.set != ClosedSet::EventType {
                    let mut missing = self.none();
                    missing.insert(self.missing());
                    set = missing.complement();
                }
                Holding { may: set.clone(), must: set }
            }
            _ => self.unknown(),
        }
    }

    fn is_field(&self, side: &Typed) -> bool {
        matches!(&side.unnamed().node, Node::Field(Scope::Here, FieldRef::Known(id)) if id.get().set == Some(self.set) && side.ty == Type::Scalar(Scalar::Text))
    }

    fn compared(&self, op: Comparison, fold: bool, side: &Typed) -> Holding {
        let Some(constant) = side.constant() else { return self.unknown() };
        let values: Vec<&str> = match &constant {
            Value::Text(text) => vec![text],
            Value::List(values) => values.iter().filter_map(Value::as_text).collect(),
            _ => return self.unknown(),
        };
        let positive = op.positive();
        let mut may = self.none();
        let exact = !fold && matches!(positive, Comparison::Equal | Comparison::In);
        if exact {
            for value in &values {
                may.insert(self.index.get(*value).copied().unwrap_or(self.other()));
            }
        } else {
            for (at, name) in self.names.iter().enumerate() {
                if values.iter().any(|value| holds(positive, fold, name, value)) {
                    may.insert(at);
                }
            }
        }
        // An unknown value may equal only a text that is itself unknown, but may well begin or end like this.
        let is_whole = matches!(positive, Comparison::Equal | Comparison::In);
        let other_may = if is_whole { values.iter().any(|value| !self.index.contains_key(*value)) } else { true };
        self.with_other(may, other_may, op != positive)
    }

    fn matched(&self, patterns: &[Pattern]) -> Holding {
        let regexes: Vec<regex::Regex> = patterns.iter().filter_map(|pattern| crate::language::regex::compile(&pattern.text).ok()).collect();
        let mut may = self.none();
        for (at, name) in self.names.iter().enumerate() {
            if regexes.iter().any(|regex| regex.is_match(name)) {
                may.insert(at);
            }
        }
        self.with_other(may, true, false)
    }

    /// Completes an exact answer for the known values with what can be said of others.
    fn with_other(&self, known: TypeSet, other_may: bool, negated: bool) -> Holding {
        let mut without = self.none();
        without.insert(self.other());
        let must = known.and(&without.complement());
        let mut may = must.clone();
        if other_may {
            may.insert(self.other());
        }
        if negated { Holding { may: must.complement(), must: may.complement() } } else { Holding { may, must } }
    }
}
