//! A first look at the raw text: quotation marks, brackets, and what does not belong into an expression at all.
//!
//! Gives the tokens, and faults with better words and places than a grammar's own. Never decides what the text means.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::ast::Place;
use crate::language::snippet::Snippet;

use super::DEPTH_MAX;

/// One token of the raw text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) at: Place,
    /// Whether an operand must follow: after an operator, an opening bracket or a comma.
    pub(super) wants_operand: bool,
    /// Whether it begins an operand: a name, a number, a text.
    pub(super) starts_operand: bool,
}

/// The tokens in order.
pub(super) struct Scan {
    tokens: Vec<Token>,
}

impl Scan {
    /// Returns the token that covers or follows `offset`.
    pub(super) fn token_at(&self, offset: usize) -> Option<&Token> {
        self.tokens.get(self.tokens.partition_point(|token| token.at.end <= offset))
    }

    /// Returns the token before that one.
    pub(super) fn token_before(&self, offset: usize) -> Option<&Token> {
        let at = self.tokens.partition_point(|token| token.at.end <= offset);
        at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }
}

/// Words after which an operand must follow.
const OPERATOR_WORDS: &[&str] =
    &["and", "or", "not", "in", "contains", "all", "starts_with", "ends_with", "like", "matches", "by", "within", "of", "until", "times", "learning", "each"];

/// Says whether a word, in small letters, is an operator.
pub(super) fn is_operator_word(word: &str) -> bool {
    OPERATOR_WORDS.contains(&word)
}

/// Most characters `not`, `!` and `-` may repeat in a row; more is no expression a person wrote.
const PREFIXES_MAX: usize = DEPTH_MAX;

pub(super) fn scan(snippet: &Snippet, faults: &mut Vec<Diagnostic>) -> Scan {
    let mut scanner = Scanner { snippet, at: 0, tokens: Vec::new(), open: Vec::new(), prefixes: 0 };
    scanner.run(faults);
    Scan { tokens: scanner.tokens }
}

struct Scanner<'a> {
    snippet: &'a Snippet,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<(char, usize)>,
    prefixes: usize,
}

