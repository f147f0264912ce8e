//! For people: the marked source text, as rustc shows it; or one line each.

use annotate_snippets::{AnnotationKind, Group, Level as Mark, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Level, Sources, Span};

/// Widest line that is drawn; longer source lines are cut around the marked part.
const WIDTH: usize = 120;

/// Returns one diagnostic with its source text, without an end of line. `styled` adds colours.
pub fn human(diagnostic: &Diagnostic, sources: &Sources, styled: bool) -> String {
    let mark = match diagnostic.level() {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
    };
    let text = sources.text(diagnostic.span.file);
    let annotation = |kind: AnnotationKind, span: Span, label: &str| {
        let annotation = kind.span(range(span, text));
        if label.is_empty() { annotation } else { annotation.label(label.to_owned()) }
    };
    let mut snippet =
        Snippet::source(text).path(sources.name(diagnostic.span.file)).annotation(annotation(AnnotationKind::Primary, diagnostic.span, &diagnostic.label));
    for (span, label) in diagnostic.also.iter().filter(|(span, _)| span.file == diagnostic.span.file) {
        snippet = snippet.annotation(annotation(AnnotationKind::Context, *span, label));
    }
    let mut group: Group<'_> = mark.primary_title(diagnostic.message.clone()).id(diagnostic.code.number()).element(snippet);
    for (span, label) in diagnostic.also.iter().filter(|(span, _)| span.file != diagnostic.span.file) {
        let other = sources.text(span.file);
        group = group
            .element(Snippet::source(other).path(sources.name(span.file)).annotation(AnnotationKind::Context.span(range(*span, other)).label(label.clone())));
    }
    for note in &diagnostic.notes {
        group = group.element(Mark::NOTE.message(note.clone()));
    }
    if let Some(fix) = &diagnostic.fix {
        group = group.element(Mark::HELP.message(fix.title.clone()));
    }
    for help in &diagnostic.help {
        group = group.element(Mark::HELP.message(help.clone()));
    }
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(WIDTH).render(&[group])
}

/// Returns one diagnostic as `file:line:column: level[code]: message`.
pub fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let position = sources.position(diagnostic.span.file, diagnostic.span.start);
    format!(
        "{}:{}:{}: {}[{}]: {}",
        sources.name(diagnostic.span.file),
        position.line,
        position.column,
        diagnostic.level().word(),
        diagnostic.code.number(),
        diagnostic.message
    )
}

/// Returns a span as a range that lies in the text and on the borders of characters.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}
