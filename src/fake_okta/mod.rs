//! A fake Okta org: a real HTTP server that behaves as Okta does, for tests and demonstrations.
//!
//! Takes requests of Okta's API (tokens, System Log, event hooks, users) and calls the receivers of hooks back; takes orders of what an
//! administrator does and of what goes wrong. Knows Okta from its documentation and from recorded exchanges, and nothing of the client
//! that it is there to test: it uses no room that talks to Okta. What Okta does not document is a [`Switches`] field.
//!
//! Everything in it is invented. Ids and secrets come from a seed, so that a run can be repeated.

mod acts;
mod answer;
mod call;
mod clock;
mod control;
mod door;
mod fault;
mod hooks;
mod ids;
mod limits;
mod logs;
mod oauth;
mod options;
mod org;
mod recorded;
mod scenario;
mod scim;
mod send;
mod server;
#[cfg(test)]
mod tests;
mod users;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::event::Span;

use door::{Door, Peer};
use org::Org;
use server::Shared;

pub use acts::{AppChange, HookChange, HookState, NewSecret, UserState};
pub use clock::Clock;
pub use fault::{Fault, FaultKind};
pub use hooks::Attempted;
pub use options::{App, AppKind, Dpop, Engine, Options, PartialScopes, Person, Plan, PutWithoutSecret, Switches};
pub use recorded::Recorded;
pub use scenario::{Pace, Story};

/// Longest wait for requests that are being answered when the org ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often it is looked whether deliveries have ended.
const GLANCE: Duration = Duration::from_millis(5);

/// A fake org that runs. Dropping it ends it.
#[derive(Debug)]
pub struct FakeOkta {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Tells the server to take no more requests.
    stop: watch::Sender<bool>,
    /// Ends by itself once stopped and answered.
    server: Option<JoinHandle<()>>,
    /// Ended by hand.
    sender: JoinHandle<()>,
    /// The org's own runtime, where it lives in the background.
    runtime: Option<Runtime>,
}

impl FakeOkta {
    /// Starts an org; it answers from here on.
    ///
    /// # Errors
    /// The address cannot be listened on, or there is no TLS for calls to hooks.
    pub async fn start(options: Options) -> io::Result<FakeOkta> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let base = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let client = send::client().map_err(io::Error::other)?;
        let shared = Arc::new(Shared::new(Org::new(&options, base), client));
        let (stop, mut stopped) = watch::channel(false);
        let app = Router::new().fallback(server::handle).with_state(shared.clone()).into_make_service_with_connect_info::<Peer>();
        let server = axum::serve(Door { listener }, app).with_graceful_shutdown(async move {
            // An error means that the org is gone, which also ends it.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        });
        let server = tokio::spawn(async move {
            // The server ends without an error, or with the listening socket's, of which nobody can be told.
            let _ = server.await;
        });
        let sender = tokio::spawn(send::deliver(shared.clone()));
        Ok(FakeOkta { shared, address, stop, server: Some(server), sender, runtime: None })
    }

    /// Starts an org that lives in threads of its own, for those who wait otherwise than `await`: for a process, for example. Not to be
    /// called from within a runtime.
    ///
    /// # Errors
    /// As [`FakeOkta::start`], or there are no threads.
    pub fn start_in_background(options: Options) -> io::Result<FakeOkta> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let mut okta = runtime.block_on(FakeOkta::start(options))?;
        okta.runtime = Some(runtime);
        Ok(okta)
    }

