//! The lines at the top of a rejected rule that say what is found in it.

use std::path::Path;

use clarion::diagnostic::{Diagnostic, Sources};

/// What one header line asks for.
#[derive(Debug)]
pub(super) struct Expectation {
    line: String,
    file: String,
    code: String,
    /// Byte range of the place, if one is asked for.
    range: Option<(usize, usize)>,
    fix: Option<String>,
}

/// Reads the header of one file; `text` is the whole file.
pub(super) fn read(name: &str, text: &str) -> Vec<Expectation> {
    let mut expectations = Vec::new();
    let mut body = 0;
    for line in text.split_inclusive('\n') {
        let Some(rest) = line.trim_end().strip_prefix("# expect: ") else { break };
        expectations.push(rest.to_owned());
        body += line.len();
    }
    expectations.into_iter().map(|line| parse(name, text, body, &line)).collect()
}

fn parse(name: &str, text: &str, body: usize, line: &str) -> Expectation {
    let (code, mut rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut expectation = Expectation { line: line.to_owned(), file: name.to_owned(), code: code.to_owned(), range: None, fix: None };
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("in ") {
            let (file, after) = quoted(after);
            expectation.file = file.to_owned();
            rest = after;
        } else if let Some(after) = rest.strip_prefix("at ") {
            let (at_end, after) = match after.strip_prefix("end of ") {
                Some(after) => (true, after),
                None => (false, after),
            };
            let (wanted, after) = quoted(after);
            let (nth, after) = match after.trim_start().strip_prefix("nth ") {
                Some(after) => {
                    let end = after.find(' ').unwrap_or(after.len());
                    (after[..end].parse().expect("a number behind nth"), &after[end..])
                }
                None => (1, after),
            };
            let found: Vec<usize> = text[body..].match_indices(wanted).map(|(at, _)| body + at).collect();
            let start = *found.get(nth - 1).unwrap_or_else(|| panic!("{name}: `{wanted}` does not stand {nth} times in the file"));
            expectation.range = Some(if at_end { (start + wanted.len(), start + wanted.len()) } else { (start, start + wanted.len()) });
            rest = after;
        } else if let Some(after) = rest.strip_prefix("fix ") {
            let (fix, after) = quoted(after);
            expectation.fix = Some(fix.to_owned());
            rest = after;
        } else {
            panic!("{name}: cannot read `{line}`");
        }
    }
    expectation
}

fn quoted(text: &str) -> (&str, &str) {
    let quote = text.chars().next().expect("a quoted text");
    assert!(quote == '"' || quote == '`', "`{text}` is not quoted");
    let end = text[1..].find(quote).expect("the end of a quoted text") + 1;
    (&text[1..end], &text[end + 1..])
}

/// Compares what was found with what is asked for; gives sentences about every difference.
pub(super) fn compare(expectations: &[Expectation], found: &[Diagnostic], sources: &Sources) -> Vec<String> {
    let mut differences = Vec::new();
    let mut left: Vec<&Diagnostic> = found.iter().collect();
    for expectation in expectations {
        let fits = |diagnostic: &&Diagnostic| {
            let file = Path::new(sources.name(diagnostic.span.file)).file_name().map(|name| name.to_string_lossy().into_owned());
            diagnostic.code.number() == expectation.code && (expectation.file == "expect.txt" || file.as_deref() == Some(expectation.file.as_str()))
        };
        let at_place = |diagnostic: &&Diagnostic| {
            expectation.range.is_none_or(|(start, end)| (diagnostic.span.start as usize, diagnostic.span.end as usize) == (start, end))
        };
        let best = left.iter().position(|diagnostic| fits(diagnostic) && at_place(diagnostic));
        match best {
            Some(at) => {
                let diagnostic = left.remove(at);
                if let Some(wanted) = &expectation.fix {
                    let got = diagnostic.fix.as_ref().filter(|fix| fix.span == diagnostic.span).map(|fix| fix.replacement.as_str());
                    if got != Some(wanted.as_str()) {
                        differences.push(format!("  wanted fix `{wanted}`, got {got:?}\n    by: {}", expectation.line));
                    }
                }
            }
            None => differences.push(format!("  not found: {}", expectation.line)),
        }
    }
    for diagnostic in left {
        let position = sources.position(diagnostic.span.file, diagnostic.span.start);
        differences.push(format!(
            "  not wanted: {} {}:{}:{} at `{}`: {}",
            diagnostic.code.number(),
            sources.name(diagnostic.span.file).rsplit('/').next().unwrap_or(""),
            position.line,
            position.column,
            sources.snippet(diagnostic.span),
            diagnostic.message
        ));
    }
    differences
}
