//! Wrong rules: each gets its code, its place and, where promised, its fix.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clarion::cli::files::gather;
use clarion::pack::Library;

use super::expectation;

const FOLDER: &str = "tests/data/language/rejected";

/// Reads a file or a folder as `clarion check` does.
pub(super) fn check(path: &Path) -> Library {
    let mut library = Library::new();
    for folder in gather(&[path.to_owned()]).expect("a readable case") {
        library.add(&folder.files, &BTreeMap::new());
    }
    if library.rules().count() == 0 && library.faults.is_empty() {
        library.no_rules(&path.display().to_string());
    }
    library
}

fn differences(path: &Path) -> Vec<String> {
    let files: Vec<PathBuf> = if path.is_dir() { walk(path) } else { vec![path.to_owned()] };
    let mut expectations = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(bytes) = fs::read(&file) else { continue };
        expectations.extend(expectation::read(&name, &String::from_utf8_lossy(&bytes)));
    }
    if expectations.is_empty() {
        return vec!["  says nothing of what is expected".to_owned()];
    }
    let library = check(path);
    expectation::compare(&expectations, &library.faults, &library.sources)
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn every_wrong_rule_gets_its_code_its_place_and_its_fix() {
    let mut cases: Vec<PathBuf> = fs::read_dir(FOLDER).expect("the corpus").flatten().map(|entry| entry.path()).collect();
    cases.sort();
    assert!(cases.len() >= 150, "only {} wrong rules", cases.len());
    let mut report = String::new();
    let mut failed = 0;
    for case in &cases {
        let differences = differences(case);
        if !differences.is_empty() {
            failed += 1;
            report.push_str(&format!("{}\n{}\n", case.display(), differences.join("\n")));
        }
    }
    assert!(failed == 0, "{failed} of {} wrong rules are not answered as expected\n{report}", cases.len());
}
