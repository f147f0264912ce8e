//! Where requests may go: one org over https, or one loopback server that was explicitly allowed.

use std::fmt;
use std::net::SocketAddr;

use super::domain::{DomainFault, OrgDomain};

/// The permission to talk plain http to one loopback server, for tests and demonstrations. Named in the environment and read at the rim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowance(SocketAddr);

/// Why a text is no allowance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AllowanceFault {
    /// It is not an IP address and a port.
    NoSocketAddress,
    /// The address is one that other machines may have.
    NotLoopback,
    /// Port 0 names no server.
    NoPort,
}

impl Allowance {
    /// Reads `127.0.0.1:PORT` or `[::1]:PORT`; names such as `localhost` are refused, because a resolver may send them anywhere.
    pub fn parse(text: &str) -> Result<Allowance, AllowanceFault> {
        let address: SocketAddr = text.trim().parse().map_err(|_| AllowanceFault::NoSocketAddress)?;
        if !address.ip().is_loopback() {
            return Err(AllowanceFault::NotLoopback);
        }
        if address.port() == 0 {
            return Err(AllowanceFault::NoPort);
        }
        Ok(Allowance(address))
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for AllowanceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AllowanceFault::NoSocketAddress => "not an IP address with a port, such as `127.0.0.1:4010`",
            AllowanceFault::NotLoopback => "not an address of this machine alone; only `127.0.0.1:PORT` and `[::1]:PORT` can be allowed",
            AllowanceFault::NoPort => "port 0 names no server",
        })
    }
}

impl std::error::Error for AllowanceFault {}

/// The only place that a client sends anything to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OrgAddress(Place);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Place {
    Org(OrgDomain),
    Loopback(SocketAddr),
}

impl OrgAddress {
    /// Reads what a person wrote: an org's domain in any of the forms of [`OrgDomain::parse`], or exactly the server of the allowance.
    pub fn parse(text: &str, allowance: Option<&Allowance>) -> Result<OrgAddress, DomainFault> {
        match OrgAddress::allowed(text, allowance) {
            Some(address) => Ok(address),
            None => OrgDomain::parse(text).map(OrgAddress::from),
        }
    }

    /// Reads what [`host`](Self::host) gave, for addresses that were saved. A loopback server still needs its allowance.
    pub fn saved(text: &str, allowance: Option<&Allowance>) -> Result<OrgAddress, DomainFault> {
        match OrgAddress::allowed(text, allowance) {
            Some(address) => Ok(address),
            None => OrgDomain::saved(text).map(OrgAddress::from),
        }
    }

    fn allowed(text: &str, allowance: Option<&Allowance>) -> Option<OrgAddress> {
        let Allowance(allowed) = allowance?;
        let text = text.trim();
        let text = text.strip_prefix("http://").unwrap_or(text);
        let host = text.strip_suffix('/').unwrap_or(text);
        (host.parse() == Ok(*allowed)).then_some(OrgAddress(Place::Loopback(*allowed)))
    }

    /// Returns the org's domain; none for a loopback server.
    pub fn domain(&self) -> Option<&OrgDomain> {
        match &self.0 {
            Place::Org(domain) => Some(domain),
            Place::Loopback(_) => None,
        }
    }

    /// Whether this is a server on this machine, talked to without TLS.
    pub fn is_loopback(&self) -> bool {
        matches!(self.0, Place::Loopback(_))
    }

    /// Returns what to show and to save: `company.okta.com`, or `127.0.0.1:4010`.
    pub fn host(&self) -> String {
        match &self.0 {
            Place::Org(domain) => domain.as_str().to_owned(),
            Place::Loopback(address) => address.to_string(),
        }
    }

    /// Returns scheme and host, without a slash at the end: `https://company.okta.com`.
    pub fn base(&self) -> String {
        match &self.0 {
            Place::Org(domain) => format!("https://{domain}"),
            Place::Loopback(address) => format!("http://{address}"),
        }
    }
}

impl From<OrgDomain> for OrgAddress {
    fn from(domain: OrgDomain) -> Self {
        OrgAddress(Place::Org(domain))
    }
}

impl fmt::Display for OrgAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}
