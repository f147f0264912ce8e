//! The health check: what Okta says of the managed hook and the credentials, held against what is saved.

use super::desk::Desk;
use super::disconnect::saved_public;
use super::error::Error;
use super::hook::{Census, Ours, carries_secret, census};
use super::problem::{Problem, ProblemKind};
use super::status::{Checked, Status};
use super::subscription::Subscription;
use crate::event::{Span, Timestamp};
use crate::okta::{self, Client, EventHook, Grant, HookStatus, Org, Verification};
use crate::store::{Connection, HookRecord, OperationKind, SealFault, Standing};

/// How far this machine's clock may be off before it is said.
const CLOCK_OFF: Span = Span::minutes(2);

/// How many event types a text names.
const NAMED_MAX: usize = 5;

/// Looks at a connection, saves what was found and returns its status. `wanted` is what the enabled rules need.
///
/// # Errors
/// Saved state cannot be had. Whatever Okta says or does not say is a problem in the status.
pub async fn check(desk: &Desk, wanted: Option<&Subscription>) -> Result<Status, Error> {
    let status = Status::saved(desk, false).await?;
    let Some(connection) = status.connection.clone() else { return Ok(status) };
    let hook = status.hook.clone();
    let (live, mut problems) = look(desk, &connection, hook.as_ref()).await;
    if let (Some(hook), Some(wanted)) = (&hook, wanted)
        && hook.events != wanted.by_hook
    {
        problems.push(rules_changed(hook, wanted));
    }
    if let Some(open) = desk.store(|store, workspace, _| store.open_operation(workspace)).await? {
        let again = match open.kind {
            OperationKind::Settle => "status",
            kind => kind.word(),
        };
        let text = format!("`{}` was cut off at {}", open.kind.word(), open.steps.last().map_or("its beginning", |step| step.name.as_str()));
        problems.push(Problem::new(ProblemKind::CutOff, text).help(format!("run `clarion okta {}` again", again.replace("rotate-", "rotate "))));
    }
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.kind.effect()));
    let report = serde_json::to_string(&problems).unwrap_or_default();
    let saved = desk.store(move |store, workspace, now| if store.may_change() { store.save_health(workspace, &report, now) } else { Ok(()) });
    saved.await?;
    Ok(Status { live, problems, checked: Checked::Now(desk.now()), ..status }.judged())
}