    /// Takes no more requests, waits a moment for those under way, and ends.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if let Some(server) = self.server.take() {
            let ending = server.abort_handle();
            if tokio::time::timeout(FAREWELL, server).await.is_err() {
                ending.abort();
            }
        }
    }

    /// Returns the origin that clients use, without a slash at the end.
    pub fn url(&self) -> String {
        self.shared.org().base.clone()
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where the control API begins.
    pub fn control_url(&self) -> String {
        format!("http://{}{}", self.address, control::PREFIX)
    }

    /// Returns the org's id.
    pub fn org_id(&self) -> String {
        self.shared.org().id.clone()
    }

    /// Returns the client id of the first app.
    pub fn client_id(&self) -> String {
        self.shared.org().apps.apps.first().map(|app| app.client_id.clone()).unwrap_or_default()
    }

    /// Returns the newest secret of the first app that works.
    pub fn client_secret(&self) -> String {
        let org = self.shared.org();
        let secret = org.apps.apps.first().and_then(|app| app.secrets.iter().rev().find(|secret| secret.active));
        secret.map(|secret| secret.value.clone()).unwrap_or_default()
    }

    /// Returns the first SSWS token, if there is one.
    pub fn api_token(&self) -> Option<String> {
        self.shared.org().apps.api_tokens.first().map(|token| token.value.clone())
    }

    /// Returns what it was asked, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.org().requests.iter().cloned().collect()
    }

    /// Forgets what it was asked.
    pub fn forget_requests(&self) {
        self.shared.org().requests.clear();
    }

    /// Orders a fault. A thousand may wait; one more is dropped.
    pub fn order(&self, fault: Fault) {
        let _ = self.shared.org().order(fault);
    }

    /// Takes back all faults that wait.
    pub fn clear_faults(&self) {
        self.shared.org().faults.clear();
    }

    /// Changes switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.shared.org().switches);
    }

    /// Changes switches by their names; those that are absent stay.
    ///
    /// # Errors
    /// A sentence about a name or value that there is not.
    pub fn switch_by_name(&self, change: &Map<String, Value>) -> Result<(), String> {
        self.shared.org().change_switches(change)
    }

    /// Passes time on the org's clock, or turns it back: tokens end, windows of rate limits too, and its clock differs from others'.
    pub fn pass(&self, time: Span) {
        self.shared.org().pass(time);
    }

    /// Makes a second secret for an app; the first goes on working.
    ///
    /// # Errors
    /// There is no such app, or it has two.
    pub fn add_secret(&self, client_id: &str) -> Result<NewSecret, String> {
        self.shared.org().add_secret(client_id)
    }

    /// Switches a secret on or off.
    ///
    /// # Errors
    /// There is no such secret.
    pub fn set_secret_active(&self, client_id: &str, secret_id: &str, active: bool) -> Result<(), String> {
        self.shared.org().change_secret(client_id, secret_id, Some(active))
    }

    /// Makes a new secret the only one, as an administrator does who rotates without a pause.
    ///
    /// # Errors
    /// There is no such app.
    pub fn rotate_secret(&self, client_id: &str) -> Result<NewSecret, String> {
        let mut org = self.shared.org();
        let app = org.apps.find_mut(client_id).ok_or_else(|| format!("there is no app `{client_id}`"))?;
        app.secrets.clear();
        org.add_secret(client_id)
    }

    /// Changes an app: its scopes, whether it is revoked, its keys.
    ///
    /// # Errors
    /// There is no such app.
    pub fn change_app(&self, client_id: &str, change: AppChange) -> Result<(), String> {
        self.shared.org().change_app(client_id, change)
    }

    /// Ends every access token that is out.
    pub fn revoke_tokens(&self) {
        self.shared.org().revoke_tokens();
    }

    /// Uses up what an app may still ask of a bucket (`token`, `logs`, `user`, `users`, `other`) in this minute.
    ///
    /// # Errors
    /// There is no such bucket.
    pub fn exhaust(&self, client_id: &str, bucket: &str) -> Result<(), String> {
        self.shared.org().exhaust(client_id, bucket)
    }

    /// Returns the hooks, their secrets included.
    pub fn hooks(&self) -> Vec<HookState> {
        self.shared.org().hook_states()
    }

    /// Deletes a hook as an administrator does.
    ///
    /// # Errors
    /// There is no such hook.
    pub fn delete_hook(&self, id: &str) -> Result<(), String> {
        self.shared.org().delete_hook(id)
    }

    /// Changes a hook as an administrator does.
    ///
    /// # Errors
    /// There is no such hook.
    pub fn change_hook(&self, id: &str, change: HookChange) -> Result<(), String> {
        self.shared.org().change_hook(id, change)
    }

    /// Returns the users.
    pub fn users(&self) -> Vec<UserState> {
        self.shared.org().user_states()
    }

    /// Adds a person, and returns the user id.
    ///
    /// # Errors
    /// The login is taken, or the status is none.
    pub fn add_user(&self, person: &Person) -> Result<String, String> {
        self.shared.org().add_person(person)
    }

    /// Puts a user, by id or login, into a status.
    ///
    /// # Errors
    /// There is no such user or status.
    pub fn set_user_status(&self, id_or_login: &str, status: &str) -> Result<(), String> {
        self.shared.org().set_status(id_or_login, status)
    }

    /// Adds a group and returns its id.
    pub fn add_group(&self, name: &str) -> String {
        self.shared.org().add_group(name)
    }

    /// Writes events into the System Log now, and has hooks carry them. A missing `uuid` or `published` is filled in. Gives their uuids.
    ///
    /// # Errors
    /// One of them is not a map with an `eventType`; those before it are written.
    pub fn play_events(&self, events: Vec<Value>) -> Result<Vec<String>, String> {
        self.shared.org().play(events, 1)
    }

    /// Does the same, and has hooks carry each event so many times: 0 leaves it to the System Log.
    ///
    /// # Errors
    /// As [`FakeOkta::play_events`].
    pub fn play_events_carried(&self, events: Vec<Value>, copies: usize) -> Result<Vec<String>, String> {
        self.shared.org().play(events, copies)
    }

    /// Plays a story. Gives the number of its events; at a pace other than at once they come while this returns.
    ///
    /// # Errors
    /// A sentence about a step that cannot be played.
    pub fn play(&self, story: &Story, pace: Pace) -> Result<usize, String> {
        scenario::play(&self.shared, story, pace)
    }

    /// Returns the events of the System Log in the order of writing.
    pub fn events(&self) -> Vec<Value> {
        self.shared.org().log.entries().iter().map(|entry| entry.event.clone()).collect()
    }

    /// Returns what came of deliveries to hooks.
    pub fn deliveries(&self) -> Vec<Attempted> {
        self.shared.org().outbox.attempted.iter().cloned().collect()
    }

    /// Waits until nothing waits for hooks any more and every delivery has ended.
    pub async fn settle(&self) {
        settle(&self.shared).await;
    }

    /// Does the same where it lives in the background.
    pub fn settle_in_background(&self) {
        while !self.shared.org().outbox.is_idle() {
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for FakeOkta {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.sender.abort();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn settle(shared: &Shared) {
    loop {
        if shared.org().outbox.is_idle() {
            return;
        }
        tokio::time::sleep(GLANCE).await;
    }
}
