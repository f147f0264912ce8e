//! Files and streams of events through the rules of packs, on all cores.
//!
//! One thread cuts the input into events, workers read them and decide what each of them means alone, and what they find is taken in
//! by one engine a pack. Files are put in order of time first, as far as [`ORDERED_MAX`] allows; a stream is taken as it comes. So what
//! comes out depends neither on the number of cores nor on the order of a file.

mod bad;
mod limits;
mod order;
mod progress;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::clock::now;
use super::days::{Day, PerDay};
use super::exit::{Exit, Refusal};
use super::input;
use super::out::Out;
use crate::alert::{Alert, Lookout, Sighted, Waiting, Watch};
use crate::engine::remember::{AHEAD_MAX, LATENESS};
use crate::engine::{FETCH_MAX, Limits};
use crate::event::{BadPiece, BadPieceKind, Event, Intake, Origin, Piece, Source, Span};
use crate::pack::Library;
use crate::plan::Plan;

use bad::BadEvents;
use order::Order;
use progress::Progress;

pub(super) use limits::ReachedLimits;
pub(super) use order::ORDERED_MAX;

/// Events that are handed to a worker together.
const BATCH: usize = 128;

/// Batches on their way for each worker, so that a slow one does not make the others wait and memory stays bounded.
const BATCHES_MAX: usize = 4;

/// What is to be replayed, and how.
#[derive(Debug)]
pub(super) struct Replay<'a> {
    /// The rules.
    pub(super) library: &'a Library,
    /// Where events are; `-` is stdin.
    pub(super) paths: &'a [PathBuf],
    /// The org that events come from, where they do not say it.
    pub(super) org: Option<&'a str>,
    /// How late an event may come; nothing puts files in order instead.
    pub(super) lateness: Option<Span>,
    /// Where to put what is no event.
    pub(super) bad_events: Option<&'a Path>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Replayed {
    /// The alerts, in the order of their beginnings.
    pub(super) alerts: Vec<Alert>,
    /// How many findings of which rules depend on what comes after the last event.
    pub(super) waiting: Waiting,
    pub(super) limits: ReachedLimits,
    pub(super) counts: Counts,
    /// How many events each day has.
    pub(super) events_per_day: PerDay,
    /// Whether everything could be read.
    pub(super) exit: Exit,
}

/// What has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Events that could be read, duplicates among them.
    pub(super) events: usize,
    pub(super) duplicates: usize,
    /// What was no event.
    pub(super) bad: usize,
    /// Events that came too late for histories.
    pub(super) late: u64,
    /// Events without an id or a time, which have no place in histories.
    pub(super) unplaced: u64,
    /// How late an event could come, where events were taken as they came.
    pub(super) lateness: Option<Span>,
}

/// What a worker is given: events, and where they come from.
struct Batch {
    number: u64,
    input: Arc<str>,
    pieces: Vec<Result<Piece, BadPiece>>,
}

/// What a worker makes of it: for each event what it means to each pack, or why it is none.
struct Looked {
    number: u64,
    input: Arc<str>,
    events: Vec<Result<Vec<Sighted>, BadPiece>>,
}

