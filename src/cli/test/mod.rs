//! `clarion test`: the cases that stand in rule files.
//!
//! Rules are checked first: a rule that does not load has no proof. Passes are silent unless they are asked for, so that failures are
//! never looked for among them.

mod junit;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::diagnostic::{Sources, human};
use crate::pack::Library;
use crate::rehearsal::{Outcome, Verdict, rehearse};

use super::escape::{self, shown};
use super::exit::{Exit, Refusal};
use super::out::{BAD, FAINT, GOOD, Out, STRONG};
use super::rules::{self, count};

/// Runs the cases that stand in rules
#[derive(Debug, clap::Args)]
#[command(after_help = "Every case runs three times: as it is written, shuffled inside the lateness bound, and with every event delivered twice.\n\
    Without a path, tests ./rules or, where there is no such folder, the pack inside the binary.")]
pub(super) struct Args {
    /// Rule files, packs, or folders of packs
    pub(super) paths: Vec<PathBuf>,
    /// How outcomes are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Runs only the cases whose rule id or name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Lists the cases that pass, too
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// How outcomes are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// Failures with what was expected and what came
    #[default]
    Human,
    /// One JSON object a case
    Json,
    /// JUnit XML
    Junit,
}

/// Runs the command.
///
/// # Errors
/// Refuses rules that do not load, and rules without any case: no proof must not look like a proof.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = rules::load(&args.paths, &[], out)?;
    let outcomes = outcomes(&library, args.filter.as_deref());
    if outcomes.is_empty() {
        return Err(match &args.filter {
            Some(filter) => Refusal::usage(format!("no case fits `{filter}`")).help("a filter is a part of a rule's id or a case's name"),
            None => Refusal::usage("no cases found").help("cases stand under `tests:` in a rule"),
        });
    }
    match args.format {
        Format::Human => outcomes.iter().for_each(|outcome| print(outcome, &library.sources, args.verbose, out)),
        Format::Json => outcomes.iter().for_each(|outcome| out.line(escape::json(&to_json(outcome, &library.sources)))),
        Format::Junit => out.print(junit::junit(&outcomes, &library.sources)?),
    }
    summarise(&outcomes, &library, args.filter.is_some(), out);
    let all_well = outcomes.iter().all(passed);
    Ok(if all_well { Exit::Fine } else { Exit::Findings })
}

fn outcomes(library: &Library, filter: Option<&str>) -> Vec<Outcome> {
    let filter = filter.map(str::to_lowercase);
    let fits = |rule: &str, case: &str| filter.as_ref().is_none_or(|filter| format!("{rule}: {case}").to_lowercase().contains(filter));
    let mut outcomes = Vec::new();
    for (pack, rule) in library.rules() {
        // A rule none of whose cases is asked for need not run.
        if rule.cases.iter().any(|case| fits(&rule.id, &case.name)) {
            outcomes.extend(rehearse(library, pack, rule).into_iter().filter(|outcome| fits(&outcome.rule, &outcome.case)));
        }
    }
    outcomes
}

fn passed(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Passed)
}

fn place(outcome: &Outcome, sources: &Sources) -> String {
    let position = sources.position(outcome.at.file, outcome.at.start);
    format!("{}:{}:{}", sources.name(outcome.at.file), position.line, position.column)
}

fn print(outcome: &Outcome, sources: &Sources, verbose: bool, out: &mut Out<'_>) {
    let is_pass = passed(outcome);
    if is_pass && !verbose {
        return;
    }
    let word = if is_pass { out.paint(GOOD, "ok") } else { out.paint(BAD, "FAILED") };
    let rule = out.paint(STRONG, &outcome.rule);
    out.line(format_args!("{word} {rule}: {}", shown(&outcome.case)));
    if is_pass {
        return;
    }
    let place = out.paint(FAINT, &format!("  --> {}", place(outcome, sources)));
    out.line(place);
    match &outcome.verdict {
        Verdict::Passed => {}
        Verdict::Unfit(faults) => {
            let styled = out.onlookers().answer_colored;
            out.line("  the settings of the case do not fit the rule:");
            faults.iter().for_each(|fault| out.line(human(fault, sources, styled)));
        }
        Verdict::Failed { way, wanted, got, alerts } => {
            let (wanted, got) = (out.paint(GOOD, &shown(wanted)), out.paint(BAD, &shown(got)));
            out.line(format_args!("  expected: {wanted}"));
            out.line(format_args!("       got: {got}, {}", way.words()));
            for alert in alerts.iter().take(ALERTS_SHOWN_MAX) {
                let first = alert.first.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string());
                out.line(format_args!("     alert: {first} {} \"{}\"", alert.severity.word(), shown(&alert.title)));
            }
            if alerts.len() > ALERTS_SHOWN_MAX {
                out.line(format_args!("            and {} more", alerts.len() - ALERTS_SHOWN_MAX));
            }
        }
    }
    out.line("");
}

/// Most alerts shown for a failed case.
const ALERTS_SHOWN_MAX: usize = 5;

fn summarise(outcomes: &[Outcome], library: &Library, is_filtered: bool, out: &mut Out<'_>) {
    let mut rules: Vec<&str> = outcomes.iter().map(|outcome| &*outcome.rule).collect();
    rules.dedup();
    let failed = outcomes.iter().filter(|outcome| !passed(outcome)).count();
    let words = match failed {
        0 => out.paint_talk(GOOD, "all passed"),
        failed => {
            let word = out.paint_talk(BAD, &format!("{failed} failed"));
            format!("{word}, {} passed", outcomes.len() - failed)
        }
    };
    out.say(format_args!("{} of {}: {words}", count(outcomes.len(), "case"), count(rules.len(), "rule")));
    let without = library.rules().filter(|(_, rule)| rule.cases.is_empty()).count();
    if without > 0 && !is_filtered {
        out.say(format_args!("{} without any case", count(without, "rule")));
    }
}

fn to_json(outcome: &Outcome, sources: &Sources) -> Value {
    let position = sources.position(outcome.at.file, outcome.at.start);
    let mut json = json!({
        "rule": &*outcome.rule,
        "case": outcome.case,
        "file": sources.name(outcome.at.file),
        "line": position.line,
        "column": position.column,
        "result": if passed(outcome) { "passed" } else { "failed" },
    });
    let more = match &outcome.verdict {
        Verdict::Passed => json!({}),
        Verdict::Failed { way, wanted, got, alerts } => json!({
            "way": way.words(),
            "expected": wanted,
            "got": got,
            "alerts": alerts.iter().filter_map(|alert| serde_json::from_str(&alert.to_json()).ok()).collect::<Vec<Value>>(),
        }),
        Verdict::Unfit(faults) => json!({ "faults": faults.iter().map(|fault| crate::diagnostic::short(fault, sources)).collect::<Vec<_>>() }),
    };
    if let (Some(json), Value::Object(more)) = (json.as_object_mut(), more) {
        json.extend(more);
    }
    json
}
