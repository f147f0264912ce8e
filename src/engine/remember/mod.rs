//! Rules that remember: right when events come late, twice and out of order.
//!
//! Takes events as they come; gives findings, and takes back those that a late event refutes. For each org the events that matter are
//! kept by the keys of the histories that want them. A *decision* is what a rule says of one event; it is worked out from what is
//! kept, never from the order in which that came, and it is made again when something changes that it looked at. So what is said in the
//! end is what the sorted stream would have said. Never reads a clock and does no input or output.

mod alone;
mod answer;
mod answers;
mod arena;
mod arrival;
mod asking;
mod bounds;
mod cells;
mod clock;
mod codec;
mod decide;
mod different;
mod ending;
mod fetch;
mod few;
mod keep;
mod known;
mod org;
mod orgs;
mod pending;
mod quiet;
mod reached;
mod row;
mod snapshot;
mod spare;
mod steps;
mod telling;
mod turn;
mod wheel;

use std::sync::Arc;

use super::Scratch;
use super::print::EventId;
use crate::evaluate::{Facts, QuestionId};
use crate::event::{Event, Timestamp, Value};
use crate::plan::RuleIndex;
use crate::plan::remember::RememberPlan;

pub use answers::Answers;
pub(crate) use arrival::{Arrival, Room};
pub use bounds::{BYTES_MAX, Counters, DECISIONS_MAX, EVENTS_PER_KEY_MAX, KEYS_PER_HISTORY_MAX, LATENESS, Limits};
pub use clock::{AHEAD_MAX, LEAP_MAX};
pub use ending::Waiting;
pub use fetch::FETCH_MAX;
pub use org::OKTA_BEGAN;
pub use reached::{Limit, Reached};
pub use row::Row;
pub use snapshot::{BadSnapshot, SNAPSHOT_VERSION};
pub use steps::{CHOICES_MAX, Footing, Met, Trail};
pub use telling::{OfAlert, Told};

use answers::All;
use asking::{Assumed, Inquiry};
use codec::{put_bytes, put_count, put_value};
use fetch::Asked;
use org::{Org, Rules};
use orgs::Orgs;
use sha2::{Digest, Sha256};
use turn::{Said, Turn};

/// Most event ids of a piece of evidence that are listed from each end.
pub const LISTED_MAX: usize = 20;

/// The state of all rules that remember.
#[derive(Debug)]
pub struct Remembering {
    plan: Arc<RememberPlan>,
    limits: Limits,
    orgs: Orgs,
    counters: Counters,
    /// After which time nothing can have happened yet, where that is known.
    latest: Option<Timestamp>,
    /// Memory to be used again.
    turn: Turn,
    asked: Asked,
}

/// What has changed in what the rules say.
#[derive(Clone, Debug)]
pub enum Change {
    /// A rule has found something.
    Fired(Box<Fired>),
    /// What a rule had found stands, but an event that came later has changed what is told of it: an answer in its severity, title or
    /// context, or its evidence. This takes the place of what was told before.
    Amended(Box<Fired>),
    /// What a rule had found is refuted by an event that came later.
    Withdrawn {
        /// The org.
        org: Arc<str>,
        /// The rule.
        rule: RuleIndex,
        /// The event that it was found on.
        uuid: String,
        /// When that event happened.
        published: Timestamp,
        /// Why, in words.
        reason: String,
    },
}

/// A finding of a rule that remembers.
#[derive(Clone, Debug)]
pub struct Fired {
    /// The org.
    pub org: Arc<str>,
    /// The rule.
    pub rule: RuleIndex,
    /// The event's id, if it has one.
    pub uuid: Option<String>,
    /// When the event happened, if it says so.
    pub published: Option<Timestamp>,
    /// What is kept of the event.
    pub row: Row,
    /// The event's bytes, if they are kept.
    pub raw: Option<Arc<[u8]>>,
    /// The answers to the questions of the rule, for its title, severity, context and groups.
    pub answers: Answers,
    /// What made its condition true.
    pub evidence: Vec<Evidence>,
    /// Whether the event was evaluated alone because it came too late or has no uuid or time.
    pub alone: bool,
}

