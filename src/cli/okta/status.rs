//! `clarion okta status`.

use crate::integration::{Desk, State, Status, check, settle};
use crate::store::{self, Store};

use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::super::rules::RuleOptions;
use super::connect::print;
use super::surroundings::{Surroundings, clock, workspace};
use super::work::{runtime, subscription, watched};
use super::{Common, fault};

/// Shows the state of the connection; exits with 1 unless it is Connected
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks Okta, and brings to an end what was cut off. Rules that are named are held against what the hook carries.")]
pub(super) struct Args {
    /// Shows what is saved, without asking Okta
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let Some(seen) = around.look(&args.common)? else {
        print(&Status::nothing(workspace), args.common.format, out);
        return Ok(Exit::Findings);
    };
    let allowance = around.allowance(out)?;
    let are_named = !args.rules.rules.is_empty() || !args.rules.settings.is_empty();
    let wanted = if are_named { Some(subscription(&args.rules, out)?) } else { None };
    let runtime = runtime()?;
    let (store, at_work) = if args.offline { (seen, Store::is_held_elsewhere(&around.folder(&args.common)?)) } else { open(args, around, seen)? };
    let desk = Desk::new(store, workspace, clock(), allowance);
    let status = watched(&runtime, out, async |watch| {
        if args.offline || at_work {
            return (Status::saved(&desk, at_work).await, None);
        }
        let settled = settle(&desk, &*watch).await;
        (check(&desk, wanted.as_ref()).await, settled.err())
    });
    if let Some(error) = &status.1 {
        out.warn(format_args!("what was cut off could not be brought to an end: {error}"));
    }
    match status.0 {
        Ok(status) => {
            print(&status, args.common.format, out);
            Ok(if status.state == State::Connected { Exit::Fine } else { Exit::Findings })
        }
        Err(error) => Ok(fault::report(&error, args.common.format, out)),
    }
}

/// Opens the store for changes, or, where another process is at work, takes the one to look at.
fn open(args: &Args, around: &Surroundings, seen: Store) -> Result<(Store, bool), Refusal> {
    match Store::open(&around.folder(&args.common)?, &around.key()?) {
        Ok((store, _)) => Ok((store, false)),
        Err(store::Error::InUse(_)) => Ok((seen, true)),
        Err(error) => Err(fault::of_store(&error)),
    }
}
