//! What is kept and how much of it, in words: for `explain`.

use super::{ENDLESS, RememberPlan};
use crate::event::Span;
use crate::plan::RuleIndex;

/// Bytes of a key beside its events: its place, and its name in the table of keys.
const KEY_BYTES: usize = 150;

/// Bytes of an event of a key beside the fields that are kept: its place, its time and its id.
const EVENT_BYTES: usize = 100;

/// Bytes of a kept field, most of which are short texts.
const FIELD_BYTES: usize = 16;

/// A set of past events, described.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryText {
    /// What belongs to it and what groups it, as a rule would write it.
    pub text: String,
    /// How much of the settled past is kept of each key, in words.
    pub form: String,
    /// How long its events are kept beyond the lateness; `None` is without end.
    pub kept: Option<Span>,
    /// About how many bytes a key takes that holds a single event.
    pub bytes_per_key: usize,
    /// About how many bytes each further event of a key takes.
    pub bytes_per_event: usize,
    /// About how many bytes a key takes once it holds as many events as the form keeps, where that has a bound.
    pub bytes_when_full: Option<usize>,
    /// The rules that read it.
    pub rules: Vec<RuleIndex>,
}

impl RememberPlan {
    /// Describes every set of past events.
    pub fn describe(&self) -> Vec<HistoryText> {
        let readers = self.readers();
        self.bases()
            .iter()
            .zip(0u32..)
            .zip(readers)
            .map(|((base, number), rules)| {
                // An event is kept once, with what its sets read and what the rules read that decide on it.
                let deciding = self.rules().iter().filter(|rule| rule.home.contains(&number));
                let kept = deciding.fold(base.fields, |kept, rule| kept.or(&rule.fields));
                let bytes_per_event = EVENT_BYTES + FIELD_BYTES * kept.count();
                HistoryText {
                    text: base.text.clone(),
                    form: base.form.words(),
                    kept: (base.retention < ENDLESS).then_some(base.retention),
                    bytes_per_key: KEY_BYTES + bytes_per_event,
                    bytes_per_event,
                    bytes_when_full: base.form.events().map(|events| KEY_BYTES + bytes_per_event * events),
                    rules,
                }
            })
            .collect()
    }

    /// Returns, for each set, the rules that read it directly or through nesting.
    pub fn readers(&self) -> Vec<Vec<RuleIndex>> {
        let mut readers = vec![Vec::new(); self.bases().len()];
        for rule in self.rules() {
            let mut open = rule.shown.clone();
            let mut seen = std::collections::BTreeSet::new();
            while let Some(question) = open.pop() {
                if !seen.insert(question) {
                    continue;
                }
                let Some(ask) = self.ask(question) else { continue };
                for source in ask.sources() {
                    if let Some(readers) = readers.get_mut(source.base as usize)
                        && readers.last() != Some(&rule.index)
                    {
                        readers.push(rule.index);
                    }
                }
                open.extend(self.inner_questions(question));
            }
        }
        readers
    }

    /// Returns the questions inside a question's histories.
    pub fn inner_questions(&self, question: crate::evaluate::QuestionId) -> Vec<crate::evaluate::QuestionId> {
        let Some(remember) = self.questions().get(question) else { return Vec::new() };
        let mut questions = self.questions().clone();
        super::reach::inside(remember).iter().flat_map(|part| super::outer_questions(part, &mut questions)).collect()
    }
}

impl super::Ask {
    /// Says whether more than an event itself decides on its belonging to a history.
    pub fn is_bound(&self) -> bool {
        self.sources().iter().any(|source| !source.residual.is_empty())
    }

    /// Returns the sets that it looks at.
    pub fn sources(&self) -> Vec<&super::Source> {
        match self {
            super::Ask::Plain(plain) => vec![&plain.source],
            super::Ask::Steps(steps) => steps.stages.iter().filter_map(|stage| stage.source.as_ref()).chain(&steps.until).collect(),
        }
    }
}
