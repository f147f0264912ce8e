//! Limits that were reached, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::alert::{FINDINGS_MAX, Watch};
use crate::cli::rules::{count, grouped};
use crate::engine::remember::{BYTES_MAX, CHOICES_MAX, DECISIONS_MAX, EVENTS_PER_KEY_MAX, KEYS_PER_HISTORY_MAX, Limit};

/// Rules that are named with a limit; of more only the number is said.
const NAMED_MAX: usize = 3;

/// Limits that were reached while events were replayed.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct ReachedLimits {
    findings: u64,
    /// How often each was, and by which rules the last time.
    reached: BTreeMap<Limit, (u64, BTreeSet<Arc<str>>)>,
}

impl ReachedLimits {
    /// Takes in what a watch has reached.
    pub(super) fn add(&mut self, watch: &Watch) {
        self.findings += watch.dropped();
        for reached in watch.engine().remembering().reached() {
            let (times, rules) = self.reached.entry(reached.limit).or_default();
            *times += reached.times;
            rules.extend(reached.rules.iter().filter_map(|rule| watch.engine().plan().rule(*rule)).map(|planned| planned.rule.id.clone()));
        }
    }

    /// Returns each limit that was reached with how often it was and by which rules the last time; findings that went, too.
    pub(in crate::cli) fn to_json(&self) -> Value {
        let mut all: Map<String, Value> = self
            .reached
            .iter()
            .map(|(limit, (times, rules))| (limit.word().to_owned(), json!({ "times": times, "rules": rules.iter().map(|rule| &**rule).collect::<Vec<_>>() })))
            .collect();
        if self.findings > 0 {
            all.insert("findings".to_owned(), json!({ "times": self.findings }));
        }
        all.into()
    }

    /// Says of each limit that was reached what it is, and what went because of it.
    pub(in crate::cli) fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.reached.iter().map(|(limit, (times, rules))| format!("{}{}", over(*limit, *times), last_by(rules))).collect();
        if self.findings > 0 {
            words.push(format!("{} went: {} are kept at most", many(self.findings, "finding"), grouped(FINDINGS_MAX)));
        }
        words
    }
}

fn over(limit: Limit, times: u64) -> String {
    match limit {
        Limit::Events => format!("{} of keys that had more than {} went before their time", many(times, "event"), grouped(EVENTS_PER_KEY_MAX)),
        Limit::Keys => format!(
            "{} of histories went before their time: a history has {} at most, and an org {} MiB",
            many(times, "key"),
            grouped(KEYS_PER_HISTORY_MAX),
            grouped(BYTES_MAX >> 20)
        ),
        Limit::Decisions => format!(
            "{} could not be made again for late events: {} of one org wait at most, in {} MiB",
            many(times, "decision"),
            grouped(DECISIONS_MAX),
            grouped(BYTES_MAX >> 20)
        ),
        Limit::Choices => format!("{} stopped after {} choices of a sequence's steps, and said no", many(times, "decision"), grouped(CHOICES_MAX)),
    }
}

fn last_by(rules: &BTreeSet<Arc<str>>) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut named: Vec<String> = rules.iter().take(NAMED_MAX).map(|rule| format!("`{rule}`")).collect();
    if rules.len() > NAMED_MAX {
        named.push(count(rules.len() - NAMED_MAX, "other rule"));
    }
    format!(" (the last time for {})", named.join(", "))
}

fn many(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}
