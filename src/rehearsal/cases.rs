//! Runs the cases that stand in rule files.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::alert::{Alert, Watch};
use crate::diagnostic::{Diagnostic, Span};
use crate::engine::Limits;
use crate::event::{Event, Origin, Source, Span as Duration, Timestamp};
use crate::pack::{Case, Expect, Library, Pack, Rule};
use crate::plan::Plan;

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The rule's id.
    pub rule: Arc<str>,
    /// What the case shows.
    pub case: String,
    /// Where the case stands.
    pub at: Span,
    /// Whether it holds.
    pub verdict: Verdict,
}

/// Whether a case holds.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It does, whichever way its events come.
    Passed,
    /// It does not.
    Failed {
        /// The way in which its events came.
        way: Way,
        /// What the case expects, in words.
        wanted: String,
        /// What came, in words.
        got: String,
        /// The alerts that came.
        alerts: Vec<Alert>,
    },
    /// Its settings do not fit the rule.
    Unfit(Vec<Diagnostic>),
}

/// The ways in which a case's events come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// In the order in which they are written.
    Written,
    /// Shuffled inside the lateness bound.
    Shuffled,
    /// Each of them twice.
    Twice,
}

impl Way {
    /// Returns the way in words.
    pub fn words(self) -> &'static str {
        match self {
            Way::Written => "as written",
            Way::Shuffled => "shuffled inside the lateness bound",
            Way::Twice => "with every event delivered twice",
        }
    }
}

/// How late an event may come: Okta promises no bound, and this one is the default of the engine.
const LATENESS: Duration = Duration::hours(1);

/// Runs every case of a rule.
pub fn rehearse(library: &Library, pack: &Pack, rule: &Rule) -> Vec<Outcome> {
    rule.cases.iter().map(|case| Outcome { rule: rule.id.clone(), case: case.name.clone(), at: case.at, verdict: verdict(library, pack, rule, case) }).collect()
}

fn verdict(library: &Library, pack: &Pack, rule: &Rule, case: &Case) -> Verdict {
    let fitted;
    let rule = if case.settings.is_empty() {
        rule
    } else {
        match pack.rule_with(&rule.id, &case.settings, &library.sources) {
            Ok(rule) => {
                fitted = rule;
                &fitted
            }
            Err(faults) => return Verdict::Unfit(faults),
        }
    };
    let plan = Arc::new(Plan::compile([Arc::new(Rule { enabled: true, ..rule.clone() })], &pack.sets));
    let events = case.materialise(&pack.fixtures);
    for way in [Way::Written, Way::Shuffled, Way::Twice] {
        // What a case writes in another order than that of its times is no late delivery.
        let lateness = if way == Way::Shuffled { LATENESS } else { Duration::days(36_500) };
        let alerts = run(&plan, &arrival(&events, way, &case.name), lateness);
        if let Err((wanted, got)) = judge(&case.expect, &alerts) {
            return Verdict::Failed { way, wanted, got, alerts };
        }
    }
    Verdict::Passed
}

/// Runs events through a fresh engine.
fn run(plan: &Arc<Plan>, events: &[Json], lateness: Duration) -> Vec<Alert> {
    let mut watch = Watch::new(plan.clone(), Limits { lateness, ..Limits::default() });
    let mut event = Event::new();
    // A case stands for what Okta delivers.
    let origin = Origin { source: Source::SystemLog, org: None };
    for json in events {
        let bytes = json.to_string();
        if event.read(plan.layout(), bytes.as_bytes(), &origin).is_err() {
            continue;
        }
        watch.observe(&event, None);
    }
    watch.finish()
}

/// Returns the events in the order in which they come.
fn arrival(events: &[Json], way: Way, seed: &str) -> Vec<Json> {
    match way {
        Way::Written => events.to_vec(),
        Way::Twice => events.iter().flat_map(|event| [event.clone(), event.clone()]).collect(),
        Way::Shuffled => {
            let mut random = Random::of(seed);
            let mut delayed: Vec<(i64, u64, &Json)> = events
                .iter()
                .map(|event| {
                    let published = event.get("published").and_then(Json::as_str).and_then(Timestamp::parse).map_or(0, Timestamp::micros);
                    let bound = u64::try_from(LATENESS.as_micros()).unwrap_or(1).max(1);
                    let delay = i64::try_from(random.next() % bound).unwrap_or(0);
                    (published.saturating_add(delay), random.next(), event)
                })
                .collect();
            delayed.sort_by_key(|(arrives, tie, _)| (*arrives, *tie));
            delayed.into_iter().map(|(_, _, event)| event.clone()).collect()
        }
    }
}

/// A small generator of numbers that a name decides, so that a failing case fails again.
struct Random(u64);

impl Random {
    fn of(seed: &str) -> Self {
        // FNV-1a spreads the name over the state.
        Random(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// The next number of splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Compares alerts with what is expected.
fn judge(expect: &Expect, alerts: &[Alert]) -> Result<(), (String, String)> {
    let count = |count: usize| match count {
        0 => "no alert".to_owned(),
        1 => "1 alert".to_owned(),
        count => format!("{count} alerts"),
    };
    match expect {
        Expect::Alert if alerts.is_empty() => Err(("at least 1 alert".to_owned(), count(0))),
        Expect::None if !alerts.is_empty() => Err((count(0), count(alerts.len()))),
        Expect::Exactly { alerts: wanted, severity, title } => {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != alerts.len()) {
                return Err((count(wanted), count(alerts.len())));
            }
            if wanted.is_none() && alerts.is_empty() {
                return Err(("at least 1 alert".to_owned(), count(0)));
            }
            for alert in alerts {
                if let Some(severity) = severity.filter(|severity| *severity != alert.severity) {
                    return Err((format!("severity {}", severity.word()), format!("severity {}", alert.severity.word())));
                }
                if let Some(title) = title.as_ref().filter(|title| **title != alert.title) {
                    return Err((format!("title `{title}`"), format!("title `{}`", alert.title)));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
