//! What the histories of a rule tell of one event, for those who ask why.

use super::asking::{Alone, Assumed, Inquiry};
use super::org::{Org, Rules};
use super::row::{Name, Row, RowRoom};
use super::steps::{Trail, trail};
use super::{Answers, Evidence, Remembering, told};
use crate::engine::print::EventId;
use crate::evaluate::{Memory, Moment, QuestionId};
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
        let Some((number, rule)) = self.plan.number(index).and_then(|number| Some((number, self.plan.rule(number)?))) else { return Told::default() };
        let org = self.orgs.get(event.org().unwrap_or_default());
        let (Some(org), Some(uuid), Some(at)) = (org, event.uuid(), event.published()) else { return self.alone(rule, event) };
        let name = Name { at, id: EventId::of(uuid), alert: None };
        let row = Row::of(event, &name, &[], self.plan.shape(), &rule.fields, &mut RowRoom::default());
        self.tell(org, number, rule, &row)
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
