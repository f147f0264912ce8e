//! Settling: bringing to an end what was cut off, so that the org has at most one hook of ours.
//!
//! Only takes away and takes note; makes nothing new. A hook that was verified before the work was cut off becomes the managed one.

use super::connect::save;
use super::desk::{Desk, Work};
use super::disconnect::saved_public;
use super::error::Error;
use super::hook::{Ours, census, remove_all};
use super::steps::{Step, Watch};
use crate::okta::EventHook;
use crate::store::{HookRecord, Operation, OperationKind, Standing};

/// Brings to an end what was cut off; returns what that was, where it is known. Does nothing when there is nothing to settle.
///
/// # Errors
/// What is in the way; settling can be tried again at any time.
pub async fn settle(desk: &Desk, watch: &Watch) -> Result<Option<Operation>, Error> {
    let (connection, open, hooks) =
        desk.store(|store, workspace, _| Ok((store.connection(workspace)?, store.open_operation(workspace)?, store.hooks(workspace)?))).await?;
    // A disconnection goes on only when somebody asks for it again. Without a record there is nothing that could have been made.
    let is_cut_off = open.as_ref().is_some_and(|open| open.kind != OperationKind::Disconnect);
    if connection.is_none() || !(is_cut_off || open.is_none() && is_in_limbo(&hooks)) {
        return Ok(None);
    }
    let work = desk.begin(OperationKind::Settle, watch).await?;
    let ended = steps(&work).await;
    work.end(ended, "settle", |()| match &open {
        Some(operation) => format!("{} of {} was cut off", operation.kind.word(), operation.started_at),
        None => "hooks were left over".to_owned(),
    })
    .await?;
    desk.store(|store, workspace, now| store.end_cut_off(workspace, now)).await?;
    Ok(open)
}

/// Says whether hooks are known to be left over.
fn is_in_limbo(hooks: &[HookRecord]) -> bool {
    let count = |standing: Standing| hooks.iter().filter(|hook| hook.standing == standing).count();
    count(Standing::Leaving) > 0 || count(Standing::Made) + count(Standing::Managed) > 1
}

async fn steps(work: &Work<'_>) -> Result<(), Error> {
    let desk = &work.desk;
    let record = desk.record().await?;
    let org = desk.org_of(&record)?;
    let public = saved_public(record.public_url.as_deref(), org.address());
    let client = org.client(desk.credentials(&record).await?);
    let (kept, rest, lost) = work
        .step(Step::OldHooks, async {
            let hooks = client.hooks().await.map_err(Error::okta(Step::OldHooks))?;
            let census = census(desk, hooks, public.as_ref()).await?;
            let lost = lost(desk, &census.ours).await?;
            let (kept, rest) = choose(census.ours);
            remove_all(desk, &client, &rest).await.map_err(|error| error.at(Step::OldHooks))?;
            let told = match rest.len() {
                0 => None,
                _ => Some(format!("{} deleted", rest.iter().map(|ours| ours.hook.id.as_str()).collect::<Vec<_>>().join(", "))),
            };
            Ok(((kept, rest, lost), told))
        })
        .await?;
    drop(rest);
    desk.store(move |store, _, now| {
        // What was leaving and is not there any more is gone. What was wanted may still come: its address stays known.
        lost.iter().filter(|record| record.standing == Standing::Leaving).try_for_each(|record| store.note_hook(&record.path_id, Standing::Gone, None, now))?;
        lost.iter().filter(|record| record.standing == Standing::Made).try_for_each(|record| store.forget_hook(&record.path_id))
    })
    .await?;
    let Some((EventHook { id, .. }, delivers, record)) = kept else { return Ok(()) };
    if delivers && record.standing != Standing::Managed {
        return save(work, &record.path_id, &id).await;
    }
    if record.standing == Standing::Wanted {
        desk.store(move |store, _, now| store.note_hook(&record.path_id, Standing::Made, Some(&id), now)).await?;
    }
    Ok(())
}

/// Returns the records whose hooks are not in the org.
async fn lost(desk: &Desk, ours: &[Ours]) -> Result<Vec<HookRecord>, Error> {
    let records = desk.store(|store, workspace, _| store.hooks(workspace)).await?;
    let found = |record: &HookRecord| ours.iter().any(|ours| ours.record.as_ref().is_some_and(|known| known.path_id == record.path_id));
    Ok(records.into_iter().filter(|record| !found(record)).collect())
}

/// Chooses the one hook to keep: a new one that is verified, else the managed one, else any that we know.
fn choose(ours: Vec<Ours>) -> (Option<(EventHook, bool, HookRecord)>, Vec<Ours>) {
    let rank = |ours: &Ours| {
        let record = ours.record.as_ref()?;
        match (record.standing, ours.hook.delivers()) {
            (Standing::Made | Standing::Wanted, true) => Some(3),
            (Standing::Managed, _) => Some(2),
            (Standing::Made | Standing::Wanted, false) => Some(1),
            (Standing::Leaving | Standing::Gone, _) => None,
        }
    };
    let best = ours.iter().enumerate().filter_map(|(at, ours)| Some((rank(ours)?, at))).max().map(|(_, at)| at);
    let mut rest = ours;
    let kept = best.map(|at| rest.swap_remove(at));
    let kept = kept.and_then(|ours| ours.record.map(|record| (ours.hook.clone(), ours.hook.delivers(), record)));
    (kept, rest)
}
