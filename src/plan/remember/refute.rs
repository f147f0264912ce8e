//! Refutations: what no finding of a rule survives, so quick to see that it makes nearly all decisions.
//!
//! A rule that counts says nothing of nearly every event, because there are too few; one that looks for what is new says nothing
//! because it was there before. Each of these is one condition of the rule that the cell of the event decides at a glance.

use std::sync::Arc;

use super::ask::{Ask, Plain, Source};
use super::{Base, ENDLESS, split};
use crate::evaluate::{Code, Questions};
use crate::event::Span;
use crate::language::{Node, Question, Remember, Typed};
use crate::pack::Rule;

/// What refutes the condition of a rule on an event that belongs to a set of past events itself.
#[derive(Debug)]
pub enum Refutation {
    /// There are fewer events of its key than this, itself among them.
    Fewer {
        /// The set, by number.
        base: u32,
        /// How many there must be.
        than: usize,
    },
    /// Another one of its key came before, no longer ago than this.
    Before {
        /// The set, by number.
        base: u32,
        /// How long ago at most.
        within: Span,
        /// What must be the same of both, if anything must.
        same: Option<Code>,
    },
}

/// Returns what refutes a rule.
pub(super) fn refutations(rule: &Rule, questions: &mut Questions, asks: &[Ask], bases: &[Base]) -> Vec<Refutation> {
    let mut ask_of = |remember: &Arc<Remember>| asks.get(questions.id(remember).0 as usize);
    split::split(&rule.when).bound.iter().flat_map(|part| of_part(part, &mut ask_of, bases)).collect()
}

fn of_part<'a>(part: &Typed, ask_of: &mut dyn FnMut(&Arc<Remember>) -> Option<&'a Ask>, bases: &[Base]) -> Vec<Refutation> {
    if let Some((remember, than)) = split::least(part) {
        let Some(Ask::Plain(plain)) = ask_of(remember) else { return Vec::new() };
        return vec![Refutation::Fewer { base: plain.source.base, than }];
    }
    match &part.unnamed().node {
        Node::Remember(remember) => match ask_of(remember) {
            Some(Ask::Plain(plain)) => of_question(plain, remember, bases),
            // The event itself is the last step; whichever sets it belongs to, those of the other steps need others.
            Some(Ask::Steps(steps)) => {
                let before_last = steps.stages.iter().rev().skip(1).filter(|stage| !stage.absent);
                before_last.filter_map(|stage| Some(Refutation::Fewer { base: stage.source.as_ref()?.base, than: stage.times + 1 })).collect()
            }
            None => Vec::new(),
        },
        Node::Not(inner) => match &inner.unnamed().node {
            Node::Remember(remember) if matches!(remember.question, Question::Seen) => match ask_of(remember) {
                Some(Ask::Plain(plain)) => before(plain, None, bases),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn of_question(plain: &Plain, remember: &Remember, bases: &[Base]) -> Vec<Refutation> {
    match (&plain.question, &plain.value, &remember.value) {
        (Question::Seen, ..) => vec![Refutation::Fewer { base: plain.source.base, than: 2 }],
        (Question::FirstSeen(_), Some(value), Some(typed)) if split::is_alone(typed) => before(plain, Some(value), bases),
        _ => Vec::new(),
    }
}

fn before(plain: &Plain, same: Option<&Code>, bases: &[Base]) -> Vec<Refutation> {
    if !is_whole(&plain.source, bases) {
        return Vec::new();
    }
    vec![Refutation::Before { base: plain.source.base, within: plain.within.unwrap_or(ENDLESS), same: same.cloned() }]
}

/// Says whether every event of the set belongs to the history, whichever event asks.
pub(super) fn is_whole(source: &Source, bases: &[Base]) -> bool {
    source.residual.is_empty() && !source.sees_alerts && !bases.get(source.base as usize).is_some_and(|base| base.sees_alerts)
}
