//! Decisions: making them, making them again, and what they say as events themselves.

use std::sync::Arc;

use super::arrival::{Places, triggered_by_alert};
use super::asking::{Assumed, Inquiry, Looked};
use super::bounds::Counters;
use super::cells::{Asked, CellId};
use super::org::{Due, Org, Rules};
use super::pending::{DecisionId, PendingId, Raised};
use super::row::{Name, RecordFields, Row};
use super::turn::{Said, Turn, merged};
use crate::engine::print::EventId;
use crate::evaluate::{Code, Facts};
use crate::event::{Timestamp, Value};
use crate::language::ALERT_EVENT_TYPE;
use crate::pack::Severity;
use crate::plan::remember::{Ask, RememberPlan};

/// What a decision has come to.
pub(super) struct Judged {
    pub(super) verdict: Option<Severity>,
    pub(super) looked: Looked,
    pub(super) due: Option<Timestamp>,
    pub(super) young: bool,
    pub(super) unfinished: bool,
    /// Whether there is a finding or none by what has not come yet.
    pub(super) open: bool,
}

impl Org {
    /// Asks for decisions on an event that has come.
    pub(super) fn ask_for(&mut self, rules: Rules<'_>, row: &Row, raw: Option<Arc<[u8]>>, who: &[u32], turn: &mut Turn) -> Option<PendingId> {
        if who.is_empty() {
            return None;
        }
        let event = self.pendings.add(rules.plan, row.clone(), raw, who.iter().copied());
        (0u32..).zip(who).for_each(|(place, _)| turn.ask_again(&mut self.pendings, DecisionId { event, place }));
        Some(event)
    }

    /// Makes all decisions that are asked for, and those that they bring with them.
    pub(super) fn settle(&mut self, rules: Rules<'_>, turn: &mut Turn, counters: &mut Counters) {
        while let Some(next) = turn.queue.pop() {
            let Some(decision) = self.pendings.decision_mut(next.decision) else { continue };
            decision.queued = false;
            // One that is final by now stays as it is.
            if !decision.made || !self.is_final(rules, next.rule, &next.row) {
                self.decide(rules, next.decision, next.rule, &next.row, turn, counters);
            }
        }
    }

    fn decide(&mut self, rules: Rules<'_>, id: DecisionId, number: u32, row: &Row, turn: &mut Turn, counters: &mut Counters) {
        let Some(rule) = rules.plan.rule(number) else { return };
        counters.decisions += 1;
        let decided = self.judge(rules, number, row, turn);
        if decided.unfinished {
            counters.leave_unfinished(number);
        }
        let Some(pending) = self.pendings.get_mut(id.event) else { return };
        // It stays as long as it can change; one on an alert also because the alert can be taken back.
        pending.stays |= !decided.looked.is_empty() || decided.due.is_some() || decided.young || row.alert().is_some();
        let Some(decision) = pending.decisions.get_mut(id.place as usize) else { return };
        let before = decision.verdict;
        if !decision.touched {
            decision.touched = true;
            decision.before = before;
            turn.touched.push(id);
        }
        self.young = self.young + usize::from(decided.young) - usize::from(decision.young).min(self.young);
        decision.young = decided.young;
        decision.made = true;
        decision.verdict = decided.verdict;
        let old_due = std::mem::replace(&mut decision.due, decided.due);
        let is_raised = decision.alert.is_some();
        self.note(id, rules.end(number, row), &decided.looked);
        self.looked = decided.looked;
        if old_due != decided.due {
            let due = |at: Timestamp| Due { at, row: row.clone(), rule: number, decision: id };
            if let Some(old) = old_due {
                self.due.remove(&due(old));
            }
            self.due.extend(decided.due.map(due));
        }
        if rule.is_seen && (before != decided.verdict || (decided.verdict.is_some() && !is_raised)) {
            if let Some(raised) = self.pendings.decision_mut(id).and_then(|decision| decision.alert.take()) {
                self.retract(rules, &raised, turn);
            }
            if let Some(severity) = decided.verdict {
                let raised = self.raise(rules, id, number, row, severity, turn, counters);
                if let Some(decision) = self.pendings.decision_mut(id) {
                    decision.alert = Some(Box::new(raised));
                }
            }
        }
    }

    /// Notes again whom a decision asked; what it said stays.
    pub(super) fn note_again(&mut self, rules: Rules<'_>, id: DecisionId) {
        let Some(pending) = self.pendings.get(id.event) else { return };
        let row = pending.row.clone();
        let Some(number) = pending.decisions.get(id.place as usize).map(|decision| decision.rule) else { return };
        let decided = self.judge(rules, number, &row, &Turn::default());
        self.note(id, rules.end(number, &row), &decided.looked);
        self.young += usize::from(decided.young);
        if let Some(decision) = self.pendings.decision_mut(id) {
            decision.young = decided.young;
            decision.due = decided.due;
        }
        self.due.extend(decided.due.map(|at| Due { at, row, rule: number, decision: id }));
    }

