//! Users: finding them, and the acts that contain an attack.

use super::{Client, Error, Secret, User, UserId, UserKey};

/// What else to clear with a user's sessions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClearSessions {
    /// Also revoke OAuth tokens that were given out for them.
    pub oauth_tokens: bool,
    /// Also forget their devices, so that the next sign-in asks for all factors; none leaves it to the org's engine.
    pub forget_devices: Option<bool>,
}

/// What to look for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UserSearch {
    /// A beginning of first name, last name or e-mail; at most 10 users, never deactivated ones.
    Prefix(String),
    /// A SCIM expression over all properties, deactivated users included; new users appear with a delay.
    Expression(String),
    /// A SCIM expression over few properties with `eq` only, without delay.
    Filter(String),
}

impl Client {
    /// Reads a user; also finds logins that cannot stand in a path.
    pub async fn user(&self, key: &UserKey) -> Result<User, Error> {
        let _ = key;
        todo!()
    }

    /// Finds users, at most `limit` of them over all pages.
    pub async fn search_users(&self, search: &UserSearch, limit: usize) -> Result<Vec<User>, Error> {
        let _ = (search, limit);
        todo!()
    }

    /// Suspends a user, who must be active. [`suspend_safely`](Client::suspend_safely) is what to use.
    pub async fn suspend(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Lifts a suspension.
    pub async fn unsuspend(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Deactivates a user without a word to them. Apps take accounts away: this cannot be undone in full.
    pub async fn deactivate(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Makes the user choose a new password at the next sign-in.
    pub async fn expire_password(&self, id: &UserId) -> Result<User, Error> {
        let _ = id;
        todo!()
    }

    /// Resets the password by an e-mail to the user.
    pub async fn reset_password_by_email(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Resets the password and returns the one-time link, which is a secret: whoever has it sets the password.
    pub async fn reset_password_with_link(&self, id: &UserId) -> Result<Secret, Error> {
        let _ = id;
        todo!()
    }

    /// Removes all factors. Clear sessions first: whoever holds the password can then enrol their own.
    pub async fn reset_factors(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Unlocks a user.
    pub async fn unlock(&self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Ends all of a user's sessions with Okta; sessions that apps hold on their own live on.
    pub async fn clear_sessions(&self, id: &UserId, what: ClearSessions) -> Result<(), Error> {
        let _ = (id, what);
        todo!()
    }
}