async fn look(desk: &Desk, connection: &Connection, hook: Option<&HookRecord>) -> (Option<EventHook>, Vec<Problem>) {
    let mut problems = Vec::new();
    let client = match client(desk, connection).await {
        Ok(client) => client,
        Err(problem) => return (None, vec![problem]),
    };
    match identity(&client, connection).await {
        Ok(grant) => problems.extend(scopes(&grant)),
        Err(problem) => return (None, vec![problem]),
    }
    problems.extend(clock(client.org()));
    let live = match hooks(desk, &client, connection).await {
        Ok(census) => {
            let (live, found) = compare(&census, hook);
            problems.extend(found);
            live
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    (live, problems)
}

/// Makes a client of what is saved.
async fn client(desk: &Desk, connection: &Connection) -> Result<Client, Problem> {
    let org = desk.org_of(connection).map_err(|error| Problem::new(ProblemKind::Unreachable, error.to_string()).help(error.help().unwrap_or_default()))?;
    match desk.credentials(connection).await {
        Ok(credentials) => Ok(org.client(credentials)),
        Err(error @ Error::NoSecret(_)) => Err(Problem::new(ProblemKind::CredentialsMissing, error.to_string())),
        Err(error) => {
            let help = error.help();
            let kind = match error {
                Error::Store(crate::store::Error::Sealed {
                    why: SealFault::OtherKey | SealFault::Moved | SealFault::Damaged | SealFault::UnknownForm, ..
                }) => ProblemKind::CredentialsSealed,
                _ => ProblemKind::CredentialsMissing,
            };
            Err(Problem { kind, text: error.to_string(), help })
        }
    }
}

/// Asks who the org is, and for a token that shows what is granted today.
async fn identity(client: &Client, connection: &Connection) -> Result<Grant, Problem> {
    let found = client.org().organisation().await.map_err(|error| of_okta(&error))?;
    if found.id != connection.org_id {
        let text = format!("{} is now the org {}, and this workspace belongs to {}", connection.org_host, found.id, connection.org_id);
        return Err(Problem::new(ProblemKind::OtherOrg, text));
    }
    client.new_grant().await.map_err(|error| of_okta(&error))
}

async fn hooks(desk: &Desk, client: &Client, connection: &Connection) -> Result<Census, Problem> {
    let hooks = client.hooks().await.map_err(|error| of_okta(&error))?;
    let public = saved_public(connection.public_url.as_deref(), client.org().address());
    let unknown = |error: Error| Problem::new(ProblemKind::OktaFailing, error.to_string());
    census(desk, hooks, public.as_ref()).await.map_err(unknown)
}

/// Says what an error of Okta's means for a connection that stood.
pub(super) fn of_okta(error: &okta::Error) -> Problem {
    let kind = match error {
        error if error.needs_reconnect() => ProblemKind::CredentialsRefused,
        okta::Error::MissingScope(_) => ProblemKind::ScopeMissing,
        okta::Error::RateLimited(_) => ProblemKind::RateLimited,
        okta::Error::Unreachable(_) => ProblemKind::Unreachable,
        _ => ProblemKind::OktaFailing,
    };
    Problem { kind, text: error.to_string(), help: error.help() }
}

fn scopes(grant: &Grant) -> Vec<Problem> {
    let lacks = |scope: okta::Scope| {
        Problem::new(ProblemKind::ScopeMissing, format!("the token lacks the scope `{}`", scope.name()))
            .help(format!("grant it to the app in Okta; it is needed to {}", scope.purpose()))
    };
    grant.missing().into_iter().map(lacks).collect()
}

fn clock(org: &Org) -> Option<Problem> {
    let ahead = org.clock_ahead()?;
    let is_off = ahead.as_micros().unsigned_abs() > CLOCK_OFF.as_micros().unsigned_abs();
    let direction = if ahead.as_micros() > 0 { "behind" } else { "ahead of" };
    is_off.then(|| {
        let text = format!("this machine's clock is {:.0} s {direction} Okta's", ahead.as_seconds().abs());
        Problem::new(ProblemKind::ClockOff, text).help("set this machine's clock")
    })
}

/// Holds the hook in Okta against what we asked for.
fn compare(census: &Census, record: Option<&HookRecord>) -> (Option<EventHook>, Vec<Problem>) {
    let mut problems = Vec::new();
    for namesake in &census.namesakes {
        let text = format!("the org has another hook `{}` ({}) that this installation did not make; it was left alone", namesake.name, namesake.id);
        problems.push(Problem::new(ProblemKind::HookNamesake, text));
    }
    let mine = |ours: &&Ours| record.is_some() && record.and_then(|record| record.hook_id.as_ref()) == Some(&ours.hook.id);
    let live = census.ours.iter().find(mine).map(|ours| ours.hook.clone());
    for left in census.ours.iter().filter(|ours| !mine(ours)) {
        let text = format!("an old hook of ours, {}, is still in the org", left.hook.id);
        problems.push(Problem::new(ProblemKind::HookLeftOver, text).help("`clarion okta recreate-hook` deletes it"));
    }
    let Some(record) = record.filter(|record| record.standing == Standing::Managed) else { return (live, problems) };
    match &live {
        None => {
            let id = record.hook_id.as_ref().map_or("", |id| id.as_str());
            problems.push(Problem::new(ProblemKind::HookDeleted, format!("the managed hook {id} is no longer in Okta")));
        }
        Some(hook) => problems.extend(edits(hook, record)),
    }
    (live, problems)
}

/// Says how a hook differs from what we asked for.
fn edits(hook: &EventHook, record: &HookRecord) -> Vec<Problem> {
    let mut problems = Vec::new();
    let id = &hook.id;
    if hook.status != HookStatus::Active {
        problems.push(
            Problem::new(ProblemKind::HookInactive, format!("the managed hook {id} was deactivated in Okta"))
                .help("activate it in Okta, or use Recreate managed hook"),
        );
    }
    if hook.verification != Verification::Verified {
        problems.push(Problem::new(ProblemKind::HookUnverified, format!("the managed hook {id} is not verified")));
    }
    if hook.uri.as_deref() != Some(record.uri.as_str()) {
        let host = hook.uri.as_deref().and_then(|uri| uri.split('/').nth(2)).unwrap_or("nowhere");
        problems
            .push(Problem::new(ProblemKind::HookMoved, format!("the managed hook {id} was changed to deliver to another address, at {}", okta::clean(host))));
    }
    if !carries_secret(hook) {
        problems.push(Problem::new(ProblemKind::HookHeaderChanged, format!("the managed hook {id} was changed to send its secret in another header, or none")));
    }
    if hook.filtered {
        problems.push(
            Problem::new(ProblemKind::HookFiltered, format!("the managed hook {id} was given a filter"))
                .help("take it away in Okta, or use Recreate managed hook"),
        );
    }
    let missing: Vec<&String> = record.events.iter().filter(|event| !hook.events.contains(event)).collect();
    if !missing.is_empty() {
        let text = format!("the managed hook {id} no longer carries {}", named(&missing));
        problems.push(Problem::new(ProblemKind::HookEventsMissing, text).help("use Recreate managed hook"));
    }
    let extra: Vec<&String> = hook.events.iter().filter(|event| !record.events.contains(event)).collect();
    if !extra.is_empty() {
        problems.push(Problem::new(ProblemKind::HookEventsExtra, format!("the managed hook {id} carries more than was asked for: {}", named(&extra))));
    }
    problems
}

fn rules_changed(hook: &HookRecord, wanted: &Subscription) -> Problem {
    let more: Vec<&String> = wanted.by_hook.iter().filter(|event| !hook.events.contains(event)).collect();
    let text = match more.is_empty() {
        true => "the rules no longer need all event types that the hook carries".to_owned(),
        false => format!("the rules need event types that the hook does not carry: {}", named(&more)),
    };
    Problem::new(ProblemKind::RulesChanged, text)
        .help("`clarion okta connect` with the same values brings the hook up to date, and so does recreate-hook with the same `--rules`")
}

fn named(events: &[&String]) -> String {
    let shown: Vec<String> = events.iter().take(NAMED_MAX).map(|event| format!("`{}`", okta::clean(event))).collect();
    match events.len().saturating_sub(NAMED_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Says until when two hook secrets are good; none when there is one.
pub(super) fn overlap(retires: impl Iterator<Item = Option<Timestamp>>, now: Timestamp) -> Option<Timestamp> {
    retires.flatten().filter(|until| *until > now).max()
}
