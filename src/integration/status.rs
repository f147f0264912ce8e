//! The status of a connection: facts, problems and the state that they come to, in one value for page, API and command line.

use serde_json::{Value, json};

use super::desk::Desk;
use super::error::Error;
use super::health::overlap;
use super::problem::{Effect, Problem};
use super::state::{Button, State};
use crate::event::Timestamp;
use crate::okta::{EventHook, HookStatus, Verification};
use crate::store::{self, Connection, HookRecord, Operation, OperationKind, Standing, Workspace};

/// When Okta was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checked {
    /// Just now.
    Now(Timestamp),
    /// Some time ago; what was found then is shown.
    Before(Timestamp),
    /// Never.
    Never,
}

/// What is known of a workspace's connection. Holds no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The workspace.
    pub workspace: Workspace,
    /// The state that it all comes to.
    pub state: State,
    /// The record.
    pub connection: Option<Connection>,
    /// The hook that the workspace relies on, or that is on its way to that.
    pub hook: Option<HookRecord>,
    /// The hook as Okta describes it, when it was looked at just now.
    pub live: Option<EventHook>,
    /// Until when the hook secret from before the last rotation is good.
    pub two_secrets_until: Option<Timestamp>,
    /// What is wrong, the worst first.
    pub problems: Vec<Problem>,
    /// When Okta was looked at.
    pub checked: Checked,
    /// The last work on the connection.
    pub last: Option<Operation>,
    /// Whether another process is at work on the connection.
    pub at_work: bool,
}

impl Status {
    /// Returns what is saved, without asking Okta. `at_work` says that another process is changing the store.
    ///
    /// # Errors
    /// Saved state cannot be had.
    pub async fn saved(desk: &Desk, at_work: bool) -> Result<Status, Error> {
        desk.store(move |store, workspace, now| Status::read(store, workspace, at_work, now)).await
    }

    fn read(store: &store::Store, workspace: &Workspace, at_work: bool, now: Timestamp) -> Result<Status, store::Error> {
        let hooks = store.hooks(workspace)?;
        let hook = [Standing::Managed, Standing::Made].into_iter().find_map(|standing| hooks.iter().find(|hook| hook.standing == standing));
        let health = store.health(workspace)?;
        let problems = health.as_ref().and_then(|health| serde_json::from_str(&health.report).ok()).unwrap_or_default();
        // A secret that does not open is told where it is needed.
        let secrets = store.hook_secrets(workspace).unwrap_or_default();
        let status = Status {
            workspace: workspace.clone(),
            state: State::NotConnected,
            connection: store.connection(workspace)?,
            hook: hook.cloned(),
            live: None,
            two_secrets_until: overlap(secrets.iter().map(|secret| secret.retires_at), now),
            problems,
            checked: health.map_or(Checked::Never, |health| Checked::Before(health.checked_at)),
            last: store.last_operation(workspace)?,
            at_work,
        };
        Ok(status.judged())
    }

    /// Returns the status of a workspace where nothing was ever saved.
    pub fn nothing(workspace: Workspace) -> Status {
        Status {
            workspace,
            state: State::NotConnected,
            connection: None,
            hook: None,
            live: None,
            two_secrets_until: None,
            problems: Vec::new(),
            checked: Checked::Never,
            last: None,
            at_work: false,
        }
    }

    /// Decides the state.
    pub(super) fn judged(mut self) -> Status {
        self.state = self.decide();
        self
    }

    fn decide(&self) -> State {
        let is_connecting = self.at_work && self.last.as_ref().is_some_and(|last| last.ended_at.is_none() && last.kind == OperationKind::Connect);
        if is_connecting {
            return State::Connecting;
        }
        let Some(connection) = &self.connection else { return State::NotConnected };
        let worst = self.problems.iter().map(|problem| problem.kind.effect()).max().unwrap_or(Effect::Note);
        if connection.client_secret_at.is_none() || worst == Effect::CredentialsNeeded {
            return State::ReconnectWithNew;
        }
        let is_managed = self.hook.as_ref().is_some_and(|hook| hook.standing == Standing::Managed);
        match (is_managed, connection.connected_at) {
            (false, None) => State::HookMissing,
            (false, Some(_)) => State::ReconnectWithSaved,
            (true, _) => match worst {
                Effect::HookLost | Effect::CredentialsNeeded => State::ReconnectWithSaved,
                Effect::Degraded => State::Degraded,
                Effect::Note => State::Connected,
            },
        }
    }

    /// Returns it all as JSON.
    pub fn to_json(&self) -> Value {
        let row = self.state.row();
        let time = |time: Timestamp| time.to_string();
        json!({
            "workspace": self.workspace.as_str(),
            "state": row.name,
            "label": row.chip,
            "tone": row.tone.name(),
            "sentence": row.sentence,
            "primary": row.primary.map(button),
            "secondary": row.secondary.map(button),
            "documentation": row.doc(),
            "connection": self.connection.as_ref().map(|connection| json!({
                "okta_domain": connection.org_host,
                "org_id": connection.org_id,
                "client_id": connection.client_id.as_str(),
                "client_secret_saved_at": connection.client_secret_at.map(time),
                "public_url": connection.public_url,
                "connected_at": connection.connected_at.map(time),
            })),
            "hook": self.hook.as_ref().map(|hook| self.hook_json(hook)),
            "problems": self.problems.iter().map(|problem| json!({
                "kind": problem.kind.name(),
                "text": problem.text,
                "help": problem.help,
                "trouble": problem.kind.trouble().map(|trouble| trouble.slug),
            })).collect::<Vec<_>>(),
            "checked_at": match self.checked {
                Checked::Now(at) | Checked::Before(at) => Some(time(at)),
                Checked::Never => None,
            },
            "last_operation": self.last.as_ref().map(|last| json!({
                "kind": last.kind.word(),
                "started_at": time(last.started_at),
                "ended_at": last.ended_at.map(time),
                "outcome": last.outcome.map(store::Outcome::word),
                "detail": last.detail,
                "steps": last.steps.iter().map(|step| json!({ "step": step.name, "state": step.state.word(), "at": time(step.at), "detail": step.detail })).collect::<Vec<_>>(),
            })),
            "at_work": self.at_work,
        })
    }

    fn hook_json(&self, hook: &HookRecord) -> Value {
        json!({
            "event_hook_id": hook.hook_id.as_ref().map(crate::okta::HookId::as_str),
            "uri": hook.uri,
            "event_types": hook.events,
            "standing": hook.standing.word(),
            "status": self.live.as_ref().map(|live| status_word(&live.status)),
            "verification": self.live.as_ref().map(|live| verification_word(&live.verification)),
            "two_secrets_until": self.two_secrets_until.map(|until| until.to_string()),
        })
    }
}

/// Returns Okta's word for a hook's status.
pub(super) fn status_word(status: &HookStatus) -> &str {
    match status {
        HookStatus::Active => "ACTIVE",
        HookStatus::Inactive => "INACTIVE",
        HookStatus::Other(word) => word,
    }
}

/// Returns Okta's word for a hook's verification.
pub(super) fn verification_word(verification: &Verification) -> &str {
    match verification {
        Verification::Verified => "VERIFIED",
        Verification::Unverified => "UNVERIFIED",
        Verification::Other(word) => word,
    }
}

fn button(button: Button) -> Value {
    json!({ "label": button.label, "title": button.title, "command": button.command })
}
