//! Proofs of possession (RFC 9449), where the org asks for them: a token is of use only to whoever holds a key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{DecodingKey, decode_header};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::fake_okta::answer::{Answer, oauth_fault};
use crate::fake_okta::call::Call;
use crate::fake_okta::clock::epoch_seconds;
use crate::fake_okta::org::Org;

use super::assertion::{ALGORITHMS, signed};

/// How old a proof may be, in seconds; clocks may differ by as much.
const AGE_SECONDS_MAX: i64 = 300;

/// A proof whose signature is right.
struct Proof {
    claims: Value,
    /// The thumbprint of its key.
    thumbprint: String,
}

fn read(token: &str) -> Option<Proof> {
    let header = decode_header(token).ok()?;
    let key = header.jwk.filter(|_| header.typ.as_deref() == Some("dpop+jwt") && ALGORITHMS.contains(&header.alg))?;
    let claims = signed(token, &DecodingKey::from_jwk(&key).ok()?, header.alg)?;
    Some(Proof { claims, thumbprint: key.thumbprint(ThumbprintHash::SHA256).ok()? })
}

fn text<'c>(claims: &'c Value, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}

/// Says whether a proof is for this request, of now, and new.
fn is_for(org: &mut Org, call: &Call, proof: &Proof) -> bool {
    let made = proof.claims.get("iat").and_then(Value::as_i64).unwrap_or(0);
    let age = epoch_seconds(org.now()).saturating_sub(made).abs();
    let names_request = text(&proof.claims, "htm") == Some(call.method.as_str()) && text(&proof.claims, "htu") == Some(&format!("{}{}", org.base, call.path));
    let id = text(&proof.claims, "jti").map(|id| format!("{} {id}", proof.thumbprint));
    names_request && age <= AGE_SECONDS_MAX && id.is_some_and(|id| org.apps.is_new(id))
}

/// Checks the proof of a token request and returns its key's thumbprint.
pub(super) fn first_proof(org: &mut Org, call: &Call) -> Result<String, Answer> {
    let invalid = |sentence: &str| oauth_fault(400, "invalid_dpop_proof", sentence);
    let Some(token) = call.header("dpop") else { return Err(invalid("The DPoP proof JWT header is missing.")) };
    let proof = read(token).ok_or_else(|| invalid("The DPoP proof JWT is invalid."))?;
    if text(&proof.claims, "nonce") != Some(org.apps.nonce.as_str()) {
        let refusal = oauth_fault(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.");
        return Err(refusal.header("dpop-nonce", org.apps.nonce.clone()));
    }
    if !is_for(org, call, &proof) {
        return Err(invalid("The DPoP proof JWT is invalid."));
    }
    Ok(proof.thumbprint)
}

/// Says whether a request at the API proves that it comes from the holder of the token's key.
pub(super) fn proves(org: &mut Org, call: &Call, token: &str, thumbprint: &str) -> bool {
    let Some(proof) = call.header("dpop").and_then(read) else { return false };
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()));
    proof.thumbprint == thumbprint && text(&proof.claims, "ath") == Some(&hash) && is_for(org, call, &proof)
}
