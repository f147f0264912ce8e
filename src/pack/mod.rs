//! Packs: folders of YAML files to checked rules.
//!
//! Takes the files of a pack as bytes; gives its rules, settings and fixtures, and every fault of every file. Opens no file
//! itself: whoever calls it reads them. One broken file never stops the others.

mod case;
mod definitions;
mod embedded;
mod format;
mod keys;
mod lints;
mod manifest;
mod respond;
mod rule;
mod template;
mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span};
use crate::event::Value;
use crate::language::{Checker, EventTypes, NameTable, Names, Sets, Setting, Settings, Snippet};
use keys::Reader;

pub use case::{Case, Entry, Expect, From, REPEAT_MAX, Step, When, setting_from_text};
pub use definitions::Definition;
pub use embedded::recommended;
pub use format::format;
pub use manifest::Manifest;
pub use respond::{Action, Response};
pub use rule::{Alert, Confidence, Grade, REQUIRED_KEYS, RULE_KEYS, Rule, Severity, Status};
pub use template::{Part, Template};

/// One file of a pack.
#[derive(Clone, Debug)]
pub struct File {
    /// The name that messages show.
    pub name: String,
    /// What it is to the pack.
    pub role: Role,
    /// What it holds, or why it cannot be read.
    pub bytes: Result<Vec<u8>, String>,
}

/// What a file is to its pack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// `pack.yml`.
    Manifest,
    /// `definitions.yml`.
    Definitions,
    /// A sample event, by its name.
    Fixture(String),
    /// A list that a setting names, by its path in the pack.
    List(String),
    /// A rule.
    Rule,
}

/// A pack that has been read.
#[derive(Debug)]
pub struct Pack {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its settings with their values in this workspace.
    pub settings: Settings,
    /// The event types that its rules can name.
    pub event_types: EventTypes,
    /// Those event types, told apart by index.
    pub sets: Arc<Sets>,
    /// Its definitions.
    pub definitions: Vec<Definition>,
    /// Its rules without errors, in the order of their ids.
    pub rules: Vec<Rule>,
    /// Its sample events.
    pub fixtures: BTreeMap<String, serde_json::Value>,
    /// The definitions, not yet checked, for rules that are read again.
    table: NameTable,
    /// The rule files, for rules that are read again.
    nodes: BTreeMap<Arc<str>, yaml::Node>,
}

/// Packs and what was found wrong with them.
#[derive(Debug, Default)]
pub struct Library {
    /// The texts of all files.
    pub sources: Sources,
    /// The packs.
    pub packs: Vec<Pack>,
    /// Every fault, in the order of files and places.
    pub faults: Vec<Diagnostic>,
}

impl Library {
    /// Returns an empty library.
    pub fn new() -> Self {
        Library::default()
    }

    /// Returns every rule with its pack.
    pub fn rules(&self) -> impl Iterator<Item = (&Pack, &Rule)> {
        self.packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)))
    }

    /// Returns the rule of an id.
    pub fn rule(&self, id: &str) -> Option<(&Pack, &Rule)> {
        self.rules().find(|(_, rule)| &*rule.id == id)
    }

    /// Reads a pack; `overrides` are the workspace's values of settings. What is wrong is added to the faults.
    pub fn add(&mut self, files: &[File], overrides: &BTreeMap<String, Value<'static>>) {
        let texts: Vec<Option<FileId>> = files.iter().map(|file| self.text(file)).collect();
        let pack = {
            let Library { sources, faults, .. } = self;
            let mut reader = Reader { sources, faults };
            read_pack(&mut reader, files, &texts, overrides)
        };
        lints::across(&pack.rules, self.packs.iter().flat_map(|pack| &pack.rules), &mut self.faults);
        self.packs.push(pack);
        let Library { sources, faults, .. } = self;
        faults.sort_by(|a, b| (sources.name(a.span.file), a.span.start, a.code).cmp(&(sources.name(b.span.file), b.span.start, b.code)));
        // What several rules share is at fault once.
        faults.dedup();
    }

    /// Notes that a path holds no rule: an empty folder must not look like success.
    pub fn no_rules(&mut self, name: &str) {
        let id = self.sources.add(name, "");
        let fault = Diagnostic::new(Code::NoRules, Span::new(id, 0, 0), format!("no rules found in `{name}`"))
            .help("rules are files that end in `.yml`, one rule in each");
        self.faults.push(fault);
    }

    /// Takes a file's text in; a file that cannot be read or is no text is a fault.
    fn text(&mut self, file: &File) -> Option<FileId> {
        match &file.bytes {
            Err(why) => {
                let id = self.sources.add(file.name.clone(), "");
                self.faults.push(Diagnostic::new(Code::UnreadableFile, Span::new(id, 0, 0), format!("`{}` cannot be read: {why}", file.name)));
                None
            }
            Ok(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Some(self.sources.add(file.name.clone(), text.strip_prefix('\u{feff}').unwrap_or(text))),
                Err(error) => {
                    let at = error.valid_up_to();
                    let id = self.sources.add(file.name.clone(), String::from_utf8_lossy(bytes));
                    let fault = Diagnostic::new(Code::NotUtf8, Span::new(id, at, at), "this file is not UTF-8 text")
                        .label("the first byte that does not fit")
                        .help("save it as UTF-8");
                    self.faults.push(fault);
                    None
                }
            },
        }
    }
}

