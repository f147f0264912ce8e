//! The page of a code: what it means, a program that shows it, and what to write instead.

use super::Code;

/// Returns the page of a code as Markdown.
pub fn explain(code: Code) -> String {
    PAGES.get_file(format!("{}.md", code.number())).and_then(|file| file.contents_utf8()).unwrap_or("").to_owned()
}

static PAGES: include_dir::Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/docs/diagnostics");
