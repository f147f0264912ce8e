//! Which limits were reached, and where.

use super::Remembering;
use crate::plan::RuleIndex;

/// What there is a limit of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// The events of one key.
    Events,
    /// The keys of one history, and the bytes of one org.
    Keys,
    /// The decisions of one org that can still change.
    Decisions,
    /// The choices that are tried in a sequence whose steps read each other.
    Choices,
}

impl Limit {
    /// Returns its name.
    pub fn word(self) -> &'static str {
        match self {
            Limit::Events => "events",
            Limit::Keys => "keys",
            Limit::Decisions => "decisions",
            Limit::Choices => "choices",
        }
    }
}

/// A limit that was reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// Which one.
    pub limit: Limit,
    /// How many events, keys or decisions were over it.
    pub times: u64,
    /// The rules that it concerned the last time, as far as that is known.
    pub rules: Vec<RuleIndex>,
}

impl Remembering {
    /// Returns the limits that were reached.
    pub fn reached(&self) -> Vec<Reached> {
        let counters = &self.counters;
        let all = [
            (Limit::Events, counters.cut, counters.cut_in.map(|base| self.readers(base))),
            (Limit::Keys, counters.evicted, counters.evicted_from.map(|base| self.readers(base))),
            (Limit::Decisions, counters.forgotten, None),
            (Limit::Choices, counters.unfinished, counters.unfinished_by.and_then(|number| Some(vec![self.plan.rule(number)?.index]))),
        ];
        all.into_iter().filter(|(_, times, _)| *times > 0).map(|(limit, times, rules)| Reached { limit, times, rules: rules.unwrap_or_default() }).collect()
    }

    /// Returns the rules that read a set of past events.
    fn readers(&self, base: u32) -> Vec<RuleIndex> {
        self.plan.readers().into_iter().nth(base as usize).unwrap_or_default()
    }
}
