//! `clarion events`: what rules can name: Okta's event types, and the fields of an event.

use anstyle::Style;
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::diagnostic::nearest;
use crate::event::{CATALOGUE_RELEASE, ClosedSet, EngineOf, EventType, Field, RecordKind, Stage, debug_keys, event_types, fields, record_fields};

use super::exit::{Exit, Refusal};
use super::out::{FAINT, Out, STRONG};
use super::rules::{count, grouped};
use super::table::Table;

/// Searches Okta's event types, or the fields of an event
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A word is a part of the name, or one of: hook, system-log, classic, identity, beta, internal, deprecated, or a release such as 2026.04.0.\n\
    All words must fit. `--fields` searches names, types and descriptions.\n\n\
    Examples:\n  clarion events mfa deny\n  clarion events policy system-log\n  clarion events --fields address"
)]
pub(super) struct Args {
    /// Words to look for; without any, everything is listed
    pub(super) words: Vec<String>,
    /// Searches the fields of an event instead
    #[arg(long)]
    pub(super) fields: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// How the result is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// A table
    #[default]
    Table,
    /// One JSON object a line
    Json,
}

/// Runs the command. Nothing found is an exit of 1, as scripts expect of a search.
///
/// # Errors
/// None: everything stands in the binary.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let words: Vec<String> = args.words.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect();
    if args.fields { search_fields(&words, args.format, out) } else { search_types(&words, args.format, out) }
}

fn search_types(words: &[String], format: Format, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let found: Vec<&EventType> = event_types().iter().filter(|event_type| words.iter().all(|word| fits_type(event_type, word))).collect();
    if found.is_empty() {
        let near = words.first().and_then(|word| nearest(word, event_types().iter().map(|event_type| event_type.name)));
        return Ok(nothing("event type", words, near, out));
    }
    match format {
        Format::Json => found.iter().for_each(|event_type| out.line(type_json(event_type))),
        Format::Table => {
            let mut table = Table::new(&["EVENT TYPE", "DELIVERY", "ENGINE", "RELEASE", "STAGE"]);
            for event_type in &found {
                let delivery_style = if event_type.hook_eligible { Style::new() } else { FAINT };
                let (engine, stage) = (engine_word(event_type.engine), stage_word(event_type.stage));
                let delivery = delivery_word(event_type);
                table.row([(event_type.name, STRONG), (delivery, delivery_style), (engine, Style::new()), (event_type.release, FAINT), (stage, FAINT)]);
            }
            out.table(&table);
        }
    }
    out.say(format_args!("{} of {} in Okta's catalogue, release {CATALOGUE_RELEASE}", count(found.len(), "event type"), grouped(event_types().len())));
    Ok(Exit::Fine)
}

fn fits_type(event_type: &EventType, word: &str) -> bool {
    let delivery = if event_type.hook_eligible { ["hook", "event-hook"] } else { ["system-log", "system_log"] };
    event_type.name.to_lowercase().contains(word)
        || delivery.contains(&word)
        || [engine_word(event_type.engine), event_type.release].contains(&word)
        || (event_type.stage != Stage::GeneralAvailability && word == stage_word(event_type.stage))
}

fn delivery_word(event_type: &EventType) -> &'static str {
    if event_type.hook_eligible { "hook" } else { "System Log" }
}

fn engine_word(engine: EngineOf) -> &'static str {
    match engine {
        EngineOf::Both => "both",
        EngineOf::Classic => "classic",
        EngineOf::Identity => "identity",
    }
}

fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::GeneralAvailability => "",
        Stage::Beta => "beta",
        Stage::Internal => "internal",
        Stage::Deprecated => "deprecated",
    }
}

fn type_json(event_type: &EventType) -> Value {
    json!({
        "name": event_type.name,
        "delivery": if event_type.hook_eligible { "hook" } else { "system_log" },
        "engine": engine_word(event_type.engine),
        "release": event_type.release,
        "stage": match event_type.stage {
            Stage::GeneralAvailability => "general",
            stage => stage_word(stage),
        },
        "change_details": event_type.change_details,
    })
}

/// A field under the name by which rules reach it.
struct Row {
    name: String,
    ty: String,
    doc: String,
    values: Vec<&'static str>,
    derived: bool,
    always_present: bool,
}

fn search_fields(words: &[String], format: Format, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let all = rows();
    let total = all.len();
    let fits = |row: &Row| {
        let text = format!("{} {} {}", row.name, row.ty, row.doc).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let found: Vec<&Row> = all.iter().filter(|row| fits(row)).collect();
    if found.is_empty() {
        let near = words.first().and_then(|word| nearest(word, all.iter().map(|row| row.name.as_str())));
        return Ok(nothing("field", words, near, out));
    }
    match format {
        Format::Json => found.iter().for_each(|row| out.line(row_json(row))),
        Format::Table => {
            let mut table = Table::new(&["FIELD", "TYPE", "WHAT IT HOLDS"]);
            for row in &found {
                let doc = if row.values.is_empty() { row.doc.clone() } else { format!("{}: {}", row.doc, row.values.join(", ")) };
                table.row([(&row.name, STRONG), (&row.ty, Style::new()), (&doc, FAINT)]);
            }
            out.table(&table);
        }
    }
    out.say(format_args!("{} of {total}", count(found.len(), "field")));
    Ok(Exit::Fine)
}

fn rows() -> Vec<Row> {
    let of_records = |kind: RecordKind| record_fields(kind).iter().map(move |field| row(field, format!("{}[].{}", kind.path(), field.path)));
    let of_debug = debug_keys().iter().map(|key| Row {
        name: format!("debug.{}", key.name),
        ty: key.ty.to_string(),
        doc: if key.common { "a key of debugData, which nearly every event type may carry" } else { "a key of debugData" }.to_owned(),
        values: Vec::new(),
        derived: false,
        always_present: false,
    });
    fields().iter().map(|field| row(field, field.path.to_owned())).chain(RecordKind::ALL.into_iter().flat_map(of_records)).chain(of_debug).collect()
}

fn row(field: &'static Field, name: String) -> Row {
    Row {
        name,
        ty: field.ty.to_string(),
        doc: field.doc.to_owned(),
        // Okta's catalogue is a command of its own.
        values: field.set.filter(|set| *set != ClosedSet::EventType).map_or_else(Vec::new, ClosedSet::values),
        derived: field.derived,
        always_present: field.always_present,
    }
}

fn row_json(row: &Row) -> Value {
    json!({
        "name": row.name,
        "type": row.ty,
        "doc": row.doc,
        "values": row.values,
        "derived": row.derived,
        "always_present": row.always_present,
    })
}

fn nothing(noun: &str, words: &[String], near: Option<&str>, out: &mut Out<'_>) -> Exit {
    out.say(format_args!("no {noun} fits `{}`", super::escape::shown(&words.join(" "))));
    if let Some(near) = near {
        out.say(format_args!("did you mean `{near}`?"));
    }
    Exit::Findings
}
