//! Reading maps: which keys there are, which are missing, which do not belong; and values of the kinds that keys have.

use std::collections::HashMap;

use super::yaml::{Key, Node, Value, snippet};
use crate::diagnostic::{Code, Diagnostic, Sources, Span, nearest};
use crate::event::Span as Duration;
use crate::language::Snippet;

/// Most unknown keys of one map for which a likely one is looked for.
const GUESSES_MAX: usize = 50;

/// What reading needs: the texts, and where faults go.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources,
    pub(super) faults: &'a mut Vec<Diagnostic>,
}

/// A map whose keys have been checked.
pub(super) struct Keys<'n> {
    entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Keys<'n> {
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| *node)
    }

    pub(super) fn key(&self, name: &str) -> Option<&'n Key> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(key, _)| *key)
    }

    pub(super) fn first(&self) -> Option<Span> {
        self.entries.first().map(|(key, _)| key.at)
    }
}

impl Reader<'_> {
    pub(super) fn push(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// Reads a map; `what` names it in messages, such as "a rule".
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str, allowed: &[&str], required: &[&str]) -> Option<Keys<'n>> {
        let Value::Map(entries) = &node.value else {
            self.wrong_kind(node, &format!("{what} is a map of keys"));
            return None;
        };
        let keys = Keys { entries: self.once(entries) };
        let mut meant = Vec::new();
        for (key, _) in keys.entries.iter().filter(|(key, _)| !allowed.contains(&key.text.as_str())) {
            // Guessing costs far more than reading; a file with so many unknown keys holds something else than a slip.
            let near = if meant.len() < GUESSES_MAX { nearest(&key.text, allowed.iter().copied()) } else { None };
            meant.push(near);
            let fault = Diagnostic::new(Code::UnknownKey, key.at, format!("{what} has no key `{}`", key.text)).label("unknown key").did_you_mean(near);
            let fault = if near.is_none() { fault.note(format!("its keys are: {}", allowed.join(", "))) } else { fault };
            self.push(fault);
        }
        let missing: Vec<&str> = required.iter().copied().filter(|name| keys.get(name).is_none() && !meant.contains(&Some(*name))).collect();
        let at = keys.first().unwrap_or(node.at);
        for name in &missing {
            self.push(
                Diagnostic::new(Code::MissingKey, at, format!("{what} needs the key `{name}`")).label(format!("`{name}` is missing")).help(key_help(name)),
            );
        }
        missing.is_empty().then_some(keys)
    }

    /// Returns the entries of a map; of a key that stands twice only the first one, and a fault.
    pub(super) fn once<'n>(&mut self, entries: &'n [(Key, Node)]) -> Vec<(&'n Key, &'n Node)> {
        let mut places: HashMap<&str, Span> = HashMap::new();
        let mut first = Vec::new();
        for (key, node) in entries {
            match places.get(key.text.as_str()) {
                Some(before) => {
                    let fault = Diagnostic::new(Code::DuplicateKey, key.at, format!("the key `{}` stands twice", key.text))
                        .label("once more")
                        .also(*before, "first here");
                    self.push(fault);
                }
                None => {
                    places.insert(&key.text, key.at);
                    first.push((key, node));
                }
            }
        }
        first
    }

    pub(super) fn wrong_kind(&mut self, node: &Node, wanted: &str) {
        let fault = Diagnostic::new(Code::WrongKind, node.at, wanted.to_owned()).label(format!("this is {}", node.kind()));
        self.push(fault);
    }

    /// Reads a text; numbers and truths are taken as they are written, with a warning, since YAML may have changed them.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        self.text_snippet(node, what).map(|snippet| snippet.text)
    }

    /// Reads a text and keeps its places.
    pub(super) fn text_snippet(&mut self, node: &Node, what: &str) -> Option<Snippet> {
        let Some(snippet) = snippet(node, self.sources) else {
            self.wrong_kind(node, &format!("{what} is a text"));
            return None;
        };
        let raw = self.sources.snippet(node.at);
        if is_ambiguous(node, raw) {
            let fault = Diagnostic::new(Code::AmbiguousScalar, node.at, format!("YAML may read `{raw}` as something other than text"));
            let fault = fault.label("not in quotation marks").fix(format!("write `\"{raw}\"`"), format!("\"{raw}\""));
            self.push(fault);
        }
        if snippet.text.trim().is_empty() {
            self.push(Diagnostic::new(Code::EmptyText, node.at, format!("{what} is empty")).label("some text is needed here"));
            return None;
        }
        Some(snippet)
    }

    /// Reads a list of texts.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<(String, Span)> {
        let Value::List(nodes) = &node.value else {
            self.wrong_kind(node, &format!("{what} is a list"));
            return Vec::new();
        };
        nodes.iter().filter_map(|node| self.text(node, &format!("an entry of {what}")).map(|text| (text, node.at))).collect()
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(nodes) => nodes,
            _ => {
                self.wrong_kind(node, &format!("{what} is a list"));
                &[]
            }
        }
    }

    pub(super) fn truth(&mut self, node: &Node, what: &str) -> Option<bool> {
        match node.value {
            Value::Bool(truth) => Some(truth),
            _ => {
                self.wrong_kind(node, &format!("{what} is `true` or `false`"));
                None
            }
        }
    }

    /// Reads one of several words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(node, what)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let near =
            nearest(&text, words.iter().map(|(word, _)| *word)).or_else(|| words.iter().map(|(word, _)| *word).find(|word| word.eq_ignore_ascii_case(&text)));
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let fault = Diagnostic::new(Code::ValueNotAllowed, node.at, format!("{what} is never `{text}`"))
            .label("not one of its values")
            .did_you_mean(near)
            .note(format!("it is one of: {}", all.join(", ")));
        self.push(fault);
        None
    }

    /// Reads a duration such as `15m`.
    pub(super) fn duration(&mut self, node: &Node, what: &str, code: Code) -> Option<Duration> {
        let raw = self.sources.snippet(node.at).trim().trim_matches(['"', '\'']).to_owned();
        if !matches!(node.value, Value::Text(_) | Value::Int(_) | Value::Float(_)) {
            self.wrong_kind(node, &format!("{what} is a duration"));
            return None;
        }
        if let Some(length) = Duration::parse(&raw) {
            return Some(length);
        }
        if Duration::is_too_long(&raw) {
            let fault = Diagnostic::new(code, node.at, format!("`{raw}` is too long")).label(format!("{what} is a duration"));
            self.push(fault.help(crate::language::longest_duration()));
            return None;
        }
        let compact: String = raw.split_whitespace().collect();
        let meant = crate::language::parse_quantity(&compact)
            .err()
            .and_then(|bad| bad.meant)
            .or_else(|| (compact != raw && Duration::parse(&compact).is_some()).then_some(compact));
        let fault = Diagnostic::new(code, node.at, format!("`{raw}` is not a duration")).label(format!("{what} is a duration"));
        let fault = match meant {
            Some(meant) => fault.fix(format!("write `{meant}`"), meant),
            None => fault.help("durations are written `90s`, `15m`, `8h`, `30d`, `1h30m`"),
        };
        self.push(fault);
        None
    }
}

fn key_help(name: &str) -> String {
    match name {
        "id" => "such as `id: okta.mfa-fatigue`".to_owned(),
        "severity" => "one of informational, low, medium, high, critical".to_owned(),
        "status" => "one of experimental, test, stable, deprecated".to_owned(),
        "when" => "the condition that raises the alert".to_owned(),
        "description" => "say what it catches and why it matters".to_owned(),
        "expect" => "`alert`, `none`, or how many: `{alerts: 2}`".to_owned(),
        name => format!("add `{name}: ...`"),
    }
}

/// Says whether a plain scalar is one that YAML readers disagree about, where text is meant.
fn is_ambiguous(node: &Node, raw: &str) -> bool {
    let first = raw.chars().next();
    if matches!(first, Some('"' | '\'' | '|' | '>')) {
        return false;
    }
    match &node.value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
        Value::Text(text) => {
            let is_word = matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off");
            let is_number = text.len() > 1 && text.starts_with('0') && text.chars().all(|c| c.is_ascii_digit());
            is_word || is_number
        }
        _ => false,
    }
}
