//! `clarion check`: everything that is wrong with rules, at once.
//!
//! The diagnostics are the answer, in the form that was asked for; how many there are is said on the side.

mod fix;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::diagnostic::{self, Code, Diagnostic, Sources, Tally, nearest};

use super::exit::{Exit, Refusal};
use super::out::{FAINT, GOOD, Out};
use super::rules::{self, Loaded, count, tally};

/// Finds what is wrong with rules
#[derive(Debug, clap::Args)]
#[command(after_help = "Without a path, checks ./rules or, where there is no such folder, the pack inside the binary.\n\
    Exits with 1 where there are errors (or, with `--fail-level warning`, anything).")]
pub(super) struct Args {
    /// Rule files, packs, or folders of packs
    pub(super) paths: Vec<PathBuf>,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
    /// The least that makes the command fail
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(super) fail_level: FailLevel,
    /// Shows only these codes; `E03` stands for all that begin so
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Does not show these codes
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Mends what can be mended, and checks again
    #[arg(long)]
    pub(super) fix: bool,
    /// Prints what a code means, with an example
    #[arg(long, value_name = "CODE", conflicts_with_all = ["paths", "fix"])]
    pub(super) explain: Option<String>,
}

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// With the marked text
    #[default]
    Human,
    /// One line each
    Short,
    /// One JSON object a line
    Json,
    /// One SARIF 2.1.0 log
    Sarif,
    /// Annotations for GitHub Actions
    Github,
}

/// The least that makes the command fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum FailLevel {
    /// Errors
    #[default]
    Error,
    /// Warnings and errors
    Warning,
}

/// Runs the command.
///
/// # Errors
/// Refuses unknown codes, paths that cannot be read, and files that cannot be mended.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    if let Some(code) = &args.explain {
        return explain(code, out);
    }
    let choice = Choice { select: codes(&args.select)?, ignore: codes(&args.ignore)? };
    let mut loaded = rules::read(&args.paths, &[])?;
    if args.fix {
        if loaded.embedded {
            return Err(Refusal::usage("the pack inside the binary cannot be changed").help("say which rules to mend: `clarion check --fix PATH`"));
        }
        loaded = mend(args, loaded, &choice, out)?;
    }
    let Loaded { library, rule_files, .. } = loaded;
    let shown: Vec<Diagnostic> = library.faults.into_iter().filter(|fault| choice.shows(fault.code)).collect();
    print(&shown, &library.sources, args.format, out);
    let counted = Tally::of(&shown);
    summarise(&shown, counted, rule_files, out);
    let fails = counted.errors > 0 || (args.fail_level == FailLevel::Warning && counted.warnings > 0);
    Ok(if fails { Exit::Findings } else { Exit::Fine })
}

fn print(diagnostics: &[Diagnostic], sources: &Sources, format: Format, out: &mut Out<'_>) {
    match format {
        Format::Human => {
            let styled = out.onlookers().answer_colored;
            for diagnostic in diagnostics {
                if out.is_closed() {
                    return;
                }
                out.line(format_args!("{}\n", diagnostic::human(diagnostic, sources, styled)));
            }
        }
        Format::Short => diagnostics.iter().for_each(|diagnostic| out.line(diagnostic::short(diagnostic, sources))),
        Format::Json => out.print(diagnostic::json_lines(diagnostics, sources)),
        Format::Sarif => out.line(format_args!("{:#}", diagnostic::sarif(diagnostics, sources))),
        Format::Github => out.print(diagnostic::github(diagnostics, sources)),
    }
}

fn summarise(shown: &[Diagnostic], counted: Tally, rule_files: usize, out: &mut Out<'_>) {
    let words = tally(counted);
    let words = if shown.is_empty() { out.paint_talk(GOOD, &words) } else { words };
    out.say(format_args!("checked {}: {words}", count(rule_files, "rule")));
    let fixable = shown.iter().filter(|diagnostic| diagnostic.fix.is_some()).count();
    if fixable > 0 {
        let verb = if fixable == 1 { "mends one of them" } else { "mends some of them" };
        let hint = out.paint_talk(FAINT, &format!("`clarion check --fix` {verb}; `clarion check --explain CODE` tells more"));
        out.say(hint);
    }
}

/// Applies fixes until there are none left, since mending one fault lets the next one be seen.
fn mend(args: &Args, mut loaded: Loaded, choice: &Choice, out: &mut Out<'_>) -> Result<Loaded, Refusal> {
    for _ in 0..fix::ROUNDS_MAX {
        let library = &loaded.library;
        let chosen: Vec<&Diagnostic> = library.faults.iter().filter(|fault| choice.shows(fault.code)).collect();
        let changes = fix::apply(&chosen, &library.sources)?;
        if changes.is_empty() {
            break;
        }
        changes.iter().for_each(|change| out.say(change));
        loaded = rules::read(&args.paths, &[])?;
    }
    Ok(loaded)
}

/// Which codes are shown.
struct Choice {
    select: Vec<String>,
    ignore: Vec<String>,
}

impl Choice {
    fn shows(&self, code: Code) -> bool {
        let is_in = |prefixes: &[String]| prefixes.iter().any(|prefix| code.number().starts_with(prefix.as_str()));
        (self.select.is_empty() || is_in(&self.select)) && !is_in(&self.ignore)
    }
}

/// Reads codes and beginnings of codes; one that fits no code is a slip that would hide everything or nothing.
fn codes(texts: &[String]) -> Result<Vec<String>, Refusal> {
    texts.iter().map(|text| prefix(text)).collect()
}

fn prefix(text: &str) -> Result<String, Refusal> {
    let prefix = text.trim().to_ascii_uppercase();
    let fits = !prefix.is_empty() && Code::ALL.iter().any(|code| code.number().starts_with(&prefix));
    if fits { Ok(prefix) } else { Err(unknown_code(text)) }
}

fn explain(text: &str, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let code = Code::parse(text.trim()).ok_or_else(|| unknown_code(text))?;
    out.line(diagnostic::explain(code).trim_end());
    Ok(Exit::Fine)
}

fn unknown_code(text: &str) -> Refusal {
    let near = nearest(text.trim(), Code::ALL.iter().map(|code| code.number()));
    let refusal = Refusal::usage(format!("there is no code `{text}`"));
    match near {
        Some(_) => refusal.did_you_mean(near),
        None => refusal.help("codes are written `E0203` for errors and `W0601` for warnings"),
    }
}
