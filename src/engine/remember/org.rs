//! One org: its cells, its decisions, and how a change of the one makes the other again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::asking::{Inquiry, View};
use super::bounds::{Counters, Limits, Queues};
use super::cells::{Asked, Cell, CellId, Cells, ENTRY_BYTES, NodeKey, base_of, cell_name};
use super::clock::Clock;
use super::known::Known;
use super::row::Row;
use crate::evaluate::{Facts, Moment, NoMemory};
use crate::event::{Span, Timestamp, Value};
use crate::language::ALERT_EVENT_TYPE;
use crate::pack::Severity;
use crate::plan::remember::RememberPlan;

/// A decision: what a rule says of an event, as long as that can change.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// How bad the finding is, if there is one.
    pub(super) verdict: Option<Severity>,
    /// The finding as an event, if other rules ask about it.
    pub(super) alert: Option<Arc<Row>>,
    /// When the first of its open answers settles.
    pub(super) due: Option<Timestamp>,
    /// The event's bytes, if they are kept.
    pub(super) raw: Option<Arc<[u8]>>,
}

/// Everything that is kept of one org.
#[derive(Debug, Default)]
pub(super) struct Org {
    pub(super) cells: Cells,
    pub(super) nodes: BTreeMap<NodeKey, Node>,
    /// Decisions with open answers, by when those settle.
    pub(super) due: BTreeSet<(Timestamp, NodeKey)>,
    /// Decisions by when they can no longer change.
    pub(super) ends: BTreeSet<(Timestamp, NodeKey)>,
    /// Cells by when they should be looked at.
    pub(super) expiries: BTreeSet<(Timestamp, CellId)>,
    /// Decisions that were silent because too little history was known.
    pub(super) young: BTreeSet<NodeKey>,
    pub(super) queues: Queues,
    pub(super) known: Known,
    pub(super) clock: Clock,
    pub(super) begin: Option<Timestamp>,
    pub(super) finished: bool,
    /// Bytes of cells and their events, as estimated.
    pub(super) bytes: usize,
    /// Bytes of decisions and of who asked, as estimated.
    pub(super) node_bytes: usize,
}

/// What a rule says of an event, and the event's bytes where they are kept.
type Verdict = (Option<Severity>, Option<Arc<[u8]>>);

/// What one call changes.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Decisions to be made, in the order of their events.
    queue: BTreeSet<NodeKey>,
    /// Those among them that were never made before.
    fresh: BTreeSet<NodeKey>,
    /// What decisions were before.
    pub(super) before: BTreeMap<NodeKey, Option<Severity>>,
    /// What they are now, with the bytes of their events where those are kept.
    pub(super) after: BTreeMap<NodeKey, Verdict>,
    /// The bytes of the event that came.
    pub(super) raw: Option<Arc<[u8]>>,
}

/// What never changes during a call.
#[derive(Clone, Copy)]
pub(super) struct Rules<'p> {
    pub(super) plan: &'p RememberPlan,
    pub(super) limits: &'p Limits,
}

impl Org {
    pub(super) fn watermark(&self, limits: &Limits) -> Timestamp {
        if self.finished { Timestamp::from_micros(i64::MAX) } else { self.clock.watermark(limits.lateness) }
    }

    pub(super) fn view<'a>(&'a self, rules: Rules<'a>) -> View<'a> {
        View { plan: rules.plan, cells: &self.cells, begin: self.begin, watermark: self.watermark(rules.limits), finished: self.finished }
    }

    /// Notes that the org's history reaches back to a time; says which decisions that concerns.
    pub(super) fn begin_at(&mut self, at: Timestamp, turn: &mut Turn) {
        if self.begin.is_none_or(|begin| at < begin) {
            self.begin = Some(at);
            turn.queue.append(&mut self.young);
        }
    }

