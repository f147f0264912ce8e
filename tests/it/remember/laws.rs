//! The law of convergence, on random rules and random events.

use std::collections::{BTreeMap, BTreeSet};

use super::naive::Naive;
use super::{Run, Set, event, set};

/// A small generator of numbers, so that a failing case is named by its seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const TYPES: &[&str] = &["user.session.start", "user.session.end", "user.account.lock", "user.authentication.sso"];

fn plain(random: &mut Random) -> String {
    match random.below(5) {
        0 => format!("eventType in [\"{}\", \"{}\"]", random.pick(TYPES), random.pick(TYPES)),
        1 => "outcome.result == \"FAILURE\"".to_owned(),
        2 => format!("eventType == \"{}\" and outcome.result != \"FAILURE\"", random.pick(TYPES)),
        _ => format!("eventType == \"{}\"", random.pick(TYPES)),
    }
}

fn population(random: &mut Random, depth: u64) -> String {
    let mut text = plain(random);
    if random.chance(20) {
        text += " and client.ipAddress != now.client.ipAddress";
    }
    if random.chance(10) {
        text += " and client.ipAddress == now.client.ipAddress";
    }
    if depth > 0 && random.chance(25) {
        text += &format!(" and {}", condition(random, depth - 1));
    }
    text
}

fn history(random: &mut Random, depth: u64) -> String {
    let population = population(random, depth);
    let by = match random.below(10) {
        0 => "",
        1 => " by actor.id, client.ipAddress",
        2..=4 => " by client.ipAddress",
        _ => " by actor.id",
    };
    format!("({population}{by} within {})", random.pick(&["1m", "3m", "10m", "30m"]))
}

fn sequence(random: &mut Random) -> String {
    let named = random.chance(40);
    let mut steps = Vec::new();
    let count = 2 + random.below(2);
    for at in 0..count {
        if at > 0 && random.chance(25) {
            steps.push(format!("not ({})", plain(random)));
        }
        if at > 0 && random.chance(15) {
            steps.push(format!("until {}", plain(random)));
        }
        let times = if random.chance(25) { "2 times " } else { "" };
        let mut text = plain(random);
        if at > 0 && named && random.chance(70) {
            text += " and client.ipAddress != opening.client.ipAddress";
        }
        let name = if at == 0 && named { "opening: " } else { "" };
        steps.push(format!("{name}{times}({text})"));
    }
    format!("sequence({} by {} within {})", steps.join(", "), random.pick(&["actor.id", "client.ipAddress"]), random.pick(&["3m", "10m", "30m"]))
}

fn condition(random: &mut Random, depth: u64) -> String {
    let n = 1 + random.below(4);
    match random.below(22) {
        0 | 1 => format!("count({}) {} {n}", history(random, depth), random.pick(&[">=", ">", "==", "<", "<="])),
        2 => format!("{n} <= count({})", history(random, depth)),
        3 | 4 => format!("distinct(client.ipAddress of {}) {} {}", history(random, depth), random.pick(&[">=", ">", "==", "<"]), 1 + random.below(3)),
        5 => format!("seen({})", history(random, depth)),
        6 => format!("not seen({})", history(random, depth)),
        7 => format!("last(client.ipAddress of {}) {} client.ipAddress", history(random, depth), random.pick(&["==", "!="])),
        8 => format!("first(client.ipAddress of {}) {} client.ipAddress", history(random, depth), random.pick(&["==", "!="])),
        9 => format!("first_seen(client.ipAddress of {})", history(random, depth)),
        10 => format!("first_seen(client.ipAddress of {}, learning 1m)", history(random, depth)),
        11 => format!("travel_speed({}) > 900km/h", history(random, depth)),
        12 => format!("travel_distance({}) > 100km", history(random, depth)),
        13 | 14 => sequence(random),
        15 => format!("followed_by({})", history(random, depth)),
        16 => format!("not followed_by({})", history(random, depth)),
        17 => format!(
            "{}(len(actor.alternateId) of {}) {} {}",
            random.pick(&["sum", "min", "max", "avg"]),
            history(random, depth),
            random.pick(&[">", "<"]),
            2 + random.below(10)
        ),
        18 => format!("zscore({}, each 1m) > {}", history(random, depth).replace("within 1m", "within 10m"), random.pick(&["0.5", "1.5", "0"])),
        19 => format!("client.ipAddress in values(client.ipAddress of {})", history(random, depth)),
        20 => format!("client.ipAddress in top(client.ipAddress of {}, 1)", history(random, depth)),
        _ => format!("count({}) > distinct(client.ipAddress of {})", history(random, depth), history(random, depth)),
    }
}