    /// Works a decision out.
    pub(super) fn judge(&mut self, rules: Rules<'_>, number: u32, row: &Row, turn: &Turn) -> Judged {
        let mut looked = std::mem::take(&mut self.looked);
        looked.clear();
        let view = self.view(rules, Some(turn));
        let inquiry = Inquiry::noting(view, number, Assumed::no(), looked);
        let mut grades = grades(rules.plan, &inquiry, number, row);
        let mut due = inquiry.open.get();
        let mut young = inquiry.young.get();
        let mut unfinished = inquiry.unfinished.get();
        let mut looked = inquiry.looked.into_inner();
        let mut open = false;
        let is_met = grades.is_some();
        let mut next = inquiry.assumed.next();
        // Open answers are taken for yes and for no; only what all of these say is said now.
        while let Some(assumed) = next {
            let inquiry = Inquiry::noting(view, number, assumed, looked);
            let assumed = self::grades(rules.plan, &inquiry, number, row);
            open |= assumed.is_some() != is_met;
            grades = grades.zip(assumed).map(|(one, other)| one & other);
            due = due.min(inquiry.open.get().or(due));
            young |= inquiry.young.get();
            unfinished |= inquiry.unfinished.get();
            looked = inquiry.looked.into_inner();
            next = inquiry.assumed.next().filter(|_| !open);
        }
        if looked.found.len() > 1 {
            looked.found.sort_unstable();
            looked.found.dedup();
        }
        let verdict = grades.map(|grades| severity(rules.plan, number, grades));
        Judged { verdict, looked, due, young, unfinished, open }
    }

    /// Notes in the cells that a decision has looked at them.
    fn note(&mut self, decision: DecisionId, end: Timestamp, looked: &Looked) {
        // What ends in this call can still be asked again in it: the watermark may pass several things at once.
        if self.settled.is_some_and(|settled| end < settled) {
            return;
        }
        for (cell, at) in &looked.found {
            self.note_in(*cell, Asked { at: *at, decision }, end);
        }
        for (base, key, at) in looked.missing() {
            let cell = self.cells.find_or_make(base, key, CellId::default());
            self.note_in(cell, Asked { at, decision }, end);
        }
    }

    fn note_in(&mut self, id: CellId, asked: Asked, end: Timestamp) {
        let Some(cell) = self.cells.get_mut(id) else { return };
        let more = cell.note(asked, |decision| self.pendings.contains(decision.event));
        self.ask_bytes = self.ask_bytes.saturating_add_signed(more * size_of::<Asked>().cast_signed());
        if !cell.scheduled {
            cell.scheduled = true;
            self.expiries.push(end, id);
        }
    }

    /// Makes a finding an event that other rules can ask about.
    #[expect(clippy::too_many_arguments, reason = "a decision, what it says, and what a call carries along")]
    fn raise(&mut self, rules: Rules<'_>, id: DecisionId, number: u32, row: &Row, severity: Severity, turn: &mut Turn, counters: &mut Counters) -> Raised {
        let alert = alert_row(rules.plan, number, row, severity);
        self.insert(rules, &alert, &Places::of_alert(rules.plan, &alert), false, turn, counters);
        let who: Vec<u32> = triggered_by_alert(rules.plan, &alert).filter(|rule| rules.plan.holds_on_alert_of(*rule, number)).collect();
        let raw = self.pendings.get(id.event).and_then(|pending| pending.raw.clone());
        let event = self.ask_for(rules, &alert, raw, &who, turn);
        Raised { row: alert, event }
    }

    /// Takes a finding back that other rules asked about, and what they found on it.
    fn retract(&mut self, rules: Rules<'_>, raised: &Raised, turn: &mut Turn) {
        self.remove(rules, &raised.row, &Places::of_alert(rules.plan, &raised.row), turn);
        let Some(pending) = raised.event.and_then(|event| self.forget(event)) else { return };
        for (place, decision) in (0u32..).zip(pending.decisions) {
            if !decision.made || self.is_final(rules, decision.rule, &pending.row) {
                continue;
            }
            let before = if decision.touched { decision.before } else { decision.verdict };
            let id = DecisionId { event: raised.event.unwrap_or_default(), place };
            let (row, raw) = (pending.row.clone(), pending.raw.clone());
            turn.gone.push(Said { row, rule: decision.rule, decision: id, before, after: None, told: decision.told, raw });
            if let Some(raised) = &decision.alert {
                self.retract(rules, raised, turn);
            }
        }
    }