    /// Puts an event into the sets that it belongs to; decisions that asked about them are made again.
    pub(super) fn insert(&mut self, rules: Rules<'_>, row: &Arc<Row>, places: &[CellId], turn: &mut Turn, counters: &mut Counters) {
        let watermark = self.watermark(rules.limits);
        for name in places {
            let base_number = base_of(name);
            let Some(base) = rules.plan.base(base_number) else { continue };
            let cell = self.cells.entry(name.clone()).or_default();
            let ever = cell.ever;
            if ever == 0 {
                self.queues.born(base_number, name);
                self.bytes += CELL_BYTES + name.len();
            }
            if !cell.insert(row) {
                continue;
            }
            self.bytes += ENTRY_BYTES + row.bytes();
            if base.keeps_first {
                cell.first = Some(cell.first.map_or(row.at(), |first| first.min(row.at())));
            }
            if ever == 1 {
                self.queues.grown(base_number, name);
            }
            if cell.entries.len() >= cell.prune_at {
                self.bytes = self.bytes.saturating_sub(cell.prune(&base.form, watermark.minus(base.slack)));
            }
            while cell.entries.len() > rules.limits.events_per_key_max {
                if let Some(row) = cell.entries.pop_front() {
                    self.bytes = self.bytes.saturating_sub(ENTRY_BYTES + row.bytes());
                    counters.cut += 1;
                }
            }
            if !cell.scheduled {
                cell.scheduled = true;
                self.expiries.insert((row.at().plus(base.retention), name.clone()));
            }
            affected(cell, base.back, base.forward, row.at(), turn);
            self.evict(rules, base_number, counters);
        }
    }

    /// Takes an event out of the sets that it belongs to.
    fn remove(&mut self, rules: Rules<'_>, row: &Arc<Row>, places: &[CellId], turn: &mut Turn) {
        for name in places {
            let (Some(base), Some(cell)) = (rules.plan.base(base_of(name)), self.cells.get_mut(name)) else { continue };
            if cell.remove(row) {
                self.bytes = self.bytes.saturating_sub(ENTRY_BYTES + row.bytes());
                affected(cell, base.back, base.forward, row.at(), turn);
            }
        }
    }

    /// Asks for a decision on an event.
    pub(super) fn ask_for(&mut self, rule: u32, row: &Arc<Row>, turn: &mut Turn) {
        let key = NodeKey { row: row.clone(), rule };
        turn.fresh.insert(key.clone());
        turn.queue.insert(key);
    }

    /// Makes all decisions that are asked for, and those that they bring with them.
    pub(super) fn settle(&mut self, rules: Rules<'_>, turn: &mut Turn, counters: &mut Counters) {
        while let Some(key) = turn.queue.pop_first() {
            // One that is final by now stays as it is.
            if turn.fresh.remove(&key) || self.nodes.contains_key(&key) {
                self.decide(rules, key, turn, counters);
            }
        }
    }

    fn decide(&mut self, rules: Rules<'_>, key: NodeKey, turn: &mut Turn, counters: &mut Counters) {
        let Some(rule) = rules.plan.rule(key.rule) else { return };
        counters.decisions += 1;
        let decided = self.judge(rules, &key);
        let known = self.nodes.get(&key);
        // A decision is kept as long as it can change; one on an alert also because the alert can be withdrawn.
        let keep = known.is_some() || !decided.looked.is_empty() || decided.due.is_some() || decided.young || key.row.alert().is_some();
        let before = known.and_then(|node| node.verdict);
        let raw = known.and_then(|node| node.raw.clone()).or_else(|| turn.raw.clone());
        let old_due = known.and_then(|node| node.due);
        let old_alert = known.and_then(|node| node.alert.clone());
        let end = key.row.at().plus(rule.lag);

        turn.before.entry(key.clone()).or_insert(before);
        // The event of an alert may have been made anew, so the key is put in anew as well.
        turn.after.remove(&key);
        turn.after.insert(key.clone(), (decided.verdict, raw.clone()));
        self.note(rules, &key, end, decided.looked);
        if decided.young {
            self.young.insert(key.clone());
        }
        if old_due != decided.due {
            if let Some(due) = old_due {
                self.due.remove(&(due, key.clone()));
            }
            if let Some(due) = decided.due {
                self.due.insert((due, key.clone()));
            }
        }
        let mut alert = old_alert;
        if rule.is_seen && (before != decided.verdict || (decided.verdict.is_some() && alert.is_none())) {
            if let Some(row) = alert.take() {
                self.retract(rules, &row, turn);
            }
            if let Some(severity) = decided.verdict {
                alert = Some(self.raise(rules, &key, severity, turn, counters));
            }
        }
        if keep {
            if !self.nodes.contains_key(&key) {
                self.node_bytes += NODE_BYTES + key.row.bytes() + raw.as_ref().map_or(0, |raw| raw.len());
                self.ends.insert((end, key.clone()));
            }
            self.nodes.insert(key, Node { verdict: decided.verdict, alert, due: decided.due, raw });
        }
    }