fn when(random: &mut Random) -> String {
    let trigger = if random.chance(80) { format!("({}) and ", plain(random)) } else { String::new() };
    let first = condition(random, 2);
    match random.below(5) {
        4 if random.chance(60) => {
            let mut parts = || {
                let word = random.pick(&["followed_by", "not followed_by"]);
                format!("weight({word}({}), {})", history(random, 1), 10 * (1 + random.below(3)))
            };
            let sum = [parts(), parts(), parts()].join(" + ");
            format!("{trigger}{sum} {} {}", random.pick(&[">=", "<=", "=="]), 10 * (2 + random.below(5)))
        }
        0 => format!("{trigger}({first} or {})", condition(random, 1)),
        1 => format!("{trigger}({first}) and not ({})", condition(random, 1)),
        _ => format!("{trigger}({first})"),
    }
}

pub(super) fn rules(random: &mut Random) -> Vec<(String, String)> {
    let mut rules: Vec<(String, String)> = (0..1 + random.below(3)).map(|at| (format!("r{at}"), when(random))).collect();
    if random.chance(30) {
        rules.push(("stateless".to_owned(), plain(random)));
    }
    if random.chance(40) {
        let alerts = "(eventType == \"clarion.alert\" by actor.id within 10m)";
        let text = match random.below(5) {
            0 => format!("count{alerts} >= 2"),
            1 => format!("distinct(alert.rule of {alerts}) >= 2"),
            2 => format!("{} and not seen{alerts}", plain(random)),
            3 => format!("{} and not followed_by{alerts}", plain(random)),
            _ => format!("eventType == \"clarion.alert\" and seen{}", history(random, 1)),
        };
        rules.push(("over".to_owned(), text));
    }
    rules
}

