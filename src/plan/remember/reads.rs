//! Reads: which fields of an event are looked at again once it is known where the event belongs and what it can fulfil.
//!
//! Nothing else of an event is kept. What the event decides alone has been decided when it came, the values that it goes by are a part of
//! where it stands, and what is shown of a finding beside the answers of histories is read of the event's bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ask::PLACE;
use super::split;
use crate::evaluate::{wanted, wanted_of_part};
use crate::event::{FieldRef, RecordFieldId, RecordKind};
use crate::language::{Node, Question, Remember, Typed};
use crate::pack::Rule;

/// By which way an event came: its bytes do not say.
pub const SOURCE_PATH: &str = "source";

/// Fields, and fields of records.
#[derive(Default)]
struct Reads {
    fields: BTreeSet<FieldRef>,
    records: Vec<(RecordKind, RecordFieldId)>,
}

/// Returns the fields that a rule reads of the event on which it decides, by path; a record field's is written `kind[].path`. Where its
/// alerts are seen by others, how bad they are is decided with them.
pub(super) fn of_rule(rule: &Rule, is_seen: bool) -> BTreeSet<String> {
    let mut reads = Reads::default();
    split::split(&rule.when).bound.iter().for_each(|typed| reads.evaluate(typed));
    let grades = rule.severity.iter().filter_map(|grade| grade.when.as_ref());
    grades.filter(|_| is_seen).for_each(|typed| reads.evaluate(typed));
    let mut told = Reads::default();
    for typed in rule.told() {
        reads.asked(typed);
        told.evaluate(typed);
    }
    reads.fields.extend(told.fields.into_iter().filter(|field| field.path() == SOURCE_PATH));
    reads.paths()
}

/// Returns the fields that a question reads of the events that belong to its histories.
pub(super) fn of_members(remember: &Remember) -> BTreeSet<String> {
    let mut reads = Reads::default();
    reads.bound(remember);
    reads.value(remember);
    reads.paths()
}

impl Reads {
    /// Takes in what an expression reads of the event on which it is evaluated.
    fn evaluate(&mut self, typed: &Typed) {
        match &typed.node {
            Node::Remember(remember) => self.ask(remember),
            node => {
                wanted_of_part(typed, &mut self.fields, &mut self.records);
                node.children(&mut |child| self.evaluate(child));
            }
        }
    }

    /// Takes in what the questions of an expression read of the event on which it is evaluated.
    fn asked(&mut self, typed: &Typed) {
        match &typed.node {
            Node::Remember(remember) => self.ask(remember),
            node => node.children(&mut |child| self.asked(child)),
        }
    }

    /// Takes in what a question reads of the event that asks it.
    fn ask(&mut self, remember: &Remember) {
        remember.history.keys.iter().for_each(|key| self.all(&key.now));
        if let Question::Sequence(sequence) = &remember.question
            && let Some(last) = sequence.steps.last()
        {
            // The event that asks must be the last step.
            last.keys.iter().chain([&last.population]).for_each(|part| self.all(part));
        }
        // Others may be compared with it.
        self.bound(remember);
        self.value(remember);
    }

    /// Takes in what decides whether an event belongs to a question's histories beside that event.
    fn bound(&mut self, remember: &Remember) {
        let mut populations = vec![&remember.history.population];
        if let Question::Sequence(sequence) = &remember.question {
            populations.extend(sequence.steps.iter().map(|step| &step.population).chain(&sequence.until));
        }
        populations.into_iter().flat_map(|population| split::split(population).bound).for_each(|part| self.all(&part));
    }

    /// Takes in what a question takes of events.
    fn value(&mut self, remember: &Remember) {
        remember.value.iter().for_each(|value| self.all(value));
        if matches!(remember.question, Question::TravelSpeed | Question::TravelDistance) {
            self.fields.extend(FieldRef::find(PLACE));
        }
    }

    /// Takes in all that an expression reads, whatever event it is of.
    fn all(&mut self, typed: &Arc<Typed>) {
        wanted(typed, &mut self.fields, &mut self.records);
    }

    fn paths(self) -> BTreeSet<String> {
        let records = self.records.iter().map(|(kind, field)| format!("{}[].{}", kind.path(), field.get().path));
        self.fields.iter().map(FieldRef::path).chain(records).collect()
    }
}
