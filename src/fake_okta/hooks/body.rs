//! What a client wants of a hook: the body of a create or replace, checked as Okta does.

use serde_json::Value;

use crate::event::event_type;
use crate::fake_okta::answer::{Answer, fault, invalid};
use crate::fake_okta::options::Switches;

use super::refuse;

const NAME_LETTERS_MAX: usize = 255;
const URI_LETTERS_MAX: usize = 1024;

/// Headers that belong to Okta.
const RESERVED: [&str; 7] = ["accept", "content-type", "content-length", "host", "connection", "transfer-encoding", "x-okta-verification-challenge"];

/// What a client says of a hook.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::fake_okta) struct Wanted {
    pub(in crate::fake_okta) name: String,
    pub(in crate::fake_okta) description: Option<String>,
    /// Sorted, each once: Okta does not keep the order either.
    pub(in crate::fake_okta) items: Vec<String>,
    pub(in crate::fake_okta) filter: Value,
    pub(in crate::fake_okta) uri: String,
    pub(in crate::fake_okta) headers: Vec<(String, String)>,
    /// The header of the secret, and the secret.
    pub(in crate::fake_okta) auth: Option<(String, Option<String>)>,
    /// A replace may switch the hook on or off, though the field is said to be read-only.
    pub(in crate::fake_okta) status: Option<bool>,
}

impl Wanted {
    pub(super) fn read(bytes: &[u8], switches: &Switches) -> Result<Self, Answer> {
        let body: Value = serde_json::from_slice(bytes).map_err(|_| fault(400, "E0000003", "The request body was not well-formed.", &[]))?;
        let name = text(&body, "/name").filter(|name| !name.trim().is_empty()).ok_or_else(|| invalid("name", "The field cannot be left blank"))?;
        if name.chars().count() > NAME_LETTERS_MAX {
            return Err(invalid("name", "The field is too long"));
        }
        let (items, filter) = events(&body, switches)?;
        let channel_is_right = text(&body, "/channel/type") == Some("HTTP") && text(&body, "/channel/version") == Some("1.0.0");
        if !channel_is_right {
            return Err(invalid("channel", "type must be HTTP and version 1.0.0"));
        }
        let status = match text(&body, "/status") {
            Some("ACTIVE") => Some(true),
            Some("INACTIVE") => Some(false),
            _ => None,
        };
        Ok(Wanted {
            name: name.to_owned(),
            description: text(&body, "/description").map(str::to_owned),
            items,
            filter,
            uri: uri(&body)?,
            headers: headers(&body)?,
            auth: auth(&body)?,
            status,
        })
    }
}

fn text<'b>(body: &'b Value, pointer: &str) -> Option<&'b str> {
    body.pointer(pointer).and_then(Value::as_str)
}

fn events(body: &Value, switches: &Switches) -> Result<(Vec<String>, Value), Answer> {
    if text(body, "/events/type") != Some("EVENT_TYPE") {
        return Err(invalid("events.type", "must be EVENT_TYPE"));
    }
    let items = body.pointer("/events/items").and_then(Value::as_array).filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| invalid("events.items", "The field cannot be left blank"))?;
    let mut names: Vec<String> = Vec::new();
    for item in items {
        let name = item.as_str().ok_or_else(|| invalid("events.items", "must be the names of event types"))?;
        if !switches.ineligible_types && !event_type(name).is_some_and(|known| known.hook_eligible) {
            return Err(refuse(switches, "events.items", &format!("`{name}` is not an event type that event hooks carry")));
        }
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    if names.len() > switches.hook_types_max {
        return Err(refuse(switches, "events.items", &format!("there are more than {} event types", switches.hook_types_max)));
    }
    Ok((names, body.pointer("/events/filter").cloned().unwrap_or(Value::Null)))
}

fn uri(body: &Value) -> Result<String, Answer> {
    let uri = text(body, "/channel/config/uri").ok_or_else(|| invalid("channel.config.uri", "The field cannot be left blank"))?;
    check_uri(uri).map_err(|sentence| invalid("channel.config.uri", sentence))?;
    Ok(uri.to_owned())
}

/// Checks a hook's address: `https://`, or this machine, where no certificate can be had.
pub(in crate::fake_okta) fn check_uri(uri: &str) -> Result<(), &'static str> {
    if uri.chars().count() > URI_LETTERS_MAX {
        return Err("The field is too long");
    }
    if uri.contains(char::is_whitespace) {
        return Err("must not hold white space");
    }
    let is_fine = (uri.starts_with("https://") && reqwest::Url::parse(uri).is_ok_and(|url| url.has_host())) || is_this_machine(uri);
    if is_fine { Ok(()) } else { Err("must be a valid HTTPS address") }
}

/// Says whether an address is `http` to this machine.
fn is_this_machine(uri: &str) -> bool {
    reqwest::Url::parse(uri).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url))
}

fn is_loopback(url: &reqwest::Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// Returns where a hook's calls are really sent, or none where the fake may not go.
pub(super) fn real_address(uri: &str, switches: &Switches) -> Option<String> {
    let begins = |origin: &str| uri.strip_prefix(origin.trim_end_matches('/')).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let routed = switches.routes.iter().find_map(|(origin, real)| Some(format!("{}{}", real.trim_end_matches('/'), begins(origin)?)));
    let address = routed.unwrap_or_else(|| uri.to_owned());
    let may_go = switches.remote_hooks || reqwest::Url::parse(&address).is_ok_and(|url| is_loopback(&url));
    may_go.then_some(address)
}

fn headers(body: &Value) -> Result<Vec<(String, String)>, Answer> {
    let mut headers = Vec::new();
    for header in body.pointer("/channel/config/headers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
        let pair = text(header, "/key").zip(text(header, "/value")).filter(|(key, _)| !key.is_empty());
        let (key, value) = pair.ok_or_else(|| invalid("channel.config.headers", "each header needs a key and a value"))?;
        if RESERVED.contains(&key.to_ascii_lowercase().as_str()) {
            return Err(invalid("channel.config.headers", &format!("the header name `{key}` is reserved")));
        }
        headers.push((key.to_owned(), value.to_owned()));
    }
    Ok(headers)
}

fn auth(body: &Value) -> Result<Option<(String, Option<String>)>, Answer> {
    let Some(scheme) = body.pointer("/channel/config/authScheme").filter(|scheme| !scheme.is_null()) else { return Ok(None) };
    if text(scheme, "/type") != Some("HEADER") {
        return Err(invalid("channel.config.authScheme.type", "must be HEADER"));
    }
    let key = text(scheme, "/key").filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| invalid("channel.config.authScheme.key", "The field cannot be left blank"))?;
    Ok(Some((key.to_owned(), text(scheme, "/value").map(str::to_owned))))
}
