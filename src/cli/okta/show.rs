//! A status as people read it.

use anstyle::Style;

use crate::integration::{Checked, Effect, Problem, Status, Tone};
use crate::okta::{EventHook, HookStatus, Verification};
use crate::store::{HookRecord, Operation};

use super::super::out::{BAD, DOUBTFUL, FAINT, GOOD, Out, STRONG};
use super::super::rules::count;
use super::super::shown;

/// Prints a status.
pub(super) fn status(status: &Status, out: &mut Out<'_>) {
    let row = status.state.row();
    let (mark, style) = match row.tone {
        Tone::Good => ("✓", GOOD),
        Tone::Busy => ("…", DOUBTFUL),
        Tone::Warning => ("!", DOUBTFUL),
        Tone::Bad => ("✗", BAD),
        Tone::Neutral => ("-", Style::new()),
    };
    let chip = out.paint(style, &format!("{mark} {}", row.chip));
    out.line(chip);
    out.line(row.sentence);
    if status.connection.is_some() {
        facts(status, out);
    }
    problems(&status.problems, out);
    if let Some(last) = status.last.as_ref().filter(|last| status.at_work && last.ended_at.is_none()) {
        out.line(format_args!("\nAnother process is at it: {}", progress(last)));
    }
    let next = row.primary.filter(|_| row.tone != Tone::Good);
    if let Some(next) = next {
        out.line(format_args!("\nNext: {} (`{}`)", next.label, next.command));
        let doc = out.paint(FAINT, &format!("docs/{}", row.doc()));
        out.line(doc);
    }
}

fn facts(status: &Status, out: &mut Out<'_>) {
    let heading = out.paint(STRONG, "Managed Okta connection");
    out.line(format_args!("\n{heading}"));
    let mut fact = |name: &str, value: &str| {
        let name = out.paint(FAINT, &format!("{name:<15}"));
        out.line(format_args!("  {name}{}", shown(value)));
    };
    fact("Workspace", status.workspace.as_str());
    if let Some(connection) = &status.connection {
        fact("Okta Domain", &format!("{} (org {})", connection.org_host, connection.org_id));
        fact("Client ID", connection.client_id.as_str());
    }
    match &status.hook {
        Some(hook) => {
            fact("Event Hook ID", hook.hook_id.as_ref().map_or("not known", |id| id.as_str()));
            if let Some(live) = &status.live {
                fact("Hook status", &words(live));
            }
            fact("Delivers to", &hook.uri);
            fact("Event types", &types(hook));
        }
        None => fact("Event Hook ID", "none"),
    }
    if let Some(at) = status.connection.as_ref().and_then(|connection| connection.connected_at) {
        fact("Connected", &at.to_string());
    }
    if let Some(until) = status.two_secrets_until {
        fact("Hook secrets", &format!("two, the old one until {until}"));
    }
    match status.checked {
        Checked::Now(_) => fact("Checked", "now"),
        Checked::Before(at) => fact("Checked", &at.to_string()),
        Checked::Never => {}
    }
}

fn words(hook: &EventHook) -> String {
    let status = match &hook.status {
        HookStatus::Active => "ACTIVE",
        HookStatus::Inactive => "INACTIVE",
        HookStatus::Other(word) => word,
    };
    let verification = match &hook.verification {
        Verification::Verified => "VERIFIED",
        Verification::Unverified => "UNVERIFIED",
        Verification::Other(word) => word,
    };
    format!("{status}, {verification}")
}

fn types(hook: &HookRecord) -> String {
    format!("{} by the hook", hook.events.len())
}

/// Prints problems, the worst first.
fn problems(problems: &[Problem], out: &mut Out<'_>) {
    if !problems.is_empty() {
        out.line(format_args!("\n{}", count(problems.len(), "problem")));
    }
    for problem in problems {
        let (mark, style) = if problem.kind.effect() == Effect::Note { ("!", DOUBTFUL) } else { ("✗", BAD) };
        let mark = out.paint(style, mark);
        out.line(format_args!("  {mark} {}", shown(&problem.text)));
        if let Some(help) = &problem.help {
            out.line(format_args!("    {}", shown(help)));
        }
    }
}

/// Says how far work is.
pub(super) fn progress(operation: &Operation) -> String {
    let step = operation.steps.last().map_or("its beginning".to_owned(), |step| step.name.replace('_', " "));
    format!("`{}` since {}, at: {step}", operation.kind.word(), operation.started_at)
}
