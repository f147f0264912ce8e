//! Schedules: in which order, how often and in which batches events come, and where the engine is stopped between them.
//!
//! All of them keep the law's terms: no event comes behind the watermark, neither do second copies.

use std::fmt;

use clarion::event::Span;

use super::dice::Dice;
use super::vocabulary::{Words, start, time};

/// How late an event may come.
pub(super) const LATENESS: Span = Span::hours(1);

/// What is done to a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Every event once, in order, one by one.
    Sorted,
    /// Every event with a delay of its own.
    Shuffled,
    /// In order, every event one to three times more.
    Duplicated,
    /// In order, in batches of any size.
    Batched,
    /// Shuffled; in the middle the state is written out and a new engine goes on from it.
    Restored,
    /// Shuffled; in the middle the same rules are loaded again.
    Reloaded,
    /// All of it.
    Everything,
}

impl Kind {
    pub(super) const ALL: [Kind; 7] = [Kind::Sorted, Kind::Shuffled, Kind::Duplicated, Kind::Batched, Kind::Restored, Kind::Reloaded, Kind::Everything];
}

/// One step; events by their place in the case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// A batch of events that come together.
    Deliver(Vec<usize>),
    /// The state is written out, and a new engine is made from it.
    Restore,
    /// The rules are loaded again.
    Reload,
}

/// The steps in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Schedule {
    pub(super) kind: Kind,
    pub(super) steps: Vec<Step>,
}

impl Schedule {
    /// Makes a schedule for events that are sorted.
    pub(super) fn new(kind: Kind, events: &[Words], seed: u64) -> Schedule {
        let mut dice = Dice::new(seed ^ ((kind as u64 + 1) << 56));
        let is = |kinds: &[Kind]| kind == Kind::Everything || kinds.contains(&kind);
        let mut order: Vec<usize> = (0..events.len()).collect();
        if is(&[Kind::Shuffled, Kind::Restored, Kind::Reloaded]) || is(&[Kind::Duplicated]) {
            let shuffled = kind != Kind::Duplicated;
            order = by_arrival(events, shuffled, is(&[Kind::Duplicated]), &mut dice);
        }
        let mut steps = Vec::new();
        let mut rest = order.as_slice();
        let most = *dice.pick(&[2, 5, 20]);
        while !rest.is_empty() {
            let size = if is(&[Kind::Batched]) { dice.between(1, most) as usize } else { 1 };
            let (batch, behind) = rest.split_at(size.min(rest.len()));
            steps.push(Step::Deliver(batch.to_vec()));
            rest = behind;
        }
        for (kinds, step) in [(Kind::Restored, Step::Restore), (Kind::Reloaded, Step::Reload)] {
            if is(&[kinds]) {
                let times = if kind == Kind::Everything { dice.between(1, 3) } else { 1 };
                for _ in 0..times {
                    steps.insert(dice.below(steps.len() + 1), step.clone());
                }
            }
        }
        Schedule { kind, steps }
    }

    /// Returns the events in the order in which they come.
    pub(super) fn arrivals(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().flat_map(|step| match step {
            Step::Deliver(events) => events.clone(),
            Step::Restore | Step::Reload => Vec::new(),
        })
    }

    /// Returns the schedule without the event at a place; those behind it move up.
    pub(super) fn without(&self, gone: usize) -> Schedule {
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::Deliver(events) => {
                let left: Vec<usize> = events.iter().filter(|event| **event != gone).map(|event| event - usize::from(*event > gone)).collect();
                (!left.is_empty()).then_some(Step::Deliver(left))
            }
            other => Some(other.clone()),
        });
        Schedule { kind: self.kind, steps: steps.collect() }
    }

    /// Returns the schedules that are a little simpler: a step less, a copy less, a batch split.
    pub(super) fn simpler(&self) -> Vec<Schedule> {
        let mut simpler = Vec::new();
        let mut with = |change: &dyn Fn(&mut Vec<Step>)| {
            let mut steps = self.steps.clone();
            change(&mut steps);
            simpler.push(Schedule { kind: self.kind, steps });
        };
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Restore | Step::Reload => with(&|steps| {
                    steps.remove(at);
                }),
                Step::Deliver(events) => {
                    let came: Vec<usize> = Schedule { kind: self.kind, steps: self.steps[..at].to_vec() }.arrivals().collect();
                    if let [only] = events.as_slice()
                        && came.contains(only)
                    {
                        with(&|steps| {
                            steps.remove(at);
                        });
                    }
                    if events.len() > 1 {
                        with(&|steps| {
                            steps.splice(at..=at, events.iter().map(|event| Step::Deliver(vec![*event])));
                        });
                    }
                }
            }
        }
        simpler
    }

    /// Says whether the schedule keeps to the bound: no event comes when it is older than the newest one less the lateness.
    pub(super) fn is_inside_the_bound(&self, events: &[Words]) -> bool {
        let mut newest = None;
        self.arrivals().filter_map(|event| events[event].at.as_deref().map(time)).all(|at| {
            let inside = newest.is_none_or(|newest: clarion::event::Timestamp| at >= newest.minus(LATENESS));
            newest = Some(newest.map_or(at, |newest| newest.max(at)));
            inside
        })
    }
}

/// Sorts events and their copies by when they arrive: each at its own time and then a delay, which is never longer than the lateness.
fn by_arrival(events: &[Words], is_shuffled: bool, has_copies: bool, dice: &mut Dice) -> Vec<usize> {
    let lateness = LATENESS.as_micros() / 1_000_000;
    let longest = *dice.pick(&[60, 600, lateness, lateness]);
    let mut arrivals: Vec<(i64, usize, usize)> = Vec::new();
    let mut last = 0;
    for (event, words) in events.iter().enumerate() {
        // What has no time comes with the one before it.
        let at = words.at.as_deref().map_or(last, |at| time(at).since(start()).as_micros() / 1_000_000);
        last = at;
        let delay = |dice: &mut Dice| match dice.below(10) {
            0 => longest,
            1..=3 => 0,
            _ => dice.between(0, longest),
        };
        let first = if is_shuffled { delay(dice) } else { 0 };
        let tie = |dice: &mut Dice| if is_shuffled { dice.below(1 << 20) } else { event };
        let place = tie(dice);
        arrivals.push((at + first, place, event));
        let copies = if has_copies { dice.between(1, 3) } else { 0 };
        for _ in 0..copies {
            let (delay, tie) = (delay(dice).max(first), tie(dice));
            arrivals.push((at + delay, tie, event));
        }
    }
    arrivals.sort();
    arrivals.into_iter().map(|(_, _, event)| event).collect()
}

impl fmt::Display for Schedule {
    /// Writes the events by their places, batches in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { " " })?;
            match step {
                Step::Deliver(events) => match events.as_slice() {
                    [only] => write!(f, "{only}")?,
                    several => write!(f, "{several:?}")?,
                },
                Step::Restore => f.write_str("restore")?,
                Step::Reload => f.write_str("reload")?,
            }
        }
        Ok(())
    }
}