impl Replay<'_> {
    /// Runs everything.
    ///
    /// # Errors
    /// A file for bad events that cannot be written.
    pub(super) fn run(&self, out: &mut Out<'_>) -> Result<Replayed, Refusal> {
        // Packs may know different event types, so that each has a plan of its own.
        let plans: Vec<Arc<Plan>> =
            self.library.packs.iter().map(|pack| Arc::new(Plan::compile(pack.rules.iter().cloned().map(Arc::new), &pack.sets))).collect();
        let is_stream = self.paths.iter().any(|path| path.as_os_str() == "-");
        let in_order = self.lateness.is_none() && !is_stream;
        let lateness = (!in_order).then(|| self.lateness.unwrap_or(LATENESS));
        let limits = Limits { lateness: lateness.unwrap_or(Span::ZERO), ..Limits::default() };
        let mut taking = Taking {
            watches: plans.iter().map(|plan| Watch::new(plan.clone(), limits.clone())).collect(),
            order: in_order.then(Order::default),
            ready: Vec::new(),
            waiting: BTreeMap::new(),
            next: 0,
            counts: Counts { lateness, ..Counts::default() },
            events_per_day: PerDay::new(),
            bad: BadEvents::new(self.bad_events, self.paths)?,
            progress: Progress::new(self.paths, out.onlookers()),
            cut: false,
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let (batches, waiting) = sync_channel(workers * BATCHES_MAX);
        let (looked, found) = channel();
        let waiting = Mutex::new(waiting);
        let exit = thread::scope(|scope| {
            for _ in 0..workers {
                let (plans, waiting, looked) = (&plans, &waiting, looked.clone());
                scope.spawn(move || work(plans, waiting, &looked));
            }
            drop(looked);
            let mut feed = Feed { batches, found, under_way: 0, number: 0, most: workers * BATCHES_MAX };
            let exit = self.feed(&mut feed, &mut taking, out);
            // Without it the workers wait for more.
            drop(feed.batches);
            while let Ok(looked) = feed.found.recv() {
                taking.take(looked, out)?;
            }
            exit
        })?;
        taking.finish(exit, out)
    }

    /// Cuts every input into batches.
    fn feed(&self, feed: &mut Feed, taking: &mut Taking, out: &mut Out<'_>) -> Result<Exit, Refusal> {
        let mut exit = Exit::Fine;
        let org: Option<Arc<str>> = self.org.map(Arc::from);
        for path in self.paths {
            let input = match input::open(path, out) {
                Ok(input) => input,
                // The other files are read all the same.
                Err(refusal) => {
                    exit = exit.or_worse(taking.progress.suspend(|| out.refuse(&refusal)));
                    continue;
                }
            };
            let name: Arc<str> = input.name.as_str().into();
            let mut pieces = Vec::with_capacity(BATCH);
            for piece in Intake::new(crate::event::open(taking.progress.watch(input.reader))) {
                pieces.push(piece.map(|piece| Piece { org: piece.org.or_else(|| org.clone()), ..piece }));
                if pieces.len() == BATCH {
                    feed.send(&name, std::mem::replace(&mut pieces, Vec::with_capacity(BATCH)), taking, out)?;
                }
            }
            feed.send(&name, pieces, taking, out)?;
        }
        Ok(exit)
    }
}

/// The way to the workers and back.
struct Feed {
    batches: SyncSender<Batch>,
    found: Receiver<Looked>,
    under_way: usize,
    number: u64,
    most: usize,
}

impl Feed {
    fn send(&mut self, input: &Arc<str>, pieces: Vec<Result<Piece, BadPiece>>, taking: &mut Taking, out: &mut Out<'_>) -> Result<(), Refusal> {
        if pieces.is_empty() {
            return Ok(());
        }
        // Room is made first, so that sending never waits for those who wait for us.
        while self.under_way >= self.most {
            let Ok(looked) = self.found.recv() else { break };
            self.under_way -= 1;
            taking.take(looked, out)?;
        }
        let batch = Batch { number: self.number, input: input.clone(), pieces };
        if self.batches.send(batch).is_ok() {
            self.number += 1;
            self.under_way += 1;
        }
        while let Ok(looked) = self.found.try_recv() {
            self.under_way -= 1;
            taking.take(looked, out)?;
        }
        Ok(())
    }
}

/// Reads events and looks at them until there are no more.
fn work(plans: &[Arc<Plan>], batches: &Mutex<Receiver<Batch>>, looked: &Sender<Looked>) {
    let mut lookouts: Vec<(Arc<Plan>, Lookout)> = plans.iter().map(|plan| (plan.clone(), Lookout::new(plan.clone()))).collect();
    let mut event = Event::new();
    loop {
        let batch = match batches.lock() {
            Ok(batches) => batches.recv(),
            Err(_) => return,
        };
        let Ok(batch) = batch else { return };
        let events = batch.pieces.into_iter().map(|piece| piece.and_then(|piece| look(&mut lookouts, &mut event, piece))).collect();
        if looked.send(Looked { number: batch.number, input: batch.input, events }).is_err() {
            return;
        }
    }
}

