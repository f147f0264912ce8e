//! Forms of state: how much of a set's past has to be kept to answer every question that is asked of it.
//!
//! What may still be asked about in any order is kept whole. Of what lies before that, `count(...) >= 5` needs the newest five events,
//! `seen` and `last` the newest one, `distinct(...) >= 3` the newest event of each of three values, `first_seen` that of every value,
//! `travel_speed` the newest event with a place, and a sequence of two steps the newest events of its first. Where several questions are
//! asked, what each of them needs is kept. Everything else needs all events of the window.

use super::Base;
use super::ask::{Ask, Plain, Steps};
use super::refute::is_whole;
use crate::evaluate::Code;
use crate::language::{Question, Remember, Typed};

/// How much of the settled past is kept of each key: what each of these needs. Nothing at all is the newest event.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<Need>);

/// What questions need of the settled past.
#[derive(Clone, Debug)]
pub enum Need {
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
    /// Returns what is needed.
    pub fn needs(&self) -> &[Need] {
        &self.0
    }

    /// Says whether every event of the window is.
    pub fn is_every(&self) -> bool {
        self.0.iter().any(|need| matches!(need, Need::Every))
    }

    /// Returns from how many events of a key on what is asked looks at their values; none where it never does.
    pub fn looks_from(&self) -> Option<usize> {
        self.0.iter().filter_map(Need::looks_from).min()
    }

    /// Adds what a question needs.
    fn add(&mut self, need: Need) {
        for known in &mut self.0 {
            match (known, &need) {
                (Need::Every, _) => return,
                (Need::Newest(a), Need::Newest(b)) => {
                    *a = (*a).max(*b);
                    return;
                }
                (Need::NewestOfEach { meaning, values: a, .. }, Need::NewestOfEach { meaning: other, values: b, .. }) if meaning == other => {
                    *a = (*a).max(*b);
                    return;
                }
                _ => {}
            }
        }
        if matches!(need, Need::Every) {
            self.0.clear();
        }
        self.0.push(need);
    }

    /// Returns the form in words.
    pub fn words(&self) -> String {
        let words: Vec<String> = self.0.iter().map(Need::words).collect();
        if words.is_empty() { Need::Newest(1).words() } else { words.join(", ") }
    }

    /// Returns how many of the newest events of a key are kept whatever they are.
    pub fn at_least(&self) -> usize {
        self.0.iter().map(|need| if let Need::Newest(count) = need { *count } else { 1 }).max().unwrap_or(1).max(1)
    }

    /// Returns how many events of a key are kept at most once it is full; none where that has no bound but the window.
    pub fn events(&self) -> Option<usize> {
        let all: Option<Vec<usize>> = self.0.iter().map(Need::events).collect();
        Some(all?.into_iter().sum::<usize>().max(1))
    }
}

impl Need {
    fn words(&self) -> String {
        match self {
            Need::Newest(0 | 1) => "the newest event".to_owned(),
            Need::Newest(count) => format!("the newest {count} events"),
            Need::NewestOfEach { values: usize::MAX, .. } => "the newest event of each value".to_owned(),
            Need::NewestOfEach { values: 1, meaning, .. } => format!("the newest event with {meaning}"),
            Need::NewestOfEach { values, .. } => format!("the newest event of each of {values} values"),
            Need::Every => "every event of the window".to_owned(),
        }
    }

    fn looks_from(&self) -> Option<usize> {
        match self {
            Need::Newest(_) => None,
            Need::NewestOfEach { values: usize::MAX, .. } | Need::Every => Some(1),
            // With fewer events there are not so many values.
            Need::NewestOfEach { values, .. } => Some(*values),
        }
    }

    fn events(&self) -> Option<usize> {
        match self {
            Need::Newest(count) => Some((*count).max(1)),
            Need::NewestOfEach { values: usize::MAX, .. } | Need::Every => None,
            Need::NewestOfEach { values, .. } => Some((*values).max(1)),
        }
    }
}

/// Works out the form of every set from the questions that are asked of it.
pub(super) fn choose<'q>(bases: &mut [Base], asks: impl Iterator<Item = (&'q Ask, &'q Remember)>) {
    for (ask, remember) in asks {
        match ask {
            Ask::Plain(plain) => add(bases, plain.source.base, is_whole(&plain.source, bases), of_plain(plain, remember.value.as_deref())),
            Ask::Steps(steps) => of_steps(bases, steps),
        }
    }
}

fn add(bases: &mut [Base], number: u32, is_whole: bool, need: Need) {
    if let Some(base) = bases.get_mut(number as usize) {
        base.form.add(if is_whole { need } else { Need::Every });
    }
}

fn of_plain(plain: &Plain, value: Option<&Typed>) -> Need {
    let of_each = |values: usize| match (&plain.value, value) {
        (Some(code), Some(typed)) => Need::NewestOfEach { value: code.clone(), meaning: typed.key(), values },
        _ => Need::Every,
    };
    match (&plain.question, plain.enough) {
        (Question::Count, Some(enough)) => Need::Newest(enough),
        (Question::Distinct, Some(enough)) => of_each(enough),
        (Question::Seen | Question::Last, _) => Need::Newest(1),
        (Question::FirstSeen(_), _) => of_each(usize::MAX),
        (Question::TravelSpeed | Question::TravelDistance, _) => match &plain.value {
            Some(place) => Need::NewestOfEach { value: place.clone(), meaning: "a place".to_owned(), values: 1 },
            None => Need::Every,
        },
        _ => Need::Every,
    }
}

fn of_steps(bases: &mut [Base], steps: &Steps) {
    let is_short = steps.is_short();
    for stage in &steps.stages {
        let Some(source) = &stage.source else { continue };
        let need = if is_short { Need::Newest(if stage.absent { 1 } else { stage.times }) } else { Need::Every };
        add(bases, source.base, is_whole(source, bases), need);
    }
    for until in &steps.until {
        let need = if is_short { Need::Newest(1) } else { Need::Every };
        add(bases, until.base, is_whole(until, bases), need);
    }
}
