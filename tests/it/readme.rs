//! What README.md and docs/ show: commands do what is printed below them, rules are rules, tables are those of the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clarion::diagnostic::{Level, human};
use clarion::event::{ClosedSet, Field, RecordKind, fields, record_fields};
use clarion::language::FUNCTIONS;
use clarion::pack::{File, Library, Role, recommended};
use clarion::rehearsal::{Verdict, rehearse};

/// A fenced block of a page.
struct Block {
    /// The words behind the backticks.
    kind: String,
    text: String,
    /// The line where it begins, from 1.
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some(Block { kind: kind.to_owned(), text: String::new(), line: number + 1 }),
            (Some(block), Some("")) => blocks.push(block),
            (Some(mut block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

fn page(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

// ---- commands ------------------------------------------------------------------------------------------------------------

/// A command of a `console` block and what is printed below it.
struct Step {
    command: String,
    expected: Vec<String>,
}

/// Reads a block: `$ ` begins a command, `> ` goes on with it, everything else is what it prints.
fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), expected: Vec::new() });
            continue;
        }
        let step = steps.last_mut().unwrap_or_else(|| panic!("line {}: the block prints before it runs anything", block.line));
        match line.strip_prefix("> ").filter(|_| step.expected.is_empty()) {
            Some(more) => {
                step.command.push('\n');
                step.command.push_str(more);
            }
            None => step.expected.push(line.trim_end().to_owned()),
        }
    }
    steps
}

/// Says whether a line is as expected; `...` stands for any text.
fn fits(expected: &str, line: &str) -> bool {
    let parts: Vec<&str> = expected.split("...").collect();
    let [first, between @ .., last] = parts.as_slice() else { return expected == line };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in between {
        match rest.split_once(*part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(*last)
}

/// Says whether lines are as expected; a line that is only `...` stands for any number of lines.
fn all_fit(expected: &[String], lines: &[&str]) -> bool {
    match (expected.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "..." => (0..=lines.len()).any(|skipped| all_fit(rest, &lines[skipped..])),
        (Some((first, rest)), Some((line, others))) => fits(first, line) && all_fit(rest, others),
        _ => false,
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let (source, goal) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &goal);
        } else {
            fs::copy(&source, &goal).expect("a copy");
        }
    }
}

/// The commands of all blocks run one after another, in a copy of what they name.
#[cfg(unix)]
#[test]
fn commands_print_what_the_readme_shows() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let _ = fs::remove_dir_all(&folder);
    for part in ["rules", "tests/data/demo"] {
        copy(Path::new(part), &folder.join(part));
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_clarion")).parent().expect("the folder of the binary");
    let path = match std::env::var_os("PATH") {
        Some(path) => std::env::join_paths(std::iter::once(binary.to_owned()).chain(std::env::split_paths(&path))).expect("a path"),
        None => binary.into(),
    };
    let mut report = String::new();
    let mut count = 0;
    for block in blocks(&page("README.md")).iter().filter(|block| block.kind == "console") {
        for step in steps(block) {
            let output = std::process::Command::new("sh")
                .arg("-c")
                .arg(format!("{{ {}\n}} 2>&1", step.command))
                .current_dir(&folder)
                .env("PATH", &path)
                .env("NO_COLOR", "1")
                .env_remove("CLICOLOR_FORCE")
                .stdin(std::process::Stdio::null())
                .output()
                .expect("a shell");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            count += 1;
            if !all_fit(&step.expected, &lines) {
                let _ =
                    write!(report, "line {}: $ {}\n--- expected\n{}\n--- got\n{}\n\n", block.line, step.command, step.expected.join("\n"), lines.join("\n"));
            }
        }
    }
    assert!(report.is_empty(), "{report}");
    assert!(count >= 5, "README.md has only {count} commands");
}

#[test]
fn dots_stand_for_any_text() {
    assert!(fits("checked ... rules in ...", "checked 53 rules in 4 ms"));
    assert!(!fits("checked ... rules", "checked 53 packs"));
    assert!(fits("a", "a") && !fits("a", "ab") && !fits("a...b", "a"));
    let expected = ["first".to_owned(), "...".to_owned(), "last".to_owned()];
    assert!(all_fit(&expected, &["first", "last"]) && all_fit(&expected, &["first", "x", "y", "last"]));
    assert!(!all_fit(&expected, &["first", "x"]));
}

// ---- rules ---------------------------------------------------------------------------------------------------------------

/// What a part of a rule lacks to be one.
const REST: &[(&str, &str)] = &[
    ("id", "docs.example"),
    ("title", "An example"),
    ("severity", "medium"),
    ("status", "test"),
    ("description", "An example."),
    ("when", "eventType == \"user.session.start\""),
];

/// Returns the file that a block stands for; nothing where it is no part of a pack.
fn file(block: &Block) -> Option<(Role, String)> {
    let text = match block.kind.as_str() {
        "yaml pack.yml" => return Some((Role::Manifest, block.text.clone())),
        "yaml definitions.yml" => return Some((Role::Definitions, block.text.clone())),
        "yaml rule" => block.text.clone(),
        "yaml part" => block.text.clone(),
        // Each expression, or history, becomes a name of its own.
        "clarion" => block.text.split("\n\n").enumerate().fold("let:\n".to_owned(), |text, (number, expression)| {
            format!("{text}  example_{number}: |\n    {}\n", expression.trim().replace('\n', "\n    "))
        }),
        _ => return None,
    };
    let has = |key: &str| text.lines().any(|line| line.starts_with(&format!("{key}:")));
    let rest: String = REST.iter().filter(|(key, _)| !has(key)).map(|(key, value)| format!("{key}: {value}\n")).collect();
    Some((Role::Rule, rest + &text))
}

