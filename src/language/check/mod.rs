//! Tree to meaning: names are resolved and types are checked.
//!
//! Takes a tree and what its names can mean; gives a [`Typed`] expression or a [`History`], and every fault. A part that
//! is at fault gives nothing, so that one mistake is reported once.

mod call;
mod compare;
mod history;
mod names;
mod path;
mod value;

use std::sync::Arc;

use super::ast::{Call, Expr, Kind, Place, Query};
use super::functions::{Form, function};
use super::snippet::Snippet;
use super::typed::{History, Node, Typed};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{RecordKind, Scalar, Type};

pub(crate) use compare::quoted;
pub use names::{ALERT_EVENT_TYPE, EventTypes, Meaning, NameTable, Names, Setting, Settings};

/// Most nodes an expression may have when every name is filled in.
pub const NODES_MAX: usize = 20_000;

/// Deepest nesting of an expression when every name is filled in: whoever walks through one calls himself at each level.
pub(super) const LEVELS_MAX: usize = 200;

/// Deepest nesting while expressions are checked, names that are checked on the way among them.
const CHECK_DEPTH_MAX: usize = 128;

/// Checks expressions of one rule file.
pub struct Checker<'a> {
    /// The text at hand.
    pub snippet: &'a Snippet,
    /// What names can mean.
    pub names: &'a mut Names,
    /// The settings of the pack and the workspace.
    pub settings: &'a Settings,
    /// Okta's catalogue and what the pack adds to it.
    pub event_types: &'a EventTypes,
    /// Where faults go.
    pub faults: &'a mut Vec<Diagnostic>,
    surroundings: Surroundings,
    /// How many expressions are being checked, each as a part of the one before.
    depth: usize,
}

/// What surrounds the part that is being checked.
#[derive(Clone, Default)]
struct Surroundings {
    /// Whether a history's population is being checked, so that `now.` has a meaning.
    in_population: bool,
    /// The lists that `any` and its like go through, innermost last.
    elements: Vec<RecordKind>,
    /// The names of the sequence's earlier steps.
    steps: Vec<Option<Arc<str>>>,
    /// The names of all of its steps, those that come later among them.
    step_names: Vec<Arc<str>>,
}

impl<'a> Checker<'a> {
    /// Makes a checker for one text.
    pub fn new(snippet: &'a Snippet, names: &'a mut Names, settings: &'a Settings, event_types: &'a EventTypes, faults: &'a mut Vec<Diagnostic>) -> Self {
        Checker { snippet, names, settings, event_types, faults, surroundings: Surroundings::default(), depth: 0 }
    }

    /// Checks a condition: it must be true or false.
    pub fn condition(&mut self, query: &Query) -> Option<Arc<Typed>> {
        if query.has_tail() {
            self.query_as_value(query.at, query);
            return None;
        }
        let typed = self.truth(&query.expr)?;
        self.within_size(typed)
    }

    /// Checks an expression that may have any single value: in titles, keys, context and arguments of actions.
    pub fn value(&mut self, query: &Query) -> Option<Arc<Typed>> {
        if query.has_tail() {
            self.query_as_value(query.at, query);
            return None;
        }
        let typed = self.expr(&query.expr)?;
        if let Type::Record(_) | Type::Records(_) = typed.ty {
            self.push(
                self.fault(Code::RecordCompared, query.expr.at, "a list of records has no text of its own")
                    .help("name a field of one of them, such as `target.user.alternateId`"),
            );
            return None;
        }
        self.within_size(typed)
    }

    /// Checks what a name shall stand for: an expression or a history.
    pub fn meaning(&mut self, query: &Query) -> Meaning {
        let is_history = query.has_tail() || self.names_history(&query.expr);
        if is_history {
            return self.history(query).filter(|history| self.history_within_size(history)).map_or(Meaning::Broken, Meaning::History);
        }
        match self.expr(&query.expr).and_then(|typed| self.within_size(typed)) {
            Some(typed) => Meaning::Value(typed),
            None => Meaning::Broken,
        }
    }

    fn within_size(&mut self, typed: Arc<Typed>) -> Option<Arc<Typed>> {
        let at = typed.at;
        (self.fits(typed.size, typed.depth, at)).then_some(typed)
    }

    fn history_within_size(&mut self, history: &History) -> bool {
        let parts = || history.keys.iter().map(|key| &key.past).chain([&history.population]);
        let size = parts().fold(0usize, |size, part| size.saturating_add(part.size));
        let depth = parts().map(|part| part.depth).max().unwrap_or(0);
        self.fits(size, depth, history.at)
    }

