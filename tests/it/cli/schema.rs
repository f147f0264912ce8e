//! `clarion schema`: what `check` accepts fits, and what it refuses for its shape does not.

use std::fs;
use std::path::{Path, PathBuf};

use clarion::pack::{Action, RULE_KEYS, Severity, Status};
use regex::Regex;
use serde_json::Value;

use super::clarion;

fn schema() -> Value {
    serde_json::from_str(&clarion(&["schema"]).answer).expect("the schema is JSON")
}

#[test]
fn the_schema_knows_every_key_and_word_of_a_rule() {
    let schema = schema();
    for key in RULE_KEYS {
        let property = &schema["properties"][key];
        assert!(property["description"].is_string() || property["$ref"].is_string(), "`{key}` has no description: {property}");
    }
    let words = |words: Vec<&str>| Value::from(words);
    assert_eq!(schema["$defs"]["severity"]["enum"], words(Severity::WORDS.iter().map(|(word, _)| *word).collect()));
    assert_eq!(schema["properties"]["status"]["enum"], words(Status::WORDS.iter().map(|(word, _)| *word).collect()));
    let call = schema["$defs"]["call"]["pattern"].as_str().expect("a pattern");
    for (word, _) in Action::WORDS {
        assert!(call.contains(word), "{word}");
    }
}

#[test]
fn rules_that_are_accepted_fit_the_schema() {
    let schema = schema();
    let mut seen = 0;
    for folder in ["rules/okta/recommended", "tests/data/language/accepted", super::PACK] {
        for file in rule_files(Path::new(folder)) {
            let violations = violations_of(&schema, &file);
            assert!(violations.is_empty(), "{}:\n{}", file.display(), violations.join("\n"));
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn rules_that_are_refused_for_their_shape_do_not_fit_the_schema() {
    let schema = schema();
    // What these codes find can be told from the file's shape alone; a date that no calendar has cannot.
    let codes = ["E0004", "E0005", "E0006", "E0008", "E0012", "E0013", "E0015"];
    let mut missed = Vec::new();
    let mut seen = 0;
    for file in rule_files(Path::new("tests/data/language/rejected")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !codes.iter().any(|code| name.starts_with(code)) {
            continue;
        }
        seen += 1;
        if violations_of(&schema, &file).is_empty() {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "the schema accepts:\n{}", missed.join("\n"));
    assert!(seen > 30, "{seen}");
}

fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of rules") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            files.extend(rule_files(&path));
        } else if name.ends_with(".yml") && !["pack.yml", "definitions.yml"].contains(&name.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn violations_of(schema: &Value, file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a rule");
    let rule: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut violations = Vec::new();
    fits(schema, schema, &rule, "", &mut violations);
    violations
}

/// As much of JSON Schema as the schema uses; a keyword that is not known here is a mistake of the test.
fn fits(root: &Value, schema: &Value, value: &Value, at: &str, violations: &mut Vec<String>) -> bool {
    let before = violations.len();
    let Value::Object(keywords) = schema else {
        assert_eq!(schema, &Value::Bool(true), "a schema at {at}");
        return true;
    };
    let mut wrong = |what: String| violations.push(format!("{at}: {what}"));
    let mut inner = Vec::new();
    for (keyword, argument) in keywords {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" => {}
            "$ref" => {
                let name = argument.as_str().and_then(|path| path.strip_prefix("#/$defs/")).expect("a reference");
                let target = root["$defs"].get(name).unwrap_or_else(|| panic!("no definition {name}"));
                fits(root, target, value, at, &mut inner);
            }
            "type" => {
                let kinds: Vec<&str> =
                    argument.as_str().map_or_else(|| argument.as_array().expect("types").iter().filter_map(Value::as_str).collect(), |kind| vec![kind]);
                if !kinds.iter().any(|kind| is_kind(value, kind)) {
                    wrong(format!("is no {}", kinds.join(" or ")));
                }
            }
            "enum" => {
                if !argument.as_array().expect("words").contains(value) {
                    wrong(format!("{value} is not one of {argument}"));
                }
            }
            "pattern" => {
                let pattern = Regex::new(argument.as_str().expect("a pattern")).expect("a pattern");
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    wrong(format!("{value} does not match {argument}"));
                }
            }
            "minLength" | "maxLength" => {
                let length = value.as_str().map(|text| text.chars().count() as u64);
                let bound = argument.as_u64().expect("a length");
                if length.is_some_and(|length| if keyword == "minLength" { length < bound } else { length > bound }) {
                    wrong(format!("breaks {keyword} {bound}"));
                }
            }
            "minimum" | "maximum" => {
                let bound = argument.as_f64().expect("a bound");
                if value.as_f64().is_some_and(|number| if keyword == "minimum" { number < bound } else { number > bound }) {
                    wrong(format!("breaks {keyword} {bound}"));
                }
            }
            "minItems" => {
                if value.as_array().is_some_and(|items| (items.len() as u64) < argument.as_u64().expect("a number")) {
                    wrong("has too few entries".to_owned());
                }
            }
            "items" => value.as_array().into_iter().flatten().enumerate().for_each(|(index, item)| {
                fits(root, argument, item, &format!("{at}[{index}]"), &mut inner);
            }),
            "required" => {
                for name in argument.as_array().expect("names").iter().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|object| !object.contains_key(name)) {
                        wrong(format!("has no `{name}`"));
                    }
                }
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = argument.get(name) {
                        fits(root, schema, member, &format!("{at}.{name}"), &mut inner);
                    }
                }
            }
            "additionalProperties" => {
                let known = |name: &str| keywords.get("properties").is_some_and(|properties| properties.get(name).is_some());
                for (name, member) in value.as_object().into_iter().flatten().filter(|(name, _)| !known(name)) {
                    match argument {
                        Value::Bool(false) => wrong(format!("has a key `{name}`")),
                        schema => {
                            fits(root, schema, member, &format!("{at}.{name}"), &mut inner);
                        }
                    }
                }
            }
            "oneOf" => {
                let fitting = argument.as_array().expect("schemas").iter().filter(|schema| fits(root, schema, value, at, &mut Vec::new())).count();
                if fitting != 1 {
                    wrong(format!("fits {fitting} of its forms"));
                }
            }
            "not" => {
                if fits(root, argument, value, at, &mut Vec::new()) {
                    wrong(format!("fits {argument}"));
                }
            }
            other => panic!("the test does not know `{other}`"),
        }
    }
    violations.extend(inner);
    violations.len() == before
}

fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        other => panic!("the test does not know the type `{other}`"),
    }
}
