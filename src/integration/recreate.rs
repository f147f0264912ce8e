//! `Recreate managed hook`: a fresh hook with the saved credentials, and the old one taken away once the new one is verified.

use super::connect::{Connected, public_url, save};
use super::desk::{Desk, Work};
use super::error::Error;
use super::hook::{HOOKS_MAX, Ours, Wish, census, provision, remove_all};
use super::receiver::Doors;
use super::steps::{Step, Watch};
use super::subscription::Subscription;
use crate::okta::{self, Client, HookStatus, Scope};
use crate::store::OperationKind;

/// Makes a new hook in place of the old one. Both deliver until the new one is verified, so that no event is missed; where the org has no
/// room for two, the old one goes first and the System Log has the events between.
///
/// # Errors
/// What is in the way. The old hook stays as it was, unless it had to go first.
pub async fn recreate(desk: &Desk, public: Option<&str>, subscription: &Subscription, doors: &Doors, watch: &Watch) -> Result<Connected, Error> {
    desk.record().await?;
    let work = desk.begin(OperationKind::RecreateHook, watch).await?;
    let ended = steps(&work, public, subscription, doors).await;
    work.end(ended, "recreate hook", |connected| format!("hook {}", connected.hook_id)).await
}

async fn steps(work: &Work<'_>, given: Option<&str>, subscription: &Subscription, doors: &Doors) -> Result<Connected, Error> {
    let desk = &work.desk;
    let record = desk.record().await?;
    let org = desk.org_of(&record)?;
    let public = public_url(given, record.public_url.as_deref(), org.address())?;
    let client = org.client(desk.credentials(&record).await?);
    work.step(Step::Token, async {
        let grant = client.new_grant().await.map_err(Error::okta(Step::Token))?;
        match grant.missing().contains(&Scope::EventHooksManage) {
            true => Err(Error::Scopes(vec![Scope::EventHooksManage])),
            false => Ok(((), None)),
        }
    })
    .await?;
    let secrets = desk.store(|store, workspace, _| store.hook_secrets(workspace)).await?;
    doors.open_all(&secrets);
    let address = public.as_str().to_owned();
    let (mut old, active, taken) = work
        .step(Step::OldHooks, async {
            let hooks = client.hooks().await.map_err(Error::okta(Step::OldHooks))?;
            let census = census(desk, hooks, Some(&public)).await?;
            let (old, leftovers): (Vec<Ours>, Vec<Ours>) = census.ours.into_iter().partition(Ours::is_managed);
            remove_all(desk, &client, &leftovers).await.map_err(|error| error.at(Step::OldHooks))?;
            let told = old.first().map_or_else(|| "there is none".to_owned(), |ours| format!("{} is the old one", ours.hook.id));
            let left = |ours: &&Ours| ours.hook.status == HookStatus::Active;
            let taken: Vec<String> = old.iter().map(|ours| &ours.hook).chain(&census.namesakes).map(|hook| hook.name.clone()).collect();
            Ok(((old, census.active - leftovers.iter().filter(left).count(), taken), Some(told)))
        })
        .await?;
    if active >= HOOKS_MAX {
        remove_old(work, &client, &mut old).await?;
    }
    let wish = Wish { public: &public, events: &subscription.by_hook, taken: &taken };
    let made = match provision(work, &client, &wish, doors).await {
        // What Okta answers when there is one hook too many is not known. With the old one gone it may do.
        Err(Error::Okta { step: Step::HookCreated, error }) if matches!(*error, okta::Error::Refused(_)) && !old.is_empty() => {
            remove_old(work, &client, &mut old).await?;
            provision(work, &client, &wish, doors).await
        }
        made => made,
    };
    let (path_id, hook_id) = made?;
    save(work, &path_id, &hook_id).await?;
    desk.store(move |store, workspace, now| store.save_public_url(workspace, &address, now)).await?;
    // The new hook works: that the old one cannot be deleted at the moment does not undo that.
    let left_behind = remove_old(work, &client, &mut old).await.err().map(|error| error.to_string());
    Ok(Connected { org_host: record.org_host, org_id: record.org_id, hook_id, left_behind })
}

async fn remove_old(work: &Work<'_>, client: &Client, old: &mut Vec<Ours>) -> Result<(), Error> {
    if old.is_empty() {
        return Ok(());
    }
    work.step(Step::OldHookDeleted, async {
        remove_all(&work.desk, client, old).await.map_err(|error| error.at(Step::OldHookDeleted))?;
        let told = old.drain(..).map(|ours| ours.hook.id.to_string()).collect::<Vec<_>>().join(", ");
        Ok(((), Some(told)))
    })
    .await
}
