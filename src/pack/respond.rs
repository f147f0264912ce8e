//! What a rule asks for: typed calls, never acts.

use std::sync::Arc;

use super::keys::Reader;
use super::rule::Scope;
use super::yaml::{Node, Value as Yaml};
use crate::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::event::{Scalar, Type};
use crate::language::{EventTypes, Kind, Names, Settings, Snippet, Typed, parse};

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Action {
    SuspendUser,
    UnsuspendUser,
    ClearSessions,
    ExpirePassword,
    ResetFactors,
    DeactivateUser,
    Notify,
    Webhook,
}

impl Action {
    /// Every action with its word.
    pub const WORDS: &'static [(&'static str, Action)] = &[
        ("suspend_user", Action::SuspendUser),
        ("unsuspend_user", Action::UnsuspendUser),
        ("clear_sessions", Action::ClearSessions),
        ("expire_password", Action::ExpirePassword),
        ("reset_factors", Action::ResetFactors),
        ("deactivate_user", Action::DeactivateUser),
        ("notify", Action::Notify),
        ("webhook", Action::Webhook),
    ];

    /// Returns the word.
    pub fn word(self) -> &'static str {
        Action::WORDS.iter().find(|(_, action)| *action == self).map_or("", |(word, _)| word)
    }

    /// Says whether it changes something in Okta.
    pub fn changes_okta(self) -> bool {
        !matches!(self, Action::Notify | Action::Webhook)
    }
}

/// One thing that a rule asks for.
#[derive(Clone, Debug)]
pub struct Response {
    /// What is asked for.
    pub action: Action,
    /// Whom or what it concerns.
    pub argument: Arc<Typed>,
    /// Where it is not asked for.
    pub unless: Option<Arc<Typed>>,
    /// Whether a person must always approve.
    pub approval: bool,
    /// At most so many in so many seconds.
    pub limit: Option<(u32, u32)>,
    /// Where the call stands.
    pub at: Span,
}

impl Response {
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Arc<Typed>> {
        std::iter::once(&self.argument).chain(&self.unless)
    }
}

/// The periods of a limit.
const PERIODS: &[(&str, u32)] = &[("m", 60), ("h", 3600), ("d", 86400)];

impl Reader<'_> {
    pub(super) fn responses(&mut self, node: &Node, names: &mut Names, settings: &Settings, event_types: &EventTypes) -> Vec<Response> {
        let nodes = self.list(node, "`respond`");
        let mut responses = Vec::new();
        for node in nodes {
            let mut unless = None;
            let mut approval = false;
            let mut limit = None;
            let call = if let Yaml::Map(_) = node.value {
                let Some(keys) = self.map(node, "an entry of `respond`", &["do", "unless", "approval", "limit"], &["do"]) else { continue };
                if let Some(snippet) = keys.get("unless").and_then(|node| self.expression(node, "`unless`")) {
                    unless = Scope { names, settings, event_types, faults: &mut *self.faults }.condition(&snippet);
                }
                if let Some(node) = keys.get("approval") {
                    approval = self.word(node, "`approval`", &[("required", true)]).unwrap_or(false);
                }
                limit = keys.get("limit").and_then(|node| self.limit(node));
                keys.get("do")
            } else {
                Some(node)
            };
            let Some(snippet) = call.and_then(|node| self.expression(node, "an entry of `respond`")) else { continue };
            let mut scope = Scope { names, settings, event_types, faults: &mut *self.faults };
            if let Some((action, argument, at)) = action(&snippet, &mut scope) {
                responses.push(Response { action, argument, unless, approval, limit, at });
            }
        }
        responses
    }

    fn limit(&mut self, node: &Node) -> Option<(u32, u32)> {
        let raw = self.sources.snippet(node.at).trim_matches(['"', '\'']).to_owned();
        let parsed = raw.split_once('/').and_then(|(count, period)| {
            let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
            let (_, seconds) = PERIODS.iter().find(|(word, _)| *word == period)?;
            Some((count, *seconds))
        });
        if parsed.is_none() {
            self.push(
                Diagnostic::new(Code::MalformedLimit, node.at, format!("`{raw}` is not a limit"))
                    .label("written like 5/h: so many in a minute (m), an hour (h) or a day (d)"),
            );
        }
        parsed
    }
}

/// Checks a call of an action.
fn action(snippet: &Snippet, scope: &mut Scope<'_, '_>) -> Option<(Action, Arc<Typed>, Span)> {
    let before = scope.faults.len();
    let query = parse(snippet, scope.faults);
    if scope.faults.len() > before {
        return None;
    }
    let at = snippet.span(query.at);
    let known: Vec<&str> = Action::WORDS.iter().map(|(word, _)| *word).collect();
    let Kind::Call(call) = &query.expr.kind else {
        let text = snippet.get(query.at);
        let fault = Diagnostic::new(Code::UnknownAction, at, format!("`{text}` is not an action"))
            .label("an action is a call")
            .help("such as `suspend_user(actor.id)`");
        scope.faults.push(fault.note(format!("actions are: {}", known.join(", "))));
        return None;
    };
    let Some((_, action)) = Action::WORDS.iter().find(|(word, _)| *word == call.name) else {
        let near = nearest(&call.name, known.iter().copied());
        let fault = Diagnostic::new(Code::UnknownAction, snippet.span(call.name_at), format!("unknown action `{}`", call.name))
            .label("no such action")
            .did_you_mean(near)
            .note(format!("actions are: {}", known.join(", ")));
        scope.faults.push(snippet.written(fault));
        return None;
    };
    let [argument] = call.arguments.as_slice() else {
        let fault = Diagnostic::new(Code::ArgumentCount, at, format!("`{}` takes one argument", call.name)).label(format!("{} given", call.arguments.len()));
        scope.faults.push(fault.help(format!("such as `{}({})`", call.name, if action.changes_okta() { "actor.id" } else { "\"security\"" })));
        return None;
    };
    let crate::language::ArgumentKind::Plain { label: None, times: None, value } = &argument.kind else {
        scope
            .faults
            .push(Diagnostic::new(Code::ArgumentType, snippet.span(argument.at), format!("`{}` takes a text", call.name)).label("this belongs to a history"));
        return None;
    };
    let typed = scope.checker(snippet).value(value)?;
    if typed.ty != Type::Scalar(Scalar::Text) {
        let wanted = if action.changes_okta() { "the id of a user" } else { "a name" };
        scope.faults.push(
            Diagnostic::new(Code::ArgumentType, snippet.span(value.at), format!("`{}` needs {wanted}", call.name)).label(format!("this is {}", typed.ty)),
        );
        return None;
    }
    Some((*action, typed, at))
}
