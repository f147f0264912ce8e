//! Disconnecting: the hook is switched off and deleted in Okta, and the secrets are erased here.

use super::desk::{Desk, Work};
use super::error::Error;
use super::hook::{census, okta_or, remove_all};
use super::public_url::PublicUrl;
use super::steps::{Step, Watch};
use crate::okta::{HookId, OrgAddress};
use crate::store::OperationKind;

/// What to do when Okta does not let us delete the hook.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Farewell {
    /// Erase nothing, and say so.
    InOrder,
    /// Erase everything here all the same.
    Forget,
}

/// What disconnecting came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disconnected {
    /// The hooks that were deleted in Okta.
    pub deleted: Vec<HookId>,
    /// The hooks that may still be there, and why.
    pub left: Option<(Vec<HookId>, String)>,
}

/// Takes a workspace's hooks away and erases its credentials and hook secrets. The audit stays.
///
/// # Errors
/// What is in the way; nothing is erased then, unless it was asked to forget.
pub async fn disconnect(desk: &Desk, farewell: Farewell, watch: &Watch) -> Result<Disconnected, Error> {
    desk.record().await?;
    let work = desk.begin(OperationKind::Disconnect, watch).await?;
    let ended = steps(&work, farewell).await;
    work.end(ended, "disconnect", |gone| match &gone.left {
        None => "hooks deleted, secrets erased".to_owned(),
        Some((hooks, why)) => format!("secrets erased; may be left in Okta: {} ({why})", list(hooks)),
    })
    .await
}

async fn steps(work: &Work<'_>, farewell: Farewell) -> Result<Disconnected, Error> {
    let desk = &work.desk;
    let deleted = work
        .step(Step::HookDeleted, async {
            let deleted = delete(desk).await?;
            let told = if deleted.is_empty() { "there was none".to_owned() } else { list(&deleted) };
            Ok((deleted, Some(told)))
        })
        .await;
    let gone = match deleted {
        Ok(deleted) => Disconnected { deleted, left: None },
        Err(error) if farewell == Farewell::InOrder => return Err(error),
        Err(error) => Disconnected { deleted: Vec::new(), left: Some((known(desk).await?, error.to_string())) },
    };
    work.step(Step::SecretsErased, async { desk.store(|store, workspace, _| store.forget_connection(workspace)).await.map(|()| ((), None)) }).await?;
    Ok(gone)
}

/// Deletes every hook of ours in the org.
async fn delete(desk: &Desk) -> Result<Vec<HookId>, Error> {
    let record = desk.record().await?;
    let org = desk.org_of(&record)?;
    let public = saved_public(record.public_url.as_deref(), org.address());
    let client = org.client(desk.credentials(&record).await?);
    let left = known(desk).await?;
    let refuse = |error| Error::LeftBehind { hooks: left.clone(), error: Box::new(error) };
    let hooks = client.hooks().await.map_err(&refuse)?;
    let census = census(desk, hooks, public.as_ref()).await?;
    remove_all(desk, &client, &census.ours).await.map_err(|error| match error {
        okta_or::Error::Okta(error) => refuse(error),
        okta_or::Error::Other(error) => error,
    })?;
    Ok(census.ours.into_iter().map(|ours| ours.hook.id).collect())
}

/// Returns the saved address, if it is one.
pub(super) fn saved_public(saved: Option<&str>, org: &OrgAddress) -> Option<PublicUrl> {
    saved.and_then(|saved| PublicUrl::parse(saved, org).ok())
}

async fn known(desk: &Desk) -> Result<Vec<HookId>, Error> {
    let hooks = desk.store(|store, workspace, _| store.hooks(workspace)).await?;
    Ok(hooks.into_iter().filter(|hook| hook.standing != crate::store::Standing::Gone).filter_map(|hook| hook.hook_id).collect())
}

fn list(hooks: &[HookId]) -> String {
    hooks.iter().map(HookId::as_str).collect::<Vec<_>>().join(", ")
}
