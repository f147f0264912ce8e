//! Which engine writes the event types a rule needs, and which way they come.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::event::{ClosedSet, EngineOf, FieldRef, Stage, event_type};
use crate::language::ast::Comparison;
use crate::language::typed::{Node, Question, Typed};

/// Most names that a message lists.
const NAMES_MAX: usize = 5;

pub(super) fn check(subject: &Subject<'_>, warnings: &mut Vec<Diagnostic>) {
    let mut named: Vec<(String, Span)> = Vec::new();
    collect(subject.when, &mut named);
    early(&named, warnings);
    one_engine(subject, &named, warnings);
    if !subject.polls_system_log {
        system_log_only(&named, warnings);
    }
}

/// Collects the event types that a condition names, with the comparison that names each.
fn collect(part: &Typed, named: &mut Vec<(String, Span)>) {
    match &part.node {
        Node::Compare(Comparison::Equal | Comparison::In, _, left, right) if is_event_type(left) => {
            for (text, at) in right.texts() {
                if !named.iter().any(|(name, _)| *name == text) {
                    named.push((text, at));
                }
            }
        }
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| collect(part, named)),
        Node::Named(_, inner) => collect(inner, named),
        // What must not happen is still needed: its absence is only known if it would have been seen.
        Node::Not(inner) => collect(inner, named),
        Node::Compare(_, _, left, right) | Node::Arithmetic(_, left, right) => {
            collect(left, named);
            collect(right, named);
        }
        Node::Remember(remember) => {
            collect(&remember.history.population, named);
            if let Question::Sequence(sequence) = &remember.question {
                sequence.steps.iter().for_each(|step| collect(&step.population, named));
            }
        }
        _ => {}
    }
}

fn is_event_type(side: &Typed) -> bool {
    matches!(&side.unnamed().node, Node::Field(_, FieldRef::Known(id)) if id.get().set == Some(ClosedSet::EventType))
}

fn early(named: &[(String, Span)], warnings: &mut Vec<Diagnostic>) {
    for (name, at) in named {
        let stage = match event_type(name).map(|event_type| event_type.stage) {
            Some(Stage::Beta) => "a beta",
            Some(Stage::Internal) => "internal to Okta",
            Some(Stage::Deprecated) => "deprecated by Okta",
            _ => continue,
        };
        warnings.push(
            Diagnostic::new(Code::EarlyEventType, *at, format!("`{name}` is {stage}"))
                .label("your org may never write it")
                .note("Okta may rename or drop types that are not generally available"),
        );
    }
}

/// Okta's two engines, with the word that `engine` has for each.
const ENGINES: [(EngineOf, &str, &str); 2] = [(EngineOf::Classic, "Classic Engine", "classic"), (EngineOf::Identity, "Identity Engine", "identity")];

fn one_engine(subject: &Subject<'_>, named: &[(String, Span)], warnings: &mut Vec<Diagnostic>) {
    let mut says_so = false;
    subject.when.walk(&mut |part| says_so |= matches!(&part.node, Node::Field(_, FieldRef::Known(id)) if id.get().set == Some(ClosedSet::Engine)));
    let silent: Vec<usize> = (0..ENGINES.len()).filter(|at| ENGINES.get(*at).is_some_and(|(engine, ..)| !can_hold(subject.when, *engine))).collect();
    let [silent] = silent.as_slice() else { return };
    let (Some((_, silent_name, _)), Some((writes, name, word))) = (ENGINES.get(*silent), ENGINES.get(1 - *silent)) else { return };
    if says_so {
        return;
    }
    for (event_type_name, at) in named.iter().filter(|(name, _)| event_type(name).is_some_and(|event_type| event_type.engine == *writes)) {
        warnings.push(
            Diagnostic::new(Code::OneEngineOnly, *at, format!("only {name} writes `{event_type_name}`"))
                .label(format!("this rule is silent in an org on {silent_name}"))
                .help(format!("add the event types of {silent_name}, or say that it is meant: `engine == \"{word}\"`")),
        );
    }
}

/// Says whether a condition can hold in an org on an engine, going by the event types it names.
fn can_hold(part: &Typed, engine: EngineOf) -> bool {
    let written = |name: &str| event_type(name).is_none_or(|event_type| event_type.engine == EngineOf::Both || event_type.engine == engine);
    match &part.node {
        Node::Named(_, inner) => can_hold(inner, engine),
        Node::And(parts) => parts.iter().all(|part| can_hold(part, engine)),
        Node::Or(parts) => parts.iter().any(|part| can_hold(part, engine)),
        Node::Compare(Comparison::Equal | Comparison::In, _, left, right) if is_event_type(left) => {
            let names = right.texts();
            names.is_empty() || names.iter().any(|(name, _)| written(name))
        }
        Node::Compare(Comparison::Greater | Comparison::GreaterEqual, _, left, _) => can_hold(left, engine),
        Node::Remember(remember) => match &remember.question {
            Question::Sequence(sequence) => sequence.steps.iter().filter(|step| !step.absent).all(|step| can_hold(&step.population, engine)),
            Question::FirstSeen(_) => true,
            _ => can_hold(&remember.history.population, engine),
        },
        _ => true,
    }
}

fn system_log_only(named: &[(String, Span)], warnings: &mut Vec<Diagnostic>) {
    let missing: Vec<&(String, Span)> = named.iter().filter(|(name, _)| event_type(name).is_some_and(|event_type| !event_type.hook_eligible)).collect();
    let Some((_, at)) = missing.first() else { return };
    let mut names: Vec<String> = missing.iter().take(NAMES_MAX).map(|(name, _)| format!("`{name}`")).collect();
    if missing.len() > NAMES_MAX {
        names.push(format!("{} more", missing.len() - NAMES_MAX));
    }
    warnings.push(
        Diagnostic::new(Code::NeedsSystemLog, *at, format!("an Event Hook cannot deliver {}", names.join(", ")))
            .label("this rule depends on the System Log poll")
            .help("say in `pack.yml` that the poll runs: `sources: [hook, system_log]`"),
    );
}
