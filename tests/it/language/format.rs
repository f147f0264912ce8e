//! The formatter: one layout, nothing lost, nothing changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clarion::diagnostic::{Diagnostic, Sources};
use clarion::language::{Snippet, format as format_expression, one_line, parse};
use clarion::pack::{Role, format};
use granit_parser::{Event, Parser};
use proptest::prelude::*;
use regex::Regex;
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

/// Returns the comments of a text, sorted; nothing where the text has what no parser of events takes.
fn comments(text: &str) -> Option<Vec<String>> {
    let options = granit_parser::options! { disallow_directives: true, max_buffered_comment_events: 1_000_000 };
    let mut found = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        if let Event::Comment(text, _) = event.ok()?.0 {
            found.push(text.trim_end().to_owned());
        }
    }
    found.sort();
    Some(found)
}

/// Returns the tree of an expression without its places, or nothing where it does not parse.
fn tree(text: &str) -> Option<String> {
    let mut sources = Sources::new();
    let snippet = Snippet::whole(sources.add("expression", text), text.trim_end());
    let mut faults = Vec::new();
    let query = parse(&snippet, &mut faults);
    static PLACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"Place \{ start: \d+, end: \d+ \}").expect("a regex"));
    faults.is_empty().then(|| PLACES.replace_all(&format!("{query:?}"), "").into_owned())
}

/// Replaces an expression by its tree.
fn understand(value: Option<&mut Value>) {
    match value {
        Some(Value::Null) | None => {}
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| understand(Some(item))),
        Some(Value::Object(entries)) => entries.values_mut().for_each(|entry| understand(Some(entry))),
        Some(value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            *value = Value::String(tree(&text).unwrap_or(text));
        }
    }
}

/// Returns what a file says: its values, with trees for expressions. Nothing where it is no YAML that JSON could hold.
fn meaning(role: &Role, text: &str) -> Option<Value> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::LastWins,
    };
    let mut value: Value = serde_yaml::from_str_with_options(text, options).ok()?;
    if *role == Role::Definitions {
        let definitions = value.as_object_mut().into_iter().flat_map(|map| map.values_mut());
        definitions.for_each(|definition| understand(definition.get_mut("means")));
    }
    if *role == Role::Rule {
        for key in ["when", "let", "context"] {
            understand(value.get_mut(key));
        }
        if let Some(Value::Array(grades)) = value.get_mut("severity") {
            grades.iter_mut().for_each(|grade| understand(grade.get_mut("when")));
        }
        for response in value.get_mut("respond").and_then(Value::as_array_mut).into_iter().flatten() {
            match response {
                Value::Object(_) => ["do", "unless"].iter().for_each(|key| understand(response.get_mut(key))),
                call => understand(Some(call)),
            }
        }
        understand(value.pointer_mut("/alert/group_by"));
        if let Some(Value::String(title)) = value.pointer_mut("/alert/title") {
            title.retain(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\'));
        }
    }
    Some(value)
}

/// Says which laws do not hold for a text; a text that is refused breaks none.
fn broken_laws(role: &Role, text: &str) -> Vec<String> {
    let Ok(out) = formatted(role, text) else { return Vec::new() };
    let mut broken = Vec::new();
    match formatted(role, &out) {
        Ok(again) if again == out => {}
        Ok(again) => broken.push(format!("twice is not once:\n{}", check(Path::new(""), &out, &again).unwrap_or_default())),
        Err(faults) => broken.push(format!("what was written is refused: {faults:?}")),
    }
    if let Some(before) = comments(text)
        && comments(&out).as_ref() != Some(&before)
    {
        broken.push(format!("comments are {:?} and were {before:?}", comments(&out)));
    }
    if let Some(before) = meaning(role, text)
        && meaning(role, &out).as_ref() != Some(&before)
    {
        broken.push(format!("it means something else:\n{}", check(Path::new(""), text, &out).unwrap_or_default()));
    }
    if out.is_empty() != text.trim_matches(['-', '.', ' ', '\r', '\n']).is_empty() && comments(text).is_some_and(|found| !found.is_empty()) {
        broken.push("nothing is left".to_owned());
    }
    broken
}

#[test]
fn the_laws_hold_for_every_file_that_is_there() {
    let mut all = files(Path::new(CORPUS));
    all.extend(files(Path::new("rules")));
    assert!(all.len() >= 400, "only {} files", all.len());
    let mut failed = Vec::new();
    let mut refused = 0;
    for (path, text) in &all {
        refused += usize::from(formatted(&role(path), text).is_err());
        let windows = text.replace('\n', "\r\n");
        for text in [text, &windows] {
            failed.extend(broken_laws(&role(path), text).into_iter().map(|law| format!("{}: {law}", path.display())));
        }
        if let (Ok(out), Ok(of_windows)) = (formatted(&role(path), text), formatted(&role(path), &windows))
            && !text.contains('\r')
        {
            failed.extend(check(path, &out, &of_windows));
        }
    }
    report(&failed, all.len());
    assert!(refused < 150, "{refused} files of {} are refused", all.len());
}

