//! The rule language: text to meaning.
//!
//! `parse` makes a tree of a text, `check` resolves names and types, `lint` finds what is legal and probably wrong, `format`
//! gives every expression one form. Nothing is run here and no file is read.

mod alerts;
mod ast;
mod check;
mod format;
mod functions;
mod lint;
mod parse;
mod regex;
mod show;
mod snippet;
mod text;
mod typed;

pub use ast::{Argument, ArgumentKind, Arithmetic, Comparison, Expr, Kind, Place, Quantity, Query};
pub use check::{ALERT_EVENT_TYPE, Checker, EventTypes, Meaning, NODES_MAX, NameTable, Names, Setting, Settings};
pub use format::{WIDTH, format, one_line};
pub use functions::{FUNCTIONS, Form, Function, Row, function};
pub use lint::{Sets, Subject, TypeSet, lint};
pub use parse::{DEPTH_MAX, EXPRESSION_BYTES_MAX, longest_duration, parse, parse_quantity};
pub use regex::{COMPILED_BYTES_MAX, PATTERN_BYTES_MAX, check_regex, compile};
pub use snippet::{Quoting, Snippet, TextMap};
pub use text::{holds, like};
pub use typed::{EVENTS_PER_KEY_MAX, History, JsonStep, Key, Node, Pattern, Quantifier, Question, Remember, Scope, Sequence, Step, Typed};
