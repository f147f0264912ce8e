//! Snapshots: the whole state as bytes, and back.
//!
//! A snapshot names fields, sets of past events and rules by what they mean, so it is read under any later plan: what still means the
//! same goes on, the rest is left behind. Equal states have equal bytes. A checksum stands at the end; damaged bytes are refused whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Remembering;
use super::bounds::{Counters, Limits};
use super::cells::{CELL_BYTES, Cell, CellId, Entry};
use super::codec::{Bytes, put_bytes, put_count, put_value};
use super::known::Known;
use super::org::{Org, Rules};
use super::orgs::Orgs;
use super::pending::{Decision, DecisionId, Pending, PendingId, Raised};
use super::quiet::quiet_end;
use super::row::{Name, Row};
use crate::engine::print::EventId;
use crate::event::{RecordKind, RecordSlot, Slot, Timestamp, Value};
use crate::pack::Severity;
use crate::plan::remember::{RememberPlan, Shape};

/// The version of the form.
pub const SNAPSHOT_VERSION: u16 = 2;

/// With what every snapshot begins.
const MAGIC: &[u8; 8] = b"clarhist";

/// Bytes of the checksum.
const SUM_BYTES: usize = 32;

/// Why bytes are no snapshot that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadSnapshot {
    /// They do not begin as a snapshot does.
    NotASnapshot,
    /// They were written in another version of the form.
    OtherVersion(u16),
    /// They are not what was written.
    Damaged,
}

impl std::fmt::Display for BadSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadSnapshot::NotASnapshot => f.write_str("not a snapshot of histories"),
            BadSnapshot::OtherVersion(version) => write!(f, "a snapshot of version {version}; this program reads version {SNAPSHOT_VERSION} alone"),
            BadSnapshot::Damaged => f.write_str("a damaged snapshot: its checksum does not fit"),
        }
    }
}

impl std::error::Error for BadSnapshot {}

impl Remembering {
    /// Returns the whole state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(SNAPSHOT_VERSION.to_le_bytes());
        let shape = self.plan.shape();
        put_count(&mut out, shape.fields().len());
        shape.fields().iter().for_each(|(path, _)| put_bytes(&mut out, path.as_bytes()));
        put_count(&mut out, shape.records().len());
        for (kind, path, _) in shape.records() {
            put_bytes(&mut out, kind.path().as_bytes());
            put_bytes(&mut out, path.as_bytes());
        }
        put_count(&mut out, self.plan.bases().len());
        for base in self.plan.bases() {
            put_bytes(&mut out, base.meaning.as_bytes());
            put_count(&mut out, base.reads.len());
            base.reads.iter().for_each(|path| put_bytes(&mut out, path.as_bytes()));
        }
        put_count(&mut out, self.plan.rules().len());
        self.plan.rules().iter().for_each(|rule| put_bytes(&mut out, rule.meaning.as_bytes()));
        for count in counts(&mut self.counters.clone()) {
            out.extend(count.to_le_bytes());
        }
        put_count(&mut out, self.orgs.len());
        for (name, org) in self.orgs.iter() {
            put_bytes(&mut out, name.as_bytes());
            put_org(&mut out, shape, org);
        }
        let sum = Sha256::digest(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// Reads a snapshot under a plan. What the plan still has goes on as it was; the rest is left behind.
    pub fn restore(plan: Arc<RememberPlan>, limits: Limits, bytes: &[u8]) -> Result<Remembering, BadSnapshot> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadSnapshot::NotASnapshot)?;
        let version = rest.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes)).ok_or(BadSnapshot::Damaged)?;
        if version != SNAPSHOT_VERSION {
            return Err(BadSnapshot::OtherVersion(version));
        }
        let (body, sum) = bytes.len().checked_sub(SUM_BYTES).and_then(|at| bytes.split_at_checked(at)).ok_or(BadSnapshot::Damaged)?;
        if *Sha256::digest(body) != *sum {
            return Err(BadSnapshot::Damaged);
        }
        let body = body.get(MAGIC.len() + 2..).ok_or(BadSnapshot::Damaged)?;
        read(plan, limits, &mut Bytes::new(body)).ok_or(BadSnapshot::Damaged)
    }

    /// Goes on under another plan: what it still has is kept, and nothing that has come is forgotten.
    pub fn reload(self, plan: Arc<RememberPlan>) -> Remembering {
        let limits = self.limits.clone();
        let bytes = self.snapshot();
        // A snapshot that was made a moment ago is whole.
        Remembering::restore(plan.clone(), limits.clone(), &bytes).unwrap_or_else(|_| Remembering::new(plan, limits))
    }
}

