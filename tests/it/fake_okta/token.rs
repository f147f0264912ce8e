//! The token endpoint: both ways of authenticating, and every refusal.

use clarion::event::Span;
use clarion::fake_okta::{App, AppChange, AppKind, Dpop, FakeOkta, Options, PartialScopes};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{Api, Reply, SCOPES, http, read, token, unlimited};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// An ES256 key of these tests, and its public half.
const KEY: &str = include_str!("../../data/fake-okta/key.pem");

fn public_key() -> Value {
    serde_json::from_str(include_str!("../../data/fake-okta/key.jwk.json")).expect("a key")
}

fn refused(reply: &Reply, status: u16, error: &str, says: &str) {
    let body = reply.json();
    assert_eq!((reply.status, body["error"].as_str()), (status, Some(error)), "{body}");
    assert!(body["error_description"].as_str().expect("a description").contains(says), "{body}");
    assert!(body.get("errorCode").is_none(), "the token endpoint has its own shape of errors");
}

async fn org(options: Options) -> (FakeOkta, String, String) {
    let okta = FakeOkta::start(options).await.expect("an org");
    let (id, secret) = (okta.client_id(), okta.client_secret());
    (okta, id, secret)
}

#[tokio::test]
async fn a_secret_by_basic_gets_a_bearer_for_an_hour() {
    let (okta, id, secret) = org(unlimited()).await;
    let reply = token(&okta, &id, &secret, &[GRANT, ("scope", SCOPES)]).await;
    let body = reply.json();
    assert_eq!((reply.status, &body["token_type"], &body["expires_in"]), (200, &json!("Bearer"), &json!(3600)));
    assert_eq!(body["scope"], SCOPES);
    assert!(body.get("refresh_token").is_none());
    // A subset may be asked for.
    let reply = token(&okta, &id, &secret, &[GRANT, ("scope", "okta.logs.read")]).await;
    assert_eq!(reply.json()["scope"], "okta.logs.read");
}

#[tokio::test]
async fn every_refusal_of_a_client_says_which_it_is() {
    let (okta, id, secret) = org(unlimited()).await;
    let form = [GRANT, ("scope", SCOPES)];
    let url = format!("{}/oauth2/v1/token", okta.url());
    refused(&token(&okta, &id, "wrong", &form).await, 401, "invalid_client", "The client secret supplied");
    refused(&token(&okta, "0oanobody", &secret, &form).await, 401, "invalid_client", "Invalid value for 'client_id'");
    refused(&read(http().post(&url).form(&form)).await, 401, "invalid_client", "No client credentials found");
    let post = [GRANT, ("scope", SCOPES), ("client_id", &id), ("client_secret", &secret)];
    refused(&read(http().post(&url).form(&post)).await, 401, "invalid_client", "must use either private_key_jwt or client_secret_basic");
    refused(&token(&okta, &id, &secret, &post).await, 401, "invalid_request", "multiple client credentials");
    okta.change_app(&id, AppChange { zone_blocked: Some(true), ..AppChange::default() }).unwrap();
    refused(&token(&okta, &id, &secret, &form).await, 403, "access_denied", "permitted network zones");
    okta.change_app(&id, AppChange { zone_blocked: Some(false), kind: Some(AppKind::Custom), ..AppChange::default() }).unwrap();
    refused(&token(&okta, &id, &secret, &form).await, 401, "invalid_client", "must use the private_key_jwt");
    okta.change_app(&id, AppChange { kind: Some(AppKind::Integration), may_use_grant: Some(false), ..AppChange::default() }).unwrap();
    refused(&token(&okta, &id, &secret, &form).await, 400, "unauthorized_client", "not authorized");
    okta.change_app(&id, AppChange { revoked: Some(true), ..AppChange::default() }).unwrap();
    refused(&token(&okta, &id, &secret, &form).await, 401, "invalid_client", "Invalid value for 'client_id'");
}

