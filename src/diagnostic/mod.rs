//! Diagnostics: what is wrong with a rule, as data.
//!
//! A [`Diagnostic`] carries a stable code, a sentence, the exact place in a source file, notes and fixes. One model feeds
//! every form: text for people, JSON, SARIF and GitHub annotations. This room knows nothing of the language's grammar.

mod code;
mod explain;
mod render;
mod source;

pub use code::Code;
pub use explain::explain;
pub use render::{Tally, github, human, json_lines, sarif, short};
pub use source::{FileId, Sources, Span};

/// How bad a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Legal, and probably not what was meant.
    Warning,
    /// The rule cannot be used.
    Error,
}

impl Level {
    /// Returns the word that is printed: `error` or `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// A change of text that mends the fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the change does, in the imperative: "write `==`".
    pub title: String,
    /// The text to replace.
    pub span: Span,
    /// What to put in its place.
    pub replacement: String,
}

/// One fault of a rule's author, or a warning to them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The stable code, which also decides the level.
    pub code: Code,
    /// One sentence in plain words: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// Where it is.
    pub span: Span,
    /// A few words printed under the marked text.
    pub label: String,
    /// Other places that matter, each with a few words.
    pub also: Vec<(Span, String)>,
    /// Facts that explain the rule behind the diagnostic.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// A change of text that mends it, where there is one.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Makes a diagnostic at `span`; the rest is added by the builder methods.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { code, message: message.into(), span, label: String::new(), also: Vec::new(), notes: Vec::new(), help: Vec::new(), fix: None }
    }

    /// Adds the words under the marked text.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Marks another place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.also.push((span, text.into()));
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a change of text at the diagnostic's own span.
    pub fn fix(self, title: impl Into<String>, replacement: impl Into<String>) -> Self {
        let span = self.span;
        self.fix_at(span, title, replacement)
    }

    /// Adds a change of text elsewhere.
    pub fn fix_at(mut self, span: Span, title: impl Into<String>, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }

    /// Adds "did you mean" with its fix when `near` holds a likely name.
    pub fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(name) => self.fix(format!("did you mean `{name}`?"), name),
            None => self,
        }
    }

    /// Returns the level of the code.
    pub fn level(&self) -> Level {
        self.code.level()
    }
}

/// Returns the candidate most like `name`, when it is near enough to be a likely slip.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, candidates, NEAR_ENOUGH)
}

/// Returns the candidate most like `name`, when the likeness, from 0 to 1, is at least `least`.
pub fn nearest_within<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, least: f64) -> Option<&'a str> {
    // What is longer than any name there is was no slip, and likeness takes time in the product of the lengths.
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    let mut best: Option<(f64, &'a str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let likeness = likeness(&lower, &candidate.to_lowercase());
        if best.is_none_or(|(score, _)| likeness > score) {
            best = Some((likeness, candidate));
        }
    }
    best.filter(|(score, _)| *score >= least).map(|(_, candidate)| candidate)
}

/// Longest name for which a likely one is looked for, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// Likeness from which a suggestion helps more than it misleads.
const NEAR_ENOUGH: f64 = 0.72;

fn likeness(left: &str, right: &str) -> f64 {
    if left == right {
        return 1.0;
    }
    let plain = strsim::normalized_damerau_levenshtein(left, right);
    // Separators are the commonest slip in Okta's names: `denypush` for `deny_push`.
    let strip = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (left, right) = (strip(left), strip(right));
    if left == right {
        return 0.99;
    }
    // Short names differ much by one letter; what they begin with says more of them.
    plain.max(strsim::normalized_damerau_levenshtein(&left, &right) * 0.98).max(strsim::jaro_winkler(&left, &right) * 0.88)
}

#[cfg(test)]
mod tests;