/// Returns the counts that outlive a restart.
fn counts(counters: &mut Counters) -> [&mut u64; 11] {
    [
        &mut counters.duplicates,
        &mut counters.late,
        &mut counters.unplaced,
        &mut counters.evicted,
        &mut counters.cut,
        &mut counters.forgotten,
        &mut counters.unfinished,
        &mut counters.decisions,
        &mut counters.fired,
        &mut counters.withdrawn,
        &mut counters.amended,
    ]
}

fn put_time(out: &mut Vec<u8>, time: Option<Timestamp>) {
    match time {
        Some(time) => {
            out.push(1);
            out.extend(time.micros().to_le_bytes());
        }
        None => out.push(0),
    }
}

fn put_org(out: &mut Vec<u8>, shape: &Shape, org: &Org) {
    put_time(out, org.clock.newest);
    put_time(out, org.clock.leap.map(|(at, _)| at));
    out.extend(org.clock.leap.map_or(0, |(_, print)| print).to_le_bytes());
    put_time(out, org.clock.set);
    put_time(out, org.begin);
    out.push(u8::from(org.finished));
    let (recent, others) = org.known.lists();
    put_count(out, recent.len());
    for (at, print) in recent {
        out.extend(at.micros().to_le_bytes());
        out.extend(print.to_le_bytes());
    }
    for prints in others {
        put_count(out, prints.len());
        prints.iter().for_each(|print| out.extend(print.to_le_bytes()));
    }
    put_time(out, org.known.begin);
    // Every row once, in order.
    let mut rows: BTreeMap<Row, usize> = BTreeMap::new();
    for (_, cell) in org.cells.iter() {
        rows.extend(cell.entries.iter().map(|entry| (entry.row.clone(), 0)));
    }
    let mut decisions: Vec<(&Pending, &Decision)> = Vec::new();
    for (_, pending) in org.pendings.iter() {
        rows.insert(pending.row.clone(), 0);
        rows.extend(pending.decisions.iter().filter_map(|decision| decision.alert.as_ref()).map(|raised| (raised.row.clone(), 0)));
        decisions.extend(pending.decisions.iter().map(|decision| (pending, decision)));
    }
    put_count(out, rows.len());
    for (number, (row, place)) in rows.iter_mut().enumerate() {
        *place = number;
        put_row(out, shape, row);
    }
    let number = |row: &Row| rows.get(row).copied().unwrap_or(0);

    let mut cells: Vec<&Cell> = org.cells.iter().map(|(_, cell)| cell).filter(|cell| !cell.entries.is_empty() || cell.first().is_some()).collect();
    // The oldest first: so they would go.
    let first = |cell: &Cell| cell.entries.front().map(|entry| entry.row.clone());
    cells.sort_by_cached_key(|cell| (first(cell), cell.base, cell.key.clone()));
    put_count(out, cells.len());
    for cell in cells {
        put_count(out, cell.base as usize);
        put_bytes(out, &cell.key);
        out.push(cell.ever);
        put_time(out, cell.first());
        put_count(out, cell.entries.len());
        cell.entries.iter().for_each(|entry| put_count(out, number(&entry.row)));
    }
    decisions.sort_by(|(a, one), (b, other)| a.row.cmp(&b.row).then(one.rule.cmp(&other.rule)));
    put_count(out, decisions.len());
    for (pending, decision) in decisions {
        put_count(out, number(&pending.row));
        put_count(out, decision.rule as usize);
        put_bytes(out, decision.verdict.map_or("", Severity::word).as_bytes());
        out.push(u8::from(decision.told.is_some()));
        out.extend(decision.told.unwrap_or(0).to_le_bytes());
        match &decision.alert {
            Some(raised) => {
                out.push(1);
                put_count(out, number(&raised.row));
            }
            None => out.push(0),
        }
        match &pending.raw {
            Some(raw) => {
                out.push(1);
                put_bytes(out, raw);
            }
            None => out.push(0),
        }
    }
    // Bytes of events that no cell holds any more can serve no decision.
    let raws: Vec<(usize, &[u8])> = org.quiet.iter().filter_map(|(row, raw)| Some((*rows.get(row)?, &**raw))).collect();
    put_count(out, raws.len());
    for (row, raw) in raws {
        put_count(out, row);
        put_bytes(out, raw);
    }
}

