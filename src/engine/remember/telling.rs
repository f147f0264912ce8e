//! What the histories of a rule tell of one event, for those who ask why.

use super::asking::{Alone, Assumed, Inquiry};
use super::decide::{alert_row, verdict};
use super::org::{Org, Rules};
use super::row::{Name, Row, RowRoom};
use super::steps::{Trail, trail};
use super::{Answers, Evidence, Remembering, told};
use crate::engine::print::EventId;
use crate::evaluate::{Memory, Moment, NoMemory, QuestionId};
use crate::event::{Event, Timestamp};
use crate::plan::RuleIndex;
use crate::plan::remember::{Ask, RememberRule};

/// What the histories of a rule tell of one event.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The answers to its questions, with what is open taken for no.
    pub answers: Answers,
    /// The same with what is open taken for yes.
    pub hoped: Answers,
    /// Which answers are open, and until when: later events decide them.
    pub open: Vec<(QuestionId, Timestamp)>,
    /// The events behind the answers.
    pub evidence: Vec<Evidence>,
    /// How far sequences got.
    pub trails: Vec<(QuestionId, Trail)>,
}

impl Remembering {
    /// Works out what the histories of a rule tell of an event, over what is remembered now; nothing changes by it. An event without
    /// uuid or time has no past.
    pub fn ask(&self, index: RuleIndex, event: &Event) -> Told {
        let Some((number, rule)) = self.numbered(index) else { return Told::default() };
        match self.placed(rule, event) {
            Some((org, row)) => self.tell(org, number, rule, &row),
            None => self.alone(rule, event),
        }
    }

    /// Works out what the histories of a rule tell of an alert: of the one that another rule raises on an event. Gives the alert, too; none
    /// if that rule raises none there, or the rule sees none of its alerts.
    pub fn ask_of_alert(&self, index: RuleIndex, other: RuleIndex, event: &Event) -> Option<(Row, Told)> {
        let ((number, rule), (other_number, other)) = (self.numbered(index)?, self.numbered(other)?);
        let (org, row) = self.placed(other, event)?;
        let is_of_type = self.plan.rules_of(self.plan.type_of(event)).contains(&other_number);
        let raises = is_of_type && other.guard.holds(self.plan.atoms(), &Moment::new(event, &NoMemory));
        if !raises || !self.plan.holds_on_alert_of(number, other_number) {
            return None;
        }
        let rules = Rules { plan: &self.plan, limits: &self.limits };
        let severity = verdict(&self.plan, &Inquiry::new(org.view(rules, None), other_number, Assumed::no()), other_number, &row)?;
        let alert = alert_row(&self.plan, other_number, &row, severity);
        let told = self.tell(org, number, rule, &alert);
        Some((alert, told))
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

    /// Tells of an event that is judged alone.
    fn alone(&self, rule: &RememberRule, event: &Event) -> Told {
        let memory = Alone(&self.plan);
        let moment = Moment::new(event, &memory);
        let answers = Answers(rule.shown.iter().map(|question| (*question, memory.answer(*question, &moment))).collect());
        Told { hoped: answers.clone(), answers, ..Told::default() }
    }

    fn tell(&self, org: &Org, number: u32, rule: &RememberRule, row: &Row) -> Told {
        let rules = Rules { plan: &self.plan, limits: &self.limits };
        let inquiry = |assumed: Assumed| Inquiry::new(org.view(rules, None), number, assumed);
        let (answers, evidence) = told(&self.plan, &inquiry(Assumed::no()), row);
        let (mut hoped, mut open, mut trails) = (Vec::new(), Vec::new(), Vec::new());
        for question in &rule.shown {
            let asked = inquiry(Assumed::yes());
            let answer = asked.answer(*question, row);
            let is_open = answers.get(*question) != Some(&answer);
            open.extend(asked.open.get().filter(|_| is_open).map(|until| (*question, until)));
            hoped.push((*question, answer));
            if let Some(Ask::Steps(steps)) = self.plan.ask(*question) {
                trails.extend(trail(&inquiry(Assumed::no()), steps, row).map(|trail| (*question, trail)));
            }
        }
        Told { answers, hoped: Answers(hoped), open, evidence, trails }
    }
}
