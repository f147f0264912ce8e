//! `clarion schema`: a JSON Schema of rule files, for editors.
//!
//! Names and words come from where the reader of rule files has them, so that an editor never proposes what `check` refuses. It knows
//! the shape of a rule; what expressions mean only `check` knows.

use serde_json::{Map, Value, json};

use crate::pack::{Action, REPEAT_MAX, REQUIRED_KEYS, RULE_KEYS, Severity, Status};

use super::exit::{Exit, Refusal};
use super::out::Out;

/// Prints a JSON Schema of rule files, for editors
#[derive(Debug, clap::Args)]
#[command(after_help = "Save it, and name it at the top of a rule:\n  # yaml-language-server: $schema=clarion.schema.json")]
pub(super) struct Args {}

/// Runs the command.
///
/// # Errors
/// None: the schema is always the same.
pub(super) fn run(_: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    out.line(format_args!("{:#}", schema()));
    Ok(Exit::Fine)
}

/// Returns the schema of a rule file.
pub(super) fn schema() -> Value {
    let properties: Map<String, Value> = RULE_KEYS.iter().map(|key| ((*key).to_owned(), property(key))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Clarion rule",
        "description": "A detection rule for Okta: one condition over an event, what its alert shows, and its proof.",
        "type": "object",
        "required": REQUIRED_KEYS,
        "additionalProperties": false,
        "properties": properties,
        "$defs": {
            "expression": {
                "description": "An expression of the rule language.",
                // A condition such as `true` is read by YAML as a boolean, and a number as a number.
                "type": ["string", "boolean", "number"],
            },
            "text": { "type": "string", "minLength": 1 },
            "texts": { "type": "array", "items": { "$ref": "#/$defs/text" } },
            "date": { "description": "Such as 2026-01-31.", "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" },
            "duration": {
                "description": "Such as 90s, 15m, 8h, 30d or 1h30m.",
                "type": "string",
                "pattern": "^(\\d+d(\\d+h)?(\\d+m)?(\\d+s)?|\\d+h(\\d+m)?(\\d+s)?|\\d+m(\\d+s)?|\\d+s)$",
            },
            "severity": { "enum": words(Severity::WORDS) },
            "call": {
                "description": "A call of an action, such as suspend_user(actor.id).",
                "type": "string",
                "pattern": format!("^\\s*({})\\s*\\([\\s\\S]*\\)\\s*$", words(Action::WORDS).join("|")),
            },
            "case": case(),
            "event": event(),
        },
    })
}

fn words<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(word, _)| *word).collect()
}

fn reference(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}"), "description": description })
}

