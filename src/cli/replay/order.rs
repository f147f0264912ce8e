//! Putting events in the order of their times before they are taken in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::alert::Sighted;
use crate::event::Timestamp;

/// Events that are held back to be put in order; beyond it the earliest ones are let go. About 300 MB where no rule wants them.
pub(in crate::cli) const ORDERED_MAX: usize = 2_000_000;

/// Holds events back until earlier ones can no longer come.
#[derive(Debug, Default)]
pub(super) struct Order {
    held: BinaryHeap<Reverse<Held>>,
    number: u64,
}

/// An event that is held back, with its place in the input.
#[derive(Debug)]
struct Held {
    at: Timestamp,
    number: u64,
    sighted: Vec<Sighted>,
}

impl Order {
    /// Takes an event in; gives one that has to be taken now: one without a time at once, and the earliest if there are too many.
    pub(super) fn push(&mut self, sighted: Vec<Sighted>) -> Option<Vec<Sighted>> {
        let Some(at) = sighted.first().and_then(Sighted::published) else { return Some(sighted) };
        self.number += 1;
        self.held.push(Reverse(Held { at, number: self.number, sighted }));
        if self.held.len() > ORDERED_MAX { self.pop() } else { None }
    }

    /// Gives the earliest event.
    pub(super) fn pop(&mut self) -> Option<Vec<Sighted>> {
        self.held.pop().map(|Reverse(held)| held.sighted)
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
