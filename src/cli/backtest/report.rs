//! The report: rule by rule and day by day.

use std::collections::BTreeMap;

use anstyle::Style;
use serde_json::{Value, json};

use super::compare::Difference;
use crate::alert::{Alert, Waiting};
use crate::cli::days::{Day, PerDay, sparkline};
use crate::cli::escape::json as escaped;
use crate::cli::out::{BAD, FAINT, GOOD, Out, STRONG};
use crate::cli::replay::{Counts, ReachedLimits, Replayed};
use crate::cli::rules::{count, grouped};
use crate::cli::run::{open_words, severity_style};
use crate::cli::table::Table;
use crate::event::Timestamp;
use crate::pack::{Library, Severity};

/// Columns of a rule's days.
const SPARK_COLUMNS: usize = 31;

/// Columns of a day's bar.
const BAR_COLUMNS: usize = 40;

/// Days that are listed on the terminal: of more, those with the most alerts.
const DAYS_SHOWN_MAX: usize = 62;

/// Alerts that are listed where rules are compared, of each kind.
pub(super) const LISTED_MAX: usize = 20;

/// What came of a backtest.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) counts: Counts,
    /// Rules that were run.
    pub(super) rules: usize,
    /// Days that have an event.
    pub(super) days: Vec<Day>,
    /// Alerts of each day, by their beginning.
    pub(super) alerts_per_day: PerDay,
    pub(super) alerts: Vec<Alert>,
    /// How many findings of which rules depend on what comes after the last event.
    pub(super) waiting: Waiting,
    /// Limits that were reached.
    pub(super) limits: ReachedLimits,
    /// Rules that found something, the most alerts first.
    pub(super) found: Vec<RuleReport>,
    /// Rules that found nothing.
    pub(super) silent: Vec<String>,
    pub(super) difference: Option<Difference>,
}

/// What one rule found.
#[derive(Clone, Debug)]
pub(super) struct RuleReport {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) alerts: usize,
    pub(super) findings: usize,
    pub(super) worst: Severity,
    /// When its first and its last finding happened.
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) per_day: PerDay,
}

impl Report {
    /// Puts a report together.
    pub(super) fn of(found: &Replayed, library: &Library, difference: Option<Difference>) -> Report {
        let mut rules: BTreeMap<&str, RuleReport> = BTreeMap::new();
        let mut alerts_per_day = PerDay::new();
        for alert in &found.alerts {
            let title = library.rule(&alert.rule).map(|(_, rule)| rule.title.clone()).unwrap_or_default();
            let report = rules.entry(&alert.rule).or_insert_with(|| RuleReport::new(&alert.rule, title, alert.severity));
            report.add(alert);
            if let Some(first) = alert.first {
                *alerts_per_day.entry(Day::of(first)).or_default() += 1;
            }
        }
        let enabled: Vec<&str> = library.rules().filter(|(_, rule)| rule.enabled).map(|(_, rule)| &*rule.id).collect();
        let mut silent: Vec<String> = enabled.iter().filter(|id| !rules.contains_key(**id)).map(|id| (*id).to_owned()).collect();
        silent.sort();
        let mut reports: Vec<RuleReport> = rules.into_values().collect();
        reports.sort_by(|a, b| (b.alerts, &a.id).cmp(&(a.alerts, &b.id)));
        Report {
            counts: found.counts,
            rules: enabled.len(),
            days: found.events_per_day.keys().copied().collect(),
            alerts_per_day,
            alerts: found.alerts.clone(),
            waiting: found.waiting.clone(),
            limits: found.limits.clone(),
            found: reports,
            silent,
            difference,
        }
    }

    /// Returns what was read and found, in one line.
    pub(super) fn headline(&self) -> String {
        let days = match self.days.as_slice() {
            [] => "no days".to_owned(),
            [day] => day.text(),
            [first, .., last] => format!("{} to {} ({})", first.text(), last.text(), count(self.days.len(), "day")),
        };
        let events = count(self.counts.events, "event");
        let mut asides = String::new();
        if self.counts.duplicates > 0 {
            asides.push_str(&format!(", {}", count(self.counts.duplicates, "duplicate")));
        }
        if self.counts.bad > 0 {
            asides.push_str(&format!(", {} that are no events", grouped(self.counts.bad)));
        }
        format!("{days}: {events}{asides}; {}: {}", count(self.rules, "rule"), count(self.alerts.len(), "alert"))
    }

