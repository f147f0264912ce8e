//! Lists of users: `search`, `filter`, `q`, and pages.

use serde_json::Value;

use crate::fake_okta::answer::{Answer, fault};
use crate::fake_okta::call::{Call, encode};
use crate::fake_okta::org::Org;
use crate::fake_okta::scim;

use super::model::{Status, User};

const LIMIT_MAX: usize = 200;
const LIMIT_OF_Q: usize = 10;

/// What `filter` may name. Apart from times, only `eq` is known there.
const FILTERED: [&str; 7] = ["status", "lastUpdated", "id", "profile.login", "profile.email", "profile.firstName", "profile.lastName"];

/// Answers `GET /api/v1/users`.
pub(super) fn list(org: &Org, call: &Call) -> Answer {
    match chosen(org, call) {
        Ok(users) => page(org, call, users),
        Err(refusal) => refusal,
    }
}

/// A user in a list, as it is shown there.
struct Shown<'o> {
    user: &'o User,
    json: Value,
}

fn chosen<'o>(org: &'o Org, call: &Call) -> Result<Vec<Shown<'o>>, Answer> {
    let now = |user: &'o User| Shown { user, json: user.in_list(org) };
    if let Some(text) = call.param("search") {
        let search = scim::parse(text).map_err(|_| bad_search())?;
        let seen = |user: &'o User| match &user.past {
            Some((past, until)) if *until > org.now() => past.clone().map(|json| Shown { user, json }),
            _ => Some(now(user)),
        };
        return Ok(org.users.iter().filter_map(seen).filter(|shown| search.fits(&shown.json)).collect());
    }
    if let Some(text) = call.param("filter") {
        let filter = scim::parse(text).map_err(|_| bad_search())?;
        let mut is_known = true;
        filter.each(&mut |path, operator| is_known &= FILTERED.contains(&path) && (operator == "eq" || path == "lastUpdated"));
        if !is_known {
            return Err(bad_search());
        }
        return Ok(org.users.iter().map(now).filter(|shown| filter.fits(&shown.json)).collect());
    }
    let present = org.users.iter().filter(|user| user.status != Status::Deprovisioned);
    if let Some(text) = call.param("q") {
        let text = text.to_lowercase();
        let begins = |user: &&User| {
            let field = |name: &str| user.profile.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
            ["firstName", "lastName", "email"].iter().any(|name| field(name).starts_with(&text))
        };
        return Ok(present.filter(begins).take(limit(call, LIMIT_OF_Q)).map(now).collect());
    }
    Ok(present.map(now).collect())
}

fn bad_search() -> Answer {
    fault(400, "E0000031", "Invalid search criteria.", &[])
}

fn limit(call: &Call, otherwise: usize) -> usize {
    call.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(otherwise).clamp(1, LIMIT_MAX)
}

fn page(org: &Org, call: &Call, users: Vec<Shown<'_>>) -> Answer {
    let limit = limit(call, LIMIT_MAX);
    let begin = match call.param("after") {
        Some(after) => users.iter().position(|shown| shown.user.id == after).map_or(users.len(), |at| at + 1),
        None => 0,
    };
    let has_more = users.len() > begin.saturating_add(limit) && call.param("q").is_none();
    let shown: Vec<Shown<'_>> = users.into_iter().skip(begin).take(limit).collect();
    let mut link = format!("{}/api/v1/users?limit={limit}", org.base);
    for (key, value) in call.query.iter().filter(|(key, _)| !matches!(key.as_str(), "limit" | "after")) {
        link.push_str(&format!("&{}={}", encode(key), encode(value)));
    }
    let own = call.param("after").map_or_else(|| link.clone(), |after| format!("{link}&after={}", encode(after)));
    let last = shown.last().map(|shown| shown.user.id.clone());
    let answer = Answer::ok(shown.into_iter().map(|shown| shown.json).collect()).header("link", format!("<{own}>; rel=\"self\""));
    match last.filter(|_| has_more) {
        Some(last) => answer.header("link", format!("<{link}&after={last}>; rel=\"next\"")),
        None => answer,
    }
}
