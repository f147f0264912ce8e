//! Rules to one flat, indexed, explained plan.
//!
//! Takes checked rules; gives a [`Plan`]: the fields that are read, every distinct predicate once, a boolean program for each rule, and
//! an index that finds the few rules an event can concern. A plan is immutable and shared; it keeps no state.

mod explain;
mod index;
mod program;
pub mod remember;
mod simplify;

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use crate::evaluate::{Code, Lowering, Questions, wanted};
use crate::event::{FieldRef, Layout};
use crate::language::{Sets, TypeSet, Typed};
use crate::pack::{Part, Rule, Severity};

pub use explain::{Delivery, Explanation};
pub use index::{Candidates, Index};
pub use program::{AtomId, Program};
use remember::RememberPlan;

/// Names a rule of a plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleIndex(pub u32);

/// A set of rules in the form that is run.
#[derive(Debug)]
pub struct Plan {
    layout: Layout,
    rules: Vec<PlannedRule>,
    atoms: Arc<[Code]>,
    index: Index,
    questions: Questions,
    remember: Arc<RememberPlan>,
    sets: Arc<Sets>,
}

/// A rule in the form that is run.
#[derive(Debug)]
pub struct PlannedRule {
    /// The rule as it was read.
    pub rule: Arc<Rule>,
    /// Its condition.
    pub program: Program,
    /// The event types on which it can fire.
    pub types: TypeSet,
    /// Whether it asks a history.
    pub remembers: bool,
    /// What decides the severity, first that holds.
    pub severity: Vec<(Option<Code>, Severity)>,
    /// The parts of the title.
    pub title: Vec<TitlePart>,
    /// What is shown with an alert.
    pub context: Vec<(String, Code)>,
    /// What groups findings.
    pub group_by: Vec<Code>,
}

/// A part of a title.
#[derive(Debug)]
pub enum TitlePart {
    /// Text.
    Text(String),
    /// A value.
    Value(Code),
}

impl Plan {
    /// Compiles rules; those that are not enabled are left out. `sets` tells the event types apart.
    pub fn compile(rules: impl IntoIterator<Item = Arc<Rule>>, sets: &Arc<Sets>) -> Plan {
        Plan::compile_counting(rules, sets, false)
    }

    /// Does so for somebody who asks how many there are: a count that is only compared is worked out beyond what decides, too.
    pub fn compile_exact(rules: impl IntoIterator<Item = Arc<Rule>>, sets: &Arc<Sets>) -> Plan {
        Plan::compile_counting(rules, sets, true)
    }

    fn compile_counting(rules: impl IntoIterator<Item = Arc<Rule>>, sets: &Arc<Sets>, is_exact: bool) -> Plan {
        let rules: Vec<Arc<Rule>> = rules.into_iter().filter(|rule| rule.enabled).collect();
        let layout = layout_of(&rules);
        let mut atoms = program::Atoms::default();
        let mut questions = Questions::default();
        let mut type_sets: HashMap<String, TypeSet> = HashMap::new();
        let mut planned = Vec::with_capacity(rules.len());
        let mut keys = Vec::with_capacity(rules.len());
        for rule in rules {
            let when = simplify::simplify(&rule.when);
            let types = type_sets.entry(types_key(&when)).or_insert_with(|| sets.may(&when)).clone();
            let rest = simplify::all_of(std::slice::from_ref(&when), &when, &types, sets);
            let mut lowering = Lowering { layout: &layout, questions: &mut questions };
            let program = atoms.program(&rest, &mut lowering);
            let part = |lowering: &mut Lowering<'_>, typed: &Arc<Typed>| lowering.lower(typed);
            let severity = rule.severity.iter().map(|grade| (grade.when.as_ref().map(|typed| part(&mut lowering, typed)), grade.level)).collect();
            let title = rule
                .alert
                .title
                .parts
                .iter()
                .map(|piece| match piece {
                    Part::Text(text) => TitlePart::Text(text.clone()),
                    Part::Value(typed) => TitlePart::Value(part(&mut lowering, typed)),
                })
                .collect();
            let context = rule.context.iter().map(|(name, typed)| (name.clone(), part(&mut lowering, typed))).collect();
            let group_by = rule.alert.group_by.iter().map(|typed| part(&mut lowering, typed)).collect();
            keys.push(index::necessary(&rest, &layout));
            planned.push(PlannedRule { remembers: rule.remembers(), rule, program, types, severity, title, context, group_by });
        }
        let index = Index::build(planned.iter().zip(&keys).map(|(rule, key)| (&rule.types, key.as_ref())), sets);
        let numbered: Vec<(RuleIndex, &Rule)> = planned.iter().zip(0u32..).map(|(planned, at)| (RuleIndex(at), &*planned.rule)).collect();
        let mut remember = RememberPlan::compile(&numbered, &layout, sets, &questions, &mut atoms, is_exact);
        let atoms: Arc<[Code]> = atoms.into_codes().into();
        remember.share(atoms.clone());
        Plan { layout, rules: planned, atoms, index, questions, remember: Arc::new(remember), sets: sets.clone() }
    }

    /// Returns the fields that are read of each event.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the rules, by index.
    pub fn rules(&self) -> &[PlannedRule] {
        &self.rules
    }

    /// Returns one rule.
    pub fn rule(&self, index: RuleIndex) -> Option<&PlannedRule> {
        self.rules.get(index.0 as usize)
    }

    /// Returns the distinct predicates.
    pub fn atoms(&self) -> &[Code] {
        &self.atoms
    }

    /// Returns the index that finds candidates.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Returns the distinct questions to histories.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Returns how the rules that ask histories are run.
    pub fn remember(&self) -> &Arc<RememberPlan> {
        &self.remember
    }

    /// Returns the event types, told apart by index.
    pub fn sets(&self) -> &Arc<Sets> {
        &self.sets
    }

    /// Returns the ids of the rules that ask histories.
    pub fn remembering(&self) -> Vec<&str> {
        self.rules.iter().filter(|rule| rule.remembers).map(|rule| &*rule.rule.id).collect()
    }
}

/// Two conditions that say the same of event types share the work of finding out.
fn types_key(when: &Typed) -> String {
    when.key()
}

fn layout_of(rules: &[Arc<Rule>]) -> Layout {
    let mut fields: BTreeSet<FieldRef> = BTreeSet::new();
    let mut records = Vec::new();
    for rule in rules {
        for typed in rule.expressions() {
            wanted(typed, &mut fields, &mut records);
        }
    }
    Layout::new(fields, records)
}

#[cfg(test)]
mod tests;
