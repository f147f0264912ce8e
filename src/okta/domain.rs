//! Org domains: from what a person pastes to the one host that belongs to their org, or a reason why not.
//!
//! Also the guard against requests to anywhere else: nothing but `label.base`, with a base that Okta owns, ever becomes an [`OrgDomain`].

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::text::clean;

/// The domains under which Okta hosts orgs, as Okta's own clients list them.
pub const OKTA_BASES: [&str; 6] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil", "okta-miltest.com"];

/// Hosts under these bases that are Okta's own sites and answer no org's API.
const NO_ORGS: [&str; 6] = ["login", "help", "developer", "support", "system-admin", "www"];

/// What the Admin Console's host has behind the org's name.
const ADMIN: &str = "-admin";

/// Longest text that is looked at; a pasted URL of the Admin Console has a few hundred bytes.
const TEXT_BYTES_MAX: usize = 4096;

/// Longest label of a domain name (RFC 1035).
const LABEL_BYTES_MAX: usize = 63;

/// The host of an Okta org, such as `company.okta.com`: lower case, one label in front of one of [`OKTA_BASES`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OrgDomain(String);

/// Why a text names no org, with the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DomainFault {
    /// What is wrong.
    pub reason: DomainReason,
    /// The text, made fit to show.
    pub text: String,
}

/// What is wrong with a text that should name an org.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DomainReason {
    /// There is nothing.
    Empty,
    /// It is longer than any address.
    TooLong,
    /// It stands for an address in somebody's documentation, such as `{yourOktaDomain}`.
    Placeholder,
    /// It begins with a scheme that is neither http nor https.
    Scheme(String),
    /// It holds a user name or password in front of `@`, which sends the request somewhere else than it seems.
    UserInfo,
    /// It is an IP address.
    IpAddress,
    /// It names this machine.
    Localhost,
    /// The port is no number.
    Port,
    /// It holds a character that no org's host has.
    Character(char),
    /// It is one word without a domain behind it; holds the word when it could be an org's name.
    NoBase(Option<String>),
    /// It is the domain of Okta itself, without an org in front of it.
    NoOrg,
    /// It is one of Okta's own sites.
    OktaSite,
    /// There is more than one label in front of Okta's domain; holds the host without the labels between, where it could be the org.
    TooManyLabels(Option<String>),
    /// The name in front of Okta's domain begins or ends with a hyphen, is too long, or is an encoded international name.
    Label,
    /// It is a host outside Okta's domains: probably the org's custom domain.
    NotOkta,
}

impl OrgDomain {
    /// Reads an org's domain as people paste it: with scheme, port, path, query, trailing dots, capitals, or the host of the Admin Console.
    ///
    /// One `-admin` behind the org's name is taken off. See [`saved`](Self::saved) for text that has been through here.
    pub fn parse(text: &str) -> Result<OrgDomain, DomainFault> {
        read(text, true).map_err(|reason| DomainFault { reason, text: clean(text) })
    }

    /// Reads what [`as_str`](Self::as_str) gave: the same checks, and nothing is taken off.
    pub fn saved(text: &str) -> Result<OrgDomain, DomainFault> {
        read(text, false).map_err(|reason| DomainFault { reason, text: clean(text) })
    }

    /// Returns the host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrgDomain {
    type Err = DomainFault;

    fn from_str(text: &str) -> Result<Self, DomainFault> {
        OrgDomain::parse(text)
    }
}

impl fmt::Display for OrgDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn read(text: &str, strip_admin: bool) -> Result<OrgDomain, DomainReason> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(DomainReason::TooLong);
    }
    let host = host_of(text)?;
    let (label, base) = org_and_base(&host)?;
    let org = match label.strip_suffix(ADMIN) {
        Some(org) if strip_admin && !NO_ORGS.contains(&label) => org,
        _ => label,
    };
    if NO_ORGS.contains(&label) || NO_ORGS.contains(&org) {
        return Err(DomainReason::OktaSite);
    }
    let well_formed = !org.is_empty() && org.len() <= LABEL_BYTES_MAX && !org.starts_with('-') && !org.ends_with('-') && !org.starts_with("xn--");
    if !well_formed {
        return Err(DomainReason::Label);
    }
    Ok(OrgDomain(format!("{org}.{base}")))
}

/// Returns the host of an address: lower case, of host name characters only, without dots at its end.
fn host_of(text: &str) -> Result<String, DomainReason> {
    let text = unquoted(text.trim());
    if text.is_empty() {
        return Err(DomainReason::Empty);
    }
    if text.contains(['{', '}', '$']) || text.to_ascii_lowercase().contains("youroktadomain") {
        return Err(DomainReason::Placeholder);
    }
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#', '\\', '@']) => {
            if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
                return Err(DomainReason::Scheme(clean(scheme)));
            }
            rest
        }
        _ => text.strip_prefix("//").unwrap_or(text),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(DomainReason::UserInfo);
    }
    if authority.starts_with('[') || authority.parse::<Ipv6Addr>().is_ok() {
        return Err(DomainReason::IpAddress);
    }
    let host = match authority.split_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) => return Err(DomainReason::Port),
        None => authority,
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.is_empty() {
        return Err(DomainReason::Empty);
    }
    match host.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '.')) {
        Some(c) => Err(DomainReason::Character(c)),
        None => Ok(host),
    }
}