#[test]
fn a_file_that_does_not_parse_is_refused() {
    for (text, codes) in [
        ("id: [a\n", &["E0002"][..]),
        ("when: a ==\nlet:\n  b: (c\n", &["E0101", "E0105"]),
        ("alert:\n  title: '{a'\n", &["E0120"]),
        ("alert:\n  title: '{a b}'\n", &["E0101"]),
        ("respond:\n  - f(\n  - do: g(1)\n    unless: not\n", &["E0105", "E0101"]),
        ("severity: [{ when: a and, level: low }]\n", &["E0101"]),
        ("when: a # b\n # c\n d\n", &["E0002"]),
        ("when: |\n  a # b\n", &["E0119"]),
    ] {
        let faults = formatted(&Role::Rule, text).expect_err(text);
        let found: Vec<&str> = faults.iter().map(|fault| fault.code.number()).collect();
        assert_eq!(found, codes, "{text}");
    }
}

#[test]
fn fixtures_and_lists_are_left_alone() {
    let text = "{ \"a\" :1}\n\n";
    assert_eq!(formatted(&Role::Fixture("a".into()), text), Ok(text.to_owned()));
    assert_eq!(formatted(&Role::List("a".into()), text), Ok(text.to_owned()));
}

/// Texts of expressions, of which many parse: what binds how is left to the parser.
fn expression() -> impl Strategy<Value = String> {
    let text = proptest::collection::vec(
        prop_oneof![
            Just("a"),
            Just("Z"),
            Just(" "),
            Just("\\\""),
            Just("\\\\"),
            Just("'"),
            Just("é"),
            Just("\\n"),
            Just("\\u0007"),
            Just("#"),
            Just(": "),
            Just("{")
        ],
        0..5,
    );
    let leaf = prop_oneof![
        "[a-c]{1,3}(\\.[a-c0-9]{1,2}|\\[[0-9]\\]|\\[\"[a-c ]{1,2}\"\\]){0,2}",
        text.prop_map(|parts| format!("\"{}\"", parts.concat())),
        "'[a-z\\\\\" :#]{0,4}'",
        "[0-9]{1,3}(_[0-9]{3})?(\\.[0-9]{1,2})?(e[0-9])?",
        "[1-9][0-9]?(s|m|h|d|h30m|km|km/h)",
        "[1-9]\\.\\.[1-9][0-9]",
        "/([a-z ]|\\\\/|\\\\.|\\[x-z\\]){1,4}/(i|x|)",
        Just("true".to_owned()),
        "\\$[a-z]{1,3}",
        "\\.[a-c]{1,2}",
    ];
    let space = prop_oneof![4 => Just(" "), 1 => Just("  "), 1 => Just("\n  "), 1 => Just("\t")];
    let operator = prop_oneof![
        4 => Just("and"), 3 => Just("or"), 2 => Just("=="), 1 => Just("!=~"), 1 => Just("in"), 1 => Just("not in~"), 1 => Just("contains all"),
        1 => Just("like"), 1 => Just("<="), 1 => Just("+"), 1 => Just("-"), 1 => Just("*"), 1 => Just("/"), 1 => Just("%"),
    ];
    leaf.prop_recursive(6, 40, 4, move |inner| {
        let tail = (inner.clone(), inner.clone()).prop_map(|(expr, key)| format!("{expr} by {key} within 5m"));
        prop_oneof![
            6 => (inner.clone(), space.clone(), operator.clone(), space.clone(), inner.clone()).prop_map(|(a, s, op, t, b)| format!("{a}{s}{op}{t}{b}")),
            2 => (space.clone(), inner.clone()).prop_map(|(s, a)| format!("not{s}{a}")),
            1 => inner.clone().prop_map(|a| format!("- {a}")),
            // Two pairs of parentheses become one, which is another tree.
            3 => inner.clone().prop_map(|a| if a.starts_with('(') { a } else { format!("( {a})") }),
            1 => tail.prop_map(|a| format!("( {a} )")),
            1 => proptest::collection::vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(" ,"))),
            2 => proptest::collection::vec(inner.clone(), 0..3).prop_map(|list| format!("f({})", list.join(","))),
            1 => inner.clone().prop_map(|a| format!("json({a} )[0].b")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("count({a} of({b} by c within 1h))")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("sequence(a:{a},5 times {b}, until c by d within 90m)")),
            1 => inner.prop_map(|a| format!("first_seen({a}, learning 7d)")),
        ]
    })
}

/// Changes that a person may make to a file, sensible or not.
#[derive(Clone, Debug)]
enum Change {
    Insert(String),
    Append(String),
    Indent(usize),
    Delete,
    MoveTo(usize),
}

