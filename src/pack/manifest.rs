//! `pack.yml`: what a pack is called, which settings it has, and what it needs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::keys::Reader;
use super::yaml::{Node, Value as Yaml};
use crate::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::event::{Scalar, Type, Value};
use crate::language::{Setting, Settings, parse_quantity};

/// What a pack says of itself.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The name, such as `okta-recommended`.
    pub name: String,
    /// The version.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// Event types newer than the embedded catalogue.
    pub event_types: Vec<String>,
    /// Whether the System Log is polled beside the hook.
    pub polls_system_log: bool,
}

/// The types that a setting can have, with the words for them.
const TYPES: &[(&str, Type)] = &[
    ("text", Type::Scalar(Scalar::Text)),
    ("integer", Type::Scalar(Scalar::Int)),
    ("number", Type::Scalar(Scalar::Float)),
    ("boolean", Type::Scalar(Scalar::Bool)),
    ("duration", Type::Scalar(Scalar::Duration)),
    ("distance", Type::Scalar(Scalar::Distance)),
    ("speed", Type::Scalar(Scalar::Speed)),
    ("network", Type::Scalar(Scalar::Network)),
    ("list of text", Type::List(Scalar::Text)),
    ("list of network", Type::List(Scalar::Network)),
    ("list of integer", Type::List(Scalar::Int)),
];

