//! The formatter: one layout, nothing lost, nothing changed.

use std::fs;
use std::path::{Path, PathBuf};

use clarion::diagnostic::{Diagnostic, Sources};
use clarion::language::{Snippet, one_line, parse};
use clarion::pack::{Role, format};
use granit_parser::{Event, Parser};
use proptest::prelude::*;
use serde_json::Value;

const CORPUS: &str = "tests/data/language";

fn role(path: &Path) -> Role {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("pack.yml") => Role::Manifest,
        Some("definitions.yml") => Role::Definitions,
        _ => Role::Rule,
    }
}

fn formatted(role: &Role, text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut sources = Sources::new();
    let file = sources.add("a.yml", text);
    format(&sources, file, role)
}

/// Returns every file of YAML below a folder that is UTF-8, with its text.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yml")
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path, text));
        }
    }
    found.sort();
    found
}

/// Compares two texts; a difference is shown as the lines that are not the same.
fn check(path: &Path, expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let lines: Vec<String> = similar::TextDiff::from_lines(expected, got)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("  {}{}", change.tag(), change.to_string_lossy().escape_debug()))
        .collect();
    Some(format!("{}\n{}", path.display(), lines.join("\n")))
}

fn report(failed: &[String], of: usize) {
    assert!(failed.is_empty(), "{} of {of}:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn an_accepted_file_is_already_in_form() {
    let files = files(&Path::new(CORPUS).join("accepted"));
    assert!(files.len() >= 90, "only {} files", files.len());
    let failed: Vec<String> = files
        .iter()
        .filter_map(|(path, text)| match formatted(&role(path), text) {
            Ok(got) => check(path, text, &got),
            Err(faults) => Some(format!("{}: {faults:?}", path.display())),
        })
        .collect();
    report(&failed, files.len());
}

#[test]
fn an_unformatted_file_comes_into_form() {
    let files = files(&Path::new(CORPUS).join("unformatted"));
    let mut failed = Vec::new();
    let mut run = 0;
    for (path, text) in &files {
        if path.to_string_lossy().ends_with(".formatted.yml") {
            failed.extend(formatted(&role(path), text).map_or_else(|faults| Some(format!("{faults:?}")), |got| check(path, text, &got)));
            continue;
        }
        run += 1;
        let expected = fs::read_to_string(path.with_extension("formatted.yml")).expect("the formatted half");
        match formatted(&role(path), text) {
            Ok(got) => failed.extend(check(path, &expected, &got)),
            Err(faults) => failed.push(format!("{}: {faults:?}", path.display())),
        }
    }
    assert_eq!(run * 2, files.len(), "a half is missing");
    report(&failed, run);
}