/// The events that made one history of a condition true.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// The question, by the number that it has in the plan.
    pub question: QuestionId,
    /// Its answer.
    pub value: Value<'static>,
    /// How many events there are.
    pub count: usize,
    /// The ids of the first ones and the last ones, in order.
    pub uuids: Vec<String>,
    /// When the first of them happened.
    pub first: Option<Timestamp>,
    /// When the last of them happened.
    pub last: Option<Timestamp>,
}

impl Remembering {
    /// Makes one that remembers nothing yet.
    pub fn new(plan: Arc<RememberPlan>, limits: Limits) -> Self {
        Remembering { plan, limits, orgs: Orgs::default(), counters: Counters::default(), latest: None, turn: Turn::default(), asked: Asked::default() }
    }

    /// Returns the plan.
    pub fn plan(&self) -> &Arc<RememberPlan> {
        &self.plan
    }

    /// Returns what is allowed.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns what has been counted, and what is held now.
    pub fn counters(&self) -> Counters {
        let mut counters = self.counters;
        for (_, org) in self.orgs.iter() {
            counters.keys += org.queues.all_keys();
            counters.events += org.cells.iter().map(|(_, cell)| cell.entries.len()).sum::<usize>();
            counters.bytes += org.bytes + org.ask_bytes + org.pendings.bytes() + org.quiet.bytes() + org.known.bytes();
        }
        counters
    }

    /// Says after which time nothing can have happened yet: now, and a little. Events of later times move no watermark, until this is said
    /// again of a later time.
    pub fn set_latest(&mut self, latest: Timestamp) {
        self.latest = Some(latest);
    }

    /// Returns the watermark of an org: behind it nothing is expected any more.
    pub fn watermark(&self, org: &str) -> Option<Timestamp> {
        self.orgs.get(org).map(|org| org.watermark(&self.limits))
    }

    /// Takes an event in, with the time of its receipt where that is known. One that came before changes nothing.
    pub fn observe(&mut self, event: &Event, received: Option<Timestamp>) -> Vec<Change> {
        let org = event.org().unwrap_or_default().into();
        let (mut room, mut scratch) = (Room::default(), Scratch::for_atoms(self.plan.atoms().len()));
        scratch.next_event();
        let mut arrival = Arrival::default();
        arrival.become_of(&self.plan, event, &org, event.uuid().map(EventId::of), &mut scratch, &mut room);
        if self.limits.keep_raw {
            arrival.keep_raw(event);
        }
        if arrival.is_wanted() && !self.is_new(&arrival) {
            return Vec::new();
        }
        self.take(&mut arrival, received)
    }

    /// Notes an event that rules want; says whether it has not come before.
    pub(crate) fn is_new(&mut self, arrival: &Arrival) -> bool {
        let lateness = self.limits.lateness;
        let org = self.orgs.get_or_make(&arrival.org);
        let is_new = org.known.is_new(arrival.print, arrival.at, org.clock.watermark(lateness));
        self.counters.duplicates += u64::from(!is_new);
        is_new
    }

    /// Hands over the memory of events that have gone, for those that come.
    pub(crate) fn reuse(&mut self, room: &mut Room) {
        room.reuse(&mut self.turn.spares);
    }

    /// Says whether an event that rules wanted has come.
    pub(crate) fn knows(&self, org: &str, print: u128) -> bool {
        self.orgs.get(org).is_some_and(|org| org.known.contains(print))
    }

