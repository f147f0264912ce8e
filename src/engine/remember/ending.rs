//! Where a stream ends, or is left off.
//!
//! One that ends has nothing behind it, so that what is open is decided. One that is left off goes on somewhere else: what its newest
//! event has passed is decided, and what waits for later events is only counted.

use std::collections::BTreeMap;

use super::org::{Org, Rules};
use super::turn::Turn;
use super::{Change, Remembering, changes};
use crate::event::Span;
use crate::plan::RuleIndex;

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
    pub fn waiting(&mut self) -> BTreeMap<RuleIndex, usize> {
        let plan = self.plan.clone();
        let rules = Rules { plan: &plan, limits: &self.limits };
        let mut waiting = BTreeMap::new();
        for (_, org) in self.orgs.iter_mut() {
            for due in org.due.clone() {
                let Some(rule) = plan.rule(due.rule).filter(|rule| rule.speaks) else { continue };
                if org.judge(rules, due.rule, &due.row, &Turn::default()).open {
                    *waiting.entry(rule.index).or_default() += 1;
                }
            }
        }
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
