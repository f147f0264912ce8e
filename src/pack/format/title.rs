//! Titles: the expressions in their braces.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::{Place, Snippet, one_line, parse};
use crate::pack::template::closing;

/// Returns a title with its expressions in canonical form.
///
/// # Errors
/// The faults of its braces and expressions.
pub(super) fn format(snippet: &Snippet) -> Result<String, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut out = String::new();
    let mut rest = 0;
    while let Some(next) = snippet.text.get(rest..).and_then(|text| text.find(['{', '}'])) {
        let at = rest + next;
        out.push_str(snippet.text.get(rest..at).unwrap_or(""));
        let tail = snippet.text.get(at..).unwrap_or("");
        if tail.starts_with("{{") || tail.starts_with("}}") {
            out.push_str(tail.get(..2).unwrap_or(""));
            rest = at + 2;
        } else if tail.starts_with('}') {
            out.push('}');
            rest = at + 1;
        } else if let Some(end) = closing(&snippet.text, at + 1) {
            out.push('{');
            out.push_str(&expression(snippet, Place { start: at + 1, end }, &mut faults));
            out.push('}');
            rest = end + 1;
        } else {
            let span = snippet.span(Place { start: at, end: at + 1 });
            let fault = Diagnostic::new(Code::UnclosedTitleExpression, span, "this `{` has no `}`").label("an expression begins here");
            faults.push(fault.help("for a brace itself write `{{`"));
            break;
        }
    }
    out.push_str(snippet.text.get(rest..).unwrap_or(""));
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

fn expression(snippet: &Snippet, at: Place, faults: &mut Vec<Diagnostic>) -> String {
    let text = snippet.get(at).to_owned();
    let map = snippet.map.part(at.start, at.end.saturating_sub(at.start));
    let part = Snippet { file: snippet.file, text, map, quoting: snippet.quoting };
    let query = parse(&part, faults);
    one_line(&query, &part)
}