    /// Takes in what matters of an event that has not come before, with the time of its receipt where that is known; `arrival` is left
    /// for the next one.
    pub(crate) fn take(&mut self, arrival: &mut Arrival, received: Option<Timestamp>) -> Vec<Change> {
        let Remembering { plan, limits, orgs, counters, latest, turn, .. } = self;
        if plan.is_empty() {
            return Vec::new();
        }
        let Arrival { org: name, print, is_named, at, row, places, triggered, raw } = arrival;
        let (row, raw) = (row.take(), raw.take());
        let Some(at) = at.filter(|_| *is_named) else {
            counters.unplaced += 1;
            return row.map(|row| alone(plan, &row, raw.as_ref(), triggered, name, counters)).unwrap_or_default();
        };
        let rules = Rules { plan, limits };
        let org = orgs.get_or_make(name);
        if at < org.watermark(limits) {
            let Some(row) = row else { return Vec::new() };
            counters.late += 1;
            return alone(plan, &row, raw.as_ref(), triggered, name, counters);
        }
        org.begin_at(at, turn);
        if let Some(row) = row {
            org.insert(rules, &row, places, true, turn, counters);
            // Moved, not shared: to count who shares it is to wait for all memory that is being written.
            turn.home = Some(row);
            org.decide_quietly(rules, turn, raw.as_ref(), triggered, counters);
            if !triggered.is_empty()
                && let Some(row) = turn.home.clone()
            {
                org.ask_for(rules, &row, raw, triggered, turn);
            }
        }
        org.settle(rules, turn, counters);
        org.clock.observe(at, *print, received, *latest);
        org.wake(rules, turn, counters);
        let said = org.conclude(turn);
        let changes = changes(rules, name, org, said, turn.home.as_ref(), counters);
        org.tidy(rules, turn, counters);
        turn.clear();
        changes
    }

    /// Moves the watermark of an org ahead: what lies before it is complete. It never goes back.
    pub fn advance(&mut self, org_name: &str, watermark: Timestamp) -> Vec<Change> {
        let plan = self.plan.clone();
        let rules = Rules { plan: &plan, limits: &self.limits };
        let org = self.orgs.get_or_make(&org_name.into());
        org.clock.set(watermark);
        let mut turn = Turn::default();
        org.wake(rules, &mut turn, &mut self.counters);
        let said = org.conclude(&mut turn);
        let changes = changes(rules, &Arc::from(org_name), org, said, None, &mut self.counters);
        org.tidy(rules, &mut turn, &mut self.counters);
        changes
    }
}

/// Evaluates an event without knowing what came before it, and keeps nothing of it: only what the event shows by itself is said.
fn alone(plan: &RememberPlan, row: &Row, raw: Option<&Arc<[u8]>>, triggered: &[u32], org_name: &Arc<str>, counters: &mut Counters) -> Vec<Change> {
    let mut changes = Vec::new();
    for number in triggered {
        let Some(rule) = plan.rule(*number).filter(|rule| rule.speaks && alone::all_hold(&rule.rest, row)) else {
            continue;
        };
        counters.fired += 1;
        changes.push(Change::Fired(Box::new(Fired {
            org: org_name.clone(),
            rule: rule.index,
            uuid: Some(row.uuid()).filter(|uuid| !uuid.is_empty()),
            published: row.published(),
            row: row.clone(),
            raw: raw.cloned(),
            answers: Answers::unknown(),
            evidence: Vec::new(),
            alone: true,
        })));
    }
    changes
}

/// Returns what a call has changed in all, in the order of events. `came` is the event that made it do so, if one did.
fn changes(rules: Rules<'_>, name: &Arc<str>, org: &mut Org, said: Vec<Said>, came: Option<&Row>, counters: &mut Counters) -> Vec<Change> {
    let mut changes = Vec::new();
    for said in said {
        let Some(rule) = rules.plan.rule(said.rule).filter(|rule| rule.speaks) else { continue };
        match (said.before, said.after) {
            (before, Some(_)) => {
                let (decision, told) = (said.decision, said.told);
                let fired = Box::new(fired(rules, name, org, said));
                let tells = fired.fingerprint(rules.plan);
                if let Some(decision) = org.pendings.decision_mut(decision) {
                    decision.told = Some(tells);
                }
                if before.is_none() {
                    counters.fired += 1;
                    changes.push(Change::Fired(fired));
                } else if told != Some(tells) {
                    counters.amended += 1;
                    changes.push(Change::Amended(fired));
                }
            }
            (Some(_), None) => {
                counters.withdrawn += 1;
                let reason = match came {
                    Some(came) => format!("the event {} of {} came later and changed what its histories hold", came.uuid(), came.at()),
                    None => "its stream went on, and what its histories hold changed".to_owned(),
                };
                changes.push(Change::Withdrawn { org: name.clone(), rule: rule.index, uuid: said.row.uuid(), published: said.row.at(), reason });
            }
            (None, None) => {}
        }
    }
    changes
}

