//! Forms of state: how much of a set's past has to be kept to answer every question that is asked of it.
//!
//! What may still be asked about in any order is kept whole. Of what lies before that, `count(...) >= 5` needs the newest five events,
//! `seen` and `last` the newest one, `distinct(...) >= 3` the newest event of each of three values, `first_seen` that of every value,
//! and a sequence of two steps the newest events of its first. Everything else needs all events of the window.

use super::Base;
use super::ask::{Ask, Plain, Steps};
use crate::evaluate::Code;
use crate::language::{Question, Remember, Typed};

/// How much of the settled past is kept of each key.
#[derive(Clone, Debug, Default)]
pub enum Form {
    /// Nothing that was asked so far needs any of it.
    #[default]
    Nothing,
    /// The newest events, so many.
    Newest(usize),
    /// The newest event of each value, of the newest values, so many.
    NewestOfEach {
        /// What is told apart.
        value: Code,
        /// The same text for the same value.
        meaning: String,
        /// How many values.
        values: usize,
    },
    /// Every event of the window.
    Every,
}

impl Form {
    /// Returns the least form that serves both.
    fn and(self, other: Form) -> Form {
        match (self, other) {
            (Form::Nothing, form) | (form, Form::Nothing) => form,
            (Form::Newest(a), Form::Newest(b)) => Form::Newest(a.max(b)),
            (Form::NewestOfEach { value, meaning, values: a }, Form::NewestOfEach { meaning: other, values: b, .. }) if meaning == other => {
                Form::NewestOfEach { value, meaning, values: a.max(b) }
            }
            _ => Form::Every,
        }
    }

    /// Returns the form in words.
    pub fn words(&self) -> String {
        match self {
            Form::Nothing | Form::Newest(0 | 1) => "the newest event".to_owned(),
            Form::Newest(count) => format!("the newest {count} events"),
            Form::NewestOfEach { values: usize::MAX, .. } => "the newest event of each value".to_owned(),
            Form::NewestOfEach { values, .. } => format!("the newest event of each of {values} values"),
            Form::Every => "every event of the window".to_owned(),
        }
    }

    /// Returns how many events of a key are kept once it is full; none where that has no bound but the window.
    pub fn events(&self) -> Option<usize> {
        match self {
            Form::Nothing => Some(1),
            Form::Newest(count) => Some((*count).max(1)),
            Form::NewestOfEach { values: usize::MAX, .. } | Form::Every => None,
            Form::NewestOfEach { values, .. } => Some((*values).max(1)),
        }
    }
}

/// Works out the form of every set from the questions that are asked of it.
pub(super) fn choose<'q>(bases: &mut [Base], asks: impl Iterator<Item = (&'q Ask, &'q Remember)>) {
    for (ask, remember) in asks {
        match ask {
            Ask::Plain(plain) => need(bases, plain.source.base, is_whole(bases, &plain.source), of_plain(plain, remember.value.as_deref())),
            Ask::Steps(steps) => of_steps(bases, steps),
        }
    }
}

fn need(bases: &mut [Base], number: u32, is_whole: bool, form: Form) {
    if let Some(base) = bases.get_mut(number as usize) {
        base.form = std::mem::take(&mut base.form).and(if is_whole { form } else { Form::Every });
    }
}

/// Says whether every event of the set belongs to the history, whichever event asks.
fn is_whole(bases: &[Base], source: &super::Source) -> bool {
    source.residual.is_empty() && !source.sees_alerts && !bases.get(source.base as usize).is_some_and(|base| base.sees_alerts)
}

fn of_plain(plain: &Plain, value: Option<&Typed>) -> Form {
    let of_each = |values: usize| match (&plain.value, value) {
        (Some(code), Some(typed)) => Form::NewestOfEach { value: code.clone(), meaning: typed.key(), values },
        _ => Form::Every,
    };
    match (&plain.question, plain.enough) {
        (Question::Count, Some(enough)) => Form::Newest(enough),
        (Question::Distinct, Some(enough)) => of_each(enough),
        (Question::Seen | Question::Last, _) => Form::Newest(1),
        (Question::FirstSeen(_), _) => of_each(usize::MAX),
        _ => Form::Every,
    }
}

fn of_steps(bases: &mut [Base], steps: &Steps) {
    // Before the event that asks there is one step only: its newest events are the best choice, and of what must be absent the newest
    // event decides.
    let happening = steps.stages.iter().filter(|stage| !stage.absent).count();
    let is_short = happening <= 2 && !steps.linked && steps.stages.last().is_some_and(|stage| stage.times == 1);
    for stage in &steps.stages {
        let Some(source) = &stage.source else { continue };
        let form = if is_short { Form::Newest(if stage.absent { 1 } else { stage.times }) } else { Form::Every };
        need(bases, source.base, is_whole(bases, source), form);
    }
    for until in &steps.until {
        let form = if is_short { Form::Newest(1) } else { Form::Every };
        need(bases, until.base, is_whole(bases, until), form);
    }
}
