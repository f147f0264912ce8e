//! What is done to users: from which status, to which, and what Okta says otherwise.

use serde_json::{Value, json};

use crate::event::Span;
use crate::fake_okta::answer::{Answer, fault, invalid, not_found};
use crate::fake_okta::call::Call;
use crate::fake_okta::oauth::Caller;
use crate::fake_okta::options::Engine;
use crate::fake_okta::org::{Noted, Org};

use super::model::{Status, User};
use super::place;

/// Answers `POST /api/v1/users/{id}/lifecycle/{act}`.
pub(super) fn act(org: &mut Org, call: &Call, caller: &Caller, id: &str, act: &str) -> Answer {
    let at = match place(org, id) {
        Ok(at) => at,
        Err(refusal) => return refusal,
    };
    let done = match act {
        "suspend" => suspend(org, call, caller, at),
        "unsuspend" => unsuspend(org, call, caller, at),
        "deactivate" => deactivate(org, call, caller, at),
        "activate" => activate(org, call, caller, at),
        "reactivate" => reactivate(org, call, caller, at),
        "unlock" => unlock(org, call, caller, at),
        "expire_password" => expire_password(org, call, caller, at),
        "reset_password" => reset_password(org, call, caller, at),
        "reset_factors" => reset_factors(org, call, caller, at),
        _ => Err(fault(404, "E0000007", &format!("Not found: Resource not found: {} (Endpoint)", call.path), &[])),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn status(org: &Org, at: usize) -> Status {
    org.users.get(at).map_or(Status::Deprovisioned, |user| user.status)
}

/// Changes a user, with the times that go with it, and writes the event.
fn change(org: &mut Org, call: &Call, caller: &Caller, at: usize, to: Status, what: Noted<'_>) {
    let (now, lag) = (org.now_seconds(), Span::micros(org.switches.search_lag_ms.saturating_mul(1000)));
    let past = (lag > Span::ZERO).then(|| (org.users.get(at).map(|user| user.in_list(org)), org.now().plus(lag)));
    let Some(user) = org.users.get_mut(at) else { return };
    user.past = past;
    user.last_updated = now;
    if user.status != to {
        user.status = to;
        user.status_changed = Some(now);
    }
    if to != Status::Active && (to != Status::Suspended || org.switches.suspend_ends_sessions) {
        user.sessions = 0;
    }
    let what = what.target(user.as_target());
    org.note(call, caller, &what);
}

fn not_now() -> Answer {
    fault(403, "E0000038", "This operation is not allowed in the user's current status.", &[])
}

fn suspend(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if status(org, at) != Status::Active {
        let sentence = "Cannot suspend a user that is not active";
        return Err(fault(400, "E0000001", &format!("Api validation failed: {sentence}"), &[sentence]));
    }
    change(org, call, caller, at, Status::Suspended, Noted::new("user.lifecycle.suspend", "Suspend Okta user"));
    Ok(Answer::ok(json!({})))
}

fn unsuspend(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if status(org, at) != Status::Suspended {
        let sentence = "Cannot unsuspend a user that is not suspended";
        return Err(fault(400, "E0000001", &format!("Api validation failed: {sentence}"), &[sentence]));
    }
    change(org, call, caller, at, Status::Active, Noted::new("user.lifecycle.unsuspend", "Unsuspend Okta user"));
    Ok(Answer::ok(json!({})))
}

fn deactivate(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if status(org, at) == Status::Deprovisioned {
        return Err(not_now());
    }
    change(org, call, caller, at, Status::Deprovisioned, Noted::new("user.lifecycle.deactivate", "Deactivate Okta user"));
    if let Some(user) = org.users.get_mut(at) {
        user.has_password = false;
        user.factors = 0;
    }
    Ok(if org.switches.engine == Engine::Identity { Answer::ok(json!({})) } else { Answer::no_content() })
}

fn activate(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if !matches!(status(org, at), Status::Staged | Status::Deprovisioned) {
        return Err(fault(403, "E0000016", "Activation failed because the user is already active", &[]));
    }
    let has_password = org.users.get(at).is_some_and(|user| user.has_password);
    let to = if has_password { Status::Active } else { Status::Provisioned };
    change(org, call, caller, at, to, Noted::new("user.lifecycle.activate", "Activate Okta user"));
    let now = org.now_seconds();
    if let Some(user) = org.users.get_mut(at) {
        user.activated = Some(now);
    }
    Ok(activation(org, call, true))
}

fn reactivate(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if !matches!(status(org, at), Status::Provisioned | Status::Recovery) {
        return Err(not_now());
    }
    change(org, call, caller, at, Status::Provisioned, Noted::new("user.lifecycle.reactivate", "Reactivate Okta user"));
    Ok(activation(org, call, false))
}

/// A link to activate, which is sent by mail unless the caller wants it.
fn activation(org: &mut Org, call: &Call, mailed: bool) -> Answer {
    if call.param("sendEmail").map_or(mailed, |value| value == "true") {
        return Answer::ok(json!({}));
    }
    let token = org.ids.text(20);
    Answer::ok(json!({ "activationUrl": format!("{}/welcome/{token}", org.base), "activationToken": token }))
}

fn unlock(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if status(org, at) != Status::LockedOut {
        return Err(fault(403, "E0000032", "Unlock is not allowed for this user.", &["The user is not locked out."]));
    }
    change(org, call, caller, at, Status::Active, Noted::new("user.account.unlock_by_admin", "Unlock user account by administrator"));
    Ok(Answer::ok(json!({})))
}

fn expire_password(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    if !matches!(status(org, at), Status::Active | Status::PasswordExpired | Status::LockedOut | Status::Recovery) {
        return Err(not_now());
    }
    let before = org.users.get(at).and_then(|user| user.status_changed);
    change(org, call, caller, at, Status::PasswordExpired, Noted::new("user.account.expire_password", "User password expired"));
    let Some(mut shown) = org.users.get(at).cloned() else { return Err(not_now()) };
    // The answer still has the time of the change before, as recorded.
    shown.status_changed = before;
    Ok(Answer::ok(shown.json(org)))
}

fn reset_password(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    let Some(send) = call.param("sendEmail") else { return Err(invalid("sendEmail", "The field cannot be left blank")) };
    if matches!(status(org, at), Status::Staged | Status::Suspended | Status::Deprovisioned) {
        return Err(fault(403, "E0000017", "Password reset failed", &[]));
    }
    change(org, call, caller, at, Status::Recovery, Noted::new("user.account.reset_password", "Fired when the user's Okta password is reset"));
    if send == "true" {
        return Ok(Answer::ok(json!({})));
    }
    let token = org.ids.text(20);
    Ok(Answer::ok(json!({ "resetPasswordUrl": format!("{}/reset_password/{token}", org.base) })))
}

fn reset_factors(org: &mut Org, call: &Call, caller: &Caller, at: usize) -> Result<Answer, Answer> {
    let now = status(org, at);
    if now == Status::Deprovisioned {
        return Err(not_now());
    }
    change(org, call, caller, at, now, Noted::new("user.mfa.factor.reset_all", "Reset all factors for user"));
    if let Some(user) = org.users.get_mut(at) {
        user.factors = 0;
    }
    Ok(Answer::ok(json!({})))
}

fn by_id<'o>(org: &'o mut Org, id: &str) -> Result<&'o mut User, Answer> {
    org.users.iter_mut().find(|user| user.id == id).ok_or_else(|| not_found(id, "User"))
}

