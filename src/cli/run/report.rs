//! Alerts as a table or as JSON, and what was read.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use crate::alert::{Alert, Waiting};
use crate::cli::escape::json_text;
use crate::cli::out::{BAD, DOUBTFUL, FAINT, Out, STRONG};
use crate::cli::rules::{count, grouped};
use crate::cli::table::Table;
use crate::pack::{Library, Severity};

use super::Format;
use crate::cli::replay::{Counts, ORDERED_MAX, Replayed};

pub(super) fn print(alerts: &[Alert], format: Format, out: &mut Out<'_>) {
    match format {
        Format::Json => {
            for alert in alerts {
                if out.is_closed() {
                    return;
                }
                out.line(json_text(alert.to_json()));
            }
        }
        Format::Table if alerts.is_empty() => {}
        Format::Table => {
            let mut table = Table::new(&["SEVERITY", "FIRST", "TIMES", "RULE", "TITLE"]);
            for alert in alerts {
                let first = alert.first.map_or_else(|| "unknown".to_owned(), |time| time.to_string());
                let times = grouped(alert.occurrences);
                table.row([
                    (alert.severity.word(), severity_style(alert.severity)),
                    (&first, FAINT),
                    (&times, Style::new()),
                    (&alert.rule, STRONG),
                    (&alert.title, Style::new()),
                ]);
            }
            out.table(&table);
        }
    }
}

/// Returns the style in which a severity is shown.
pub(in crate::cli) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Informational => FAINT,
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Medium => DOUBTFUL,
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Critical => BAD,
    }
}

/// Says what makes the answer less than it could be.
pub(in crate::cli) fn caution(found: &Replayed, out: &mut Out<'_>) {
    let counts = &found.counts;
    if counts.late > 0 {
        let events = count(usize::try_from(counts.late).unwrap_or(usize::MAX), "event");
        match counts.lateness {
            Some(lateness) => {
                out.warn(format_args!(
                    "{events} came more than {lateness} after newer ones and had no part in histories; sort the input, or raise `--lateness`"
                ));
            }
            None => {
                let most = grouped(ORDERED_MAX);
                out.warn(format_args!("{events} stood more than {most} events from their place in time and had no part in histories; sort the input"));
            }
        }
    }
    if counts.unplaced > 0 {
        let events = count(usize::try_from(counts.unplaced).unwrap_or(usize::MAX), "event");
        out.warn(format_args!("{events} without `uuid` or without a `published` that is a time: judged alone, had no part in histories"));
    }
    for words in found.limits.words() {
        out.warn(format_args!("a limit was reached: {words}"));
    }
    if let Some(words) = open_words(&found.waiting) {
        out.warn(format_args!("{words}; later events decide"));
    }
}

/// Rules that are named where findings wait; of more only the number is said.
const WAITING_NAMED_MAX: usize = 5;

/// Returns in words how many findings wait for what comes after the last event, and those of which rules; nothing if none does.
pub(in crate::cli) fn open_words(waiting: &Waiting) -> Option<String> {
    let findings: usize = waiting.decisions.values().sum();
    if findings == 0 {
        return None;
    }
    let mut rules: Vec<String> = waiting.decisions.iter().take(WAITING_NAMED_MAX).map(|(rule, findings)| format!("`{rule}` {}", grouped(*findings))).collect();
    if let Some(others) = waiting.decisions.len().checked_sub(WAITING_NAMED_MAX).filter(|others| *others > 0) {
        rules.push(count(others, "other rule"));
    }
    let (is, its, ends) = if findings == 1 { ("is", "its window", "ends") } else { ("are", "their windows", "end") };
    let over: Vec<String> = waiting.over.iter().map(|rule| format!("`{rule}`")).collect();
    let over = if over.is_empty() { String::new() } else { format!(", and with them what rules over alerts say ({})", over.join(", ")) };
    Some(format!("{} {is} still open ({}){over}: {its} {ends} after the last event", count(findings, "possible finding"), rules.join(", ")))
}

/// Says in one line what was read and found; with `stats` also rule by rule.
pub(super) fn summarise(alerts: &[Alert], counts: &Counts, stats: bool, library: &Library, out: &mut Out<'_>) {
    let mut asides = Vec::new();
    if counts.duplicates > 0 {
        asides.push(count(counts.duplicates, "duplicate"));
    }
    if counts.bad > 0 {
        asides.push(format!("{} that are no events", grouped(counts.bad)));
    }
    let asides = if asides.is_empty() { String::new() } else { format!(" ({})", asides.join(", ")) };
    let rules = library.rules().filter(|(_, rule)| rule.enabled).count();
    out.say(format_args!("{}{asides}, {}: {}", count(counts.events, "event"), count(rules, "rule"), count(alerts.len(), "alert")));
    if stats {
        by_rule(alerts, out);
    }
}

fn by_rule(alerts: &[Alert], out: &mut Out<'_>) {
    let mut rules: BTreeMap<&str, (usize, usize, Severity)> = BTreeMap::new();
    for alert in alerts {
        let (count, occurrences, severity) = rules.entry(&*alert.rule).or_insert((0, 0, alert.severity));
        *count += 1;
        *occurrences += alert.occurrences;
        *severity = (*severity).max(alert.severity);
    }
    if rules.is_empty() {
        return;
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(id, (count, _, _))| (std::cmp::Reverse(*count), *id));
    let mut table = Table::new(&["ALERTS", "FINDINGS", "WORST", "RULE"]);
    for (id, (count, occurrences, severity)) in rules {
        let (count, occurrences) = (grouped(count), grouped(occurrences));
        table.row([(&count, Style::new()), (&occurrences, Style::new()), (severity.word(), severity_style(severity)), (id, STRONG)]);
    }
    out.say_table(&table);
}
