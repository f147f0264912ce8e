//! The address under which Okta reaches us, and the address of one hook below it.

use std::fmt;

use crate::okta::{HookSpecFault, HookUri, OrgAddress};
use crate::store::PathId;

use super::receiver::HOOK_PATH;

/// Longest address.
const BYTES_MAX: usize = 512;

/// Where Okta reaches this installation: scheme, host and maybe a path, without a slash at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(String);

/// What is wrong with such an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublicUrlFault {
    /// None is given; holds the host of the org that has to reach us.
    Missing,
    /// It does not begin with https.
    Scheme,
    /// It is no address with a host, or has a query, a fragment, a user name or characters that addresses do not have.
    Shape,
}

impl PublicUrl {
    /// Reads an address for an org. Plain http is taken only where org and receiver are both on this machine.
    ///
    /// # Errors
    /// The address is not one that Okta can deliver to.
    pub fn parse(text: &str, org: &OrgAddress) -> Result<PublicUrl, PublicUrlFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PublicUrlFault::Missing);
        }
        if text.len() > BYTES_MAX || text.contains(['?', '#']) {
            return Err(PublicUrlFault::Shape);
        }
        match HookUri::parse(text, org) {
            Ok(_) => Ok(PublicUrl(text.trim_end_matches('/').to_owned())),
            Err(HookSpecFault::UriScheme) => Err(PublicUrlFault::Scheme),
            Err(_) => Err(PublicUrlFault::Shape),
        }
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the beginning of the addresses of all hooks.
    pub(super) fn hooks(&self) -> String {
        format!("{}{HOOK_PATH}", self.0)
    }

    /// Returns the address of a hook.
    pub(super) fn hook(&self, path_id: &PathId) -> String {
        format!("{}{HOOK_PATH}{path_id}", self.0)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PublicUrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublicUrlFault::Missing => write!(f, "Okta must reach https://…{HOOK_PATH}…, and the public address is not set"),
            PublicUrlFault::Scheme => f.write_str("the public address must begin with `https://`: Okta delivers to nothing else"),
            PublicUrlFault::Shape => f.write_str("the public address is no URL of a host, such as `https://clarion.company.com`"),
        }
    }
}

impl std::error::Error for PublicUrlFault {}