    /// Prints it for people.
    pub(super) fn print(&self, all: bool, out: &mut Out<'_>) {
        out.line(format_args!("{}\n", self.headline()));
        if !self.found.is_empty() {
            out.table(&self.rule_table());
            out.line("");
        }
        match (self.silent.len(), all) {
            (0, _) => {}
            (_, true) => out.line(format_args!("nothing found by: {}\n", self.silent.join(", "))),
            (silent, false) => out.line(format_args!("nothing found by {}; `--all` lists them\n", count(silent, "rule"))),
        }
        if self.days.len() > 1 && !self.alerts_per_day.is_empty() {
            out.table(&self.day_table());
            out.line("");
        }
        if let Some(difference) = &self.difference {
            print_difference(difference, out);
        }
    }

    fn rule_table(&self) -> Table {
        let mut table = Table::new(&["ALERTS", "FINDINGS", "WORST", "FIRST", "LAST", "DAYS", "RULE"]);
        for rule in &self.found {
            let (alerts, findings) = (grouped(rule.alerts), grouped(rule.findings));
            let days = sparkline(&self.days, &rule.per_day, SPARK_COLUMNS);
            table.row([
                (&alerts, STRONG),
                (&findings, Style::new()),
                (rule.worst.word(), severity_style(rule.worst)),
                (&minute(rule.first), FAINT),
                (&minute(rule.last), FAINT),
                (&days, Style::new()),
                (&rule.id, STRONG),
            ]);
        }
        table
    }

    fn day_table(&self) -> Table {
        let mut days: Vec<(Day, usize)> = self.days.iter().map(|day| (*day, self.alerts_per_day.get(day).copied().unwrap_or(0))).collect();
        if days.len() > DAYS_SHOWN_MAX {
            days.sort_by_key(|(day, alerts)| (std::cmp::Reverse(*alerts), *day));
            days.truncate(DAYS_SHOWN_MAX);
            days.sort();
        }
        let highest = days.iter().map(|(_, alerts)| *alerts).max().unwrap_or(0).max(1);
        let mut table = Table::new(&["DAY", "ALERTS", ""]);
        for (day, alerts) in days {
            let bar = "█".repeat((alerts * BAR_COLUMNS).div_ceil(highest));
            table.row([(&day.text(), Style::new()), (&grouped(alerts), STRONG), (&bar, Style::new())]);
        }
        table
    }

    /// Returns it as one line of JSON.
    pub(super) fn to_json(&self) -> String {
        let days: Vec<Value> = self.days.iter().map(|day| json!({ "day": day.text(), "alerts": self.alerts_per_day.get(day).copied().unwrap_or(0) })).collect();
        let rules: Vec<Value> = self.found.iter().map(RuleReport::to_json).collect();
        let brief = |alert: &Alert| json!({ "id": alert.id, "rule": &*alert.rule, "severity": alert.severity.word(), "title": alert.title, "first": alert.first.map(|time| time.to_string()), "occurrences": alert.occurrences, "context": alert.context_json() });
        let difference = self.difference.as_ref().map(|difference| {
            json!({
                "added": difference.added.iter().map(brief).collect::<Vec<_>>(),
                "removed": difference.removed.iter().map(brief).collect::<Vec<_>>(),
                "changed": difference.changed.iter().map(|(old, new)| json!({ "from": brief(old), "to": brief(new) })).collect::<Vec<_>>(),
                "same": difference.same,
                "open": open_json(&difference.waiting),
                "open_over_alerts": over_json(&difference.waiting),
                "limits": difference.limits.to_json(),
            })
        });
        escaped(&json!({
            "events": self.counts.events,
            "duplicates": self.counts.duplicates,
            "bad": self.counts.bad,
            "alerts": self.alerts.len(),
            "open": open_json(&self.waiting),
            "open_over_alerts": over_json(&self.waiting),
            "limits": self.limits.to_json(),
            "days": days,
            "rules": rules,
            "silent": self.silent,
            "difference": difference,
        }))
    }
}

