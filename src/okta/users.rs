//! Users: finding them, and the acts that contain an attack.

use super::limiter::Bucket;
use super::request::Request;
use super::{Call, Client, Error, Fault, Secret, User, UserId, UserKey, read};

const USERS: &str = "/api/v1/users";
const LIST: Call = Call::named("GET /api/v1/users");
const GET: Call = Call::named("GET /api/v1/users/{id}");
const SUSPEND: Call = Call::named("POST /api/v1/users/{id}/lifecycle/suspend");
const UNSUSPEND: Call = Call::named("POST /api/v1/users/{id}/lifecycle/unsuspend");
const DEACTIVATE: Call = Call::named("POST /api/v1/users/{id}/lifecycle/deactivate");
const EXPIRE_PASSWORD: Call = Call::named("POST /api/v1/users/{id}/lifecycle/expire_password");
const RESET_PASSWORD: Call = Call::named("POST /api/v1/users/{id}/lifecycle/reset_password");
const RESET_FACTORS: Call = Call::named("POST /api/v1/users/{id}/lifecycle/reset_factors");
const UNLOCK: Call = Call::named("POST /api/v1/users/{id}/lifecycle/unlock");
const CLEAR_SESSIONS: Call = Call::named("DELETE /api/v1/users/{id}/sessions");
/// Most users that one page holds.
const PAGE_MAX: usize = 200;

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
        let name = match key {
            UserKey::Id(id) => id.as_str().to_owned(),
            // A slash ends the segment even when it is encoded, and dots alone mean a folder.
            UserKey::Login(login) if login.contains('/') || matches!(login.as_str(), "." | "..") => return self.user_by_filter(login).await,
            UserKey::Login(login) => segment(login),
        };
        let url = self.org().transport().url(&format!("{USERS}/{name}"));
        self.ask_user(Request::new(GET, url, Bucket::UserRead)).await
    }

    async fn user_by_filter(&self, login: &str) -> Result<User, Error> {
        let filter = format!("profile.login eq {}", quoted(login));
        let found = self.search_users(&UserSearch::Filter(filter), 2).await?;
        let user = found.into_iter().find(|user| user.login.as_deref() == Some(login));
        user.ok_or_else(|| {
            let summary = Some("no user has this login".to_owned());
            Error::NotFound(Box::new(Fault { call: LIST, status: 404, code: None, summary, causes: Vec::new(), request_id: None, error_id: None }))
        })
    }

    /// Finds users, at most `limit` of them over all pages.
    pub async fn search_users(&self, search: &UserSearch, limit: usize) -> Result<Vec<User>, Error> {
        let per_page = limit.clamp(1, PAGE_MAX).to_string();
        let (name, value) = match search {
            UserSearch::Prefix(text) => ("q", text),
            UserSearch::Expression(text) => ("search", text),
            UserSearch::Filter(text) => ("filter", text),
        };
        let url = self.org().transport().url_with(USERS, &[(name, value), ("limit", &per_page)]);
        let rows = self.list(LIST, url, USERS, Bucket::UserList, limit).await?;
        Ok(rows.iter().filter_map(User::of).collect())
    }

    /// Suspends a user, who must be active. [`suspend_safely`](Client::suspend_safely) is what to use.
    pub async fn suspend(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(SUSPEND, id, "lifecycle/suspend")).await
    }

    /// Lifts a suspension.
    pub async fn unsuspend(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(UNSUSPEND, id, "lifecycle/unsuspend")).await
    }

    /// Deactivates a user without a word to them. Apps take accounts away: this cannot be undone in full.
    pub async fn deactivate(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(DEACTIVATE, id, "lifecycle/deactivate?sendEmail=false").header("prefer", "respond-async")).await
    }

    /// Makes the user choose a new password at the next sign-in.
    pub async fn expire_password(&self, id: &UserId) -> Result<User, Error> {
        self.ask_user(self.user_request(EXPIRE_PASSWORD, id, "lifecycle/expire_password")).await
    }

    /// Resets the password by an e-mail to the user.
    pub async fn reset_password_by_email(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(RESET_PASSWORD, id, "lifecycle/reset_password?sendEmail=true")).await
    }

    /// Resets the password and returns the one-time link, which is a secret: whoever has it sets the password.
    pub async fn reset_password_with_link(&self, id: &UserId) -> Result<Secret, Error> {
        let request = self.user_request(RESET_PASSWORD, id, "lifecycle/reset_password?sendEmail=false");
        self.ask(request, |answer| read::object(&answer, |value| read::text(value, "resetPasswordUrl").map(Secret::new), "a link was expected")).await
    }

    /// Removes all factors. Clear sessions first: whoever holds the password can then enrol their own.
    pub async fn reset_factors(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(RESET_FACTORS, id, "lifecycle/reset_factors")).await
    }

    /// Unlocks a user.
    pub async fn unlock(&self, id: &UserId) -> Result<(), Error> {
        self.act(self.user_request(UNLOCK, id, "lifecycle/unlock")).await
    }

    /// Ends all of a user's sessions with Okta; sessions that apps hold on their own live on.
    pub async fn clear_sessions(&self, id: &UserId, what: ClearSessions) -> Result<(), Error> {
        let forget = what.forget_devices.map(|forget| format!("&forgetDevices={forget}")).unwrap_or_default();
        let rest = format!("sessions?oauthTokens={}{forget}", what.oauth_tokens);
        self.act(self.user_request(CLEAR_SESSIONS, id, &rest).repeatable()).await
    }

    fn user_request(&self, call: Call, id: &UserId, rest: &str) -> Request {
        Request::new(call, self.org().transport().url(&format!("{USERS}/{id}/{rest}")), Bucket::UserWrite)
    }

    async fn ask_user(&self, request: Request) -> Result<User, Error> {
        self.ask(request, |answer| read::object(&answer, User::of, "a user with an `id` was expected")).await
    }

    async fn act(&self, request: Request) -> Result<(), Error> {
        self.ask(request, |answer| read::nothing(&answer)).await
    }
}

/// Encodes a text as one segment of a path: everything but letters, digits and `-._~`.
fn segment(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Writes a text as a value of a SCIM expression.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
