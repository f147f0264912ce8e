//! What names can mean: `let`, definitions, settings, and the event types there are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Checker, SharedHistory};
use crate::diagnostic::{Code, Span};
use crate::event::{Type, Value, event_types};
use crate::language::ast::{Place, Query};
use crate::language::functions::function;
use crate::language::snippet::Snippet;
use crate::language::typed::{Node, Typed};

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// An expression.
    Value(Arc<Typed>),
    /// A history.
    History(SharedHistory),
    /// Something at fault, which has been reported.
    Broken,
}

#[derive(Clone, Debug)]
enum State {
    Unchecked,
    Checking,
    Done(Meaning),
}

#[derive(Clone, Debug)]
struct Entry {
    at: Span,
    snippet: Arc<Snippet>,
    query: Arc<Query>,
    state: State,
    used: bool,
}

/// Names and what they stand for, checked when first used.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    entries: BTreeMap<String, Entry>,
}

impl NameTable {
    /// Adds a name; `at` is where the name itself stands. A second entry of a name is not taken.
    pub fn add(&mut self, name: &str, at: Span, snippet: Snippet, query: Query) {
        let entry = Entry { at, snippet: Arc::new(snippet), query: Arc::new(query), state: State::Unchecked, used: false };
        self.entries.entry(name.to_owned()).or_insert(entry);
    }

    /// Adds a name whose meaning is at fault, so that its uses are not reported as well.
    pub fn add_broken(&mut self, name: &str, at: Span, snippet: Snippet) {
        let place = Place::default();
        let query =
            Query { expr: crate::language::ast::Expr { kind: crate::language::ast::Kind::Broken, at: place }, keys: Vec::new(), within: None, at: place };
        let entry = Entry { at, snippet: Arc::new(snippet), query: Arc::new(query), state: State::Done(Meaning::Broken), used: true };
        self.entries.entry(name.to_owned()).or_insert(entry);
    }

    /// Returns the names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Returns the names nothing has used yet, with their places.
    pub fn unused(&self) -> Vec<(String, Span)> {
        self.entries.iter().filter(|(_, entry)| !entry.used).map(|(name, entry)| (name.clone(), entry.at)).collect()
    }

    /// Returns what a name stands for, if it has been checked.
    pub fn meaning(&self, name: &str) -> Option<&Meaning> {
        match &self.entries.get(name)?.state {
            State::Done(meaning) => Some(meaning),
            _ => None,
        }
    }

    /// Returns where a name stands.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.entries.get(name).map(|entry| entry.at)
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The names of a rule, and behind them those of its pack.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The rule's own `let`.
    pub lets: NameTable,
    /// The pack's definitions.
    pub definitions: NameTable,
}

impl Names {
    /// Says why a name cannot be given, if it cannot: Okta's fields and the language's words come first.
    pub fn taken(name: &str) -> Option<String> {
        if function(name).is_some() {
            return Some(format!("`{name}` is a function"));
        }
        if matches!(
            name,
            "now"
                | "and"
                | "or"
                | "not"
                | "in"
                | "contains"
                | "starts_with"
                | "ends_with"
                | "like"
                | "matches"
                | "by"
                | "within"
                | "of"
                | "true"
                | "false"
                | "null"
                | "until"
                | "learning"
                | "each"
                | "times"
        ) {
            return Some(format!("`{name}` is a word of the language"));
        }
        let is_root = crate::event::fields().iter().any(|field| field.path.split('.').next() == Some(name));
        (is_root || name == "debug" || name == "debugContext").then(|| format!("`{name}` is a field of the event"))
    }
}

/// A setting with its type and its value in this workspace.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The type.
    pub ty: Type,
    /// The value.
    pub value: Value<'static>,
    /// What it is for.
    pub doc: String,
}

/// The settings of a pack.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    entries: BTreeMap<String, Setting>,
    used: RefCell<BTreeSet<String>>,
}

impl Settings {
    /// Adds or replaces a setting.
    pub fn set(&mut self, name: impl Into<String>, setting: Setting) {
        self.entries.insert(name.into(), setting);
    }

    /// Returns a setting.
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.entries.get(name)
    }

    /// Returns the names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(super) fn mark_used(&self, name: &str) {
        self.used.borrow_mut().insert(name.to_owned());
    }
}

