//! What an org says of itself to anybody: the free check that a domain is a live Okta org, before any secret is sent.

/// An org's own description.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organisation {
    /// Okta's id of the org, the same for all its domains: tells whether two domains are one org.
    pub id: String,
    /// Which engine signs its users in.
    pub pipeline: Pipeline,
    /// The org's own address, where it says one.
    pub address: Option<String>,
    /// Its custom domain, where it has one.
    pub custom: Option<String>,
}

/// The engine that signs users in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pipeline {
    /// Identity Engine.
    Identity,
    /// Classic Engine.
    Classic,
    /// One that this program does not know.
    Other(String),
}