/// Answers `DELETE /api/v1/users/{id}/sessions`, which takes only the id.
pub(super) fn clear_sessions(org: &mut Org, call: &Call, caller: &Caller, id: &str) -> Answer {
    let user = match by_id(org, id) {
        Ok(user) => user,
        Err(refusal) => return refusal,
    };
    user.sessions = 0;
    let what = Noted::new("user.session.clear", "Clear user session").target(user.as_target());
    org.note(call, caller, &what);
    if call.param("oauthTokens") == Some("true") {
        return revoke(org, call, caller, id, "app.oauth2.token.revoke.implicit.user");
    }
    Answer::no_content()
}

/// Takes back what a user has allowed; the event says which.
pub(super) fn revoke(org: &mut Org, call: &Call, caller: &Caller, id: &str, event_type: &str) -> Answer {
    let target = match by_id(org, id) {
        Ok(user) => user.as_target(),
        Err(refusal) => return refusal,
    };
    org.note(call, caller, &Noted::new(event_type, "Revoke what a user has allowed").target(target));
    Answer::no_content()
}

/// Answers `DELETE /api/v1/users/{id}`: the first time it deactivates, the second time it deletes.
pub(super) fn delete(org: &mut Org, call: &Call, caller: &Caller, id: &str) -> Answer {
    let at = match place(org, id) {
        Ok(at) => at,
        Err(refusal) => return refusal,
    };
    if status(org, at) != Status::Deprovisioned {
        return deactivate(org, call, caller, at).map_or_else(|refusal| refusal, |_| Answer::no_content());
    }
    let target: Value = org.users.remove(at).as_target();
    org.note(call, caller, &Noted::new("user.lifecycle.delete.initiated", "Delete Okta user initiated").target(target));
    Answer::no_content()
}

impl Org {
    /// Puts a user into a status, whatever it was, without an event.
    pub(in crate::fake_okta) fn set_status(&mut self, id_or_login: &str, to: &str) -> Result<(), String> {
        let to = Status::parse(to).ok_or_else(|| format!("`{to}` is not a status of users"))?;
        let now = self.now_seconds();
        let at = place(self, id_or_login).map_err(|_| format!("there is no user `{id_or_login}`"))?;
        if let Some(user) = self.users.get_mut(at) {
            user.status = to;
            user.status_changed = Some(now);
            user.last_updated = now;
        }
        Ok(())
    }
}
