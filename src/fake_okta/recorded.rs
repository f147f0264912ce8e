//! What the org was asked, for those who test its clients.

use serde::Serialize;

/// Most requests that are remembered; the oldest go first.
pub(super) const REQUESTS_MAX: usize = 10_000;

/// Most bytes of a body that are remembered.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// One request and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recorded {
    /// The id that the answer carried in `x-okta-request-id`.
    pub id: String,
    /// When it came, by the org's clock.
    pub at: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// The headers, names in lower case, secrets included: it is all invented.
    pub headers: Vec<(String, String)>,
    /// The body, where it is text; at most 64 KiB of it.
    pub body: String,
    /// The status of the answer; none where none was sent.
    pub status: Option<u16>,
}

impl Recorded {
    /// Returns a header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}