#[tokio::test]
async fn every_refusal_of_a_grant_says_which_it_is() {
    let (okta, id, secret) = org(unlimited()).await;
    let ask = async |form: &[(&str, &str)]| token(&okta, &id, &secret, form).await;
    refused(&ask(&[("grant_type", "password"), ("scope", SCOPES)]).await, 400, "unsupported_grant_type", "isn't supported");
    refused(&ask(&[("scope", SCOPES)]).await, 400, "invalid_request", "grant type");
    refused(&ask(&[GRANT]).await, 400, "invalid_scope", "No scopes were requested");
    refused(&ask(&[GRANT, ("scope", "openid")]).await, 400, "invalid_scope", "not configured");
    refused(&ask(&[GRANT, ("scope", "okta.groups.manage")]).await, 400, "consent_required", "not allowed any");
    // What happens when only some are granted is not documented: a switch.
    let some = [GRANT, ("scope", "okta.logs.read okta.groups.manage")];
    assert_eq!(ask(&some).await.json()["scope"], "okta.logs.read");
    okta.switch(|switches| switches.partial_scopes = PartialScopes::Refuse);
    refused(&ask(&some).await, 400, "consent_required", "[okta.groups.manage]");
    let custom = read(http().post(format!("{}/oauth2/default/v1/token", okta.url())).header("authorization", super::basic(&id, &secret)).form(&some)).await;
    refused(&custom, 400, "invalid_scope", "not configured for the authorization server");
    let refusals = okta.events().iter().filter(|event| event["eventType"] == "app.oauth2.token.grant" && event["outcome"]["result"] == "FAILURE").count();
    assert!(refusals >= 6, "the System Log has them: {refusals}");
}

#[tokio::test]
async fn two_secrets_work_at_once_until_one_is_switched_off() {
    let (okta, id, first) = org(unlimited()).await;
    let form = [GRANT, ("scope", SCOPES)];
    let second = okta.add_secret(&id).unwrap();
    assert_ne!(second.client_secret, first);
    assert_eq!(token(&okta, &id, &first, &form).await.status, 200);
    assert_eq!(token(&okta, &id, &second.client_secret, &form).await.status, 200);
    assert!(okta.add_secret(&id).is_err(), "two at most");
    okta.set_secret_active(&id, &second.id, false).unwrap();
    refused(&token(&okta, &id, &second.client_secret, &form).await, 401, "invalid_client", "secret");
    let rotated = okta.rotate_secret(&id).unwrap();
    assert_eq!(token(&okta, &id, &rotated.client_secret, &form).await.status, 200);
    refused(&token(&okta, &id, &first, &form).await, 401, "invalid_client", "secret");
}

#[tokio::test]
async fn tokens_end_and_are_revoked() {
    let api = Api::start(unlimited()).await;
    assert_eq!(api.get("/api/v1/eventHooks").await.status, 200);
    api.okta.pass(Span::minutes(61));
    let reply = api.get("/api/v1/eventHooks").await;
    reply.fault(401, "E0000011");
    assert!(reply.header("www-authenticate").unwrap().contains("The token has expired."), "{reply:?}");
    let api = Api::start(unlimited()).await;
    api.okta.revoke_tokens();
    let reply = api.get("/api/v1/logs").await;
    reply.fault(401, "E0000011");
    assert!(reply.header("www-authenticate").unwrap().contains("revoked"), "{reply:?}");
    for header in ["", "Bearer", "Bearer nonsense", "SSWS 00token", "Basic eDp5"] {
        read(http().get(format!("{}/api/v1/logs", api.okta.url())).header("authorization", header)).await.fault(401, "E0000011");
    }
    read(http().get(format!("{}/api/v1/logs", api.okta.url()))).await.fault(401, "E0000011");
}

#[tokio::test]
async fn ssws_tokens_work_only_where_they_are_switched_on() {
    let okta = FakeOkta::start(Options { api_tokens: vec![String::new()], ..unlimited() }).await.unwrap();
    let token = okta.api_token().expect("a token");
    let reply = read(http().get(format!("{}/api/v1/users", okta.url())).header("authorization", format!("SSWS {token}"))).await;
    assert_eq!((reply.status, reply.json()), (200, json!([])));
}

struct Signed {
    claims: Value,
    header: Header,
}

impl Signed {
    fn new(okta: &FakeOkta, id: &str) -> Self {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("tests".to_owned());
        let now = jsonwebtoken::get_current_timestamp();
        Signed { claims: json!({ "iss": id, "sub": id, "aud": format!("{}/oauth2/v1/token", okta.url()), "iat": now, "exp": now + 300, "jti": "one" }), header }
    }

    fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    async fn ask(&self, okta: &FakeOkta) -> Reply {
        let key = EncodingKey::from_ec_pem(KEY.as_bytes()).expect("a key");
        let assertion = encode(&self.header, &self.claims, &key).expect("an assertion");
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [GRANT, ("scope", "okta.logs.read"), ("client_assertion_type", kind), ("client_assertion", &assertion)];
        read(http().post(format!("{}/oauth2/v1/token", okta.url())).form(&form)).await
    }
}

