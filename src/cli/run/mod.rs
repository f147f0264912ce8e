//! `clarion run`: events through rules.
//!
//! Reads events from files or stdin; the alerts are the answer. What is no event is counted, shown and, if wanted, set aside; it never
//! stops the rest.

mod bad;
mod progress;
mod report;

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;

use crate::alert::{Alert, Watch};
use crate::engine::Limits;
use crate::engine::remember::LATENESS;
use crate::event::{BadPieceKind, Event, Intake, Origin, Piece, Source, Span};
use crate::pack::{Library, Pack, Severity};
use crate::plan::Plan;

use super::exit::{Exit, Refusal};
use super::input;
use super::out::Out;
use super::rules::RuleOptions;
use bad::BadEvents;
use progress::Progress;

/// Runs rules over events and prints the alerts
#[derive(Debug, clap::Args)]
#[command(after_help = "Events are System Log entries or event hook deliveries: JSON lines, JSON arrays, or objects one after another, plain or\n\
    compressed with gzip or zstd. A table is printed to a terminal, JSON lines to everything else.\n\n\
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
    /// How late an event may come; later ones are judged without history [default: any time in files, 1h on stdin]
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

/// The rules of one pack at work.
struct Runner {
    plan: Arc<Plan>,
    watch: Watch,
    event: Event,
}

/// What has been read.
#[derive(Debug, Default)]
struct Counts {
    /// Events that could be read, duplicates among them.
    events: usize,
    duplicates: usize,
    /// What was no event.
    bad: usize,
    /// Events that came too late for histories.
    late: u64,
    /// Findings, keys, events and decisions that were too many to keep.
    dropped: u64,
}

impl Counts {
    /// Takes in what the engines have counted. Each has seen every event, so that duplicates are the same for all.
    fn take(&mut self, runners: &[Runner]) {
        for Runner { watch, .. } in runners {
            let duplicates = usize::try_from(watch.engine().counters().duplicates).unwrap_or(usize::MAX);
            let remembering = watch.engine().remembering().counters();
            self.duplicates = self.duplicates.max(duplicates);
            self.late = self.late.max(remembering.late);
            self.dropped += watch.dropped() + remembering.evicted + remembering.cut + remembering.forgotten;
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Refuses rules that do not load, and a file for bad events that cannot be written.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let library = args.rules.load(out)?;
    let paths = input::paths(&args.files);
    let lateness = args.lateness.unwrap_or_else(|| lateness(&paths));
    let mut runners = runners(&library, lateness);
    let mut bad = BadEvents::new(args.bad_events.as_deref(), &paths)?;
    let mut progress = Progress::new(&paths, out.onlookers());
    let mut counts = Counts::default();
    let mut exit = Exit::Fine;
    for path in &paths {
        match input::open(path, out) {
            Ok(input) => exit = exit.or_worse(read(input, args, &mut runners, &mut counts, &mut bad, &mut progress, out)?),
            // The other files are read all the same.
            Err(refusal) => exit = exit.or_worse(progress.suspend(|| out.refuse(&refusal))),
        }
    }
    progress.finish();
    counts.bad = bad.finish(out)?;
    counts.take(&runners);
    let mut alerts: Vec<Alert> = runners.into_iter().flat_map(|runner| runner.watch.finish()).collect();
    alerts.retain(|alert| args.level.is_none_or(|level| alert.severity >= level));
    alerts.sort_by(|a, b| (a.first, &a.rule, &a.id).cmp(&(b.first, &b.rule, &b.id)));
    report::print(&alerts, args.format.unwrap_or(if out.onlookers().answer { Format::Table } else { Format::Json }), out);
    report::caution(&counts, lateness, out);
    report::summarise(&alerts, &counts, args.stats, &library, out);
    if counts.events == 0 && counts.bad > 0 {
        exit = exit.or_worse(Exit::World);
    }
    let matched = args.fail_on_match && !alerts.is_empty();
    Ok(exit.or_worse(if matched { Exit::Findings } else { Exit::Fine }))
}

/// Sets the rules of each pack to work; packs may know different event types, so that each has a plan of its own.
fn runners(library: &Library, lateness: Span) -> Vec<Runner> {
    let limits = Limits { lateness, ..Limits::default() };
    let runner = |pack: &Pack| {
        let plan = Arc::new(Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets));
        Runner { watch: Watch::new(plan.clone(), limits.clone()), plan, event: Event::new() }
    };
    library.packs.iter().map(runner).collect()
}

/// How late events may come where nothing is said. Files may hold them in any order, the newest first for example; a stream goes on
/// without end, and what is behind it must be let go.
fn lateness(paths: &[PathBuf]) -> Span {
    if paths.iter().any(|path| path.as_os_str() == "-") { LATENESS } else { Span::days(36_500) }
}

/// Reads one input to its end.
fn read(
    input: input::Input<'_>,
    args: &Args,
    runners: &mut [Runner],
    counts: &mut Counts,
    bad: &mut BadEvents,
    progress: &mut Progress,
    out: &mut Out<'_>,
) -> Result<Exit, Refusal> {
    let mut exit = Exit::Fine;
    let mut intake = Intake::new(crate::event::open(progress.watch(input.reader)));
    let org: Option<Arc<str>> = args.org.as_deref().map(Arc::from);
    let mut piece = Piece::default();
    while let Some(next) = intake.next_into(&mut piece) {
        match next {
            Ok(()) => {
                let origin = Origin { source: piece.source.unwrap_or(Source::File), org: piece.org.clone().or_else(|| org.clone()) };
                match observe(runners, &piece.bytes, &origin) {
                    Ok(()) => counts.events += 1,
                    Err(message) => progress.suspend(|| bad.note(&input.name, piece.line, &message, &piece.bytes, out))?,
                }
            }
            Err(fault) => {
                progress.suspend(|| bad.note(&input.name, fault.line, &fault.message, &fault.bytes, out))?;
                if fault.kind == BadPieceKind::Cut {
                    exit = Exit::World;
                }
            }
        }
    }
    Ok(exit)
}

/// Shows an event to every runner; the first one decides whether it is an event at all.
fn observe(runners: &mut [Runner], bytes: &[u8], origin: &Origin) -> Result<(), String> {
    for Runner { plan, watch, event } in runners {
        event.read(plan.layout(), bytes, origin).map_err(|error| match error.offset {
            Some(offset) => format!("{error} (at byte {})", offset + 1),
            None => error.to_string(),
        })?;
        watch.observe(event, None);
    }
    Ok(())
}
