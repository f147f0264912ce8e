//! `clarion run`: events through rules.
//!
//! Reads events from files or stdin; the alerts are the answer. What is no event is counted, shown and, if wanted, set aside; it never
//! stops the rest.

mod report;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::event::Span;
use crate::pack::Severity;

use super::exit::{Exit, Refusal};
use super::input;
use super::out::Out;
use super::replay::{Replay, Replayed};
use super::rules::RuleOptions;

pub(super) use report::{caution, open_words, severity_style};

/// Runs rules over events and prints the alerts
#[derive(Debug, clap::Args)]
#[command(after_help = "Events are System Log entries or event hook deliveries: JSON lines, JSON arrays, or objects one after another, plain or \
    compressed with gzip or zstd. A table is printed to a terminal, JSON lines to everything else, once all events have been read: each of them \
    can still change what is said of others.\n\n\
    Examples:\n  clarion run system-log.json.gz\n  zcat logs/*.gz | clarion run - --level high --format json | jq .title\n  clarion run events.json --set 'admin_users=ines@example.com,bram@example.com'")]
pub(super) struct Args {
    /// Files of events; `-`, or none at all, is stdin
    pub(super) files: Vec<PathBuf>,
    /// The least severity that is printed
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    pub(super) level: Option<Severity>,
    /// How alerts are written [default: table on a terminal, else json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Exits with 1 if there is an alert
    #[arg(long)]
    pub(super) fail_on_match: bool,
    /// Tells how many events and alerts there were, rule by rule
    #[arg(long)]
    pub(super) stats: bool,
    /// Where to put what is no event, one piece a line
    #[arg(long, value_name = "FILE")]
    pub(super) bad_events: Option<PathBuf>,
    /// The org that events come from, where they do not say it
    #[arg(long, value_name = "HOST")]
    pub(super) org: Option<String>,
    /// How late an event may come; later ones are judged without history [default: files are put in order, 1h on stdin]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) lateness: Option<Span>,
    /// Which rules to run.
    #[command(flatten)]
    pub(super) rules: RuleOptions,
}

/// How alerts are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// A table
    Table,
    /// One JSON object a line
    Json,
}

fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser;
    let words = Severity::WORDS.iter().map(|(word, _)| *word);
    clap::builder::PossibleValuesParser::new(words).map(|word| Severity::parse(&word).unwrap_or(Severity::Informational))
}

fn duration(text: &str) -> Result<Span, String> {
    Span::parse(text).ok_or_else(|| "durations are written `90s`, `15m`, `8h`, `30d`, `1h30m`".to_owned())
}

/// Runs the command.
///
/// # Errors
/// Refuses rules that do not load, and a file for bad events that cannot be written.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = args.rules.load(out)?;
    let paths = input::paths(&args.files);
    let replay = Replay { library: &library, paths: &paths, org: args.org.as_deref(), lateness: args.lateness, bad_events: args.bad_events.as_deref() };
    let mut found: Replayed = replay.run(out)?;
    found.alerts.retain(|alert| args.level.is_none_or(|level| alert.severity >= level));
    report::print(&found.alerts, args.format.unwrap_or(if out.onlookers().answer { Format::Table } else { Format::Json }), out);
    report::caution(&found, out);
    report::summarise(&found.alerts, &found.counts, args.stats, &library, out);
    let matched = args.fail_on_match && !found.alerts.is_empty();
    Ok(found.exit.or_worse(if matched { Exit::Findings } else { Exit::Fine }))
}
