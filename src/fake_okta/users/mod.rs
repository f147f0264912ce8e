//! Users: the calls of `/api/v1/users` and what groups need.

mod find;
mod lifecycle;
mod model;

use serde_json::{Map, Value, json};

use super::answer::{Answer, fault, invalid, not_found};
use super::call::Call;
use super::oauth::Caller;
use super::options::Person;
use super::org::{Noted, Org, wrong_method};

pub(super) use model::{Group, Status, User};

/// Most users of an org.
const USERS_MAX: usize = 100_000;

/// Answers a call of `/api/v1/users`, whose scope has been looked at.
pub(super) fn answer(org: &mut Org, call: &Call, rest: &[&str], caller: &Caller) -> Answer {
    match (rest, call.method.as_str()) {
        ([], "GET") => find::list(org, call),
        ([], "POST") => create(org, call, caller).unwrap_or_else(|refusal| refusal),
        ([id], "GET") => match place(org, id) {
            Ok(at) => org.users.get(at).map_or_else(|| not_found(id, "User"), |user| Answer::ok(user.json(org)).header("etag", format!("W/\"{}\"", user.id))),
            Err(refusal) => refusal,
        },
        ([id], "DELETE") => lifecycle::delete(org, call, caller, id),
        ([id, "groups"], "GET") => match place(org, id) {
            Ok(at) => groups_of(org, at),
            Err(refusal) => refusal,
        },
        ([id, "clients"], "GET") => place(org, id).map_or_else(|refusal| refusal, |_| Answer::ok(json!([]))),
        ([id, "lifecycle", act], "POST") => lifecycle::act(org, call, caller, id, act),
        ([id, "sessions"], "DELETE") => lifecycle::clear_sessions(org, call, caller, id),
        ([id, "grants"], "DELETE") => lifecycle::revoke(org, call, caller, id, "app.oauth2.as.consent.revoke.user"),
        ([id, "clients", _, "tokens"], "DELETE") => lifecycle::revoke(org, call, caller, id, "app.oauth2.token.revoke.implicit.user"),
        ([] | [_] | [_, "groups" | "clients" | "sessions" | "grants"] | [_, "lifecycle", _] | [_, "clients", _, "tokens"], _) => wrong_method(),
        _ => fault(404, "E0000007", &format!("Not found: Resource not found: {} (Endpoint)", call.path), &[]),
    }
}

/// Answers `PUT` and `DELETE /api/v1/groups/{group}/users/{user}`.
pub(super) fn groups(org: &mut Org, call: &Call, rest: &[&str], caller: &Caller) -> Answer {
    let [group, "users", user] = rest else {
        return fault(404, "E0000007", &format!("Not found: Resource not found: {} (Endpoint)", call.path), &[]);
    };
    let Some(found) = org.groups.iter().find(|known| known.id == *group).cloned() else { return not_found(group, "UserGroup") };
    let at = match place(org, user) {
        Ok(at) => at,
        Err(refusal) => return refusal,
    };
    let Some(member) = org.users.get_mut(at) else { return not_found(user, "User") };
    let what = match call.method.as_str() {
        "PUT" => {
            member.groups.retain(|id| *id != found.id);
            member.groups.push(found.id.clone());
            Noted::new("group.user_membership.add", "Add user to group membership")
        }
        "DELETE" => {
            member.groups.retain(|id| *id != found.id);
            Noted::new("group.user_membership.remove", "Remove user from group membership")
        }
        _ => return wrong_method(),
    };
    let what = what
        .target(member.as_target())
        .target(json!({ "id": found.id, "type": "UserGroup", "alternateId": "unknown", "displayName": found.name, "detailEntry": null }));
    org.note(call, caller, &what);
    Answer::no_content()
}

fn groups_of(org: &Org, at: usize) -> Answer {
    let ids = org.users.get(at).map(|user| user.groups.as_slice()).unwrap_or_default();
    Answer::ok(org.groups.iter().filter(|group| ids.contains(&group.id)).map(|group| group.json(&org.base)).collect())
}

/// Finds a user by id or login.
fn place(org: &Org, id_or_login: &str) -> Result<usize, Answer> {
    let by_id = org.users.iter().position(|user| user.id == id_or_login);
    by_id.or_else(|| org.users.iter().position(|user| user.login() == id_or_login)).ok_or_else(|| not_found(id_or_login, "User"))
}

fn create(org: &mut Org, call: &Call, caller: &Caller) -> Result<Answer, Answer> {
    let body: Value = serde_json::from_slice(&call.body).map_err(|_| fault(400, "E0000003", "The request body was not well-formed.", &[]))?;
    let profile = body.get("profile").and_then(Value::as_object).cloned().unwrap_or_default();
    for field in ["login", "email", "firstName", "lastName"] {
        if profile.get(field).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(invalid(field, "The field cannot be left blank"));
        }
    }
    let has_password = body.pointer("/credentials/password/value").is_some();
    let status = match (call.param("activate") != Some("false"), has_password) {
        (false, _) => Status::Staged,
        (true, true) => Status::Active,
        (true, false) => Status::Provisioned,
    };
    let user = new_user(org, String::new(), profile, has_password, status)?;
    let answer = Answer::ok(user.json(org));
    org.note(call, caller, &Noted::new("user.lifecycle.create", "Create Okta user").target(user.as_target()));
    if status != Status::Staged {
        org.note(call, caller, &Noted::new("user.lifecycle.activate", "Activate Okta user").target(user.as_target()));
    }
    org.users.push(user);
    Ok(answer)
}

fn new_user(org: &mut Org, id: String, mut profile: Map<String, Value>, has_password: bool, status: Status) -> Result<User, Answer> {
    let login = profile.get("login").cloned().unwrap_or_default();
    if org.users.iter().any(|user| user.profile.get("login") == Some(&login)) {
        return Err(invalid("login", "An object with this field already exists in the current organization"));
    }
    if org.users.len() >= USERS_MAX {
        return Err(fault(403, "E0000006", "You do not have permission to perform the requested action", &["the org has no room for more users"]));
    }
    for optional in ["mobilePhone", "secondEmail"] {
        profile.entry(optional).or_insert(Value::Null);
    }
    let id = if id.is_empty() { org.ids.id("00u") } else { id };
    Ok(User::new(id, profile, has_password, status, org.now_seconds()))
}

impl Org {
    /// Adds a person without an event, as one who has long been there.
    pub(super) fn add_person(&mut self, person: &Person) -> Result<String, String> {
        let (first, last) = person.name.split_once(' ').unwrap_or((person.name.as_str(), "Doe"));
        let Value::Object(profile) = json!({ "login": person.login, "email": person.login, "firstName": first, "lastName": last }) else {
            return Err("a profile is a map".to_owned());
        };
        let status = if person.status.is_empty() { Some(Status::Active) } else { Status::parse(&person.status) };
        let status = status.ok_or_else(|| format!("`{}` is not a status of users", person.status))?;
        let user = new_user(self, person.id.clone(), profile, true, status).map_err(|_| format!("`{}` cannot be added", person.login))?;
        let id = user.id.clone();
        self.users.push(user);
        Ok(id)
    }
}
