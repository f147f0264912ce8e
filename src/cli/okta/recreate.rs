//! `clarion okta recreate-hook`.

use crate::integration::{Desk, Doors, Receiver, recreate};

use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::super::rules::RuleOptions;
use super::connect::{finish, kept_subscription, public_url};
use super::surroundings::{Surroundings, clock, workspace};
use super::work::{ReceiverArgs, runtime, subscription, watched};
use super::{Common, fault};

/// Recreates the managed hook with the saved credentials; the old one goes once the new one is verified (Recreate Hook)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    receiver: ReceiverArgs,
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let allowance = around.allowance(out)?;
    let Some(_) = around.look(&args.common)? else {
        return Ok(fault::report(&crate::integration::Error::NotConnected(workspace), args.common.format, out));
    };
    let store = around.open(&args.common, out)?;
    let subscription = match kept_subscription(&args.rules, &store, &workspace) {
        Some(kept) => kept,
        None => subscription(&args.rules, out)?,
    };
    let public = public_url(&args.receiver, around, &store, &workspace, allowance.as_ref());
    let desk = Desk::new(store, workspace, clock(), allowance);
    let runtime = runtime()?;
    let ended = watched(&runtime, out, async |watch| {
        let receiver = Receiver::start(args.receiver.listen, Doors::new(clock())).await?;
        let public = public.with(&receiver);
        recreate(&desk, public.as_deref(), &subscription, receiver.doors(), &*watch).await
    });
    finish(&desk, &runtime, ended, args.common.format, out)
}
