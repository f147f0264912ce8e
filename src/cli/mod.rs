//! The command line: arguments in, an answer and an exit code out.
//!
//! Each command is a file with its arguments and one function. Printing and exit codes are here and nowhere else; what a command finds
//! out comes from the other rooms. Commands write to an [`Out`], so that tests run them without a process.

mod backtest;
mod check;
mod clock;
mod completions;
mod days;
mod escape;
mod events;
mod exit;
mod explain;
mod fake_okta;
pub mod files;
mod fmt;
mod input;
mod man;
mod okta;
mod out;
mod replay;
mod rewrite;
mod rules;
mod run;
mod schema;
mod table;
mod test;
#[cfg(test)]
mod tests;
mod why;

use std::ffi::OsString;
use std::io::{self, BufWriter};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use escape::{shown, shown_within};
pub use exit::{Exit, Refusal};
pub use out::{Color, Onlookers, Out};

/// Detection for Okta: rules that read aloud, findings that are right
#[derive(Debug, Parser)]
#[command(name = "clarion", version, max_term_width = 120, disable_help_subcommand = true)]
pub struct Cli {
    /// When to use colours: auto, always or never; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_default_value = true, hide_possible_values = true)]
    color: Color,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Fmt(fmt::Args),
    Test(test::Args),
    Run(run::Args),
    Backtest(backtest::Args),
    Explain(explain::Args),
    Why(why::Args),
    Events(events::Args),
    Schema(schema::Args),
    Okta(okta::Args),
    FakeOkta(Box<fake_okta::Args>),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs `clarion` with the process's own arguments and streams.
pub fn process() -> Exit {
    let mut stdin = io::stdin().lock();
    let mut answer = BufWriter::new(io::stdout().lock());
    let mut talk = io::stderr().lock();
    let mut out = Out::new(&mut stdin, &mut answer, &mut talk).watched_by(Onlookers::of_process());
    run(std::env::args_os(), &mut out)
}

/// Runs `clarion`; the first argument is the program's own name.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut Out<'_>) -> Exit {
    let parsed = command().try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(cli) => {
            out.choose(cli.color);
            match cli.command {
                Some(command) => command.run(out).unwrap_or_else(|refusal| out.refuse(&refusal)),
                None => overview(out),
            }
        }
        Err(error) => answer(&error, out),
    };
    out.finish(exit)
}

impl Command {
    fn run(&self, out: &mut Out<'_>) -> Result<Exit, Refusal> {
        match self {
            Command::Check(args) => check::run(args, out),
            Command::Fmt(args) => fmt::run(args, out),
            Command::Test(args) => test::run(args, out),
            Command::Run(args) => run::run(args, out),
            Command::Backtest(args) => backtest::run(args, out),
            Command::Explain(args) => explain::run(args, out),
            Command::Why(args) => why::run(args, out),
            Command::Events(args) => events::run(args, out),
            Command::Schema(args) => schema::run(args, out),
            Command::Okta(args) => okta::run(args, out),
            Command::FakeOkta(args) => fake_okta::run(args, out),
            Command::Completions(args) => completions::run(args, out),
            Command::Man(args) => man::run(args, out),
        }
    }
}

/// The parser with the exit codes in every help.
fn command() -> clap::Command {
    let meanings: Vec<String> = Exit::MEANINGS.iter().map(|(exit, meaning)| format!("  {}  {meaning}", exit.code())).collect();
    Cli::command().after_help(format!("Exit codes:\n{}", meanings.join("\n")))
}

/// What `clarion` alone says: enough to go on.
fn overview(out: &mut Out<'_>) -> Exit {
    out.print(OVERVIEW);
    Exit::Fine
}

const OVERVIEW: &str = "\
Detection for Okta: rules that read aloud, findings that are right.

  clarion check rules/          what is wrong with rules, at once
  clarion test rules/           the cases that stand in them
  clarion fmt rules/            one layout for all of them
  clarion run events.json       alerts of events, with the recommended pack or `--rules PATH`
  clarion backtest logs/*.gz    what rules would have found over days, and what a change of them changes
  clarion why RULE event.json   why an event does or does not fulfil a rule
  clarion explain RULE          how a rule is run
  clarion events mfa            Okta's event types; `--fields` for what events hold
  clarion okta connect          an Okta org; `clarion okta logs --since 24h | clarion run -` runs rules over its System Log

`clarion --help` lists all commands, `clarion COMMAND --help` their options.
";

/// Help and version are answers; everything else that the parser says is wrong use.
fn answer(error: &clap::Error, out: &mut Out<'_>) -> Exit {
    let rendered = error.render();
    if error.use_stderr() {
        let text = if out.onlookers().talk_colored { rendered.ansi().to_string() } else { rendered.to_string() };
        out.say(text.trim_end());
        return Exit::Usage;
    }
    let text = if out.onlookers().answer_colored { rendered.ansi().to_string() } else { rendered.to_string() };
    out.print(text);
    Exit::Fine
}
