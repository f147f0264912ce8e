//! Rules that remember: the engine says what the plainest evaluator says, whichever way the events come.

mod flood;
mod laws;
mod naive;
mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clarion::engine::remember::{Change, Limits, Remembering};
use clarion::event::{Event, Layout, Origin, Timestamp};
use clarion::pack::{File, Library, Role, Rule};
use clarion::plan::remember::RememberPlan;
use clarion::plan::{Plan, RuleIndex};

/// Rules that have been compiled.
pub(crate) struct Set {
    pub(crate) rules: Vec<Arc<Rule>>,
    pub(crate) layout: Layout,
    pub(crate) plan: Arc<RememberPlan>,
}

/// Compiles rules of (id, condition).
pub(crate) fn set(rules: &[(&str, &str)]) -> Set {
    let files: Vec<File> = rules
        .iter()
        .map(|(id, when)| {
            let text = format!("id: {id}\ntitle: t\nseverity: medium\nstatus: stable\ndescription: d\nwhen: |\n  {}\n", when.replace('\n', "\n  "));
            File { name: format!("{id}.yml"), role: Role::Rule, bytes: Ok(text.into_bytes()) }
        })
        .collect();
    let mut library = Library::new();
    library.add(&files, &BTreeMap::new());
    let errors: Vec<_> = library.faults.iter().filter(|fault| fault.level() == clarion::diagnostic::Level::Error).collect();
    assert!(errors.is_empty(), "{rules:#?}\n{errors:#?}");
    let pack = &library.packs[0];
    let plan = Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets);
    let rules: Vec<Arc<Rule>> = plan.rules().iter().map(|rule| rule.rule.clone()).collect();
    Set { layout: plan.layout().clone(), plan: plan.remember().clone(), rules }
}

/// Follows what an engine says.
pub(crate) struct Run<'s> {
    pub(crate) set: &'s Set,
    pub(crate) engine: Remembering,
    pub(crate) found: BTreeSet<(String, String)>,
    pub(crate) said: Vec<String>,
}

impl<'s> Run<'s> {
    pub(crate) fn new(set: &'s Set) -> Self {
        Run::within(set, Limits::default())
    }

    pub(crate) fn within(set: &'s Set, limits: Limits) -> Self {
        Run { set, engine: Remembering::new(set.plan.clone(), limits), found: BTreeSet::new(), said: Vec::new() }
    }

    pub(crate) fn event(&mut self, json: &str) -> Vec<Change> {
        let mut event = Event::new();
        event.read(&self.set.layout, json.as_bytes(), &Origin::default()).unwrap();
        let changes = self.engine.observe(&event, None);
        self.take(&changes);
        changes
    }

    pub(crate) fn reload(self, set: &Set) -> Run<'_> {
        Run { set, engine: self.engine.reload(set.plan.clone()), found: self.found, said: self.said }
    }

    pub(crate) fn finish(&mut self) {
        let changes = self.engine.finish();
        self.take(&changes);
    }

    pub(crate) fn take(&mut self, changes: &[Change]) {
        let id = |index: &RuleIndex| self.set.rules[index.0 as usize].id.to_string();
        for change in changes {
            match change {
                Change::Fired(fired) => {
                    let key = (id(&fired.rule), fired.uuid.clone().unwrap_or_default());
                    self.said.push(format!("+{} {}", key.0, key.1));
                    assert!(self.found.insert(key.clone()), "said twice: {key:?}");
                }
                Change::Amended(fired) => {
                    let key = (id(&fired.rule), fired.uuid.clone().unwrap_or_default());
                    self.said.push(format!("~{} {}", key.0, key.1));
                    assert!(self.found.contains(&key), "amended but never said: {key:?}");
                }
                Change::Withdrawn { rule, uuid, .. } => {
                    let key = (id(rule), uuid.clone());
                    self.said.push(format!("-{} {}", key.0, key.1));
                    assert!(self.found.remove(&key), "taken back but never said: {key:?}");
                }
            }
        }
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T08:00:00Z").unwrap().plus(clarion::event::Span::seconds(seconds))
}

/// Makes an event: seconds since the start, uuid, type and what else there is.
pub(crate) fn event(seconds: i64, uuid: &str, event_type: &str, more: &str) -> String {
    let more = if more.is_empty() { String::new() } else { format!(",{more}") };
    format!(r#"{{"uuid":"{uuid}","published":"{}","eventType":"{event_type}"{more}}}"#, at(seconds))
}
