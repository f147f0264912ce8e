//! Random rules and random streams of events, made for each other: few kinds, few keys, and times that meet the edges of the windows.

use clarion::event::Span;

use serde_json::json;

use super::dice::Dice;
use super::vocabulary::{KINDS, Words, Written};

/// Rules and the events for them.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) rules: Vec<Draft>,
    /// In the order of (published, uuid), each once.
    pub(super) events: Vec<Words>,
}

/// A rule as it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) written: Written,
}

impl Draft {
    /// Returns the text of the rule file.
    pub(super) fn text(&self) -> String {
        self.written.file(&self.id)
    }
}

/// Makes the case of a seed.
pub(super) fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let window = *dice.pick(&[60, 120, 300, 600, 900, 1800, 3600, 7200]);
    let mut kinds: Vec<&'static str> = KINDS.iter().map(|(word, ..)| *word).collect();
    dice.shuffle(&mut kinds);
    let many = *dice.pick(&[2, 2, 3, 3, 4]);
    kinds.truncate(many);
    let mut writer = Writer { dice, window, kinds, histories: Vec::new(), depth: 0, alerts: None, asking: None };
    let rules = writer.rules();
    let events = writer.events();
    Case { rules, events }
}

const ACTORS: [&str; 3] = ["ann", "bob", "eve"];
const ADDRESSES: [&str; 3] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const SESSIONS: [&str; 2] = ["s1", "s2"];
const COUNTRIES: [&str; 3] = ["DE", "FR", "US"];
/// Berlin, Potsdam, Sydney.
const PLACES: [(f64, f64); 3] = [(52.52, 13.405), (52.39, 13.065), (-33.868, 151.209)];

const KEYS: &[&str] = &["actor.id", "client.ipAddress", "session.id", "target.user.id", "network.asn", "geo.country"];
const VALUES: &[&str] = &["actor.id", "client.ipAddress", "session.id", "network.asn", "geo.country", "debug.countUser", "target.user.id"];
const NUMBERS: &[&str] = &["network.asn", "debug.countUser"];
const COMPARISONS: &[(usize, &str)] = &[(6, ">="), (2, ">"), (3, "=="), (2, "<="), (2, "<"), (1, "!=")];

struct Writer {
    dice: Dice,
    /// The length, in seconds, that windows and gaps between events are made of.
    window: i64,
    kinds: Vec<&'static str>,
    /// Histories that were written before: equal ones are to be shared.
    histories: Vec<String>,
    depth: usize,
    /// In a rule over alerts: what it asks for.
    alerts: Option<String>,
    /// Which events ask the question at hand, if it is known: a sequence ends with one of them.
    asking: Option<String>,
}

impl Writer {
    fn rules(&mut self) -> Vec<Draft> {
        let many = *self.dice.weighted(&[(2, 1), (3, 2), (3, 3), (2, 4)]);
        let mut drafts: Vec<Draft> = Vec::new();
        for number in 1..=many {
            let id = format!("r.{number}");
            if !drafts.is_empty() && self.dice.chance(25) {
                // It names an earlier rule, so that no circle can come about, or none.
                let named = self.dice.chance(50).then(|| self.dice.pick(&drafts).id.clone());
                let name = named.map_or(String::new(), |id| format!(" and alert.rule == \"{id}\""));
                self.alerts = Some(format!("eventType == \"clarion.alert\"{name}"));
            }
            let mut lets = Vec::new();
            if self.dice.chance(30) {
                let history = self.history(true);
                lets.push(("h".to_owned(), history));
            }
            let severity = *self.dice.pick(&["low", "high"]);
            let when = self.when(&lets);
            let mut written = Written { when, severity: Some(json!(severity)), lets: lets.into_iter().collect(), ..Written::default() };
            self.tell(&mut written);
            drafts.push(Draft { id, written });
            self.alerts = None;
        }
        drafts
    }

