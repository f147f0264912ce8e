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
            _ => continue,
        };
        warnings.push(Diagnostic::new(Code::EarlyEventType, *at, format!("`{name}` is {stage}")).label("your org may never write it").note("Okta may rename or drop types that are not generally available"));
    }
}

fn one_engine(subject: &Subject<'_>, named: &[(String, Span)], warnings: &mut Vec<Diagnostic>) {
    let engines: Vec<EngineOf> = named.iter().filter_map(|(name, _)| event_type(name)).map(|event_type| event_type.engine).collect();
    let (word, other) = if engines.is_empty() {
        return;
    } else if engines.iter().all(|engine| *engine == EngineOf::Classic) {
        ("Classic Engine", "Identity Engine")
    } else if engines.iter().all(|engine| *engine == EngineOf::Identity) {
        ("Identity Engine", "Classic Engine")
    } else {
        return;
    };
    let mut says_so = false;
    subject.when.walk(&mut |part| says_so |= matches!(&part.node, Node::Field(_, FieldRef::Known(id)) if id.get().set == Some(ClosedSet::Engine)));
    let Some((name, at)) = named.first().filter(|_| !says_so) else { return };
    let message = if named.len() == 1 { format!("only {word} writes `{name}`") } else { format!("only {word} writes these event types") };
    warnings.push(
        Diagnostic::new(Code::OneEngineOnly, *at, message)
            .label(format!("silent in an org on {other}"))
            .help(format!("add the event types of {other}, or say that it is meant: `engine == \"{}\"`", if word.starts_with('C') { "classic" } else { "identity" })),
    );
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
