//! Connecting: from three inputs to a verified hook, and connecting again with new credentials.

use super::desk::{Desk, Work};
use super::error::Error;
use super::hook::{Ours, Wish, census, is_as_wished, kept_name, newest_secret, provision, remove_all, verify};
use super::public_url::{PublicUrl, PublicUrlFault};
use super::receiver::Doors;
use super::rotate::OVERLAP;
use super::steps::{Step, Watch};
use super::subscription::Subscription;
use crate::event::Span;
use crate::okta::{self, Client, ClientId, Credentials, EventHook, Grant, HookId, HookSpec, HookUri, LogQuery, OrgAddress, Scope, Secret, UserSearch};
use crate::store::{NewConnection, OperationKind, PathId, Standing};

/// What a person gives to connect.
#[derive(Clone, Debug)]
pub struct Request {
    /// The Okta domain, as it was pasted; none takes the saved one.
    pub domain: Option<String>,
    /// The client id; none takes the saved one.
    pub client_id: Option<String>,
    /// The client secret.
    pub client_secret: Secret,
    /// The address under which Okta reaches us; none takes the saved one.
    pub public_url: Option<String>,
    /// What the hook is to carry.
    pub subscription: Subscription,
}

/// What connecting came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connected {
    /// The org's host.
    pub org_host: String,
    /// Okta's id of the org.
    pub org_id: String,
    /// The managed hook.
    pub hook_id: HookId,
    /// Old hooks that could not be deleted, and why; the next command tries again.
    pub left_behind: Option<String>,
}

/// Connects a workspace, step by step. What Okta accepts of the credentials is saved even when no hook comes of it.
///
/// A hook that an earlier attempt left is taken over; whatever else of ours is in the org is deleted.
///
/// # Errors
/// What is in the way. Nothing is saved unless Okta gave a token.
pub async fn connect(desk: &Desk, request: &Request, doors: &Doors, watch: &Watch) -> Result<Connected, Error> {
    run(desk, OperationKind::Connect, "connect", request, doors, watch).await
}

/// Connects a workspace again with new credentials of the same org. The hook is kept where it is as it should be.
///
/// # Errors
/// What is in the way; credentials of another org among it. The old credentials are kept unless Okta gave a token for the new ones.
pub async fn reconnect(desk: &Desk, request: &Request, doors: &Doors, watch: &Watch) -> Result<Connected, Error> {
    desk.record().await?;
    run(desk, OperationKind::Reconnect, "reconnect", request, doors, watch).await
}

async fn run(desk: &Desk, kind: OperationKind, what: &'static str, request: &Request, doors: &Doors, watch: &Watch) -> Result<Connected, Error> {
    let work = desk.begin(kind, watch).await?;
    let ended = steps(&work, request, doors).await;
    work.end(ended, what, |connected| format!("org {} ({}), hook {}", connected.org_host, connected.org_id, connected.hook_id)).await
}

/// What the first step makes of the request.
struct Inputs {
    address: OrgAddress,
    credentials: Credentials,
    client_id: ClientId,
    public: PublicUrl,
}

async fn steps(work: &Work<'_>, request: &Request, doors: &Doors) -> Result<Connected, Error> {
    let desk = &work.desk;
    let saved = desk.store(|store, workspace, _| store.connection(workspace)).await?;
    let Inputs { address, credentials, client_id, public } = work.step(Step::Domain, async { inputs(desk, request, saved.as_ref()) }).await?;
    let org_host = address.host();
    let org = desk.org(address)?;
    let organisation = work
        .step(Step::Organisation, async {
            let found = org.organisation().await.map_err(Error::okta(Step::Organisation))?;
            match &saved {
                Some(saved) if saved.org_id != found.id => Err(Error::OtherOrg { saved: saved.org_host.clone(), found: org_host.clone() }),
                _ => {
                    let told = found.id.clone();
                    Ok((found, Some(told)))
                }
            }
        })
        .await?;
    let client = org.client(credentials);
    let grant = work.step(Step::Token, async { client.new_grant().await.map(|grant| (grant, None)).map_err(Error::okta(Step::Token)) }).await?;
    let hooks = work.step(Step::Scopes, async { probe(desk, &client, &grant).await.map(|hooks| (hooks, Some(scope_names()))) }).await;
    work.step(Step::CredentialsSaved, async {
        let new = NewConnection {
            org_host: org_host.clone(),
            org_id: organisation.id.clone(),
            client_id,
            client_secret: request.client_secret.clone(),
            public_url: Some(public.as_str().to_owned()),
        };
        desk.store(move |store, workspace, now| store.save_credentials(workspace, &new, now)).await.map(|()| ((), None))
    })
    .await?;
    let (path_id, hook_id) = hook(work, &client, &public, &request.subscription.by_hook, hooks?, doors).await?;
    let left_behind = save(work, &path_id, &hook_id).await.map(|()| None)?;
    Ok(Connected { org_host, org_id: organisation.id, hook_id, left_behind })
}

