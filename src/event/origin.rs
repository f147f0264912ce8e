//! Origins: by which way an event came, and from which org.

use std::fmt;
use std::sync::Arc;

/// By which way an event came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Source {
    /// Okta delivered it to an event hook.
    Hook,
    /// It was fetched from the System Log.
    SystemLog,
    /// It was read from a file.
    #[default]
    File,
}

/// Where an event came from; the event itself does not say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// By which way it came.
    pub source: Source,
    /// The org's host, if known.
    pub org: Option<Arc<str>>,
}

impl Source {
    /// Every way.
    pub const ALL: [Source; 3] = [Source::Hook, Source::SystemLog, Source::File];

    /// Returns the name that rules use.
    pub fn name(self) -> &'static str {
        match self {
            Source::Hook => "hook",
            Source::SystemLog => "system_log",
            Source::File => "file",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
