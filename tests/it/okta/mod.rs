//! The client of Okta's API by its front door.

mod recorded;

use std::net::SocketAddr;

use clarion::event::Timestamp;
use clarion::okta::{Allowance, ClientId, Clock, Credentials, Org, OrgAddress, Secret, Settings};

/// A clock that stands still.
fn clock() -> Clock {
    Clock::new(|| Timestamp::parse("2026-01-02T03:04:05Z").expect("a time"))
}

/// The org that a server on this machine plays.
fn org(address: SocketAddr) -> Org {
    let allowance = Allowance::parse(&address.to_string()).expect("loopback");
    let address = OrgAddress::parse(&address.to_string(), Some(&allowance)).expect("allowed");
    Org::with(address, clock(), Settings { retries: 0, ..Settings::default() }).expect("an org")
}

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::with_secret(ClientId::parse(id).expect("an id"), Secret::new(secret.to_owned())).expect("credentials")
}
