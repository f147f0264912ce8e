//! Okta's API: a thin client.
//!
//! Takes an org's address, credentials and typed requests; gives typed answers or a typed fault. Knows requests, tokens, retries, limits
//! and pages; knows nothing of rules and alerts. Sends nothing anywhere but to the org it was made for. Never shows a secret, never reads
//! the wall clock or the environment: what it needs of them comes in as a value.

mod address;
mod body;
mod call;
mod client;
mod credentials;
mod domain;
mod error;
mod failure;
mod fault;
mod header;
mod hook_spec;
mod hooks;
mod limiter;
mod link;
mod logs;
mod organisation;
mod pages;
mod read;
mod request;
mod resolve;
mod rows;
mod scope;
mod secret;
mod suspend;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod token_refusal;
mod transport;
mod user;
mod users;

pub use address::{Allowance, AllowanceFault, OrgAddress};
pub use call::Call;
pub use client::{Client, Clock, Org, Settings};
pub use credentials::{ClientId, Credentials, CredentialsFault, PrivateKey};
pub use domain::{DomainFault, DomainReason, OKTA_BASES, OrgDomain};
pub use error::{Error, Fault, Lost, LostHow, MissingScope, Oddity, RateLimited, Unreachable, Unreached, Unreadable};
pub use hook_spec::{HOOK_EVENTS_MAX, HookSpec, HookSpecFault, HookUri};
pub use hooks::{EventHook, HookId, HookStatus, Verification};
pub use link::LinkFault;
pub use logs::{BadRow, LOG_LIMIT_MAX, LogCursor, LogPage, LogQuery, LogReader, Next, Order};
pub use organisation::{Organisation, Pipeline};
pub use scope::{Grant, Scope};
pub use secret::Secret;
pub use suspend::{Instead, Sessions, Suspension, SuspensionOutcome};
pub use text::clean;
pub use token_refusal::{TokenMeaning, TokenRefusal};
pub use user::{User, UserId, UserKey, UserStatus};
pub use users::{ClearSessions, UserSearch};
