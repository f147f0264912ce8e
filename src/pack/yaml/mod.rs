//! YAML as a tree in which every key and value knows its place.
//!
//! Takes text; gives a [`Node`], or the one fault that keeps it from being YAML. Typed structs are not derived from it: reading
//! the tree by hand is what lets every problem of a file be reported at once, unknown keys with their places among them.
//! The only file that names the YAML package, which is young: were it to be replaced, nothing else would change.

mod scalar;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;
use std::fmt;

use crate::diagnostic::{Code, Diagnostic, FileId, Span};

pub(crate) use scalar::snippet;

/// Largest file in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 1024 * 1024;

/// Most values in one file.
pub(crate) const NODES_MAX: usize = 100_000;

/// Deepest nesting.
pub(crate) const DEPTH_MAX: usize = 32;

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) value: Value,
    /// Where it stands; for lists and maps where they begin.
    pub(crate) at: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in their order; a key may stand twice.
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The text.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) at: Span,
}

impl Node {
    /// Returns what kind of value it is, in words with their article.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map of keys",
        }
    }

    /// Returns the value as JSON; of a key that stands twice the last one counts.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => (*truth).into(),
            Value::Int(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(nodes) => nodes.iter().map(Node::to_json).collect(),
            Value::Map(entries) => entries.iter().map(|(key, node)| (key.text.clone(), node.to_json())).collect(),
        }
    }
}

/// Reads a text as one YAML document.
///
/// # Errors
/// One diagnostic: the text is too large, no YAML, more than one document, or over a limit.
pub(crate) fn read(file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
    let start = Span::new(file, 0, 0);
    if text.len() > FILE_BYTES_MAX {
        let fault = Diagnostic::new(Code::OverLimit, start, "this file is too large").label(format!("{} bytes; at most {FILE_BYTES_MAX}", text.len()));
        return Err(Box::new(fault.help("keep one rule in a file, and long lists in a file that a setting names")));
    }
    let limits = serde_yaml::budget! {
        max_depth: DEPTH_MAX,
        max_nodes: NODES_MAX,
        max_events: NODES_MAX * 3,
        max_aliases: 16,
        max_anchors: 16,
        max_documents: 1,
        max_merge_keys: 0,
    };
    let options = serde_yaml::options! {
        budget: limits,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
    };
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Ok(Placer { file, text }.node(raw)),
        Err(error) => Err(Box::new(broken(file, text, &error))),
    }
}

fn broken(file: FileId, text: &str, error: &serde_yaml::Error) -> Diagnostic {
    let (start, end) = match error.location() {
        Some(location) => place_of(text, &location),
        None => (0, 0),
    };
    // The parser says where as well; the place is ours to print.
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or("").trim_start_matches("error: ");
    let message = message.strip_prefix(&format!("line {}", location_prefix(error))).unwrap_or(message).trim();
    let lower = message.to_lowercase();
    let is_limit = ["budget", "limit", "recursion", "too deep", "nesting"].iter().any(|word| lower.contains(word));
    // Of a token that the parser marks by its first character, the whole word is marked.
    let word = text.get(start..).map_or(0, |rest| rest.find(char::is_whitespace).unwrap_or(rest.len()));
    let end = if end > start + 1 {
        end
    } else if word > 1 {
        start + word
    } else {
        text.get(start..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n').map_or(start, |c| start + c.len_utf8())
    };
    let at = Span::new(file, start, end);
    if is_limit {
        return Diagnostic::new(Code::OverLimit, at, "this file is nested too deep or holds too much")
            .label(format!("at most {NODES_MAX} values, {DEPTH_MAX} levels and 16 aliases"))
            .note(message.to_owned());
    }
    let fault = Diagnostic::new(Code::BrokenYaml, at, "this is not valid YAML").label(message.to_owned());
    let line = text.get(..start).map_or("", |before| before.rsplit('\n').next().unwrap_or(""));
    if text.get(start..).is_some_and(|rest| rest.starts_with('\t')) || line.contains('\t') {
        return fault.help("YAML is indented with spaces, never with tabs");
    }
    fault.help("a value that holds `: `, ` #` or begins with a sign belongs into quotation marks, or behind `|` on a line of its own")
}

fn location_prefix(error: &serde_yaml::Error) -> String {
    error.location().map_or(String::new(), |location| format!("{} column {}: ", location.line(), location.column()))
}

/// Returns the bytes that a location covers.
fn place_of(text: &str, location: &serde_yaml::Location) -> (usize, usize) {
    let span = location.span();
    if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(text.len());
        let len = usize::try_from(len).unwrap_or(0);
        return (start, (start + len).min(text.len()));
    }
    // Without bytes the line and the column say where.
    let line = usize::try_from(location.line()).unwrap_or(1).max(1);
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let column = usize::try_from(location.column()).unwrap_or(1).max(1);
    let within = text.get(start..).and_then(|rest| rest.char_indices().nth(column - 1)).map_or(0, |(at, _)| at);
    (start + within, start + within)
}

struct Placer<'a> {
    file: FileId,
    text: &'a str,
}

impl Placer<'_> {
    fn span(&self, location: &serde_yaml::Location) -> Span {
        let (start, end) = place_of(self.text, location);
        Span::new(self.file, start, end)
    }

    fn node(&self, raw: Spanned<Raw>) -> Node {
        let at = self.span(&raw.referenced);
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Bool(truth) => Value::Bool(truth),
            Raw::Int(number) => Value::Int(number),
            Raw::Float(number) => Value::Float(number),
            Raw::Text(text) => Value::Text(text),
            Raw::List(parts) => Value::List(parts.into_iter().map(|part| self.node(part)).collect()),
            Raw::Map(entries) => {
                Value::Map(entries.into_iter().map(|(key, node)| (Key { at: self.span(&key.referenced), text: key.value }, self.node(node))).collect())
            }
        };
        let at = self.container(at, &value);
        Node { value, at }
    }

    /// The YAML package marks only where a list or a map begins; its end follows from its brackets or its last part.
    fn container(&self, at: Span, value: &Value) -> Span {
        let last = match value {
            Value::List(nodes) => nodes.last().map(|node| node.at),
            Value::Map(entries) => entries.last().map(|(_, node)| node.at),
            _ => return at,
        };
        let last = last.map_or(at.start, |last| last.end).max(at.start);
        let opening = self.text.get(at.start as usize..).and_then(|rest| rest.chars().next());
        let end = match opening {
            Some('[' | '{') => {
                let closing = if opening == Some('[') { ']' } else { '}' };
                let from = (last as usize).max(at.start as usize + 1);
                self.text.get(from..).and_then(|rest| rest.find(closing)).map_or(from, |found| from + found + 1)
            }
            _ => last as usize,
        };
        Span::new(self.file, at.start as usize, end)
    }
}

/// The tree as the YAML package hands it over.
enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        #[expect(clippy::cast_precision_loss, reason = "a number beyond i64 is kept as nearly as YAML numbers are")]
        Ok(i64::try_from(number).map_or(Raw::Float(number as f64), Raw::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = access.next_element()? {
            parts.push(part);
        }
        Ok(Raw::List(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}
