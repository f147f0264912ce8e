//! Why work on a connection did not come to its end, with the same words for page, command and JSON. Never holds a secret.

use std::fmt;

use super::public_url::PublicUrlFault;
use super::steps::Step;
use super::troubleshooting::{DOMAIN, NO_ADDRESS, NO_HOOK, OTHER_ORG, Trouble, UNAUTHORIZED};
use crate::event::Timestamp;
use crate::okta::{self, CredentialsFault, DomainFault, HookId, HookSpecFault, Scope};
use crate::store::{self, Workspace};

/// What is in the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The domain names no org.
    Domain(DomainFault),
    /// Client id or client secret cannot be ones of Okta's.
    Credentials(CredentialsFault),
    /// Okta, or the way to it, at a step.
    Okta {
        /// The step.
        step: Step,
        /// What happened.
        error: Box<okta::Error>,
    },
    /// The token lacks scopes.
    Scopes(Vec<Scope>),
    /// Okta does not call the hook verified although it was asked to verify it.
    NotVerified(HookId),
    /// The address under which Okta should reach us is none.
    PublicUrl(PublicUrlFault),
    /// The hook that would be asked for is none that Okta takes.
    Spec(HookSpecFault),
    /// There is nothing saved for the workspace.
    NotConnected(Workspace),
    /// No client secret is saved.
    NoSecret(Workspace),
    /// The workspace belongs to another org.
    OtherOrg {
        /// The host of the org that the workspace belongs to.
        saved: String,
        /// The host of the other one.
        found: String,
    },
    /// There is no hook whose secret could be rotated.
    NoHook,
    /// The secret before the last rotation is still good, and a third one must not be.
    TwoSecrets(Timestamp),
    /// Hooks could not be deleted in Okta, so that nothing was erased here.
    LeftBehind {
        /// Which, as far as they are known.
        hooks: Vec<HookId>,
        /// Why.
        error: Box<okta::Error>,
    },
    /// The receiver for Okta's verification cannot be started; holds the address and what the system says.
    Receiver(String, String),
    /// Saved state cannot be had or changed.
    Store(store::Error),
    /// A thread of this program died.
    Died,
}

impl Error {
    pub(super) fn okta(step: Step) -> impl Fn(okta::Error) -> Error {
        move |error| Error::Okta { step, error: Box::new(error) }
    }

