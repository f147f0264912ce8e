//! A flood of keys that an attacker makes while somebody is attacked: the alert comes all the same, and memory stays in its bounds.
//!
//! `make flood` sends ten million keys; by default there are fewer, and the bounds are narrower by as much.

use clarion::engine::remember::Limits;

use super::{Run, event, set};

/// Keys by default.
const KEYS: usize = 200_000;

/// Keys of `make flood`, for which the engine's own bounds are made.
const KEYS_AT_LENGTH: usize = 10_000_000;

#[test]
fn a_victim_in_a_flood_of_keys_is_not_forgotten() {
    let keys = keys();
    let full = Limits::default();
    let share = KEYS_AT_LENGTH.div_ceil(keys).max(1);
    let limits = Limits {
        keys_per_history_max: full.keys_per_history_max / share,
        decisions_max: full.decisions_max / share,
        bytes_max: full.bytes_max / share,
        ..full
    };
    let set = set(&[("brute-force", r#"outcome.result == "FAILURE" and count(outcome.result == "FAILURE" by actor.id within 10m) >= 5"#)]);
    let mut run = Run::within(&set, limits.clone());
    let fail = |actor: &str| format!(r#""actor":{{"id":"{actor}"}},"outcome":{{"result":"FAILURE"}}"#);
    for number in 0..keys {
        // All of it happens in nine minutes; the victim is tried a hundred times, evenly spread.
        let second = i64::try_from(number * 540 / keys).expect("a second");
        if number % (keys / 100) == 0 {
            run.event(&event(second, &format!("victim-{number}"), "user.session.start", &fail("victim")));
        }
        run.event(&event(second, &format!("flood-{number}"), "user.session.start", &fail(&format!("flood-{number}"))));
    }
    let all: Vec<String> = (4..100).map(|attempt| format!("+brute-force victim-{}", keys / 100 * attempt)).collect();
    assert_eq!(run.said, all, "from the fifth attempt on");
    let counters = run.engine.counters();
    assert!(counters.keys <= limits.keys_per_history_max && counters.evicted > 0, "{counters:?}");
    // The fingerprints of events that have come are kept beside it: of at most a million that can still come in time, each in a table up to
    // twice as large and on a list, and of at most two million older ones.
    let prints = (36 + 32) * keys.min(1_000_000) + (36 + 16) * keys.min(2_000_000);
    assert!(counters.bytes <= limits.bytes_max + prints, "{counters:?}");
    println!("{keys} keys: {counters:?}, {} resident", resident());
}

#[expect(clippy::disallowed_methods, reason = "how many keys come is decided where the test is run")]
fn keys() -> usize {
    std::env::var("CLARION_FLOOD_KEYS").ok().map_or(KEYS, |text| text.parse().expect("a number of keys"))
}

/// Returns how much memory the process holds, where the system tells.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
