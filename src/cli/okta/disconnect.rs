//! `clarion okta disconnect`.

use serde_json::json;

use crate::integration::{Farewell, disconnect};
use crate::okta::HookId;

use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::rotate::desk;
use super::secret::confirm;
use super::surroundings::Surroundings;
use super::work::{runtime, watched};
use super::{Common, Format, fault};

/// Deletes the managed hook in Okta and erases the saved secrets
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Does it without asking
    #[arg(long)]
    yes: bool,
    /// Erases everything here even when the hook cannot be deleted in Okta
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let desk = match desk(&args.common, around, out)? {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let question = format!("delete the managed hook of the workspace `{}` in Okta and erase its credentials?", desk.workspace());
    if !confirm(args.yes, &question, out)? {
        out.say("nothing was changed");
        return Ok(Exit::Findings);
    }
    let farewell = if args.forget { Farewell::Forget } else { Farewell::InOrder };
    let gone = match watched(&runtime()?, out, async |watch| disconnect(&desk, farewell, &*watch).await) {
        Ok(gone) => gone,
        Err(error) => return Ok(fault::report(&error, args.common.format, out)),
    };
    let ids = |hooks: &[HookId]| hooks.iter().map(HookId::to_string).collect::<Vec<_>>();
    if let Some((hooks, why)) = &gone.left {
        out.warn(format_args!(
            "may still be in Okta, to be deleted there under Workflow > Event Hooks: {} ({})",
            ids(hooks).join(", "),
            super::super::shown(why)
        ));
    }
    match args.common.format {
        Format::Human => out.line("disconnected; the audit is kept"),
        Format::Json => {
            let left = gone.left.as_ref().map(|(hooks, why)| json!({ "hooks": ids(hooks), "why": why }));
            out.line(super::super::escape::json(&json!({ "disconnected": true, "deleted": ids(&gone.deleted), "left": left })));
        }
    }
    Ok(Exit::Fine)
}