/// Every example is read beside the definitions, settings and fixtures of the recommended pack, and its cases hold.
#[test]
fn examples_of_the_pages_are_right() {
    let mut report = String::new();
    let mut count = 0;
    for path in ["README.md", "docs/language.md", "docs/rules.md"] {
        for block in blocks(&page(path)) {
            let Some((role, text)) = file(&block) else { continue };
            let mut files = recommended();
            files.retain(|file| file.role != Role::Rule && file.role != role);
            files.push(File { name: "example.yml".to_owned(), role, bytes: Ok(text.into_bytes()) });
            let mut library = Library::new();
            library.add(&files, &BTreeMap::new());
            count += 1;
            for (pack, rule) in library.rules() {
                for outcome in rehearse(&library, pack, rule) {
                    if !matches!(outcome.verdict, Verdict::Passed) {
                        let _ = writeln!(report, "{path}:{}: {}\n  {:?}\n", block.line, outcome.case, outcome.verdict);
                    }
                }
            }
            for fault in library.faults.iter().filter(|fault| fault.level() == Level::Error) {
                // Without the pack's own definitions and settings the other parts of the pack are beside the point.
                if library.sources.name(fault.span.file) == "example.yml" {
                    let _ = writeln!(report, "{path}:{}\n{}", block.line, human(fault, &library.sources, false));
                }
            }
        }
    }
    assert!(report.is_empty(), "{report}");
    assert!(count >= 20, "only {count} examples");
}

// ---- tables --------------------------------------------------------------------------------------------------------------

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
}

fn table(head: &[&str], rows: impl Iterator<Item = String>) -> String {
    format!("{}{}{}", row(head), row(&vec!["---"; head.len()]), rows.collect::<String>())
}

fn field_table<'f>(fields: impl Iterator<Item = &'f Field>, dot: &str) -> String {
    table(&["field", "type", "what it holds"], fields.map(|field| row(&[&format!("`{dot}{}`", field.path), &field.ty.to_string(), field.doc])))
}

/// Returns the table of a name as the code has it.
fn printed(name: &str) -> String {
    // The families of targets are described in words.
    let is_family = |field: &Field| field.path.starts_with("target.");
    match name {
        "fields" => field_table(fields().iter().filter(|field| !field.derived), ""),
        "derived" => field_table(fields().iter().filter(|field| field.derived && !is_family(field)), ""),
        "target" => field_table(record_fields(RecordKind::Target).iter(), "."),
        "hop" => field_table(record_fields(RecordKind::Hop).iter(), "."),
        "functions" => table(
            &["function", "what it gives", "example"],
            FUNCTIONS.iter().map(|row_| row(&[&format!("`{}`", row_.usage), row_.doc, &format!("`{}`", row_.example)])),
        ),
        "sets" => {
            let mut sets: Vec<(ClosedSet, Vec<String>)> = Vec::new();
            let of_records = RecordKind::ALL
                .into_iter()
                .flat_map(|kind| record_fields(kind).iter().map(move |field| (field, format!("`{}[]` `.{}`", kind.path(), field.path))));
            for (field, name) in fields().iter().map(|field| (field, format!("`{}`", field.path))).chain(of_records) {
                let Some(set) = field.set.filter(|set| *set != ClosedSet::EventType) else { continue };
                match sets.iter_mut().find(|(known, _)| *known == set) {
                    Some((_, names)) => names.push(name),
                    None => sets.push((set, vec![name])),
                }
            }
            let values = |set: &ClosedSet| set.values().iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ");
            table(&["fields", "values"], sets.iter().map(|(set, names)| row(&[&names.join(" "), &values(set)])))
        }
        "rooms" => rooms(),
        other => panic!("no table is called `{other}`"),
    }
}

/// Returns the rooms in their order, with the sentence at their door and the rooms that they use.
fn rooms() -> String {
    let map = page("src/lib.rs");
    let rooms: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|name| name.trim_end_matches(';')).collect();
    let rows = rooms.iter().map(|room| {
        let folder = Path::new("src").join(room);
        let door = page(&folder.join("mod.rs").display().to_string());
        let sentence = door.lines().next().unwrap_or("").trim_start_matches("//!").trim();
        let mut text = String::new();
        sources(&folder, &mut text);
        let uses: Vec<&str> = rooms.iter().copied().filter(|other| other != room && text.contains(&format!("crate::{other}"))).collect();
        let uses = if uses.is_empty() { "-".to_owned() } else { uses.join(", ") };
        row(&[&format!("`{room}`"), sentence, &uses])
    });
    table(&["room", "what it is", "uses"], rows)
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&page(&path.display().to_string()));
        }
    }
}

/// The tables of the pages are printed from the code: `UPDATE=1` writes them anew.
#[test]
fn tables_of_the_pages_are_those_of_the_code() {
    let mut report = String::new();
    for path in ["docs/language.md", "docs/architecture.md"] {
        let written = page(path);
        let current = with_tables(&written);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, &current).expect("the page");
        } else if let Some((now, before)) = current.lines().zip(written.lines()).find(|(now, before)| now != before) {
            let _ = writeln!(report, "{path}\n  code: {now}\n  page: {before}");
        }
    }
    assert!(report.is_empty(), "pages are behind the code; run this test with UPDATE=1 and read the difference\n{report}");
}

fn with_tables(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, behind)) = rest.split_once("<!-- table: ") {
        let (name, behind) = behind.split_once(" -->\n").expect("the end of a mark");
        let (_, behind) = behind.split_once("<!-- end -->").unwrap_or_else(|| panic!("the table `{name}` has no end"));
        let _ = write!(text, "{before}<!-- table: {name} -->\n\n{}\n<!-- end -->", printed(name));
        rest = behind;
    }
    text + rest
}
