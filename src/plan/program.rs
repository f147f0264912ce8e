//! Boolean programs over numbered predicates.
//!
//! Every distinct predicate of all rules has one number and is decided at most once for an event.

use std::collections::HashMap;

use crate::evaluate::{Code, Lowering, Moment};
use crate::event::Value;
use crate::language::{Node, Typed};

/// Names a distinct predicate of a plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AtomId(pub u32);

/// A condition over numbered predicates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// Always or never.
    Constant(bool),
    /// A predicate.
    Atom(AtomId),
    /// The negation of one.
    Not(Box<Program>),
    /// All of them; the cheap ones stand first.
    And(Vec<Program>),
    /// At least one of them; the cheap ones stand first.
    Or(Vec<Program>),
}

impl Program {
    /// Says whether it holds, with the predicates by number.
    pub fn holds(&self, atoms: &[Code], moment: &Moment<'_>) -> bool {
        match self {
            Program::Constant(truth) => *truth,
            Program::Atom(id) => atoms.get(id.0 as usize).is_some_and(|code| code.holds(moment)),
            Program::Not(inner) => !inner.holds(atoms, moment),
            Program::And(parts) => parts.iter().all(|part| part.holds(atoms, moment)),
            Program::Or(parts) => parts.iter().any(|part| part.holds(atoms, moment)),
        }
    }
}

/// The distinct predicates found so far.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    by_key: HashMap<String, AtomId>,
    codes: Vec<Code>,
    costs: Vec<u32>,
}

impl Atoms {
    /// Returns the program of a condition and takes in its predicates.
    pub(super) fn program(&mut self, condition: &Typed, lowering: &mut Lowering<'_>) -> Program {
        match &condition.node {
            Node::Constant(Value::Bool(truth)) => Program::Constant(*truth),
            Node::Not(inner) => Program::Not(Box::new(self.program(inner, lowering))),
            Node::And(parts) => Program::And(self.ordered(parts, lowering)),
            Node::Or(parts) => Program::Or(self.ordered(parts, lowering)),
            _ => Program::Atom(self.atom(condition, lowering)),
        }
    }

    fn ordered(&mut self, parts: &[std::sync::Arc<Typed>], lowering: &mut Lowering<'_>) -> Vec<Program> {
        let mut programs: Vec<Program> = parts.iter().map(|part| self.program(part, lowering)).collect();
        programs.sort_by_key(|program| self.cost(program));
        programs
    }

    fn atom(&mut self, condition: &Typed, lowering: &mut Lowering<'_>) -> AtomId {
        let key = condition.key();
        if let Some(id) = self.by_key.get(&key) {
            return *id;
        }
        let id = AtomId(u32::try_from(self.codes.len()).unwrap_or(u32::MAX));
        self.by_key.insert(key, id);
        self.codes.push(lowering.lower(condition));
        self.costs.push(cost(condition));
        id
    }

    fn cost(&self, program: &Program) -> u32 {
        match program {
            Program::Constant(_) => 0,
            Program::Atom(id) => self.costs.get(id.0 as usize).copied().unwrap_or(u32::MAX),
            Program::Not(inner) => self.cost(inner),
            Program::And(parts) | Program::Or(parts) => parts.iter().map(|part| self.cost(part)).fold(0, u32::saturating_add),
        }
    }

    pub(super) fn into_codes(self) -> Vec<Code> {
        self.codes
    }
}

/// Estimates what deciding a predicate costs, in units of one comparison of texts.
fn cost(condition: &Typed) -> u32 {
    let mut sum = 0u32;
    condition.walk(&mut |part| {
        sum = sum.saturating_add(match &part.node {
            Node::Remember(_) => 1000,
            Node::Matches(..) => 50,
            Node::Quantified(..) => 20,
            Node::Json(..) => 200,
            Node::Call(..) => 10,
            Node::Field(_, field) if field.path().contains('.') => 2,
            _ => 1,
        });
    });
    sum
}