    fn fits(&mut self, size: usize, depth: usize, at: Span) -> bool {
        if size > NODES_MAX {
            self.push(
                Diagnostic::new(Code::TooLong, at, "this expression is too big once its names are filled in")
                    .label(format!("{size} parts; at most {NODES_MAX}")),
            );
        } else if depth > LEVELS_MAX {
            self.push(
                Diagnostic::new(Code::NestedTooDeep, at, "this expression is nested too deep once its names are filled in")
                    .label(format!("{depth} levels; at most {LEVELS_MAX}")),
            );
        }
        size <= NODES_MAX && depth <= LEVELS_MAX
    }

    /// Checks an expression that must be true or false.
    fn truth(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        if self.names_history(expr) {
            self.expr_as_value(expr);
            return None;
        }
        let typed = self.expr(expr)?;
        if typed.ty == Type::Scalar(Scalar::Bool) {
            return Some(typed);
        }
        let fault = self.fault(Code::NotACondition, expr.at, "a condition must be true or false");
        let fault = fault.label(format!("this is {}", typed.ty));
        let fault = match (&expr.kind, typed.ty) {
            (Kind::Path(_), Type::Scalar(_)) => fault.help(format!("compare it with something, or ask `exists({})`", self.snippet.get(expr.at))),
            (Kind::Path(_), Type::Records(_)) => {
                fault.help(format!("ask `any({}, ...)` or `len({}) > 0`", self.snippet.get(expr.at), self.snippet.get(expr.at)))
            }
            (Kind::Call(_), _) => fault.help("compare its value with something, such as `>= 5`"),
            _ => fault,
        };
        self.push(fault);
        None
    }

    /// Checks any expression.
    fn expr(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        if self.depth >= CHECK_DEPTH_MAX {
            self.push(
                self.fault(Code::NestedTooDeep, expr.at, "this expression is nested too deep once its names are filled in")
                    .label("names stand for names that stand for names"),
            );
            return None;
        }
        self.depth += 1;
        let typed = self.any_expr(expr);
        self.depth -= 1;
        typed
    }

    fn any_expr(&mut self, expr: &Expr) -> Option<Arc<Typed>> {
        let at = self.span(expr.at);
        match &expr.kind {
            Kind::Broken => None,
            Kind::Text(_) | Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Quantity(_) => self.literal(expr),
            Kind::Regex { .. } => {
                self.push(
                    self.fault(Code::UnexpectedText, expr.at, "a regular expression stands only behind `matches`").help("write `field matches /pattern/`"),
                );
                None
            }
            Kind::List(parts) => self.list(expr.at, parts),
            Kind::Range(low, high) => {
                let (low, high) = (*low, *high);
                (low <= high).then(|| Typed::new(Node::Range(low, high), Type::List(Scalar::Int), at))
            }
            Kind::Path(path) => self.path(expr.at, path),
            Kind::Element(segments) => self.element(expr.at, segments),
            Kind::Setting(name) => self.setting(expr.at, name),
            Kind::Not(inner) => {
                let inner = self.truth(inner)?;
                Some(Typed::new(Node::Not(inner), Type::Scalar(Scalar::Bool), at))
            }
            Kind::And(parts) => self.junction(parts, at, Node::And),
            Kind::Or(parts) => self.junction(parts, at, Node::Or),
            Kind::Negate(inner) => self.negate(expr.at, inner),
            Kind::Arithmetic(operator, left, right) => self.arithmetic(expr.at, *operator, left, right),
            Kind::Compare(compare) => self.compare(expr.at, compare),
            Kind::Call(call) => self.call(expr.at, call),
            Kind::Member(base, segments) => {
                let base = self.expr(base)?;
                match base.ty {
                    Type::Records(kind) => self.picked(expr.at, base, kind, segments),
                    _ => self.enter_value(expr.at, base, segments),
                }
            }
            Kind::Paren(query) => {
                if query.has_tail() {
                    self.query_as_value(expr.at, query);
                    return None;
                }
                self.expr(&query.expr)
            }
        }
    }

    fn junction(&mut self, parts: &[Expr], at: Span, make: fn(Vec<Arc<Typed>>) -> Node) -> Option<Arc<Typed>> {
        let typed: Vec<Option<Arc<Typed>>> = parts.iter().map(|part| self.truth(part)).collect();
        let typed: Option<Vec<Arc<Typed>>> = typed.into_iter().collect();
        Some(Typed::new(make(typed?), Type::Scalar(Scalar::Bool), at))
    }

    fn setting(&mut self, place: Place, name: &str) -> Option<Arc<Typed>> {
        let at = self.span(place);
        let Some(setting) = self.settings.get(name) else {
            let near = crate::diagnostic::nearest(name, self.settings.names()).map(|near| format!("${near}"));
            let fault = self.fault(Code::UnknownSetting, place, format!("unknown setting `${name}`")).label("the pack has no setting of this name");
            let fault = fault.did_you_mean(near.as_deref());
            let fault = if near.is_none() { fault.help("settings are declared under `settings` in `pack.yml`") } else { fault };
            self.push(fault);
            return None;
        };
        self.settings.mark_used(name);
        let (value, ty) = (setting.value.clone(), setting.ty);
        Some(Typed::new(Node::Setting(Arc::from(name), value), ty, at))
    }

