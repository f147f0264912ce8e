//! SARIF 2.1.0, for code scanning services.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Diagnostic, Level, Sources, Span};

/// Returns one SARIF log with a single run. Faults that stop a file from being read stand among the results and also among
/// the tool's notifications, because services that only look at results hide them otherwise.
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| {
            json!({
                "id": code.number(),
                "shortDescription": { "text": code.title() },
                "fullDescription": { "text": code.title() },
                "help": { "text": format!("clarion check --explain {}", code.number()), "markdown": super::super::explain(*code) },
                "defaultConfiguration": { "level": code.level().word() },
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|diagnostic| result(diagnostic, &codes, sources)).collect();
    let notifications: Vec<Value> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code < Code::UnexpectedText && diagnostic.level() == Level::Error)
        .map(|diagnostic| json!({ "level": "error", "message": { "text": message(diagnostic) }, "locations": [location(diagnostic.span, sources)] }))
        .collect();
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.level() == Level::Error);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "clarion", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": !failed, "toolExecutionNotifications": notifications }],
            "results": results,
        }],
    })
}

fn result(diagnostic: &Diagnostic, codes: &[Code], sources: &Sources) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code.number(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": diagnostic.level().word(),
        "message": { "text": message(diagnostic) },
        "locations": [location(diagnostic.span, sources)],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(diagnostic, sources) },
    });
    if let Some(object) = result.as_object_mut() {
        if !diagnostic.also.is_empty() {
            let related: Vec<Value> = diagnostic
                .also
                .iter()
                .map(|(span, label)| {
                    let mut place = location(*span, sources);
                    if let Some(place) = place.as_object_mut() {
                        place.insert("message".to_owned(), json!({ "text": label }));
                    }
                    place
                })
                .collect();
            object.insert("relatedLocations".to_owned(), json!(related));
        }
        if let Some(fix) = &diagnostic.fix {
            let fix = json!([{
                "description": { "text": fix.title },
                "artifactChanges": [{
                    "artifactLocation": { "uri": uri(sources.name(fix.span.file)) },
                    "replacements": [{ "deletedRegion": region(fix.span, sources), "insertedContent": { "text": fix.replacement } }],
                }],
            }]);
            object.insert("fixes".to_owned(), fix);
        }
    }
    result
}

fn message(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    let fix = diagnostic.fix.as_ref().map(|fix| &fix.title);
    for line in fix.into_iter().chain(&diagnostic.help) {
        text.push_str("; ");
        text.push_str(line);
    }
    text
}

fn location(span: Span, sources: &Sources) -> Value {
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(sources.name(span.file)) }, "region": region(span, sources) } })
}

fn region(span: Span, sources: &Sources) -> Value {
    let start = sources.position(span.file, span.start);
    let end = sources.position(span.file, span.end);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// A relative URI with `/`, as the services want it.
fn uri(name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name).replace('\\', "/");
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Names a result by its code and the text of its line, so that it stays the same when lines above it come and go.
fn fingerprint(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let text = sources.text(diagnostic.span.file);
    let position = sources.position(diagnostic.span.file, diagnostic.span.start);
    let line = text.lines().nth(position.line - 1).unwrap_or("").trim();
    let mut hash = Sha256::new();
    hash.update(diagnostic.code.number());
    hash.update([0]);
    hash.update(line);
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
