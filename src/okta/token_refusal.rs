//! Why the token endpoint gives no token, and what to do about it: one table.

use std::fmt;

use super::Call;

/// An answer of the token endpoint that holds no token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRefusal {
    /// The request.
    pub call: Call,
    /// The HTTP status.
    pub status: u16,
    /// OAuth's error such as `invalid_client`, or Okta's code.
    pub error: Option<String>,
    /// Okta's sentence.
    pub description: Option<String>,
    /// Okta's id of the request.
    pub request_id: Option<String>,
    /// What it means for the person who connects.
    pub meaning: TokenMeaning,
}

/// What a refusal of the token endpoint means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenMeaning {
    /// The client secret is wrong, or was rotated.
    WrongSecret,
    /// The client id is wrong, belongs to another org, or its integration was removed.
    WrongClientId,
    /// The client id belongs to a custom app, which may not use a client secret.
    CustomApp,
    /// The client may not authenticate in the way it did.
    WrongMethod,
    /// The client authenticated not at all or in several ways: a fault of this program or of something in between.
    BadRequest,
    /// The client is not accepted, and Okta does not say why.
    ClientRefused,
    /// The signed assertion is not accepted.
    BadAssertion,
    /// None of the scopes is granted to the app.
    NoScopeGranted,
    /// Some of the scopes are not granted to the app.
    ConsentRequired,
    /// The server that answered does not know the scopes.
    UnknownScope,
    /// The app is of a kind that gets no token this way.
    WrongAppKind,
    /// The app demands DPoP proofs.
    DpopRequired,
    /// The app may be used from certain networks only.
    NetworkZone,
    /// The host answered that there is no token endpoint.
    NoTokenEndpoint,
    /// Okta has a passing trouble, or its limit is used up.
    Passing,
    /// Something else.
    Other,
}

/// One way of refusing: `error` must be equal, and the description must hold the words, where they are given.
struct Row {
    error: &'static str,
    words: &'static str,
    meaning: TokenMeaning,
}

/// The table. The first row that fits decides; texts are Okta's, in lower case, as far as they are needed to tell them apart.
const ROWS: &[Row] = &[
    Row { error: "invalid_client", words: "client secret supplied", meaning: TokenMeaning::WrongSecret },
    Row { error: "invalid_client", words: "invalid value for 'client_id'", meaning: TokenMeaning::WrongClientId },
    Row { error: "invalid_client", words: "either private_key_jwt or client_secret_basic", meaning: TokenMeaning::WrongMethod },
    Row { error: "invalid_client", words: "must use the private_key_jwt", meaning: TokenMeaning::CustomApp },
    Row { error: "invalid_client", words: "no client credentials found", meaning: TokenMeaning::BadRequest },
    Row { error: "invalid_client", words: "client_assertion", meaning: TokenMeaning::BadAssertion },
    Row { error: "invalid_client", words: "jwks", meaning: TokenMeaning::BadAssertion },
    Row { error: "invalid_client", words: "", meaning: TokenMeaning::ClientRefused },
    Row { error: "invalid_request", words: "client credentials", meaning: TokenMeaning::BadRequest },
    Row { error: "consent_required", words: "not allowed any", meaning: TokenMeaning::NoScopeGranted },
    Row { error: "consent_required", words: "", meaning: TokenMeaning::ConsentRequired },
    Row { error: "invalid_scope", words: "no scopes were requested", meaning: TokenMeaning::BadRequest },
    Row { error: "invalid_scope", words: "", meaning: TokenMeaning::UnknownScope },
    Row { error: "unauthorized_client", words: "", meaning: TokenMeaning::WrongAppKind },
    Row { error: "unsupported_grant_type", words: "", meaning: TokenMeaning::WrongAppKind },
    Row { error: "invalid_dpop_proof", words: "", meaning: TokenMeaning::DpopRequired },
    Row { error: "use_dpop_nonce", words: "", meaning: TokenMeaning::DpopRequired },
    Row { error: "access_denied", words: "network zones", meaning: TokenMeaning::NetworkZone },
];

impl TokenMeaning {
    /// Returns every meaning, in the order of the definition.
    pub const ALL: [TokenMeaning; 16] = [
        TokenMeaning::WrongSecret,
        TokenMeaning::WrongClientId,
        TokenMeaning::CustomApp,
        TokenMeaning::WrongMethod,
        TokenMeaning::BadRequest,
        TokenMeaning::ClientRefused,
        TokenMeaning::BadAssertion,
        TokenMeaning::NoScopeGranted,
        TokenMeaning::ConsentRequired,
        TokenMeaning::UnknownScope,
        TokenMeaning::WrongAppKind,
        TokenMeaning::DpopRequired,
        TokenMeaning::NetworkZone,
        TokenMeaning::NoTokenEndpoint,
        TokenMeaning::Passing,
        TokenMeaning::Other,
    ];

