//! `clarion okta`: the connection to an Okta org, without a page.
//!
//! Secrets come from the environment, a file or a prompt, never from an argument. The answer goes to stdout; the steps, while they
//! happen, go to stderr.

mod connect;
mod disconnect;
mod doctor;
mod fault;
mod logs;
mod recreate;
mod rotate;
mod secret;
mod show;
mod status;
mod surroundings;
mod user;
mod work;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::exit::{Exit, Refusal};
use super::out::Out;
use surroundings::Surroundings;

/// Connects an Okta org and keeps the connection in order
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Environment:\n  CLARION_OKTA_CLIENT_SECRET  the client secret\n  CLARION_PUBLIC_URL          where Okta reaches clarion, such as https://clarion.company.com\n  \
    CLARION_DATA                the data folder\n  CLARION_MASTER_KEY          the key that seals saved secrets, 32 bytes in hexadecimal or base64\n  \
    CLARION_MASTER_KEY_FILE     a file with that key; without both, one is made in the data folder\n\n\
    Examples:\n  clarion okta connect --domain company.okta.com --client-id 0oa1b2c3 --public-url https://clarion.company.com\n  \
    clarion okta status\n  clarion okta logs --since 24h | clarion run -"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Connect(connect::Args),
    Status(status::Args),
    #[command(visible_alias = "recreate-managed-hook")]
    RecreateHook(recreate::Args),
    Reconnect(connect::ReconnectArgs),
    Rotate(rotate::Args),
    Disconnect(disconnect::Args),
    Doctor(doctor::Args),
    Logs(logs::Args),
    User(user::Args),
}

/// Which connection, and how to write about it.
#[derive(Debug, clap::Args)]
struct Common {
    /// The workspace
    #[arg(long, value_name = "NAME", default_value = "default", help_heading = "Connection")]
    workspace: String,
    /// The data folder [default: CLARION_DATA, else the user's own folder for data]
    #[arg(long, value_name = "DIR", help_heading = "Connection")]
    data: Option<PathBuf>,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Connection")]
    format: Format,
}

/// How the answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// As JSON
    Json,
}

/// Runs the command.
///
/// # Errors
/// Whatever keeps it from its work, as a refusal; what Okta is the reason for has been said in full by then.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let around = Surroundings::of_process();
    match &args.command {
        Command::Connect(args) => connect::run(args, &around, out),
        Command::Status(args) => status::run(args, &around, out),
        Command::RecreateHook(args) => recreate::run(args, &around, out),
        Command::Reconnect(args) => connect::run_again(args, &around, out),
        Command::Rotate(args) => rotate::run(args, &around, out),
        Command::Disconnect(args) => disconnect::run(args, &around, out),
        Command::Doctor(args) => doctor::run(args, &around, out),
        Command::Logs(args) => logs::run(args, &around, out),
        Command::User(args) => user::run(args, &around, out),
    }
}
