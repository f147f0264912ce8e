//! How long things can still matter: decisions after their event, past events after the watermark.
//!
//! A decision that waits for what comes (`followed_by`) is open for its window. One that asks about alerts is open as long as the rules
//! behind those alerts are. A past event is kept as long as a decision that can still change may ask about it, through any nesting.

use std::collections::HashMap;
use std::sync::Arc;

use super::ask::{Ask, meaning_of};
use super::split::split;
use super::{Base, ENDLESS, RememberRule};
use crate::evaluate::Questions;
use crate::event::Span;
use crate::language::{Node, Question, Remember, Typed};
use crate::pack::Rule;

/// How long the decisions of each rule stay open.
#[derive(Debug)]
pub(super) struct Reaches {
    lags: Vec<Span>,
    /// For each rule, how long the alerts that it sees can still change.
    alerts: Vec<Span>,
}

/// Adds spans; what is endless stays so.
pub(super) fn plus(a: Span, b: Span) -> Span {
    Span::micros(a.as_micros().saturating_add(b.as_micros()))
}

/// Visits the questions that an expression asks itself, not those inside their histories.
pub(super) fn outer(typed: &Typed, visit: &mut dyn FnMut(&Arc<Remember>)) {
    match &typed.node {
        Node::Remember(remember) => visit(remember),
        Node::Not(inner)
        | Node::Negate(inner)
        | Node::Named(_, inner)
        | Node::Json(inner, _)
        | Node::At(inner, _)
        | Node::Matches(inner, _)
        | Node::Picked(inner, ..) => outer(inner, visit),
        Node::List(parts) | Node::And(parts) | Node::Or(parts) | Node::Call(_, parts) | Node::Records(_, _, parts) => {
            parts.iter().for_each(|part| outer(part, visit))
        }
        Node::Arithmetic(_, left, right) | Node::Compare(_, _, left, right) | Node::Quantified(_, left, right) => {
            outer(left, visit);
            outer(right, visit);
        }
        Node::Constant(_) | Node::Setting(..) | Node::Range(..) | Node::Field(..) | Node::Element(..) | Node::Indexed(..) => {}
    }
}

/// Returns the expressions inside a question: its populations and what it takes.
pub(super) fn inside(remember: &Remember) -> Vec<Arc<Typed>> {
    let mut all: Vec<Arc<Typed>> = remember.value.iter().cloned().collect();
    match &remember.question {
        Question::Sequence(sequence) => {
            all.extend(sequence.steps.iter().map(|step| step.population.clone()));
            all.extend(sequence.until.iter().cloned());
        }
        _ => all.push(remember.history.population.clone()),
    }
    all
}

/// Returns how long after an event an expression on it can change, counted by the watermark.
fn lag(typed: &Typed, alerts: Span) -> Span {
    let mut most = if typed.asks_about_alerts() { alerts } else { Span::ZERO };
    outer(typed, &mut |remember| {
        let within = inside(remember).iter().map(|part| lag(part, alerts)).max().unwrap_or(Span::ZERO);
        let own = match remember.question {
            Question::FollowedBy => plus(remember.history.within.unwrap_or(ENDLESS), within),
            _ => within,
        };
        most = most.max(own);
    });
    most
}

impl Reaches {
    /// Works out how long the decisions of each rule stay open.
    pub(super) fn of(rules: &[&Rule], planned: &[RememberRule]) -> Reaches {
        let mut known: Vec<Option<(Span, Span)>> = vec![None; rules.len()];
        for at in 0..rules.len() {
            rule_lag(at, rules, planned, &mut known, rules.len());
        }
        let (lags, alerts) = known.into_iter().map(|known| known.unwrap_or((Span::ZERO, Span::ZERO))).unzip();
        Reaches { lags, alerts }
    }

