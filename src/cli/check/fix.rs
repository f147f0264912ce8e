//! Mending: the fixes of diagnostics, applied to the files they stand in.
//!
//! Takes diagnostics; changes files and gives what was changed. Where two fixes touch, the first one counts and the other waits for the
//! next round, which sees the text as it is then.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::cli::escape::shown_within;
use crate::cli::exit::Refusal;
use crate::cli::files::plain;
use crate::cli::rewrite::{rewrite, split_mark};
use crate::diagnostic::{Code, Diagnostic, FileId, Fix, Sources};

/// Most rounds of mending and checking; fixes that undo each other must come to an end.
pub(super) const ROUNDS_MAX: usize = 10;

/// What was changed.
#[derive(Debug)]
pub(super) struct Change {
    place: String,
    code: Code,
    before: String,
    after: String,
}

/// Applies every fix that does not touch an earlier one.
pub(super) fn apply(diagnostics: &[&Diagnostic], sources: &Sources) -> Result<Vec<Change>, Refusal> {
    let mut by_file: BTreeMap<FileId, Vec<(Code, &Fix)>> = BTreeMap::new();
    for diagnostic in diagnostics {
        if let Some(fix) = &diagnostic.fix {
            by_file.entry(fix.span.file).or_default().push((diagnostic.code, fix));
        }
    }
    let mut changes = Vec::new();
    for (file, mut fixes) in by_file {
        fixes.sort_by_key(|(_, fix)| (fix.span.start, fix.span.end));
        changes.extend(apply_to_file(file, &fixes, sources)?);
    }
    Ok(changes)
}

fn apply_to_file(file: FileId, fixes: &[(Code, &Fix)], sources: &Sources) -> Result<Vec<Change>, Refusal> {
    let (name, text) = (sources.name(file), sources.text(file));
    let mut mended = String::with_capacity(text.len());
    let mut changes = Vec::new();
    let mut end = None;
    for (code, fix) in fixes {
        let (start, stop) = (fix.span.start as usize, fix.span.end as usize);
        let touches = end.is_some_and(|end| start <= end);
        let Some(kept) = text.get(end.unwrap_or(0)..start).filter(|_| !touches && sources.snippet(fix.span) != fix.replacement) else {
            continue;
        };
        mended.push_str(kept);
        mended.push_str(&fix.replacement);
        end = Some(stop);
        let at = sources.position(file, fix.span.start);
        let place = format!("{name}:{}:{}", at.line, at.column);
        changes.push(Change { place, code: *code, before: sources.snippet(fix.span).to_owned(), after: fix.replacement.clone() });
    }
    if let Some(end) = end {
        mended.push_str(text.get(end..).unwrap_or_default());
        write(name, text, &mended)?;
    }
    Ok(changes)
}

/// Writes the mended text, unless somebody else has changed the file since it was read.
fn write(name: &str, text: &str, mended: &str) -> Result<(), Refusal> {
    let path = Path::new(name);
    let bytes = fs::read(path).map_err(|error| Refusal::world(format!("cannot read `{name}`: {}", plain(&error))))?;
    let (mark, rest) = split_mark(&bytes);
    if rest != text.as_bytes() {
        return Err(Refusal::world(format!("`{name}` has been changed while it was checked")).help("run the command again"));
    }
    rewrite(path, &[mark, mended.as_bytes()].concat())
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| format!("`{}`", shown_within(text, 60));
        write!(f, "mended {}: {}: ", self.place, self.code.number())?;
        match (self.before.as_str(), self.after.as_str()) {
            ("", after) => write!(f, "put in {}", quoted(after)),
            (before, "") => write!(f, "took away {}", quoted(before)),
            (before, after) => write!(f, "{} is now {}", quoted(before), quoted(after)),
        }
    }
}
