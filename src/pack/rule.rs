//! Rule files to checked rules.

use std::sync::Arc;

use super::case::Case;
use super::keys::{Keys, Reader};
use super::respond::Response;
use super::template::{self, Template};
use super::yaml::{Node, Value as Yaml};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::Span as Duration;
use crate::language::{Checker, EventTypes, Meaning, Names, Settings, Snippet, Typed, parse};

/// The keys of a rule file in their canonical order.
pub const RULE_KEYS: &[&str] = &[
    "id",
    "title",
    "severity",
    "status",
    "confidence",
    "description",
    "attack",
    "tags",
    "references",
    "author",
    "date",
    "modified",
    "enabled",
    "let",
    "when",
    "context",
    "alert",
    "respond",
    "false_positives",
    "runbook",
    "tests",
];

/// The keys that every rule file has.
pub const REQUIRED_KEYS: &[&str] = &["id", "title", "severity", "status", "description", "when"];

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// Every severity with its word, the least first.
    pub const WORDS: &'static [(&'static str, Severity)] = &[
        ("informational", Severity::Informational),
        ("low", Severity::Low),
        ("medium", Severity::Medium),
        ("high", Severity::High),
        ("critical", Severity::Critical),
    ];

    /// Returns the word.
    pub fn word(self) -> &'static str {
        Severity::WORDS.iter().find(|(_, severity)| *severity == self).map_or("", |(word, _)| word)
    }

    /// Returns the severity of a word.
    pub fn parse(word: &str) -> Option<Severity> {
        Severity::WORDS.iter().find(|(known, _)| *known == word).map(|(_, severity)| *severity)
    }
}

/// Where a rule is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Status {
    Experimental,
    Test,
    Stable,
    Deprecated,
}

impl Status {
    /// Every status with its word.
    pub const WORDS: &'static [(&'static str, Status)] =
        &[("experimental", Status::Experimental), ("test", Status::Test), ("stable", Status::Stable), ("deprecated", Status::Deprecated)];

    /// Returns the word.
    pub fn word(self) -> &'static str {
        Status::WORDS.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// Decides the severity of a finding: the first entry whose condition holds.
#[derive(Clone, Debug)]
pub struct Grade {
    /// The condition; none holds always.
    pub when: Option<Arc<Typed>>,
    /// The severity.
    pub level: Severity,
}

/// How findings become alerts.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The alert's title.
    pub title: Template,
    /// One alert for each group.
    pub group_by: Vec<Arc<Typed>>,
    /// How long further findings join the open alert.
    pub suppress: Option<Duration>,
}

/// A rule: checked, but not yet part of a plan.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id, such as `okta.mfa-fatigue`.
    pub id: Arc<str>,
    /// The title.
    pub title: String,
    /// What it catches and why it matters.
    pub description: String,
    /// How bad a finding is; the last entry holds always.
    pub severity: Vec<Grade>,
    /// Where it is in its life.
    pub status: Status,
    /// How sure a finding is.
    pub confidence: Option<Confidence>,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// Where to read on.
    pub references: Vec<String>,
    /// When it is wrong.
    pub false_positives: Vec<String>,
    /// What to do.
    pub runbook: Option<String>,
    /// Whether it runs.
    pub enabled: bool,
    /// The condition.
    pub when: Arc<Typed>,
    /// The names of its `let`, with what they stand for.
    pub lets: Vec<(String, Meaning)>,
    /// What is shown with an alert.
    pub context: Vec<(String, Arc<Typed>)>,
    /// How findings become alerts.
    pub alert: Alert,
    /// What it asks for.
    pub respond: Vec<Response>,
    /// Its proofs.
    pub cases: Vec<Case>,
    /// Where its condition stands.
    pub when_at: Span,
    /// Where its id stands.
    pub id_at: Span,
}

impl Rule {
    /// Returns the least and the greatest severity that a finding can have.
    pub fn severity_range(&self) -> (Severity, Severity) {
        let levels = self.severity.iter().map(|grade| grade.level);
        (levels.clone().min().unwrap_or(Severity::Medium), levels.max().unwrap_or(Severity::Medium))
    }

    /// Says whether the rule asks a history, in its condition or anywhere else.
    pub fn remembers(&self) -> bool {
        self.expressions().any(|typed| typed.remembers())
    }

