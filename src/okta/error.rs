//! What can go wrong at the other end, each kind told apart, so that callers branch on it and people read what to do.
//!
//! Every text in here that came from outside has been made fit to show, and holds no secret.

use std::fmt;
use std::time::Duration;

use super::{Call, LinkFault, Scope, TokenRefusal};

/// Why a request did not come to what was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// No connection came about; nothing was sent.
    Unreachable(Box<Unreachable>),
    /// The request was sent and no whole answer came: whether Okta has done it is unknown.
    Lost(Box<Lost>),
    /// The token endpoint gave no token.
    TokenRefused(Box<TokenRefusal>),
    /// 401 with a token that was fetched for this very request.
    Unauthorized(Box<Fault>),
    /// 403: the token lacks a scope.
    MissingScope(Box<MissingScope>),
    /// 403 for another reason: the app's role is too weak, or the state does not allow it.
    Forbidden(Box<Fault>),
    /// 404: there is no such thing.
    NotFound(Box<Fault>),
    /// The rate limit is used up and waiting would have taken longer than this client waits.
    RateLimited(Box<RateLimited>),
    /// Another answer of the 4xx kind: Okta has not done it.
    Refused(Box<Fault>),
    /// An answer of the 5xx kind: whether Okta has done it is unknown.
    Failed(Box<Fault>),
    /// An answer came and is not what Okta's API gives.
    Unreadable(Box<Unreadable>),
    /// This client cannot be used at all: the key does not sign, or the machine has no usable TLS set-up.
    Unusable(String),
}

/// What Okta said when it refused or failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The request.
    pub call: Call,
    /// The HTTP status.
    pub status: u16,
    /// Okta's code such as `E0000007`: the only part that programs should go by.
    pub code: Option<String>,
    /// Okta's sentence.
    pub summary: Option<String>,
    /// Okta's further sentences.
    pub causes: Vec<String>,
    /// Okta's id of the request, for its support.
    pub request_id: Option<String>,
    /// Okta's id of the error.
    pub error_id: Option<String>,
}

/// A token that lacks a scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingScope {
    /// The request.
    pub call: Call,
    /// The scope's name as Okta gives it; none where Okta does not say.
    pub scope: Option<String>,
    /// Okta's id of the request.
    pub request_id: Option<String>,
}

/// A connection that did not come about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreachable {
    /// The request.
    pub call: Call,
    /// The host.
    pub host: String,
    /// At which step it ended.
    pub why: Unreached,
    /// What the system said.
    pub detail: String,
}

/// The step of connecting at which it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreached {
    /// The name does not resolve.
    Dns,
    /// The name resolves to addresses of private networks only, where no Okta org can be.
    PrivateAddress,
    /// Nothing listens there, or a firewall says no.
    Refused,
    /// No answer to the attempt to connect.
    Timeout,
    /// The TLS handshake failed: the certificate is not trusted or not for this host, or something in between interferes.
    Tls,
    /// Something else.
    Other,
}

/// An answer that got lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lost {
    /// The request.
    pub call: Call,
    /// How.
    pub how: LostHow,
    /// The HTTP status, where that much of the answer came.
    pub status: Option<u16>,
    /// What the system said.
    pub detail: String,
}

/// How an answer got lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LostHow {
    /// It did not come in time.
    Timeout,
    /// The connection broke before it began.
    Broken,
    /// It ends in the middle.
    CutOff,
}

/// A rate limit that is used up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateLimited {
    /// The request.
    pub call: Call,
    /// How long Okta, or our own half of the limit, wants us to wait.
    pub wait: Duration,
    /// Whether the limit is on requests at the same time instead of requests per minute.
    pub concurrency: bool,
    /// Whether Okta said so; otherwise this client kept itself under half of the limit.
    pub by_okta: bool,
    /// Okta's id of the request.
    pub request_id: Option<String>,
}

/// An answer that is not what Okta's API gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// The request.
    pub call: Call,
    /// The HTTP status.
    pub status: u16,
    /// Okta's id of the request.
    pub request_id: Option<String>,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// What is odd about an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// It is a web page.
    Html,
    /// It is no JSON; holds the content type that it claims.
    NotJson(Option<String>),
    /// It is JSON of another shape; holds what was expected.
    Shape(String),
    /// It has no body.
    Empty,
    /// It is longer than this client reads; holds the limit in bytes.
    TooLong(u64),
    /// It unpacks to a multiple of itself that no honest answer has.
    Bomb,
    /// It says that it is compressed and is not.
    BadCompression,
    /// It sends us elsewhere; holds where to.
    Redirect(Option<String>),
    /// The link to its next page is not one to follow.
    Link(LinkFault),
}

