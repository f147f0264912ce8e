//! `clarion okta doctor`.

use serde_json::json;

use crate::integration::{Check, Desk, Error, Trouble, Verdict, doctor};

use super::super::exit::{Exit, Refusal};
use super::super::out::{BAD, DOUBTFUL, FAINT, GOOD, Out};
use super::super::rules::{RuleOptions, count};
use super::super::shown;
use super::surroundings::{Surroundings, clock, workspace};
use super::work::{runtime, subscription};
use super::{Common, Format, fault};

/// Tries every step of the connection and says what to do about what fails
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let allowance = around.allowance(out)?;
    let Some(store) = around.look(&args.common)? else {
        return Ok(fault::report(&Error::NotConnected(workspace), args.common.format, out));
    };
    let are_named = !args.rules.rules.is_empty() || !args.rules.settings.is_empty();
    let wanted = if are_named { Some(subscription(&args.rules, out)?) } else { None };
    let desk = Desk::new(store, workspace, clock(), allowance);
    let checks = match runtime()?.block_on(doctor(&desk, wanted.as_ref())) {
        Ok(checks) => checks,
        Err(error) => return Ok(fault::report(&error, args.common.format, out)),
    };
    match args.common.format {
        Format::Human => print(&checks, out),
        Format::Json => out.line(super::super::escape::json(&json!({ "checks": checks.iter().map(row).collect::<Vec<_>>() }))),
    }
    Ok(if checks.iter().any(|check| check.verdict == Verdict::Failed) { Exit::Findings } else { Exit::Fine })
}

fn print(checks: &[Check], out: &mut Out<'_>) {
    let mut troubles: Vec<&Trouble> = Vec::new();
    for check in checks {
        let (mark, style) = match check.verdict {
            Verdict::Fine => ("✓", GOOD),
            Verdict::Doubtful => ("!", DOUBTFUL),
            Verdict::Failed => ("✗", BAD),
            Verdict::Skipped => ("-", FAINT),
        };
        let mark = out.paint(style, mark);
        out.line(format_args!("{mark} {:<18}{}", check.name, shown(&check.text)));
        if let Some(help) = check.help.as_deref().filter(|_| check.verdict != Verdict::Fine) {
            out.line(format_args!("  {:<18}{}", "", shown(help)));
        }
        troubles.extend(check.trouble.filter(|trouble| !troubles.contains(trouble)));
    }
    for trouble in troubles {
        let title = out.paint(super::super::out::STRONG, trouble.title);
        out.line(format_args!("\n{title}"));
        trouble.texts.iter().for_each(|text| out.line(format_args!("  - {text}")));
        let anchor = out.paint(FAINT, &format!("docs/{}", trouble.anchor()));
        out.line(format_args!("  {anchor}"));
    }
    match checks.iter().filter(|check| check.verdict == Verdict::Failed).count() {
        0 => out.say("all is well"),
        failed => out.say(format_args!("{} failed", count(failed, "check"))),
    }
}

fn row(check: &Check) -> serde_json::Value {
    let verdict = match check.verdict {
        Verdict::Fine => "fine",
        Verdict::Doubtful => "doubtful",
        Verdict::Failed => "failed",
        Verdict::Skipped => "skipped",
    };
    let trouble =
        check.trouble.map(|trouble| json!({ "slug": trouble.slug, "title": trouble.title, "advice": trouble.texts, "documentation": trouble.anchor() }));
    json!({ "name": check.name, "verdict": verdict, "text": check.text, "help": check.help, "trouble": trouble })
}
