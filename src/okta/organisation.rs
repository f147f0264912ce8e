//! What an org says of itself to anybody: the free check that a domain is a live Okta org, before any secret is sent.

use super::limiter::Bucket;
use super::request::{Authorization, Request};
use super::text::clean;
use super::{Call, Error, Fault, Org, call, fault, read};

const ORGANISATION: Call = Call::named("GET /.well-known/okta-organization");

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

impl Org {
    /// Asks who is there, without credentials. That no org is there, which Okta says with a page or with JSON, is [`Error::NotFound`].
    pub async fn organisation(&self) -> Result<Organisation, Error> {
        self.ask_who().await.map_err(|error| match error.status() {
            Some(404) => {
                let summary = Some(format!("no Okta org answers at `{}`", self.address()));
                let request_id = error.request_id().map(str::to_owned);
                let fault = Fault { call: ORGANISATION, status: 404, code: None, summary, causes: Vec::new(), request_id, error_id: None };
                Error::NotFound(Box::new(fault))
            }
            _ => error,
        })
    }

    async fn ask_who(&self) -> Result<Organisation, Error> {
        let url = self.transport().url("/.well-known/okta-organization");
        let request = Request::new(ORGANISATION, url, Bucket::Open);
        self.transport()
            .send(&request, &Authorization::Nobody, fault::of_api, |answer| {
                let value = read::json(&answer)?;
                let id = read::text(&value, "id").filter(|id| call::is_id(id)).ok_or_else(|| read::shape("an org with an `id` was expected"))?;
                let link = |name: &str| value.get("_links")?.get(name)?.get("href")?.as_str().map(clean);
                let pipeline = match read::text(&value, "pipeline").as_deref() {
                    Some("idx") => Pipeline::Identity,
                    Some("v1") => Pipeline::Classic,
                    other => Pipeline::Other(clean(other.unwrap_or_default())),
                };
                Ok(Organisation { id, pipeline, address: link("organization"), custom: link("alternate") })
            })
            .await
    }
}
