//! The real engine, run the way the reference is asked.

use std::sync::Arc;

use clarion::engine::{Change, Engine, Limits};
use clarion::event::{Event, Origin, Source, Span};
use clarion::pack::Library;
use clarion::plan::Plan;

use super::reference::{Arrival, Findings};

/// Longer than any stream lasts: nothing is ever late.
const NEVER_LATE: Span = Span::days(36_500);

/// Compiles the rules of a library into one plan.
pub(super) fn plan(library: &Library) -> Arc<Plan> {
    let rules = library.rules().map(|(_, rule)| Arc::new(rule.clone()));
    let sets = &library.packs.first().expect("a pack").sets;
    Arc::new(Plan::compile(rules, sets))
}

/// Returns the net effect of what the engine says while events arrive.
pub(super) fn findings(library: &Library, arrivals: &[Arrival<'_>], org: &str, lateness: Option<Span>) -> Findings {
    let plan = plan(library);
    let mut engine = Engine::with_limits(plan.clone(), Limits { lateness: lateness.unwrap_or(NEVER_LATE), ..Limits::default() });
    let origin = Origin { source: Source::File, org: Some(Arc::from(org)) };
    let mut said = Said { plan: &plan, findings: Findings::new() };
    let mut event = Event::new();
    for arrival in arrivals {
        event.read(plan.layout(), arrival.event.to_string().as_bytes(), &origin).expect("an event");
        for rule in engine.observe_at(&event, arrival.received).to_vec() {
            said.found(rule, event.uuid());
        }
        engine.changes().into_iter().for_each(|change| said.change(change));
    }
    engine.finish();
    engine.changes().into_iter().for_each(|change| said.change(change));
    said.findings
}

struct Said<'p> {
    plan: &'p Plan,
    findings: Findings,
}

impl Said<'_> {
    fn name(&self, rule: clarion::plan::RuleIndex) -> String {
        self.plan.rule(rule).expect("a rule of the plan").rule.id.to_string()
    }

    fn found(&mut self, rule: clarion::plan::RuleIndex, uuid: Option<&str>) {
        self.findings.insert((self.name(rule), uuid.unwrap_or_default().to_owned()));
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Fired(fired) => self.found(fired.rule, fired.uuid.as_deref()),
            Change::Withdrawn { rule, uuid, .. } => {
                assert!(self.findings.remove(&(self.name(rule), uuid.clone())), "{uuid} is taken back, but was never said");
            }
        }
    }
}