    /// Says whether it asks about alerts, in its condition or for what it tells of a finding: whether it is over alerts.
    pub fn asks_about_alerts(&self) -> bool {
        self.expressions().any(|typed| typed.asks_about_alerts())
    }

    /// Returns the rules whose alerts it names, each with the literal that does so.
    pub fn alert_rules(&self) -> Vec<(String, Span)> {
        self.expressions().flat_map(|typed| typed.alert_rules()).collect()
    }

    /// Returns every expression of the rule.
    pub fn expressions(&self) -> impl Iterator<Item = &Arc<Typed>> {
        std::iter::once(&self.when).chain(self.told())
    }

    /// Returns every expression but its condition: what is told of a finding, and what is done about it.
    pub fn told(&self) -> impl Iterator<Item = &Arc<Typed>> {
        let severity = self.severity.iter().filter_map(|grade| grade.when.as_ref());
        let title = self.alert.title.parts.iter().filter_map(|part| match part {
            template::Part::Value(typed) => Some(typed),
            template::Part::Text(_) => None,
        });
        let responses = self.respond.iter().flat_map(Response::expressions);
        severity.chain(title).chain(self.context.iter().map(|(_, typed)| typed)).chain(&self.alert.group_by).chain(responses)
    }
}

/// What the expressions of a rule can see.
pub(super) struct Scope<'a, 'f> {
    pub(super) names: &'a mut Names,
    pub(super) settings: &'a Settings,
    pub(super) event_types: &'a EventTypes,
    pub(super) faults: &'f mut Vec<Diagnostic>,
}

impl Scope<'_, '_> {
    pub(super) fn checker<'s>(&'s mut self, snippet: &'s Snippet) -> Checker<'s> {
        Checker::new(snippet, self.names, self.settings, self.event_types, self.faults)
    }

    /// Parses and checks an expression that may have any single value.
    pub(super) fn value(&mut self, snippet: &Snippet) -> Option<Arc<Typed>> {
        let query = parse(snippet, self.faults);
        self.checker(snippet).value(&query)
    }

    /// Parses and checks a condition.
    pub(super) fn condition(&mut self, snippet: &Snippet) -> Option<Arc<Typed>> {
        let query = parse(snippet, self.faults);
        self.checker(snippet).condition(&query)
    }
}

