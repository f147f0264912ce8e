//! One JSON object a line.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Sources, Span};

/// Returns one line for each diagnostic, each ended by a line feed.
pub fn json_lines(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| format!("{}\n", one(diagnostic, sources))).collect()
}

fn one(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    json!({
        "code": diagnostic.code.number(),
        "level": diagnostic.level().word(),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "place": place(diagnostic.span, sources),
        "also": diagnostic.also.iter().map(|(span, label)| json!({ "place": place(*span, sources), "label": label })).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
        "fix": diagnostic.fix.as_ref().map(|fix| json!({
            "title": fix.title,
            "place": place(fix.span, sources),
            "replacement": fix.replacement,
        })),
    })
}

/// A place: lines and columns from 1, columns in characters; the end is behind the last character.
fn place(span: Span, sources: &Sources) -> Value {
    let start = sources.position(span.file, span.start);
    let end = sources.position(span.file, span.end);
    json!({
        "file": sources.name(span.file),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": sources.snippet(span),
    })
}
