//! Cases: the proofs that stand in a rule file.
//!
//! Takes a `tests` list and the pack's fixtures; gives events with their times and what must come of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::keys::{Keys, Reader};
use super::manifest;
use super::rule::Severity;
use super::yaml::{Node, Value as Yaml};
use crate::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::event::{Span as Duration, Timestamp, Value};
use crate::language::Settings;

/// A proof of a rule.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Its events in the order in which they are written.
    pub events: Vec<Entry>,
    /// What must come of them.
    pub expect: Expect,
    /// Settings that differ from the pack's.
    pub settings: BTreeMap<String, Value<'static>>,
    /// When it begins.
    pub start: Timestamp,
    /// Where it stands.
    pub at: Span,
}

/// One or several alike events of a case.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the event comes from.
    pub from: From,
    /// Values that differ, by their path.
    pub with: Vec<(Vec<Step>, Json)>,
    /// When the first one happens.
    pub when: When,
    /// How many there are.
    pub repeat: u32,
    /// How far apart.
    pub every: Duration,
}

/// Where an event comes from.
#[derive(Clone, Debug)]
pub enum From {
    /// A fixture of the pack.
    Fixture(String),
    /// Written out.
    Event(Json),
}

/// When an event happens.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// So long after the one before it.
    After(Duration),
    /// So long after the beginning.
    FromStart(Duration),
    /// At this time.
    At(Timestamp),
}

/// One step of a path into an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An index of a list.
    Index(usize),
}

/// What must come of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expect {
    /// At least one alert.
    Alert,
    /// No alert.
    None,
    /// Exactly this.
    Exactly {
        /// How many alerts.
        alerts: Option<usize>,
        /// The severity of each.
        severity: Option<Severity>,
        /// The title of each.
        title: Option<String>,
    },
}

impl Expect {
    /// Says whether alerts are wanted.
    pub fn fires(&self) -> bool {
        match self {
            Expect::Alert => true,
            Expect::None => false,
            Expect::Exactly { alerts, .. } => *alerts != Some(0),
        }
    }
}

/// The default beginning of a case: a Monday, nine in the morning.
fn default_start() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap_or(Timestamp::from_micros(0))
}

/// Most events that one entry may stand for.
pub const REPEAT_MAX: i64 = 100_000;

/// Deepest index in a `with` path; more would only make a list of nothing.
const INDEX_MAX: usize = 1000;

impl Case {
    /// Returns the case's events as Okta would write them, in the order in which they are written.
    pub fn materialise(&self, fixtures: &BTreeMap<String, Json>) -> Vec<Json> {
        let mut cursor = self.start;
        let mut events = Vec::new();
        for entry in &self.events {
            cursor = match entry.when {
                When::After(pause) => cursor.plus(pause),
                When::FromStart(pause) => self.start.plus(pause),
                When::At(time) => time,
            };
            let base = match &entry.from {
                From::Event(event) => event,
                From::Fixture(name) => fixtures.get(name).unwrap_or(&Json::Null),
            };
            for number in 1..=entry.repeat {
                if number > 1 {
                    cursor = cursor.plus(entry.every);
                }
                let mut event = base.clone();
                for (path, value) in &entry.with {
                    put(&mut event, path, numbered(value, number));
                }
                if let Json::Object(object) = &mut event {
                    // An event written out may say its own uuid, or say that it has none; a fixture's is always replaced.
                    if matches!(entry.from, From::Fixture(_)) || !object.contains_key("uuid") {
                        object.insert("uuid".to_owned(), uuid(events.len()).into());
                    }
                    if matches!(entry.from, From::Fixture(_)) || !object.contains_key("published") {
                        object.insert("published".to_owned(), cursor.to_string().into());
                    }
                }
                events.push(event);
            }
        }
        events
    }
}

fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Puts the number of the repetition where a text says `{n}`.
fn numbered(value: &Json, number: u32) -> Json {
    match value {
        Json::String(text) => text.replace("{n}", &number.to_string()).into(),
        Json::Array(parts) => parts.iter().map(|part| numbered(part, number)).collect(),
        Json::Object(object) => object.iter().map(|(key, value)| (key.clone(), numbered(value, number))).collect::<Map<_, _>>().into(),
        other => other.clone(),
    }
}

/// Puts a value at a path, making what is missing on the way; null takes the key away.
fn put(event: &mut Json, path: &[Step], value: Json) {
    let Some((first, rest)) = path.split_first() else {
        *event = value;
        return;
    };
    match first {
        Step::Key(key) => {
            if !event.is_object() {
                *event = Json::Object(Map::new());
            }
            let Json::Object(object) = event else { return };
            if rest.is_empty() && value.is_null() {
                object.remove(key);
                return;
            }
            put(object.entry(key.clone()).or_insert(Json::Null), rest, value);
        }
        Step::Index(at) => {
            if !event.is_array() {
                *event = Json::Array(Vec::new());
            }
            let Json::Array(parts) = event else { return };
            while parts.len() <= *at {
                parts.push(Json::Null);
            }
            if let Some(part) = parts.get_mut(*at) {
                put(part, rest, value);
            }
        }
    }
}