fn put_row(out: &mut Vec<u8>, shape: &Shape, row: &Row) {
    out.extend(row.at().micros().to_le_bytes());
    put_bytes(out, row.uuid().as_bytes());
    put_count(out, row.alert().map_or(0, |rule| rule as usize + 1));
    put_count(out, row.quiet().count());
    row.quiet().for_each(|(rule, _)| put_count(out, rule as usize));
    let fields = row.fields();
    put_count(out, fields.len());
    for (slot, value) in &fields {
        put_count(out, usize::from(shape.number(*slot).unwrap_or(u16::MAX)));
        put_value(out, value);
    }
    let (counts, records) = row.record_fields();
    counts.iter().for_each(|count| put_count(out, *count));
    put_count(out, records.len());
    for (slot, index, value) in &records {
        put_count(out, usize::from(shape.record_number(*slot).unwrap_or(u16::MAX)));
        put_count(out, *index);
        put_value(out, value);
    }
}

/// How the numbers of a snapshot are called under the plan at hand.
struct Names {
    fields: Vec<Option<Slot>>,
    records: Vec<Option<RecordSlot>>,
    bases: Vec<Option<u32>>,
    rules: Vec<Option<u32>>,
}

fn read(plan: Arc<RememberPlan>, limits: Limits, bytes: &mut Bytes<'_>) -> Option<Remembering> {
    let names = read_names(&plan, bytes)?;
    let mut counters = Counters::default();
    for count in counts(&mut counters) {
        *count = u64::from_le_bytes(bytes.fixed()?);
    }
    let mut orgs = Orgs::default();
    for _ in 0..bytes.count()? {
        let name: Arc<str> = bytes.text()?.into();
        let org = read_org(Rules { plan: &plan, limits: &limits }, &names, bytes)?;
        orgs.put(&name, org);
    }
    bytes.is_empty().then(|| Remembering { orgs, counters, ..Remembering::new(plan, limits) })
}

fn read_names(plan: &RememberPlan, bytes: &mut Bytes<'_>) -> Option<Names> {
    let mut fields = Vec::new();
    for _ in 0..bytes.count()? {
        let path = bytes.text()?;
        fields.push(plan.shape().find(path));
    }
    let mut records = Vec::new();
    for _ in 0..bytes.count()? {
        let (kind_path, path) = (bytes.text()?, bytes.text()?);
        let kind = RecordKind::ALL.into_iter().find(|kind| kind.path() == kind_path);
        records.push(kind.and_then(|kind| plan.shape().find_record(kind, path)));
    }
    let by_meaning: HashMap<&str, u32> = plan.bases().iter().zip(0..).map(|(base, number)| (base.meaning.as_str(), number)).collect();
    let mut bases = Vec::new();
    for _ in 0..bytes.count()? {
        let found = by_meaning.get(bytes.text()?).copied();
        let kept = (0..bytes.count()?).map(|_| bytes.text()).collect::<Option<BTreeSet<&str>>>()?;
        // Events that lack a field which is now read of them would answer wrongly, so that set begins anew.
        bases.push(found.filter(|number| plan.base(*number).is_some_and(|base| base.reads.iter().all(|path| kept.contains(path.as_str())))));
    }
    let alive: Vec<u32> = bases.iter().flatten().copied().collect();
    let by_meaning: HashMap<&str, u32> = plan.rules().iter().zip(0..).map(|(rule, number)| (rule.meaning.as_str(), number)).collect();
    let mut rules = Vec::new();
    for _ in 0..bytes.count()? {
        let found = by_meaning.get(bytes.text()?).copied();
        rules.push(found.filter(|number| plan.bases_read_by(*number).iter().all(|base| alive.contains(base))));
    }
    Some(Names { fields, records, bases, rules })
}

