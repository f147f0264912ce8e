//! What an update of a history costs rsigma, over the events, the keys and the window of `benches/histories.rs`.
//!
//! Its rules are the nearest that it has: they count, or put in order, what one detection finds. What an event costs anyway is that of a
//! detection which finds it without a correlation behind it. Unlike ours it knows no duplicates, takes no event late and decides nothing again.

#[path = "../../support/keyed.rs"]
mod keyed;
#[expect(dead_code, reason = "shared with benches that need more of it")]
#[path = "../../support/random.rs"]
mod random;

use std::hint::black_box;
use std::time::{Duration, Instant};

use keyed::{BATCH, DAY, KEYS, warm_memory, write_event};
use random::Random;
use rsigma_eval::{CorrelationConfig, CorrelationEngine, JsonEvent};
use rsigma_parser::parse_sigma_yaml;
use serde_json::Value;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events of which each figure is the mean.
const PART: u64 = 64 * 1_000;

/// Figures of which the least and the middle one are told.
const PARTS: usize = 15;

/// Some time at which the events begin, in seconds.
const BEGIN: i64 = 1_800_000_000;

/// Correlations by name: the type, and the condition where there is one.
const FORMS: &[(&str, Option<(&str, &str)>)] = &[
    ("no correlation", None),
    ("count", Some(("event_count", "    condition:\n        gte: 50\n"))),
    ("distinct", Some(("value_count", "    condition:\n        gte: 10\n        field: client.ipAddress\n"))),
    ("sequence", Some(("temporal_ordered", ""))),
];

fn main() {
    if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
        println!("MIMALLOC_PURGE_DELAY=-1 is not set: what memory costs that is handed out anew is in these figures");
    }
    for (when, before) in [("while it grows", KEYS), ("when the window has passed", KEYS + 7 * DAY)] {
        for (name, correlation) in FORMS {
            let mut stream = Stream::filled(*correlation, before);
            let mut parts: Vec<f64> = (0..PARTS).map(|_| stream.part()).collect();
            parts.sort_by(f64::total_cmp);
            println!("rsigma {when}, {name}: least {:.0} ns, middle {:.0} ns, {} states", parts[0], parts[PARTS / 2], stream.engine.state_count());
        }
    }
}

fn rules(correlation: Option<(&str, &str)>) -> String {
    let detection = |id: &str, event_type: &str| {
        format!("title: {id}\nid: {id}\nlogsource:\n    product: okta\ndetection:\n    it:\n        eventType: {event_type}\n    condition: it\nlevel: low\n")
    };
    let mut rules = detection("start", "user.session.start");
    if let Some((kind, condition)) = correlation {
        let second = if kind == "temporal_ordered" { "        - end\n" } else { "" };
        rules += &format!(
            "---\n{}---\ntitle: Bench\nid: bench\ncorrelation:\n    type: {kind}\n    rules:\n        - start\n{second}    group-by:\n        - actor.id\n    \
             timespan: 7d\n{condition}level: low\n",
            detection("end", "user.session.end")
        );
    }
    rules
}

struct Stream {
    engine: CorrelationEngine,
    random: Random,
    number: u64,
    text: String,
}

impl Stream {
    fn filled(correlation: Option<(&str, &str)>, before: u64) -> Self {
        warm_memory();
        let mut config = CorrelationConfig::default();
        config.max_state_entries = usize::MAX;
        let mut engine = CorrelationEngine::new(config);
        let rules = parse_sigma_yaml(&rules(correlation)).expect("rules");
        engine.add_collection(&rules).expect("rules");
        let mut stream = Stream { engine, random: Random::seeded(5), number: 0, text: String::new() };
        for at in 0..before {
            let key = if at < KEYS { at } else { stream.random.below(KEYS) };
            let (seconds, event) = stream.next(key);
            black_box(stream.engine.process_event_at(&JsonEvent::borrow(&event), seconds));
        }
        stream
    }

    fn next(&mut self, key: u64) -> (i64, Value) {
        self.number += 1;
        write_event(&mut self.text, self.number, key);
        (BEGIN + (self.number / 10).cast_signed(), serde_json::from_str(&self.text).expect("an event"))
    }

    /// Returns the nanoseconds of an event.
    fn part(&mut self) -> f64 {
        let mut spent = Duration::ZERO;
        for _ in 0..PART / BATCH {
            let read: Vec<(i64, Value)> = (0..BATCH)
                .map(|_| {
                    let key = self.random.below(KEYS);
                    self.next(key)
                })
                .collect();
            let events: Vec<(i64, JsonEvent<'_>)> = read.iter().map(|(seconds, event)| (*seconds, JsonEvent::borrow(event))).collect();
            let began = Instant::now();
            for (seconds, event) in &events {
                black_box(self.engine.process_event_at(event, *seconds));
            }
            spent += began.elapsed();
        }
        spent.as_nanos() as f64 / PART as f64
    }
}
