//! What one set of rules finds that another does not.

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::{Alert, Waiting};
use crate::cli::replay::ReachedLimits;

/// Alerts by what became of them when the rules changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Difference {
    /// Those that only the rules at hand give.
    pub(super) added: Vec<Alert>,
    /// Those that only the other rules give.
    pub(super) removed: Vec<Alert>,
    /// Those that both give, told otherwise: as the other rules and as those at hand say it.
    pub(super) changed: Vec<(Alert, Alert)>,
    /// How many are the same in both.
    pub(super) same: usize,
    /// How many findings of which of the other rules depend on what comes after the last event.
    pub(super) waiting: Waiting,
    /// Limits that the other rules reached.
    pub(super) limits: ReachedLimits,
}

/// Returns what is compared of the same alert.
fn told(alert: &Alert) -> impl PartialEq + '_ {
    (alert.severity, &alert.title, &alert.context, alert.occurrences)
}

impl Difference {
    /// Compares the alerts of other rules with those of the rules at hand. An alert is the same if rule, group and first event are.
    pub(super) fn of(other: &[Alert], at_hand: &[Alert]) -> Difference {
        let mut before: BTreeMap<&str, &Alert> = other.iter().map(|alert| (alert.id.as_str(), alert)).collect();
        let mut difference = Difference::default();
        for alert in at_hand {
            match before.remove(alert.id.as_str()) {
                None => difference.added.push(alert.clone()),
                Some(old) if told(old) != told(alert) => difference.changed.push((old.clone(), alert.clone())),
                Some(_) => difference.same += 1,
            }
        }
        difference.removed = other.iter().filter(|alert| before.contains_key(alert.id.as_str())).cloned().collect();
        difference
    }

    /// Returns, rule by rule, how many alerts were added, removed and changed.
    pub(super) fn by_rule(&self) -> Vec<(&str, [usize; 3])> {
        let lists: [Vec<&Alert>; 3] = [self.added.iter().collect(), self.removed.iter().collect(), self.changed.iter().map(|(_, alert)| alert).collect()];
        let rules: BTreeSet<&str> = lists.iter().flatten().map(|alert| &*alert.rule).collect();
        let count = |list: &Vec<&Alert>, rule: &str| list.iter().filter(|alert| &*alert.rule == rule).count();
        rules.into_iter().map(|rule| (rule, [0, 1, 2].map(|at: usize| lists.get(at).map_or(0, |list| count(list, rule))))).collect()
    }
}