/// Shows an event to every pack; the first one decides whether it is an event at all.
fn look(lookouts: &mut [(Arc<Plan>, Lookout)], event: &mut Event, piece: Piece) -> Result<Vec<Sighted>, BadPiece> {
    let origin = Origin { source: piece.source.unwrap_or(Source::File), org: piece.org };
    let mut all = Vec::with_capacity(lookouts.len());
    for (plan, lookout) in lookouts {
        if let Err(error) = event.read(plan.layout(), &piece.bytes, &origin) {
            let message = match error.offset {
                Some(offset) => format!("{error} (at byte {})", offset + 1),
                None => error.to_string(),
            };
            return Err(BadPiece { kind: BadPieceKind::NotAnObject, line: piece.line, message, bytes: piece.bytes });
        }
        all.push(lookout.look(event));
    }
    Ok(all)
}

/// Takes in what workers have found, batch after batch in the order of the input.
struct Taking {
    watches: Vec<Watch>,
    order: Option<Order>,
    /// Events that wait for others, to be taken in together.
    ready: Vec<Vec<Sighted>>,
    waiting: BTreeMap<u64, Looked>,
    next: u64,
    counts: Counts,
    events_per_day: PerDay,
    bad: BadEvents,
    progress: Progress,
    /// Whether an input ended early.
    cut: bool,
}

impl Taking {
    fn take(&mut self, looked: Looked, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.waiting.insert(looked.number, looked);
        while let Some(looked) = self.waiting.remove(&self.next) {
            self.next += 1;
            for event in looked.events {
                match event {
                    Ok(sighted) => {
                        self.counts.events += 1;
                        if let Some(at) = sighted.first().and_then(Sighted::published) {
                            *self.events_per_day.entry(Day::of(at)).or_default() += 1;
                        }
                        self.observe(sighted);
                    }
                    Err(fault) => {
                        self.cut |= fault.kind == BadPieceKind::Cut;
                        let bad = &mut self.bad;
                        self.progress.suspend(|| bad.note(&looked.input, fault.line, &fault.message, &fault.bytes, out))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn observe(&mut self, sighted: Vec<Sighted>) {
        let now = match &mut self.order {
            None => Some(sighted),
            Some(order) => order.push(sighted),
        };
        self.ready.extend(now);
        if self.ready.len() >= FETCH_MAX {
            self.show();
        }
    }

    /// Shows every watch what it has seen of the events that are ready.
    fn show(&mut self) {
        let mut by_watch: Vec<Vec<Sighted>> = self.watches.iter().map(|_| Vec::with_capacity(self.ready.len())).collect();
        for sighted in self.ready.drain(..) {
            by_watch.iter_mut().zip(sighted).for_each(|(all, sighted)| all.push(sighted));
        }
        // A stream may go on for days: what time it is is asked again and again.
        let latest = now().plus(AHEAD_MAX);
        for (watch, sighted) in self.watches.iter_mut().zip(by_watch) {
            watch.set_latest(latest);
            watch.take_all(sighted);
        }
    }

    fn finish(mut self, exit: Exit, out: &mut Out<'_>) -> Result<Replayed, Refusal> {
        while let Some(sighted) = self.order.as_mut().and_then(Order::pop) {
            self.ready.push(sighted);
            if self.ready.len() >= FETCH_MAX {
                self.show();
            }
        }
        self.show();
        self.progress.finish();
        self.counts.bad = self.bad.finish(out)?;
        let mut limits = ReachedLimits::default();
        for watch in &self.watches {
            let duplicates = usize::try_from(watch.engine().counters().duplicates).unwrap_or(usize::MAX);
            let remembering = watch.engine().remembering().counters();
            // Each has seen every event, so that duplicates are the same for all.
            self.counts.duplicates = self.counts.duplicates.max(duplicates);
            self.counts.late = self.counts.late.max(remembering.late);
            self.counts.unplaced = self.counts.unplaced.max(remembering.unplaced);
            limits.add(watch);
        }
        let (mut alerts, mut waiting) = (Vec::new(), Waiting::default());
        // More may follow in another file: what is open stays open.
        for (found, open) in self.watches.into_iter().map(Watch::leave_off) {
            alerts.extend(found);
            waiting.add(open);
        }
        alerts.sort_by(|a, b| (a.first, &a.rule, &a.id).cmp(&(b.first, &b.rule, &b.id)));
        let nothing_read = self.counts.events == 0 && self.counts.bad > 0;
        let exit = exit.or_worse(if self.cut || nothing_read { Exit::World } else { Exit::Fine });
        Ok(Replayed { alerts, waiting, limits, counts: self.counts, events_per_day: self.events_per_day, exit })
    }
}
