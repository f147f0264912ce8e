//! Histories: what one update costs with a million keys, and how many bytes a key takes.
//!
//! Each rule decides on every event of its history and hardly ever fires. Events come ten a second, so that an hour of decisions is open,
//! as it is with the default lateness. Keys are drawn at random: hardly any of them is in a cache. Measured twice: while histories grow, and
//! when the window has passed, so that every update lets an older event go.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clarion::engine::{Engine, Limits};
use clarion::event::{Event, Origin};
use clarion::pack::{File, Library, Role, recommended};
use clarion::plan::Plan;
use criterion::{BenchmarkId, Criterion, Throughput};

use crate::support::events::{EVERYDAY_TYPES, events};
use crate::support::keyed::{BATCH, DAY, KEYS, warm_memory, write_event};
use crate::support::random::Random;
use crate::support::rules::{Named, library, rules};

/// Events that would have come in the days before the keys do: half of a window, before which `first_seen` says nothing.
const HEAD_START: u64 = WINDOW / 2;

/// Events in the window of every history: seven days of them.
const WINDOW: u64 = 7 * DAY;

/// Events after which every update lets an older one go, and after which every key is about to be looked at for the second time since it
/// was made: a window and a bit more than half of one. Just behind the first window nothing goes for a while.
const FULL: u64 = KEYS + WINDOW + WINDOW / 5 * 3;

/// The forms of state, each with a condition that keeps it, decides on every event and hardly ever holds once every key is there.
const FORMS: &[(&str, &str)] = &[
    // What the same event costs where nothing is remembered.
    ("none", "outcome.result == \"FAILURE\""),
    ("count", "count(eventType == \"user.session.start\" by actor.id within 7d) >= 50"),
    ("distinct", "distinct(client.ipAddress of (eventType == \"user.session.start\" by actor.id within 7d)) >= 10"),
    ("seen", "not seen(eventType == \"user.session.start\" by actor.id within 7d)"),
    ("first_seen", "first_seen(actor.type of (eventType == \"user.session.start\" by actor.id within 7d))"),
    (
        "sequence",
        "sequence(eventType == \"user.session.start\", eventType == \"user.session.start\" by actor.id within 7d) \
         and not seen(eventType == \"user.session.start\" by actor.id within 7d)",
    ),
];

/// Measures updates and sizes.
pub(crate) fn histories(criterion: &mut Criterion) {
    updates(criterion, "history_update", KEYS);
    updates(criterion, "history_update_full", FULL);
    bare_table(criterion);
    mixture(criterion);
}

/// Measures the update of each form, after so many events.
fn updates(criterion: &mut Criterion, name: &str, before: u64) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1)).sample_size(10);
    for (form, condition) in FORMS {
        // A million keys are made only for what is measured.
        let mut stream = LazyCell::new(|| Stream::filled(form, condition, before));
        group.bench_function(BenchmarkId::from_parameter(form), |bencher| {
            let stream = &mut *stream;
            bencher.iter_custom(|times| {
                let mut spent = Duration::ZERO;
                for _ in 0..times.div_ceil(BATCH) {
                    spent += stream.batch();
                }
                // What was timed is whole batches.
                spent.mul_f64(times as f64 / (times.div_ceil(BATCH) * BATCH) as f64)
            });
        });
    }
    group.finish();
}

/// Measures what it costs on this machine to reach a key at all: a table from ids to the time of the last event and nothing else.
fn bare_table(criterion: &mut Criterion) {
    criterion.bench_function("history_update/a bare table", |bencher| {
        let mut table: HashMap<String, u64> = (0..KEYS).map(|key| (format!("00u{key:017}"), key)).collect();
        let mut random = Random::seeded(5);
        let ids: Vec<String> = (0..100_000).map(|_| format!("00u{:017}", random.below(KEYS))).collect();
        let mut next = ids.iter().cycle();
        bencher.iter(|| {
            if let Some(time) = next.next().and_then(|id| table.get_mut(id)) {
                *time += 1;
            }
        });
    });
}

