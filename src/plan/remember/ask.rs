//! Questions to histories, resolved: which set of past events is looked at, what else must hold, and what is taken.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::reads;
use super::split::{self, Thresholds};
use super::{Base, ENDLESS, Form, Mask};
use crate::evaluate::{Code, Lowering, Questions};
use crate::event::{FieldRef, Layout, Scalar, Span, Type};
use crate::language::{Node, Question, Remember, Scope, Sequence, Sets, Typed};
use crate::plan::program::Atoms;
use crate::plan::simplify;

/// Where an event happened.
pub(super) const PLACE: &str = "geo.point";

/// How a question is answered.
#[derive(Debug)]
pub enum Ask {
    /// From one set of past events.
    Plain(Plain),
    /// From the steps of a sequence.
    Steps(Steps),
}

/// Which past events are looked at.
#[derive(Clone, Debug)]
pub struct Source {
    /// The set, by number.
    pub base: u32,
    /// What must hold besides, with the event that asks or the earlier steps in view.
    pub residual: Vec<Code>,
    /// Whether its members may be alerts, which not every rule sees.
    pub sees_alerts: bool,
    /// Whether the event that asks goes by the same keys as a member does.
    pub same_keys: bool,
}

/// A question to one set of past events.
#[derive(Debug)]
pub struct Plain {
    /// What is asked.
    pub question: Question,
    /// Whom.
    pub source: Source,
    /// The keys of the event that asks.
    pub now: Vec<Code>,
    /// How far back, or forward.
    pub within: Option<Span>,
    /// What is taken from each event; where it happened, of a question about travel.
    pub value: Option<Code>,
    /// The type of what is taken.
    pub scalar: Option<Scalar>,
    /// From where on every count decides alike.
    pub enough: Option<usize>,
    /// How long after the event that asks the answer is open, counted by the watermark, by the number of the rule that asks: rules see
    /// different alerts. Only of `followed_by`.
    pub settles: Vec<Span>,
}

/// A question for steps in their order.
#[derive(Debug)]
pub struct Steps {
    /// The steps; the last one is the event that asks.
    pub stages: Vec<Stage>,
    /// What the event that asks must be.
    pub last: Vec<Code>,
    /// Whether it may be an alert.
    pub last_is_about_alerts: bool,
    /// What must not happen anywhere between.
    pub until: Vec<Source>,
    /// The keys of the event that asks.
    pub now: Vec<Code>,
    /// How long all of it may take.
    pub within: Span,
    /// Whether steps read what earlier steps took.
    pub linked: bool,
}

impl Steps {
    /// Says whether there is one step at most before the event that asks, which is the last step alone: the newest events of that step
    /// are the best choice then, and of what must be absent the newest one decides.
    pub fn is_short(&self) -> bool {
        let happening = self.stages.iter().filter(|stage| !stage.absent).count();
        happening <= 2 && !self.linked && self.stages.last().is_some_and(|stage| stage.times == 1)
    }
}

/// One step.
#[derive(Debug)]
pub struct Stage {
    /// Its events; the last step has them only if it must happen more than once.
    pub source: Option<Source>,
    /// How often it must happen, at least.
    pub times: usize,
    /// Whether it must not happen between its neighbours.
    pub absent: bool,
}

/// Collects the sets of past events while questions are resolved.
pub(super) struct Drafts<'a> {
    pub(super) layout: &'a Layout,
    pub(super) sets: &'a Sets,
    pub(super) thresholds: &'a Thresholds,
    pub(super) atoms: &'a mut Atoms,
    pub(super) bases: Vec<Base>,
    pub(super) by_meaning: HashMap<String, u32>,
}

