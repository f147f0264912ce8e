//! One canonical form for every expression.
//!
//! Takes a tree and the text it was read from (numbers keep their own spelling); gives text that parses to the same tree.
//! Lines are broken only before the outermost `and` and `or`, where an expression is longer than the width allows.

use super::ast::{Argument, ArgumentKind, Expr, Kind, Path, Place, Query, Segment, SegmentKind};
use super::snippet::Snippet;

/// Longest line of an expression in characters.
pub const WIDTH: usize = 100;

/// Returns the canonical text of an expression or history on one line.
pub fn one_line(query: &Query, snippet: &Snippet) -> String {
    Writer { snippet }.query(query)
}

/// Returns the canonical text; where it is longer than [`WIDTH`] it is broken at the outermost level.
pub fn format(query: &Query, snippet: &Snippet) -> String {
    let line = one_line(query, snippet);
    if line.chars().count() <= WIDTH {
        return line;
    }
    let writer = Writer { snippet };
    let (parts, word) = match &query.expr.kind {
        Kind::And(parts) => (parts, "and"),
        Kind::Or(parts) => (parts, "or"),
        _ => return line,
    };
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.push('\n');
            out.push_str(word);
            out.push(' ');
        }
        out.push_str(&writer.operand(part, binding_of(&query.expr.kind) + 1));
    }
    out.push_str(&writer.tail(query));
    out
}

struct Writer<'a> {
    snippet: &'a Snippet,
}

/// How tight an expression binds, by the table in `parse/build.rs`; operands bind tightest.
fn binding_of(kind: &Kind) -> u8 {
    match kind {
        Kind::Or(_) => 1,
        Kind::And(_) => 2,
        Kind::Not(_) => 3,
        Kind::Compare(_) => 4,
        Kind::Arithmetic(super::ast::Arithmetic::Add | super::ast::Arithmetic::Subtract, ..) => 5,
        Kind::Arithmetic(..) => 6,
        Kind::Negate(_) => 7,
        _ => 8,
    }
}

impl Writer<'_> {
    fn query(&self, query: &Query) -> String {
        let mut out = self.expr(&query.expr);
        out.push_str(&self.tail(query));
        out
    }

    fn tail(&self, query: &Query) -> String {
        let mut out = String::new();
        if !query.keys.is_empty() {
            let keys: Vec<String> = query.keys.iter().map(|key| self.expr(key)).collect();
            out.push_str(" by ");
            out.push_str(&keys.join(", "));
        }
        if let Some(within) = &query.within {
            out.push_str(" within ");
            out.push_str(&self.expr(&within.value));
        }
        out
    }

    /// Writes an operand, in parentheses where it binds less tight than its place asks. The parser keeps the author's
    /// own parentheses as nodes, so that these are only needed for trees made otherwise.
    fn operand(&self, expr: &Expr, least: u8) -> String {
        let text = self.expr(expr);
        if binding_of(&expr.kind) < least { format!("({text})") } else { text }
    }

    /// Writes an operand with nothing of its own expression behind it. There a sign or a `not` needs no parentheses,
    /// however loose it binds: it takes all that follows anyway.
    fn last_operand(&self, expr: &Expr, least: u8) -> String {
        match &expr.kind {
            Kind::Not(_) | Kind::Negate(_) => self.expr(expr),
            _ => self.operand(expr, least),
        }
    }

    /// Returns the author's own spelling: `1_000` and `24h` say more than `1000` and `1d`.
    fn as_written(&self, at: Place) -> String {
        self.snippet.get(at).split_whitespace().collect()
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            Kind::Text(text) => quoted(text),
            Kind::Int(_) | Kind::Float(_) | Kind::Quantity(_) | Kind::Range(..) => self.as_written(expr.at),
            Kind::Bool(truth) => truth.to_string(),
            Kind::Broken => self.snippet.get(expr.at).to_owned(),
            Kind::Regex { pattern, flags } => format!("/{}/{flags}", escape_slashes(pattern)),
            Kind::List(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
                format!("[{}]", parts.join(", "))
            }
            Kind::Path(path) => self.path(path),
            Kind::Element(segments) => self.segments(segments),
            Kind::Setting(name) => format!("${name}"),
            Kind::Not(inner) => format!("not {}", self.last_operand(inner, 3)),
            // Right before it the sign would belong to the first end of the range.
            Kind::Negate(inner) if matches!(inner.kind, Kind::Range(low, _) if low >= 0) => format!("- {}", self.expr(inner)),
            Kind::Negate(inner) => format!("-{}", self.last_operand(inner, 7)),
            Kind::And(parts) => self.junction(parts, " and ", 3),
            Kind::Or(parts) => self.junction(parts, " or ", 2),
            Kind::Arithmetic(operator, left, right) => {
                let own = binding_of(&expr.kind);
                format!("{} {} {}", self.operand(left, own), operator.text(), self.last_operand(right, own + 1))
            }
            Kind::Compare(compare) => format!("{} {} {}", self.operand(&compare.left, 5), compare.op.text(compare.fold), self.last_operand(&compare.right, 5)),
            Kind::Call(call) => {
                let arguments: Vec<String> = call.arguments.iter().map(|argument| self.argument(argument)).collect();
                format!("{}({})", call.name, arguments.join(", "))
            }
            Kind::Member(base, segments) => format!("{}{}", self.expr(base), self.segments(segments)),
            Kind::Paren(query) => match &query.expr.kind {
                // Two pairs of parentheses say no more than one.
                Kind::Paren(_) if !query.has_tail() => self.expr(&query.expr),
                _ => format!("({})", self.query(query)),
            },
        }
    }

    fn junction(&self, parts: &[Expr], word: &str, least: u8) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.operand(part, least)).collect();
        parts.join(word)
    }

    fn path(&self, path: &Path) -> String {
        format!("{}{}", path.name, self.segments(&path.segments))
    }

    fn segments(&self, segments: &[Segment]) -> String {
        let mut out = String::new();
        for segment in segments {
            match &segment.kind {
                SegmentKind::Name(name) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                    out.push('.');
                    out.push_str(name);
                }
                SegmentKind::Name(name) => {
                    out.push('[');
                    out.push_str(&quoted(name));
                    out.push(']');
                }
                SegmentKind::Index(index) => out.push_str(&format!("[{index}]")),
            }
        }
        out
    }

    fn argument(&self, argument: &Argument) -> String {
        match &argument.kind {
            ArgumentKind::Plain { label, times, value } => {
                let mut out = String::new();
                if let Some((name, _)) = label {
                    out.push_str(name);
                    out.push_str(": ");
                }
                if let Some((times, _)) = times {
                    out.push_str(&format!("{times} times "));
                }
                out.push_str(&self.query(value));
                out
            }
            ArgumentKind::Of { value, history } => format!("{} of {}", self.expr(value), self.query(history)),
            ArgumentKind::Until(query) => format!("until {}", self.query(query)),
            ArgumentKind::Period { word, length_at, .. } => format!("{word} {}", self.as_written(*length_at)),
        }
    }
}

/// Writes a text. What cannot be seen is escaped, also where a raw text would save other escapes.
fn quoted(text: &str) -> String {
    if !text.chars().any(is_invisible) {
        return super::check::quoted(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_invisible(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Says whether a character would not be seen, or taken for the end of a line.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn escape_slashes(pattern: &str) -> String {
    pattern.replace('/', "\\/")
}