    /// Writes what is told of the findings of a rule; of many nothing but the rule's title.
    fn tell(&mut self, written: &mut Written) {
        let let_names: Vec<String> = written.lets.keys().cloned().collect();
        let named = let_names.first().map(String::as_str);
        if self.dice.chance(25) {
            written.title = Some(format!("{{{}}} and {{{}}}", self.dice.pick(VALUES).to_owned(), self.shown(named)));
        }
        if self.dice.chance(25) {
            let shown = self.shown(named);
            written.context.insert("a".to_owned(), shown);
        }
        if self.dice.chance(15) {
            let shown = self.shown(None);
            written.context.insert("b".to_owned(), shown);
        }
        if self.dice.chance(15) {
            written.group_by.push(self.dice.pick(KEYS).to_string());
        }
        if self.dice.chance(15) {
            let worse = self.atom(None);
            written.severity = Some(json!([{ "when": worse, "level": "high" }, { "level": "low" }]));
        }
    }

    /// Writes something that is shown: a field of the event, or an answer.
    fn shown(&mut self, named: Option<&str>) -> String {
        let value = self.dice.pick(VALUES).to_string();
        if self.dice.chance(35) {
            return value;
        }
        let named = named.filter(|_| self.dice.chance(50));
        let history = named.map_or_else(|| self.history(true), str::to_owned);
        match self.dice.below(12) {
            0..=3 => format!("count({history})"),
            4 => format!("distinct({value} of ({history}))"),
            5 => format!("values({value} of ({history}))"),
            6 => format!("top({value} of ({history}), 2)"),
            7 => format!("{}({value} of ({history}))", self.dice.pick(&["last", "first"]).to_owned()),
            8 => format!("{}({} of ({history}))", self.dice.pick(&["sum", "min", "max", "avg"]).to_owned(), self.dice.pick(NUMBERS).to_owned()),
            9 => format!("{}({history})", self.dice.pick(&["travel_speed", "travel_distance"]).to_owned()),
            10 => format!("{}({history})", self.dice.pick(&["seen", "not seen", "followed_by"]).to_owned()),
            _ => self.sequence(),
        }
    }

    fn when(&mut self, lets: &[(String, String)]) -> String {
        let mut parts = Vec::new();
        self.asking = None;
        if self.dice.chance(92) {
            let trigger = self.trigger();
            self.asking = Some(trigger.clone());
            parts.push(trigger);
        }
        for (name, _) in lets {
            let atom = self.atom(Some(name));
            parts.push(atom);
        }
        if parts.len() < 2 || self.dice.chance(30) {
            let condition = self.condition();
            parts.push(condition);
        }
        parts.join(" and ")
    }

    /// Writes which events a rule looks at.
    fn trigger(&mut self) -> String {
        match self.alerts.clone() {
            Some(alerts) if self.dice.chance(60) => alerts,
            _ => self.plain_population(),
        }
    }

