//! Answers in Okta's shapes: JSON, nothing, and the two kinds of error bodies.

use serde_json::{Value, json};

/// What a request gets, before the headers that every answer has.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case; a name may stand twice.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Payload,
}

/// What an answer carries.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Payload {
    Nothing,
    Json(Value),
    Bytes { kind: &'static str, bytes: Vec<u8> },
}

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Answer { status, headers: Vec::new(), body: Payload::Json(body) }
    }

    pub(super) fn ok(body: Value) -> Self {
        Answer::json(200, body)
    }

    pub(super) fn no_content() -> Self {
        Answer { status: 204, headers: Vec::new(), body: Payload::Nothing }
    }

    pub(super) fn bytes(status: u16, kind: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Answer { status, headers: Vec::new(), body: Payload::Bytes { kind, bytes: bytes.into() } }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Fills in the id of an error, which is drawn where the org is at hand.
    pub(super) fn with_error_id(mut self, id: impl FnOnce() -> String) -> Self {
        if let Payload::Json(Value::Object(body)) = &mut self.body
            && body.contains_key("errorCode")
            && body.get("errorId").is_some_and(Value::is_null)
        {
            body.insert("errorId".to_owned(), Value::String(id()));
        }
        self
    }
}

/// An error of the API: Okta's code, its sentence, and the sentences of its causes.
pub(super) fn fault(status: u16, code: &str, summary: &str, causes: &[&str]) -> Answer {
    let causes: Vec<Value> = causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
    Answer::json(status, json!({ "errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": null, "errorCauses": causes }))
}

/// The sentence that Okta has for a code.
pub(super) fn summary_of(code: &str) -> &'static str {
    match code {
        "E0000006" => "You do not have permission to perform the requested action",
        "E0000009" => "Internal Server Error",
        "E0000010" => "Service is in read only mode",
        "E0000011" => "Invalid token provided",
        "E0000015" => "You do not have permission to access the feature you are requesting",
        "E0000047" => "API call exceeded rate limit due to too many requests.",
        _ => "An error occurred",
    }
}

/// What is wrong with a field of a request: 400 with E0000001.
pub(super) fn invalid(field: &str, sentence: &str) -> Answer {
    fault(400, "E0000001", &format!("Api validation failed: {field}"), &[&format!("{field}: {sentence}")])
}

/// A thing that is not there: 404 with E0000007.
pub(super) fn not_found(id: &str, kind: &str) -> Answer {
    fault(404, "E0000007", &format!("Not found: Resource not found: {id} ({kind})"), &[])
}

pub(super) fn too_many() -> Answer {
    fault(429, "E0000047", summary_of("E0000047"), &[])
}

pub(super) fn invalid_token() -> Answer {
    fault(401, "E0000011", summary_of("E0000011"), &[])
}

pub(super) fn forbidden() -> Answer {
    fault(403, "E0000006", summary_of("E0000006"), &[])
}

/// An error of the token endpoint.
pub(super) fn oauth_fault(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, json!({ "error": error, "error_description": description }))
}