/// Takes off one pair of the marks that people and mail programs put around addresses.
fn unquoted(text: &str) -> &str {
    let pairs = [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>'), ('“', '”'), ('‘', '’')];
    let inner = pairs.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.unwrap_or(text).trim()
}

/// Splits a host into the one label in front and the base that Okta owns.
fn org_and_base(host: &str) -> Result<(&str, &'static str), DomainReason> {
    if OKTA_BASES.contains(&host) {
        return Err(DomainReason::NoOrg);
    }
    for base in OKTA_BASES {
        let Some(front) = host.strip_suffix(base).and_then(|front| front.strip_suffix('.')) else { continue };
        if !front.contains('.') {
            return Ok((front, base));
        }
        // `company.kerberos.okta.com` and `company.mtls.okta.com` belong to an org and are not its API.
        let likely = front.strip_suffix(".kerberos").or_else(|| front.strip_suffix(".mtls")).filter(|org| !org.contains('.'));
        return Err(DomainReason::TooManyLabels(likely.map(|org| format!("{org}.{base}"))));
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Err(DomainReason::Localhost);
    }
    if looks_like_ip(host) {
        return Err(DomainReason::IpAddress);
    }
    if !host.contains('.') {
        return Err(DomainReason::NoBase((host.len() <= LABEL_BYTES_MAX).then(|| host.to_owned())));
    }
    Err(DomainReason::NotOkta)
}

/// Whether the last label is a number, decimal or hexadecimal: the mark by which URL parsers take a host for an IPv4 address.
fn looks_like_ip(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    host.parse::<Ipv4Addr>().is_ok() || number
}

impl DomainFault {
    /// Returns what to do next: the sentence of the guide, and where it helps what to write instead.
    pub fn help(&self) -> String {
        let first = match &self.reason {
            DomainReason::NoBase(Some(word)) => format!("did you mean `{word}.okta.com`? "),
            DomainReason::TooManyLabels(Some(host)) => format!("did you mean `{host}`? "),
            DomainReason::NotOkta => {
                "use the org's okta.com domain, not the custom sign-in domain; the Admin Console shows it under the user menu. ".to_owned()
            }
            DomainReason::UserInfo => "write the host alone, without a user name or password. ".to_owned(),
            _ => String::new(),
        };
        format!("{first}confirm it belongs to an Okta org domain such as `company.okta.com`, `company.okta-emea.com`, or `company.oktapreview.com`")
    }
}

impl fmt::Display for DomainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            DomainReason::Empty => f.write_str("the Okta domain is empty"),
            _ => write!(f, "`{}` is no Okta org domain: {}", self.text, self.reason),
        }
    }
}

impl fmt::Display for DomainReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DomainReason::Empty => f.write_str("there is no host in it"),
            DomainReason::TooLong => write!(f, "it is longer than {TEXT_BYTES_MAX} bytes"),
            DomainReason::Placeholder => f.write_str("it is the placeholder of an example, to be replaced by the org's own domain"),
            DomainReason::Scheme(scheme) => write!(f, "`{scheme}://` is neither http nor https"),
            DomainReason::UserInfo => f.write_str("what stands in front of `@` is a user name, and the request would go to what stands behind it"),
            DomainReason::IpAddress => f.write_str("it is an IP address"),
            DomainReason::Localhost => f.write_str("it names this machine"),
            DomainReason::Port => f.write_str("what stands behind `:` is no port"),
            DomainReason::Character(c) if c.is_ascii_graphic() => write!(f, "no org's host holds `{c}`"),
            DomainReason::Character(c) => write!(f, "no org's host holds the character U+{:04X}", u32::from(*c)),
            DomainReason::NoBase(_) => f.write_str("there is no domain behind the name"),
            DomainReason::NoOrg => f.write_str("it is Okta's own domain, and the org's name in front of it is missing"),
            DomainReason::OktaSite => f.write_str("it is one of Okta's own sites and not an org"),
            DomainReason::TooManyLabels(_) => f.write_str("an org's host has exactly one name in front of Okta's domain"),
            DomainReason::Label => f.write_str("an org's name is made of up to 63 letters, digits and hyphens, and a hyphen stands neither first nor last"),
            DomainReason::NotOkta => f.write_str("it is not under a domain of Okta"),
        }
    }
}

impl std::error::Error for DomainFault {}