    /// Returns its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Domain(_) => "domain_rejected",
            Error::Credentials(_) => "credentials_malformed",
            Error::Okta { error, .. } => match **error {
                okta::Error::Unreachable(_) => "okta_unreachable",
                okta::Error::Lost(_) => "okta_answer_lost",
                okta::Error::TokenRefused(_) => "token_refused",
                okta::Error::Unauthorized(_) => "token_not_accepted",
                okta::Error::MissingScope(_) => "scope_missing",
                okta::Error::Forbidden(_) => "okta_forbids",
                okta::Error::NotFound(_) => "okta_not_found",
                okta::Error::RateLimited(_) => "okta_rate_limited",
                okta::Error::Refused(_) => "okta_refuses",
                okta::Error::Failed(_) => "okta_fails",
                okta::Error::Unreadable(_) => "okta_unreadable",
                okta::Error::Unusable(_) => "client_unusable",
            },
            Error::Scopes(_) => "scope_missing",
            Error::NotVerified(_) => "hook_not_verified",
            Error::PublicUrl(_) => "public_url",
            Error::Spec(_) => "hook_malformed",
            Error::NotConnected(_) => "not_connected",
            Error::NoSecret(_) => "credentials_needed",
            Error::OtherOrg { .. } => "other_org",
            Error::NoHook => "no_hook",
            Error::TwoSecrets(_) => "two_secrets",
            Error::LeftBehind { .. } => "hook_left_behind",
            Error::Receiver(..) => "receiver",
            Error::Store(_) => "store",
            Error::Died => "internal",
        }
    }

    /// Returns the trouble of the catalogue that speaks of it.
    pub fn trouble(&self) -> Option<&'static Trouble> {
        match self {
            Error::Domain(_) => Some(DOMAIN),
            Error::Credentials(_) => Some(UNAUTHORIZED),
            Error::Okta { step, error } => Some(match (&**error, step) {
                (okta::Error::TokenRefused(refusal), _) if refusal.status == 401 => UNAUTHORIZED,
                (okta::Error::TokenRefused(_), _) | (_, Step::Domain | Step::Organisation | Step::Token) => DOMAIN,
                _ => NO_HOOK,
            }),
            Error::Scopes(_) | Error::NotVerified(_) | Error::Spec(_) | Error::NoHook => Some(NO_HOOK),
            Error::PublicUrl(_) | Error::Receiver(..) => Some(NO_ADDRESS),
            Error::OtherOrg { .. } => Some(OTHER_ORG),
            Error::NotConnected(_) | Error::NoSecret(_) | Error::TwoSecrets(_) | Error::LeftBehind { .. } | Error::Store(_) | Error::Died => None,
        }
    }

    /// Returns what to do next, beyond what the catalogue says: the one thing that this very error calls for.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::Domain(fault) => Some(fault.help()),
            Error::Okta { step: Step::HookVerified, error } if matches!(**error, okta::Error::Refused(_)) => {
                Some("Okta's call to the public address was not answered as it must be: check that it leads to the address that clarion listens on".to_owned())
            }
            Error::Okta { error, .. } => error.help(),
            Error::Scopes(missing) => {
                let each: Vec<String> = missing.iter().map(|scope| format!("`{}` to {}", scope.name(), scope.purpose())).collect();
                Some(format!("grant the app in Okta {}", each.join("; ")))
            }
            Error::PublicUrl(_) => Some("set CLARION_PUBLIC_URL or `--public-url`, such as `https://clarion.company.com`".to_owned()),
            Error::NotConnected(_) => Some("`clarion okta connect`".to_owned()),
            Error::NoSecret(_) => Some("`clarion okta reconnect`".to_owned()),
            Error::OtherOrg { .. } => Some("use the app that is installed in the same Okta org; `clarion okta disconnect` first to move to another".to_owned()),
            Error::NoHook => Some("`clarion okta recreate-hook`".to_owned()),
            Error::TwoSecrets(_) => Some("deliveries that are still under way may carry it; wait until then, or use `clarion okta recreate-hook`".to_owned()),
            Error::LeftBehind { .. } => Some(
                "try again later; `--forget` erases everything here all the same, and an admin deletes the hook in Okta under Workflow > Event Hooks"
                    .to_owned(),
            ),
            Error::Receiver(..) => Some("name another address with `--listen`".to_owned()),
            Error::Store(error) => error.help(),
            Error::Credentials(_) | Error::NotVerified(_) | Error::Spec(_) | Error::Died => None,
        }
    }

    /// Returns what is known of what Okta did at the time, for its support.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Error::Okta { error, .. } | Error::LeftBehind { error, .. } => error.request_id(),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        Error::Store(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Domain(fault) => fault.fmt(f),
            Error::Credentials(fault) => fault.fmt(f),
            Error::Okta { error, .. } => error.fmt(f),
            Error::Scopes(missing) => {
                let names: Vec<String> = missing.iter().map(|scope| format!("`{}`", scope.name())).collect();
                let noun = if missing.len() == 1 { "scope" } else { "scopes" };
                write!(f, "the token lacks the {noun} {}", names.join(", "))
            }
            Error::NotVerified(id) => write!(f, "Okta does not call the hook {id} verified and active after its verification"),
            Error::PublicUrl(fault) => fault.fmt(f),
            Error::Spec(fault) => fault.fmt(f),
            Error::NotConnected(workspace) => write!(f, "the workspace `{workspace}` is not connected"),
            Error::NoSecret(workspace) => write!(f, "no client secret is saved for the workspace `{workspace}`"),
            Error::OtherOrg { saved, found } => write!(f, "this workspace belongs to the org {saved}, and {found} is another one"),
            Error::NoHook => f.write_str("there is no managed hook"),
            Error::TwoSecrets(until) => write!(f, "the hook secret from before the last rotation is good until {until}, and there can be two at most"),
            Error::LeftBehind { hooks, error } => {
                let ids: Vec<&str> = hooks.iter().map(HookId::as_str).collect();
                let which = if ids.is_empty() { "the managed hook".to_owned() } else { format!("hook {}", ids.join(", ")) };
                write!(f, "{which} could not be deleted in Okta, so nothing was erased here: {error}")
            }
            Error::Receiver(address, why) => write!(f, "cannot listen on {address}: {why}"),
            Error::Store(error) => error.fmt(f),
            Error::Died => f.write_str("a part of this program died; please report it"),
        }
    }
}

impl std::error::Error for Error {}