impl Pack {
    /// Reads a rule again with other values of settings.
    ///
    /// # Errors
    /// The faults that the other values bring.
    pub fn rule_with(&self, id: &str, overrides: &BTreeMap<String, Value<'static>>, sources: &Sources) -> Result<Rule, Vec<Diagnostic>> {
        let mut settings = self.settings.clone();
        override_settings(&mut settings, overrides);
        let mut faults = Vec::new();
        let fixtures: Vec<&str> = self.fixtures.keys().map(String::as_str).collect();
        let mut names = Names { lets: NameTable::default(), definitions: self.table.clone() };
        let Some(node) = self.nodes.get(id) else { return Err(faults) };
        let mut reader = Reader { sources, faults: &mut faults };
        let rule = reader.rule(node, &mut names, &settings, &self.event_types, &fixtures);
        rule.ok_or(faults)
    }
}

fn override_settings(settings: &mut Settings, overrides: &BTreeMap<String, Value<'static>>) {
    for (name, value) in overrides {
        if let Some(setting) = settings.get(name).cloned() {
            settings.set(name.clone(), Setting { value: value.clone(), ..setting });
        }
    }
}

fn read_pack(reader: &mut Reader<'_>, files: &[File], texts: &[Option<FileId>], overrides: &BTreeMap<String, Value<'static>>) -> Pack {
    let with_text = || files.iter().zip(texts).filter_map(|(file, id)| id.map(|id| (file, id)));
    let sources = reader.sources;
    let lists: BTreeMap<String, String> = with_text()
        .filter_map(|(file, id)| match &file.role {
            Role::List(name) => Some((name.clone(), sources.text(id).to_owned())),
            _ => None,
        })
        .collect();
    let mut manifest = Manifest::default();
    let mut settings = Settings::default();
    for (_, id) in with_text().filter(|(file, _)| file.role == Role::Manifest) {
        if let Some(node) = node_of(reader, id) {
            (manifest, settings) = reader.manifest(&node, &lists);
        }
    }
    override_settings(&mut settings, overrides);
    let event_types = EventTypes::with(manifest.event_types.iter().cloned());
    let mut fixtures = BTreeMap::new();
    for (file, id) in with_text() {
        if let Role::Fixture(name) = &file.role
            && let Some(event) = fixture(reader, id)
        {
            fixtures.insert(name.clone(), event);
        }
    }
    let fixture_names: Vec<&str> = fixtures.keys().map(String::as_str).collect();
    let mut table = NameTable::default();
    let mut definitions = Vec::new();
    for (_, id) in with_text().filter(|(file, _)| file.role == Role::Definitions) {
        if let Some(node) = node_of(reader, id) {
            (table, definitions) = reader.definitions(&node, &fixture_names);
            let empty = Snippet::whole(id, "");
            let mut names = Names { lets: NameTable::default(), definitions: table.clone() };
            Checker::new(&empty, &mut names, &settings, &event_types, reader.faults).check_all_names(false);
        }
    }
    let sets = Arc::new(Sets::event_types(&event_types));
    let mut rules: Vec<Rule> = Vec::new();
    let mut nodes = BTreeMap::new();
    // The faults of definitions have been reported; rules that use them do not repeat these.
    let mut checked = Names { lets: NameTable::default(), definitions: table.clone() };
    if let Some((_, id)) = with_text().next() {
        let empty = Snippet::whole(id, "");
        let mut ignored = Vec::new();
        Checker::new(&empty, &mut checked, &settings, &event_types, &mut ignored).check_all_names(false);
    }
    for (_, id) in with_text().filter(|(file, _)| file.role == Role::Rule) {
        let Some(node) = node_of(reader, id) else { continue };
        let mut names = Names { lets: NameTable::default(), definitions: checked.definitions.clone() };
        let read = reader.rule(&node, &mut names, &settings, &event_types, &fixture_names);
        let subject = lints::Subject { node: &node, names: &names, sets: &sets, event_types: &event_types, polls_system_log: manifest.polls_system_log };
        lints::one(&subject, read.as_ref(), reader.faults);
        let Some(rule) = read else { continue };
        nodes.insert(rule.id.clone(), node);
        rules.push(rule);
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    Pack { manifest, settings, event_types, sets, definitions, rules, fixtures, table, nodes }
}

fn node_of(reader: &mut Reader<'_>, id: FileId) -> Option<yaml::Node> {
    match yaml::read(id, reader.sources.text(id)) {
        Ok(node) => Some(node),
        Err(fault) => {
            reader.push(*fault);
            None
        }
    }
}

fn fixture(reader: &mut Reader<'_>, id: FileId) -> Option<serde_json::Value> {
    match serde_json::from_str::<serde_json::Value>(reader.sources.text(id)) {
        Ok(event) if event.is_object() => Some(event),
        Ok(_) => {
            reader.push(Diagnostic::new(Code::WrongKind, Span::new(id, 0, 0), "a fixture is one event").label("this is no JSON object"));
            None
        }
        Err(error) => {
            let start: usize = reader.sources.text(id).split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = start + error.column().saturating_sub(1);
            reader.push(Diagnostic::new(Code::BrokenYaml, Span::new(id, at, at), "this fixture is not valid JSON").label(error.to_string()));
            None
        }
    }
}

/// Reads a YAML text as JSON, under the limits that the files of a pack have; for files that are no part of a pack.
///
/// # Errors
/// A sentence with the line: the text is too large, no YAML, more than one document, or over a limit.
pub fn yaml_to_json(text: &str) -> Result<serde_json::Value, String> {
    let mut sources = Sources::new();
    let file = sources.add("", text);
    yaml::read(file, text).map(|node| node.to_json()).map_err(|fault| {
        let line = sources.position(file, fault.span.start).line;
        format!("line {line}: {}", fault.message)
    })
}
