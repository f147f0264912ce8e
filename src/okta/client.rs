//! The front door: an org that can be talked to, and a client with credentials in it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::fault;
use super::request::{Authorization, Request};
use super::token::{Token, TokenKeeper, Wanted};
use super::transport::{Answer, Misread, Transport};
use super::{Credentials, Error, Grant, OrgAddress};
use crate::event::{Span, Timestamp};

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
#[derive(Clone)]
pub struct Org(Arc<Transport>);

impl Org {
    /// Prepares to talk to an org. Sends nothing.
    pub fn at(address: OrgAddress, clock: Clock) -> Result<Org, Error> {
        Org::with(address, clock, Settings::default())
    }

    /// Prepares to talk to an org with other settings than the usual ones.
    pub fn with(address: OrgAddress, clock: Clock, settings: Settings) -> Result<Org, Error> {
        Ok(Org(Arc::new(Transport::new(address, clock, settings)?)))
    }

    /// Returns the org's address.
    pub fn address(&self) -> &OrgAddress {
        self.0.address()
    }

    /// Returns how far Okta's clock is ahead of this machine's (negative: behind), as its last answer showed; none before the first answer.
    pub fn clock_ahead(&self) -> Option<Span> {
        self.0.ahead()
    }

    /// Makes a client of credentials. Sends nothing.
    pub fn client(&self, credentials: Credentials) -> Client {
        Client { org: self.clone(), identity: Arc::new(Identity { credentials, tokens: TokenKeeper::default() }) }
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.0
    }
}

impl fmt::Debug for Org {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Org").field(self.address()).finish()
    }
}

/// A client of one org with one set of credentials. Clones share the token, connections and rate limits.
#[derive(Clone)]
pub struct Client {
    org: Org,
    identity: Arc<Identity>,
}

/// Who the client is, and the token that it has for it.
struct Identity {
    credentials: Credentials,
    tokens: TokenKeeper,
}

impl Client {
    /// Returns the org.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// Returns the credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.identity.credentials
    }

    /// Gets a token, or makes sure that the one at hand is good for some minutes, and says what it allows.
    pub async fn grant(&self) -> Result<Grant, Error> {
        Ok(self.token(Wanted::Working).await?.grant)
    }

    /// Gets a new token whatever is at hand, so that a change of credentials or scopes in Okta shows.
    pub async fn new_grant(&self) -> Result<Grant, Error> {
        Ok(self.token(Wanted::Fresh).await?.grant)
    }

    /// Sends a request with a token. When Okta refuses the token, a new one is fetched and the request sent once more, and only once.
    pub(super) async fn ask<T>(&self, request: Request, read: impl Fn(Answer) -> Result<T, Misread>) -> Result<T, Error> {
        let token = self.token(Wanted::Working).await?;
        match self.send(&request, &token, &read).await {
            Err(Error::Unauthorized(_)) => {
                let token = self.token(Wanted::NewerThan(token.number)).await?;
                self.send(&request, &token, &read).await
            }
            answered => answered,
        }
    }

    async fn token(&self, wanted: Wanted) -> Result<Token, Error> {
        self.identity.tokens.get(self.org.transport(), &self.identity.credentials, wanted).await
    }

    async fn send<T>(&self, request: &Request, token: &Token, read: &impl Fn(Answer) -> Result<T, Misread>) -> Result<T, Error> {
        self.org.transport().send(request, &Authorization::bearer(&token.secret), fault::of_api, read).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("org", self.org.address()).field("client_id", self.credentials().client_id()).finish_non_exhaustive()
    }
}
