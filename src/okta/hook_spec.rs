//! What we ask an event hook to be: checked before it is sent, because Okta's answers to a wrong one are not known.

use std::fmt;

use super::{OrgAddress, Secret};

/// Most event types that one hook may list.
pub const HOOK_EVENTS_MAX: usize = 300;
/// Longest name.
const NAME_CHARS_MAX: usize = 255;
/// Longest address of a receiver.
const URI_BYTES_MAX: usize = 1024;

/// Where a hook delivers to: https, at most 1024 characters, no white space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HookUri(String);

/// What is wrong with a hook that we were about to ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HookSpecFault {
    /// The address does not begin with https.
    UriScheme,
    /// The address is longer than Okta takes.
    UriTooLong,
    /// The address holds white space or characters that URLs do not have, or has no host.
    UriShape,
    /// The name is empty or longer than Okta takes.
    Name,
    /// There is no event type.
    NoEvents,
    /// There are more event types than Okta takes; holds how many.
    TooManyEvents(usize),
    /// Something that is no event type; holds it.
    EventType(String),
}

impl HookUri {
    /// Reads a receiver's address. Plain http is taken only for receivers on this machine and of an org that is itself one on this machine.
    pub fn parse(text: &str, org: &OrgAddress) -> Result<HookUri, HookSpecFault> {
        let text = text.trim();
        if text.len() > URI_BYTES_MAX {
            return Err(HookSpecFault::UriTooLong);
        }
        let plain = ["http://127.0.0.1:", "http://[::1]:"].iter().any(|start| text.starts_with(start));
        let rest = match text.strip_prefix("https://") {
            Some(rest) => rest,
            None if plain && org.is_loopback() => text.strip_prefix("http://").unwrap_or_default(),
            None => return Err(HookSpecFault::UriScheme),
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() || host.contains('@') || !text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`')) {
            return Err(HookSpecFault::UriShape);
        }
        Ok(HookUri(text.to_owned()))
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A hook to create, or to make of an existing one. Its secret travels in the header `Authorization`.
#[derive(Clone, Debug)]
pub struct HookSpec {
    pub(super) name: String,
    pub(super) uri: HookUri,
    pub(super) events: Vec<String>,
    pub(super) secret: Secret,
}

impl HookSpec {
    /// Describes a hook. Event types are sorted and each is listed once; which ones hooks may carry is the caller's knowledge.
    pub fn new(name: impl Into<String>, uri: HookUri, events: impl IntoIterator<Item = String>, secret: Secret) -> Result<HookSpec, HookSpecFault> {
        let name = name.into();
        if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(HookSpecFault::Name);
        }
        let mut events: Vec<String> = events.into_iter().collect();
        events.sort_unstable();
        events.dedup();
        if let Some(wrong) = events.iter().find(|event| !is_event_type(event)) {
            return Err(HookSpecFault::EventType(super::clean(wrong)));
        }
        match events.len() {
            0 => Err(HookSpecFault::NoEvents),
            n if n > HOOK_EVENTS_MAX => Err(HookSpecFault::TooManyEvents(n)),
            _ => Ok(HookSpec { name, uri, events, secret }),
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where it delivers to.
    pub fn uri(&self) -> &HookUri {
        &self.uri
    }

    /// Returns the event types, sorted.
    pub fn events(&self) -> &[String] {
        &self.events
    }
}

/// Whether a text has the form of an event type: words of letters, digits and `_` with dots between.
fn is_event_type(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    text.len() <= NAME_CHARS_MAX && text.contains('.') && text.split('.').all(word)
}

impl fmt::Display for HookSpecFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HookSpecFault::UriScheme => f.write_str("the hook's address must begin with `https://`: Okta delivers to nothing else"),
            HookSpecFault::UriTooLong => write!(f, "the hook's address is longer than {URI_BYTES_MAX} characters"),
            HookSpecFault::UriShape => f.write_str("the hook's address is no URL with a host"),
            HookSpecFault::Name => write!(f, "the hook's name must have 1 to {NAME_CHARS_MAX} characters"),
            HookSpecFault::NoEvents => f.write_str("the hook needs at least one event type"),
            HookSpecFault::TooManyEvents(n) => write!(f, "the hook would list {n} event types, and Okta takes at most {HOOK_EVENTS_MAX}"),
            HookSpecFault::EventType(text) => write!(f, "`{text}` is no event type"),
        }
    }
}

impl std::error::Error for HookSpecFault {}
