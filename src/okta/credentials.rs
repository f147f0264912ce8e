//! Credentials: who a client is, and how it proves it at the token endpoint.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use super::Secret;

/// Longest client id; Okta's have 20 characters.
const CLIENT_ID_BYTES_MAX: usize = 128;
/// Longest client secret; Okta's have 64 characters.
const SECRET_BYTES_MAX: usize = 1024;

/// The id of the installed integration, as its General tab shows it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClientId(String);

/// What is wrong with credentials. Never holds any part of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CredentialsFault {
    /// The client id is empty.
    NoClientId,
    /// The client id holds something else than letters, digits, `-`, `_` and `.`, or is too long.
    BadClientId,
    /// The client secret is empty.
    NoSecret,
    /// The client secret holds a space, a line end or another character that Okta's secrets never have, or is too long.
    BadSecret,
    /// The private key is not one in PEM form of a kind that Okta takes (RSA, or EC on P-256 or P-384).
    BadKey,
}

impl ClientId {
    /// Reads a client id; spaces around it are taken off.
    pub fn parse(text: &str) -> Result<ClientId, CredentialsFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(CredentialsFault::NoClientId);
        }
        let known = text.len() <= CLIENT_ID_BYTES_MAX && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if known { Ok(ClientId(text.to_owned())) } else { Err(CredentialsFault::BadClientId) }
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A private key for `private_key_jwt`, which custom API Services apps need.
#[derive(Clone)]
pub struct PrivateKey {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) key: Arc<EncodingKey>,
}

impl PrivateKey {
    /// Reads a private key in PEM form; `key_id` is the `kid` under which Okta knows its public half.
    pub fn from_pem(pem: &Secret, key_id: Option<String>) -> Result<PrivateKey, CredentialsFault> {
        let bytes = pem.expose().as_bytes();
        let key = EncodingKey::from_rsa_pem(bytes).or_else(|_| EncodingKey::from_ec_pem(bytes)).map_err(|_| CredentialsFault::BadKey)?;
        // Signing once tells which algorithm the key is for, and that it works at all.
        let signs = |algorithm: &Algorithm| encode(&Header::new(*algorithm), &[0u8; 0], &key).is_ok();
        let algorithm = [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384].into_iter().find(signs).ok_or(CredentialsFault::BadKey)?;
        Ok(PrivateKey { algorithm, key_id, key: Arc::new(key) })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("algorithm", &self.algorithm).field("key_id", &self.key_id).field("key", &"[hidden]").finish()
    }
}

/// Who a client is and how it proves it.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub(super) client_id: ClientId,
    pub(super) proof: Proof,
}

/// How a client proves who it is.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    /// HTTP Basic with the client secret (`client_secret_basic`): what integrations from Okta's catalogue use.
    Secret(Secret),
    /// A signed assertion (`private_key_jwt`): what custom API Services apps must use.
    Key(PrivateKey),
}

impl Credentials {
    /// Makes credentials of a client secret; spaces and line ends around it are taken off.
    pub fn with_secret(client_id: ClientId, secret: Secret) -> Result<Credentials, CredentialsFault> {
        let text = secret.expose().trim();
        if text.is_empty() {
            return Err(CredentialsFault::NoSecret);
        }
        if text.len() > SECRET_BYTES_MAX || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(CredentialsFault::BadSecret);
        }
        let secret = if text.len() == secret.expose().len() { secret } else { Secret::new(text.to_owned()) };
        Ok(Credentials { client_id, proof: Proof::Secret(secret) })
    }

    /// Makes credentials of a private key.
    pub fn with_key(client_id: ClientId, key: PrivateKey) -> Credentials {
        Credentials { client_id, proof: Proof::Key(key) }
    }

    /// Returns the client id.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }
}

impl fmt::Display for CredentialsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CredentialsFault::NoClientId => "the client id is empty",
            CredentialsFault::BadClientId => "the client id holds characters that no client id of Okta has",
            CredentialsFault::NoSecret => "the client secret is empty",
            CredentialsFault::BadSecret => "the client secret holds a space or a character that no client secret of Okta has",
            CredentialsFault::BadKey => "the private key is no RSA or EC key in PEM form",
        })
    }
}

impl std::error::Error for CredentialsFault {}