impl Reader<'_> {
    /// Reads a rule file; gives nothing where an error stands in it.
    pub(super) fn rule(&mut self, node: &Node, names: &mut Names, settings: &Settings, event_types: &EventTypes, fixtures: &[&str]) -> Option<Rule> {
        let before = self.faults.len();
        let keys = self.map(node, "a rule", RULE_KEYS, REQUIRED_KEYS);
        // A rule that lacks a key is still read, so that every fault of it is found.
        let keys = match (keys, &node.value) {
            (Some(keys), _) => keys,
            (None, Yaml::Map(entries)) => {
                let mut ignored = Vec::new();
                let mut quiet = Reader { sources: self.sources, faults: &mut ignored };
                let _ = quiet.once(entries);
                quiet.map(node, "a rule", RULE_KEYS, &[])?
            }
            (None, _) => return None,
        };
        self.lets(&keys, names);
        let rule = self.parts(&keys, names, settings, event_types, fixtures);
        let sound = !self.faults.iter().skip(before).any(|fault| fault.level() == crate::diagnostic::Level::Error);
        rule.filter(|_| sound)
    }

    fn lets(&mut self, keys: &Keys<'_>, names: &mut Names) {
        let Some(node) = keys.get("let") else { return };
        let Yaml::Map(entries) = &node.value else {
            return self.wrong_kind(node, "`let` is a map of names");
        };
        for (key, node) in self.once(entries) {
            let why = Names::taken(&key.text).or_else(|| names.definitions.place(&key.text).map(|_| format!("`{}` is a definition of the pack", key.text)));
            if let Some(why) = why {
                self.push(Diagnostic::new(Code::NameTaken, key.at, format!("`{}` cannot name something else", key.text)).label(why));
                names.lets.add_broken(&key.text, key.at, Snippet::whole(key.at.file, ""));
                continue;
            }
            if !is_name(&key.text) {
                self.push(Diagnostic::new(Code::NameTaken, key.at, format!("`{}` is no name", key.text)).label("letters, digits and `_`, a letter first"));
                continue;
            }
            match self.expression(node, &format!("`{}`", key.text)) {
                Some(snippet) => {
                    let query = parse(&snippet, self.faults);
                    names.lets.add(&key.text, key.at, snippet, query);
                }
                None => names.lets.add_broken(&key.text, key.at, Snippet::whole(key.at.file, "")),
            }
        }
    }

    /// Reads the text of an expression; an empty one is reported as such.
    pub(super) fn expression(&mut self, node: &Node, what: &str) -> Option<Snippet> {
        if matches!(&node.value, Yaml::Null) || matches!(&node.value, Yaml::Text(text) if text.trim().is_empty()) {
            self.push(Diagnostic::new(Code::EmptyExpression, node.at, format!("{what} is empty")).label("an expression is needed here"));
            return None;
        }
        match super::yaml::snippet(node, self.sources) {
            Some(snippet) => Some(snippet),
            None => {
                self.wrong_kind(node, &format!("{what} is an expression"));
                None
            }
        }
    }

    fn parts(&mut self, keys: &Keys<'_>, names: &mut Names, settings: &Settings, event_types: &EventTypes, fixtures: &[&str]) -> Option<Rule> {
        let id = keys.get("id").and_then(|node| self.id(node));
        let title = keys.get("title").and_then(|node| self.text(node, "`title`"));
        let status = keys.get("status").and_then(|node| self.word(node, "`status`", Status::WORDS));
        let confidence = keys
            .get("confidence")
            .and_then(|node| self.word(node, "`confidence`", &[("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)]));
        let description = keys.get("description").and_then(|node| self.text(node, "`description`"));
        let attack = keys.get("attack").map_or_else(Vec::new, |node| self.attack(node));
        let tags = self.plain_texts(keys, "tags");
        let references = self.plain_texts(keys, "references");
        let false_positives = self.plain_texts(keys, "false_positives");
        let runbook = keys.get("runbook").and_then(|node| self.text(node, "`runbook`"));
        if let Some(node) = keys.get("author") {
            self.text(node, "`author`");
        }
        for key in ["date", "modified"] {
            if let Some(node) = keys.get(key) {
                self.date(node);
            }
        }
        let enabled = keys.get("enabled").and_then(|node| self.truth(node, "`enabled`")).unwrap_or(true);
        let when_snippet = keys.get("when").and_then(|node| self.expression(node, "`when`"));
        let context_nodes = keys.get("context").map_or_else(Vec::new, |node| match &node.value {
            Yaml::Map(entries) => self.once(entries),
            _ => {
                self.wrong_kind(node, "`context` is a map of names");
                Vec::new()
            }
        });
        let context: Vec<(String, Snippet)> = context_nodes
            .into_iter()
            .filter_map(|(key, node)| self.expression(node, &format!("`{}`", key.text)).map(|snippet| (key.text.clone(), snippet)))
            .collect();

        let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
        let when = when_snippet.as_ref().and_then(|snippet| scope.condition(snippet));
        let context: Vec<(String, Arc<Typed>)> = context.iter().filter_map(|(name, snippet)| scope.value(snippet).map(|typed| (name.clone(), typed))).collect();
        let severity = keys.get("severity").map_or_else(Vec::new, |node| self.severity(node, names, settings, event_types));
        let alert = self.alert(keys, title.as_deref().unwrap_or(""), names, settings, event_types);
        let respond = keys.get("respond").map_or_else(Vec::new, |node| self.responses(node, names, settings, event_types));
        let cases = keys.get("tests").map_or_else(Vec::new, |node| self.cases(node, settings, fixtures));
        let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
        let empty = Snippet::whole(keys.first()?.file, "");
        scope.checker(&empty).check_all_names(true);
        let lets = names.lets.names().filter_map(|name| names.lets.meaning(name).map(|meaning| (name.to_owned(), meaning.clone()))).collect();
        let when_at = when_snippet.as_ref().map(|snippet| snippet.span(crate::language::Place { start: 0, end: snippet.text.len() }))?;
        Some(Rule {
            id: id?,
            title: title?,
            description: description?,
            severity,
            status: status?,
            confidence,
            attack,
            tags,
            references,
            false_positives,
            runbook,
            enabled,
            when: when?,
            lets,
            context,
            alert,
            respond,
            cases,
            when_at,
            id_at: keys.get("id").map_or(when_at, |node| node.at),
        })
    }

    fn plain_texts(&mut self, keys: &Keys<'_>, name: &str) -> Vec<String> {
        keys.get(name).map_or_else(Vec::new, |node| self.texts(node, &format!("`{name}`")).into_iter().map(|(text, _)| text).collect())
    }

    fn id(&mut self, node: &Node) -> Option<Arc<str>> {
        let text = self.text(node, "`id`")?;
        let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let part = |part: &str| part.split('-').all(word);
        if text.split('.').all(part) && text.len() <= 120 {
            return Some(Arc::from(text));
        }
        let fault = Diagnostic::new(Code::MalformedId, node.at, format!("`{text}` is not a rule id"))
            .label("small letters and digits, joined by `-` and `.`")
            .help("such as `okta.mfa-fatigue`");
        self.push(fault);
        None
    }

    fn attack(&mut self, node: &Node) -> Vec<String> {
        let texts = self.texts(node, "`attack`");
        let mut techniques = Vec::new();
        for (text, at) in texts {
            if is_technique(&text) {
                techniques.push(text);
            } else {
                self.push(
                    Diagnostic::new(Code::MalformedTechnique, at, format!("`{text}` is not an ATT&CK id")).label("written like T1621, T1078.004 or TA0001"),
                );
            }
        }
        techniques
    }

    fn date(&mut self, node: &Node) {
        let Some(text) = self.text(node, "a date") else { return };
        let is_date = text.len() == 10 && crate::event::Timestamp::parse(&format!("{text}T00:00:00Z")).is_some();
        if !is_date {
            self.push(Diagnostic::new(Code::MalformedDate, node.at, format!("`{text}` is not a date")).label("written like 2026-01-31"));
        }
    }

    fn severity(&mut self, node: &Node, names: &mut Names, settings: &Settings, event_types: &EventTypes) -> Vec<Grade> {
        let Yaml::List(nodes) = &node.value else {
            return self.word(node, "`severity`", Severity::WORDS).map(|level| Grade { when: None, level }).into_iter().collect();
        };
        let mut grades = Vec::new();
        for node in nodes {
            let Some(keys) = self.map(node, "an entry of `severity`", &["when", "level"], &["level"]) else { continue };
            let level = keys.get("level").and_then(|node| self.word(node, "`level`", Severity::WORDS));
            let when = match keys.get("when") {
                Some(node) => {
                    let Some(snippet) = self.expression(node, "`when`") else { continue };
                    let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
                    let Some(typed) = scope.condition(&snippet) else { continue };
                    Some(typed)
                }
                None => None,
            };
            if let Some(level) = level {
                grades.push(Grade { when, level });
            }
        }
        if grades.last().is_some_and(|grade| grade.when.is_some()) && grades.len() == nodes.len() {
            let at = nodes.last().map_or(node.at, |node| node.at);
            self.push(
                Diagnostic::new(Code::MissingKey, at, "the last entry of `severity` must hold always")
                    .label("it has a `when`")
                    .help("end the list with an entry that has only a `level`"),
            );
        }
        grades
    }

    fn alert(&mut self, keys: &Keys<'_>, title: &str, names: &mut Names, settings: &Settings, event_types: &EventTypes) -> Alert {
        let mut alert = Alert { title: Template::plain(title), group_by: Vec::new(), suppress: None };
        let Some(node) = keys.get("alert") else { return alert };
        let Some(keys) = self.map(node, "`alert`", &["title", "group_by", "suppress"], &[]) else { return alert };
        if let Some(snippet) = keys.get("title").and_then(|node| self.text_snippet(node, "`title`")) {
            let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
            alert.title = template::read(&snippet, &mut scope);
        }
        if let Some(node) = keys.get("group_by") {
            for node in self.list(node, "`group_by`") {
                let Some(snippet) = self.expression(node, "an entry of `group_by`") else { continue };
                let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
                alert.group_by.extend(scope.value(&snippet));
            }
        }
        alert.suppress = keys.get("suppress").and_then(|node| self.duration(node, "`suppress`", Code::MalformedQuantity));
        alert
    }
}

fn is_technique(text: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.chars().all(|c| c.is_ascii_digit());
    if let Some(rest) = text.strip_prefix("TA") {
        return digits(rest, 4);
    }
    match text.strip_prefix('T').map(|rest| rest.split_once('.')) {
        Some(Some((technique, sub))) => digits(technique, 4) && digits(sub, 3),
        Some(None) => text.get(1..).is_some_and(|rest| digits(rest, 4)),
        None => false,
    }
}

/// Says whether a text can be a name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
