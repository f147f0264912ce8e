//! Suspending a user so that the answer is true: look, act, look again.
//!
//! Okta suspends active users only and refuses all others with one and the same code; that refusal is never taken for success. When an
//! answer gets lost the user is looked at again, and nothing is repeated blindly.

use super::{Client, Error, User, UserId, UserStatus};

/// What came of a suspension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suspension {
    /// What happened.
    pub outcome: SuspensionOutcome,
    /// Whether their sessions and tokens were ended.
    pub sessions: Sessions,
    /// The user before.
    pub before: User,
    /// The user after, as read at the very end; none if that failed.
    pub after: Option<User>,
}

/// What happened to the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SuspensionOutcome {
    /// They were active and are now suspended.
    Suspended,
    /// They were suspended already.
    AlreadySuspended,
    /// They are deactivated: there is nothing to suspend.
    Deactivated,
    /// Okta does not suspend users in this status; what can be done instead, best first. They can possibly still sign in.
    NotPossible {
        /// The status.
        status: UserStatus,
        /// What can be done instead.
        instead: Vec<Instead>,
    },
    /// Okta refused although the status allows it.
    Refused {
        /// The status that was read afterwards; none if that failed.
        status: Option<UserStatus>,
        /// What Okta said.
        error: Error,
    },
    /// The answer got lost, and the user does not, or not yet, appear suspended. Look again later before acting again.
    Unconfirmed {
        /// The status that was read last; none if that failed.
        status: Option<UserStatus>,
        /// How the answer got lost.
        error: Error,
    },
}

/// What can be done with a user whom Okta does not suspend.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instead {
    /// End their sessions and tokens; done already where [`Sessions::Cleared`].
    ClearSessions,
    /// Unlock, then suspend at once.
    UnlockThenSuspend,
    /// Reset the password.
    ResetPassword,
    /// Deactivate; cannot be undone in full.
    Deactivate,
}

/// What came of ending sessions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sessions {
    /// Ended, OAuth tokens too.
    Cleared,
    /// Not tried: the user is deactivated, or whether they are suspended is unknown because Okta cannot be reached.
    NotTried,
    /// Tried in vain.
    Failed(Error),
}

impl Client {
    /// Suspends a user and ends their sessions and tokens. Gives an error only when the user could not even be looked at; everything else
    /// is an outcome. Safe to call again: a second call finishes what a first one left.
    pub async fn suspend_safely(&self, id: &UserId) -> Result<Suspension, Error> {
        let _ = id;
        todo!()
    }
}