    /// Says whether an expression is the name of a history, or a history in parentheses.
    fn names_history(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Paren(query) => query.has_tail() || self.names_history(&query.expr),
            Kind::Path(path) if path.segments.is_empty() => matches!(self.named(&path.name, path.name_at), Some(Meaning::History(_))),
            _ => false,
        }
    }

    /// Refuses a history where a value is needed.
    fn expr_as_value(&mut self, expr: &Expr) {
        match inner_query(expr) {
            Some(query) => self.query_as_value(expr.at, query),
            None => self.history_as_value(expr.at, expr.at),
        }
    }

    /// Refuses a `by` or `within` where a value is needed.
    fn query_as_value(&mut self, place: Place, query: &Query) {
        match &query.expr.kind {
            Kind::Call(call) if function(&call.name).is_some_and(|row| matches!(row.form, Form::History(..))) => self.tail_outside(query, call),
            // `this and that by key within 1h`: what is counted is most likely that, of this event.
            Kind::And(parts) => {
                // What it names is used, and what else is wrong with it is told as well.
                let surroundings = self.population_surroundings(Vec::new(), Vec::new());
                self.surrounded(surroundings, |checker| checker.truth(&query.expr));
                let last = parts.last().map_or(query.expr.at, |part| part.at);
                let before = self.snippet.get(Place { start: query.expr.at.start, end: last.start }).trim().to_owned();
                let counted = Place { start: last.start, end: query.at.end };
                self.history_behind(place, counted, &format!("{before} "));
            }
            _ => self.history_as_value(place, query.at),
        }
    }

    /// Refuses a `by` or `within` behind the parentheses that it belongs into.
    fn tail_outside(&mut self, query: &Query, call: &Call) {
        let tail = Place { start: query.expr.at.end, end: query.at.end };
        let written = self.snippet.get(tail);
        let tail = Place { start: tail.start + written.len() - written.trim_start().len(), end: tail.start + written.trim_end().len() };
        let inside = self.snippet.get(Place { start: query.expr.at.start, end: query.expr.at.end.saturating_sub(1) }).trim_end();
        let fault = self
            .fault(Code::HistoryAsValue, tail, format!("this belongs into the parentheses of `{}`", call.name))
            .label("outside of them it makes a history of the answer")
            .help(if inside.len() <= 60 && !inside.contains('\n') {
                format!("write `{inside} {})`", self.snippet.get(tail))
            } else {
                format!("write `{}(... {})`", call.name, self.snippet.get(tail))
            });
        self.push(fault);
    }

    fn history_as_value(&mut self, place: Place, inner: Place) {
        self.history_behind(place, inner, "");
    }

    /// Does so where something stands before the history that is no part of it.
    fn history_behind(&mut self, place: Place, inner: Place, before: &str) {
        let text = self.snippet.get(inner);
        // Which question was meant nobody can know, so these are advice and not a fix.
        let is_short = before.len() + text.len() <= 60 && !text.contains('\n') && !before.contains('\n');
        let (before, name) = if is_short { (before, text) } else { ("", "...") };
        let asked = format!("{before}count({name})");
        let fault = self
            .fault(Code::HistoryAsValue, place, "a history is a set of events, not a value")
            .label("this is a history")
            .help(format!("ask how many: `{asked}{}`", if before.is_empty() { "" } else { " >= n" }))
            .help("or whether there is an earlier one: `seen(...)`");
        self.push(fault);
    }

    fn span(&self, place: Place) -> Span {
        self.snippet.span(place)
    }

    fn fault(&self, code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.snippet.span(place), message)
    }

    fn push(&mut self, fault: Diagnostic) {
        self.faults.push(self.snippet.written(fault));
    }

    fn bool_at(&self, place: Place, node: Node) -> Arc<Typed> {
        Typed::new(node, Type::Scalar(Scalar::Bool), self.span(place))
    }

    /// Checks the key or population of a history with other surroundings, and puts the old ones back.
    fn surrounded<T>(&mut self, surroundings: Surroundings, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.surroundings, surroundings);
        let result = check(self);
        self.surroundings = outer;
        result
    }
}

/// Returns the history that stands inside an expression's own parentheses.
fn inner_query(expr: &Expr) -> Option<&Query> {
    match &expr.kind {
        Kind::Paren(query) if query.has_tail() => Some(query),
        Kind::Paren(query) => inner_query(&query.expr),
        _ => None,
    }
}

/// A convenience for the parts of the checker: a history behind a shared pointer.
type SharedHistory = Arc<History>;