impl Reader<'_> {
    pub(super) fn cases(&mut self, node: &Node, settings: &Settings, fixtures: &[&str]) -> Vec<Case> {
        let nodes = self.list(node, "`tests`");
        nodes.iter().filter_map(|node| self.case(node, settings, fixtures)).collect()
    }

    fn case(&mut self, node: &Node, settings: &Settings, fixtures: &[&str]) -> Option<Case> {
        let keys = self.map(node, "a case", &["name", "events", "expect", "settings", "start"], &["name", "events", "expect"])?;
        let name = keys.get("name").and_then(|node| self.text(node, "the name of a case"));
        let start = match keys.get("start") {
            Some(node) => self.time(node, "`start`"),
            None => Some(default_start()),
        };
        let events: Vec<Option<Entry>> =
            keys.get("events").map_or(&[] as &[Node], |node| self.list(node, "`events`")).iter().map(|node| self.entry(node, fixtures)).collect();
        let expect = keys.get("expect").and_then(|node| self.expect(node));
        let overrides = keys.get("settings").map_or_else(BTreeMap::new, |node| self.overrides(node, settings));
        Some(Case { name: name?, events: events.into_iter().collect::<Option<_>>()?, expect: expect?, settings: overrides, start: start?, at: node.at })
    }

    fn overrides(&mut self, node: &Node, settings: &Settings) -> BTreeMap<String, Value<'static>> {
        let Yaml::Map(entries) = &node.value else {
            self.wrong_kind(node, "`settings` is a map of names");
            return BTreeMap::new();
        };
        let mut overrides = BTreeMap::new();
        for (key, node) in self.once(entries) {
            let Some(setting) = settings.get(&key.text) else {
                let near = nearest(&key.text, settings.names());
                self.push(
                    Diagnostic::new(Code::UnknownSetting, key.at, format!("unknown setting `{}`", key.text))
                        .label("the pack has no setting of this name")
                        .did_you_mean(near),
                );
                continue;
            };
            if let Some(value) = self.setting_value(node, setting.ty) {
                overrides.insert(key.text.clone(), value);
            }
        }
        overrides
    }

    fn entry(&mut self, node: &Node, fixtures: &[&str]) -> Option<Entry> {
        let keys = self.map(node, "an event of a case", &["like", "event", "with", "at", "after", "repeat", "every"], &[])?;
        let from = self.from(&keys, node, fixtures);
        let with = keys.get("with").map_or_else(Vec::new, |node| self.with(node));
        let when = self.when(&keys);
        let repeat = match keys.get("repeat") {
            Some(node) => self.repeat(node),
            None => Some(1),
        };
        let every = match keys.get("every") {
            Some(node) => self.duration(node, "`every`", Code::BadCaseTime),
            None => Some(Duration::ZERO),
        };
        Some(Entry { from: from?, with, when: when?, repeat: repeat?, every: every? })
    }

    fn from(&mut self, keys: &Keys<'_>, node: &Node, fixtures: &[&str]) -> Option<From> {
        match (keys.get("like"), keys.get("event")) {
            (Some(like), None) => {
                let name = self.text(like, "`like`")?;
                if fixtures.contains(&name.as_str()) {
                    return Some(From::Fixture(name));
                }
                let near = nearest(&name, fixtures.iter().copied());
                let fault =
                    Diagnostic::new(Code::UnknownFixture, like.at, format!("unknown fixture `{name}`")).label("the pack has no such event").did_you_mean(near);
                let fault = if near.is_none() {
                    fault.help(format!("put an event into `fixtures/{name}.json` of the pack, or write it out under `event`"))
                } else {
                    fault
                };
                self.push(fault);
                None
            }
            (None, Some(event)) => match &event.value {
                Yaml::Map(entries) => {
                    self.once_everywhere(entries);
                    Some(From::Event(event.to_json()))
                }
                _ => {
                    self.wrong_kind(event, "`event` is an event of Okta, written out");
                    None
                }
            },
            (both, _) => {
                let at = match (both, keys.key("event")) {
                    (Some(_), Some(event)) => event.at,
                    _ => keys.first().unwrap_or(node.at),
                };
                let message = if both.is_some() { "an event is either `like` a fixture or written out as `event`" } else { "an event needs `like` or `event`" };
                self.push(Diagnostic::new(Code::EventOrLike, at, message).label(if both.is_some() { "both are given" } else { "neither is given" }));
                None
            }
        }
    }

    fn once_everywhere(&mut self, entries: &[(super::yaml::Key, Node)]) {
        for (_, node) in self.once(entries) {
            self.once_inside(node);
        }
    }

    fn once_inside(&mut self, node: &Node) {
        match &node.value {
            Yaml::Map(entries) => self.once_everywhere(entries),
            Yaml::List(nodes) => nodes.iter().for_each(|node| self.once_inside(node)),
            _ => {}
        }
    }

    fn with(&mut self, node: &Node) -> Vec<(Vec<Step>, Json)> {
        let Yaml::Map(entries) = &node.value else {
            self.wrong_kind(node, "`with` is a map of paths");
            return Vec::new();
        };
        let mut out = Vec::new();
        for (key, node) in self.once(entries) {
            match path(&key.text) {
                Some(path) => out.push((path, node.to_json())),
                None => self.push(
                    Diagnostic::new(Code::BadWith, key.at, format!("`{}` is not a path into an event", key.text))
                        .label("written like actor.id or target[0].type"),
                ),
            }
        }
        out
    }

    fn when(&mut self, keys: &Keys<'_>) -> Option<When> {
        if let (Some(at), Some(_)) = (keys.get("at"), keys.get("after")) {
            self.push(Diagnostic::new(Code::BadCaseTime, at.at, "an event has `at` or `after`, not both").label("both are given"));
            return None;
        }
        if let Some(node) = keys.get("after") {
            return self.duration(node, "`after`", Code::BadCaseTime).map(When::After);
        }
        let Some(node) = keys.get("at") else { return Some(When::After(Duration::ZERO)) };
        let raw = self.sources.snippet(node.at).trim_matches(['"', '\'']).to_owned();
        if let Some(pause) = raw.strip_prefix('+').and_then(Duration::parse) {
            return Some(When::FromStart(pause));
        }
        if let Some(time) = Timestamp::parse(&raw) {
            return Some(When::At(time));
        }
        self.push(Diagnostic::new(Code::BadCaseTime, node.at, format!("`{raw}` is not a time of a case")).label("written like +3m, or 2026-03-02T09:00:00Z"));
        None
    }

    fn time(&mut self, node: &Node, what: &str) -> Option<Timestamp> {
        let raw = self.sources.snippet(node.at).trim_matches(['"', '\'']).to_owned();
        let time = Timestamp::parse(&raw);
        if time.is_none() {
            self.push(
                Diagnostic::new(Code::BadCaseTime, node.at, format!("`{raw}` is not a time")).label(format!("{what} is written like 2026-03-02T09:00:00Z")),
            );
        }
        time
    }

    fn repeat(&mut self, node: &Node) -> Option<u32> {
        if let Yaml::Int(number) = node.value
            && (1..=REPEAT_MAX).contains(&number)
        {
            return u32::try_from(number).ok();
        }
        self.push(
            Diagnostic::new(Code::BadRepeat, node.at, format!("`repeat` is a number from 1 to {REPEAT_MAX}")).label(if matches!(node.value, Yaml::Int(_)) {
                "out of range"
            } else {
                "no whole number"
            }),
        );
        None
    }

    fn expect(&mut self, node: &Node) -> Option<Expect> {
        if let Yaml::Map(_) = node.value {
            let keys = self.map(node, "`expect`", &["alerts", "severity", "title"], &[])?;
            let alerts = match keys.get("alerts") {
                Some(node) => Some(self.count(node)?),
                None => None,
            };
            let severity = match keys.get("severity") {
                Some(node) => Some(self.word(node, "`severity`", Severity::WORDS)?),
                None => None,
            };
            let title = match keys.get("title") {
                Some(node) => Some(self.text(node, "`title`")?),
                None => None,
            };
            return Some(Expect::Exactly { alerts, severity, title });
        }
        let raw = self.sources.snippet(node.at).to_owned();
        match raw.trim_matches(['"', '\'']) {
            "alert" => Some(Expect::Alert),
            "none" => Some(Expect::None),
            other => {
                self.push(
                    Diagnostic::new(Code::BadExpect, node.at, format!("`{other}` cannot be expected"))
                        .label("`alert`, `none`, or `{alerts: 2, severity: high, title: \"...\"}`"),
                );
                None
            }
        }
    }

    fn count(&mut self, node: &Node) -> Option<usize> {
        if let Yaml::Int(number) = node.value
            && let Ok(number) = usize::try_from(number)
        {
            return Some(number);
        }
        self.push(Diagnostic::new(Code::BadExpect, node.at, "`alerts` is how many alerts there are").label("no whole number from 0"));
        None
    }
}

/// Reads a path such as `target[0].alternateId`.
fn path(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (key, indexes) = part.split_at_checked(part.find('[').unwrap_or(part.len()))?;
        if key.is_empty() {
            return None;
        }
        steps.push(Step::Key(key.to_owned()));
        let mut rest = indexes;
        while !rest.is_empty() {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let index: usize = index.parse().ok().filter(|index| *index <= INDEX_MAX)?;
            steps.push(Step::Index(index));
            rest = after;
        }
    }
    Some(steps)
}

/// Reads the value of a setting that stands on a command line.
///
/// # Errors
/// Says which type is wanted.
pub fn setting_from_text(text: &str, ty: crate::event::Type) -> Result<Value<'static>, String> {
    let value = match ty {
        crate::event::Type::List(scalar) => text.split(',').map(|part| manifest::one(part.trim(), scalar)).collect::<Option<Vec<_>>>().map(Value::List),
        crate::event::Type::Scalar(scalar) => manifest::one(text, scalar),
        _ => None,
    };
    value.ok_or_else(|| format!("`{text}` is not {ty}"))
}
