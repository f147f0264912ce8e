//! Tree to text: two spaces for each level, dashes indented under their key, short lists in brackets.

use super::scalar::{self, Written};
use super::tree::{Child, Collection, Document, Line, Node, Scalar, Style, Value};
use crate::language::WIDTH;

/// Writes a document.
pub(super) fn write(document: &Document) -> String {
    let mut writer = Writer { out: String::new(), keeps_blanks: false };
    writer.lines(&document.head, 0);
    if let Some(keys) = document.root.collection() {
        writer.children(keys, 0, false);
    }
    writer.out
}

struct Writer {
    out: String,
    /// Whether the last thing written is a block to which an empty line would belong.
    keeps_blanks: bool,
}

impl Writer {
    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Writes comments and single empty lines; never an empty line at the very top.
    fn lines(&mut self, lines: &[Line], indent: usize) {
        for line in lines {
            match line {
                Line::Blank if self.keeps_blanks || self.out.is_empty() || self.out.ends_with("\n\n") => {}
                Line::Blank => self.out.push('\n'),
                Line::Comment(text) => {
                    self.indent(indent);
                    self.out.push_str(text);
                    self.out.push('\n');
                    self.keeps_blanks = false;
                }
            }
        }
    }

    /// Writes the children of a list or a map and what stands behind them; the first one may go on in a line that has been
    /// begun.
    fn children(&mut self, collection: &Collection, indent: usize, mut goes_on: bool) {
        for (at, child) in collection.children.iter().enumerate() {
            // An empty line before the first child separates it from nothing.
            let blanks = if at == 0 && indent > 0 { child.above.iter().take_while(|line| **line == Line::Blank).count() } else { 0 };
            self.lines(child.above.get(blanks..).unwrap_or(&[]), indent);
            if !goes_on {
                self.indent(indent);
            }
            goes_on = false;
            self.keeps_blanks = false;
            self.child(child, indent);
        }
        self.lines(&collection.tail, indent);
    }

    fn child(&mut self, child: &Child, indent: usize) {
        let beside = child.beside.as_deref();
        let Some(key) = &child.key else {
            self.out.push('-');
            let is_plain = child.beside.is_none() && child.node.properties.is_empty();
            return match child.node.collection() {
                Some(collection) if is_plain && self.brackets(&child.node).is_none() => {
                    self.out.push(' ');
                    self.children(collection, indent + 2, true);
                }
                _ => self.value(&child.node, beside, indent + 2),
            };
        };
        self.out.push_str(&key_text(key, false));
        self.out.push(':');
        self.value(&child.node, beside, indent + 2);
    }

    /// Writes a value behind its key or dash, the comment beside it and the end of the line.
    fn value(&mut self, node: &Node, beside: Option<&str>, indent: usize) {
        for property in &node.properties {
            self.word(property);
        }
        match &node.value {
            Value::Alias(name) => {
                self.word(name);
                self.end_line(beside);
            }
            Value::Scalar(scalar) => match scalar::write(scalar, self.column() + 1) {
                Written::Inline(text) => {
                    self.word(&text);
                    self.end_line(beside);
                }
                Written::Block(sign, lines) => {
                    self.word(&sign);
                    self.end_line(beside);
                    for line in &lines {
                        if !line.is_empty() {
                            self.indent(indent.max(2));
                        }
                        self.out.push_str(line);
                        self.out.push('\n');
                    }
                    self.keeps_blanks = sign.ends_with('+');
                }
            },
            Value::List(collection) | Value::Map(collection) => match self.brackets(node) {
                Some(text) => {
                    self.word(&text);
                    self.end_line(beside);
                }
                None => {
                    self.end_line(beside);
                    self.children(collection, indent, false);
                }
            },
        }
    }

    /// Writes a word behind what stands in the line; an empty one is nothing.
    fn word(&mut self, word: &str) {
        if !word.is_empty() {
            if self.column() > 0 && !self.out.ends_with(' ') {
                self.out.push(' ');
            }
            self.out.push_str(word);
        }
    }

    fn end_line(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.word(comment);
        }
        self.out.push('\n');
    }

    /// Returns how many characters stand in the line that has been begun.
    fn column(&self) -> usize {
        self.out.rsplit('\n').next().map_or(0, |line| line.chars().count())
    }

    /// Returns a list or a map in brackets, where it is written so and fits into the line.
    fn brackets(&self, node: &Node) -> Option<String> {
        let text = in_brackets(node)?;
        (self.column() + 1 + text.chars().count() <= WIDTH).then_some(text)
    }
}

/// Writes a list or a map in brackets, where it is written so. A list of words always is; what else was written in
/// brackets stays so.
fn in_brackets(node: &Node) -> Option<String> {
    let collection = node.collection()?;
    let is_map = matches!(node.value, Value::Map(_));
    if collection.children.is_empty() && collection.tail.is_empty() {
        return Some(if is_map { "{}" } else { "[]" }.to_owned());
    }
    if collection.never_flow || collection.has_comments() || !collection.is_flow && is_map {
        return None;
    }
    let mut parts = Vec::new();
    for child in &collection.children {
        let text = value_in_brackets(&child.node)?;
        match &child.key {
            Some(key) => parts.push(format!("{}: {text}", key_text(key, true))),
            None if collection.is_flow && is_item(&child.node, &text) || is_word(&child.node, &text) => parts.push(text),
            None => return None,
        }
    }
    Some(if is_map { format!("{{ {} }}", parts.join(", ")) } else { format!("[{}]", parts.join(", ")) })
}

fn value_in_brackets(node: &Node) -> Option<String> {
    let text = match &node.value {
        Value::Alias(name) => name.clone(),
        Value::Scalar(scalar) => scalar::write_in_brackets(scalar)?,
        Value::List(_) | Value::Map(_) => in_brackets(node)?,
    };
    let mut words = node.properties.clone();
    words.push(text);
    Some(words.join(" "))
}

/// Says whether an item is a plain word or a few of them, so that a list of its like is written in brackets.
fn is_word(node: &Node, text: &str) -> bool {
    let Value::Scalar(scalar) = &node.value else { return false };
    node.properties.is_empty() && !text.starts_with(['"', '\'']) && is_item(node, text) && scalar.style != Style::Title
}

/// Says whether an item may stay in brackets: no address of a page, and of expressions only names of fields.
fn is_item(node: &Node, text: &str) -> bool {
    match &node.value {
        Value::Scalar(Scalar { style: Style::Expression, .. }) => text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.'),
        Value::Scalar(_) => !text.contains("://"),
        _ => true,
    }
}

/// Writes a key, which stands on one line however it was written.
fn key_text(key: &Node, in_brackets: bool) -> String {
    let text = match &key.value {
        Value::Scalar(scalar) => scalar::write_key(scalar, in_brackets),
        // `*name:` would be an alias of another name.
        Value::Alias(name) => format!("{name} "),
        Value::List(_) | Value::Map(_) => String::new(),
    };
    let mut words = key.properties.clone();
    words.push(text);
    words.join(" ")
}
