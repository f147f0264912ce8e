//! The recommended pack, which is part of the binary.

use include_dir::{Dir, include_dir};

use super::{File, Role};

static RECOMMENDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules/okta/recommended");

/// Returns the files of the recommended pack, under the names they have in the repository.
pub fn recommended() -> Vec<File> {
    let mut files = Vec::new();
    collect(&RECOMMENDED, &mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn collect(folder: &Dir<'static>, files: &mut Vec<File>) {
    for file in folder.files() {
        let Some(path) = file.path().to_str() else { continue };
        if let Some(role) = Role::of(path) {
            files.push(File { name: format!("rules/okta/recommended/{path}"), role, bytes: Ok(file.contents().to_vec()) });
        }
    }
    folder.dirs().for_each(|folder| collect(folder, files));
}

impl Role {
    /// Returns what a file is to its pack, by its path inside the pack; `/` separates folders.
    pub fn of(path: &str) -> Option<Role> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        if name.starts_with('.') {
            return None;
        }
        match (folder, stem, extension) {
            ("", "pack", "yml" | "yaml") => Some(Role::Manifest),
            ("", "definitions", "yml" | "yaml") => Some(Role::Definitions),
            ("fixtures", stem, "json") => Some(Role::Fixture(stem.to_owned())),
            (_, _, "txt" | "csv") => Some(Role::List(path.to_owned())),
            (folder, _, "yml" | "yaml") if folder != "fixtures" => Some(Role::Rule),
            _ => None,
        }
    }
}
