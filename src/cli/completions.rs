//! `clarion completions`: what a shell needs to complete commands and options.

use super::exit::{Exit, Refusal};
use super::out::Out;

/// Prints what a shell needs to complete commands
#[derive(Debug, clap::Args)]
#[command(after_help = "Bash: clarion completions bash > ~/.local/share/bash-completion/completions/clarion\n\
    Zsh:  clarion completions zsh > \"${fpath[1]}/_clarion\"\n\
    Fish: clarion completions fish > ~/.config/fish/completions/clarion.fish")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

/// Runs the command.
///
/// # Errors
/// None: everything stands in the binary.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "clarion", &mut script);
    out.bytes(&script);
    Ok(Exit::Fine)
}
