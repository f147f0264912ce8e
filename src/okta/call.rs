//! The name of a request in messages: method and path, with `{id}` for what differs, so that it never holds a name or a secret.

use std::fmt;

use reqwest::Method;

/// One of the requests that the client knows, as messages name it: `POST /api/v1/users/{id}/lifecycle/suspend`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Call(&'static str);

impl Call {
    /// Names a request: method, a space, path.
    pub(super) const fn named(name: &'static str) -> Self {
        Call(name)
    }

    /// Returns method and path.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Returns the method.
    pub(super) fn method(self) -> Method {
        match self.0.split(' ').next() {
            Some("POST") => Method::POST,
            Some("PUT") => Method::PUT,
            Some("DELETE") => Method::DELETE,
            _ => Method::GET,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether a text can be one of Okta's ids: it can stand in a path as it is.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
