//! What an expression is evaluated on.

use super::code::QuestionId;
use crate::event::{Event, RecordKind, RecordSlot, Slot, Timestamp, Value};

/// An event, or what is kept of one.
pub trait Facts {
    /// Returns the value of a field.
    fn value(&self, slot: Slot) -> Value<'_>;
    /// Returns how many records of a kind there are.
    fn records(&self, kind: RecordKind) -> usize;
    /// Returns the value of a field of a record.
    fn record_value(&self, kind: RecordKind, index: usize, slot: RecordSlot) -> Value<'_>;
    /// Returns when it happened.
    fn published(&self) -> Option<Timestamp>;
}

impl Facts for Event {
    fn value(&self, slot: Slot) -> Value<'_> {
        Event::value(self, slot)
    }

    fn records(&self, kind: RecordKind) -> usize {
        Event::records(self, kind)
    }

    fn record_value(&self, kind: RecordKind, index: usize, slot: RecordSlot) -> Value<'_> {
        Event::record_value(self, kind, index, slot)
    }

    fn published(&self) -> Option<Timestamp> {
        Event::published(self)
    }
}

/// Answers questions to histories.
pub trait Memory {
    /// Returns the answer to a question asked on a moment; missing where there is none.
    fn answer(&self, question: QuestionId, moment: &Moment<'_>) -> Value<'static>;
}

/// Remembers nothing: every question is answered with missing.
#[derive(Clone, Copy, Debug)]
pub struct NoMemory;

impl Memory for NoMemory {
    fn answer(&self, _: QuestionId, _: &Moment<'_>) -> Value<'static> {
        Value::Missing
    }
}

/// The events that an expression sees.
#[derive(Clone, Copy)]
pub struct Moment<'e> {
    /// The event at hand.
    pub here: &'e dyn Facts,
    /// In a population, the event that asks.
    pub now: Option<&'e dyn Facts>,
    /// In a sequence, the events that earlier steps took, by position.
    pub steps: &'e [Option<&'e dyn Facts>],
    /// What answers questions.
    pub memory: &'e dyn Memory,
    /// The record that the innermost `any` and its like look at.
    pub(super) element: Option<(&'e dyn Facts, RecordKind, usize)>,
}

impl<'e> Moment<'e> {
    /// Makes the moment of one event.
    pub fn new(here: &'e dyn Facts, memory: &'e dyn Memory) -> Self {
        Moment { here, now: None, steps: &[], memory, element: None }
    }

    /// Returns the same moment with an event that asks.
    pub fn asked_by(self, now: &'e dyn Facts) -> Self {
        Moment { now: Some(now), ..self }
    }

    /// Returns the same moment with the events that earlier steps took.
    pub fn after(self, steps: &'e [Option<&'e dyn Facts>]) -> Self {
        Moment { steps, ..self }
    }

    pub(super) fn with_element(self, facts: &'e dyn Facts, kind: RecordKind, index: usize) -> Self {
        Moment { element: Some((facts, kind, index)), ..self }
    }
}