/// Okta's event types, and those that a pack declares because they are newer than the embedded catalogue.
#[derive(Clone, Debug, Default)]
pub struct EventTypes {
    extra: BTreeSet<String>,
}

impl EventTypes {
    /// Returns Okta's catalogue with `extra` added.
    pub fn with(extra: impl IntoIterator<Item = String>) -> Self {
        EventTypes { extra: extra.into_iter().collect() }
    }

    /// Says whether there is such a type. Alerts are events of the type `clarion.alert`.
    pub fn contains(&self, name: &str) -> bool {
        crate::event::event_type(name).is_some() || name == ALERT_EVENT_TYPE || self.extra.contains(name)
    }

    /// Returns every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        event_types().iter().map(|event_type| event_type.name).chain(self.extra.iter().map(String::as_str)).chain([ALERT_EVENT_TYPE])
    }
}

/// The type under which alerts are events of their own.
pub const ALERT_EVENT_TYPE: &str = "clarion.alert";

impl Checker<'_> {
    /// Returns what a name stands for, checking it first if that has not happened yet.
    pub(super) fn named(&mut self, name: &str, place: Place) -> Option<Meaning> {
        if self.names.lets.entries.contains_key(name) {
            return Some(self.resolve(name, place, true));
        }
        self.names.definitions.entries.contains_key(name).then(|| self.resolve(name, place, false))
    }

    fn table(&mut self, own: bool) -> &mut NameTable {
        if own { &mut self.names.lets } else { &mut self.names.definitions }
    }

    fn resolve(&mut self, name: &str, place: Place, own: bool) -> Meaning {
        let Some(entry) = self.table(own).entries.get_mut(name) else { return Meaning::Broken };
        entry.used = true;
        match &entry.state {
            State::Done(meaning) => return meaning.clone(),
            State::Checking => {
                let at = entry.at;
                entry.state = State::Done(Meaning::Broken);
                let fault = crate::diagnostic::Diagnostic::new(Code::CircularNames, at, format!("`{name}` means itself"))
                    .label("its meaning needs its own")
                    .also(self.span(place), "used here");
                self.push(fault);
                return Meaning::Broken;
            }
            State::Unchecked => entry.state = State::Checking,
        }
        let (snippet, query) = (entry.snippet.clone(), entry.query.clone());
        // A definition does not see the names of the rule that uses it.
        let hidden = if own { None } else { Some(std::mem::take(&mut self.names.lets)) };
        let mut inner = Checker::new(&snippet, self.names, self.settings, self.event_types, self.faults);
        inner.depth = self.depth + 1;
        let meaning = inner.meaning(&query);
        if let Some(lets) = hidden {
            self.names.lets = lets;
        }
        if let Some(entry) = self.table(own).entries.get_mut(name) {
            // A circle has marked the name as broken in the meantime.
            if !matches!(entry.state, State::Done(_)) {
                entry.state = State::Done(wrapped(name, meaning));
            }
            if let State::Done(meaning) = &entry.state {
                return meaning.clone();
            }
        }
        Meaning::Broken
    }

    /// Checks every name of the pack or the rule, used or not, so that all faults are reported.
    pub fn check_all_names(&mut self, own: bool) {
        let names: Vec<String> = self.table(own).entries.keys().cloned().collect();
        for name in names {
            let used = self.table(own).entries.get(&name).is_some_and(|entry| entry.used);
            self.resolve(&name, Place::default(), own);
            if let Some(entry) = self.table(own).entries.get_mut(&name) {
                entry.used = used;
            }
        }
    }

    /// Says what name was probably meant.
    pub(super) fn near_name(&self, name: &str) -> Option<String> {
        let lets = self.names.lets.names();
        let definitions = self.names.definitions.names();
        let fields = crate::event::fields().iter().map(|field| field.path);
        let steps = self.surroundings.steps.iter().flatten().map(|step| &**step);
        crate::diagnostic::nearest(name, lets.chain(definitions).chain(steps).chain(fields)).map(str::to_owned)
    }
}

/// Keeps the name beside the meaning, for explanations.
fn wrapped(name: &str, meaning: Meaning) -> Meaning {
    match meaning {
        Meaning::Value(typed) => {
            let (ty, at) = (typed.ty, typed.at);
            Meaning::Value(Typed::new(Node::Named(Arc::from(name), typed), ty, at))
        }
        other => other,
    }
}