    /// Notes again whom a decision asked; what it said stays.
    pub(super) fn ask_again(&mut self, rules: Rules<'_>, key: &NodeKey) {
        let decided = self.judge(rules, key);
        let end = key.row.at().plus(rules.plan.rule(key.rule).map_or(Span::ZERO, |rule| rule.lag));
        self.note(rules, key, end, decided.looked);
        if decided.young {
            self.young.insert(key.clone());
        }
        if let (Some(due), Some(node)) = (decided.due, self.nodes.get_mut(key)) {
            node.due = Some(due);
            self.due.insert((due, key.clone()));
        }
    }

    /// Works a decision out.
    fn judge(&self, rules: Rules<'_>, key: &NodeKey) -> Judged {
        let view = self.view(rules);
        let inquiry = Inquiry::new(view, key.rule, false);
        let mut verdict = verdict(rules.plan, &inquiry, key);
        let mut looked = inquiry.looked.into_inner();
        let mut due = inquiry.open.get();
        let mut young = inquiry.young.get();
        if due.is_some() {
            // Open answers are taken for yes as well; only what both say is said now.
            let hopeful = Inquiry::new(view, key.rule, true);
            let other = self::verdict(rules.plan, &hopeful, key);
            if other.is_none() {
                verdict = None;
            }
            looked.extend(hopeful.looked.into_inner());
            due = due.min(hopeful.open.get().or(due));
            young |= hopeful.young.get();
        }
        looked.sort_unstable();
        looked.dedup();
        Judged { verdict, looked, due, young }
    }

    /// Notes in the cells that a decision has looked at them.
    fn note(&mut self, rules: Rules<'_>, key: &NodeKey, end: Timestamp, looked: Vec<(CellId, Timestamp)>) {
        if end < self.watermark(rules.limits) {
            return;
        }
        for (name, at) in looked {
            let cell = self.cells.entry(name.clone()).or_default();
            if cell.note(Asked { at, node: key.clone(), end }) {
                self.node_bytes += ASK_BYTES;
            }
            if !cell.scheduled {
                cell.scheduled = true;
                self.expiries.insert((end, name));
            }
        }
    }

    /// Makes a finding an event that other rules can ask about.
    fn raise(&mut self, rules: Rules<'_>, key: &NodeKey, severity: Severity, turn: &mut Turn, counters: &mut Counters) -> Arc<Row> {
        let row = Arc::new(alert_row(rules.plan, key, severity));
        let places = places(rules.plan, rules.plan.alert_type(), &*row, true);
        self.insert(rules, &row, &places, turn, counters);
        for rule in triggered(rules.plan, rules.plan.alert_type(), &*row) {
            if rules.plan.sees(rule, key.rule) {
                self.ask_for(rule, &row, turn);
            }
        }
        row
    }

    /// Takes a finding back that other rules asked about, and what they found on it.
    fn retract(&mut self, rules: Rules<'_>, row: &Arc<Row>, turn: &mut Turn) {
        let places = places(rules.plan, rules.plan.alert_type(), &**row, true);
        self.remove(rules, row, &places, turn);
        let from = NodeKey { row: row.clone(), rule: 0 };
        let to = NodeKey { row: row.clone(), rule: u32::MAX };
        let on_it: Vec<NodeKey> = self.nodes.range(from..=to).map(|(key, _)| key.clone()).collect();
        turn.queue.retain(|key| *key.row != **row);
        turn.fresh.retain(|key| *key.row != **row);
        for key in on_it {
            if let Some(node) = self.forget(rules, &key) {
                turn.before.entry(key.clone()).or_insert(node.verdict);
                turn.after.insert(key, (None, node.raw));
                if let Some(alert) = node.alert {
                    self.retract(rules, &alert, turn);
                }
            }
        }
    }

    /// Drops a decision.
    fn forget(&mut self, rules: Rules<'_>, key: &NodeKey) -> Option<Node> {
        let (key, node) = self.nodes.remove_entry(key)?;
        self.node_bytes = self.node_bytes.saturating_sub(NODE_BYTES + key.row.bytes() + node.raw.as_ref().map_or(0, |raw| raw.len()));
        if let Some(due) = node.due {
            self.due.remove(&(due, key.clone()));
        }
        let lag = rules.plan.rule(key.rule).map_or(Span::ZERO, |rule| rule.lag);
        self.ends.remove(&(key.row.at().plus(lag), key.clone()));
        self.young.remove(&key);
        Some(node)
    }

    /// Makes the decisions whose open answers have settled.
    pub(super) fn wake(&mut self, rules: Rules<'_>, turn: &mut Turn, counters: &mut Counters) {
        let watermark = self.watermark(rules.limits);
        loop {
            let is_due = |(due, _): &(Timestamp, NodeKey)| *due < watermark || self.finished;
            let Some((_, key)) = self.due.first().filter(|first| is_due(first)).cloned() else { break };
            self.due.pop_first();
            if let Some(node) = self.nodes.get_mut(&key) {
                node.due = None;
                turn.queue.insert(key);
            }
            self.settle(rules, turn, counters);
        }
    }

