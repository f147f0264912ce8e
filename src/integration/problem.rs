//! Problems: what a look at a connection finds wrong, as data that can be saved and shown.

use serde::{Deserialize, Serialize};

use super::troubleshooting::{DOMAIN, NO_HOOK, OTHER_ORG, Trouble, UNAUTHORIZED};

/// What kind of problem it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Okta does not accept the saved credentials.
    CredentialsRefused,
    /// No client secret is saved.
    CredentialsMissing,
    /// The saved client secret does not open.
    CredentialsSealed,
    /// The org at the saved address is another one.
    OtherOrg,
    /// The token lacks a scope.
    ScopeMissing,
    /// Okta has no hook of the saved id.
    HookDeleted,
    /// The hook is not verified.
    HookUnverified,
    /// The hook delivers to another address.
    HookMoved,
    /// The hook's deliveries no longer carry our secret in the header that we look at.
    HookHeaderChanged,
    /// The hook is switched off.
    HookInactive,
    /// The hook no longer carries some of the event types that we asked for.
    HookEventsMissing,
    /// The hook carries event types that we did not ask for.
    HookEventsExtra,
    /// Somebody has given the hook a filter.
    HookFiltered,
    /// The enabled rules need other event types than the hook was asked to carry.
    RulesChanged,
    /// There is another hook of ours in the org.
    HookLeftOver,
    /// There is a hook of the same name in the org that this installation did not make.
    HookNamesake,
    /// Okta cannot be reached.
    Unreachable,
    /// The org's rate limit is used up.
    RateLimited,
    /// Okta fails, or answers what cannot be read.
    OktaFailing,
    /// This machine's clock is far off.
    ClockOff,
    /// Work on the connection was cut off.
    CutOff,
}

/// What a problem does to the connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Nothing; it is only said.
    Note,
    /// It works in part, or cannot be looked at.
    Degraded,
    /// Events no longer come by the hook.
    HookLost,
    /// Nothing works until there are new credentials.
    CredentialsNeeded,
}

/// Something that is wrong with a connection. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Of which kind.
    pub kind: ProblemKind,
    /// What is wrong: lower case, no full stop.
    pub text: String,
    /// What to do next.
    pub help: Option<String>,
}

impl ProblemKind {
    /// Returns what it does to the connection.
    pub fn effect(self) -> Effect {
        match self {
            ProblemKind::CredentialsRefused | ProblemKind::CredentialsMissing | ProblemKind::CredentialsSealed | ProblemKind::OtherOrg => {
                Effect::CredentialsNeeded
            }
            ProblemKind::HookDeleted | ProblemKind::HookUnverified | ProblemKind::HookMoved | ProblemKind::HookHeaderChanged => Effect::HookLost,
            ProblemKind::ScopeMissing
            | ProblemKind::HookInactive
            | ProblemKind::HookEventsMissing
            | ProblemKind::HookFiltered
            | ProblemKind::HookLeftOver
            | ProblemKind::RulesChanged
            | ProblemKind::Unreachable
            | ProblemKind::RateLimited
            | ProblemKind::OktaFailing
            | ProblemKind::CutOff => Effect::Degraded,
            ProblemKind::HookEventsExtra | ProblemKind::HookNamesake | ProblemKind::ClockOff => Effect::Note,
        }
    }

    /// Returns the trouble of the catalogue that speaks of it.
    pub fn trouble(self) -> Option<&'static Trouble> {
        match self {
            ProblemKind::CredentialsRefused => Some(UNAUTHORIZED),
            ProblemKind::OtherOrg => Some(OTHER_ORG),
            ProblemKind::ScopeMissing | ProblemKind::HookDeleted | ProblemKind::HookUnverified => Some(NO_HOOK),
            ProblemKind::Unreachable => Some(DOMAIN),
            _ => None,
        }
    }

    /// Returns its name in the API.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, text: impl Into<String>) -> Problem {
        Problem { kind, text: text.into(), help: None }
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Problem {
        self.help = Some(text.into());
        self
    }
}
