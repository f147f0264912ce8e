//! Rotation: a new client secret, proved before it takes the old one's place; a new hook secret, beside the old one for some hours.

use super::connect::save;
use super::desk::{Desk, Work};
use super::error::Error;
use super::hook::{kept_name, new_secret, verify};
use super::receiver::Doors;
use super::steps::{Step, Watch};
use crate::event::{Span, Timestamp};
use crate::okta::{self, Credentials, HookId, HookSpec, HookUri, Secret};
use crate::store::{HookRecord, HookSecret, NewConnection, OperationKind, Standing};

/// How long the old hook secret stays good: a delivery may be under way for more than an hour.
pub const OVERLAP: Span = Span::hours(2);

/// Saves a new client secret in place of the old one, once Okta has given a token for it.
///
/// # Errors
/// What is in the way. The old secret is kept then.
pub async fn rotate_client_secret(desk: &Desk, secret: &Secret, watch: &Watch) -> Result<(), Error> {
    desk.record().await?;
    let work = desk.begin(OperationKind::RotateClientSecret, watch).await?;
    let ended = client_secret(&work, secret).await;
    work.end(ended, "rotate client secret", |()| "the client secret was replaced".to_owned()).await
}

async fn client_secret(work: &Work<'_>, secret: &Secret) -> Result<(), Error> {
    let desk = &work.desk;
    let record = desk.record().await?;
    let credentials = Credentials::with_secret(record.client_id.clone(), secret.clone()).map_err(Error::Credentials)?;
    let org = desk.org_of(&record)?;
    work.step(Step::Organisation, async {
        let found = org.organisation().await.map_err(Error::okta(Step::Organisation))?;
        if found.id == record.org_id { Ok(((), None)) } else { Err(Error::OtherOrg { saved: record.org_host.clone(), found: found.id }) }
    })
    .await?;
    work.step(Step::Token, async { org.client(credentials).new_grant().await.map(|_| ((), None)).map_err(Error::okta(Step::Token)) }).await?;
    let new = NewConnection {
        org_host: record.org_host.clone(),
        org_id: record.org_id.clone(),
        client_id: record.client_id.clone(),
        client_secret: secret.clone(),
        public_url: None,
    };
    work.step(Step::CredentialsSaved, async {
        desk.store(move |store, workspace, now| store.save_credentials(workspace, &new, now)).await.map(|()| ((), None))
    })
    .await
}

/// Gives the managed hook a new secret. Deliveries may carry the old one for two more hours; returns until when.
///
/// # Errors
/// What is in the way. A secret that may have reached Okta stays good beside the old one.
pub async fn rotate_hook_secret(desk: &Desk, doors: &Doors, watch: &Watch) -> Result<Timestamp, Error> {
    desk.record().await?;
    let work = desk.begin(OperationKind::RotateHookSecret, watch).await?;
    let ended = hook_secret(&work, doors).await;
    work.end(ended, "rotate hook secret", |until| format!("the old secret is good until {until}")).await
}

async fn hook_secret(work: &Work<'_>, doors: &Doors) -> Result<Timestamp, Error> {
    let desk = &work.desk;
    let record = desk.record().await?;
    let (hook, hook_id, secrets) = managed(desk).await?;
    let now = desk.now();
    if let Some(until) = secrets.iter().filter_map(|secret| secret.retires_at).filter(|until| *until > now).max() {
        return Err(Error::TwoSecrets(until));
    }
    let client = desk.org_of(&record)?.client(desk.credentials(&record).await?);
    work.step(Step::Token, async { client.grant().await.map(|_| ((), None)).map_err(Error::okta(Step::Token)) }).await?;
    let replaced = work
        .step(Step::HookChanged, async {
            let live = client.hook(&hook_id).await.map_err(|error| match error {
                okta::Error::NotFound(_) => Error::NoHook,
                error => Error::okta(Step::HookChanged)(error),
            })?;
            let secret = next_secret(desk, &hook, &secrets).await?;
            doors.open_all(&secrets);
            doors.open(&hook.path_id, &secret, None);
            let uri = HookUri::parse(&hook.uri, client.org().address()).map_err(Error::Spec)?;
            let spec = HookSpec::new(kept_name(&live, desk.workspace()), uri, hook.events.clone(), secret).map_err(Error::Spec)?;
            let replaced = match client.replace_hook(&hook_id, &spec).await {
                // Whether Okta has it or not: saying the same once more is no harm.
                Err(error) if error.outcome_unknown() => client.replace_hook(&hook_id, &spec).await,
                answered => answered,
            };
            match replaced {
                Ok(replaced) => Ok((replaced, None)),
                Err(okta::Error::NotFound(_)) => Err(Error::NoHook),
                Err(error) => Err(Error::okta(Step::HookChanged)(error)),
            }
        })
        .await?;
    work.step(Step::HookVerified, async { verify(&client, &replaced).await.map(|()| ((), None)) }).await?;
    let (path_id, until) = (hook.path_id.clone(), desk.now().plus(OVERLAP));
    desk.store(move |store, _, _| store.retire_older_secrets(&path_id, until)).await?;
    save(work, &hook.path_id, &hook_id).await?;
    Ok(until)
}

/// Returns the managed hook and its secrets.
async fn managed(desk: &Desk) -> Result<(HookRecord, HookId, Vec<HookSecret>), Error> {
    let (hooks, secrets) = desk.store(|store, workspace, _| Ok((store.hooks(workspace)?, store.hook_secrets(workspace)?))).await?;
    let hook = hooks.into_iter().find(|hook| hook.standing == Standing::Managed).ok_or(Error::NoHook)?;
    let hook_id = hook.hook_id.clone().ok_or(Error::NoHook)?;
    let secrets = secrets.into_iter().filter(|secret| secret.path_id == hook.path_id).collect();
    Ok((hook, hook_id, secrets))
}

/// Returns the secret to give to the hook: a new one, saved before Okta hears of it, or the one that a rotation that was cut off has saved.
async fn next_secret(desk: &Desk, hook: &HookRecord, secrets: &[HookSecret]) -> Result<Secret, Error> {
    let mut lasting: Vec<&HookSecret> = secrets.iter().filter(|secret| secret.retires_at.is_none()).collect();
    lasting.sort_by_key(|secret| secret.number);
    if let [_, .., newest] = lasting.as_slice() {
        return Ok(newest.secret.clone());
    }
    let path_id = hook.path_id.clone();
    desk.store(move |store, workspace, now| {
        let secret = new_secret()?;
        store.add_hook_secret(workspace, &path_id, &secret, now)?;
        Ok(secret)
    })
    .await
}
