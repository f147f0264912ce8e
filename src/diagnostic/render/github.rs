//! Annotations that GitHub shows at the lines of a pull request.

use crate::diagnostic::{Diagnostic, Sources};

/// Returns one workflow command for each diagnostic, each ended by a line feed.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| one(diagnostic, sources)).collect()
}

fn one(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let start = sources.position(diagnostic.span.file, diagnostic.span.start);
    let end = sources.position(diagnostic.span.file, diagnostic.span.end);
    let mut message = diagnostic.message.clone();
    let fix = diagnostic.fix.as_ref().map(|fix| &fix.title);
    for line in diagnostic.notes.iter().chain(fix).chain(&diagnostic.help) {
        message.push('\n');
        message.push_str(line);
    }
    format!(
        "::{} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
        diagnostic.level().word(),
        property(sources.name(diagnostic.span.file)),
        start.line,
        end.line,
        start.column,
        end.column,
        property(diagnostic.code.number()),
        data(&message),
    )
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
