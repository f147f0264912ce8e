//! Which rules an event can concern.
//!
//! First by event type, then by a text that the rule cannot do without. Rules that name no type stand in a bucket of their own, so that
//! a plan of many such rules does not hold each of them a thousand times.

use std::collections::HashMap;

use super::RuleIndex;
use crate::event::{Event, Layout, Slot};
use crate::language::{Comparison, Node, Scope, Sets, TypeSet, Typed};

/// A rule whose types are more than this part of all stands in the bucket for any type.
const MANY_TYPES: usize = 4;

/// From so many rules that need a text of the same field on, a table of texts is worth its look-up.
const TABLE_FROM: usize = 3;

type Texts = HashMap<Box<str>, Vec<RuleIndex>, foldhash::fast::RandomState>;

/// Texts of one field, one of which a rule cannot do without.
#[derive(Clone, Debug)]
pub(super) struct Necessary {
    slot: Slot,
    texts: Vec<Box<str>>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Rules that are looked at whatever else the event says.
    always: Vec<RuleIndex>,
    /// Rules found by a text.
    by_text: Vec<(Slot, Texts)>,
}

/// Finds candidates.
#[derive(Debug)]
pub struct Index {
    /// By the event type's index; the last one is for types that are not known.
    by_type: Vec<Bucket>,
    any: Bucket,
    extra: HashMap<Box<str>, usize>,
    known: usize,
}

/// The candidates of one event, to be filled again for the next.
pub type Candidates = Vec<RuleIndex>;

impl Index {
    /// Builds the index of rules in their order.
    pub(super) fn build<'r>(rules: impl Iterator<Item = (&'r TypeSet, Option<&'r Necessary>)>, sets: &Sets) -> Index {
        let types = sets.names().len() + 1;
        let mut drafts: Vec<Vec<(RuleIndex, Option<&Necessary>)>> = vec![Vec::new(); types + 1];
        for (at, (set, key)) in rules.enumerate() {
            let rule = RuleIndex(u32::try_from(at).unwrap_or(u32::MAX));
            let places: Vec<usize> = if set.len() > types / MANY_TYPES { vec![types] } else { set.iter().collect() };
            for place in places {
                if let Some(draft) = drafts.get_mut(place) {
                    draft.push((rule, key));
                }
            }
        }
        let any = Bucket::of(drafts.pop().unwrap_or_default());
        let known = crate::event::event_types().len();
        let extra = sets.names().iter().enumerate().skip(known).map(|(at, name)| (name.as_str().into(), at)).collect();
        Index { by_type: drafts.into_iter().map(Bucket::of).collect(), any, extra, known }
    }

    /// Fills in the rules that an event can concern, each once.
    pub fn candidates(&self, event: &Event, out: &mut Candidates) {
        out.clear();
        let place = match event.event_type_index() {
            Some(index) => usize::from(index),
            None => event.event_type().and_then(|name| self.extra.get(name).copied()).unwrap_or(self.by_type.len().saturating_sub(1)),
        };
        if let Some(bucket) = self.by_type.get(place) {
            bucket.add(event, out);
        }
        self.any.add(event, out);
    }

    /// Says how a rule is found, for explanations.
    pub(super) fn describe(&self, rule: RuleIndex) -> &'static str {
        if self.any.always.contains(&rule) {
            return "looked at for every event";
        }
        let by_text = |bucket: &Bucket| bucket.by_text.iter().any(|(_, texts)| texts.values().any(|rules| rules.contains(&rule)));
        if by_text(&self.any) {
            return "found by a text it cannot do without";
        }
        if self.by_type.iter().any(by_text) { "found by its event types, then by a text it cannot do without" } else { "found by its event types" }
    }

    /// Returns how many event types Okta's catalogue has.
    pub fn known_types(&self) -> usize {
        self.known
    }
}

impl Bucket {
    fn of(draft: Vec<(RuleIndex, Option<&Necessary>)>) -> Bucket {
        let mut counts: HashMap<Slot, usize> = HashMap::new();
        for (_, key) in &draft {
            if let Some(key) = key {
                *counts.entry(key.slot).or_default() += 1;
            }
        }
        let mut bucket = Bucket::default();
        for (rule, key) in draft {
            let Some(key) = key.filter(|key| counts.get(&key.slot).is_some_and(|count| *count >= TABLE_FROM)) else {
                bucket.always.push(rule);
                continue;
            };
            let at = match bucket.by_text.iter().position(|(slot, _)| *slot == key.slot) {
                Some(at) => at,
                None => {
                    bucket.by_text.push((key.slot, Texts::default()));
                    bucket.by_text.len() - 1
                }
            };
            if let Some((_, texts)) = bucket.by_text.get_mut(at) {
                for text in &key.texts {
                    texts.entry(text.clone()).or_default().push(rule);
                }
            }
        }
        bucket
    }

    fn add(&self, event: &Event, out: &mut Candidates) {
        out.extend_from_slice(&self.always);
        for (slot, texts) in &self.by_text {
            if let crate::event::Value::Text(text) = event.value(*slot)
                && let Some(rules) = texts.get(&*text)
            {
                out.extend_from_slice(rules);
            }
        }
    }
}

/// Returns the texts that a condition cannot do without: of a field with many values rather than one with few.
pub(super) fn necessary(condition: &Typed, layout: &Layout) -> Option<Necessary> {
    let parts = match &condition.node {
        Node::And(parts) => parts.iter().map(|part| &**part).collect(),
        _ => vec![condition],
    };
    let mut best: Option<(usize, Necessary)> = None;
    for part in parts {
        let Node::Compare(Comparison::Equal | Comparison::In, false, left, right) = &part.node else { continue };
        let Node::Field(Scope::Here, field) = &left.unnamed().node else { continue };
        let is_closed = matches!(field, crate::event::FieldRef::Known(id) if id.get().set.is_some());
        let Some(slot) = layout.slot(field).filter(|_| !is_closed) else { continue };
        let texts: Vec<Box<str>> = match right.constant() {
            Some(crate::event::Value::Text(text)) => vec![(*text).into()],
            Some(crate::event::Value::List(values)) => match values.iter().map(|value| value.as_text().map(Box::from)).collect::<Option<Vec<_>>>() {
                Some(texts) => texts,
                None => continue,
            },
            _ => continue,
        };
        if best.as_ref().is_none_or(|(len, _)| texts.len() < *len) {
            best = Some((texts.len(), Necessary { slot, texts }));
        }
    }
    best.map(|(_, necessary)| necessary)
}
