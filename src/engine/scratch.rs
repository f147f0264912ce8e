//! What has been decided of the event at hand.

use crate::evaluate::{Code, Moment};
use crate::plan::{AtomId, Program};

/// Remembers the predicates that have been decided for the event at hand.
#[derive(Debug, Default)]
pub struct Scratch {
    /// For each predicate the number of the event it was decided for, and the decision in the lowest bit.
    decided: Vec<u32>,
    event: u32,
}

impl Scratch {
    /// Makes one for so many predicates.
    pub fn for_atoms(count: usize) -> Self {
        Scratch { decided: vec![0; count], event: 0 }
    }

    /// Forgets all decisions.
    pub fn next_event(&mut self) {
        self.event = self.event.wrapping_add(2);
        if self.event == 0 {
            self.decided.fill(0);
            self.event = 2;
        }
    }

    /// Says whether a program holds, with the predicates by number; each of those is decided once for an event.
    pub fn holds(&mut self, program: &Program, atoms: &[Code], moment: &Moment<'_>) -> bool {
        match program {
            Program::Constant(truth) => *truth,
            Program::Atom(id) => self.atom(*id, atoms, moment),
            Program::Not(inner) => !self.holds(inner, atoms, moment),
            Program::And(parts) => parts.iter().all(|part| self.holds(part, atoms, moment)),
            Program::Or(parts) => parts.iter().any(|part| self.holds(part, atoms, moment)),
        }
    }

    fn atom(&mut self, id: AtomId, atoms: &[Code], moment: &Moment<'_>) -> bool {
        let at = id.0 as usize;
        if let Some(known) = self.decided.get(at).filter(|known| **known & !1 == self.event) {
            return known & 1 == 1;
        }
        let truth = atoms.get(at).is_some_and(|code| code.holds(moment));
        if let Some(known) = self.decided.get_mut(at) {
            *known = self.event | u32::from(truth);
        }
        truth
    }
}
