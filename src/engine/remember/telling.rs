//! What the histories of a rule tell of one event, for those who ask why.

use super::asking::{Assumed, Inquiry};
use super::decide::{alert_row, grades, severity};
use super::org::{Org, Rules};
use super::row::{Name, Row, RowRoom};
use super::steps::{Trail, trail};
use super::{Answers, Evidence, Remembering, answer_all, evidence};
use crate::engine::print::EventId;
use crate::evaluate::{Facts, Moment, NoMemory, QuestionId};
use crate::event::{Event, Timestamp};
use crate::plan::RuleIndex;
use crate::plan::remember::{Ask, RememberRule};

/// What the histories of a rule tell of one event.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The answers to its questions.
    pub answers: Answers,
    /// Which answers are open, and until when: later events decide them.
    pub open: Vec<(QuestionId, Timestamp)>,
    /// The events behind the answers.
    pub evidence: Vec<Evidence>,
    /// How far sequences got.
    pub trails: Vec<(QuestionId, Trail)>,
}

/// What the histories of a rule tell of an alert.
#[derive(Clone, Debug)]
pub enum OfAlert {
    /// There is no such alert, or the rule does not look at it.
    None,
    /// Whether there is one depends on events that have not come.
    Open,
    /// The alert, and what they tell.
    Told(Row, Box<Told>),
}

impl Remembering {
    /// Works out what the histories of a rule tell of an event, over what is remembered now; nothing changes by it. An event without
    /// uuid or time has no past.
    pub fn ask(&self, index: RuleIndex, event: &Event) -> Told {
        let Some((number, rule)) = self.numbered(index) else { return Told::default() };
        match self.placed(rule, event) {
            Some((org, row)) => self.tell(org, number, rule, &row),
            None => Told { answers: Answers::unknown(), ..Told::default() },
        }
    }

    /// Works out what the histories of a rule tell of an alert: of the one that another rule raises on an event, or with several rules, the
    /// last one on the alert of the one before it.
    pub fn ask_of_alert(&self, index: RuleIndex, raised_by: &[RuleIndex], event: &Event) -> OfAlert {
        self.told_of_alert(index, raised_by, event).unwrap_or(OfAlert::None)
    }

    fn told_of_alert(&self, index: RuleIndex, raised_by: &[RuleIndex], event: &Event) -> Option<OfAlert> {
        let (number, rule) = self.numbered(index)?;
        let (first, _) = raised_by.split_first()?;
        let (org, mut row) = self.placed(self.numbered(*first)?.1, event)?;
        let (mut before, mut facts): (Option<u32>, &dyn Facts) = (None, event);
        let mut alert;
        for other in raised_by {
            let (other, planned) = self.numbered(*other)?;
            let event_type = if before.is_none() { self.plan.type_of(event) } else { self.plan.alert_type() };
            let is_asked = self.plan.rules_of(event_type).contains(&other) && before.is_none_or(|before| self.plan.holds_on_alert_of(other, before));
            if !is_asked || !planned.guard.holds(self.plan.atoms(), &Moment::new(facts, &NoMemory)) {
                return None;
            }
            let inquiry = |assumed: Assumed| Inquiry::new(org.view(self.rules(), None), other, assumed);
            let (first, others) = Assumed::each(inquiry, |inquiry| grades(&self.plan, inquiry, other, &row));
            if others.iter().any(|others| others.is_some() != first.is_some()) {
                return Some(OfAlert::Open);
            }
            let grades = others.into_iter().flatten().fold(first?, |grades, others| grades & others);
            alert = alert_row(&self.plan, other, &row, severity(&self.plan, other, grades));
            row = alert.clone();
            (before, facts) = (Some(other), &alert);
        }
        if !self.plan.holds_on_alert_of(number, before?) {
            return None;
        }
        let told = self.tell(org, number, rule, &row);
        Some(OfAlert::Told(row, Box::new(told)))
    }

    fn rules(&self) -> Rules<'_> {
        Rules { plan: &self.plan, limits: &self.limits }
    }

    fn numbered(&self, index: RuleIndex) -> Option<(u32, &RememberRule)> {
        let number = self.plan.number(index)?;
        Some((number, self.plan.rule(number)?))
    }

    /// Returns the org of an event and what a rule reads of the event; nothing where it has no place among others.
    fn placed(&self, rule: &RememberRule, event: &Event) -> Option<(&Org, Row)> {
        let org = self.orgs.get(event.org().unwrap_or_default())?;
        let name = Name { at: event.published()?, id: EventId::of(event.uuid()?), alert: None };
        Some((org, Row::of(event, &name, &[], self.plan.shape(), &rule.fields, &mut RowRoom::default())))
    }

    fn tell(&self, org: &Org, number: u32, rule: &RememberRule, row: &Row) -> Told {
        let rules = self.rules();
        let inquiry = |assumed: Assumed| Inquiry::new(org.view(rules, None), number, assumed);
        let answers = Answers::new(Assumed::each(inquiry, |inquiry| answer_all(&self.plan, inquiry, row)));
        let evidence = evidence(&self.plan, &inquiry(Assumed::no()), row, &answers);
        let (mut open, mut trails) = (Vec::new(), Vec::new());
        for question in &rule.shown {
            let asked = inquiry(Assumed::yes());
            let is_open = answers.get(*question) != Some(&asked.answer(*question, row));
            open.extend(asked.open.get().filter(|_| is_open).map(|until| (*question, until)));
            if let Some(Ask::Steps(steps)) = self.plan.ask(*question) {
                trails.extend(trail(&inquiry(Assumed::no()), steps, row).map(|trail| (*question, trail)));
            }
        }
        Told { answers, open, evidence, trails }
    }
}
