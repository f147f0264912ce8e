//! The command line, entered where `main` enters it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "what helpers of tests find wrong fails the test"
)]

mod backtest;
mod check;
mod events;
mod explain;
mod files;
mod fix;
mod fmt;
mod printed;
mod run;
mod schema;
mod streams;
mod test;
mod why;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarion::cli::{self, Exit, Onlookers, Out};

/// What a command said.
struct Said {
    exit: Exit,
    answer: String,
    talk: String,
}

impl Said {
    /// Everything, for comparing with what stands beside the tests.
    fn transcript(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.exit.code(), self.answer, self.talk)
    }

    /// The lines of the answer as JSON.
    fn json_lines(&self) -> Vec<serde_json::Value> {
        self.answer.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }
}

/// Runs a command whose answer a program reads.
fn clarion(args: &[&str]) -> Said {
    clarion_with(args, b"", Onlookers::default())
}

/// Runs a command with some input and somebody looking on.
fn clarion_with(args: &[&str], mut stdin: &[u8], onlookers: Onlookers) -> Said {
    let (mut answer, mut talk) = (Vec::new(), Vec::new());
    let mut out = Out::new(&mut stdin, &mut answer, &mut talk).watched_by(onlookers);
    let args = std::iter::once("clarion").chain(args.iter().copied()).map(OsString::from);
    let exit = cli::run(args, &mut out);
    let text = |bytes| String::from_utf8(bytes).expect("what commands say is text");
    Said { exit, answer: text(answer), talk: text(talk) }
}

/// The program itself, in the environment of the tests but for colours.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
    command.args(args);
    ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"].iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// Makes an empty folder that belongs to one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Copies the files of a folder into a folder that belongs to one test.
fn copy(from: &str, name: &str) -> PathBuf {
    let to = folder(name);
    for entry in fs::read_dir(from).expect("test data") {
        let entry = entry.expect("test data");
        if entry.path().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
    to
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

const PACK: &str = "tests/data/cli/pack";
const THREE_FAULTS: &str = "tests/data/cli/three-faults";
const EVENTS: &str = "tests/data/cli/events.ndjson";