#[tokio::test]
async fn a_signed_assertion_is_good_for_once() {
    let app = App { kind: AppKind::Custom, keys: vec![public_key()], ..App::default() };
    let (okta, id, _) = org(Options { apps: vec![app], ..unlimited() }).await;
    let good = Signed::new(&okta, &id);
    let reply = good.ask(&okta).await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("Bearer")), "{}", reply.text);
    refused(&good.ask(&okta).await, 401, "invalid_client", "already been used");
    let fresh = |claim: &str, value: Value| Signed::new(&okta, &id).with("jti", json!(claim)).with(claim, value);
    refused(&fresh("aud", json!("https://elsewhere.okta.com/oauth2/v1/token")).ask(&okta).await, 401, "invalid_client", "audience");
    refused(&fresh("iss", json!("somebody")).ask(&okta).await, 401, "invalid_client", "issuer and subject");
    refused(&fresh("exp", json!(1_000_000_000)).ask(&okta).await, 401, "invalid_client", "expired");
    refused(&fresh("exp", json!(jsonwebtoken::get_current_timestamp() + 7200)).ask(&okta).await, 401, "invalid_client", "too far");
    refused(&fresh("sub", json!("0oanobody")).ask(&okta).await, 401, "invalid_client", "client_id");
    okta.change_app(&id, AppChange { keys: Some(Vec::new()), ..AppChange::default() }).unwrap();
    refused(&fresh("x", json!(1)).ask(&okta).await, 401, "invalid_client", "signature");
}

/// Makes a proof of possession.
fn proof(url: &str, method: &str, id: &str, extra: &Value) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some("dpop+jwt".to_owned());
    header.jwk = Some(serde_json::from_value(public_key()).expect("a key"));
    let mut claims = json!({ "htm": method, "htu": url, "iat": jsonwebtoken::get_current_timestamp(), "jti": id });
    claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    encode(&header, &claims, &EncodingKey::from_ec_pem(KEY.as_bytes()).expect("a key")).expect("a proof")
}

#[tokio::test]
async fn where_possession_has_to_be_proved_a_token_is_of_use_only_with_proofs() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let (okta, id, secret) = org(unlimited()).await;
    okta.switch(|switches| switches.dpop = Dpop::Require);
    let url = format!("{}/oauth2/v1/token", okta.url());
    let form = [GRANT, ("scope", SCOPES)];
    refused(&token(&okta, &id, &secret, &form).await, 400, "invalid_dpop_proof", "missing");
    let ask = async |proof: &str| read(http().post(&url).header("authorization", super::basic(&id, &secret)).header("dpop", proof).form(&form)).await;
    let first = ask(&proof(&url, "POST", "a", &json!({}))).await;
    refused(&first, 400, "use_dpop_nonce", "requires nonce");
    let nonce = first.header("dpop-nonce").expect("a nonce").to_owned();
    let second = ask(&proof(&url, "POST", "b", &json!({ "nonce": nonce }))).await;
    assert_eq!((second.status, &second.json()["token_type"]), (200, &json!("DPoP")), "{}", second.text);
    refused(&ask(&proof(&url, "POST", "b", &json!({ "nonce": nonce }))).await, 400, "invalid_dpop_proof", "invalid");
    let token = second.json()["access_token"].as_str().unwrap().to_owned();
    let logs = format!("{}/api/v1/logs", okta.url());
    read(http().get(&logs).header("authorization", format!("Bearer {token}"))).await.fault(401, "E0000011");
    let hash = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(token.as_bytes()));
    let call = async |proof: &str| read(http().get(&logs).header("authorization", format!("DPoP {token}")).header("dpop", proof)).await;
    let right = proof(&logs, "GET", "c", &json!({ "ath": hash }));
    assert_eq!(call(&right).await.status, 200);
    call(&right).await.fault(401, "E0000011");
    for wrong in [
        proof(&format!("{}/api/v1/users", okta.url()), "GET", "d", &json!({ "ath": hash })),
        proof(&logs, "POST", "e", &json!({ "ath": hash })),
        proof(&logs, "GET", "f", &json!({ "ath": "of another token" })),
        proof(&logs, "GET", "g", &json!({ "ath": hash, "iat": 1_000_000_000 })),
    ] {
        call(&wrong).await.fault(401, "E0000011");
    }
}

#[tokio::test]
async fn an_org_says_that_it_is_one_without_credentials() {
    let (okta, ..) = org(unlimited()).await;
    let reply = read(http().get(format!("{}/.well-known/okta-organization", okta.url()))).await;
    let body = reply.json();
    assert_eq!((reply.status, &body["id"], &body["pipeline"]), (200, &json!(okta.org_id()), &json!("idx")));
    assert_eq!(body["_links"]["organization"]["href"], okta.url());
}