/// A hundred rules, of which fifteen of the pack remember, beside a hundred that do not, over the same events.
fn mixture(criterion: &mut Criterion) {
    let events = events(3, 20_000);
    let stateless = rules(11, 100, Named::OneOf(EVERYDAY_TYPES));
    let mut pack = Library::new();
    pack.add(&recommended(), &BTreeMap::new());
    let some = |remember: bool| -> Vec<String> {
        pack.rules().filter(|(_, rule)| rule.remembers() == remember).map(|(_, rule)| rule.id.to_string()).take(15).collect()
    };
    let mut group = criterion.benchmark_group("hundred_rules");
    group.throughput(Throughput::Elements(events.len() as u64)).sample_size(10);
    let cases =
        [("none remembers, none of the pack", Vec::new()), ("none remembers, fifteen of the pack", some(false)), ("fifteen of the pack remember", some(true))];
    for (name, chosen) in cases {
        let generated = library(&stateless);
        let of_pack = pack.packs.iter().flat_map(|pack| &pack.rules).filter(|rule| chosen.contains(&rule.id.to_string())).cloned();
        let kept = 100 - chosen.len();
        let all = generated.packs.iter().flat_map(|pack| &pack.rules).take(kept).cloned().chain(of_pack).map(Arc::new);
        let plan = Arc::new(Plan::compile(all, &pack.packs[0].sets));
        let origin = Origin::default();
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let mut event = Event::new();
            bencher.iter_batched_ref(
                || Engine::new(plan.clone()),
                |engine| {
                    for raw in &events {
                        event.read(plan.layout(), black_box(raw), &origin).expect("an event");
                        black_box(engine.observe(&event));
                        black_box(engine.changes());
                    }
                },
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn rule(name: &str, condition: &str) -> File {
    let text = format!(
        "id: bench.{}\ntitle: Bench\nseverity: low\nstatus: test\ndescription: Measures.\nwhen: |\n  eventType in [\"user.session.start\", \"user.session.end\"] and {condition}\n",
        name.replace('_', "-")
    );
    File { name: format!("{name}.yml"), role: Role::Rule, bytes: Ok(text.into_bytes()) }
}

fn plan(library: &Library) -> Arc<Plan> {
    let pack = &library.packs[0];
    Arc::new(Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets))
}

/// Events of random keys, one after another.
struct Stream {
    plan: Arc<Plan>,
    engine: Engine,
    random: Random,
    number: u64,
    text: String,
    /// The events of a batch: read again and again, as a stream of events is.
    read: Vec<Event>,
}

impl Stream {
    fn new(plan: Arc<Plan>) -> Self {
        let engine = Engine::with_limits(plan.clone(), Limits { bytes_max: usize::MAX, ..Limits::default() });
        Stream { engine, plan, random: Random::seeded(5), number: 0, text: String::new(), read: Vec::new() }
    }

    /// Makes one whose history has every key, and says how many bytes those take. As many events as are missing `before` it is measured
    /// come after that.
    fn filled(name: &str, condition: &str, before: u64) -> Self {
        warm_memory();
        let plan = plan(&library(&[rule(name, condition)]));
        let mut stream = Stream::new(plan.clone());
        stream.take(std::iter::once(0));
        stream.number += HEAD_START;
        (0..KEYS).step_by(BATCH as usize).for_each(|first| {
            stream.take(first..KEYS.min(first + BATCH));
        });
        (KEYS..before).step_by(BATCH as usize).for_each(|_| {
            stream.batch();
        });
        let counters = stream.engine.remembering().counters();
        let estimates: Vec<String> =
            plan.remember().describe().iter().map(|history| format!("{}: {} bytes a key with one event", history.form, history.bytes_per_key)).collect();
        let each = counters.bytes / counters.keys.max(1);
        println!("{name}, {} keys, {} events: {each} bytes a key held; estimated {}", counters.keys, counters.events, estimates.join(", "));
        stream
    }

    /// Takes in a batch of events of random keys, and says how long that took.
    fn batch(&mut self) -> Duration {
        let keys: Vec<u64> = (0..BATCH).map(|_| self.random.below(KEYS)).collect();
        self.take(keys.into_iter())
    }

    /// Reads an event of each key, then times their updates.
    fn take(&mut self, keys: impl Iterator<Item = u64>) -> Duration {
        let mut count = 0;
        for key in keys {
            self.number += 1;
            write_event(&mut self.text, self.number, key);
            if self.read.len() == count {
                self.read.push(Event::new());
            }
            self.read[count].read(self.plan.layout(), self.text.as_bytes(), &Origin::default()).expect("an event");
            count += 1;
        }
        #[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
        let began = Instant::now();
        self.engine.observe_all(&self.read[..count], None, |_, rules| {
            black_box(rules);
        });
        let spent = began.elapsed();
        self.engine.changes();
        spent
    }
}