fn scope_names() -> String {
    Scope::ALL.map(Scope::name).join(" ")
}

/// Checks everything that can be checked without asking anybody.
fn inputs(desk: &Desk, request: &Request, saved: Option<&crate::store::Connection>) -> Result<(Inputs, Option<String>), Error> {
    let given = request.domain.as_deref().or(saved.map(|saved| saved.org_host.as_str())).unwrap_or_default();
    let address = desk.address(given)?;
    let client_id = match (&request.client_id, saved) {
        (None, Some(saved)) => saved.client_id.clone(),
        (given, _) => ClientId::parse(given.as_deref().unwrap_or_default()).map_err(Error::Credentials)?,
    };
    let credentials = Credentials::with_secret(client_id.clone(), request.client_secret.clone()).map_err(Error::Credentials)?;
    let public = public_url(request.public_url.as_deref(), saved.and_then(|saved| saved.public_url.as_deref()), &address)?;
    let told = format!("using {address}");
    Ok((Inputs { address, credentials, client_id, public }, Some(told)))
}

/// Returns the address under which Okta reaches us: the given one, else the saved one.
pub(super) fn public_url(given: Option<&str>, saved: Option<&str>, org: &OrgAddress) -> Result<PublicUrl, Error> {
    let text = given.or(saved).ok_or(Error::PublicUrl(PublicUrlFault::Missing))?;
    PublicUrl::parse(text, org).map_err(Error::PublicUrl)
}

/// Tries each scope with a request that changes nothing, and returns the org's hooks.
pub(super) async fn probe(desk: &Desk, client: &Client, grant: &Grant) -> Result<Vec<EventHook>, Error> {
    let fault = Error::okta(Step::Scopes);
    let mut missing = grant.missing();
    let mut lacks = |scope: Scope, error: okta::Error| match error {
        okta::Error::MissingScope(_) => {
            missing.push(scope);
            Ok(())
        }
        error => Err(fault(error)),
    };
    let now = desk.now();
    let mut hooks = Vec::new();
    match client.hooks().await {
        Ok(found) => hooks = found,
        Err(error) => lacks(Scope::EventHooksManage, error)?,
    }
    if let Err(error) = client.logs(&LogQuery::between(now.minus(Span::hours(1)), now).limit(1)).await {
        lacks(Scope::LogsRead, error)?;
    }
    if let Err(error) = client.search_users(&UserSearch::Filter("status eq \"ACTIVE\"".to_owned()), 1).await {
        lacks(Scope::UsersManage, error)?;
    }
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() { Ok(hooks) } else { Err(Error::Scopes(missing)) }
}