    /// Finds out what an answer means.
    pub(super) fn of(status: u16, error: Option<&str>, description: Option<&str>) -> TokenMeaning {
        let words = description.unwrap_or_default().to_ascii_lowercase();
        if let Some(row) = ROWS.iter().find(|row| Some(row.error) == error && words.contains(row.words)) {
            return row.meaning;
        }
        match status {
            404 | 405 => TokenMeaning::NoTokenEndpoint,
            401 => TokenMeaning::ClientRefused,
            429 | 500.. => TokenMeaning::Passing,
            _ => TokenMeaning::Other,
        }
    }

    /// Whether new credentials, or another app, are needed.
    pub const fn needs_reconnect(self) -> bool {
        matches!(
            self,
            TokenMeaning::WrongSecret
                | TokenMeaning::WrongClientId
                | TokenMeaning::CustomApp
                | TokenMeaning::WrongMethod
                | TokenMeaning::ClientRefused
                | TokenMeaning::BadAssertion
                | TokenMeaning::NoScopeGranted
                | TokenMeaning::ConsentRequired
                | TokenMeaning::WrongAppKind
                | TokenMeaning::DpopRequired
        )
    }

    /// Returns what is wrong, as half a sentence: lower case, no full stop.
    pub const fn message(self) -> &'static str {
        match self {
            TokenMeaning::WrongSecret => "the client secret is wrong, or was replaced in Okta",
            TokenMeaning::WrongClientId => "Okta does not know the client id in this org",
            TokenMeaning::CustomApp => "the client id belongs to a custom API Services app, which may not use a client secret",
            TokenMeaning::WrongMethod => "Okta does not accept the way in which the client authenticates",
            TokenMeaning::BadRequest => "Okta could not read the credentials in the request",
            TokenMeaning::ClientRefused => "Okta does not accept the client id and secret",
            TokenMeaning::BadAssertion => "Okta does not accept the signed assertion",
            TokenMeaning::NoScopeGranted => "none of the scopes is granted to the app",
            TokenMeaning::ConsentRequired => "not all scopes are granted to the app",
            TokenMeaning::UnknownScope => "the server does not know Okta's API scopes",
            TokenMeaning::WrongAppKind => "the app is of a kind that gets no token by client credentials",
            TokenMeaning::DpopRequired => "the app demands DPoP, which integrations from Okta's catalogue do not",
            TokenMeaning::NetworkZone => "the app may not be used from this machine's network",
            TokenMeaning::NoTokenEndpoint => "the host has no token endpoint",
            TokenMeaning::Passing => "Okta gives no token at the moment",
            TokenMeaning::Other => "Okta gives no token",
        }
    }

    /// Returns what to do next.
    pub const fn advice(self) -> &'static str {
        match self {
            TokenMeaning::WrongSecret => {
                "generate a new secret for the installed Clarion integration in Okta, under Applications > API Service Integrations, and connect again with it"
            }
            TokenMeaning::WrongClientId => "copy the Client ID from the General tab of the Clarion integration that is installed in this same Okta org",
            TokenMeaning::CustomApp | TokenMeaning::WrongAppKind | TokenMeaning::DpopRequired => {
                "install Clarion from Applications > API Service Integrations > Add Integration, and use its Client ID and Client Secret"
            }
            TokenMeaning::WrongMethod | TokenMeaning::BadRequest => {
                "check that no proxy between this machine and Okta changes requests; otherwise this is a fault of Clarion, please report it"
            }
            TokenMeaning::ClientRefused => "use Client ID and Client Secret of the Clarion integration that is installed in this same Okta org",
            TokenMeaning::BadAssertion => {
                "check that the public half of the key is registered with the app and active, that its key id is right, and this machine's clock"
            }
            TokenMeaning::NoScopeGranted | TokenMeaning::ConsentRequired => {
                "authorize the integration for okta.eventHooks.manage, okta.logs.read and okta.users.manage in Okta, or install it anew"
            }
            TokenMeaning::UnknownScope => "check that the domain is the org's own; a custom authorization server does not give tokens for Okta's API",
            TokenMeaning::NetworkZone => "add this machine's outgoing address to the network zones that the integration may be used from",
            TokenMeaning::NoTokenEndpoint => "check that the domain is the one of your Okta org",
            TokenMeaning::Passing => "try again in a minute; see status.okta.com if it stays",
            TokenMeaning::Other => "look the error up in Okta's documentation, or tell Okta's support the request id",
        }
    }
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} answered {}", self.meaning.message(), self.call, self.status)?;
        if let Some(error) = &self.error {
            write!(f, " {error}")?;
        }
        if let Some(description) = &self.description {
            write!(f, ", {}", description.trim_end_matches('.'))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}