impl Error {
    /// Returns the request that it happened in.
    pub fn call(&self) -> Option<Call> {
        match self {
            Error::Unreachable(e) => Some(e.call),
            Error::Lost(e) => Some(e.call),
            Error::TokenRefused(e) => Some(e.call),
            Error::MissingScope(e) => Some(e.call),
            Error::RateLimited(e) => Some(e.call),
            Error::Unreadable(e) => Some(e.call),
            Error::Unauthorized(e) | Error::Forbidden(e) | Error::NotFound(e) | Error::Refused(e) | Error::Failed(e) => Some(e.call),
            Error::Unusable(_) => None,
        }
    }

    /// Returns what Okta said, where it said something of its own.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Error::Unauthorized(e) | Error::Forbidden(e) | Error::NotFound(e) | Error::Refused(e) | Error::Failed(e) => Some(e),
            _ => None,
        }
    }

    /// Returns Okta's error code such as `E0000001`.
    pub fn code(&self) -> Option<&str> {
        self.fault()?.code.as_deref()
    }

    /// Returns the HTTP status, where an answer began.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Lost(e) => e.status,
            Error::TokenRefused(e) => Some(e.status),
            Error::MissingScope(_) => Some(403),
            Error::RateLimited(e) => e.by_okta.then_some(429),
            Error::Unreadable(e) => Some(e.status),
            other => other.fault().map(|fault| fault.status),
        }
    }

    /// Returns Okta's id of the request, which its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Error::TokenRefused(e) => e.request_id.as_deref(),
            Error::MissingScope(e) => e.request_id.as_deref(),
            Error::RateLimited(e) => e.request_id.as_deref(),
            Error::Unreadable(e) => e.request_id.as_deref(),
            other => other.fault().and_then(|fault| fault.request_id.as_deref()),
        }
    }

    /// Whether Okta may have done what was asked although this is an error. Never repeat an action after it: look first.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Error::Lost(_) | Error::Failed(_) => true,
            Error::Unreadable(e) => (200..300).contains(&e.status) && !matches!(e.oddity, Oddity::Link(_)),
            _ => false,
        }
    }

    /// Whether the same request may well succeed later without anybody changing anything.
    pub fn passes(&self) -> bool {
        match self {
            Error::Unreachable(e) => !matches!(e.why, Unreached::PrivateAddress),
            Error::Lost(_) | Error::RateLimited(_) | Error::Failed(_) => true,
            Error::TokenRefused(e) => e.status == 429 || e.status >= 500,
            _ => false,
        }
    }

    /// Whether the credentials no longer open the org, so that a person has to connect anew.
    pub fn needs_reconnect(&self) -> bool {
        match self {
            Error::Unauthorized(_) => true,
            Error::TokenRefused(e) => e.meaning.needs_reconnect(),
            _ => false,
        }
    }

    /// Returns what to do next, where more can be said than the message does.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::Unreachable(e) => Some(e.why.help().to_owned()),
            Error::Lost(_) => None,
            Error::TokenRefused(e) => Some(e.meaning.advice().to_owned()),
            Error::Unauthorized(_) => Some("the token is not accepted although it is new: check that the integration is still installed and active".to_owned()),
            Error::MissingScope(e) => Some(match e.scope.as_deref().unwrap_or_default().split(' ').find_map(Scope::named) {
                Some(scope) => format!("grant `{}` to the app in Okta; it is needed to {}", scope.name(), scope.purpose()),
                None => format!("grant the app these scopes in Okta: {}", Scope::ALL.map(Scope::name).join(", ")),
            }),
            Error::Forbidden(e) if e.code.as_deref() == Some("E0000006") => {
                Some("the app's admin role does not allow this: check the roles assigned to it in Okta".to_owned())
            }
            Error::RateLimited(e) => Some(format!("try again in {} s; other apps share the org's limits", e.wait.as_secs().max(1))),
            Error::Unreadable(e) => Some(e.oddity.help().to_owned()),
            Error::Failed(_) => Some("see status.okta.com, and try again later".to_owned()),
            Error::Forbidden(_) | Error::NotFound(_) | Error::Refused(_) | Error::Unusable(_) => None,
        }
    }
}

impl Unreached {
    fn help(self) -> &'static str {
        match self {
            Unreached::Dns => "check the spelling of the Okta domain, and that this machine can resolve names",
            Unreached::PrivateAddress => "the name leads into a private network, where no Okta org can be: check this machine's DNS",
            Unreached::Refused => "check that this machine may connect to the internet on port 443",
            Unreached::Timeout => "check this machine's way to the internet, such as a firewall that drops what it does not like",
            Unreached::Tls => "check this machine's clock and trusted certificates, and whether something in between inspects TLS",
            Unreached::Other => "check this machine's network",
        }
    }
}

