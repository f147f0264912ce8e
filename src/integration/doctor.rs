//! The doctor: every step of a connection tried in turn, each with its verdict and, where it fails, the words of the catalogue.

use super::connect::probe;
use super::desk::Desk;
use super::error::Error;
use super::health;
use super::problem::Effect;
use super::status::{status_word, verification_word};
use super::steps::Step;
use super::subscription::Subscription;
use super::troubleshooting::Trouble;
use crate::okta::{Client, Org};
use crate::store::Connection;

/// What came of trying.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is well.
    Fine,
    /// It works, and somebody should know.
    Doubtful,
    /// It does not work.
    Failed,
    /// It could not be tried.
    Skipped,
}

/// One thing that was tried. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// In words.
    pub text: String,
    /// What to do next.
    pub help: Option<String>,
    /// What the catalogue says of it.
    pub trouble: Option<&'static Trouble>,
}

impl Check {
    fn fine(name: &'static str, text: impl Into<String>) -> Check {
        Check { name, verdict: Verdict::Fine, text: text.into(), help: None, trouble: None }
    }

    fn failed(name: &'static str, error: &Error) -> Check {
        Check { name, verdict: Verdict::Failed, text: error.to_string(), help: error.help(), trouble: error.trouble() }
    }

    fn skipped(name: &'static str) -> Check {
        Check { name, verdict: Verdict::Skipped, text: "not tried".to_owned(), help: None, trouble: None }
    }
}

/// What is tried, in this order.
const NAMES: [&str; 6] = ["credentials saved", "domain", "org", "token", "scopes", "hook"];

/// Tries every step of a saved connection; changes nothing in Okta.
///
/// # Errors
/// Saved state cannot be had at all.
pub async fn doctor(desk: &Desk, wanted: Option<&Subscription>) -> Result<Vec<Check>, Error> {
    let mut checks = Vec::new();
    walk(desk, wanted, &mut checks).await?;
    let tried = checks.iter().map(|check| check.name).collect::<Vec<_>>();
    checks.extend(NAMES.into_iter().filter(|name| !tried.contains(name)).map(Check::skipped));
    Ok(checks)
}

async fn walk(desk: &Desk, wanted: Option<&Subscription>, checks: &mut Vec<Check>) -> Result<(), Error> {
    let connection = match desk.record().await {
        Ok(connection) => connection,
        Err(error @ Error::NotConnected(_)) => {
            checks.push(Check::failed("credentials saved", &error));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let credentials = match desk.credentials(&connection).await {
        Ok(credentials) => {
            let since = connection.client_secret_at.map_or_else(String::new, |at| format!(", since {at}"));
            checks.push(Check::fine("credentials saved", format!("client id {}{since}", connection.client_id)));
            Some(credentials)
        }
        Err(error) => {
            checks.push(Check::failed("credentials saved", &error));
            None
        }
    };
    let Some(org) = domain(desk, &connection, checks) else { return Ok(()) };
    if !organisation(&org, &connection, checks).await {
        return Ok(());
    }
    let Some(credentials) = credentials else { return Ok(()) };
    let client = org.client(credentials);
    if !token(desk, &client, checks).await {
        return Ok(());
    }
    hook(desk, wanted, checks).await
}

fn domain(desk: &Desk, connection: &Connection, checks: &mut Vec<Check>) -> Option<Org> {
    match desk.org_of(connection) {
        Ok(org) => {
            checks.push(Check::fine("domain", format!("using {}", org.address())));
            Some(org)
        }
        Err(error) => {
            checks.push(Check::failed("domain", &error));
            None
        }
    }
}

async fn organisation(org: &Org, connection: &Connection, checks: &mut Vec<Check>) -> bool {
    let found = match org.organisation().await {
        Ok(found) => found,
        Err(error) => {
            checks.push(Check::failed("org", &Error::okta(Step::Organisation)(error)));
            return false;
        }
    };
    if found.id != connection.org_id {
        checks.push(Check::failed("org", &Error::OtherOrg { saved: connection.org_id.clone(), found: found.id }));
        return false;
    }
    checks.push(Check::fine("org", found.id));
    true
}

/// Tries token and scopes.
async fn token(desk: &Desk, client: &Client, checks: &mut Vec<Check>) -> bool {
    let grant = match client.new_grant().await {
        Ok(grant) => grant,
        Err(error) => {
            checks.push(Check::failed("token", &Error::okta(Step::Token)(error)));
            return false;
        }
    };
    checks.push(Check::fine("token", format!("good for {} minutes", grant.lifetime.as_secs() / 60)));
    match probe(desk, client, &grant).await {
        Ok(_) => checks.push(Check::fine("scopes", crate::okta::Scope::ALL.map(crate::okta::Scope::name).join(" "))),
        Err(error) => checks.push(Check::failed("scopes", &error)),
    }
    true
}

/// Tries the hook; every problem that is not told by now is one of its own.
async fn hook(desk: &Desk, wanted: Option<&Subscription>, checks: &mut Vec<Check>) -> Result<(), Error> {
    let status = health::check(desk, wanted).await?;
    let told = |kind| matches!(kind, super::ProblemKind::ScopeMissing | super::ProblemKind::CredentialsRefused);
    let problems: Vec<Check> = status
        .problems
        .iter()
        .filter(|problem| !told(problem.kind))
        .map(|problem| Check {
            name: "hook",
            verdict: if problem.kind.effect() == Effect::Note { Verdict::Doubtful } else { Verdict::Failed },
            text: problem.text.clone(),
            help: problem.help.clone(),
            trouble: problem.kind.trouble(),
        })
        .collect();
    match (&status.hook, &status.live) {
        (Some(hook), Some(live)) if problems.iter().all(|check| check.verdict != Verdict::Failed) => {
            let text = format!("{}, {} and {}, {} event types", live.id, status_word(&live.status), verification_word(&live.verification), hook.events.len());
            checks.push(Check::fine("hook", text));
        }
        (Some(_), _) if !problems.is_empty() => {}
        _ => checks.push(Check::failed("hook", &Error::NoHook)),
    }
    checks.extend(problems);
    Ok(())
}