    fn kind(&mut self) -> &'static str {
        let at = self.dice.below(self.kinds.len());
        self.kinds[at]
    }

    fn plain_population(&mut self) -> String {
        let kind = self.kind();
        match self.dice.below(10) {
            0 => format!("({kind} or {})", self.kind()),
            1 => format!("{kind} and network.asn == {}", self.dice.between(1, 3)),
            2 => format!("{kind} and geo.country != \"{}\"", self.dice.pick(&COUNTRIES)),
            3 => "exists(actor.id)".to_owned(),
            _ => kind.to_owned(),
        }
    }

    /// Writes which past events a history holds.
    fn population(&mut self) -> String {
        if let Some(alerts) = self.alerts.clone()
            && self.dice.chance(60)
        {
            return match self.dice.below(4) {
                0 => format!("{alerts} and alert.severity == \"high\""),
                _ => alerts,
            };
        }
        let base = self.plain_population();
        match self.dice.below(14) {
            0 => format!("{base} and network.asn != now.network.asn"),
            1 => format!("{base} and debug.countUser < now.debug.countUser"),
            2 => format!("{base} and target.user.id == now.actor.id"),
            3 => format!("{base} and client.ipAddress != now.client.ipAddress"),
            4 | 5 if self.depth < 2 => {
                self.depth += 1;
                let asking = self.asking.replace(base.clone());
                let nested = match self.dice.below(6) {
                    0 => self.atom(None),
                    1 => format!("not seen({})", self.history(true)),
                    2 => format!("count({}) >= {}", self.history(true), self.dice.between(1, 3)),
                    _ => format!("seen({})", self.history(true)),
                };
                self.depth -= 1;
                self.asking = asking;
                format!("{base} and {nested}")
            }
            _ => base,
        }
    }

    fn keys(&mut self) -> String {
        let many = *self.dice.weighted(&[(1, 0), (7, 1), (2, 2)]);
        let mut keys = Vec::new();
        while keys.len() < many {
            // Actors are what most rules group by.
            let key = if self.dice.chance(45) { KEYS[0] } else { *self.dice.pick(KEYS) };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() { String::new() } else { format!(" by {}", keys.join(", ")) }
    }

    fn length(&mut self) -> String {
        let seconds = match self.dice.below(8) {
            0 => self.window / 2,
            1 => self.window * 2,
            2 => self.window * 3,
            3 => self.dice.between(30, self.window * 2),
            _ => self.window,
        };
        Span::seconds(seconds).to_string()
    }

    /// Writes a history; without a length only where the question allows it.
    fn history(&mut self, bounded: bool) -> String {
        if !self.histories.is_empty() && self.dice.chance(35) {
            return self.dice.pick(&self.histories).clone();
        }
        let (population, keys) = (self.population(), self.keys());
        if !bounded && self.dice.chance(10) {
            return format!("{population}{keys}");
        }
        let history = format!("{population}{keys} within {}", self.length());
        // A rule over alerts may name rules that do not exist yet for others.
        if self.alerts.is_none() {
            self.histories.push(history.clone());
        }
        history
    }

    fn comparison(&mut self) -> &'static str {
        let comparison: &&'static str = self.dice.weighted(COMPARISONS);
        comparison
    }

    /// Writes a condition over histories.
    fn condition(&mut self) -> String {
        match self.dice.below(10) {
            0 => format!("({} or {})", self.atom(None), self.atom(None)),
            1 => format!("{} and {}", self.atom(None), self.atom(None)),
            2 => format!("not ({})", self.atom(None)),
            3 => format!("weight({}, 30) + weight({}, 20) >= {}", self.atom(None), self.atom(None), self.dice.pick(&[20, 30, 40])),
            _ => self.atom(None),
        }
    }

    /// Writes one question with what it is compared with; of the history of that name, if there is one.
    fn atom(&mut self, named: Option<&str>) -> String {
        let bounded = |writer: &mut Writer| named.map_or_else(|| writer.history(true), str::to_owned);
        let unbounded = |writer: &mut Writer| named.map_or_else(|| writer.history(false), str::to_owned);
        let value = *self.dice.pick(VALUES);
        let number = self.dice.between(1, 5);
        match self.dice.below(40) {
            0..=4 => format!("count({}) {} {number}", bounded(self), self.comparison()),
            5..=7 => format!("distinct({value} of ({})) {} {}", bounded(self), self.comparison(), number.min(3)),
            8..=10 => format!(
                "{}({} of ({})) {} {}",
                self.dice.pick(&["sum", "min", "max", "avg"]).to_owned(),
                self.dice.pick(NUMBERS).to_owned(),
                bounded(self),
                self.comparison(),
                number * self.dice.between(1, 2)
            ),
            11 => format!("published - {}(published of ({})) > {}", self.dice.pick(&["min", "max", "last", "first"]).to_owned(), bounded(self), self.length()),
            12 => format!("len(values({value} of ({}))) {} {number}", bounded(self), self.comparison()),
            13..=14 => {
                let question =
                    if self.dice.chance(50) { format!("values(actor.id of ({}))", bounded(self)) } else { format!("top(actor.id of ({}), 2)", bounded(self)) };
                format!("{question}[{}] == \"{}\"", self.dice.below(2), self.dice.pick(&ACTORS))
            }
            15 => format!("seen({})", unbounded(self)),
            16..=17 => format!("not seen({})", unbounded(self)),
            18..=19 => format!(
                "{}({value} of ({})) {} {value}",
                self.dice.pick(&["last", "first"]).to_owned(),
                unbounded(self),
                self.dice.pick(&["==", "!="]).to_owned()
            ),
            20..=22 => {
                let history = unbounded(self);
                let learning = if named.is_none() && self.dice.chance(40) { format!(", learning {}", Span::seconds(self.window / 4)) } else { String::new() };
                // What is learnt must not be longer than the window, which a history from before may have short.
                if learning.is_empty() {
                    return format!("first_seen({value} of ({history}))");
                }
                format!("first_seen({value} of ({}{} within {}){learning})", self.plain_population(), self.keys(), Span::seconds(self.window))
            }
            23..=24 => format!("travel_speed({}) > {}km/h", unbounded(self), self.dice.pick(&[1, 100, 900])),
            25 => format!("travel_distance({}) > {}km", unbounded(self), self.dice.pick(&[1, 100, 500])),
            26..=32 => self.sequence(),
            33 if self.depth == 0 => format!("followed_by({})", bounded(self)),
            34..=35 if self.depth == 0 => format!("not followed_by({})", bounded(self)),
            36..=37 => {
                let each = Span::seconds(*self.dice.pick(&[self.window, self.window / 2]));
                let within = Span::seconds(self.window * self.dice.between(3, 6) + *self.dice.pick(&[0, 0, self.window / 3]));
                format!(
                    "zscore({}{} within {within}, each {each}) {} {}",
                    self.plain_population(),
                    self.keys(),
                    self.dice.pick(&[">", "<"]).to_owned(),
                    self.dice.pick(&["0.37", "-0.41", "0.83", "-0.77", "1.13", "1.61"])
                )
            }
            38 => {
                let history = bounded(self);
                format!("count({history}) {} {} * distinct({value} of ({history}))", self.comparison(), self.dice.between(1, 2))
            }
            _ => match self.dice.below(3) {
                0 => format!("count({}) + count({}) {} {number}", bounded(self), self.history(true), self.comparison()),
                1 => format!("count({}) / count({}) > 0.45", bounded(self), self.history(true)),
                _ => format!("count({}) - count({}) {} {}", bounded(self), self.history(true), self.comparison(), number - 2),
            },
        }
    }

    fn sequence(&mut self) -> String {
        let many = *self.dice.weighted(&[(4, 2), (4, 3), (1, 4)]);
        let own_keys = self.dice.chance(20);
        let until = self.dice.chance(30);
        let mut steps: Vec<String> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for number in 0..many {
            let is_edge = number == 0 || number + 1 == many;
            let asking = self.asking.clone().filter(|_| number + 1 == many && self.dice.chance(80));
            let mut population = match asking {
                Some(asking) if names.is_empty() || self.dice.chance(50) => asking,
                Some(asking) => format!("{asking} and network.asn != {}.network.asn", names[self.dice.below(names.len())]),
                None => self.step_population(&names),
            };
            if own_keys {
                population = format!("({population} by {})", self.dice.pick(&["actor.id", "target.user.id"]));
            }
            // A step that must not happen is no name for others, and does not happen so many times.
            if !is_edge && self.dice.chance(50) {
                steps.push(format!("not {}", if own_keys { population } else { format!("({population})") }));
                continue;
            }
            let name = self.dice.chance(30).then(|| format!("s{number}"));
            let times = if self.dice.chance(30) { format!("{} times ", self.dice.between(2, 3)) } else { String::new() };
            steps.push(format!("{}{times}{population}", name.as_ref().map_or(String::new(), |name| format!("{name}: "))));
            names.extend(name);
        }
        if until {
            // A parenthesis right behind the word would make it a call.
            let population = self.step_population(&names);
            steps.push(format!("until {}", population.trim_start_matches('(').trim_end_matches(')')));
        }
        let keys = if own_keys { String::new() } else { self.keys() };
        format!("sequence({}{keys} within {})", steps.join(", "), self.length())
    }

    fn step_population(&mut self, names: &[String]) -> String {
        if let Some(alerts) = self.alerts.clone()
            && self.dice.chance(35)
        {
            return alerts;
        }
        let kind = self.kind();
        match (self.dice.below(10), names.last()) {
            (0..=4, Some(name)) => format!(
                "{kind} and {field} {} {name}.{field}",
                self.dice.pick(&["==", "!="]).to_owned(),
                field = self.dice.pick(&["network.asn", "client.ipAddress", "geo.country"])
            ),
            (0, None) => format!("({kind} or {})", self.kind()),
            (1, None) => format!("{kind} and network.asn != {}", self.dice.between(1, 3)),
            (2, None) if self.depth == 0 => {
                self.depth = 2;
                let nested = format!("{kind} and count({}) >= {}", self.history(true), self.dice.between(1, 3));
                self.depth = 0;
                nested
            }
            (3, None) => format!("{kind} and network.asn != now.network.asn"),
            _ => kind.to_owned(),
        }
    }

    fn events(&mut self) -> Vec<Words> {
        let many = match self.dice.below(10) {
            0..=5 => self.dice.between(10, 30),
            6..=8 => self.dice.between(30, 60),
            _ => self.dice.between(60, 120),
        };
        let missing = *self.dice.pick(&[0, 5, 15, 30]);
        let is_grid = self.dice.chance(50);
        let odd = self.dice.chance(15);
        let actors = self.dice.between(1, 3) as usize;
        let mut events: Vec<(i64, Words)> = Vec::new();
        let mut now = if is_grid { 0 } else { self.dice.between(0, 3600) };
        for number in 0..many {
            now += if is_grid { self.window / 4 * *self.dice.pick(&[0, 0, 0, 1, 1, 1, 1, 2, 3, 4]) } else { self.pause() };
            let mut event = Words { is: Some(self.some_kind().to_owned()), ..Words::default() };
            let there = |writer: &mut Writer| !writer.dice.chance(missing);
            event.actor = there(self).then(|| ACTORS[self.dice.below(actors)].to_owned());
            event.ip = there(self).then(|| self.dice.pick(&ADDRESSES).to_string());
            event.session = there(self).then(|| self.dice.pick(&SESSIONS).to_string());
            event.asn = there(self).then(|| self.dice.between(1, 3));
            event.country = there(self).then(|| self.dice.pick(&COUNTRIES).to_string());
            event.place = there(self).then(|| *self.dice.pick(&PLACES));
            event.user = there(self).then(|| ACTORS[self.dice.below(actors)].to_owned());
            event.number = there(self).then(|| self.dice.between(0, 4));
            // The ids are in no order, so that events of the same time are not in that of their making.
            event.id = (!odd || self.dice.chance(95)).then(|| format!("{:02x}{number:02x}", self.dice.below(256)));
            event.at = (!odd || self.dice.chance(95)).then(|| Span::seconds(now).to_string());
            events.push((now, event));
        }
        events.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Returns a kind that the rules ask for, or now and then another.
    fn some_kind(&mut self) -> &'static str {
        if self.dice.chance(93) { self.kind() } else { self.dice.pick(KINDS).0 }
    }

    /// Returns the seconds to the next event: often none, often such that two events lie exactly a window apart or just miss it.
    fn pause(&mut self) -> i64 {
        let window = self.window;
        match self.dice.below(20) {
            0..=3 => 0,
            4..=5 => 1,
            6 => window,
            7 => window - 1,
            8 => window + 1,
            9..=10 => window / 2,
            11 => window / 4,
            12 => self.dice.between(0, window * 3),
            _ => self.dice.between(0, window / 5),
        }
    }
}
