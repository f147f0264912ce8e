//! `clarion fmt`: one layout for rule files.
//!
//! Only the files that are named are changed. One that cannot be read as a rule is left as it is, with its faults; it never stops the
//! others.

use std::io::Read;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::diagnostic::{Sources, human};
use crate::pack::{File, Role, format};

use super::exit::{Exit, Refusal};
use super::files::gather;
use super::out::{BAD, GOOD, Out};
use super::rewrite::{rewrite, split_mark};
use super::rules::{self, DEFAULT_FOLDER, count};

/// Brings rule files into the one layout
#[derive(Debug, clap::Args)]
#[command(after_help = "Without a path, formats ./rules. Comments are kept.\n\
    With `--check` or `--diff` nothing is written, and the exit is 1 where there is something to do.")]
pub(super) struct Args {
    /// Rule files, packs, or folders of packs; `-` formats a rule from stdin to stdout
    pub(super) paths: Vec<PathBuf>,
    /// Only names the files that are not in the layout
    #[arg(long)]
    pub(super) check: bool,
    /// Only shows what would change
    #[arg(long)]
    pub(super) diff: bool,
}

/// Longest rule that is read from stdin; no rule file may be longer.
const STDIN_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What stands for stdin among the paths.
const STDIN: &str = "-";

/// Runs the command.
///
/// # Errors
/// Refuses paths that cannot be read and files that cannot be written.
pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    if args.paths.iter().any(|path| path == Path::new(STDIN)) {
        return match args.paths.as_slice() {
            [_] => stdin(args, out),
            _ => Err(Refusal::usage("`-` stands alone: stdin is formatted to stdout, files in place")),
        };
    }
    let files = files(&args.paths)?;
    let mut exit = Exit::Fine;
    let mut changed = 0;
    for file in &files {
        let (mark, old, new) = match formatted(file, out) {
            Ok(texts) => texts,
            Err(why) => {
                exit = exit.or_worse(why);
                continue;
            }
        };
        if old == new {
            continue;
        }
        changed += 1;
        if args.check || args.diff {
            exit = exit.or_worse(Exit::Findings);
            show(args, &file.name, &old, &new, out);
        } else {
            rewrite(Path::new(&file.name), &[mark, new.as_bytes()].concat())?;
            out.say(format_args!("formatted {}", file.name));
        }
    }
    let verb = if args.check || args.diff { "to be formatted" } else { "formatted" };
    out.say(match changed {
        0 => format!("{}: nothing to do", count(files.len(), "file")),
        changed => format!("{}: {changed} {verb}", count(files.len(), "file")),
    });
    Ok(exit)
}

/// Finds the files to format. A pack's other files are not touched when only a rule of it is named.
fn files(paths: &[PathBuf]) -> Result<Vec<File>, Refusal> {
    let default = [PathBuf::from(DEFAULT_FOLDER)];
    let paths = match paths {
        [] if Path::new(DEFAULT_FOLDER).is_dir() => &default,
        [] => return Err(Refusal::usage("there is no folder ./rules").help("say what to format: `clarion fmt PATH`")),
        paths => paths,
    };
    let has_layout = |role: &Role| matches!(role, Role::Rule | Role::Manifest | Role::Definitions);
    let is_named = |name: &str| paths.iter().any(|path| rules::is_within(name, path));
    let all = gather(paths).map_err(Refusal::world)?.into_iter().flat_map(|folder| folder.files);
    let files: Vec<File> = all.filter(|file| has_layout(&file.role) && is_named(&file.name)).collect();
    match paths.iter().find(|path| !files.iter().any(|file| rules::is_within(&file.name, path))) {
        Some(path) => Err(Refusal::usage(format!("no rules found in `{}`", path.display()))),
        None => Ok(files),
    }
}

/// Returns a file's byte order mark, its text and its formatted text; where it has none, says why.
fn formatted<'f>(file: &'f File, out: &mut Out<'_>) -> Result<(&'f [u8], String, String), Exit> {
    let bytes = file.bytes.as_ref().map_err(|why| out.refuse(&Refusal::world(format!("cannot read `{}`: {why}", file.name))))?;
    let (mark, text) = split_mark(bytes);
    let text = std::str::from_utf8(text).map_err(|_| out.refuse(&Refusal::world(format!("`{}` is not UTF-8 text", file.name))))?;
    let new = format_text(&file.name, text, &file.role, out)?;
    Ok((mark, text.to_owned(), new))
}

fn format_text(name: &str, text: &str, role: &Role, out: &mut Out<'_>) -> Result<String, Exit> {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    format(&sources, id, role).map_err(|faults| {
        let styled = out.onlookers().talk_colored;
        faults.iter().for_each(|fault| out.say(format_args!("{}\n", human(fault, &sources, styled))));
        Exit::Findings
    })
}

fn stdin(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let mut text = String::new();
    if let Some(stdin) = out.take_stdin() {
        stdin.take(STDIN_BYTES_MAX).read_to_string(&mut text).map_err(|error| Refusal::world(format!("cannot read stdin: {error}")))?;
    }
    let new = match format_text("<stdin>", &text, &Role::Rule, out) {
        Ok(new) => new,
        Err(exit) => return Ok(exit),
    };
    if !args.check && !args.diff {
        out.print(new);
        return Ok(Exit::Fine);
    }
    if new == text {
        return Ok(Exit::Fine);
    }
    show(args, "<stdin>", &text, &new, out);
    Ok(Exit::Findings)
}

/// Shows what is to be done to a file, in the form that was asked for.
fn show(args: &Args, name: &str, old: &str, new: &str, out: &mut Out<'_>) {
    if !args.diff {
        out.line(name);
        return;
    }
    let diff = TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    for line in diff.lines() {
        let line = match line.chars().next() {
            Some('+') => out.paint(GOOD, line),
            Some('-') => out.paint(BAD, line),
            _ => line.to_owned(),
        };
        out.line(line);
    }
}
