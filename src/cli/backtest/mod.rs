//! `clarion backtest`: what rules would have found over days of events, and what a change of them would add and remove.
//!
//! Reads files of events in any order, runs the rules on all cores; the answer is a report: on the terminal, as JSON, or as a page.

mod compare;

mod html;
mod report;

use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::ValueEnum;

use crate::pack::Library;

use super::exit::{Exit, Refusal};
use super::files::plain;
use super::input;
use super::out::Out;
use super::replay::{Replay, Replayed};
use super::rules::{RuleOptions, load};
use super::run::caution;
use compare::Difference;
use report::Report;

/// Runs rules over days of events and reports what they would have found
#[derive(Debug, clap::Args)]
#[command(after_help = "Events are System Log entries or event hook deliveries, plain or compressed with gzip or zstd, in any order.\n\n\
    Examples:\n  clarion backtest logs/*.ndjson.gz\n  clarion backtest logs/*.gz --html report.html\n  clarion backtest logs/*.gz --rules changed/ --diff rules/")]
pub(super) struct Args {
    /// Files of events; `-`, or none at all, is stdin
    pub(super) files: Vec<PathBuf>,
    /// Other rules to compare with: what the rules at hand find more, and what they no longer find
    #[arg(long, value_name = "OTHER_RULES")]
    pub(super) diff: Option<PathBuf>,
    /// Also writes the report as one page with charts, which needs nothing beside it
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// How the report is told
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Also lists the rules that found nothing
    #[arg(long)]
    pub(super) all: bool,
    /// Where to put what is no event, one piece a line
    #[arg(long, value_name = "FILE")]
    pub(super) bad_events: Option<PathBuf>,
    /// The org that events come from, where they do not say it
    #[arg(long, value_name = "HOST")]
    pub(super) org: Option<String>,
    /// Which rules to run.
    #[command(flatten)]
    pub(super) rules: RuleOptions,
}

/// How the report is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// As tables
    #[default]
    Human,
    /// As one JSON object
    Json,
}

/// Runs the command.
///
/// # Errors
/// Refuses rules that do not load, stdin where two sets of rules are compared, and files that cannot be written.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = args.rules.load(out)?;
    let other = match &args.diff {
        Some(path) => Some(load(std::slice::from_ref(path), &args.rules.settings, out)?),
        None => None,
    };
    let paths = input::paths(&args.files);
    if other.is_some() && paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Refusal::usage("stdin can be read only once, and two sets of rules are to be compared").help("name files of events"));
    }
    let replay = |library: &Library, bad_events: Option<&Path>, out: &mut Out<'_>| {
        Replay { library, paths: &paths, org: args.org.as_deref(), lateness: None, bad_events }.run(out)
    };
    let found: Replayed = replay(&library, args.bad_events.as_deref(), out)?;
    let difference = match &other {
        Some(other) => {
            // What is wrong with the input has been said once.
            let (mut stdin, mut answer, mut talk) = (io::empty(), io::sink(), io::sink());
            let before = replay(other, None, &mut Out::new(&mut stdin, &mut answer, &mut talk).watched_by(out.onlookers()))?;
            Some(Difference { waiting: before.waiting, limits: before.limits, ..Difference::of(&before.alerts, &found.alerts) })
        }
        None => None,
    };
    let report = Report::of(&found, &library, difference);
    match args.format {
        Format::Human => report.print(args.all, out),
        Format::Json => out.line(report.to_json()),
    }
    if let Some(path) = &args.html {
        fs::write(path, html::page(&report)).map_err(|error| Refusal::world(format!("cannot write `{}`: {}", path.display(), plain(&error))))?;
        out.say(format_args!("the report is in `{}`", path.display()));
    }
    caution(&found, out);
    Ok(found.exit)
}