    /// Makes the decisions whose open answers have settled.
    pub(super) fn wake(&mut self, rules: Rules<'_>, turn: &mut Turn, counters: &mut Counters) {
        let watermark = self.watermark(rules.limits);
        while let Some(due) = self.due.first().filter(|first| first.at < watermark || self.finished) {
            let id = due.decision;
            self.due.pop_first();
            if let Some(decision) = self.pendings.decision_mut(id) {
                decision.due = None;
                turn.ask_again(&mut self.pendings, id);
            }
            self.settle(rules, turn, counters);
        }
    }

    /// Ends a call: gives what it has said, in the order of events, and drops the events on which nothing can change.
    pub(super) fn conclude(&mut self, turn: &mut Turn) -> Vec<Said> {
        // Nearly every call has said nothing that is not quiet.
        if turn.gone.is_empty() && turn.touched.is_empty() && turn.dropped.is_empty() {
            return Vec::new();
        }
        let mut all = std::mem::take(&mut turn.gone);
        for id in turn.touched.drain(..) {
            let Some(pending) = self.pendings.get_mut(id.event) else { continue };
            let Some(decision) = pending.decisions.get_mut(id.place as usize) else { continue };
            decision.touched = false;
            // A finding that was made again may be told otherwise.
            if decision.before.is_some() || decision.verdict.is_some() {
                let (row, raw) = (pending.row.clone(), pending.raw.clone());
                let (rule, before, after, told) = (decision.rule, decision.before, decision.verdict, decision.told.take());
                all.push(Said { row, rule, decision: id, before, after, told, raw });
            }
            if id.place == 0 && !pending.is_scheduled {
                pending.is_scheduled = pending.stays;
                if pending.stays {
                    self.ends.push(pending.end, id.event);
                } else {
                    turn.dropped.push(id.event);
                }
            }
        }
        for event in turn.dropped.drain(..) {
            self.forget(event);
        }
        merged(all)
    }
}

/// Says whether an event is a finding of a rule, and if so which of its severities hold, a bit for each. They are told apart only where
/// others ask about its alerts.
pub(super) fn grades(plan: &RememberPlan, inquiry: &Inquiry<'_>, number: u32, row: &Row) -> Option<u64> {
    let rule = plan.rule(number)?;
    if !inquiry.all_hold(&rule.rest, row) {
        return None;
    }
    // Whatever is told of a finding is looked at, the second half of an `or` as well, so that a change of it is noticed.
    for question in &rule.shown {
        inquiry.answer(*question, row);
        // An answer may be sure before all events were looked at that are told as its evidence.
        if rule.asked.contains(question) && plan.ask(*question).is_some_and(Ask::is_bound) {
            inquiry.evidence(*question, row);
        }
    }
    if !rule.is_seen {
        return Some(0);
    }
    let holds = |when: &Option<Code>| when.as_ref().is_none_or(|when| inquiry.eval(row, |moment| when.holds(moment)));
    Some(rule.severity.iter().take(GRADES_MAX).enumerate().filter(|(_, (when, _))| holds(when)).fold(0, |grades, (at, _)| grades | 1 << at))
}

/// Returns the first severity that holds.
pub(super) fn severity(plan: &RememberPlan, number: u32, grades: u64) -> Severity {
    let severities = plan.rule(number).map(|rule| rule.severity.as_slice()).unwrap_or_default();
    severities.iter().take(GRADES_MAX).enumerate().find(|(at, _)| grades >> at & 1 == 1).map_or(Severity::Medium, |(_, (_, level))| *level)
}

/// Severities of a rule that are told apart.
const GRADES_MAX: usize = u64::BITS as usize;

/// Makes a finding an event: of the type of alerts, at the time of its event and of the same actor.
pub(super) fn alert_row(plan: &RememberPlan, rule: u32, row: &Row, severity: Severity) -> Row {
    let id = plan.rule(rule).map(|rule| rule.id.clone()).unwrap_or_default();
    let uuid = format!("{}:{id}", row.uuid());
    let mut fields = Vec::new();
    for (path, slot) in plan.shape().fields() {
        let value = match path.as_str() {
            "eventType" => Value::Text(ALERT_EVENT_TYPE.into()),
            "alert.rule" => Value::Text(id.to_string().into()),
            "alert.severity" => Value::Text(severity.word().into()),
            "uuid" => Value::Text(uuid.clone().into()),
            "published" => Value::Time(row.at()),
            path if path.starts_with("actor.") => row.value(*slot),
            _ => Value::Missing,
        };
        if !value.is_missing() {
            fields.push((*slot, value));
        }
    }
    Row::put_together(&Name { at: row.at(), id: EventId::of(&uuid), alert: Some(rule) }, &[], &fields, &RecordFields::default())
}