    /// Drops what can no longer matter.
    pub(super) fn tidy(&mut self, rules: Rules<'_>, counters: &mut Counters) {
        let watermark = self.watermark(rules.limits);
        while let Some((_, key)) = self.ends.first().filter(|(end, _)| *end < watermark).cloned() {
            self.ends.pop_first();
            self.forget(rules, &key);
        }
        if self.nodes.len() > rules.limits.decisions_max || self.node_bytes > rules.limits.bytes_max / 2 {
            self.relieve(rules, counters);
        }
        while let Some((_, name)) = self.expiries.first().filter(|(at, _)| *at < watermark).cloned() {
            self.expiries.pop_first();
            self.expire(rules, name, watermark);
        }
    }

    /// Makes the decisions final that would be so first, a quarter of all, because there are too many.
    fn relieve(&mut self, rules: Rules<'_>, counters: &mut Counters) {
        let keys: Vec<NodeKey> = self.ends.iter().take(self.nodes.len() / 4 + 1).map(|(_, key)| key.clone()).collect();
        for key in keys {
            self.forget(rules, &key);
            counters.forgotten += 1;
        }
        let (mut dropped, mut empty) = (0, Vec::new());
        for (name, cell) in &mut self.cells {
            let before = cell.asks.len();
            cell.asks.retain(|asked| self.nodes.contains_key(&asked.node));
            dropped += before - cell.asks.len();
            if cell.asks.is_empty() && cell.ever == 0 {
                empty.push(name.clone());
            }
        }
        self.node_bytes = self.node_bytes.saturating_sub(ASK_BYTES * dropped);
        empty.iter().for_each(|name| self.drop_cell(name));
    }

    /// Drops the events and asks of a cell that can no longer matter, and the cell with the last of them.
    fn expire(&mut self, rules: Rules<'_>, name: CellId, watermark: Timestamp) {
        let (Some(base), Some(cell)) = (rules.plan.base(base_of(&name)), self.cells.get_mut(&name)) else { return };
        while let Some(row) = cell.entries.front().filter(|row| row.at().plus(base.retention) < watermark) {
            self.bytes = self.bytes.saturating_sub(ENTRY_BYTES + row.bytes());
            cell.entries.pop_front();
        }
        self.bytes = self.bytes.saturating_sub(cell.prune(&base.form, watermark.minus(base.slack)));
        let asks = cell.asks.len();
        cell.asks.retain(|asked| asked.end >= watermark);
        self.node_bytes = self.node_bytes.saturating_sub(ASK_BYTES * (asks - cell.asks.len()));
        let next = cell.entries.front().map(|row| row.at().plus(base.retention)).into_iter().chain(cell.asks.front().map(|asked| asked.end)).min();
        match next {
            // Looking again halfway keeps a busy cell from being looked at for each event.
            Some(next) => {
                let newest = cell.entries.back().map_or(next, |row| row.at().plus(base.retention));
                let middle = next.micros().midpoint(newest.micros()).max(next.micros());
                self.expiries.insert((Timestamp::from_micros(middle).max(watermark), name));
            }
            None if cell.first.is_some() => cell.scheduled = false,
            None => self.drop_cell(&name),
        }
    }

    fn drop_cell(&mut self, name: &CellId) {
        let Some(cell) = self.cells.remove(name) else { return };
        let entries: usize = cell.entries.iter().map(|row| ENTRY_BYTES + row.bytes()).sum();
        let own = if cell.ever > 0 { CELL_BYTES + name.len() } else { 0 };
        self.bytes = self.bytes.saturating_sub(own + entries);
        self.node_bytes = self.node_bytes.saturating_sub(ASK_BYTES * cell.asks.len());
        if cell.ever > 0 {
            self.queues.died(base_of(name));
        }
    }

