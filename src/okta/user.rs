//! A user as Okta describes them, read leniently.

use std::fmt;

use serde_json::Value;

use super::{call, clean, read};

/// Okta's id of a user, such as `00u1a2b3c4D5E6F7G8h9`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UserId(String);

impl UserId {
    /// Reads an id: 1 to 64 letters, digits, `-` and `_`. The word `me` is refused, which means whoever asks.
    pub fn parse(text: &str) -> Option<UserId> {
        (call::is_id(text) && text != "me").then(|| UserId(text.to_owned()))
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a user is named in a question: by id or by login.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UserKey {
    /// By Okta's id.
    Id(UserId),
    /// By login, such as `jo@example.com`.
    Login(String),
}

/// Longest login.
const LOGIN_BYTES_MAX: usize = 512;

impl UserKey {
    /// Reads what a person wrote: `00u` and 17 letters or digits is an id, everything else a login. Empty, overlong and control characters are none.
    pub fn parse(text: &str) -> Option<UserKey> {
        let text = text.trim();
        let is_id = text.len() == 20 && text.starts_with("00u") && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_id {
            return UserId::parse(text).map(UserKey::Id);
        }
        let fine = !text.is_empty() && text.len() <= LOGIN_BYTES_MAX && !text.chars().any(char::is_control) && text != "me";
        fine.then(|| UserKey::Login(text.to_owned()))
    }
}

/// Where a user stands in their life.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum UserStatus {
    /// May sign in; the only state that can be suspended.
    Active,
    /// Deactivated.
    Deprovisioned,
    /// Locked after too many failed attempts.
    LockedOut,
    /// Has to choose a new password.
    PasswordExpired,
    /// Activated and has not set up credentials.
    Provisioned,
    /// Is resetting the password.
    Recovery,
    /// Never activated.
    Staged,
    /// Suspended.
    Suspended,
    /// One that this program does not know.
    Other(String),
}

impl UserStatus {
    /// Reads Okta's word.
    pub fn named(word: &str) -> UserStatus {
        match word {
            "ACTIVE" => UserStatus::Active,
            "DEPROVISIONED" => UserStatus::Deprovisioned,
            "LOCKED_OUT" => UserStatus::LockedOut,
            "PASSWORD_EXPIRED" => UserStatus::PasswordExpired,
            "PROVISIONED" => UserStatus::Provisioned,
            "RECOVERY" => UserStatus::Recovery,
            "STAGED" => UserStatus::Staged,
            "SUSPENDED" => UserStatus::Suspended,
            other => UserStatus::Other(clean(other)),
        }
    }

    /// Returns Okta's word.
    pub fn name(&self) -> &str {
        match self {
            UserStatus::Active => "ACTIVE",
            UserStatus::Deprovisioned => "DEPROVISIONED",
            UserStatus::LockedOut => "LOCKED_OUT",
            UserStatus::PasswordExpired => "PASSWORD_EXPIRED",
            UserStatus::Provisioned => "PROVISIONED",
            UserStatus::Recovery => "RECOVERY",
            UserStatus::Staged => "STAGED",
            UserStatus::Suspended => "SUSPENDED",
            UserStatus::Other(word) => word,
        }
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A user. Texts are as Okta holds them: made by people, so escape them wherever they are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// Okta's id.
    pub id: UserId,
    /// Where they stand.
    pub status: UserStatus,
    /// Where they are about to stand, while Okta is at work on it.
    pub transitioning_to: Option<UserStatus>,
    /// The name they sign in with.
    pub login: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// When they were made, as Okta writes it.
    pub created: Option<String>,
    /// When they were activated.
    pub activated: Option<String>,
    /// When the status last changed.
    pub status_changed: Option<String>,
    /// When they last signed in.
    pub last_login: Option<String>,
    /// When anything last changed.
    pub last_updated: Option<String>,
    /// When the password last changed.
    pub password_changed: Option<String>,
    /// Which operations Okta offers in this state, by its names (`suspend`, `unlock`, ...); empty when the user came from a list.
    pub offers: Vec<String>,
}

impl User {
    /// Reads Okta's description; none without an id. Whatever else is missing or odd is left out.
    pub(super) fn of(value: &Value) -> Option<User> {
        let text = |key: &str| read::text(value, key);
        let profile = |key: &str| read::text(value.get("profile")?, key);
        let links = value.get("_links").and_then(Value::as_object);
        let mut offers: Vec<String> = links.into_iter().flatten().filter(|(_, link)| link.get("method").is_some()).map(|(name, _)| clean(name)).collect();
        offers.sort_unstable();
        Some(User {
            id: UserId::parse(&text("id")?)?,
            status: UserStatus::named(&text("status").unwrap_or_default()),
            transitioning_to: text("transitioningToStatus").map(|word| UserStatus::named(&word)),
            login: profile("login"),
            email: profile("email"),
            first_name: profile("firstName"),
            last_name: profile("lastName"),
            created: text("created"),
            activated: text("activated"),
            status_changed: text("statusChanged"),
            last_login: text("lastLogin"),
            last_updated: text("lastUpdated"),
            password_changed: text("passwordChanged"),
            offers,
        })
    }

    /// Whether Okta offers an operation in this state; none when it does not say (users from lists).
    pub fn offers(&self, operation: &str) -> Option<bool> {
        (!self.offers.is_empty()).then(|| self.offers.iter().any(|offer| offer == operation))
    }
}
