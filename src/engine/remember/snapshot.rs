//! Snapshots: the whole state as bytes, and back.
//!
//! A snapshot names fields, sets of past events and rules by what they mean, so it is read under any later plan: what still means the
//! same goes on, the rest is left behind. Equal states have equal bytes. A checksum stands at the end; damaged bytes are refused whole.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Remembering;
use super::bounds::{Counters, Limits};
use super::cells::{Cell, CellId, ENTRY_BYTES, NodeKey, base_of};
use super::codec::{Bytes, put_bytes, put_count, put_value};
use super::org::{CELL_BYTES, NODE_BYTES, Node, Org, Rules};
use super::row::Row;
use crate::event::{RecordKind, Timestamp, Value};
use crate::pack::Severity;
use crate::plan::remember::RememberPlan;

/// The version of the form.
pub const SNAPSHOT_VERSION: u16 = 1;

/// With what every snapshot begins.
const MAGIC: &[u8; 8] = b"clarhist";

/// Bytes of the checksum.
const SUM_BYTES: usize = 32;

/// Why bytes are no snapshot that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadSnapshot {
    /// They do not begin as a snapshot does.
    NotASnapshot,
    /// They were written by a later version.
    TooNew(u16),
    /// They are not what was written.
    Damaged,
}

impl std::fmt::Display for BadSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadSnapshot::NotASnapshot => f.write_str("not a snapshot of histories"),
            BadSnapshot::TooNew(version) => write!(f, "a snapshot of version {version}; this program reads up to {SNAPSHOT_VERSION}"),
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
        for (name, org) in &self.orgs {
            put_bytes(&mut out, name.as_bytes());
            put_org(&mut out, org);
        }
        let sum = Sha256::digest(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// Reads a snapshot under a plan. What the plan still has goes on as it was; the rest is left behind.
    pub fn restore(plan: Arc<RememberPlan>, limits: Limits, bytes: &[u8]) -> Result<Remembering, BadSnapshot> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadSnapshot::NotASnapshot)?;
        let version = rest.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes)).ok_or(BadSnapshot::Damaged)?;
        if version > SNAPSHOT_VERSION {
            return Err(BadSnapshot::TooNew(version));
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
fn counts(counters: &mut Counters) -> [&mut u64; 9] {
    [
        &mut counters.duplicates,
        &mut counters.late,
        &mut counters.unplaced,
        &mut counters.evicted,
        &mut counters.cut,
        &mut counters.forgotten,
        &mut counters.decisions,
        &mut counters.fired,
        &mut counters.withdrawn,
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

fn put_org(out: &mut Vec<u8>, org: &Org) {
    put_time(out, org.clock.newest);
    put_time(out, org.clock.leap.map(|(at, _)| at));
    out.extend(org.clock.leap.map_or(0, |(_, print)| print).to_le_bytes());
    put_time(out, org.clock.set);
    put_time(out, org.begin);
    out.push(u8::from(org.finished));
    for generation in [&org.known.young, &org.known.old] {
        let mut prints: Vec<u128> = generation.iter().copied().collect();
        prints.sort_unstable();
        put_count(out, prints.len());
        prints.iter().for_each(|print| out.extend(print.to_le_bytes()));
    }
    // Every row once, in order.
    let mut rows: BTreeMap<Arc<Row>, usize> = BTreeMap::new();
    for cell in org.cells.values() {
        rows.extend(cell.entries.iter().map(|row| (row.clone(), 0)));
    }
    for (key, node) in &org.nodes {
        rows.insert(key.row.clone(), 0);
        rows.extend(node.alert.iter().map(|row| (row.clone(), 0)));
    }
    put_count(out, rows.len());
    for (number, (row, place)) in rows.iter_mut().enumerate() {
        *place = number;
        put_row(out, row);
    }
    let number = |row: &Arc<Row>| rows.get(row).copied().unwrap_or(0);

    let mut cells: Vec<(&CellId, &Cell)> = org.cells.iter().filter(|(_, cell)| !cell.entries.is_empty() || cell.first.is_some()).collect();
    cells.sort_by(|(a, one), (b, other)| (one.entries.front(), a).cmp(&(other.entries.front(), b)));
    put_count(out, cells.len());
    for (name, cell) in cells {
        put_bytes(out, name);
        out.push(cell.ever);
        put_time(out, cell.first);
        put_count(out, cell.entries.len());
        cell.entries.iter().for_each(|row| put_count(out, number(row)));
    }
    put_count(out, org.nodes.len());
    for (key, node) in &org.nodes {
        put_count(out, number(&key.row));
        put_count(out, key.rule as usize);
        put_bytes(out, node.verdict.map_or("", Severity::word).as_bytes());
        match &node.alert {
            Some(row) => {
                out.push(1);
                put_count(out, number(row));
            }
            None => out.push(0),
        }
        match &node.raw {
            Some(raw) => {
                out.push(1);
                put_bytes(out, raw);
            }
            None => out.push(0),
        }
    }
}

fn put_row(out: &mut Vec<u8>, row: &Row) {
    out.extend(row.at().micros().to_le_bytes());
    put_bytes(out, row.uuid().as_bytes());
    put_count(out, row.alert().map_or(0, |rule| rule as usize + 1));
    let fields = row.fields();
    put_count(out, fields.len());
    for (number, value) in &fields {
        put_count(out, usize::from(*number));
        put_value(out, value);
    }
    let (counts, records) = row.record_fields();
    counts.iter().for_each(|count| put_count(out, *count));
    put_count(out, records.len());
    for (number, index, value) in &records {
        put_count(out, usize::from(*number));
        put_count(out, *index);
        put_value(out, value);
    }
}

/// How the numbers of a snapshot are called under the plan at hand.
struct Names {
    fields: Vec<Option<u16>>,
    records: Vec<Option<u16>>,
    bases: Vec<Option<u32>>,
    rules: Vec<Option<u32>>,
}

fn read(plan: Arc<RememberPlan>, limits: Limits, bytes: &mut Bytes<'_>) -> Option<Remembering> {
    let names = read_names(&plan, bytes)?;
    let mut counters = Counters::default();
    for count in counts(&mut counters) {
        *count = u64::from_le_bytes(bytes.fixed()?);
    }
    let mut orgs = BTreeMap::new();
    for _ in 0..bytes.count()? {
        let name: Arc<str> = bytes.text()?.into();
        let org = read_org(Rules { plan: &plan, limits: &limits }, &names, bytes)?;
        orgs.insert(name, org);
    }
    bytes.is_empty().then_some(Remembering { plan, limits, orgs, counters })
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
    for generation in [&mut org.known.young, &mut org.known.old] {
        for _ in 0..bytes.count()? {
            generation.insert(u128::from_le_bytes(bytes.fixed()?));
        }
    }
    let mut rows = Vec::new();
    for _ in 0..bytes.count()? {
        rows.push(Arc::new(read_row(rules.plan, names, bytes)?));
    }
    for _ in 0..bytes.count()? {
        read_cell(rules, names, &rows, &mut org, bytes)?;
    }
    let mut keys = Vec::new();
    for _ in 0..bytes.count()? {
        keys.extend(read_node(rules, names, &rows, &mut org, bytes)?);
    }
    // Whom a decision asked follows from what is kept.
    for key in keys {
        org.ask_again(rules, &key);
    }
    Some(org)
}

fn read_row(plan: &RememberPlan, names: &Names, bytes: &mut Bytes<'_>) -> Option<Row> {
    let at = Timestamp::from_micros(bytes.i64()?);
    let uuid = bytes.text()?;
    let alert = match bytes.count()? {
        0 => None,
        rule => Some(names.rules.get(rule - 1).copied().flatten().unwrap_or(u32::MAX)),
    };
    let mut fields: Vec<(u16, Value<'_>)> = Vec::new();
    for _ in 0..bytes.count()? {
        let number = names.fields.get(bytes.count()?).copied().flatten();
        let value = bytes.value()?;
        fields.extend(number.map(|number| (number, value)));
    }
    let counts = [bytes.count()?, bytes.count()?];
    let mut records: Vec<(u16, usize, Value<'_>)> = Vec::new();
    for _ in 0..bytes.count()? {
        let number = names.records.get(bytes.count()?).copied().flatten();
        let index = bytes.count()?;
        let value = bytes.value()?;
        records.extend(number.map(|number| (number, index, value)));
    }
    Some(Row::put_together(at, uuid, alert, plan.shape(), &fields, counts, &records))
}

fn read_cell(rules: Rules<'_>, names: &Names, rows: &[Arc<Row>], org: &mut Org, bytes: &mut Bytes<'_>) -> Option<()> {
    let old = bytes.bytes()?;
    let ever = bytes.byte()?;
    let first = time(bytes)?;
    let mut entries = VecDeque::new();
    for _ in 0..bytes.count()? {
        entries.push_back(rows.get(bytes.count()?)?.clone());
    }
    let number = names.bases.get(base_of(old) as usize).copied().flatten();
    let Some((number, base)) = number.and_then(|number| Some((number, rules.plan.base(number)?))) else { return Some(()) };
    let mut name = number.to_le_bytes().to_vec();
    name.extend_from_slice(old.get(4..)?);
    let name: CellId = name.into();
    let first = base.keeps_first.then(|| first.or_else(|| entries.front().map(|row| row.at()))).flatten();
    if entries.is_empty() && first.is_none() {
        return Some(());
    }
    org.queues.born(number, &name);
    if ever > 1 {
        org.queues.grown(number, &name);
    }
    org.bytes += CELL_BYTES + name.len() + entries.iter().map(|row| ENTRY_BYTES + row.bytes()).sum::<usize>();
    let mut cell = Cell { entries, first, ever, ..Cell::default() };
    if let Some(front) = cell.entries.front() {
        cell.scheduled = true;
        org.expiries.insert((front.at().plus(base.retention), name.clone()));
    }
    org.cells.insert(name, cell);
    Some(())
}

/// Reads a decision; gives its name if its rule goes on.
fn read_node(rules: Rules<'_>, names: &Names, rows: &[Arc<Row>], org: &mut Org, bytes: &mut Bytes<'_>) -> Option<Option<NodeKey>> {
    let row = rows.get(bytes.count()?)?.clone();
    let number = names.rules.get(bytes.count()?).copied().flatten();
    let verdict = Severity::parse(bytes.text()?);
    let alert = match bytes.byte()? {
        0 => None,
        _ => Some(rows.get(bytes.count()?)?.clone()),
    };
    let raw: Option<Arc<[u8]>> = match bytes.byte()? {
        0 => None,
        _ => Some(bytes.bytes()?.into()),
    };
    let Some((number, rule)) = number.and_then(|number| Some((number, rules.plan.rule(number)?))) else { return Some(None) };
    let key = NodeKey { row, rule: number };
    org.node_bytes += NODE_BYTES + key.row.bytes() + raw.as_ref().map_or(0, |raw| raw.len());
    org.ends.insert((key.row.at().plus(rule.lag), key.clone()));
    org.nodes.insert(key.clone(), Node { verdict, alert, due: None, raw });
    Some(Some(key))
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