    /// Keeps the number of keys and the bytes within their limits.
    fn evict(&mut self, rules: Rules<'_>, base: u32, counters: &mut Counters) {
        while self.queues.keys(base) > rules.limits.keys_per_history_max || self.bytes > rules.limits.bytes_max / 2 {
            let from = if self.queues.keys(base) > rules.limits.keys_per_history_max { base } else { self.queues.largest().unwrap_or(base) };
            let Some(name) = self.queues.next_victim(from, &self.cells) else { break };
            let Some(cell) = self.cells.get_mut(&name) else { continue };
            // Those who asked keep what they were told; the events are gone.
            let freed: usize = cell.entries.iter().map(|row| ENTRY_BYTES + row.bytes()).sum();
            let asks = std::mem::take(&mut cell.asks);
            counters.evicted += 1;
            self.bytes = self.bytes.saturating_sub(freed);
            cell.entries = VecDeque::new();
            if asks.is_empty() {
                self.drop_cell(&name);
            } else {
                cell.asks = asks;
                cell.ever = 0;
                cell.first = None;
                self.bytes = self.bytes.saturating_sub(CELL_BYTES + name.len());
                self.queues.died(base_of(&name));
            }
        }
    }
}

/// Bytes of a cell beside its name, its events and who asked.
pub(super) const CELL_BYTES: usize = size_of::<Cell>() + 120;

/// Bytes of a decision that asked a cell.
pub(super) const ASK_BYTES: usize = size_of::<Asked>();

/// Bytes of a decision.
pub(super) const NODE_BYTES: usize = size_of::<Node>() + 3 * size_of::<NodeKey>() + 64;

struct Judged {
    verdict: Option<Severity>,
    looked: Vec<(CellId, Timestamp)>,
    due: Option<Timestamp>,
    young: bool,
}

fn verdict(plan: &RememberPlan, inquiry: &Inquiry<'_>, key: &NodeKey) -> Option<Severity> {
    let rule = plan.rule(key.rule)?;
    if !inquiry.all_hold(&rule.rest, &key.row) {
        return None;
    }
    // How bad it is matters here only to those who ask about the alert.
    if !rule.is_seen {
        return Some(Severity::Medium);
    }
    let grade = rule.severity.iter().find(|(when, _)| when.as_ref().is_none_or(|when| inquiry.eval(&key.row, |moment| when.holds(moment))));
    Some(grade.map_or(Severity::Medium, |(_, level)| *level))
}

/// Asks for the decisions that a change of a cell concerns.
fn affected(cell: &Cell, back: Span, forward: Option<Span>, at: Timestamp, turn: &mut Turn) {
    let from = forward.map_or(at, |forward| at.minus(forward));
    turn.queue.extend(cell.asked_between(from, at.plus(back)).map(|asked| asked.node.clone()));
}

/// Returns the cells that an event belongs to.
pub(super) fn places(plan: &RememberPlan, event_type: usize, facts: &dyn Facts, is_alert: bool) -> Vec<CellId> {
    let moment = Moment::new(facts, &NoMemory);
    let mut places = Vec::new();
    let mut name = Vec::new();
    for number in plan.bases_of(event_type) {
        let Some(base) = plan.base(*number).filter(|base| !is_alert || base.sees_alerts) else { continue };
        if base.member.iter().all(|code| code.holds(&moment)) && cell_name(*number, &base.keys, facts, &mut name).is_some() {
            places.push(Arc::from(name.as_slice()));
        }
    }
    places
}

/// Returns the rules that an event can fulfil, as far as it decides that alone.
pub(super) fn triggered(plan: &RememberPlan, event_type: usize, facts: &dyn Facts) -> Vec<u32> {
    let moment = Moment::new(facts, &NoMemory);
    let guarded = |number: &&u32| plan.rule(**number).is_some_and(|rule| rule.guard.iter().all(|code| code.holds(&moment)));
    plan.rules_of(event_type).iter().filter(guarded).copied().collect()
}

/// Makes a finding an event: of the type of alerts, at the time of its event and of the same actor.
fn alert_row(plan: &RememberPlan, key: &NodeKey, severity: Severity) -> Row {
    let id = plan.rule(key.rule).map(|rule| rule.id.clone()).unwrap_or_default();
    let uuid = format!("{}:{id}", key.row.uuid());
    let mut fields = Vec::new();
    for ((path, slot), number) in plan.shape().fields().iter().zip(0u16..) {
        let value = match path.as_str() {
            "eventType" => Value::Text(ALERT_EVENT_TYPE.into()),
            "alert.rule" => Value::Text(id.to_string().into()),
            "alert.severity" => Value::Text(severity.word().into()),
            "uuid" => Value::Text(uuid.clone().into()),
            "published" => Value::Time(key.row.at()),
            path if path.starts_with("actor.") => key.row.value(*slot),
            _ => Value::Missing,
        };
        if !value.is_missing() {
            fields.push((number, value));
        }
    }
    Row::of_alert(key.rule, key.row.at(), &uuid, plan.shape(), &fields)
}