impl Reader<'_> {
    /// Reads `pack.yml`; `lists` are the texts of the files that settings may name.
    pub(super) fn manifest(&mut self, node: &Node, lists: &BTreeMap<String, String>) -> (Manifest, Settings) {
        let mut manifest = Manifest::default();
        let mut settings = Settings::default();
        let Some(keys) =
            self.map(node, "a pack", &["name", "version", "description", "settings", "event_types", "sources"], &["name", "version", "description"])
        else {
            return (manifest, settings);
        };
        for (key, place) in [("name", &mut manifest.name), ("version", &mut manifest.version), ("description", &mut manifest.description)] {
            if let Some(text) = keys.get(key).and_then(|node| self.plain_text(node, key)) {
                *place = text;
            }
        }
        if let Some(node) = keys.get("event_types") {
            manifest.event_types = self.texts(node, "`event_types`").into_iter().map(|(text, _)| text).collect();
        }
        if let Some(node) = keys.get("sources") {
            for node in self.list(node, "`sources`") {
                if self.word(node, "a source", &[("hook", false), ("system_log", true)]) == Some(true) {
                    manifest.polls_system_log = true;
                }
            }
        }
        if let Some(node) = keys.get("settings") {
            self.settings(node, lists, &mut settings);
        }
        (manifest, settings)
    }

    /// Reads a text that may look like a number: a version is `1.10` and stays so.
    fn plain_text(&mut self, node: &Node, key: &str) -> Option<String> {
        match node.value {
            Yaml::Int(_) | Yaml::Float(_) => Some(self.sources.snippet(node.at).to_owned()),
            _ => self.text(node, &format!("`{key}`")),
        }
    }

    fn settings(&mut self, node: &Node, lists: &BTreeMap<String, String>, settings: &mut Settings) {
        let Yaml::Map(entries) = &node.value else {
            return self.wrong_kind(node, "`settings` is a map of names");
        };
        for (name, node) in self.once(entries) {
            let Some(keys) = self.map(node, "a setting", &["type", "default", "doc", "file"], &["type", "doc"]) else { continue };
            let Some(ty) = keys.get("type").and_then(|node| self.setting_type(node)) else { continue };
            let doc = keys.get("doc").and_then(|node| self.text(node, "`doc`")).unwrap_or_default();
            let value = match (keys.get("default"), keys.get("file")) {
                (_, Some(node)) => self.listed(node, ty, lists),
                (Some(node), None) => self.setting_value(node, ty),
                (None, None) => {
                    let fault =
                        Diagnostic::new(Code::MissingKey, name.at, format!("the setting `{}` needs a `default` or a `file`", name.text)).label("no value");
                    self.push(fault);
                    None
                }
            };
            if let Some(value) = value {
                settings.set(name.text.clone(), Setting { ty, value, doc });
            }
        }
    }

    fn setting_type(&mut self, node: &Node) -> Option<Type> {
        let text = self.text(node, "`type`")?;
        if let Some((_, ty)) = TYPES.iter().find(|(word, _)| *word == text) {
            return Some(*ty);
        }
        let near = nearest(&text, TYPES.iter().map(|(word, _)| *word));
        let all: Vec<&str> = TYPES.iter().map(|(word, _)| *word).collect();
        let fault = Diagnostic::new(Code::ValueNotAllowed, node.at, format!("a setting is never of the type `{text}`"))
            .label("unknown type")
            .did_you_mean(near)
            .note(format!("types are: {}", all.join(", ")));
        self.push(fault);
        None
    }

    fn listed(&mut self, node: &Node, ty: Type, lists: &BTreeMap<String, String>) -> Option<Value<'static>> {
        let name = self.text(node, "`file`")?;
        let (Type::List(scalar), Some(text)) = (ty, lists.get(&name)) else {
            let message = if matches!(ty, Type::List(_)) { format!("the list `{name}` cannot be read") } else { "only a list can stand in a file".to_owned() };
            self.push(
                Diagnostic::new(Code::UnreadableFile, node.at, message).label("named here").help("the file stands in the pack's folder, one entry a line"),
            );
            return None;
        };
        let mut values = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or("").trim();
            if entry.is_empty() {
                continue;
            }
            match one(entry, scalar) {
                Some(value) => values.push(value),
                None => {
                    let fault = Diagnostic::new(Code::BadSettingValue, node.at, format!("line {} of `{name}` is no {}", number + 1, Type::Scalar(scalar)))
                        .label(format!("`{entry}`"));
                    self.push(fault);
                    return None;
                }
            }
        }
        Some(Value::List(values))
    }

    /// Reads a value of a setting's type.
    pub(super) fn setting_value(&mut self, node: &Node, ty: Type) -> Option<Value<'static>> {
        if let Type::List(scalar) = ty {
            let Yaml::List(nodes) = &node.value else {
                self.bad_setting(node.at, ty);
                return None;
            };
            let values: Vec<Option<Value<'static>>> = nodes.iter().map(|node| self.setting_value(node, Type::Scalar(scalar))).collect();
            return values.into_iter().collect::<Option<Vec<_>>>().map(Value::List);
        }
        let Type::Scalar(scalar) = ty else { return None };
        let value = match (&node.value, scalar) {
            (Yaml::Bool(truth), Scalar::Bool) => Some(Value::Bool(*truth)),
            (Yaml::List(_) | Yaml::Map(_) | Yaml::Null, _) => None,
            (Yaml::Text(text), scalar) => one(text, scalar),
            (_, scalar) => one(self.sources.snippet(node.at), scalar),
        };
        if value.is_none() {
            self.bad_setting(node.at, ty);
        }
        value
    }

    fn bad_setting(&mut self, at: Span, ty: Type) {
        let word = TYPES.iter().find(|(_, found)| *found == ty).map_or("", |(word, _)| *word);
        self.push(Diagnostic::new(Code::BadSettingValue, at, "this value does not have the setting's type").label(format!("`{word}` is wanted")));
    }
}

/// Reads one value from its text.
pub(super) fn one(text: &str, scalar: Scalar) -> Option<Value<'static>> {
    let quantity = || parse_quantity(text).ok();
    Some(match scalar {
        Scalar::Text => Value::Text(Cow::Owned(text.to_owned())),
        Scalar::Int => Value::Int(text.replace('_', "").parse().ok()?),
        Scalar::Float => Value::Float(text.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite())?),
        Scalar::Bool => Value::Bool(text.parse().ok()?),
        Scalar::Duration => match quantity()? {
            crate::language::Quantity::Duration(length) => Value::Duration(length),
            _ => return None,
        },
        Scalar::Distance => match quantity()? {
            crate::language::Quantity::Distance(metres) => Value::Distance(metres),
            _ => return None,
        },
        Scalar::Speed => match quantity()? {
            crate::language::Quantity::Speed(speed) => Value::Speed(speed),
            _ => return None,
        },
        Scalar::Network => {
            let network = text.parse::<ipnet::IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(Into::into))?;
            Value::Network(network.trunc())
        }
        _ => return None,
    })
}