fn time(bytes: &mut Bytes<'_>) -> Option<Option<Timestamp>> {
    match bytes.byte()? {
        0 => Some(None),
        _ => Some(Some(Timestamp::from_micros(bytes.i64()?))),
    }
}

fn read_org(rules: Rules<'_>, names: &Names, bytes: &mut Bytes<'_>) -> Option<Org> {
    let mut org = Org::default();
    org.clock.newest = time(bytes)?;
    let leap = time(bytes)?;
    let print = u128::from_le_bytes(bytes.fixed()?);
    org.clock.leap = leap.map(|at| (at, print));
    org.clock.set = time(bytes)?;
    org.begin = time(bytes)?;
    org.finished = bytes.byte()? != 0;
    let mut recent = Vec::new();
    for _ in 0..bytes.count()? {
        recent.push((Timestamp::from_micros(bytes.i64()?), u128::from_le_bytes(bytes.fixed()?)));
    }
    let mut others = [Vec::new(), Vec::new()];
    for prints in &mut others {
        for _ in 0..bytes.count()? {
            prints.push(u128::from_le_bytes(bytes.fixed()?));
        }
    }
    org.known = Known::of_lists(recent, others);
    org.known.begin = time(bytes)?;
    let mut rows = Vec::new();
    for _ in 0..bytes.count()? {
        rows.push(read_row(names, bytes)?);
    }
    for _ in 0..bytes.count()? {
        read_cell(rules, names, &rows, &mut org, bytes)?;
    }
    let mut told = Vec::new();
    for _ in 0..bytes.count()? {
        told.extend(read_decision(rules, names, &rows, bytes)?);
    }
    take_in(rules, &mut org, told);
    for _ in 0..bytes.count()? {
        let row = rows.get(bytes.count()?)?.clone();
        let raw = bytes.bytes()?;
        if row.has_quiet() {
            org.quiet.keep(quiet_end(rules, &row), row, raw.into());
        }
    }
    org.settled = Some(org.watermark(rules.limits));
    Some(org)
}