/// Makes sure that there is one hook of ours, verified, and no other.
async fn hook(
    work: &Work<'_>,
    client: &Client,
    public: &PublicUrl,
    events: &[String],
    hooks: Vec<EventHook>,
    doors: &Doors,
) -> Result<(PathId, HookId), Error> {
    let desk = &work.desk;
    let mut census = census(desk, hooks, Some(public)).await?;
    let secrets = desk.store(|store, workspace, _| store.hook_secrets(workspace)).await?;
    doors.open_all(&secrets);
    let can_be_taken = |ours: &Ours| {
        let Some(record) = &ours.record else { return false };
        let is_here = ours.hook.uri.as_deref() == Some(public.hook(&record.path_id).as_str());
        is_here && !matches!(record.standing, Standing::Leaving | Standing::Gone) && newest_secret(&secrets, &record.path_id).is_some()
    };
    let best = census.ours.iter().enumerate().filter(|(_, ours)| can_be_taken(ours)).max_by_key(|(_, ours)| (ours.is_managed(), ours.hook.delivers()));
    let taken = best.map(|(at, _)| at).map(|at| census.ours.swap_remove(at));
    if !census.ours.is_empty() {
        work.step(Step::OldHooks, async {
            let told = format!("{} deleted", census.ours.iter().map(|ours| ours.hook.id.as_str()).collect::<Vec<_>>().join(", "));
            remove_all(desk, client, &census.ours).await.map_err(|error| error.at(Step::OldHooks))?;
            Ok(((), Some(told)))
        })
        .await?;
    }
    if let Some(Ours { hook, record: Some(record) }) = taken
        && let Some(secret) = newest_secret(&secrets, &record.path_id)
        && let Some(id) = take_over(work, client, &hook, &record.path_id, &secret, events).await?
    {
        return Ok((record.path_id, id));
    }
    let gone: Vec<&String> = census.ours.iter().map(|ours| &ours.hook.name).collect();
    let taken: Vec<String> =
        census.names.iter().filter(|name| !gone.contains(name) || census.namesakes.iter().any(|other| other.name == **name)).cloned().collect();
    provision(work, client, &Wish { public, events, taken: &taken }, doors).await
}

/// Makes of an existing hook of ours what it should be; none if it has gone meanwhile.
async fn take_over(work: &Work<'_>, client: &Client, hook: &EventHook, path_id: &PathId, secret: &Secret, events: &[String]) -> Result<Option<HookId>, Error> {
    let desk = &work.desk;
    let name = kept_name(hook, desk.workspace());
    let replaced = work
        .step(Step::HookCreated, async {
            if is_as_wished(hook, desk.workspace(), events) {
                return Ok((Some(hook.clone()), Some(format!("{}, kept as it is", hook.id))));
            }
            let uri = hook.uri.clone().unwrap_or_default();
            let spec_uri = HookUri::parse(&uri, client.org().address()).map_err(Error::Spec)?;
            let spec = HookSpec::new(name, spec_uri, events.to_vec(), secret.clone()).map_err(Error::Spec)?;
            let (noted, list) = (path_id.clone(), events.to_vec());
            desk.store(move |store, _, now| store.note_hook_wishes(&noted, &uri, &list, now)).await?;
            match client.replace_hook(&hook.id, &spec).await {
                Ok(replaced) => Ok((Some(replaced), Some(format!("{}, found and put right, {} event types", hook.id, events.len())))),
                Err(okta::Error::NotFound(_)) => Ok((None, Some("it has gone meanwhile".to_owned()))),
                Err(error) => Err(Error::okta(Step::HookCreated)(error)),
            }
        })
        .await?;
    let Some(replaced) = replaced else { return Ok(None) };
    let (noted, id) = (path_id.clone(), replaced.id.clone());
    desk.store(move |store, workspace, now| {
        let standing = store.hooks(workspace)?.into_iter().find(|record| record.path_id == noted).map(|record| record.standing);
        store.note_hook(&noted, if standing == Some(Standing::Managed) { Standing::Managed } else { Standing::Made }, Some(&id), now)
    })
    .await?;
    work.step(Step::HookVerified, async {
        if replaced.delivers() {
            return Ok(((), Some("it was already".to_owned())));
        }
        verify(client, &replaced).await.map(|()| ((), None))
    })
    .await?;
    Ok(Some(replaced.id))
}

/// Saves that a hook is the one that the workspace relies on.
pub(super) async fn save(work: &Work<'_>, path_id: &PathId, hook_id: &HookId) -> Result<(), Error> {
    work.step(Step::Saved, async {
        let (path_id, hook_id) = (path_id.clone(), hook_id.clone());
        work.desk
            .store(move |store, workspace, now| {
                store.manage_hook(workspace, &path_id, &hook_id, now.plus(OVERLAP), now)?;
                store.erase_retired(workspace, now)
            })
            .await
            .map(|_| ((), None))
    })
    .await
}
