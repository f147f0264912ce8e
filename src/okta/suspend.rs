//! Suspending a user so that the answer is true: look, act, look again.
//!
//! Okta suspends active users only and refuses all others with one and the same code; that refusal is never taken for success. When an
//! answer gets lost the user is looked at again, and nothing is repeated blindly.

use std::time::Duration;

use tokio::time::sleep;

use super::{ClearSessions, Client, Error, User, UserId, UserKey, UserStatus};

/// The pauses before each look at a user after an answer got lost: Okta may still be at work on it.
const LOOKS: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

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
        let key = UserKey::Id(id.clone());
        let before = self.user(&key).await?;
        let outcome = match &before.status {
            UserStatus::Suspended => SuspensionOutcome::AlreadySuspended,
            UserStatus::Deprovisioned => SuspensionOutcome::Deactivated,
            UserStatus::Active => self.suspend_active(&key, id).await,
            // A status that was invented after this program: Okta's own offer decides.
            UserStatus::Other(_) if before.offers("suspend") == Some(true) => self.suspend_active(&key, id).await,
            status => SuspensionOutcome::NotPossible { status: status.clone(), instead: instead_of(status) },
        };
        // Also for users who cannot be suspended, and who were suspended before: a suspension is not said to end what is open.
        let sessions = match outcome {
            SuspensionOutcome::Deactivated => Sessions::NotTried,
            _ => {
                let what = ClearSessions { oauth_tokens: true, forget_devices: None };
                self.clear_sessions(id, what).await.map_or_else(Sessions::Failed, |()| Sessions::Cleared)
            }
        };
        let after = self.user(&key).await.ok();
        Ok(Suspension { outcome: in_the_end(outcome, after.as_ref()), sessions, before, after })
    }

    /// Suspends, and looks when it is not certain what came of it.
    async fn suspend_active(&self, key: &UserKey, id: &UserId) -> SuspensionOutcome {
        let error = match self.suspend(id).await {
            Ok(()) => return SuspensionOutcome::Suspended,
            Err(error) => error,
        };
        let mut status = None;
        let looks = if error.outcome_unknown() { LOOKS.as_slice() } else { &[Duration::ZERO] };
        for pause in looks {
            sleep(*pause).await;
            status = self.user(key).await.ok().map(|user| user.status).or(status);
            if status.as_ref().is_some_and(|status| *status != UserStatus::Active) {
                break;
            }
        }
        match status {
            Some(UserStatus::Suspended) => SuspensionOutcome::Suspended,
            Some(UserStatus::Deprovisioned) => SuspensionOutcome::Deactivated,
            Some(UserStatus::Active) | None if error.outcome_unknown() => SuspensionOutcome::Unconfirmed { status, error },
            Some(UserStatus::Active) | None => SuspensionOutcome::Refused { status, error },
            Some(other) => SuspensionOutcome::NotPossible { instead: instead_of(&other), status: other },
        }
    }
}

/// Takes the last look into account: it settles what was uncertain, and unsettles what somebody has undone at once.
fn in_the_end(outcome: SuspensionOutcome, after: Option<&User>) -> SuspensionOutcome {
    match (outcome, after.map(|user| &user.status)) {
        (SuspensionOutcome::Unconfirmed { .. } | SuspensionOutcome::Refused { .. }, Some(UserStatus::Suspended)) => SuspensionOutcome::Suspended,
        (SuspensionOutcome::Unconfirmed { error, .. }, Some(status)) => SuspensionOutcome::Unconfirmed { status: Some(status.clone()), error },
        (outcome, _) => outcome,
    }
}

/// Returns what can be done with users in a status in which Okta does not suspend, best first.
fn instead_of(status: &UserStatus) -> Vec<Instead> {
    match status {
        UserStatus::LockedOut => vec![Instead::ClearSessions, Instead::UnlockThenSuspend, Instead::ResetPassword, Instead::Deactivate],
        UserStatus::PasswordExpired => vec![Instead::ClearSessions, Instead::ResetPassword, Instead::Deactivate],
        UserStatus::Recovery | UserStatus::Provisioned | UserStatus::Staged => vec![Instead::ClearSessions, Instead::Deactivate],
        _ => vec![Instead::ClearSessions, Instead::ResetPassword, Instead::Deactivate],
    }
}
