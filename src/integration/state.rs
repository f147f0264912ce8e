//! The states of a connection: one table that page, API and command line share.

/// What a connection is, as its page shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Nothing is saved.
    NotConnected,
    /// Being connected at this moment.
    Connecting,
    /// The hook is verified and switched on, and the credentials work.
    Connected,
    /// It works in part, or could not be looked at.
    Degraded,
    /// The credentials are saved and there has never been a working hook.
    HookMissing,
    /// The hook is lost; the saved credentials can make a new one.
    ReconnectWithSaved,
    /// The saved credentials do not work, or cannot be opened.
    ReconnectWithNew,
}

/// How a state looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something happens.
    Busy,
    /// Somebody should look at it.
    Warning,
    /// It does not work.
    Bad,
    /// Nothing to say.
    Neutral,
}

/// A button, and the command that does the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Button {
    /// What stands on it.
    pub label: &'static str,
    /// What else it is called, for those who search for that.
    pub title: Option<&'static str>,
    /// The command.
    pub command: &'static str,
}

/// What is shown of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StateRow {
    /// The state.
    pub state: State,
    /// Its name in the API.
    pub name: &'static str,
    /// The text of the chip.
    pub chip: &'static str,
    /// How it looks.
    pub tone: Tone,
    /// What it means.
    pub sentence: &'static str,
    /// What to do next.
    pub primary: Option<Button>,
    /// What else can be done.
    pub secondary: Option<Button>,
    /// The heading in the documentation that speaks of it.
    pub anchor: &'static str,
}

const CONNECT: Button = Button { label: "Connect", title: None, command: "clarion okta connect" };
const RETRY: Button = Button { label: "Retry", title: None, command: "clarion okta connect" };
const RECREATE: Button = Button { label: "Recreate managed hook", title: Some("Recreate Hook"), command: "clarion okta recreate-hook" };
const RECONNECT: Button = Button { label: "Save credentials and reconnect", title: None, command: "clarion okta reconnect" };
const DISCONNECT: Button = Button { label: "Disconnect", title: None, command: "clarion okta disconnect" };

/// The table.
pub const STATES: &[StateRow] = &[
    StateRow {
        state: State::NotConnected,
        name: "not_connected",
        chip: "Not connected",
        tone: Tone::Neutral,
        sentence: "No Okta org is connected to this workspace.",
        primary: Some(CONNECT),
        secondary: None,
        anchor: "connect-okta-in-clarion",
    },
    StateRow {
        state: State::Connecting,
        name: "connecting",
        chip: "Connecting",
        tone: Tone::Busy,
        sentence: "Clarion validates the credentials, provisions the managed Okta Event Hook, and saves the integration.",
        primary: None,
        secondary: None,
        anchor: "connect-okta-in-clarion",
    },
    StateRow {
        state: State::Connected,
        name: "connected",
        chip: "Connected",
        tone: Tone::Good,
        sentence: "The managed Okta Event Hook is verified and active.",
        primary: Some(DISCONNECT),
        secondary: Some(RECREATE),
        anchor: "verify-the-connection",
    },
    StateRow {
        state: State::Degraded,
        name: "degraded",
        chip: "Degraded",
        tone: Tone::Warning,
        sentence: "The connection stands, and something about it needs a look.",
        primary: Some(RECREATE),
        secondary: Some(DISCONNECT),
        anchor: "degraded",
    },
    StateRow {
        state: State::HookMissing,
        name: "hook_missing",
        chip: "Hook missing",
        tone: Tone::Bad,
        sentence: "The credentials are saved, and there is no working Event Hook.",
        primary: Some(RETRY),
        secondary: Some(RECREATE),
        anchor: "the-connection-succeeds-but-no-hook-is-created",
    },
    StateRow {
        state: State::ReconnectWithSaved,
        name: "reconnect_required.credentials_saved",
        chip: "Reconnect required",
        tone: Tone::Bad,
        sentence: "The managed hook is lost. Clarion still has the saved Okta app credentials and can create a fresh Clarion-owned Event Hook.",
        primary: Some(RECREATE),
        secondary: Some(RECONNECT),
        anchor: "reconnect-an-existing-okta-integration",
    },
    StateRow {
        state: State::ReconnectWithNew,
        name: "reconnect_required.credentials_needed",
        chip: "Reconnect required",
        tone: Tone::Bad,
        sentence: "The saved credentials no longer work. Clarion needs the Client ID and Client Secret of the app installed in the same Okta org.",
        primary: Some(RECONNECT),
        secondary: Some(DISCONNECT),
        anchor: "reconnect-an-existing-okta-integration",
    },
];

/// What is shown of a state that the table does not have; there is none, and a test says so.
const UNKNOWN: &StateRow = &StateRow {
    state: State::NotConnected,
    name: "unknown",
    chip: "Unknown",
    tone: Tone::Neutral,
    sentence: "The state of the connection is not known.",
    primary: None,
    secondary: None,
    anchor: "verify-the-connection",
};

impl State {
    /// Returns what is shown of it.
    pub fn row(self) -> &'static StateRow {
        STATES.iter().find(|row| row.state == self).unwrap_or(UNKNOWN)
    }
}

impl Tone {
    /// Returns its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Busy => "busy",
            Tone::Warning => "warning",
            Tone::Bad => "bad",
            Tone::Neutral => "neutral",
        }
    }
}

impl StateRow {
    /// Returns where the documentation speaks of it, as a path inside the documentation.
    pub fn doc(&self) -> String {
        format!("connecting.md#{}", self.anchor)
    }
}
