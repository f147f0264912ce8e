//! One canonical layout for the files of a pack.
//!
//! Takes a file that reads as YAML and whose expressions parse; gives the same file in the one layout, with every comment.
//! A file that does not parse is refused with the faults that keep it from being read. Never changes what a file means:
//! what was written is read again and compared, and a file that would not come out the same is left as it is.
//!
//! `read` makes a tree of the text and `comments` hangs the comments into it; `shape` knows what stands where in which
//! file; `arrange` puts keys in order and expressions in form; `layout` and `scalar` write it all down.

mod arrange;
mod comments;
mod layout;
mod read;
mod scalar;
mod shape;
mod title;
mod tree;

use super::{Role, yaml};
use crate::diagnostic::{Diagnostic, FileId, Sources};

/// Returns the canonical text of a file. Fixtures and lists have no layout of their own and come back as they are.
///
/// # Errors
/// The faults of a file that is no YAML or has an expression that does not parse.
pub fn format(sources: &Sources, file: FileId, role: &Role) -> Result<String, Vec<Diagnostic>> {
    let text = sources.text(file);
    if matches!(role, Role::Fixture(_) | Role::List(_)) {
        return Ok(text.to_owned());
    }
    yaml::read(file, text).map_err(|fault| vec![*fault])?;
    // No map of keys is no file of a pack, and a `%YAML` line has no place in one: these have no layout but their own.
    let Some(mut document) = read::read(text) else { return Ok(with_line_feeds(text)) };
    let comments = document.comments();
    let faults = arrange::arrange(&mut document, role, sources, file);
    if !faults.is_empty() {
        return Err(faults);
    }
    let formatted = layout::write(&document);
    let is_same = read::read(&formatted).is_some_and(|again| again.says(&document) && again.comments() == comments);
    debug_assert!(is_same, "the formatted text says something else:\n{formatted}");
    Ok(if is_same { formatted } else { with_line_feeds(text) })
}

/// Ends every line the one way; to YAML they are all the same.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
