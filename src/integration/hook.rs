//! The managed hook: which of an org's hooks are ours, and how one is made, taken over, verified and taken away.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;

use super::desk::{Desk, Work};
use super::error::Error;
use super::public_url::PublicUrl;
use super::receiver::{Doors, HOOK_PATH};
use super::steps::Step;
use crate::okta::{self, Client, EventHook, HookId, HookSpec, HookStatus, HookUri, OrgAddress, Secret};
use crate::store::{self, HookRecord, HookSecret, PathId, Standing, Workspace};

/// Most active and verified event hooks that an org may have.
pub const HOOKS_MAX: usize = 25;

/// Random bytes of a hook's secret.
const SECRET_BYTES: usize = 32;

/// The header that carries the secret.
const SECRET_HEADER: &str = "Authorization";

/// Returns the name of a workspace's hook in Okta.
pub fn hook_name(workspace: &Workspace) -> String {
    format!("Clarion managed ({workspace})")
}

/// Returns a name for a new hook. Okta may want names to be different, so that a hook that stands beside another one of the name has a
/// part of its address behind it.
fn free_name(workspace: &Workspace, path_id: &PathId, taken: &[String]) -> String {
    let name = hook_name(workspace);
    if taken.contains(&name) {
        let part: String = path_id.as_str().chars().take(6).collect();
        return format!("{name} {part}");
    }
    name
}

/// Says whether a hook's name is one that we would give.
fn is_our_name(name: &str, workspace: &Workspace) -> bool {
    name.strip_prefix(&hook_name(workspace)).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Returns the name to leave a hook of ours: its own, unless somebody has changed it to something else.
pub(super) fn kept_name(hook: &EventHook, workspace: &Workspace) -> String {
    if is_our_name(&hook.name, workspace) { hook.name.clone() } else { hook_name(workspace) }
}

/// A hook of ours in the org.
#[derive(Clone, Debug)]
pub(super) struct Ours {
    pub(super) hook: EventHook,
    /// What we know of it; none where another installation at our address, or one that lost its data, has made it.
    pub(super) record: Option<HookRecord>,
}

/// The hooks of an org, sorted by whose they are.
#[derive(Clone, Debug)]
pub(super) struct Census {
    pub(super) ours: Vec<Ours>,
    /// Hooks that are called as ours would be and deliver to somebody else. They are left alone.
    pub(super) namesakes: Vec<EventHook>,
    /// How many hooks of the org are switched on: Okta limits these.
    pub(super) active: usize,
    /// The names of all hooks of the org.
    pub(super) names: Vec<String>,
}

impl Ours {
    fn standing(&self) -> Option<Standing> {
        self.record.as_ref().map(|record| record.standing)
    }

    pub(super) fn is_managed(&self) -> bool {
        self.standing() == Some(Standing::Managed)
    }
}

/// Finds out whose hooks these are: ours have an id or address that we wrote down, or our name and an address below ours that no other
/// workspace has.
pub(super) async fn census(desk: &Desk, hooks: Vec<EventHook>, public: Option<&PublicUrl>) -> Result<Census, Error> {
    let below = public.map(PublicUrl::hooks);
    desk.store(move |store, workspace, _| {
        let records = store.hooks(workspace)?;
        let active = hooks.iter().filter(|hook| hook.status == HookStatus::Active).count();
        let names = hooks.iter().map(|hook| hook.name.clone()).collect();
        let mut census = Census { ours: Vec::new(), namesakes: Vec::new(), active, names };
        for hook in hooks {
            let path_id = hook.uri.as_deref().and_then(path_id_of);
            let is = |record: &HookRecord| record.hook_id.as_ref() == Some(&hook.id) || path_id.as_ref() == Some(&record.path_id);
            if let Some(record) = records.iter().find(|record| is(record)) {
                census.ours.push(Ours { hook, record: Some(record.clone()) });
            } else if is_our_name(&hook.name, workspace) {
                let is_below = below.as_deref().zip(hook.uri.as_deref()).is_some_and(|(below, uri)| uri.starts_with(below));
                let is_anothers = match &path_id {
                    Some(path_id) => store.workspace_of(path_id)?.is_some(),
                    None => false,
                };
                if is_below && !is_anothers { census.ours.push(Ours { hook, record: None }) } else { census.namesakes.push(hook) }
            }
        }
        Ok(census)
    })
    .await
}

/// Returns the last part of a hook's address.
fn path_id_of(uri: &str) -> Option<PathId> {
    let (_, rest) = uri.rsplit_once(HOOK_PATH)?;
    PathId::parse(rest)
}

/// What a new hook is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'w> {
    /// Below which address it delivers.
    pub(super) public: &'w PublicUrl,
    /// What it carries.
    pub(super) events: &'w [String],
    /// The names that other hooks of the org have.
    pub(super) taken: &'w [String],
}

