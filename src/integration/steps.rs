//! The steps of work on a connection, as they are written to the journal and shown while they happen.

use crate::store::StepState;

/// A step. Its order here is no order of doing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// The domain is cleaned and allowed.
    Domain,
    /// The org answers.
    Organisation,
    /// Okta gives a token for the credentials.
    Token,
    /// Each scope is tried.
    Scopes,
    /// The credentials are saved.
    CredentialsSaved,
    /// Hooks that were left behind are taken away.
    OldHooks,
    /// The hook is created, or an existing one of ours is taken.
    HookCreated,
    /// The hook has its new secret.
    HookChanged,
    /// Okta has verified the hook.
    HookVerified,
    /// Everything is saved.
    Saved,
    /// The old hook is switched off and deleted.
    OldHookDeleted,
    /// The hook is switched off and deleted.
    HookDeleted,
    /// The saved secrets are erased.
    SecretsErased,
}

impl Step {
    /// Returns its name in the journal and the API.
    pub fn name(self) -> &'static str {
        match self {
            Step::Domain => "domain",
            Step::Organisation => "organisation",
            Step::Token => "token",
            Step::Scopes => "scopes",
            Step::CredentialsSaved => "credentials_saved",
            Step::OldHooks => "old_hooks",
            Step::HookCreated => "hook_created",
            Step::HookChanged => "hook_changed",
            Step::HookVerified => "hook_verified",
            Step::Saved => "saved",
            Step::OldHookDeleted => "old_hook_deleted",
            Step::HookDeleted => "hook_deleted",
            Step::SecretsErased => "secrets_erased",
        }
    }

    /// Returns what stands in a list of steps.
    pub fn label(self) -> &'static str {
        match self {
            Step::Domain => "domain",
            Step::Organisation => "org",
            Step::Token => "token",
            Step::Scopes => "scopes",
            Step::CredentialsSaved => "credentials saved",
            Step::OldHooks => "old hooks",
            Step::HookCreated => "hook created",
            Step::HookChanged => "hook changed",
            Step::HookVerified => "hook verified",
            Step::Saved => "saved",
            Step::OldHookDeleted => "old hook deleted",
            Step::HookDeleted => "hook deleted",
            Step::SecretsErased => "secrets erased",
        }
    }
}

/// That a step is somewhere. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Which step.
    pub step: Step,
    /// How far it is.
    pub state: StepState,
    /// What it came to, or why it did not.
    pub detail: Option<String>,
}

/// Who is told of each step while it happens. Called often and from any thread: it hands on and returns at once.
pub type Watch = dyn Fn(Report) + Send + Sync;