impl Oddity {
    fn help(&self) -> &'static str {
        match self {
            Oddity::Html | Oddity::NotJson(_) | Oddity::Redirect(_) => {
                "check that the domain is the org's own, and that no proxy or sign-in page stands between this machine and Okta"
            }
            Oddity::Link(_) => "the next page was not fetched",
            _ => "try again later; if it stays, tell Okta's support the request id",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreachable(e) => e.fmt(f),
            Error::Lost(e) => e.fmt(f),
            Error::TokenRefused(e) => e.fmt(f),
            Error::Unauthorized(e) => write!(f, "Okta does not accept the token: {e}"),
            Error::MissingScope(e) => e.fmt(f),
            Error::Forbidden(e) => write!(f, "Okta forbids it: {e}"),
            Error::NotFound(e) => write!(f, "Okta knows no such thing: {e}"),
            Error::RateLimited(e) => e.fmt(f),
            Error::Refused(e) => write!(f, "Okta refuses it: {e}"),
            Error::Failed(e) => write!(f, "Okta failed: {e}"),
            Error::Unreadable(e) => e.fmt(f),
            Error::Unusable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.call, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(summary) = &self.summary {
            write!(f, ", {}", summary.trim_end_matches('.'))?;
        }
        for cause in &self.causes {
            write!(f, "; {}", cause.trim_end_matches('.'))?;
        }
        write_request_id(f, self.request_id.as_deref())
    }
}

impl fmt::Display for MissingScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Some(scope) => write!(f, "the token lacks the scope `{scope}`: {} answered 403", self.call)?,
            None => write!(f, "the token lacks a scope, which Okta does not name: {} answered 403 without a word", self.call)?,
        }
        write_request_id(f, self.request_id.as_deref())
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match self.why {
            Unreached::Dns => write!(f, "the host `{host}` cannot be found (DNS)"),
            Unreached::PrivateAddress => write!(f, "the host `{host}` resolves to an address that is not on the internet"),
            Unreached::Refused => write!(f, "`{host}` refuses the connection"),
            Unreached::Timeout => write!(f, "no connection to `{host}` came about in time"),
            Unreached::Tls => write!(f, "no trusted TLS connection to `{host}` came about"),
            Unreached::Other => write!(f, "`{host}` cannot be reached"),
        }?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.how {
            LostHow::Timeout => write!(f, "no answer to {} came in time", self.call),
            LostHow::Broken => write!(f, "the connection broke before {} was answered", self.call),
            LostHow::CutOff => write!(f, "the answer to {} ends in the middle", self.call),
        }?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait = self.wait.as_secs().max(1);
        match (self.by_okta, self.concurrency) {
            (true, true) => write!(f, "the org has too many requests at the same time: {} answered 429", self.call)?,
            (true, false) => write!(f, "the org's rate limit is used up for {wait} s: {} answered 429", self.call)?,
            (false, _) => write!(f, "{} has to wait {wait} s, to leave half of the org's rate limit to others", self.call)?,
        }
        write_request_id(f, self.request_id.as_deref())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Oddity::Link(fault) = &self.oddity {
            return write!(f, "the link to the next page of {} is not followed: {fault}", self.call);
        }
        write!(f, "{} answered {} with ", self.call, self.status)?;
        match &self.oddity {
            Oddity::Html => f.write_str("a web page (HTML) instead of JSON")?,
            Oddity::NotJson(Some(kind)) => write!(f, "`{kind}` that is no JSON")?,
            Oddity::NotJson(None) => f.write_str("something that is no JSON")?,
            Oddity::Shape(expected) => write!(f, "JSON of another shape: {expected}")?,
            Oddity::Empty => f.write_str("an empty body")?,
            Oddity::TooLong(limit) => write!(f, "more than {} MiB", limit / (1024 * 1024))?,
            Oddity::Bomb => f.write_str("a compressed body that unpacks to far too much")?,
            Oddity::BadCompression => f.write_str("a compressed body that cannot be unpacked")?,
            Oddity::Redirect(Some(to)) => write!(f, "a redirect to `{to}`, which is not followed")?,
            Oddity::Redirect(None) => f.write_str("a redirect to nowhere")?,
            Oddity::Link(fault) => fault.fmt(f)?,
        }
        write_request_id(f, self.request_id.as_deref())
    }
}

fn write_request_id(f: &mut fmt::Formatter<'_>, id: Option<&str>) -> fmt::Result {
    match id {
        Some(id) => write!(f, " (request {id})"),
        None => Ok(()),
    }
}
