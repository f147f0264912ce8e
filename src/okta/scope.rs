//! The three scopes that Clarion asks for, and what a token grants.

use std::time::Duration;

/// A scope that Clarion needs, in the order in which it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    /// Create, update, verify and delete the managed event hook; reading is included.
    EventHooksManage,
    /// Read the System Log.
    LogsRead,
    /// Look users up and act on them; reading is included.
    UsersManage,
}

impl Scope {
    /// All of them.
    pub const ALL: [Scope; 3] = [Scope::EventHooksManage, Scope::LogsRead, Scope::UsersManage];

    /// Returns Okta's name of the scope.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::EventHooksManage => "okta.eventHooks.manage",
            Scope::LogsRead => "okta.logs.read",
            Scope::UsersManage => "okta.users.manage",
        }
    }

    /// Returns what Clarion needs it for, to follow "needed to".
    pub const fn purpose(self) -> &'static str {
        match self {
            Scope::EventHooksManage => "create, update, verify and delete the event hook that Clarion manages",
            Scope::LogsRead => "read System Log events for monitoring and investigations",
            Scope::UsersManage => "look users up and act on them, such as suspending an account",
        }
    }

    /// Returns the scope of that name; one that Clarion does not ask for is none. A `.read` scope counts as part of its `.manage`.
    pub fn named(name: &str) -> Option<Scope> {
        match name {
            "okta.eventHooks.manage" | "okta.eventHooks.read" => Some(Scope::EventHooksManage),
            "okta.logs.read" => Some(Scope::LogsRead),
            "okta.users.manage" | "okta.users.read" => Some(Scope::UsersManage),
            _ => None,
        }
    }

    /// Returns all names with spaces between, as the token request wants them.
    pub(super) fn request() -> String {
        Scope::ALL.map(Scope::name).join(" ")
    }
}

/// What a token allows. Holds no token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The granted scopes by Okta's names; none where the answer did not say, which means: as asked for (RFC 6749, 5.1).
    pub scopes: Option<Vec<String>>,
    /// How long the token lived when it was given out.
    pub lifetime: Duration,
}

impl Grant {
    /// Returns the scopes that Clarion needs and did not get.
    pub fn missing(&self) -> Vec<Scope> {
        match &self.scopes {
            None => Vec::new(),
            Some(scopes) => Scope::ALL.into_iter().filter(|scope| !scopes.iter().any(|granted| granted == scope.name())).collect(),
        }
    }
}
