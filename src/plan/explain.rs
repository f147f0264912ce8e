//! A plan in words.

use std::collections::BTreeSet;

use super::{Plan, PlannedRule, Program, RuleIndex};
use crate::evaluate::wanted;
use crate::event::event_type;
use crate::language::{ALERT_EVENT_TYPE, Node, Question, Remember, TypeSet, Typed};

/// By which way a rule's events come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// An Event Hook can deliver all of them.
    Hook,
    /// An Event Hook can deliver some of them.
    Mixed,
    /// Only the System Log has them.
    SystemLog,
    /// The rule, or one of its histories, names no event types.
    Any,
    /// Nothing has to be delivered: they are alerts of other rules.
    Alerts,
}

/// How one rule is run.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The rule's id.
    pub rule: String,
    /// How the index finds it.
    pub found: String,
    /// The event types on which it can fire; empty where that is any.
    pub event_types: Vec<String>,
    /// The event types of its histories, where those are named.
    pub history_event_types: Vec<String>,
    /// By which way its events come.
    pub delivery: Delivery,
    /// The fields that it reads.
    pub fields: Vec<String>,
    /// How many predicates its condition has, and how many of them other rules have too.
    pub predicates: (usize, usize),
    /// The questions it asks histories.
    pub questions: Vec<String>,
}

impl Plan {
    /// Explains how a rule is run.
    pub fn explain(&self, id: &str) -> Option<Explanation> {
        let at = self.rules.iter().position(|rule| &*rule.rule.id == id)?;
        let rule = self.rules.get(at)?;
        let fires_on = self.fires_on(rule);
        let is_any = self.is_any(&fires_on);
        let event_types = if is_any { Vec::new() } else { self.names(&fires_on) };
        let mut fields = BTreeSet::new();
        let mut records = Vec::new();
        for typed in rule.rule.expressions() {
            wanted(typed, &mut fields, &mut records);
        }
        let mut names: Vec<String> = fields.iter().map(crate::event::FieldRef::path).collect();
        names.extend(records.iter().map(|(kind, field)| format!("{}[].{}", kind.path(), field.get().path)));
        let mut own = BTreeSet::new();
        rule.program.collect(&mut own);
        let mut others = BTreeSet::new();
        self.rules.iter().enumerate().filter(|(other, _)| *other != at).for_each(|(_, rule)| rule.program.collect(&mut others));
        let (mut questions, mut asked) = (Vec::new(), Vec::new());
        for typed in rule.rule.expressions() {
            typed.walk(&mut |part| {
                if let Node::Remember(remember) = &part.node {
                    asked.extend(self.asks_about(remember));
                    let text = remember.text();
                    if !questions.contains(&text) {
                        questions.push(text);
                    }
                }
            });
        }
        let needs_any = is_any || asked.iter().any(|types| self.is_any(types));
        let of_histories: BTreeSet<String> = asked.iter().filter(|types| !self.is_any(types)).flat_map(|types| self.names(types)).collect();
        let needed: BTreeSet<String> = event_types.iter().chain(&of_histories).cloned().collect();
        Some(Explanation {
            rule: id.to_owned(),
            found: self.index.describe(RuleIndex(u32::try_from(at).ok()?)).to_owned(),
            delivery: delivery(&needed, needs_any),
            event_types,
            history_event_types: of_histories.into_iter().collect(),
            fields: names,
            predicates: (own.len(), own.intersection(&others).count()),
            questions,
        })
    }

    /// Says whether some rule, or some history, looks at every event whatever its type.
    pub fn needs_every_event_type(&self) -> bool {
        self.needs().any(|types| self.is_any(&types))
    }

    /// Returns the event types that the rules need and name: what a managed hook subscribes to, and what only the System Log has.
    pub fn needed_event_types(&self) -> BTreeSet<String> {
        self.needs().filter(|types| !self.is_any(types)).flat_map(|types| self.names(&types)).collect()
    }

    /// Returns what each rule fires on, and what each question to a history is about.
    fn needs(&self) -> impl Iterator<Item = TypeSet> + '_ {
        let of_rules = self.rules.iter().map(|rule| self.fires_on(rule));
        of_rules.chain(self.questions.iter().flat_map(|(_, question)| self.asks_about(question)))
    }

    fn fires_on(&self, rule: &PlannedRule) -> TypeSet {
        match last_step(&rule.rule.when) {
            Some(last) => rule.types.and(&self.sets.may(last)),
            None => rule.types.clone(),
        }
    }

    fn asks_about(&self, question: &Remember) -> Vec<TypeSet> {
        match &question.question {
            Question::Sequence(sequence) => {
                sequence.steps.iter().map(|step| &step.population).chain(&sequence.until).map(|population| self.sets.may(population)).collect()
            }
            _ => vec![self.sets.may(&question.history.population)],
        }
    }

    fn names(&self, types: &TypeSet) -> Vec<String> {
        types.iter().filter_map(|at| self.sets.names().get(at).cloned()).collect()
    }

    fn is_any(&self, types: &TypeSet) -> bool {
        types.len() > self.sets.names().len() / 2
    }
}

/// Returns the last step of a sequence that a condition cannot do without: the event at hand is that step.
fn last_step(when: &Typed) -> Option<&Typed> {
    match &when.unnamed().node {
        Node::And(parts) => parts.iter().find_map(|part| last_step(part)),
        Node::Remember(remember) => match &remember.question {
            Question::Sequence(sequence) => sequence.steps.last().filter(|last| !last.absent).map(|last| &*last.population),
            _ => None,
        },
        _ => None,
    }
}

fn delivery(event_types: &BTreeSet<String>, is_any: bool) -> Delivery {
    if is_any {
        return Delivery::Any;
    }
    let event_types: Vec<&String> = event_types.iter().filter(|name| *name != ALERT_EVENT_TYPE).collect();
    let by_hook = event_types.iter().filter(|name| event_type(name).is_some_and(|event_type| event_type.hook_eligible)).count();
    match by_hook {
        _ if event_types.is_empty() => Delivery::Alerts,
        0 => Delivery::SystemLog,
        some if some == event_types.len() => Delivery::Hook,
        _ => Delivery::Mixed,
    }
}

impl Program {
    /// Adds the predicates of the program.
    fn collect(&self, atoms: &mut BTreeSet<super::AtomId>) {
        match self {
            Program::Constant(_) => {}
            Program::Atom(id) => {
                atoms.insert(*id);
            }
            Program::Not(inner) => inner.collect(atoms),
            Program::And(parts) | Program::Or(parts) => parts.iter().for_each(|part| part.collect(atoms)),
        }
    }
}
