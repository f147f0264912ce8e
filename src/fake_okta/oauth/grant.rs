//! The token endpoint of the org: client credentials in, an access token out.

use serde_json::{Value, json};

use crate::event::Span;
use crate::fake_okta::answer::{Answer, oauth_fault};
use crate::fake_okta::call::Call;
use crate::fake_okta::options::{AppKind, Dpop, PartialScopes};
use crate::fake_okta::org::{Noted, Org};

use super::{Caller, Installed, TOKENS_MAX, Token, assertion, dpop};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The ways in which a client says who it is.
enum Credentials {
    Basic { client_id: String, secret: String },
    Assertion(String),
}

/// Answers `POST /oauth2/v1/token`.
pub(in crate::fake_okta) fn token(org: &mut Org, call: &Call) -> Answer {
    let form = call.form();
    let answer = client(org, call, &form).and_then(|(app, way)| {
        let granted = grant(org, call, &form, &app).inspect_err(|refusal| note_refusal(org, call, Some(&app), refusal))?;
        note_grant(org, call, &app, &form, way, &granted);
        Ok(granted)
    });
    match answer {
        Ok(granted) => Answer::ok(granted),
        Err(refusal) => refusal,
    }
}

/// Answers at a custom authorization server, which knows the client but none of the org's scopes.
pub(in crate::fake_okta) fn token_of_custom_server(org: &mut Org, call: &Call) -> Answer {
    match client(org, call, &call.form()) {
        Ok(_) => unknown_scope(),
        Err(refusal) => refusal,
    }
}

fn field<'f>(form: &'f [(String, String)], name: &str) -> Option<&'f str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

fn invalid_client(description: &str) -> Answer {
    oauth_fault(401, "invalid_client", description)
}

fn unknown_scope() -> Answer {
    oauth_fault(400, "invalid_scope", "One or more scopes are not configured for the authorization server resource.")
}

/// Finds the app and checks that it is who it says.
fn client(org: &mut Org, call: &Call, form: &[(String, String)]) -> Result<(Installed, &'static str), Answer> {
    let credentials = credentials(call, form)?;
    let checked = match &credentials {
        Credentials::Basic { client_id, secret } => by_secret(org, client_id, secret).map(|app| (app, "client_secret_basic")),
        Credentials::Assertion(assertion) => assertion::check(org, assertion).map(|app| (app, "private_key_jwt")),
    };
    let (app, way) = checked.inspect_err(|refusal| note_refusal(org, call, None, refusal))?;
    if app.zone_blocked {
        return Err(oauth_fault(403, "access_denied", "The request is made from outside the client's permitted network zones."));
    }
    Ok((app, way))
}

fn credentials(call: &Call, form: &[(String, String)]) -> Result<Credentials, Answer> {
    let basic = call.basic();
    let (secret, assertion) = (field(form, "client_secret"), field(form, "client_assertion"));
    match (basic, secret, assertion) {
        (Some((client_id, secret)), None, None) => Ok(Credentials::Basic { client_id, secret }),
        (None, None, Some(assertion)) if field(form, "client_assertion_type") == Some(ASSERTION_TYPE) => Ok(Credentials::Assertion(assertion.to_owned())),
        (None, None, Some(_)) => Err(invalid_client("The 'client_assertion_type' is invalid.")),
        (None, Some(_), None) => Err(invalid_client(
            "OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or client_secret_basic token_endpoint_auth_method.",
        )),
        (None, None, None) => Err(invalid_client("No client credentials found.")),
        _ => Err(oauth_fault(
            401,
            "invalid_request",
            "Can't supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a `client_assertion` in the post body.",
        )),
    }
}

fn by_secret(org: &Org, client_id: &str, secret: &str) -> Result<Installed, Answer> {
    let app = org.apps.find(client_id).filter(|app| !app.revoked).ok_or_else(|| invalid_client("Invalid value for 'client_id' parameter."))?;
    if app.kind == AppKind::Custom {
        return Err(invalid_client("Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method."));
    }
    if !app.secrets.iter().any(|known| known.active && known.value == secret) {
        return Err(invalid_client("The client secret supplied for a confidential client is invalid."));
    }
    Ok(app.clone())
}