/// A hook that is about to be asked for, written down and with its door open.
struct Draft {
    path_id: PathId,
    spec: HookSpec,
}

impl Draft {
    /// Writes down a new hook, or takes one that was written down and never came to be.
    async fn new(desk: &Desk, org: &OrgAddress, wish: &Wish<'_>, doors: &Doors) -> Result<Draft, Error> {
        let Wish { public, events, taken } = wish;
        let (below, wanted, list) = (public.hooks(), (*public).clone(), events.to_vec());
        // Whatever is wrong with the hook is found out before anything is written down.
        let trial = uri(&wanted.hook(&PathId::random().map_err(Error::Store)?), org)?;
        HookSpec::new(hook_name(desk.workspace()), trial, list.clone(), Secret::new("-".to_owned())).map_err(Error::Spec)?;
        let (path_id, secret) = desk
            .store(move |store, workspace, now| {
                let records = store.hooks(workspace)?;
                let reusable = |record: &&HookRecord| record.standing == Standing::Wanted && record.hook_id.is_none() && record.uri.starts_with(&below);
                if let Some(record) = records.iter().find(reusable)
                    && let Some(known) = newest_secret(&store.hook_secrets(workspace)?, &record.path_id)
                {
                    store.note_hook_wishes(&record.path_id, &record.uri, &list, now)?;
                    return Ok((record.path_id.clone(), known));
                }
                let (path_id, secret) = (PathId::random()?, new_secret()?);
                store.want_hook(workspace, &path_id, &wanted.hook(&path_id), &list, &secret, now)?;
                Ok((path_id, secret))
            })
            .await?;
        doors.open(&path_id, &secret, None);
        let name = free_name(desk.workspace(), &path_id, taken);
        let spec = HookSpec::new(name, uri(&public.hook(&path_id), org)?, events.to_vec(), secret).map_err(Error::Spec)?;
        Ok(Draft { path_id, spec })
    }
}

fn uri(text: &str, org: &OrgAddress) -> Result<HookUri, Error> {
    HookUri::parse(text, org).map_err(Error::Spec)
}

