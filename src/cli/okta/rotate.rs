//! `clarion okta rotate`.

use clap::Subcommand;

use crate::integration::{Desk, Doors, Receiver, rotate_client_secret, rotate_hook_secret, settle};

use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::secret::SecretArgs;
use super::surroundings::{Surroundings, clock, workspace};
use super::work::{runtime, watched};
use super::{Common, Format, fault};

/// Rotates a secret
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    ClientSecret(ClientSecret),
    HookSecret(HookSecret),
}

/// Replaces the saved client secret, once Okta has given a token for the new one
#[derive(Debug, clap::Args)]
#[command(after_help = "Make the new secret in Okta, run this, and deactivate the old one then.")]
struct ClientSecret {
    #[command(flatten)]
    secret: SecretArgs,
    #[command(flatten)]
    common: Common,
}

/// Gives the managed hook a new secret; the old one stays good for two hours
#[derive(Debug, clap::Args)]
struct HookSecret {
    /// The address to listen on until the hook is verified anew [default: that of the hook for an org on this machine, else 127.0.0.1:8787]
    #[arg(long, value_name = "ADDRESS", help_heading = "Event hook")]
    listen: Option<std::net::SocketAddr>,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    match &args.what {
        What::ClientSecret(args) => client_secret(args, around, out),
        What::HookSecret(args) => hook_secret(args, around, out),
    }
}

fn client_secret(args: &ClientSecret, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let desk = match desk(&args.common, around, out)? {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let secret = args.secret.read(around, out)?;
    match watched(&runtime()?, out, async |watch| rotate_client_secret(&desk, &secret, &*watch).await) {
        Ok(()) => {
            answer(args.common.format, "the new client secret is saved; deactivate the old one in Okta", out);
            Ok(Exit::Fine)
        }
        Err(error) => Ok(fault::report(&error, args.common.format, out)),
    }
}

fn hook_secret(args: &HookSecret, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let desk = match desk(&args.common, around, out)? {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let ended = watched(&runtime()?, out, async |watch| {
        settle(&desk, &*watch).await?;
        let listen = args.listen.or(crate::integration::Status::saved(&desk, false).await?.hook.and_then(|hook| on_this_machine(&hook.uri)));
        let receiver = Receiver::start(listen.unwrap_or(super::work::LISTEN), Doors::new(clock())).await?;
        rotate_hook_secret(&desk, receiver.doors(), &*watch).await
    });
    match ended {
        Ok(until) => {
            answer(args.common.format, &format!("the hook has a new secret; the old one is good until {until}"), out);
            Ok(Exit::Fine)
        }
        Err(error) => Ok(fault::report(&error, args.common.format, out)),
    }
}

/// Returns where to listen for a hook that delivers to this machine without anything between.
fn on_this_machine(uri: &str) -> Option<std::net::SocketAddr> {
    uri.strip_prefix("http://")?.split('/').next()?.parse().ok()
}

/// Sits down at a workspace that is connected; the exit where none is.
pub(super) fn desk(common: &Common, around: &Surroundings, out: &mut Out<'_>) -> Result<Result<Desk, Exit>, Refusal> {
    let workspace = workspace(common)?;
    let allowance = around.allowance(out)?;
    if around.look(common)?.is_none() {
        return Ok(Err(fault::report(&crate::integration::Error::NotConnected(workspace), common.format, out)));
    }
    Ok(Ok(Desk::new(around.open(common, out)?, workspace, clock(), allowance)))
}

fn answer(format: Format, text: &str, out: &mut Out<'_>) {
    match format {
        Format::Human => out.line(text),
        Format::Json => out.line(serde_json::json!({ "done": text })),
    }
}