/// Gives a token to an app that is who it says.
fn grant(org: &mut Org, call: &Call, form: &[(String, String)], app: &Installed) -> Result<Value, Answer> {
    match field(form, "grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(oauth_fault(400, "unsupported_grant_type", "The grant type in the request isn't supported.")),
        None => return Err(oauth_fault(400, "invalid_request", "The token request must specify a grant type.")),
    }
    if !app.may_use_grant {
        return Err(oauth_fault(400, "unauthorized_client", "The client is not authorized to use the provided grant type."));
    }
    let scopes = scopes(org, form, app)?;
    let bound_to = match org.switches.dpop {
        Dpop::Ignore => None,
        Dpop::Require => Some(dpop::first_proof(org, call)?),
    };
    let value = format!("eyJ{}.{}.{}", org.ids.text(60), org.ids.text(180), org.ids.text(120));
    let kind = if bound_to.is_some() { "DPoP" } else { "Bearer" };
    let seconds = org.switches.token_seconds;
    let scope = scopes.join(" ");
    let token = Token { client_id: app.client_id.clone(), scopes, ends: org.now().plus(Span::seconds(seconds)), revoked: false, bound_to };
    if org.apps.tokens.len() >= TOKENS_MAX {
        org.apps.tokens.clear();
    }
    org.apps.tokens.insert(value.clone(), token);
    Ok(json!({ "token_type": kind, "expires_in": seconds, "access_token": value, "scope": scope }))
}

fn scopes(org: &Org, form: &[(String, String)], app: &Installed) -> Result<Vec<String>, Answer> {
    let mut wanted: Vec<&str> = Vec::new();
    for scope in field(form, "scope").unwrap_or_default().split_whitespace() {
        if !wanted.contains(&scope) {
            wanted.push(scope);
        }
    }
    if wanted.is_empty() {
        return Err(oauth_fault(400, "invalid_scope", "No scopes were requested."));
    }
    if wanted.iter().any(|scope| !(scope.starts_with("okta.") && (scope.ends_with(".read") || scope.ends_with(".manage")))) {
        return Err(unknown_scope());
    }
    let (granted, missing): (Vec<&str>, Vec<&str>) = wanted.iter().partition(|scope| app.scopes.iter().any(|has| has == *scope));
    if granted.is_empty() {
        return Err(oauth_fault(400, "consent_required", "You are not allowed any of the requested scopes."));
    }
    if !missing.is_empty() && org.switches.partial_scopes == PartialScopes::Refuse {
        let sentence =
            format!("The following scopes require user consent and cannot be granted for the client credentials grant type: [{}]", missing.join(", "));
        return Err(oauth_fault(400, "consent_required", &sentence));
    }
    Ok(granted.into_iter().map(str::to_owned).collect())
}

fn note_grant(org: &mut Org, call: &Call, app: &Installed, form: &[(String, String)], way: &str, granted: &Value) {
    let mut what = Noted::new("app.oauth2.token.grant.access_token", "OAuth2 access token is granted")
        .target(json!({ "id": org.ids.id("AT."), "type": "access_token", "alternateId": null, "displayName": "Access Token", "detailEntry": null }));
    what.debug.insert("grantType".to_owned(), "client_credentials".into());
    what.debug.insert("clientAuthType".to_owned(), way.into());
    what.debug.insert("requestedScopes".to_owned(), field(form, "scope").unwrap_or_default().into());
    what.debug.insert("grantedScopes".to_owned(), granted.get("scope").cloned().unwrap_or_default());
    org.note(call, &Caller::app(app, Vec::new()), &what);
}

fn note_refusal(org: &mut Org, call: &Call, app: Option<&Installed>, refusal: &Answer) {
    let error = match &refusal.body {
        super::Payload::Json(body) => body.get("error").and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    // Okta calls the first step of a proof of possession a challenge.
    let result = if error == "use_dpop_nonce" { "CHALLENGE" } else { "FAILURE" };
    let what = Noted { result, severity: "WARN", reason: Some(error), ..Noted::new("app.oauth2.token.grant", "OAuth2 token request") };
    let caller = app.map_or_else(|| Caller::nobody(call), |app| Caller::app(app, Vec::new()));
    org.note(call, &caller, &what);
}