fn read_row(names: &Names, bytes: &mut Bytes<'_>) -> Option<Row> {
    let at = Timestamp::from_micros(bytes.i64()?);
    let uuid = bytes.text()?;
    let alert = match bytes.count()? {
        0 => None,
        rule => Some(names.rules.get(rule - 1).copied().flatten().unwrap_or(u32::MAX)),
    };
    let mut quiet: Vec<u32> = Vec::new();
    for _ in 0..bytes.count()? {
        quiet.extend(names.rules.get(bytes.count()?).copied().flatten());
    }
    let mut fields: Vec<(Slot, Value<'_>)> = Vec::new();
    for _ in 0..bytes.count()? {
        let slot = names.fields.get(bytes.count()?).copied().flatten();
        let value = bytes.value()?;
        fields.extend(slot.map(|slot| (slot, value)));
    }
    let counts = [bytes.count()?, bytes.count()?];
    let mut records: Vec<(RecordSlot, usize, Value<'_>)> = Vec::new();
    for _ in 0..bytes.count()? {
        let slot = names.records.get(bytes.count()?).copied().flatten();
        let index = bytes.count()?;
        let value = bytes.value()?;
        records.extend(slot.map(|slot| (slot, index, value)));
    }
    let row = Row::put_together(&Name { at, id: EventId::of(uuid), alert }, &quiet, &fields, &(counts, records));
    row.set_quiet(row.deciding().fold(0, |places, (_, place)| places | 1 << place));
    Some(row)
}

fn read_cell(rules: Rules<'_>, names: &Names, rows: &[Row], org: &mut Org, bytes: &mut Bytes<'_>) -> Option<()> {
    let number = names.bases.get(bytes.count()?).copied().flatten();
    let key = bytes.bytes()?;
    let ever = bytes.byte()?;
    let first = time(bytes)?;
    let mut entries = Vec::new();
    for _ in 0..bytes.count()? {
        let row = rows.get(bytes.count()?)?;
        entries.push(Entry { at: row.at(), row: row.clone() });
    }
    let Some((number, base)) = number.and_then(|number| Some((number, rules.plan.base(number)?))) else { return Some(()) };
    let first = base.keeps_first.then(|| first.or_else(|| entries.first().map(|entry| entry.at))).flatten();
    if entries.is_empty() && first.is_none() {
        return Some(());
    }
    let id = org.cells.find_or_make(number, key, CellId::default());
    let cell = org.cells.get_mut(id)?;
    cell.entries = entries.into_iter().collect();
    cell.set_first(first);
    cell.ever = ever;
    if let Some(front) = cell.entries.front() {
        cell.scheduled = true;
        org.expiries.push(front.at.plus(base.retention), id);
    }
    org.bytes += CELL_BYTES + cell.key_bytes() + cell.entry_bytes();
    org.queues.born(number, id, &org.cells);
    if ever > 1 {
        org.queues.grown(number, id, &org.cells);
    }
    Some(())
}

/// A decision as a snapshot has it.
struct Told {
    row: Row,
    raw: Option<Arc<[u8]>>,
    decision: Decision,
}

/// Reads a decision; none if its rule does not go on.
fn read_decision(rules: Rules<'_>, names: &Names, rows: &[Row], bytes: &mut Bytes<'_>) -> Option<Option<Told>> {
    let row = rows.get(bytes.count()?)?.clone();
    let number = names.rules.get(bytes.count()?).copied().flatten();
    let verdict = Severity::parse(bytes.text()?);
    let is_told = bytes.byte()? != 0;
    let told = Some(u64::from_le_bytes(bytes.fixed()?)).filter(|_| is_told);
    let alert = match bytes.byte()? {
        0 => None,
        _ => Some(Box::new(Raised { row: rows.get(bytes.count()?)?.clone(), event: None })),
    };
    let raw: Option<Arc<[u8]>> = match bytes.byte()? {
        0 => None,
        _ => Some(bytes.bytes()?.into()),
    };
    let number = number.filter(|number| rules.plan.rule(*number).is_some());
    Some(number.map(|number| Told { row, raw, decision: Decision { verdict, told, made: true, alert, ..Decision::of(number) } }))
}

/// Takes decisions in, those on the same event together; what they asked is worked out again.
fn take_in(rules: Rules<'_>, org: &mut Org, told: Vec<Told>) {
    let mut events: BTreeMap<Row, PendingId> = BTreeMap::new();
    let mut decisions = Vec::new();
    for group in told.chunk_by(|one, other| one.row.is(&other.row)) {
        let Some(first) = group.first() else { continue };
        let event = org.pendings.add(rules.plan, first.row.clone(), first.raw.clone(), group.iter().map(|told| told.decision.rule));
        let Some(pending) = org.pendings.get_mut(event) else { continue };
        (pending.stays, pending.is_scheduled) = (true, true);
        org.ends.push(pending.end, event);
        for (place, told) in (0u32..).zip(group) {
            if let Some(decision) = pending.decisions.get_mut(place as usize) {
                decision.verdict = told.decision.verdict;
                decision.told = told.decision.told;
                decision.made = true;
                decision.alert = told.decision.alert.clone();
            }
            decisions.push(DecisionId { event, place });
        }
        events.insert(first.row.clone(), event);
    }
    for decision in &decisions {
        // Where rules decide on a finding as an event, that can be taken back with it.
        if let Some(raised) = org.pendings.decision_mut(*decision).and_then(|decision| decision.alert.as_mut()) {
            raised.event = events.get(&raised.row).copied();
        }
    }
    decisions.into_iter().for_each(|decision| org.note_again(rules, decision));
}

impl RememberPlan {
    /// Returns the sets of past events that a rule's condition and severity read, directly or through nesting.
    fn bases_read_by(&self, number: u32) -> Vec<u32> {
        let Some(rule) = self.rule(number) else { return Vec::new() };
        let mut open = rule.shown.clone();
        let mut seen = std::collections::BTreeSet::new();
        let mut bases = Vec::new();
        while let Some(question) = open.pop() {
            if seen.insert(question) {
                bases.extend(self.ask(question).map(|ask| ask.sources().iter().map(|source| source.base).collect::<Vec<_>>()).unwrap_or_default());
                open.extend(self.inner_questions(question));
            }
        }
        bases
    }
}