fn change() -> impl Strategy<Value = (usize, Change)> {
    let comment = (0..9_usize, "# [a-z]{1,3}").prop_map(|(indent, comment)| format!("{}{comment}", " ".repeat(indent)));
    let text = prop_oneof![4 => comment, 2 => Just(String::new()), 1 => "[a-z]{1,2}: [a-z]{1,3}", 1 => " {0,6}- [a-z]", 1 => Just("---".to_owned())];
    let change = prop_oneof![
        4 => text.prop_map(Change::Insert),
        3 => prop_oneof![" # [a-z]{1,3} {0,2}", Just("  ".to_owned()), Just(" |".to_owned()), Just("]".to_owned())].prop_map(Change::Append),
        1 => (0..7_usize).prop_map(Change::Indent),
        1 => Just(Change::Delete),
        2 => (0..60_usize).prop_map(Change::MoveTo),
    ];
    (0..60_usize, change)
}

fn changed(text: &str, changes: &[(usize, Change)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, change) in changes {
        let at = at % lines.len().max(1);
        match change {
            Change::Insert(text) => lines.insert(at, text.clone()),
            _ if lines.is_empty() => {}
            Change::Append(text) => lines[at].push_str(text),
            Change::Indent(indent) => lines[at].insert_str(0, &" ".repeat(*indent)),
            Change::Delete => drop(lines.remove(at)),
            Change::MoveTo(to) => {
                let line = lines.remove(at);
                lines.insert(to % (lines.len() + 1), line);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "id: ",
        "when: ",
        "let:\n",
        "  ",
        " ",
        "\n",
        "\n  ",
        "\n- ",
        "- ",
        "a",
        "b: c\n",
        "? ",
        ": ",
        "# d\n",
        " # e",
        "'",
        "\"",
        "\\",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "|\n",
        ">\n",
        ">-\n  ",
        "|+\n\n",
        "|2\n",
        "&f ",
        "*f",
        "!g ",
        "---\n",
        "...\n",
        "\r\n",
        "\r",
        "\t",
        "é",
        "~",
        "null",
        "1",
        "true",
        "%YAML 1.2\n",
        "<<: ",
        "\u{feff}",
        "\u{85}",
        "alert:\n  title: ",
        "{b}",
        "severity: [{when: a, level: low}]\n",
        "respond:\n- f(a)\n",
        "a and b",
        "\0",
    ]);
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Lines that fit together now and then, with comments everywhere.
fn lines() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        "a:",
        "b: c",
        "'d': \"e: f\"",
        "- g",
        "- h: i",
        "- - j",
        "-",
        "k: |",
        "l: >-",
        "m: [n, o]",
        "p: {q: r}",
        "s: [t,",
        "u, 'v']",
        "[w, x],",
        "]",
        "y: &z 1",
        "- >",
        "- |+",
        "text",
        "# comment",
        "# another",
        "",
        "",
        "when: a and b",
        "severity:",
        "- when: a == 'b'",
        "level: low",
        "id: c",
        "alert:",
        "title: '{d}'",
        "group_by:",
        "respond:",
        "tests:",
        "let:",
    ]);
    let comment = prop_oneof![6 => Just(""), 1 => Just(" # beside"), 1 => Just("  # other ")];
    let line = (prop::sample::select(vec![0, 0, 2, 2, 4, 4, 6, 1, 3]), text, comment)
        .prop_map(|(indent, text, comment)| format!("{}{text}{comment}\n", " ".repeat(indent)));
    proptest::collection::vec(line, 1..14).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn an_expression_parses_to_the_same_tree(text in expression()) {
        let before = tree(&text);
        prop_assume!(before.is_some());
        let mut sources = Sources::new();
        let snippet = Snippet::whole(sources.add("expression", ""), text);
        let query = parse(&snippet, &mut Vec::new());
        for out in [format_expression(&query, &snippet), one_line(&query, &snippet)] {
            prop_assert_eq!(&before, &tree(&out), "{}", out);
            let again = Snippet::whole(sources.add("again", ""), out.clone());
            prop_assert_eq!(format_expression(&parse(&again, &mut Vec::new()), &again), format_expression(&query, &snippet));
        }
    }

    #[test]
    fn the_laws_hold_for_files_that_somebody_is_editing(at in 0..200_usize, changes in proptest::collection::vec(change(), 1..6)) {
        static FILES: LazyLock<Vec<(PathBuf, String)>> = LazyLock::new(|| ["accepted", "unformatted", "../../../rules"].iter().flat_map(|folder| files(&Path::new(CORPUS).join(folder))).collect());
        let (path, text) = &FILES[at % FILES.len()];
        let text = changed(text, &changes);
        let broken = broken_laws(&role(path), &text);
        prop_assert!(broken.is_empty(), "{}\n{}", broken.join("\n"), text);
    }

    #[test]
    fn the_laws_hold_for_any_text(text in prop_oneof![pieces(), lines()]) {
        for role in [Role::Rule, Role::Definitions, Role::Manifest] {
            let broken = broken_laws(&role, &text);
            prop_assert!(broken.is_empty(), "{}\n{:?}", broken.join("\n"), text);
        }
    }
}
