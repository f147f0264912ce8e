//! Conditions taken apart: what one event decides alone, and what needs another event or a history.

use std::collections::HashMap;
use std::sync::Arc;

use crate::event::{Scalar, Type, Value};
use crate::language::{Comparison, Node, Question, Remember, Scope, Typed};

/// The parts of a conjunction.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Decided by the event alone.
    pub(super) alone: Vec<Arc<Typed>>,
    /// Needs the event that asks, an earlier step, or a history.
    pub(super) bound: Vec<Arc<Typed>>,
}

/// Takes a conjunction apart.
pub(super) fn split(condition: &Arc<Typed>) -> Parts {
    let mut parts = Parts::default();
    add(condition, &mut parts);
    parts
}

/// Returns what a sequence demands of the event that asks, as far as that event decides it alone.
pub(super) fn last_step(part: &Typed) -> Vec<Arc<Typed>> {
    let Node::Remember(remember) = &part.unnamed().node else { return Vec::new() };
    match &remember.question {
        Question::Sequence(sequence) => sequence.steps.last().map(|step| split(&step.population).alone).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn add(part: &Arc<Typed>, parts: &mut Parts) {
    match &part.node {
        Node::And(inner) => inner.iter().for_each(|part| add(part, parts)),
        Node::Named(_, inner) if part.ty == Type::Scalar(Scalar::Bool) => add(inner, parts),
        Node::Constant(Value::Bool(true)) => {}
        _ if is_alone(part) => parts.alone.push(part.clone()),
        _ => parts.bound.push(part.clone()),
    }
}

/// Says whether an expression reads nothing but the event at hand.
pub(super) fn is_alone(part: &Typed) -> bool {
    let mut alone = true;
    part.walk(&mut |part| match &part.node {
        Node::Field(scope, _) | Node::Indexed(scope, ..) | Node::Records(scope, ..) => alone &= *scope == Scope::Here,
        Node::Remember(_) => alone = false,
        _ => {}
    });
    alone
}

/// Says whether a part of an expression reads what earlier steps of a sequence took.
pub(super) fn reads_steps(part: &Typed) -> bool {
    let mut reads = false;
    part.walk(&mut |part| match &part.node {
        Node::Field(scope, _) | Node::Indexed(scope, ..) | Node::Records(scope, ..) => reads |= matches!(scope, Scope::Step(_)),
        _ => {}
    });
    reads
}

/// How far the counts of questions are told apart: beyond a question's number every count decides alike.
#[derive(Debug, Default)]
pub(super) struct Thresholds {
    uses: HashMap<String, usize>,
    compared: HashMap<String, (usize, i64)>,
}

impl Thresholds {
    /// Takes an expression in.
    pub(super) fn add(&mut self, typed: &Typed) {
        typed.walk(&mut |part| match &part.node {
            Node::Remember(remember) if matches!(remember.question, Question::Count | Question::Distinct) => {
                *self.uses.entry(remember.key()).or_default() += 1;
            }
            Node::Compare(op, false, left, right) => {
                for (op, side, other) in [(*op, left, right), (op.mirrored(), right, left)] {
                    let Node::Remember(remember) = &side.unnamed().node else { continue };
                    let Some(enough) = enough(op, other) else { continue };
                    let compared = self.compared.entry(remember.key()).or_insert((0, 0));
                    compared.0 += 1;
                    compared.1 = compared.1.max(enough);
                }
            }
            _ => {}
        });
    }

    /// Returns the count from which on every count of a question decides alike, if there is one.
    pub(super) fn of(&self, key: &str) -> Option<usize> {
        let (compared, enough) = self.compared.get(key)?;
        (self.uses.get(key) == Some(compared)).then(|| usize::try_from(*enough).ok()).flatten()
    }
}

/// Returns the question of a condition that a count be at least so high, and how high.
pub(super) fn least(part: &Typed) -> Option<(&Arc<Remember>, usize)> {
    let Node::Compare(op, false, left, right) = &part.unnamed().node else { return None };
    [(*op, left, right), (op.mirrored(), right, left)].into_iter().find_map(|(op, side, other)| {
        let (Node::Remember(remember), Some(Value::Int(number))) = (&side.unnamed().node, other.constant()) else { return None };
        let least = match op {
            Comparison::GreaterEqual | Comparison::Equal => number,
            Comparison::Greater => number.checked_add(1)?,
            _ => return None,
        };
        let counts = matches!(remember.question, Question::Count | Question::Distinct);
        usize::try_from(least).ok().filter(|_| counts).map(|least| (remember, least))
    })
}

fn enough(op: Comparison, other: &Typed) -> Option<i64> {
    let Some(Value::Int(number)) = other.constant() else { return None };
    match op {
        Comparison::GreaterEqual | Comparison::Less => Some(number.max(0)),
        Comparison::Greater | Comparison::LessEqual | Comparison::Equal | Comparison::NotEqual => number.checked_add(1).map(|number| number.max(0)),
        _ => None,
    }
}
