//! `clarion okta logs`: the System Log as JSON lines, each event as Okta wrote it.

use indicatif::{ProgressBar, ProgressStyle};

use crate::event::{Span, Timestamp};
use crate::integration::Desk;
use crate::okta::{LogPage, LogQuery, LogReader, Next};

use super::super::clock::now;
use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::super::rules::{count, grouped};
use super::surroundings::{Surroundings, clock, workspace};
use super::work::runtime;
use super::{Common, fault};

/// Most pages that are read; at 1,000 events each, more than any org writes in 90 days.
const PAGES_MAX: usize = 1_000_000;

/// Writes events of the System Log to stdout, one a line
#[derive(Debug, clap::Args)]
#[command(after_help = "Without --until everything is read that is in the log by now, also what came in late.\n\n\
    Examples:\n  clarion okta logs --since 24h | clarion run -\n  clarion okta logs --since 2026-03-01T00:00:00Z --until 2026-03-02T00:00:00Z \\\n    --filter 'eventType eq \"user.session.start\"' | gzip > day.ndjson.gz")]
pub(super) struct Args {
    /// From when: a time such as 2026-03-01T00:00:00Z, or how long ago, such as 24h
    #[arg(long, value_name = "WHEN", value_parser = when, allow_hyphen_values = true)]
    since: When,
    /// Until when, likewise
    #[arg(long, value_name = "WHEN", value_parser = when, allow_hyphen_values = true)]
    until: Option<When>,
    /// Only events that fulfil an expression of Okta's, such as 'eventType sw "user."'
    #[arg(long, value_name = "EXPRESSION")]
    filter: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// A time, or how long ago it was.
#[derive(Clone, Copy, Debug)]
enum When {
    At(Timestamp),
    Ago(Span),
}

fn when(text: &str) -> Result<When, String> {
    match (Timestamp::parse(text), Span::parse(text)) {
        (Some(at), _) => Ok(When::At(at)),
        (None, Some(ago)) => Ok(When::Ago(ago)),
        (None, None) => Err("write a time such as `2026-03-01T00:00:00Z`, or how long ago, such as `24h`".to_owned()),
    }
}

impl When {
    fn from(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(at) => at,
            When::Ago(ago) => now.minus(ago),
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let (since, until) = (args.since.from(now()), args.until.map(|until| until.from(now())));
    if until.is_some_and(|until| until <= since) {
        return Err(Refusal::usage("`--until` is not after `--since`"));
    }
    let allowance = around.allowance(out)?;
    let Some(store) = around.look(&args.common)? else {
        return Ok(fault::report(&crate::integration::Error::NotConnected(workspace), args.common.format, out));
    };
    let desk = Desk::new(store, workspace, clock(), allowance);
    let mut query = until.map_or_else(|| LogQuery::polling(since), |until| LogQuery::between(since, until));
    if let Some(filter) = &args.filter {
        query = query.filter(filter);
    }
    let runtime = runtime()?;
    let client = match runtime.block_on(desk.client()) {
        Ok(client) => client,
        Err(error) => return Ok(fault::report(&error, args.common.format, out)),
    };
    let mut tally = Tally::default();
    let ended = runtime.block_on(copy(client.read_logs(query), until.is_some(), &mut tally, out));
    tally.finish(out);
    ended.map(|()| if tally.bad > 0 { Exit::World } else { Exit::Fine })
}

/// What has been read.
#[derive(Default)]
struct Tally {
    events: usize,
    bad: usize,
    bar: Option<ProgressBar>,
}

impl Tally {
    fn tick(&mut self, out: &Out<'_>) {
        // Events on the terminal are progress enough.
        if !out.onlookers().talk || out.onlookers().answer {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()));
        bar.set_message(format!("{} events", grouped(self.events)));
        bar.tick();
    }

    fn finish(&mut self, out: &mut Out<'_>) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        out.say(count(self.events, "event"));
        if self.bad > 0 {
            out.warn(format_args!("Okta sent {} that could not be read as an event", count(self.bad, "row")));
        }
    }
}

/// Copies page after page until there is, for now, nothing more.
async fn copy(mut reader: LogReader, bounded: bool, tally: &mut Tally, out: &mut Out<'_>) -> Result<(), Refusal> {
    for _ in 0..PAGES_MAX {
        let page = match reader.next_page().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(()),
            Err(error) => {
                out.flush();
                return Err(fault::of_okta(&error));
            }
        };
        write(&page, tally, out);
        tally.tick(out);
        if out.is_closed() || (!bounded && page.is_last_for_now()) {
            return Ok(());
        }
        if let Next::Refused(link) = &page.next {
            return Err(Refusal::world(format!("the events go on, and the link to them is not to be followed: {link}")));
        }
    }
    Ok(())
}

/// Writes the events of a page, each on a line.
fn write(page: &LogPage, tally: &mut Tally, out: &mut Out<'_>) {
    for event in &page.events {
        let text = event.get();
        // Between its texts JSON may be laid out on several lines; inside them it cannot be.
        if text.contains(['\n', '\r']) {
            out.line(text.replace(['\n', '\r'], " "))
        } else {
            out.line(text)
        }
        tally.events += 1;
    }
    tally.bad += page.bad.len();
    out.flush();
}
