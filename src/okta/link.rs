//! The `Link` header: finding the next page, and refusing to be led astray.

use std::fmt;

use reqwest::Url;
use reqwest::header::{HeaderMap, LINK};

use super::{OrgAddress, header};

/// Longest link that is followed.
const LINK_BYTES_MAX: usize = 4096;

/// Why a link to a next page is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkFault {
    /// It is longer than any that Okta makes.
    TooLong,
    /// It is no absolute URL, or holds characters that URLs do not have.
    NotAbsolute,
    /// It leads to another scheme, host or port; the token would go there.
    OtherHost,
    /// It leads to another resource.
    OtherPath,
    /// It leads back to a page that was read already.
    Cycle,
    /// There is more than one next page.
    Several,
    /// There is no next page, although the query has no end.
    Missing,
}

impl fmt::Display for LinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkFault::TooLong => "it is longer than 4 KiB",
            LinkFault::NotAbsolute => "it is no absolute URL",
            LinkFault::OtherHost => "it leads to another host",
            LinkFault::OtherPath => "it leads to another resource",
            LinkFault::Cycle => "it leads back to a page that was read already",
            LinkFault::Several => "there are several of them",
            LinkFault::Missing => "there is none, although the query has no end",
        })
    }
}

/// Returns the address of the next page, unchecked; none where there is none.
pub(super) fn next(headers: &HeaderMap) -> Result<Option<String>, LinkFault> {
    let mut found: Option<String> = None;
    for value in headers.get_all(LINK) {
        for (url, relations) in links(&String::from_utf8_lossy(value.as_bytes())) {
            if !relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next")) {
                continue;
            }
            match &found {
                Some(known) if *known != url => return Err(LinkFault::Several),
                _ => found = Some(url),
            }
        }
    }
    Ok(found)
}

/// Reads `<url>; rel="next", <url>; rel="self"`: the addresses first, since they may hold commas. What is no link is passed over.
fn links(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        let Some((url, behind)) = behind.split_once('>') else { break };
        let behind = behind.trim_start_matches([' ', '\t']);
        let (parameters, behind) = match behind.strip_prefix(';') {
            Some(parameters) => header::pairs(parameters, ';'),
            None => (Vec::new(), behind),
        };
        let relation = parameters.into_iter().find(|(key, _)| key == "rel").map(|(_, value)| value);
        found.push((url.to_owned(), relation.unwrap_or_default()));
        rest = behind;
    }
    found
}

/// Checks that an address leads to that path of the same org, so that the token may go there.
pub(super) fn check(org: &OrgAddress, path: &str, text: &str) -> Result<(), LinkFault> {
    if text.len() > LINK_BYTES_MAX {
        return Err(LinkFault::TooLong);
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains(['\\', '#']) {
        return Err(LinkFault::NotAbsolute);
    }
    let (Ok(url), Ok(base)) = (Url::parse(text), Url::parse(&org.base())) else { return Err(LinkFault::NotAbsolute) };
    let same = url.scheme() == base.scheme() && url.host() == base.host() && url.port_or_known_default() == base.port_or_known_default();
    if !same || !url.username().is_empty() || url.password().is_some() {
        return Err(LinkFault::OtherHost);
    }
    if url.path() == path { Ok(()) } else { Err(LinkFault::OtherPath) }
}
