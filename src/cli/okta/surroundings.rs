//! What a command takes from around it: the environment, read here and nowhere else, and the clock.

use std::fmt;
use std::path::PathBuf;

use crate::okta::{Allowance, Clock, Secret};
use crate::store::{KeySource, Store, Workspace};

use super::super::clock::now;
use super::super::exit::Refusal;
use super::super::out::Out;
use super::Common;
use super::fault;

/// The environment, as far as it concerns these commands.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    pub(super) client_secret: Option<Secret>,
    pub(super) public_url: Option<String>,
    allowed_host: Option<String>,
    master_key: Option<Secret>,
    master_key_file: Option<PathBuf>,
    data: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

impl Surroundings {
    /// Reads the process's environment. A variable that is set to nothing counts as not set.
    pub(super) fn of_process() -> Surroundings {
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let text = |name: &str| std::env::var_os(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty());
        let below_home = |folder: &str| path("HOME").map(|home| home.join(folder));
        Surroundings {
            client_secret: text("CLARION_OKTA_CLIENT_SECRET").map(Secret::new),
            public_url: text("CLARION_PUBLIC_URL"),
            allowed_host: text("CLARION_OKTA_ALLOW_HOST"),
            master_key: text("CLARION_MASTER_KEY").map(Secret::new),
            master_key_file: path("CLARION_MASTER_KEY_FILE"),
            data: path("CLARION_DATA"),
            home: path("XDG_DATA_HOME").or_else(|| path("LOCALAPPDATA")).or_else(|| below_home(".local/share")).map(|home| home.join("clarion")),
        }
    }

    /// Returns the loopback server that may stand for an org, with a warning that it does.
    pub(super) fn allowance(&self, out: &mut Out<'_>) -> Result<Option<Allowance>, Refusal> {
        let Some(text) = &self.allowed_host else { return Ok(None) };
        let allowance = Allowance::parse(text).map_err(|fault| Refusal::usage(format!("CLARION_OKTA_ALLOW_HOST is {fault}")))?;
        out.warn(format_args!("CLARION_OKTA_ALLOW_HOST lets {allowance} stand for an Okta org, without TLS; for tests and demonstrations only"));
        Ok(Some(allowance))
    }

    /// Returns the data folder.
    pub(super) fn folder(&self, common: &Common) -> Result<PathBuf, Refusal> {
        let folder = common.data.clone().or_else(|| self.data.clone()).or_else(|| self.home.clone());
        folder.ok_or_else(|| Refusal::usage("it is not known where to keep data").help("name a folder with `--data DIR` or CLARION_DATA"))
    }

    /// Returns where the master key is.
    pub(super) fn key(&self) -> Result<KeySource, Refusal> {
        match (&self.master_key, &self.master_key_file) {
            (Some(_), Some(_)) => Err(Refusal::usage("both CLARION_MASTER_KEY and CLARION_MASTER_KEY_FILE are set").help("set one of them")),
            (Some(key), None) => Ok(KeySource::Given(key.clone())),
            (None, Some(path)) => Ok(KeySource::File(path.clone())),
            (None, None) => Ok(KeySource::Folder),
        }
    }

    /// Opens the store for changes; says where a new master key was written.
    pub(super) fn open(&self, common: &Common, out: &mut Out<'_>) -> Result<Store, Refusal> {
        let (store, opened) = Store::open(&self.folder(common)?, &self.key()?).map_err(|error| fault::of_store(&error))?;
        if let Some(path) = opened.made_key {
            out.say(format_args!("made a master key, which seals saved secrets: {}; back it up apart from the database", path.display()));
        }
        Ok(store)
    }

    /// Opens the store to look at it; none where nothing was ever saved.
    pub(super) fn look(&self, common: &Common) -> Result<Option<Store>, Refusal> {
        Store::look(&self.folder(common)?, &self.key()?).map_err(|error| fault::of_store(&error))
    }
}

/// Returns the workspace that a command is about.
pub(super) fn workspace(common: &Common) -> Result<Workspace, Refusal> {
    Workspace::parse(&common.workspace).ok_or_else(|| {
        Refusal::usage(format!("`{}` is no name of a workspace", super::super::shown(&common.workspace)))
            .help("names have up to 40 small letters, digits and hyphens, such as `default`")
    })
}

/// Returns this machine's clock.
pub(super) fn clock() -> Clock {
    Clock::new(now)
}
