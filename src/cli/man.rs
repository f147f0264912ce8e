//! `clarion man`: the manual pages, made of the same words as `--help`.

use std::fs;
use std::path::PathBuf;

use super::exit::{Exit, Refusal};
use super::files::plain;
use super::out::Out;
use super::rules::count;

/// Prints the manual page, or writes the pages of all commands
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write the pages to; without it, the page of `clarion` itself is printed
    pub(super) dir: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Refuses a folder that cannot be made or written to.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let mut command = super::command();
    command.build();
    let Some(dir) = &args.dir else {
        out.bytes(&page(command)?);
        return Ok(Exit::Fine);
    };
    let refuse = |error: std::io::Error| Refusal::world(format!("cannot write to `{}`: {}", dir.display(), plain(&error)));
    fs::create_dir_all(dir).map_err(refuse)?;
    let mut commands = Vec::new();
    collect(command, &mut commands);
    let pages = commands.len();
    for command in commands {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        fs::write(dir.join(format!("{name}.1")), page(command.display_name(name))?).map_err(refuse)?;
    }
    out.say(format_args!("wrote {} to `{}`", count(pages, "page"), dir.display()));
    Ok(Exit::Fine)
}

/// Adds a command and those below it, such as `okta` and `okta connect`.
fn collect(command: clap::Command, all: &mut Vec<clap::Command>) {
    let below: Vec<clap::Command> = command.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    all.push(command);
    below.into_iter().for_each(|command| collect(command, all));
}

fn page(command: clap::Command) -> Result<Vec<u8>, Refusal> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| Refusal::world(format!("the manual page cannot be made: {error}")))?;
    Ok(page)
}
