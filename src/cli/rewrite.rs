//! Files that are changed in place: a file has its old text or its new one, never half of it.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::exit::Refusal;
use super::files::plain;

/// Puts a text in the place of a file's old one. The new text is written beside it and then takes its name, so that a full disk or a
/// power cut cannot cost the old one. Links are followed and permissions kept.
pub(super) fn rewrite(path: &Path, text: &[u8]) -> Result<(), Refusal> {
    let refuse = |error: &std::io::Error| Refusal::world(format!("cannot write `{}`: {}", path.display(), plain(error)));
    let target = fs::canonicalize(path).map_err(|error| refuse(&error))?;
    let permissions = fs::metadata(&target).map_err(|error| refuse(&error))?.permissions();
    if permissions.readonly() {
        return Err(Refusal::world(format!("cannot write `{}`: it is read-only", path.display())));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&beside, text, permissions).and_then(|()| fs::rename(&beside, &target));
    if let Err(error) = &written {
        // The half-written file is ours; that it cannot be removed either adds nothing to the first error.
        let _ = fs::remove_file(&beside);
        return Err(refuse(error));
    }
    Ok(())
}

fn write_new(path: &Path, text: &[u8], permissions: fs::Permissions) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text)?;
    file.set_permissions(permissions)?;
    file.sync_all()
}

/// Splits off the byte order mark, which is no part of the text and stays where it is.
pub(super) fn split_mark(bytes: &[u8]) -> (&[u8], &[u8]) {
    bytes.split_at_checked(BYTE_ORDER_MARK.len()).filter(|(mark, _)| *mark == BYTE_ORDER_MARK).unwrap_or((&[], bytes))
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
