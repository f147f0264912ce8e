//! A request before it is sent: what, where, how often it may be repeated, and what must never be repeated in a message.

use reqwest::Method;
use zeroize::Zeroizing;

use super::limiter::Bucket;
use super::{Call, Secret};

/// A request without its authorization, which is added when it is sent.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) call: Call,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) bucket: Bucket,
    pub(super) repeat: Repeat,
    pub(super) body: Body,
    /// A header of the request's own.
    pub(super) header: Option<(&'static str, &'static str)>,
    /// Secrets in the body: should an answer repeat them, they are taken out.
    pub(super) secrets: Vec<Secret>,
}

/// When a request may be sent once more after it went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Repeat {
    /// Always: doing it twice is doing it once.
    Always,
    /// Only when it is certain that Okta has not done it: it was never sent, or was refused by a rate limit.
    WhenUndone,
}

/// What a request carries.
#[derive(Clone)]
pub(super) enum Body {
    Nothing,
    Json(Zeroizing<Vec<u8>>),
    Form(Zeroizing<String>),
}

/// How a request proves who sends it.
#[derive(Clone)]
pub(super) enum Authorization {
    /// Not at all.
    Nobody,
    /// By the whole value of the header, which is one secret, and by the parts of it.
    Header { value: Secret, parts: Vec<Secret> },
}

impl Request {
    /// Makes a request. Reads may be repeated; other methods only when nothing was done, unless [`repeatable`](Self::repeatable) says so.
    pub(super) fn new(call: Call, url: String, bucket: Bucket) -> Request {
        let method = call.method();
        let repeat = if method == Method::GET { Repeat::Always } else { Repeat::WhenUndone };
        Request { call, method, url, bucket, repeat, body: Body::Nothing, header: None, secrets: Vec::new() }
    }

    /// Says that doing it twice is doing it once.
    pub(super) fn repeatable(mut self) -> Request {
        self.repeat = Repeat::Always;
        self
    }

    /// Gives it a JSON body and says which secrets are in it.
    pub(super) fn json(mut self, body: Vec<u8>, secrets: Vec<Secret>) -> Request {
        self.body = Body::Json(Zeroizing::new(body));
        self.secrets = secrets;
        self
    }

    /// Gives it a body of form fields.
    pub(super) fn form(mut self, body: String) -> Request {
        self.body = Body::Form(Zeroizing::new(body));
        self
    }

    /// Gives it a header.
    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Request {
        self.header = Some((name, value));
        self
    }
}

impl Authorization {
    /// Makes the authorization by a token.
    pub(super) fn bearer(token: &Secret) -> Authorization {
        Authorization::Header { value: Secret::new(format!("Bearer {}", token.expose())), parts: vec![token.clone()] }
    }

    /// Returns everything in it that must not be shown.
    pub(super) fn secrets(&self) -> &[Secret] {
        match self {
            Authorization::Nobody => &[],
            Authorization::Header { parts, .. } => parts,
        }
    }
}