/// Draws a secret of 256 bits.
pub(super) fn new_secret() -> Result<Secret, store::Error> {
    let mut bytes = zeroize::Zeroizing::new([0; SECRET_BYTES]);
    OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(|_| store::Error::NoRandomness)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// Returns the secret that a hook at an address was last given.
pub(super) fn newest_secret(secrets: &[HookSecret], path_id: &PathId) -> Option<Secret> {
    let of_hook = secrets.iter().filter(|secret| secret.path_id == *path_id && secret.retires_at.is_none());
    of_hook.max_by_key(|secret| secret.number).map(|secret| secret.secret.clone())
}

/// Makes and verifies a new hook. One that does not come to be verified is taken away again.
pub(super) async fn provision(work: &Work<'_>, client: &Client, wish: &Wish<'_>, doors: &Doors) -> Result<(PathId, HookId), Error> {
    let desk = &work.desk;
    let (path_id, hook) = work
        .step(Step::HookCreated, async {
            let Draft { path_id, spec } = Draft::new(desk, client.org().address(), wish, doors).await?;
            match create(client, &spec).await {
                Ok(hook) => {
                    let (noted, id) = (path_id.clone(), hook.id.clone());
                    desk.store(move |store, _, now| store.note_hook(&noted, Standing::Made, Some(&id), now)).await?;
                    let told = format!("{}, {} event types", hook.id, spec.events().len());
                    Ok(((path_id, hook), Some(told)))
                }
                Err(error) => {
                    if !error.outcome_unknown() {
                        forget(desk, &path_id, doors).await?;
                    }
                    Err(Error::okta(Step::HookCreated)(error))
                }
            }
        })
        .await?;
    let verified = work.step(Step::HookVerified, async { verify(client, &hook).await.map(|()| ((), None)) }).await;
    if let Err(error) = verified {
        // Left where it is, it would count against the org's limit and mislead whoever sees it. If Okta does not let us, it is taken
        // over by the next attempt.
        if remove(client, &hook).await.is_ok() {
            forget(desk, &path_id, doors).await?;
        }
        return Err(error);
    }
    Ok((path_id, hook.id))
}

async fn forget(desk: &Desk, path_id: &PathId, doors: &Doors) -> Result<(), Error> {
    doors.close(path_id);
    let path_id = path_id.clone();
    desk.store(move |store, _, _| store.forget_hook(&path_id)).await
}

/// Creates a hook. When the answer is lost, looks whether Okta has made it.
async fn create(client: &Client, spec: &HookSpec) -> Result<EventHook, okta::Error> {
    match client.create_hook(spec).await {
        Err(error) if error.outcome_unknown() => {
            let hooks = client.hooks().await?;
            hooks.into_iter().find(|hook| hook.uri.as_deref() == Some(spec.uri().as_str())).ok_or(error)
        }
        answered => answered,
    }
}

/// Has Okta verify a hook, and makes sure that it delivers.
pub(super) async fn verify(client: &Client, hook: &EventHook) -> Result<(), Error> {
    let fault = Error::okta(Step::HookVerified);
    if hook.status != HookStatus::Active {
        client.activate_hook(&hook.id).await.map_err(&fault)?;
    }
    let (verified, lost) = match client.verify_hook(&hook.id).await {
        Ok(hook) => (hook, None),
        Err(error) if error.outcome_unknown() => (client.hook(&hook.id).await.map_err(&fault)?, Some(error)),
        Err(error) => return Err(fault(error)),
    };
    match lost {
        _ if verified.delivers() => Ok(()),
        Some(error) => Err(fault(error)),
        None => Err(Error::NotVerified(hook.id.clone())),
    }
}

/// Switches a hook off and deletes it; one that is gone already is fine.
pub(super) async fn remove(client: &Client, hook: &EventHook) -> Result<(), okta::Error> {
    if hook.status != HookStatus::Inactive {
        match client.deactivate_hook(&hook.id).await {
            Ok(_) => {}
            Err(okta::Error::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    match client.delete_hook(&hook.id).await {
        Ok(()) | Err(okta::Error::NotFound(_)) => Ok(()),
        Err(error) if error.outcome_unknown() => match client.hook(&hook.id).await {
            Err(okta::Error::NotFound(_)) => Ok(()),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Takes hooks of ours away, and notes that they are gone. What the managed one had under way may still come in.
pub(super) async fn remove_all(desk: &Desk, client: &Client, hooks: &[Ours]) -> Result<(), okta_or::Error> {
    for ours in hooks {
        remove(client, &ours.hook).await.map_err(okta_or::Error::Okta)?;
        if let Some(record) = &ours.record {
            let (path_id, standing) = (record.path_id.clone(), record.standing);
            let noted = desk.store(move |store, _, now| match standing {
                Standing::Wanted | Standing::Made => store.forget_hook(&path_id),
                Standing::Managed | Standing::Leaving | Standing::Gone => store.note_hook(&path_id, Standing::Gone, None, now),
            });
            noted.await.map_err(okta_or::Error::Other)?;
        }
    }
    Ok(())
}

/// Whose fault it is.
pub(super) mod okta_or {
    /// Okta's, or another's.
    pub(in super::super) enum Error {
        Okta(crate::okta::Error),
        Other(super::Error),
    }

    impl Error {
        pub(in super::super) fn at(self, step: super::Step) -> super::Error {
            match self {
                Error::Okta(error) => super::Error::okta(step)(error),
                Error::Other(error) => error,
            }
        }
    }
}

/// Says whether a hook is in every respect what we would ask for.
pub(super) fn is_as_wished(hook: &EventHook, workspace: &Workspace, events: &[String]) -> bool {
    hook.delivers() && is_our_name(&hook.name, workspace) && hook.events == events && !hook.filtered && carries_secret(hook) && hook.headers.is_empty()
}

/// Says whether a hook sends the header that we look at.
pub(super) fn carries_secret(hook: &EventHook) -> bool {
    hook.auth_header.as_deref().is_some_and(|header| header.eq_ignore_ascii_case(SECRET_HEADER))
}
