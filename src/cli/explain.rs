//! `clarion explain`: how a rule is run, told from its plan.

use std::sync::Arc;

use anstyle::Style;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::pack::{Rule, Severity};
use crate::plan::remember::HistoryText;
use crate::plan::{Delivery, Explanation, Plan, RuleIndex};

use super::exit::{Exit, Refusal};
use super::out::{FAINT, Out, STRONG};
use super::rules::{self, RuleOptions, count};
use super::table::Table;

/// Tells how a rule is run: what finds it, what it reads, what it remembers
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule, by its id or its file
    pub(super) rule: String,
    /// How it is told
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Which rules to look in.
    #[command(flatten)]
    pub(super) rules: RuleOptions,
}

/// How it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// In words
    #[default]
    Human,
    /// As one JSON object
    Json,
}

/// Runs the command.
///
/// # Errors
/// Refuses rules that do not load and a rule that does not exist.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = args.rules.load_for(&args.rule, out)?;
    let (pack, rule) = rules::find(&library, &args.rule)?;
    // All rules of the pack, because a plan shares work among them; this one also where it is switched off.
    let all = pack.rules.iter().map(|other| Arc::new(Rule { enabled: other.enabled || other.id == rule.id, ..other.clone() }));
    let plan = Plan::compile(all, &pack.sets);
    let explanation = plan.explain(&rule.id).ok_or_else(|| Refusal::rules(format!("the rule `{}` is not in the plan", rule.id)))?;
    let kept = kept(&plan, rule);
    let position = library.sources.position(rule.id_at.file, rule.id_at.start);
    let place = format!("{}:{}", library.sources.name(rule.id_at.file), position.line);
    match args.format {
        Format::Json => out.line(to_json(rule, &explanation, &kept, &place)),
        Format::Human => {
            let head = out.paint(STRONG, &rule.id);
            out.line(format_args!("{head}: {}", rule.title));
            let place = out.paint(FAINT, &place);
            out.line(format_args!("{place}\n"));
            out.table(&words(rule, &explanation, &kept));
        }
    }
    Ok(Exit::Fine)
}

/// Returns the sets of past events that are kept for a rule.
fn kept(plan: &Plan, rule: &Rule) -> Vec<HistoryText> {
    let is_it = |index: &RuleIndex| plan.rule(*index).is_some_and(|planned| planned.rule.id == rule.id);
    plan.remember().describe().into_iter().filter(|history| history.rules.iter().any(is_it)).collect()
}

fn kept_words(history: &HistoryText) -> String {
    let length = history.kept.map_or_else(|| "without end".to_owned(), |length| format!("for {length}"));
    let shared = match history.rules.len() {
        0 | 1 => String::new(),
        rules => format!("; shared by {}", count(rules, "rule")),
    };
    let further = match history.bytes_when_full {
        Some(bytes) if bytes > history.bytes_per_key => format!(", {} when full", rules::grouped(bytes)),
        Some(_) => String::new(),
        None => format!(" and {} for each further event", history.bytes_per_event),
    };
    format!("{}: {} {length}, about {} bytes a key with one event{further}{shared}", history.text, history.form, history.bytes_per_key)
}

fn words(rule: &Rule, explanation: &Explanation, kept: &[HistoryText]) -> Table {
    let mut table = Table::new(&[]);
    let mut row = |name: &str, text: &str| table.row([(name, FAINT), (text, Style::new())]);
    row("severity", &severity_words(rule));
    row("status", rule.status.word());
    if !rule.enabled {
        row("enabled", "no: `run` leaves it out");
    }
    row("found", explanation.found.strip_prefix("found ").unwrap_or(&explanation.found));
    match explanation.event_types.as_slice() {
        [] => row("event types", "any"),
        types => several(&mut row, "event types", types),
    }
    several(&mut row, "asks about", &explanation.history_event_types);
    row("delivery", delivery_words(explanation.delivery));
    several(&mut row, "reads", &explanation.fields);
    let (own, shared) = explanation.predicates;
    row("predicates", &format!("{own}, of which other rules share {shared}"));
    match explanation.questions.as_slice() {
        [] => row("asks", "nothing of earlier events: each event is judged alone"),
        questions => several(&mut row, "asks", questions),
    }
    several(&mut row, "keeps", &kept.iter().map(kept_words).collect::<Vec<_>>());
    row("cases", &count(rule.cases.len(), "case"));
    table
}

/// One row for each text; only the first one is named.
fn several(row: &mut impl FnMut(&str, &str), name: &str, texts: &[String]) {
    for (at, text) in texts.iter().enumerate() {
        row(if at == 0 { name } else { "" }, text);
    }
}

fn severity_words(rule: &Rule) -> String {
    let (least, most) = rule.severity_range();
    if least == most { least.word().to_owned() } else { format!("{} to {}", least.word(), most.word()) }
}

fn delivery_words(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Hook => "an Event Hook can deliver all of its event types",
        Delivery::Mixed => "an Event Hook can deliver some of its event types; the others need the System Log",
        Delivery::SystemLog => "only the System Log has its event types",
        Delivery::Any => "it or one of its histories names no event types, so that every event is looked at",
        Delivery::Alerts => "nothing has to be delivered: it looks at alerts of other rules",
    }
}

fn to_json(rule: &Rule, explanation: &Explanation, kept: &[HistoryText], place: &str) -> Value {
    let (least, most): (Severity, Severity) = rule.severity_range();
    json!({
        "rule": explanation.rule,
        "title": rule.title,
        "place": place,
        "severity": { "least": least.word(), "most": most.word() },
        "status": rule.status.word(),
        "enabled": rule.enabled,
        "found_by": explanation.found,
        "event_types": explanation.event_types,
        "history_event_types": explanation.history_event_types,
        "delivery": match explanation.delivery {
            Delivery::Hook => "hook",
            Delivery::Mixed => "mixed",
            Delivery::SystemLog => "system_log",
            Delivery::Any => "any",
            Delivery::Alerts => "alerts",
        },
        "reads": explanation.fields,
        "predicates": { "all": explanation.predicates.0, "shared": explanation.predicates.1 },
        "asks": explanation.questions,
        "keeps": kept.iter().map(|history| json!({
            "of": history.text,
            "form": history.form,
            "for": history.kept.map(|length| length.to_string()),
            "bytes_per_key": history.bytes_per_key,
            "bytes_per_event": history.bytes_per_event,
            "bytes_when_full": history.bytes_when_full,
            "rules": history.rules.len(),
        })).collect::<Vec<_>>(),
        "cases": rule.cases.len(),
    })
}
