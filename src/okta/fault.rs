//! From an answer that is no success to a typed fault.
//!
//! Reads Okta's error body, OAuth's error body, and the challenge header that stands alone when a scope is missing. Takes every text for
//! hostile, and takes out the secrets of the request should the answer repeat them.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde_json::Value;

use super::text::clean_of;
use super::transport::Answer;
use super::{Call, Error, Fault, MissingScope, Oddity, Secret, TokenMeaning, TokenRefusal, Unreadable};
use super::{body, header};

/// Most causes that a fault repeats.
const CAUSES_MAX: usize = 10;

/// Okta's code for a feature that is not switched on, which comes with 401 and has nothing to do with the token.
const FEATURE_OFF: &str = "E0000015";

/// Makes the fault of an answer from the API.
pub(super) fn of_api(call: Call, answer: &Answer, secrets: &[Secret]) -> Error {
    if let Some(redirect) = redirect(call, answer, secrets) {
        return redirect;
    }
    let request_id = header::request_id(&answer.headers);
    let challenge = Challenge::of(&answer.headers, secrets);
    let empty = answer.body.iter().all(u8::is_ascii_whitespace);
    if challenge.error.as_deref() == Some("insufficient_scope") || (answer.status == 403 && empty && challenge.error.is_none()) {
        return Error::MissingScope(Box::new(MissingScope { call, scope: challenge.scope, request_id }));
    }
    let said = Said::read(&answer.body, secrets);
    // A page where a fault should be comes from something in between, or from a host that is no org.
    if said.is_none() && !empty && answer.status < 500 && body::looks_like_html(answer) {
        return Error::Unreadable(Box::new(Unreadable { call, status: answer.status, request_id, oddity: Oddity::Html }));
    }
    let said = said.unwrap_or_default();
    let fault = Box::new(Fault {
        call,
        status: answer.status,
        code: said.code.or(challenge.error),
        summary: said.summary.or(challenge.description),
        causes: said.causes,
        request_id,
        error_id: said.error_id,
    });
    match answer.status {
        401 if fault.code.as_deref() != Some(FEATURE_OFF) => Error::Unauthorized(fault),
        401 | 403 => Error::Forbidden(fault),
        404 => Error::NotFound(fault),
        500.. => Error::Failed(fault),
        _ => Error::Refused(fault),
    }
}

/// Makes the fault of an answer from the token endpoint.
pub(super) fn of_token(call: Call, answer: &Answer, secrets: &[Secret]) -> Error {
    if let Some(redirect) = redirect(call, answer, secrets) {
        return redirect;
    }
    if answer.status >= 500 {
        return of_api(call, answer, secrets);
    }
    let said = Said::read(&answer.body, secrets).unwrap_or_default();
    let meaning = TokenMeaning::of(answer.status, said.code.as_deref(), said.summary.as_deref());
    let request_id = header::request_id(&answer.headers);
    Error::TokenRefused(Box::new(TokenRefusal { call, status: answer.status, error: said.code, description: said.summary, request_id, meaning }))
}

fn redirect(call: Call, answer: &Answer, secrets: &[Secret]) -> Option<Error> {
    if !(300..400).contains(&answer.status) {
        return None;
    }
    // Only the host is repeated: the rest of such an address can hold what signs somebody in.
    let to = header::text(&answer.headers, "location").and_then(|to| reqwest::Url::parse(to).ok()?.host_str().map(|host| clean_of(host, secrets)));
    let request_id = header::request_id(&answer.headers);
    Some(Error::Unreadable(Box::new(Unreadable { call, status: answer.status, request_id, oddity: Oddity::Redirect(to) })))
}

/// What a fault's body says.
#[derive(Default)]
struct Said {
    code: Option<String>,
    summary: Option<String>,
    causes: Vec<String>,
    error_id: Option<String>,
}

impl Said {
    /// Reads Okta's form (`errorCode`, ...) or OAuth's (`error`, ...); none if it is neither.
    fn read(bytes: &[u8], secrets: &[Secret]) -> Option<Said> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(|text| clean_of(text, secrets));
        let said = Said {
            code: text(&value, "errorCode").or_else(|| text(&value, "error")),
            summary: text(&value, "errorSummary").or_else(|| text(&value, "error_description")),
            causes: match value.get("errorCauses") {
                Some(Value::Array(causes)) => causes.iter().filter_map(|cause| text(cause, "errorSummary")).take(CAUSES_MAX).collect(),
                // One of Okta's own examples has a single object here.
                Some(cause @ Value::Object(_)) => text(cause, "errorSummary").into_iter().collect(),
                _ => Vec::new(),
            },
            error_id: text(&value, "errorId"),
        };
        (said.code.is_some() || said.summary.is_some()).then_some(said)
    }
}

/// What the header `WWW-Authenticate` says.
#[derive(Default)]
struct Challenge {
    error: Option<String>,
    description: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    fn of(headers: &HeaderMap, secrets: &[Secret]) -> Challenge {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let bearer = values.filter_map(|value| {
            let (scheme, rest) = value.trim().split_once(' ')?;
            (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("dpop")).then_some(rest)
        });
        let mut challenge = Challenge::default();
        for (key, value) in bearer.flat_map(|rest| header::pairs(rest, ',').0) {
            let place = match key.as_str() {
                "error" => &mut challenge.error,
                "error_description" => &mut challenge.description,
                "scope" => &mut challenge.scope,
                _ => continue,
            };
            if place.is_none() && !value.is_empty() {
                *place = Some(clean_of(&value, secrets));
            }
        }
        challenge
    }
}
