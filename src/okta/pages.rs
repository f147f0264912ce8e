//! Lists that come in pages, gathered into one.

use std::collections::HashSet;

use serde_json::Value;

use super::limiter::Bucket;
use super::request::Request;
use super::{Call, Client, Error, LinkFault, Oddity, Unreadable, link, read};

/// Most pages of one list: an org has 25 event hooks, and of users only as many are read as were asked for.
const PAGES_MAX: usize = 100;

impl Client {
    /// Gathers the rows of a list, at most `rows_max` of them. Pages lead on along the same path of the same org.
    pub(super) async fn list(&self, call: Call, first: String, path: &str, bucket: Bucket, rows_max: usize) -> Result<Vec<Value>, Error> {
        let astray = |fault| Error::Unreadable(Box::new(Unreadable { call, status: 200, request_id: None, oddity: Oddity::Link(fault) }));
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        let mut url = first;
        for _ in 0..PAGES_MAX {
            if !seen.insert(url.clone()) {
                return Err(astray(LinkFault::Cycle));
            }
            let request = Request::new(call, url, bucket);
            let (page, next) = self.ask(request, |answer| Ok((read::array(&answer)?, link::next(&answer.headers)))).await?;
            rows.extend(page);
            let next = match next.map_err(astray)? {
                Some(next) if rows.len() < rows_max => next,
                _ => break,
            };
            link::check(self.org().address(), path, &next).map_err(astray)?;
            url = next;
        }
        rows.truncate(rows_max);
        Ok(rows)
    }
}
