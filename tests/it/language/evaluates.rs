//! Expressions with the value they give on an event.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;

use clarion::diagnostic::Sources;
use clarion::evaluate::{Lowering, Moment, NoMemory, Questions, wanted};
use clarion::event::{Event, Layout, Origin, Source, Value};
use clarion::language::{Checker, EventTypes, Names, Settings, Snippet, parse};
use serde_json::Value as Json;

const FOLDER: &str = "tests/data/language/evaluates";

/// Evaluates one expression on one event, from its text.
pub(super) fn evaluate(text: &str, event: &Json, origin: &Origin) -> Result<Value<'static>, String> {
    let mut sources = Sources::new();
    let file = sources.add("case", text);
    let snippet = Snippet::whole(file, text);
    let mut faults = Vec::new();
    let query = parse(&snippet, &mut faults);
    let mut names = Names::default();
    let (settings, event_types) = (Settings::default(), EventTypes::default());
    let typed = Checker::new(&snippet, &mut names, &settings, &event_types, &mut faults).value(&query);
    let message = || faults.iter().map(|fault| format!("{}: {}", fault.code.number(), fault.message)).collect::<Vec<_>>().join("; ");
    let typed = typed.ok_or_else(message)?;
    let mut fields = BTreeSet::new();
    let mut records = Vec::new();
    wanted(&typed, &mut fields, &mut records);
    let layout = Layout::new(fields, records);
    let mut read = Event::new();
    read.read(&layout, event.to_string().as_bytes(), origin).map_err(|bad| bad.message)?;
    let mut questions = Questions::default();
    let code = Lowering { layout: &layout, questions: &mut questions }.lower(&typed);
    Ok(code.eval(&Moment::new(&read, &NoMemory)).into_owned())
}

fn fits(value: &Value<'_>, wanted: &Json) -> bool {
    match (value, wanted) {
        (Value::Missing, Json::String(text)) => text == "missing",
        (Value::Bool(truth), Json::Bool(wanted)) => truth == wanted,
        (Value::Int(number), Json::Number(wanted)) => wanted.as_f64() == Some(*number as f64),
        (Value::Float(number), Json::Number(wanted)) => wanted.as_f64().is_some_and(|wanted| (number - wanted).abs() <= wanted.abs().max(1.0) * 1e-3),
        (Value::Text(text), Json::String(wanted)) => *text == Cow::Borrowed(wanted.as_str()),
        (Value::List(parts), Json::Array(wanted)) => parts.len() == wanted.len() && parts.iter().zip(wanted).all(|(part, wanted)| fits(part, wanted)),
        (Value::Json(json), wanted) => **json == *wanted,
        (value, Json::String(wanted)) => value.to_string() == *wanted,
        _ => false,
    }
}

#[test]
fn every_expression_gives_the_value_that_the_specification_asks_for() {
    let mut report = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(FOLDER).expect("the corpus").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a file of the corpus");
        let file: Json = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
        let source = match file.get("source").and_then(Json::as_str) {
            Some("hook") => Source::Hook,
            Some("system_log") => Source::SystemLog,
            _ => Source::File,
        };
        let origin = Origin { source, org: file.get("org").and_then(Json::as_str).map(Into::into) };
        for case in file["cases"].as_array().expect("a list of cases") {
            count += 1;
            let text = case["expr"].as_str().expect("an expression");
            let event = match case.get("event").and_then(Json::as_str) {
                Some(name) => &file["events"][name],
                None => &file["event"],
            };
            match evaluate(text, event, &origin) {
                Ok(value) if fits(&value, &case["gives"]) => {}
                Ok(value) => report.push(format!("{}: {text}\n    gives {value:?}, not {}", entry.file_name().to_string_lossy(), case["gives"])),
                Err(why) => report.push(format!("{}: {text}\n    {why}", entry.file_name().to_string_lossy())),
            }
        }
    }
    assert!(count >= 120, "only {count} cases");
    assert!(report.is_empty(), "{} of {count} expressions\n{}", report.len(), report.join("\n"));
}