impl Fired {
    /// Returns a fingerprint of all that histories add to what is told of it; the same in every process and under every plan.
    fn fingerprint(&self, plan: &RememberPlan) -> u64 {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        let question = |question: QuestionId| plan.questions().get(question).map(|question| question.key()).unwrap_or_default();
        for (number, answers) in self.answers.all().enumerate() {
            for (asked, value) in answers {
                let mut part = format!("{number} {}", question(*asked)).into_bytes();
                put_value(&mut part, value);
                parts.push(part);
            }
        }
        for evidence in &self.evidence {
            let mut part = question(evidence.question).into_bytes();
            put_count(&mut part, evidence.count);
            evidence.uuids.iter().for_each(|uuid| put_bytes(&mut part, uuid.as_bytes()));
            parts.push(part);
        }
        // Another plan may number the same questions in another order.
        parts.sort_unstable();
        let mut sum = Sha256::new();
        for part in parts {
            sum.update((part.len() as u64).to_le_bytes());
            sum.update(part);
        }
        sum.finalize().first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

fn fired(rules: Rules<'_>, org_name: &Arc<str>, org: &Org, said: Said) -> Fired {
    let rule = rules.plan.rule(said.rule);
    let inquiry = |assumed: Assumed| Inquiry::new(org.view(rules, None), said.rule, assumed);
    let answers = Answers::new(Assumed::each(inquiry, |inquiry| answer_all(rules.plan, inquiry, &said.row)));
    let evidence = evidence(rules.plan, &inquiry(Assumed::no()), &said.row, &answers);
    Fired {
        org: org_name.clone(),
        rule: rule.map_or(RuleIndex(u32::MAX), |rule| rule.index),
        uuid: Some(said.row.uuid()),
        published: said.row.published(),
        row: said.row,
        raw: said.raw,
        answers,
        evidence,
        alone: false,
    }
}

/// Works out the answers to all questions of a rule on an event.
fn answer_all(plan: &RememberPlan, inquiry: &Inquiry<'_>, row: &Row) -> All {
    let questions = plan.rule(inquiry.rule).map(|rule| rule.shown.as_slice()).unwrap_or_default();
    questions.iter().map(|question| (*question, inquiry.answer(*question, row))).collect()
}

/// Returns the events behind the answers that the condition of a rule asks for.
fn evidence(plan: &RememberPlan, inquiry: &Inquiry<'_>, row: &Row, answers: &Answers) -> Vec<Evidence> {
    let asked = plan.rule(inquiry.rule).map(|rule| rule.asked.as_slice()).unwrap_or_default();
    let mut evidence = Vec::new();
    for question in asked {
        let value = answers.get(*question).cloned().unwrap_or_default();
        let rows = if is_something(&value) { inquiry.evidence(*question, row) } else { Vec::new() };
        if rows.is_empty() {
            continue;
        }
        let tail = rows.len().saturating_sub(LISTED_MAX).max(LISTED_MAX.min(rows.len()));
        let listed = rows.iter().take(LISTED_MAX).chain(rows.iter().skip(tail));
        evidence.push(Evidence {
            question: *question,
            value,
            count: rows.len(),
            uuids: listed.map(|row| row.uuid()).collect(),
            first: rows.first().map(Row::at),
            last: rows.last().map(Row::at),
        });
    }
    evidence
}

/// Says whether an answer is one that events have made.
fn is_something(value: &Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Bool(false) | Value::Int(0) => false,
        Value::List(parts) => !parts.is_empty(),
        _ => true,
    }
}