pub(super) fn events(random: &mut Random) -> Vec<(i64, String)> {
    let count = 5 + random.below(45);
    let span = [300, 1800, 7200][random.below(3) as usize];
    (0..count)
        .map(|at| {
            let seconds = random.below(span) as i64;
            let seconds = if random.chance(30) { seconds / 60 * 60 } else { seconds };
            let mut more = vec![format!(r#""outcome":{{"result":"{}"}}"#, random.pick(&["SUCCESS", "FAILURE"]))];
            if random.chance(90) {
                let n = random.below(3);
                more.push(format!(r#""actor":{{"id":"u{n}","alternateId":"{}"}}"#, "x".repeat(1 + random.below(5) as usize)));
            }
            let mut client = Vec::new();
            if random.chance(90) {
                client.push(format!(r#""ipAddress":"10.0.0.{}""#, 1 + random.below(3)));
            }
            if random.chance(70) {
                client.push(format!(
                    r#""geographicalContext":{{"geolocation":{{"lat":{},"lon":{}}}}}"#,
                    random.pick(&["48.1", "52.5", "40.7"]),
                    random.pick(&["11.6", "13.4", "-74.0"])
                ));
            }
            more.push(format!(r#""client":{{{}}}"#, client.join(",")));
            (seconds, event(seconds, &format!("{:04x}-{at}", random.below(65536)), random.pick(TYPES), &more.join(",")))
        })
        .collect()
}

pub(super) fn sorted(events: &[(i64, String)]) -> Vec<String> {
    // Each begins with its uuid.
    let mut events: Vec<&(i64, String)> = events.iter().collect();
    events.sort();
    events.into_iter().map(|(_, json)| json.clone()).collect()
}

/// Delays every event by less than the lateness, and delivers some of them again.
pub(super) fn arrival(random: &mut Random, events: &[(i64, String)]) -> Vec<String> {
    let mut delivered: Vec<(i64, u64, &String)> = Vec::new();
    let delay = [60, 600, 3600][random.below(3) as usize];
    for (seconds, json) in events {
        for copy in 0..3 {
            if copy == 0 || random.chance(20) {
                delivered.push((seconds + random.below(delay) as i64, random.next(), json));
            }
        }
    }
    delivered.sort();
    delivered.into_iter().map(|(_, _, json)| json.clone()).collect()
}

fn check(seed: u64) {
    let mut random = Random(seed);
    let texts = rules(&mut random);
    let borrowed: Vec<(&str, &str)> = texts.iter().map(|(id, when)| (id.as_str(), when.as_str())).collect();
    let set: Set = set(&borrowed);
    let events = events(&mut random);
    let sorted = sorted(&events);
    let mut expected = Naive::new(&set.rules, &set.layout).findings(&sorted);
    expected.retain(|(rule, _)| set.rules.iter().any(|known| *known.id == **rule && set.plan.owns(index_of(&set, rule))));
    let mut wider: Vec<(&str, &str)> = borrowed.clone();
    wider.push(("zz", "eventType == \"user.session.start\" and client.geographicalContext.country != \"X\" and count(eventType == \"clarion.alert\" by actor.id within 3m) >= 50"));
    let wider = super::set(&wider);
    for way in ["sorted", "late", "late, restarted", "late, reloaded"] {
        let stream = if way == "sorted" { sorted.clone() } else { arrival(&mut random, &events) };
        let (start, other) = if random.chance(50) { (&set, &wider) } else { (&wider, &set) };
        let mut run = Run::new(start);
        let mut spare = other;
        for json in &stream {
            if way == "late, restarted" && random.chance(20) {
                let bytes = run.engine.snapshot();
                run.engine = clarion::engine::remember::Remembering::restore(run.set.plan.clone(), Default::default(), &bytes).unwrap();
                assert!(run.engine.snapshot() == bytes, "seed {seed}: a snapshot read and written again");
            }
            if way == "late, reloaded" && random.chance(20) {
                run = run.reload(spare);
                spare = if std::ptr::eq(run.set, &set) { &wider } else { &set };
            }
            run.event(json);
        }
        if way == "sorted" {
            let taken_back =
                run.said.iter().find(|said| said.strip_prefix('-').and_then(|said| said.split(' ').next()).is_some_and(|rule| is_plain(&run, rule)));
            assert!(taken_back.is_none(), "seed {seed}: nothing comes late, and {taken_back:?}\n{texts:#?}\n{}", stream.join("\n"));
        }
        // Where it is left off, all is said but what is counted as open, and what rules over alerts make of that.
        let changes = run.engine.leave_off();
        run.take(&changes);
        let of_plain = |run: &Run<'_>| -> BTreeSet<(String, String)> { run.found.iter().filter(|(rule, _)| is_plain(run, rule)).cloned().collect() };
        let (said, open) = (of_plain(&run), run.engine.waiting());
        run.finish();
        let mut later: BTreeMap<String, usize> = BTreeMap::new();
        of_plain(&run).difference(&said).for_each(|(rule, _)| *later.entry(rule.clone()).or_default() += 1);
        let is_open = |(rule, many): (&String, &usize)| open.decisions.get(&index_of(run.set, rule)).copied().unwrap_or(0) >= *many;
        assert!(said.is_subset(&run.found), "seed {seed}, {way}: taken back {:?}", said.difference(&run.found));
        assert!(later.iter().all(is_open), "seed {seed}, {way}: open {open:?}, found later {later:?}\n{texts:#?}\n{}", stream.join("\n"));
        let missing: Vec<_> = expected.difference(&run.found).collect();
        let extra: Vec<_> = run.found.difference(&expected).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "seed {seed}, {way}\n{texts:#?}\nmissing {missing:?}\nextra {extra:?}\n{}\nsaid {:#?}",
            stream.join("\n"),
            run.said
        );
        assert_eq!(run.engine.counters().late, 0, "seed {seed}");
    }
}

/// Says whether a rule asks about no alerts.
fn is_plain(run: &Run<'_>, rule: &str) -> bool {
    let planned = run.set.plan.number(index_of(run.set, rule)).and_then(|number| run.set.plan.rule(number));
    planned.is_some_and(|planned| !planned.about_alerts)
}

fn index_of(set: &Set, id: &str) -> clarion::plan::RuleIndex {
    clarion::plan::RuleIndex(set.rules.iter().position(|rule| *rule.id == *id).unwrap() as u32)
}

/// Reads how many random cases are run; `REMEMBER_CASES=20000` for a long run, `REMEMBER_SEED=7` for one case again.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::vars().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<u64>().ok());
    match number("REMEMBER_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("REMEMBER_CASES").unwrap_or(1500),
    }
}

#[test]
fn the_engine_says_what_the_sorted_stream_says() {
    for seed in seeds() {
        check(seed);
    }
}
