//! Where the work is done from: one workspace of the store, the clock, and the journal of what is being done.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::Error;
use super::steps::{Report, Step, Watch};
use crate::event::Timestamp;
use crate::okta::{Allowance, Client, Clock, Credentials, Org, OrgAddress, Settings};
use crate::store::{self, Connection, OperationKind, Outcome, StepState, Store, Workspace};

/// One workspace of the store, with what is needed to talk to its org. Clones share the store.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Arc<Mutex<Store>>,
    workspace: Workspace,
    clock: Clock,
    allowance: Option<Allowance>,
    settings: Settings,
}

impl Desk {
    /// Sits down at a workspace. `allowance` is the loopback server that may stand for an org.
    pub fn new(store: Store, workspace: Workspace, clock: Clock, allowance: Option<Allowance>) -> Desk {
        Desk { store: Arc::new(Mutex::new(store)), workspace, clock, allowance, settings: Settings::default() }
    }

    /// Talks to Okta with other settings than the usual ones.
    pub fn with_settings(mut self, settings: Settings) -> Desk {
        self.settings = settings;
        self
    }

    /// Returns the workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Returns the time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Works with the store on a thread that may wait for the disk.
    pub(super) async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store, &Workspace, Timestamp) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (store, workspace, now) = (self.store.clone(), self.workspace.clone(), self.now());
        let done = tokio::task::spawn_blocking(move || {
            // Every change is a transaction, so that a thread that died has left nothing half done.
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut store, &workspace, now)
        });
        Ok(done.await.map_err(|_| Error::Died)??)
    }

    /// Reads what a person wrote for an org's address.
    pub(super) fn address(&self, text: &str) -> Result<OrgAddress, Error> {
        OrgAddress::parse(text, self.allowance.as_ref()).map_err(Error::Domain)
    }

    /// Prepares to talk to an org.
    pub(super) fn org(&self, address: OrgAddress) -> Result<Org, Error> {
        Org::with(address, self.clock.clone(), self.settings.clone()).map_err(Error::okta(Step::Organisation))
    }

    /// Returns the record of the workspace.
    pub(super) async fn record(&self) -> Result<Connection, Error> {
        let found = self.store(|store, workspace, _| store.connection(workspace)).await?;
        found.ok_or_else(|| Error::NotConnected(self.workspace.clone()))
    }

    /// Prepares to talk to the org of a record.
    pub(super) fn org_of(&self, record: &Connection) -> Result<Org, Error> {
        self.org(OrgAddress::saved(&record.org_host, self.allowance.as_ref()).map_err(Error::Domain)?)
    }

    /// Opens the saved credentials.
    pub(super) async fn credentials(&self, record: &Connection) -> Result<Credentials, Error> {
        let secret = self.store(|store, workspace, _| store.client_secret(workspace)).await?;
        let secret = secret.ok_or_else(|| Error::NoSecret(self.workspace.clone()))?;
        Credentials::with_secret(record.client_id.clone(), secret).map_err(Error::Credentials)
    }

    /// Makes a client of a record and its saved credentials.
    pub async fn client(&self) -> Result<Client, Error> {
        let record = self.record().await?;
        Ok(self.org_of(&record)?.client(self.credentials(&record).await?))
    }

    /// Writes down that work begins.
    pub(super) async fn begin<'w>(&self, kind: OperationKind, watch: &'w Watch) -> Result<Work<'w>, Error> {
        let operation = self.store(move |store, workspace, now| store.begin(workspace, kind, now)).await?;
        Ok(Work { desk: self.clone(), operation, watch })
    }
}

/// Work that is under way: each step is in the journal before it is done, and told to whoever watches.
pub(super) struct Work<'w> {
    pub(super) desk: Desk,
    operation: i64,
    watch: &'w Watch,
}

impl Work<'_> {
    /// Does a step. It gives its value and what to tell of it.
    pub(super) async fn step<T>(&self, step: Step, act: impl Future<Output = Result<(T, Option<String>), Error>>) -> Result<T, Error> {
        self.note(step, StepState::Begun, None).await?;
        match act.await {
            Ok((value, detail)) => {
                self.note(step, StepState::Done, detail).await?;
                Ok(value)
            }
            Err(error) => {
                self.note(step, StepState::Failed, Some(error.to_string())).await?;
                Err(error)
            }
        }
    }

    async fn note(&self, step: Step, state: StepState, detail: Option<String>) -> Result<(), Error> {
        let (operation, told) = (self.operation, detail.clone());
        self.desk.store(move |store, _, now| store.note_step(operation, step.name(), state, told.as_deref(), now)).await?;
        (self.watch)(Report { step, state, detail });
        Ok(())
    }

    /// Writes down how the work ended, and what was done in the audit, where something was.
    pub(super) async fn end<T>(self, ended: Result<T, Error>, what: &'static str, detail: impl FnOnce(&T) -> String) -> Result<T, Error> {
        let operation = self.operation;
        let (outcome, said) = match &ended {
            Ok(value) => (Outcome::Done, detail(value)),
            Err(error) => (Outcome::Failed, error.to_string()),
        };
        let noted = self.desk.store(move |store, workspace, now| {
            store.end(operation, outcome, Some(&said), now)?;
            let what = if outcome == Outcome::Done { what.to_owned() } else { format!("{what}: failed") };
            store.audit(workspace, &what, &said, now)
        });
        let noted = noted.await;
        let value = ended?;
        noted?;
        Ok(value)
    }
}
