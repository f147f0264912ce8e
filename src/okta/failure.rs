//! From a connection that failed to a typed fault: at which step, and whether the request can have arrived.

use std::error::Error as StdError;
use std::io;

use super::resolve::NotPublic;
use super::text::clean;
use super::{Call, Error, Lost, LostHow, Unreachable, Unreached};

/// Makes the fault of a request that got no answer.
pub(super) fn of_sending(call: Call, host: &str, error: &reqwest::Error) -> Error {
    if error.is_connect() || error.is_dns() {
        let why = step(error);
        let detail = match why {
            Unreached::PrivateAddress => String::new(),
            _ => innermost(error),
        };
        return Error::Unreachable(Box::new(Unreachable { call, host: host.to_owned(), why, detail }));
    }
    if error.is_builder() {
        return Error::Unusable(format!("{call} cannot be sent: {}", innermost(error)));
    }
    let how = if error.is_timeout() { LostHow::Timeout } else { LostHow::Broken };
    lost(call, how, None, innermost(error))
}

/// Makes the fault of connections that cannot be prepared: most likely the machine has no certificates that it trusts.
pub(super) fn of_building(error: &reqwest::Error) -> Error {
    Error::Unusable(format!("no TLS connections can be made on this machine: {}", innermost(error)))
}

/// Makes the fault of an answer whose body broke off.
pub(super) fn of_body(call: Call, status: u16, error: &reqwest::Error) -> Error {
    let how = if error.is_timeout() { LostHow::Timeout } else { LostHow::CutOff };
    lost(call, how, Some(status), innermost(error))
}

/// Makes the fault of an answer that got lost.
pub(super) fn lost(call: Call, how: LostHow, status: Option<u16>, detail: String) -> Error {
    Error::Lost(Box::new(Lost { call, how, status, detail }))
}

/// Finds out at which step a connection failed.
fn step(error: &reqwest::Error) -> Unreached {
    let chain = chain(error);
    let io = || chain.iter().filter_map(|error| error.downcast_ref::<io::Error>());
    if chain.iter().any(|error| error.is::<NotPublic>()) {
        Unreached::PrivateAddress
    } else if error.is_dns() {
        Unreached::Dns
    } else if error.is_timeout() || io().any(|error| error.kind() == io::ErrorKind::TimedOut) {
        Unreached::Timeout
    } else if io().any(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
        Unreached::Refused
    } else if chain.iter().any(|error| error.to_string().starts_with("tcp ")) {
        Unreached::Other
    } else {
        // The name was found and the connection stood: what is left of connecting is TLS.
        Unreached::Tls
    }
}

/// Returns what lies at the bottom of it, which is what says most.
fn innermost(error: &reqwest::Error) -> String {
    chain(error).last().map(|error| clean(&error.to_string())).unwrap_or_default()
}

/// Returns what an error was made of, outermost first.
fn chain(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut found = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        found.push(error);
        // An `io::Error` hides the error that it holds from `source`; that one says more.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    found
}
