//! Event hooks: list, create, read, replace, delete, and the four steps of their life.

use std::fmt;

use super::{Client, Error, HookSpec};

/// Okta's id of an event hook, such as `who8vt36qfNpCGz9H1e6`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HookId(String);

impl HookId {
    /// Reads an id: 1 to 64 letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Option<HookId> {
        super::call::is_id(text).then(|| HookId(text.to_owned()))
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a hook is switched on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HookStatus {
    /// It is.
    Active,
    /// It is not.
    Inactive,
    /// Something that this program does not know.
    Other(String),
}

/// Whether the receiver of a hook has answered Okta's challenge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verification {
    /// It has.
    Verified,
    /// It has not, or the channel was changed since.
    Unverified,
    /// Something that this program does not know.
    Other(String),
}

/// An event hook as Okta describes it. Never holds the secret, which Okta never gives back, nor the values of custom headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventHook {
    /// Okta's id.
    pub id: HookId,
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub status: HookStatus,
    /// Whether its receiver has answered the challenge.
    pub verification: Verification,
    /// The event types, sorted.
    pub events: Vec<String>,
    /// Whether Okta filters events before it delivers them: somebody has edited the hook.
    pub filtered: bool,
    /// Where it delivers to.
    pub uri: Option<String>,
    /// The header that carries the secret.
    pub auth_header: Option<String>,
    /// Names of custom headers.
    pub headers: Vec<String>,
    /// When it was made, as Okta writes it.
    pub created: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was last changed, as Okta writes it; may be stale in the answer to a change.
    pub last_updated: Option<String>,
}

impl EventHook {
    /// Whether Okta delivers to it: switched on and verified.
    pub fn delivers(&self) -> bool {
        self.status == HookStatus::Active && self.verification == Verification::Verified
    }
}

impl Client {
    /// Lists all event hooks of the org.
    pub async fn hooks(&self) -> Result<Vec<EventHook>, Error> {
        todo!()
    }

    /// Reads a hook.
    pub async fn hook(&self, id: &HookId) -> Result<EventHook, Error> {
        let _ = id;
        todo!()
    }

    /// Creates a hook; it is active and not verified. After [`Error::outcome_unknown`] look for it before creating another.
    pub async fn create_hook(&self, spec: &HookSpec) -> Result<EventHook, Error> {
        let _ = spec;
        todo!()
    }

    /// Replaces what a hook is. If that changes its channel, it has to be verified again.
    pub async fn replace_hook(&self, id: &HookId, spec: &HookSpec) -> Result<EventHook, Error> {
        let _ = (id, spec);
        todo!()
    }

    /// Deletes a hook, which must be inactive.
    pub async fn delete_hook(&self, id: &HookId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Switches a hook on.
    pub async fn activate_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        let _ = id;
        todo!()
    }

    /// Switches a hook off.
    pub async fn deactivate_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        let _ = id;
        todo!()
    }

    /// Has Okta challenge the hook's receiver, which must answer while this call is open. Refused (400) when the receiver does not.
    pub async fn verify_hook(&self, id: &HookId) -> Result<EventHook, Error> {
        let _ = id;
        todo!()
    }
}
