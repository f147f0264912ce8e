//! How a command ends: its exit code, and the sentence that says why it could not do its work.

use std::fmt;
use std::process::ExitCode;

/// What a command comes to. The numbers are a promise to scripts and stand in `--help`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: all is well.
    Fine,
    /// 1: there is something to look at: diagnostics, failed cases, findings that were asked about.
    Findings,
    /// 2: the command was used or configured wrongly.
    Usage,
    /// 3: rules do not load, so that nothing could be done with them.
    Rules,
    /// 4: the outside world failed: input that cannot be read, output that cannot be written.
    World,
}

impl Exit {
    /// Every exit with what it means, as `--help` prints them.
    pub const MEANINGS: &'static [(Exit, &'static str)] = &[
        (Exit::Fine, "fine"),
        (Exit::Findings, "diagnostics, failed cases, or matches with --fail-on-match"),
        (Exit::Usage, "wrong use or configuration"),
        (Exit::Rules, "rules that do not load"),
        (Exit::World, "input or output failed"),
    ];

    /// Returns the exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Rules => 3,
            Exit::World => 4,
        }
    }

    /// Returns the worse of two ends; the outside world's failure outweighs findings.
    pub fn or_worse(self, other: Exit) -> Exit {
        if other.code() > self.code() { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command did not do its work, in plain sentences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The exit that it leads to.
    pub exit: Exit,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Refusal {
    /// Refuses wrong use.
    pub fn usage(message: impl Into<String>) -> Self {
        Refusal { exit: Exit::Usage, message: message.into(), help: None }
    }

    /// Refuses to work with rules that do not load.
    pub fn rules(message: impl Into<String>) -> Self {
        Refusal { exit: Exit::Rules, message: message.into(), help: None }
    }

    /// Gives up because the outside world failed.
    pub fn world(message: impl Into<String>) -> Self {
        Refusal { exit: Exit::World, message: message.into(), help: None }
    }

    /// Adds what to do next.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds "did you mean" where a near name is known.
    pub fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