    /// Writes what was worked out into rules, sets and questions.
    pub(super) fn apply(&self, rules: &[&Rule], planned: &mut [RememberRule], bases: &mut [Base], asks: &mut [Ask], questions: &Questions) {
        let places: HashMap<String, usize> = bases.iter().enumerate().map(|(at, base)| (base.meaning.clone(), at)).collect();
        for ((rule, planned), lag) in rules.iter().zip(planned).zip(&self.lags) {
            planned.lag = *lag;
            for typed in rule.expressions() {
                keep(typed, *lag, &places, bases);
            }
        }
        for (ask, (_, remember)) in asks.iter_mut().zip(questions.iter()) {
            if let (Ask::Plain(plain), Question::FollowedBy) = (ask, &remember.question) {
                let inside = inside(remember);
                let inner = |alerts: Span| inside.iter().map(|part| lag(part, alerts)).max().unwrap_or(Span::ZERO);
                plain.settles = self.alerts.iter().map(|alerts| plus(remember.history.within.unwrap_or(ENDLESS), inner(*alerts))).collect();
            }
        }
    }
}

/// Works out how long the decisions of a rule stay open, and how long the alerts do that it sees.
fn rule_lag(at: usize, rules: &[&Rule], planned: &[RememberRule], known: &mut Vec<Option<(Span, Span)>>, depth: usize) -> Span {
    if let Some((lag, _)) = known.get(at).copied().flatten() {
        return lag;
    }
    let (Some(rule), Some(plan)) = (rules.get(at), planned.get(at)) else { return Span::ZERO };
    // Rules that wait for one another in a circle do not get here; the depth is a second guard.
    let alerts = match depth.checked_sub(1) {
        Some(depth) if plan.about_alerts => {
            plan.sees.iter().enumerate().filter(|(_, sees)| **sees).map(|(other, _)| rule_lag(other, rules, planned, known, depth)).max().unwrap_or(Span::ZERO)
        }
        _ => Span::ZERO,
    };
    let own = rule.expressions().map(|typed| lag(typed, alerts)).max().unwrap_or(Span::ZERO);
    if let Some(known) = known.get_mut(at) {
        *known = Some((own, alerts));
    }
    own
}

/// Notes how long the sets of past events behind an expression are kept if the expression may be asked `extent` behind the watermark.
fn keep(typed: &Typed, extent: Span, places: &HashMap<String, usize>, bases: &mut [Base]) {
    outer(typed, &mut |remember| {
        // Since when a key is known is asked of all its events where membership depends on more than the event.
        let learns = matches!(remember.question, Question::ZScore(_) | Question::FirstSeen(Some(_)));
        let population = &remember.history.population;
        let past: Vec<Arc<Typed>> = remember.history.keys.iter().map(|key| key.past.clone()).collect();
        // The same set may hold alerts for a history of another rule, which this one passes over.
        let holds_alerts = places.get(&meaning_of(population, &past)).and_then(|at| bases.get(*at)).is_some_and(|base| base.sees_alerts);
        let is_bound = !split(population).bound.is_empty() || population.asks_about_alerts() || holds_alerts;
        let within = if learns && is_bound { ENDLESS } else { remember.history.within.unwrap_or(ENDLESS) };
        let slack = extent;
        let extent = plus(extent, within);
        let mut keep_base = |population: &Arc<Typed>, keys: &[Arc<Typed>]| {
            if let Some(base) = places.get(&meaning_of(population, keys)).and_then(|at| bases.get_mut(*at)) {
                base.retention = base.retention.max(extent);
                base.slack = base.slack.max(slack);
            }
        };
        match &remember.question {
            Question::Sequence(sequence) => {
                let shared = sequence.steps.last().map(|step| step.keys.clone()).unwrap_or_default();
                sequence.steps.iter().for_each(|step| keep_base(&step.population, &step.keys));
                for until in &sequence.until {
                    keep_base(until, &shared);
                    keep_base(until, &[]);
                }
            }
            _ => keep_base(&remember.history.population, &past),
        }
        for part in inside(remember) {
            keep(&part, extent, places, bases);
        }
    });
}