impl RuleReport {
    fn new(id: &str, title: String, worst: Severity) -> RuleReport {
        RuleReport { id: id.to_owned(), title, alerts: 0, findings: 0, worst, first: None, last: None, per_day: PerDay::new() }
    }

    fn add(&mut self, alert: &Alert) {
        self.alerts += 1;
        self.findings += alert.occurrences;
        self.worst = self.worst.max(alert.severity);
        self.first = [self.first, alert.first].into_iter().flatten().min();
        self.last = [self.last, alert.last].into_iter().flatten().max();
        if let Some(first) = alert.first {
            *self.per_day.entry(Day::of(first)).or_default() += 1;
        }
    }

    fn to_json(&self) -> Value {
        let days: serde_json::Map<String, Value> = self.per_day.iter().map(|(day, alerts)| (day.text(), (*alerts).into())).collect();
        json!({
            "rule": self.id,
            "alerts": self.alerts,
            "findings": self.findings,
            "worst": self.worst.word(),
            "first": self.first.map(|time| time.to_string()),
            "last": self.last.map(|time| time.to_string()),
            "days": days,
        })
    }
}

fn open_json(waiting: &Waiting) -> Value {
    waiting.decisions.iter().map(|(rule, findings)| (rule.to_string(), (*findings).into())).collect::<serde_json::Map<String, Value>>().into()
}

fn over_json(waiting: &Waiting) -> Value {
    waiting.over.iter().map(|rule| rule.to_string()).collect::<Vec<_>>().into()
}

/// Returns a time to the minute, `2026-03-02 08:15`.
pub(super) fn minute(time: Option<Timestamp>) -> String {
    let text = time.map_or_else(|| "unknown".to_owned(), |time| time.to_string().replace('T', " "));
    text.char_indices().nth(16).and_then(|(at, _)| text.get(..at)).unwrap_or(&text).to_owned()
}

fn print_difference(difference: &Difference, out: &mut Out<'_>) {
    let Difference { added, removed, changed, same, waiting, limits } = difference;
    let [added_words, removed_words, changed_words] = [added.len(), removed.len(), changed.len()].map(grouped);
    out.line(format_args!("compared with the other rules: {added_words} more, {removed_words} gone, {changed_words} changed, {} the same\n", grouped(*same)));
    // What one set of rules leaves open may be found by the other, and is no change for that.
    if let Some(open) = open_words(waiting) {
        out.line(format_args!("by the other rules, {open}\n"));
    }
    for words in limits.words() {
        out.line(format_args!("by the other rules, a limit was reached: {words}\n"));
    }
    if added.is_empty() && removed.is_empty() && changed.is_empty() {
        return;
    }
    let mut table = Table::new(&["MORE", "GONE", "CHANGED", "RULE"]);
    for (rule, [more, gone, other]) in difference.by_rule() {
        let [more, gone, other] = [more, gone, other].map(grouped);
        table.row([(&more, Style::new()), (&gone, Style::new()), (&other, Style::new()), (rule, STRONG)]);
    }
    out.table(&table);
    out.line("");
    let mut table = Table::new(&["", "SEVERITY", "FIRST", "RULE", "TITLE"]);
    let mut list = |sign: &str, style: Style, alerts: &mut dyn Iterator<Item = &Alert>| {
        for alert in alerts.take(LISTED_MAX) {
            let severity = (alert.severity.word(), severity_style(alert.severity));
            table.row([(sign, style), severity, (&minute(alert.first), FAINT), (&alert.rule, STRONG), (&alert.title, Style::new())]);
        }
    };
    list("+", GOOD, &mut added.iter());
    list("-", BAD, &mut removed.iter());
    list("~", Style::new(), &mut changed.iter().map(|(_, alert)| alert));
    out.table(&table);
    if [added.len(), removed.len(), changed.len()].iter().any(|length| *length > LISTED_MAX) {
        out.line(format_args!("\nonly the first {LISTED_MAX} of each kind are listed; `--format json` has all of them"));
    }
}
