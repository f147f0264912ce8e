//! The front door: an org that can be talked to, and a client with credentials in it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Credentials, Error, Grant, OrgAddress, Organisation};
use crate::event::Timestamp;

/// The wall clock, lent by the rim. Used for what a signed assertion has to say of time, and to tell how far off this machine is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Takes a function that returns the time now.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How long to wait and how much to take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Longest time until a connection stands.
    pub connect_timeout: Duration,
    /// Longest time for one attempt, from connecting to the last byte of the answer.
    pub attempt_timeout: Duration,
    /// Longest wait for a rate limit before a request is given up as [`Error::RateLimited`].
    pub wait_max: Duration,
    /// How often a request that may be repeated is, after the first attempt.
    pub retries: u32,
    /// Largest answer after unpacking.
    pub body_bytes_max: usize,
    /// Most requests at the same time.
    pub concurrency: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: Duration::from_secs(40),
            wait_max: Duration::from_secs(120),
            retries: 2,
            body_bytes_max: 32 * 1024 * 1024,
            concurrency: 8,
        }
    }
}

/// An org that can be talked to: connections and rate limits, no credentials. Clones share both.
#[derive(Clone, Debug)]
pub struct Org {
    address: OrgAddress,
}

impl Org {
    /// Prepares to talk to an org. Sends nothing.
    pub fn at(address: OrgAddress, clock: Clock) -> Result<Org, Error> {
        Org::with(address, clock, Settings::default())
    }

    /// Prepares to talk to an org with other settings than the usual ones.
    pub fn with(address: OrgAddress, clock: Clock, settings: Settings) -> Result<Org, Error> {
        let _ = (clock, settings);
        Ok(Org { address })
    }

    /// Returns the org's address.
    pub fn address(&self) -> &OrgAddress {
        &self.address
    }

    /// Asks who is there, without credentials.
    pub async fn organisation(&self) -> Result<Organisation, Error> {
        todo!()
    }

    /// Makes a client of credentials. Sends nothing.
    pub fn client(&self, credentials: Credentials) -> Client {
        Client { org: self.clone(), credentials }
    }
}

/// A client of one org with one set of credentials. Clones share the token, connections and rate limits.
#[derive(Clone, Debug)]
pub struct Client {
    org: Org,
    credentials: Credentials,
}

impl Client {
    /// Returns the org.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// Returns the credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Gets a token, or makes sure that the one at hand is good for at least five minutes, and says what it allows.
    pub async fn grant(&self) -> Result<Grant, Error> {
        todo!()
    }

    /// Gets a new token whatever is at hand, so that a change of credentials or scopes in Okta shows.
    pub async fn new_grant(&self) -> Result<Grant, Error> {
        todo!()
    }
}
