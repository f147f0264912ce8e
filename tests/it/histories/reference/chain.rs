//! Sequences: the search for the events that their steps take.

use std::collections::BTreeSet;

use clarion::evaluate::Facts;
use clarion::event::{Timestamp, Value};

use super::past::Past;
use super::program::{Asked, StepCode};

/// The search for the events that a sequence's steps take.
pub(super) struct Chain<'a> {
    past: &'a Past<'a>,
    asked: &'a Asked,
    asker: usize,
    group: Vec<Value<'static>>,
    begin: Timestamp,
    /// The events that steps may take, if not all.
    only: Option<BTreeSet<usize>>,
}

impl<'a> Chain<'a> {
    /// Begins the search for the events that end with one; no key, no search.
    pub(super) fn of(past: &'a Past<'a>, asked: &'a Asked, asker: usize) -> Option<Chain<'a>> {
        let group = past.key(&asked.steps.last()?.keys, asker)?;
        let begin = past.at(asker).minus(asked.remember.history.within?);
        Some(Chain { past, asked, asker, group, begin, only: None })
    }

    /// Lets steps take some events alone; what must not happen is looked for among all.
    pub(super) fn taking_only(self, only: BTreeSet<usize>) -> Chain<'a> {
        Chain { only: Some(only), ..self }
    }

    /// Says whether all steps can be taken.
    pub(super) fn is_complete(&self) -> bool {
        self.completes(0, None, None, &mut vec![None; self.asked.steps.len()])
    }

    /// Says whether the steps from one on can be taken behind the event that completed the step before it; `first` is the chain's first event.
    fn completes(&self, step: usize, before: Option<usize>, first: Option<usize>, taken: &mut Vec<Option<&'a dyn Facts>>) -> bool {
        let Some(code) = self.asked.steps.get(step) else { return !self.is_over(first, taken) };
        if code.is_absent {
            return self.completes(step + 1, before, first, taken);
        }
        let from = before.map_or(0, |before| before + 1);
        let is_last = step + 1 == self.asked.steps.len();
        let candidates = if is_last { from.max(self.asker)..self.asker + 1 } else { from..self.asker };
        for candidate in candidates {
            if !self.takes(code, candidate, taken) {
                continue;
            }
            // The step's last so many events up to the candidate.
            let events: Vec<usize> = (from..=candidate).rev().filter(|place| self.takes(code, *place, taken)).take(code.times).collect();
            let Some(beginning) = events.get(code.times - 1) else { continue };
            // The absent steps between the step before and this one.
            let absent = self.asked.steps[..step].iter().rev().take_while(|step| step.is_absent);
            let refuted = absent.into_iter().any(|absent| (from..candidate).any(|place| self.belongs(absent, place, taken)));
            if refuted {
                continue;
            }
            taken[step] = Some(self.past.facts(candidate));
            if self.completes(step + 1, Some(candidate), first.or(Some(*beginning)), taken) {
                return true;
            }
            taken[step] = None;
        }
        false
    }

    fn takes(&self, step: &StepCode, place: usize, taken: &[Option<&dyn Facts>]) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&place)) && self.past.at(place) > self.begin && self.belongs(step, place, taken)
    }

    fn belongs(&self, step: &StepCode, place: usize, taken: &[Option<&dyn Facts>]) -> bool {
        self.past.belongs(&step.population, &step.keys, &self.group, place, self.asker, taken)
    }

    /// Says whether an `until` lies between the chain's first event and the current one. It shares the key that all steps share, if they do.
    fn is_over(&self, first: Option<usize>, taken: &[Option<&dyn Facts>]) -> bool {
        let begin = first.map_or(self.asker, |first| first + 1);
        let group: &[Value<'_>] = if self.asked.until_keys.is_empty() { &[] } else { &self.group };
        self.asked.until.iter().any(|until| (begin..self.asker).any(|place| self.past.belongs(until, &self.asked.until_keys, group, place, self.asker, taken)))
    }
}