impl Scanner<'_> {
    fn run(&mut self, faults: &mut Vec<Diagnostic>) {
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            match next {
                _ if next.is_whitespace() => {
                    self.at += next.len_utf8();
                    continue;
                }
                '"' | '\'' => {
                    if !self.text(next) {
                        faults.push(self.unclosed_text(start, next));
                        return;
                    }
                }
                '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{ab}' | '\u{bb}' => {
                    faults.push(self.typographic(start, next));
                    return;
                }
                '#' => {
                    faults.push(self.comment(start));
                    return;
                }
                '/' if self.wants_operand() => {
                    if !self.regex() {
                        faults.push(
                            Diagnostic::new(Code::UnclosedText, self.span(start, self.line_end(start)), "this regular expression is not closed")
                                .label("opened here")
                                .help("close it with `/`; a slash inside is written `\\/`"),
                        );
                        return;
                    }
                }
                '(' | '[' => {
                    self.at += 1;
                    self.open.push((next, start));
                    if self.open.len() > DEPTH_MAX {
                        faults.push(
                            Diagnostic::new(Code::NestedTooDeep, self.span(start, start + 1), "this expression is nested too deep")
                                .label(format!("more than {DEPTH_MAX} brackets are open here"))
                                .help("name parts of it with `let`"),
                        );
                        return;
                    }
                }
                ')' | ']' => {
                    self.at += 1;
                    if let Some(fault) = self.close(start, next) {
                        faults.push(fault);
                        return;
                    }
                }
                _ if is_word(next) => self.word(),
                _ => self.symbol(next),
            }
            self.push(start);
            if self.prefixes > PREFIXES_MAX {
                faults.push(
                    Diagnostic::new(Code::NestedTooDeep, self.span(start, self.at), "this expression is nested too deep")
                        .label(format!("more than {PREFIXES_MAX} of these in a row")),
                );
                return;
            }
        }
        if let Some((bracket, start)) = self.open.last().copied() {
            let closing = closing_of(bracket);
            faults.push(
                Diagnostic::new(Code::UnbalancedBracket, self.span(start, start + 1), format!("this `{bracket}` is never closed"))
                    .label("opened here")
                    .help(format!("add `{closing}` where it should end")),
            );
        }
    }

    fn rest(&self) -> &str {
        self.snippet.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> crate::diagnostic::Span {
        self.snippet.span(Place { start, end })
    }

    fn wants_operand(&self) -> bool {
        self.tokens.last().is_none_or(|token| token.wants_operand)
    }

    fn push(&mut self, start: usize) {
        let at = Place { start, end: self.at };
        let text = self.snippet.get(at);
        let first = text.chars().next().unwrap_or(' ');
        let wants_operand = match first {
            '(' | '[' | ',' | ':' => true,
            ')' | ']' | '"' | '\'' | '$' | '.' => false,
            _ if is_word(first) => is_operator_word(&text.to_ascii_lowercase()),
            // A regex literal begins with a slash and is longer than the sign for division.
            '/' if text.len() > 1 => false,
            _ => true,
        };
        let starts_operand = matches!(first, '"' | '\'' | '$' | '(' | '[') || (is_word(first) && !wants_operand);
        let is_prefix = matches!(text, "-" | "!") || text.eq_ignore_ascii_case("not");
        self.prefixes = if is_prefix { self.prefixes + 1 } else { 0 };
        self.tokens.push(Token { at, wants_operand, starts_operand });
    }

    /// Moves behind a text; says whether it was closed.
    fn text(&mut self, quote: char) -> bool {
        let mut escaped = false;
        let body = self.rest().get(1..).unwrap_or("");
        for (offset, next) in body.char_indices() {
            if escaped {
                escaped = false;
            } else if next == '\\' && quote == '"' {
                escaped = true;
            } else if next == quote {
                self.at += 1 + offset + 1;
                return true;
            }
        }
        false
    }

    fn regex(&mut self) -> bool {
        let mut escaped = false;
        let body = self.rest().get(1..).unwrap_or("");
        for (offset, next) in body.char_indices() {
            if next == '\n' {
                return false;
            }
            if escaped {
                escaped = false;
            } else if next == '\\' {
                escaped = true;
            } else if next == '/' {
                self.at += 1 + offset + 1;
                while self.rest().starts_with(|c: char| c.is_ascii_alphabetic()) {
                    self.at += 1;
                }
                return true;
            }
        }
        false
    }

    /// A name with its dots, a number or a quantity.
    fn word(&mut self) {
        let len = self.rest().find(|c: char| !is_word(c)).unwrap_or(self.rest().len());
        self.at += len;
        loop {
            let rest = self.rest();
            let after = rest.strip_prefix('.').or_else(|| rest.strip_prefix("/h").map(|_| "h"));
            match after {
                Some(after) if after.starts_with(is_word) => {
                    let len = after.find(|c: char| !is_word(c)).unwrap_or(after.len());
                    self.at += 1 + len;
                }
                _ => return,
            }
        }
    }

    fn symbol(&mut self, next: char) {
        if next == '$' || next == '.' {
            let body = self.rest().get(1..).unwrap_or("");
            let len = body.find(|c: char| !(is_word(c) || c == '.')).unwrap_or(body.len());
            self.at += 1 + len;
            return;
        }
        const SIGNS: &[&str] = &["===", "!==", "==~", "!=~", "==", "!=", "<=", ">=", "<>", "=~", "!~", "&&", "||"];
        let len = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)).map_or(next.len_utf8(), |sign| sign.len());
        self.at += len;
    }

    fn close(&mut self, start: usize, bracket: char) -> Option<Diagnostic> {
        match self.open.pop() {
            Some((open, _)) if closing_of(open) == bracket => None,
            Some((open, opened_at)) => {
                let wanted = closing_of(open);
                Some(
                    Diagnostic::new(Code::UnbalancedBracket, self.span(start, start + 1), format!("`{bracket}` closes a `{open}`"))
                        .label(format!("`{wanted}` is expected here"))
                        .also(self.span(opened_at, opened_at + 1), "opened here"),
                )
            }
            None => Some(
                Diagnostic::new(Code::UnbalancedBracket, self.span(start, start + 1), format!("this `{bracket}` closes nothing"))
                    .label("no bracket is open here")
                    .fix("take it away", ""),
            ),
        }
    }

    fn line_end(&self, start: usize) -> usize {
        let rest = self.snippet.text.get(start..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        start + line.trim_end().len()
    }

    fn unclosed_text(&self, start: usize, quote: char) -> Diagnostic {
        Diagnostic::new(Code::UnclosedText, self.span(start, self.line_end(start)), "this text is not closed")
            .label("opened here")
            .help(format!("close it with `{quote}`"))
    }

    fn typographic(&self, start: usize, mark: char) -> Diagnostic {
        let is_single = matches!(mark, '\u{2018}' | '\u{2019}' | '\u{201a}');
        let closing: &[char] = if is_single { &['\u{2018}', '\u{2019}'] } else { &['\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}'] };
        let plain = if is_single { '\'' } else { '"' };
        let after = start + mark.len_utf8();
        let line = self.snippet.text.get(after..self.line_end(start).max(after)).unwrap_or("");
        let fault = |end: usize| {
            Diagnostic::new(Code::TypographicQuotes, self.span(start, end), format!("`{mark}` is a typographic quotation mark"))
                .label("texts stand in `\"` or `'`")
                .help("word processors put these in")
        };
        match line.char_indices().find(|(_, c)| closing.contains(c)) {
            Some((at, close)) => {
                let inner = line.get(..at).unwrap_or("");
                let written = format!("{plain}{inner}{plain}");
                fault(after + at + close.len_utf8()).fix(format!("write `{written}`"), written)
            }
            None => fault(after).fix(format!("write `{plain}`"), plain.to_string()),
        }
    }

    fn comment(&self, start: usize) -> Diagnostic {
        let end = start + self.rest().find('\n').unwrap_or(self.rest().len());
        let end = self.snippet.text.get(..end).map_or(end, |text| text.trim_end().len());
        Diagnostic::new(Code::CommentInExpression, self.span(start, end), "an expression cannot hold a comment")
            .label("`#` has no meaning here")
            .help("put the comment into the YAML file, above the key, or name the part with `let`")
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn closing_of(bracket: char) -> char {
    if bracket == '(' { ')' } else { ']' }
}