impl Drafts<'_> {
    /// Resolves a question.
    pub(super) fn ask(&mut self, remember: &Remember, questions: &mut Questions) -> Ask {
        let history = &remember.history;
        if let Question::Sequence(sequence) = &remember.question {
            let steps = self.steps(sequence, history.within.unwrap_or(ENDLESS), questions);
            let reads = reads::of_members(remember);
            // A step may read what another took.
            for source in steps.stages.iter().filter_map(|stage| stage.source.as_ref()).chain(&steps.until) {
                if let Some(base) = self.bases.get_mut(source.base as usize) {
                    base.reads.extend(reads.iter().cloned());
                }
            }
            return Ask::Steps(steps);
        }
        let past: Vec<Arc<Typed>> = history.keys.iter().map(|key| key.past.clone()).collect();
        let mut source = self.source(&history.population, &past, questions);
        source.same_keys = history.keys.iter().all(|key| key.now.key() == key.past.key());
        let is_bound = !source.residual.is_empty() || source.sees_alerts;
        let learns = matches!(remember.question, Question::ZScore(_) | Question::FirstSeen(Some(_)));
        if let Some(base) = self.bases.get_mut(source.base as usize) {
            match remember.question {
                Question::FollowedBy => base.forward = Some(base.forward.unwrap_or(Span::ZERO).max(history.within.unwrap_or(ENDLESS))),
                _ if learns => base.back = ENDLESS,
                _ => base.back = base.back.max(history.within.unwrap_or(ENDLESS)),
            }
            if learns {
                base.keeps_first |= !is_bound;
            }
            base.reads.append(&mut reads::of_members(remember));
        }
        let mut lowering = Lowering { layout: self.layout, questions };
        Ask::Plain(Plain {
            question: remember.question.clone(),
            source,
            now: history.keys.iter().map(|key| lowering.lower(&key.now)).collect(),
            within: history.within,
            value: match remember.question {
                Question::TravelSpeed | Question::TravelDistance => place(self.layout),
                _ => remember.value.as_ref().map(|value| lowering.lower(value)),
            },
            scalar: match remember.value.as_ref().map(|value| value.ty) {
                Some(Type::Scalar(scalar)) => Some(scalar),
                _ => None,
            },
            enough: self.thresholds.of(&remember.key()),
            settles: Vec::new(),
        })
    }

    fn steps(&mut self, sequence: &Sequence, within: Span, questions: &mut Questions) -> Steps {
        let count = sequence.steps.len();
        let keys = sequence.steps.last().map(|step| step.keys.clone()).unwrap_or_default();
        let key_of = |keys: &[Arc<Typed>]| keys.iter().map(|key| key.key()).collect::<Vec<_>>();
        // `until` has no keys of its own: it goes by those that all steps share.
        let is_shared = sequence.steps.iter().all(|step| key_of(&step.keys) == key_of(&keys));
        let mut stages = Vec::new();
        for (at, step) in sequence.steps.iter().enumerate() {
            let times = usize::try_from(step.times).unwrap_or(1).max(1);
            let same_keys = key_of(&step.keys) == key_of(&keys);
            let source = (at + 1 < count || times > 1).then(|| Source { same_keys, ..self.step_source(&step.population, &step.keys, within, questions) });
            stages.push(Stage { source, times, absent: step.absent });
        }
        let until_keys = if is_shared { keys.as_slice() } else { &[] };
        // Whether by all keys or by none, the event that asks goes by the same.
        let until = sequence.until.iter().map(|until| Source { same_keys: true, ..self.step_source(until, until_keys, within, questions) }).collect();
        let linked = sequence.steps.iter().map(|step| &step.population).chain(&sequence.until).any(|population| split::reads_steps(population));
        let mut last = Vec::new();
        let mut lowering = Lowering { layout: self.layout, questions };
        if let Some(step) = sequence.steps.last() {
            let parts = split::split(&step.population);
            last.extend(parts.alone.iter().chain(&parts.bound).map(|part| lowering.lower(part)));
        }
        let last_is_about_alerts = sequence.steps.last().is_some_and(|step| step.population.asks_about_alerts());
        Steps { stages, last, last_is_about_alerts, until, now: keys.iter().map(|key| lowering.lower(key)).collect(), within, linked }
    }

    fn step_source(&mut self, population: &Arc<Typed>, keys: &[Arc<Typed>], within: Span, questions: &mut Questions) -> Source {
        let source = self.source(population, keys, questions);
        if let Some(base) = self.bases.get_mut(source.base as usize) {
            base.back = base.back.max(within);
        }
        source
    }

    /// Finds or makes the set of past events of a population.
    fn source(&mut self, population: &Arc<Typed>, keys: &[Arc<Typed>], questions: &mut Questions) -> Source {
        let parts = split::split(population);
        let meaning = meaning(&parts.alone, keys);
        let mut lowering = Lowering { layout: self.layout, questions };
        let residual: Vec<Code> = parts.bound.iter().map(|part| lowering.lower(part)).collect();
        let next = u32::try_from(self.bases.len()).unwrap_or(u32::MAX);
        let number = *self.by_meaning.entry(meaning.clone()).or_insert(next);
        let sees_alerts = population.asks_about_alerts() || keys.iter().any(|key| key.asks_about_alerts());
        if number == next {
            let types = parts.alone.iter().map(|part| self.sets.may(part)).reduce(|sum, set| sum.and(&set)).unwrap_or_else(|| self.sets.may(population));
            let by = if keys.is_empty() { String::new() } else { format!(" by {}", keys.iter().map(|key| key.text()).collect::<Vec<_>>().join(", ")) };
            let member = |part: &Arc<Typed>| match &part.unnamed().node {
                Node::Or(_) if parts.alone.len() > 1 => format!("({})", part.text()),
                _ => part.text(),
            };
            let members: Vec<String> = parts.alone.iter().map(member).collect();
            self.bases.push(Base {
                meaning,
                text: format!("{}{by}", if members.is_empty() { "any event".to_owned() } else { members.join(" and ") }),
                member: self.atoms.program(&simplify::all_of(&parts.alone, population, &types, self.sets), &mut lowering),
                keys: keys.iter().map(|key| lowering.lower(key)).collect(),
                sees_alerts,
                retention: Span::ZERO,
                back: Span::ZERO,
                forward: None,
                keeps_first: false,
                slack: Span::ZERO,
                form: Form::default(),
                reads: BTreeSet::new(),
                fields: Mask::default(),
                types,
            });
        }
        if let Some(base) = self.bases.get_mut(number as usize) {
            base.sees_alerts |= sees_alerts;
        }
        Source { base: number, residual, sees_alerts, same_keys: false }
    }
}

/// Returns where an event happened.
fn place(layout: &Layout) -> Option<Code> {
    let slot = layout.slot(&FieldRef::find(PLACE)?)?;
    Some(Code::Field(Scope::Here, slot))
}

/// Returns the text that names a set of past events by what it means.
pub(super) fn meaning(alone: &[Arc<Typed>], keys: &[Arc<Typed>]) -> String {
    let parts: BTreeSet<String> = alone.iter().map(|part| part.key()).collect();
    let mut text = parts.into_iter().collect::<Vec<_>>().join(" and ");
    for key in keys {
        text.push_str(" by ");
        text.push_str(&key.key());
    }
    text
}

/// Returns the text that names the set of past events of a population.
pub(super) fn meaning_of(population: &Arc<Typed>, keys: &[Arc<Typed>]) -> String {
    meaning(&split::split(population).alone, keys)
}
