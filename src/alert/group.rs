//! Findings of a group, and the alerts they make.
//!
//! Sorted by their own time, the first finding opens an alert; those that follow within the rule's `suppress` join it; the next one
//! opens another. A rule without `suppress` makes an alert of every finding.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Alert, Finding, LISTED_MAX, id_of};
use crate::event::{Event, Timestamp};
use crate::plan::{Plan, RuleIndex};

/// Collects findings and makes alerts of them.
#[derive(Debug)]
pub struct Alerts {
    plan: Arc<Plan>,
    /// Those that were taken back leave an empty place.
    findings: Vec<Option<Finding>>,
    /// Where those are that can be taken back.
    places: HashMap<Place, Vec<usize>>,
    withdrawn: usize,
    dropped: u64,
}

/// The org, the rule and the event of a finding.
type Place = (Option<Arc<str>>, RuleIndex, String);

/// What findings of one alert have in common: the org, the rule and the group.
type Shared = (Option<Arc<str>>, RuleIndex, Vec<String>);

/// Findings kept at most, with their events; those that come beyond it are only counted.
pub const FINDINGS_MAX: usize = 1_000_000;

impl Alerts {
    /// Makes an empty collection.
    pub fn new(plan: Arc<Plan>) -> Self {
        Alerts { plan, findings: Vec::new(), places: HashMap::new(), withdrawn: 0, dropped: 0 }
    }

    /// Takes in that an event fulfils a rule.
    pub fn add(&mut self, rule: RuleIndex, event: &Event) {
        let Some(finding) = Finding::of(&self.plan, rule, event) else { return };
        self.add_finding(finding);
    }

    /// Takes in a finding.
    pub fn add_finding(&mut self, finding: Finding) {
        if self.findings.len() - self.withdrawn >= FINDINGS_MAX {
            self.dropped += 1;
            return;
        }
        if let Some(uuid) = finding.uuid.clone().filter(|_| self.plan.remember().owns(finding.rule)) {
            self.places.entry((finding.org.clone(), finding.rule, uuid)).or_default().push(self.findings.len());
        }
        self.findings.push(Some(finding));
    }

    /// Takes a finding back: its condition was an absence that a late event has refuted.
    pub fn withdraw(&mut self, org: Option<Arc<str>>, rule: RuleIndex, uuid: &str) {
        for place in self.places.remove(&(org, rule, uuid.to_owned())).unwrap_or_default() {
            if self.findings.get_mut(place).and_then(Option::take).is_some() {
                self.withdrawn += 1;
            }
        }
    }

    /// Returns how many findings were too many to keep.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns the alerts of everything taken in, in the order of their beginnings.
    pub fn finish(self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let mut groups: BTreeMap<Shared, Vec<Finding>> = BTreeMap::new();
        for finding in self.findings.into_iter().flatten() {
            let joins = self.plan.rule(finding.rule).is_some_and(|rule| rule.rule.alert.suppress.is_some());
            match (&finding.group, joins, finding.published) {
                (Some(group), true, Some(_)) => groups.entry((finding.org.clone(), finding.rule, group.clone())).or_default().push(finding),
                _ => alerts.extend(alert_of(&self.plan, &[finding])),
            }
        }
        for ((_, rule, _), mut findings) in groups {
            findings.sort_by(|a, b| (a.published, &a.uuid).cmp(&(b.published, &b.uuid)));
            let suppress = self.plan.rule(rule).and_then(|rule| rule.rule.alert.suppress);
            let mut start = 0;
            for at in 1..=findings.len() {
                let opened: Option<Timestamp> = findings.get(start).and_then(|finding| finding.published);
                let joins = match (findings.get(at), opened, suppress) {
                    (Some(finding), Some(opened), Some(suppress)) => finding.published.is_some_and(|time| time < opened.plus(suppress)),
                    _ => false,
                };
                if !joins {
                    alerts.extend(findings.get(start..at).and_then(|findings| alert_of(&self.plan, findings)));
                    start = at;
                }
            }
        }
        alerts.sort_by(|a, b| (a.first, &a.rule, &a.id).cmp(&(b.first, &b.rule, &b.id)));
        alerts
    }
}

/// Makes the alert of findings that belong together, in their order.
fn alert_of(plan: &Plan, findings: &[Finding]) -> Option<Alert> {
    let (first, last) = (findings.first()?, findings.last()?);
    let rule = &plan.rule(first.rule)?.rule;
    let group = first.group.clone().unwrap_or_default();
    // An event without an id is named by its bytes.
    let name = first.uuid.clone().unwrap_or_else(|| id_of(None, "", &[], &String::from_utf8_lossy(&first.raw)));
    let mut events: Vec<String> = Vec::new();
    let skipped = LISTED_MAX..findings.len().saturating_sub(LISTED_MAX).max(LISTED_MAX);
    for (at, finding) in findings.iter().enumerate() {
        if !skipped.contains(&at) {
            events.extend(finding.uuid.clone());
        }
    }
    Some(Alert {
        id: id_of(first.org.as_deref(), &rule.id, &group, &name),
        org: first.org.clone(),
        rule: rule.id.clone(),
        title: first.title.clone(),
        severity: findings.iter().map(|finding| finding.severity).max().unwrap_or(first.severity),
        group,
        first: first.published,
        last: last.published,
        occurrences: findings.len(),
        events,
        context: first.context.clone(),
        evidence: first.evidence.clone(),
        attack: rule.attack.clone(),
        event_type: first.event_type.clone(),
        event: first.raw.clone(),
    })
}
