//! Where a stream ends, or is left off.
//!
//! One that ends has nothing behind it, so that what is open is decided. One that is left off goes on somewhere else: what its newest
//! event has passed is decided, and what waits for later events is only counted.

use std::collections::{BTreeMap, BTreeSet};

use super::org::{Org, Rules};
use super::turn::Turn;
use super::{Change, Remembering, changes};
use crate::event::Span;
use crate::plan::RuleIndex;
use crate::plan::remember::RememberPlan;

/// What is open where a stream is left off: decisions that wait for events which have not come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waiting {
    /// How many of each rule.
    pub decisions: BTreeMap<RuleIndex, usize>,
    /// Rules that ask about alerts of those, or of one another: what they say can change with them.
    pub over: BTreeSet<RuleIndex>,
}

/// The shortest time there is.
const MOMENT: Span = Span::micros(1);

impl Remembering {
    /// Ends the stream: what was open is decided. Nothing is remembered afterwards.
    pub fn finish(&mut self) -> Vec<Change> {
        self.pass(|org| org.finished = true)
    }

    /// Leaves the stream off behind the newest event of each org: nothing comes late any more, and what waits for later events stays
    /// open.
    pub fn leave_off(&mut self) -> Vec<Change> {
        self.pass(|org| {
            if let Some(last) = org.clock.last() {
                // Another event of the same moment would have come.
                org.clock.set(last.plus(MOMENT));
            }
        })
    }

    /// Counts the decisions that wait for events which have not come, rule by rule: whether there is a finding depends on those.
    pub fn waiting(&mut self) -> Waiting {
        let plan = self.plan.clone();
        let rules = Rules { plan: &plan, limits: &self.limits };
        let mut waiting = Waiting::default();
        let mut open: BTreeSet<u32> = BTreeSet::new();
        for (_, org) in self.orgs.iter_mut() {
            for due in org.due.clone() {
                let Some(rule) = plan.rule(due.rule).filter(|rule| rule.speaks) else { continue };
                if org.judge(rules, due.rule, &due.row, &Turn::default()).open {
                    *waiting.decisions.entry(rule.index).or_default() += 1;
                    open.insert(due.rule);
                }
            }
        }
        waiting.over = over(&plan, open);
        waiting
    }

    /// Moves every org ahead and makes the decisions that have settled by that.
    fn pass(&mut self, ahead: impl Fn(&mut Org)) -> Vec<Change> {
        let plan = self.plan.clone();
        let rules = Rules { plan: &plan, limits: &self.limits };
        let mut all = Vec::new();
        for (name, org) in self.orgs.iter_mut() {
            ahead(org);
            let mut turn = Turn::default();
            org.wake(rules, &mut turn, &mut self.counters);
            let said = org.conclude(&mut turn);
            all.extend(changes(rules, name, org, said, None, &mut self.counters));
        }
        all
    }
}

/// Returns the rules that ask about alerts of some, and of those that do.
fn over(plan: &RememberPlan, mut known: BTreeSet<u32>) -> BTreeSet<RuleIndex> {
    let mut over = BTreeSet::new();
    let mut next: Vec<u32> = known.iter().copied().collect();
    while let Some(seen) = next.pop() {
        for (number, rule) in (0u32..).zip(plan.rules()).filter(|(number, _)| plan.sees(*number, seen)) {
            over.insert(rule.index);
            next.extend(known.insert(number).then_some(number));
        }
    }
    over
}
