//! Text to tree.
//!
//! Takes a [`Snippet`]; gives the tree, or what is left of it, and every fault found. `scan` looks at the raw text first,
//! because a parser's own words for an open quotation mark or bracket are poor; `build` makes the tree and refuses slips.
//! This is the only place that knows the grammar.

mod build;
mod quantity;
mod scan;

use std::num::NonZeroUsize;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest_derive::Parser;

use super::ast::{Expr, Kind, Place, Quantity, Query};
use super::snippet::Snippet;
use crate::diagnostic::{Code, Diagnostic, Span};

pub use quantity::{longest_duration, parse_quantity};

#[derive(Parser)]
#[grammar = "grammar/clarion.pest"]
struct Grammar;

/// Longest expression in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 64 * 1024;

/// Deepest nesting of brackets and of the tree.
pub const DEPTH_MAX: usize = 64;

/// Most steps that reading one expression takes. The grammar reads some texts in two ways, so that nesting them would double the work
/// at each level; the longest expression that needs no second look takes less than half of it.
const STEPS_MAX: usize = 10_000_000;

/// Parses an expression or a history; faults are added to `faults`.
pub fn parse(snippet: &Snippet, faults: &mut Vec<Diagnostic>) -> Query {
    let mut found = Vec::new();
    let query = parse_text(snippet, &mut found);
    faults.extend(found.into_iter().map(|fault| snippet.written(fault)));
    query
}

fn parse_text(snippet: &Snippet, faults: &mut Vec<Diagnostic>) -> Query {
    let text = snippet.text.as_str();
    let whole = Place { start: 0, end: text.len() };
    let broken = Query { expr: Expr { kind: Kind::Broken, at: whole }, keys: Vec::new(), within: None, at: whole };
    if text.len() > EXPRESSION_BYTES_MAX {
        faults.push(
            Diagnostic::new(Code::TooLong, snippet.span(Place { start: 0, end: first_line(text) }), "this expression is too long")
                .label(format!("{} bytes; at most {EXPRESSION_BYTES_MAX}", text.len()))
                .help("move long lists of values into a setting, and parts of the condition into `let`"),
        );
        return broken;
    }
    if text.trim().is_empty() {
        faults.push(
            Diagnostic::new(Code::EmptyExpression, snippet.span(whole), "there is no expression here")
                .help("write a condition, such as `eventType == \"user.session.start\"`"),
        );
        return broken;
    }
    let before = faults.len();
    let scan = scan::scan(snippet, faults);
    if faults.len() > before {
        return broken;
    }
    pest::set_call_limit(NonZeroUsize::new(STEPS_MAX));
    match Grammar::parse(Rule::expression, text) {
        Ok(pairs) => build::query(snippet, pairs, faults).unwrap_or(broken),
        Err(error) => {
            if let ErrorVariant::CustomError { .. } = error.variant {
                faults.push(
                    Diagnostic::new(
                        Code::NestedTooDeep,
                        snippet.span(Place { start: 0, end: first_line(text) }),
                        "this expression is nested in too many ways to be read",
                    )
                    .label("brackets and histories stand too deep in one another")
                    .help("name parts of it with `let`"),
                );
                return broken;
            }
            let at = match error.location {
                InputLocation::Pos(at) => at,
                InputLocation::Span((at, _)) => at,
            };
            faults.push(unexpected(snippet, &scan, at));
            broken
        }
    }
}

fn first_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len()).min(200)
}

/// Says what stands where a length of time should.
fn length_expected(at: Span, word: &str, found: &str) -> Diagnostic {
    let bare: String = found.trim_matches(['"', '\'']).split_whitespace().collect();
    let meant = match parse_quantity(&bare) {
        Ok(Quantity::Duration(_)) => Some(bare),
        Ok(_) => None,
        Err(bad) => bad.meant,
    };
    let fault = Diagnostic::new(Code::MalformedQuantity, at, format!("`{found}` is no length of time"));
    let fault = fault.label(format!("after `{word}` stands a duration, such as `15m`, or a setting"));
    match meant {
        Some(meant) => fault.fix(format!("write `{meant}`"), meant),
        None => fault,
    }
}

/// Says in words what stands where nothing can.
fn unexpected(snippet: &Snippet, scan: &scan::Scan, at: usize) -> Diagnostic {
    let at = at + snippet.text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let token = scan.token_at(at);
    let before = scan.token_before(at);
    let previous = before.map_or("", |token| snippet.get(token.at));
    let wants_operand = before.is_none_or(|token| token.wants_operand);
    let Some(token) = token else {
        let (message, help) = if wants_operand {
            (format!("the expression ends after `{previous}`"), "a value, a field or a function belongs after it")
        } else {
            ("the expression ends too early".to_owned(), "something is missing at its end")
        };
        let end = Place { start: snippet.text.trim_end().len(), end: snippet.text.trim_end().len() };
        return Diagnostic::new(Code::UnexpectedText, snippet.span(end), message).label("ends here").help(help);
    };
    let found = snippet.get(token.at);
    if let Some(before) = before.filter(|before| snippet.get(before.at).starts_with(|c: char| c.is_ascii_digit())) {
        // A number and its unit, or two parts of a duration, with a space between.
        let joined = format!("{previous}{found}");
        let meant = match parse_quantity(&joined) {
            Ok(_) => Some(joined),
            Err(bad) => bad.meant,
        };
        if let Some(meant) = meant {
            let at = before.at.to(token.at);
            return Diagnostic::new(Code::MalformedQuantity, snippet.span(at), format!("`{}` is written in one word", snippet.get(at)))
                .label("no space between a number and its unit")
                .fix(format!("write `{meant}`"), meant);
        }
    }
    if matches!(previous, "within" | "learning" | "each") {
        return length_expected(snippet.span(token.at), previous, found);
    }
    let small = found.to_ascii_lowercase();
    if !wants_operand && small != found && scan::is_operator_word(&small) {
        return Diagnostic::new(Code::SymbolForWord, snippet.span(token.at), format!("`{found}` is written in small letters"))
            .label("not an operator here")
            .fix(format!("write `{small}`"), small);
    }
    let fault = Diagnostic::new(Code::UnexpectedText, snippet.span(token.at), format!("`{found}` does not fit here"));
    if wants_operand {
        let label = if previous.is_empty() {
            "an expression cannot begin with this".to_owned()
        } else {
            format!("after `{previous}` a value, a field or a function is expected")
        };
        let fault = fault.label(label);
        return match found {
            "by" | "within" => fault.help("a history is written `population by key within duration`"),
            ")" | "]" | "," => fault.help("something is missing before it, or it is one too many"),
            _ => fault,
        };
    }
    let fault = fault.label("an operator such as `and`, `==` or `in` is expected here");
    let follows_length = before.and_then(|before| scan.token_before(before.at.start)).is_some_and(|token| snippet.get(token.at) == "within");
    match found {
        "by" if follows_length => fault.help("`by` stands before `within`: `population by key within duration`"),
        "within" | "by" | "of" => fault.help("put the history into parentheses: `count((population by key within duration))`"),
        _ if token.starts_operand => fault.help("two conditions are joined by `and` or `or`"),
        _ => fault,
    }
}
