//! `private_key_jwt`: a client proves who it is by a signed assertion.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::event::Timestamp;
use crate::fake_okta::answer::{Answer, oauth_fault};
use crate::fake_okta::clock::epoch_seconds;
use crate::fake_okta::org::Org;

use super::Installed;

/// How far ahead an assertion may end.
const AHEAD_SECONDS_MAX: i64 = 3600;

/// The algorithms that Okta takes.
pub(super) const ALGORITHMS: [Algorithm; 5] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::ES256, Algorithm::ES384];

fn refuse(description: &str) -> Answer {
    oauth_fault(401, "invalid_client", description)
}

/// Checks an assertion and returns the app that made it.
pub(super) fn check(org: &mut Org, assertion: &str) -> Result<Installed, Answer> {
    let header = decode_header(assertion).map_err(|_| refuse("The client_assertion is not a valid JWT."))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(refuse("The client_assertion uses an algorithm that is not supported."));
    }
    let claimed = jsonwebtoken::dangerous::insecure_decode::<Value>(assertion).map_err(|_| refuse("The client_assertion is not a valid JWT."))?;
    let client_id = claimed.claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    let app = org.apps.find(client_id).filter(|app| !app.revoked).cloned();
    let app = app.ok_or_else(|| refuse("Invalid value for 'client_id' parameter."))?;
    let claims = verified(&app, assertion, header.kid.as_deref(), header.alg).ok_or_else(|| refuse("The client_assertion signature is invalid."))?;
    if claims.get("iss").and_then(Value::as_str) != Some(client_id) {
        return Err(refuse("The issuer and subject of the client_assertion must be the client_id."));
    }
    if !is_for(&claims, &format!("{}/oauth2/v1/token", org.base)) {
        return Err(refuse("The audience claim for client_assertion must be the endpoint invoked for the request."));
    }
    lifetime(&claims, org.now())?;
    if let Some(id) = claims.get("jti").and_then(Value::as_str)
        && !org.apps.is_new(format!("{client_id} {id}"))
    {
        return Err(refuse("The client_assertion has already been used."));
    }
    Ok(app)
}

/// Returns the claims if one of the app's keys has signed them.
fn verified(app: &Installed, assertion: &str, key_id: Option<&str>, algorithm: Algorithm) -> Option<Value> {
    let fits = |key: &&Value| key_id.is_none() || key.get("kid").and_then(Value::as_str) == key_id;
    app.keys.iter().filter(fits).find_map(|key| {
        let key: Jwk = serde_json::from_value(key.clone()).ok()?;
        signed(assertion, &DecodingKey::from_jwk(&key).ok()?, algorithm)
    })
}

/// Returns the claims of a token that the key has signed. Times are looked at elsewhere: by the org's clock.
pub(super) fn signed(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Value> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Value>(token, key, &validation).ok().map(|token| token.claims)
}

fn is_for(claims: &Value, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(many)) => many.iter().any(|one| one == audience),
        _ => false,
    }
}

fn lifetime(claims: &Value, now: Timestamp) -> Result<(), Answer> {
    let ends = claims.get("exp").and_then(Value::as_i64).ok_or_else(|| refuse("The client_assertion must have an expiration."))?;
    let now = epoch_seconds(now);
    if ends <= now {
        return Err(refuse("The client_assertion token is expired."));
    }
    if ends > now.saturating_add(AHEAD_SECONDS_MAX) {
        return Err(refuse("The client_assertion token has an expiration too far into the future."));
    }
    Ok(())
}
