//! The access token: fetched when first needed, kept, renewed five minutes early, and never fetched twice at once.
//!
//! However many requests find the token missing or stale, one of them fetches and the others wait for what comes of it, success or fault.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Header, encode};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use super::credentials::{Credentials, PrivateKey, Proof};
use super::fault;
use super::limiter::Bucket;
use super::request::{Authorization, Request};
use super::transport::{Answer, Misread, Transport};
use super::{Call, ClientId, Error, Grant, Oddity, Scope, Secret};

const TOKEN: Call = Call::named("POST /oauth2/v1/token");
const TOKEN_PATH: &str = "/oauth2/v1/token";

/// How long before its end a token is renewed.
const EARLY: Duration = Duration::from_secs(5 * 60);
/// How long a token is good for when Okta does not say; it always does.
const LIFETIME: Duration = Duration::from_secs(3600);
const LIFETIME_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long a signed assertion is good for; Okta takes up to an hour.
const ASSERTION_SECONDS: i64 = 300;
/// How long to leave it at a token that still works after renewing it has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest token.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Most scopes that are read from an answer.
const SCOPES_MAX: usize = 500;

/// The token of one client.
#[derive(Default)]
pub(super) struct TokenKeeper {
    state: Mutex<State>,
    /// How many fetches have ended. Whoever waited while it grew need not fetch again.
    ended: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// How the last fetch failed, for those who waited for it.
    failed: Option<Error>,
}

/// A token with a number that tells it from the ones before and after it.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) grant: Grant,
    pub(super) number: u64,
    renew_at: Instant,
    ends_at: Instant,
}

/// What to get a token for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One that works.
    Working,
    /// One that is newer than the token of this number, which Okta has refused.
    NewerThan(u64),
    /// One that is fetched from now on.
    Fresh,
}

impl TokenKeeper {
    /// Returns a token, fetched if need be.
    pub(super) async fn get(&self, transport: &Transport, credentials: &Credentials, wanted: Wanted) -> Result<Token, Error> {
        let seen = self.ended.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let ended_meanwhile = self.ended.load(Ordering::Acquire) != seen;
        if let Some(token) = &state.token {
            let fine = match wanted {
                Wanted::Working => token.renew_at > Instant::now(),
                Wanted::NewerThan(number) => token.number > number && token.ends_at > Instant::now(),
                Wanted::Fresh => false,
            };
            if fine {
                return Ok(token.clone());
            }
        }
        if let Some(error) = state.failed.as_ref().filter(|_| ended_meanwhile && wanted != Wanted::Fresh) {
            return Err(error.clone());
        }
        let fetched = fetch(transport, credentials).await;
        let number = self.ended.fetch_add(1, Ordering::AcqRel) + 1;
        match fetched {
            Ok(fetched) => {
                let token = fetched.numbered(number);
                *state = State { token: Some(token.clone()), failed: None };
                Ok(token)
            }
            Err(error) => state.without(error, wanted),
        }
    }
}

impl State {
    /// Takes in that a fetch failed. An early renewal is no loss as long as the token that there is works.
    fn without(&mut self, error: Error, wanted: Wanted) -> Result<Token, Error> {
        let now = Instant::now();
        if let Some(token) = self.token.as_mut().filter(|token| wanted == Wanted::Working && token.ends_at > now && error.passes()) {
            token.renew_at = now + PATIENCE;
            return Ok(token.clone());
        }
        self.token = None;
        self.failed = Some(error.clone());
        Err(error)
    }
}

/// What the token endpoint gave.
struct Fetched {
    secret: Secret,
    grant: Grant,
}

impl Fetched {
    fn numbered(self, number: u64) -> Token {
        let (now, lifetime) = (Instant::now(), self.grant.lifetime);
        let early = EARLY.min(lifetime / 2);
        Token { secret: self.secret, grant: self.grant, number, renew_at: now + (lifetime - early), ends_at: now + lifetime }
    }
}

async fn fetch(transport: &Transport, credentials: &Credentials) -> Result<Fetched, Error> {
    let url = transport.url(TOKEN_PATH);
    let scope = Scope::request();
    let mut fields = vec![("grant_type", "client_credentials"), ("scope", scope.as_str())];
    let request = Request::new(TOKEN, url.clone(), Bucket::Token);
    match &credentials.proof {
        Proof::Secret(secret) => {
            let authorization = basic(&credentials.client_id, secret);
            transport.send(&request.form(encoded(&fields)).repeatable(), &authorization, fault::of_token, read).await
        }
        Proof::Key(key) => {
            let assertion = assertion(key, &credentials.client_id, &url, transport.now().micros() / 1_000_000)?;
            fields.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
            fields.push(("client_assertion", assertion.expose()));
            // An assertion is good for one answer: a lost one is not asked for again with the same.
            let mut request = request.form(encoded(&fields));
            request.secrets.push(assertion.clone());
            transport.send(&request, &Authorization::Nobody, fault::of_token, read).await
        }
    }
}

fn basic(client: &ClientId, secret: &Secret) -> Authorization {
    let pair = zeroize::Zeroizing::new(format!("{}:{}", client.as_str(), secret.expose()));
    let coded = Secret::new(STANDARD.encode(pair.as_bytes()));
    Authorization::Header { value: Secret::new(format!("Basic {}", coded.expose())), parts: vec![secret.clone(), coded] }
}

/// Writes form fields (`application/x-www-form-urlencoded`).
fn encoded(fields: &[(&str, &str)]) -> String {
    match reqwest::Url::parse_with_params("http://form/", fields) {
        Ok(url) => url.query().unwrap_or_default().to_owned(),
        Err(_) => String::new(),
    }
}

/// What a client says of itself to the token endpoint (RFC 7523).
#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    sub: &'c str,
    aud: &'c str,
    iat: i64,
    exp: i64,
    jti: String,
}

fn assertion(key: &PrivateKey, client: &ClientId, url: &str, now: i64) -> Result<Secret, Error> {
    let mut header = Header::new(key.algorithm);
    header.kid.clone_from(&key.key_id);
    let claims = Claims { iss: client.as_str(), sub: client.as_str(), aud: url, iat: now, exp: now + ASSERTION_SECONDS, jti: Uuid::new_v4().to_string() };
    match encode(&header, &claims, &key.key) {
        Ok(assertion) => Ok(Secret::new(assertion)),
        Err(_) => Err(Error::Unusable("the private key does not sign".to_owned())),
    }
}

fn read(answer: Answer) -> Result<Fetched, Misread> {
    let value = super::read::json(&answer)?;
    let shape = |expected: &str| Misread::Odd(Oddity::Shape(expected.to_owned()));
    let token = value.get("access_token").and_then(Value::as_str).unwrap_or_default();
    if token.is_empty() || token.len() > TOKEN_BYTES_MAX || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(shape("no `access_token` that can be used"));
    }
    let kind = value.get("token_type").and_then(Value::as_str).unwrap_or("Bearer");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(shape("a `token_type` other than `Bearer`, which apps give that demand DPoP"));
    }
    let seconds = value.get("expires_in").and_then(|seconds| seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()));
    let lifetime = seconds.map_or(LIFETIME, Duration::from_secs).clamp(Duration::from_secs(1), LIFETIME_MAX);
    let scopes = value.get("scope").and_then(Value::as_str);
    let scopes = scopes.map(|scopes| scopes.split_ascii_whitespace().take(SCOPES_MAX).map(super::clean).collect());
    Ok(Fetched { secret: Secret::new(token.to_owned()), grant: Grant { scopes, lifetime } })
}