fn property(key: &str) -> Value {
    match key {
        "id" => json!({
            "description": "The rule's id: small letters and digits, joined by `-` and `.`, such as okta.mfa-fatigue. It never changes.",
            "type": "string",
            "maxLength": 120,
            "pattern": "^[a-z0-9]+(-[a-z0-9]+)*(\\.[a-z0-9]+(-[a-z0-9]+)*)*$",
        }),
        "title" => reference("text", "What happened, in one line."),
        "severity" => json!({
            "description": "How bad it is; or a list of which the first entry whose condition holds counts. The last entry has no condition.",
            "oneOf": [
                { "$ref": "#/$defs/severity" },
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["level"],
                        "additionalProperties": false,
                        "properties": { "when": { "$ref": "#/$defs/expression" }, "level": { "$ref": "#/$defs/severity" } },
                    },
                },
            ],
        }),
        "status" => json!({ "description": "Where the rule is in its life.", "enum": words(Status::WORDS) }),
        "confidence" => json!({ "description": "How sure a finding is.", "enum": ["low", "medium", "high"] }),
        "description" => reference("text", "What the rule catches and why it matters."),
        "attack" => json!({
            "description": "MITRE ATT&CK tactics and techniques.",
            "type": "array",
            "items": { "type": "string", "pattern": "^(T\\d{4}(\\.\\d{3})?|TA\\d{4})$" },
        }),
        "tags" => reference("texts", "Free words."),
        "references" => reference("texts", "Where to read on."),
        "author" => reference("text", "Who wrote the rule."),
        "date" => reference("date", "When the rule was written."),
        "modified" => reference("date", "When the rule was last changed."),
        "enabled" => json!({ "description": "Whether the rule runs.", "type": "boolean", "default": true }),
        "let" => named("Names for expressions, which the rest of the rule can use."),
        "when" => reference("expression", "The condition that raises the alert."),
        "context" => named("What is shown with an alert: a name and an expression each."),
        "alert" => json!({
            "description": "How findings become alerts.",
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "title": reference("text", "The alert's title; `{actor.alternateId}` puts in a value."),
                "group_by": {
                    "description": "One alert for each different value of these expressions.",
                    "type": "array",
                    "items": { "$ref": "#/$defs/expression" },
                },
                "suppress": reference("duration", "How long further findings join the open alert."),
            },
        }),
        "respond" => json!({
            "description": "What the rule asks for; the workspace decides whether it is done.",
            "type": "array",
            "items": {
                "oneOf": [
                    { "$ref": "#/$defs/call" },
                    {
                        "type": "object",
                        "required": ["do"],
                        "additionalProperties": false,
                        "properties": {
                            "do": { "$ref": "#/$defs/call" },
                            "unless": reference("expression", "Where it is not asked for."),
                            "approval": { "description": "A person must approve, whatever the workspace allows.", "enum": ["required"] },
                            "limit": {
                                "description": "At most so many in a minute, an hour or a day, such as 5/h.",
                                "type": "string",
                                "pattern": "^[1-9]\\d*/[mhd]$",
                            },
                        },
                    },
                ],
            },
        }),
        "false_positives" => reference("texts", "When the rule is wrong."),
        "runbook" => reference("text", "What to do when it fires."),
        "tests" => json!({
            "description": "The rule's proof: at least one case that fires and one near miss that stays silent.",
            "type": "array",
            "items": { "$ref": "#/$defs/case" },
        }),
        _ => json!(true),
    }
}

/// A map of names to expressions.
fn named(description: &str) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": { "$ref": "#/$defs/expression" },
    })
}

fn case() -> Value {
    json!({
        "type": "object",
        "required": ["name", "events", "expect"],
        "additionalProperties": false,
        "properties": {
            "name": reference("text", "What the case shows."),
            "events": { "type": "array", "items": { "$ref": "#/$defs/event" } },
            "expect": {
                "description": "What must come of the events.",
                "oneOf": [
                    { "enum": ["alert", "none"] },
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": {
                            "alerts": { "description": "How many alerts.", "type": "integer", "minimum": 0 },
                            "severity": { "$ref": "#/$defs/severity" },
                            "title": reference("text", "The title of each alert."),
                        },
                    },
                ],
            },
            "settings": { "description": "Settings that differ from the pack's.", "type": "object" },
            "start": { "description": "When the case begins, such as 2026-03-02T09:00:00Z, which is also the default.", "type": "string" },
        },
    })
}

fn event() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "like": reference("text", "The name of a sample event in the pack's `fixtures` folder."),
            "event": { "description": "An event of Okta's System Log, written out.", "type": "object" },
            "with": { "description": "Values that differ, by path: `outcome.result: FAILURE`; null takes one away.", "type": "object" },
            "after": reference("duration", "How long after the event before."),
            "at": { "description": "When, from the beginning of the case: +3m; or a time.", "type": "string" },
            "repeat": { "description": "How often it happens.", "type": "integer", "minimum": 1, "maximum": REPEAT_MAX },
            "every": reference("duration", "How far apart the repetitions are."),
        },
        "oneOf": [{ "required": ["like"] }, { "required": ["event"] }],
        "not": { "required": ["at", "after"] },
    })
}
