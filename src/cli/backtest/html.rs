//! The report as one page: no scripts, no fonts, nothing from elsewhere.

use std::fmt::Write;

use super::compare::Difference;
use super::report::{LISTED_MAX, Report, RuleReport, minute};
use crate::alert::Alert;
use crate::cli::days::{Day, PerDay};
use crate::cli::escape::shown;
use crate::cli::rules::{count, grouped};
use crate::cli::run::open_words;

/// Alerts that are listed; the counts above hold for all.
const ALERTS_MAX: usize = 500;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2733;--faint:#5b6b7a;--paper:#fff;--line:#dde4ea;--bar:#3b6ea8;--low:#3b8ea8;--medium:#a8741a;--high:#c0392b;--critical:#8e1b10}
@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--faint:#94a3b3;--paper:#12181f;--line:#2a3541;--bar:#6ea3dd;--low:#6cc3dd;--medium:#e0ab52;--high:#ef7d70;--critical:#ff9d92}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 .6rem}details{margin:.8rem 0}p,summary{margin:.3rem 0;color:var(--faint)}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--faint);font-size:.85rem}
td.t{white-space:nowrap}th,td{padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
code{font:13px ui-monospace,monospace}.wide{overflow-x:auto}svg{display:block;width:100%;height:auto}svg rect{fill:var(--bar)}
svg text{fill:var(--faint);font:11px system-ui,sans-serif}svg.spark{width:9rem;height:1.4rem}.informational{color:var(--faint)}
.low{color:var(--low)}.medium{color:var(--medium)}.high{color:var(--high)}.critical{color:var(--critical);font-weight:700}";

/// Returns the page.
pub(super) fn page(report: &Report) -> String {
    let mut body = String::new();
    put(&mut body, format_args!("<h1>Backtest</h1><p>{}</p>", text(&report.headline())));
    if let Some(open) = open_words(&report.waiting) {
        put(&mut body, format_args!("<p>{}.</p>", text(&open)));
    }
    for words in report.limits.words() {
        put(&mut body, format_args!("<p>A limit was reached: {}.</p>", text(&words)));
    }
    if report.days.len() > 1 {
        put(&mut body, format_args!("<h2>Alerts per day</h2>{}", chart(&report.days, &report.alerts_per_day)));
    }
    rules(&mut body, report);
    if let Some(difference) = &report.difference {
        changes(&mut body, difference);
    }
    alerts(&mut body, "Alerts", &report.alerts, ALERTS_MAX);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Backtest: {}</title><style>{STYLE}</style></head><body>{body}</body></html>\n",
        text(&count(report.alerts.len(), "alert"))
    )
}

fn rules(body: &mut String, report: &Report) {
    put(body, format_args!("<h2>Rules</h2>"));
    if !report.found.is_empty() {
        put(body, format_args!("<div class=wide><table><tr><th>Rule<th class=n>Alerts<th class=n>Findings<th>Worst<th>First<th>Last<th>Days</tr>"));
        report.found.iter().for_each(|rule| rule_row(body, rule, &report.days));
        put(body, format_args!("</table></div>"));
    }
    if !report.silent.is_empty() {
        let ids: Vec<String> = report.silent.iter().map(|id| format!("<code>{}</code>", text(id))).collect();
        put(body, format_args!("<details><summary>Nothing found by {}</summary><p>{}</p></details>", count(ids.len(), "rule"), ids.join(", ")));
    }
}

fn rule_row(body: &mut String, rule: &RuleReport, days: &[Day]) {
    let word = rule.worst.word();
    put(
        body,
        format_args!(
            "<tr><td>{}<br><code>{}</code><td class=n>{}<td class=n>{}<td class={word}>{word}<td class=t>{}<td class=t>{}<td>{}</tr>",
            text(&rule.title),
            text(&rule.id),
            grouped(rule.alerts),
            grouped(rule.findings),
            minute(rule.first),
            minute(rule.last),
            spark(days, &rule.per_day)
        ),
    );
}

fn changes(body: &mut String, difference: &Difference) {
    let [added, removed, changed] = [difference.added.len(), difference.removed.len(), difference.changed.len()].map(grouped);
    put(
        body,
        format_args!("<h2>Compared with the other rules</h2><p>{added} more, {removed} gone, {changed} changed, {} the same</p>", grouped(difference.same)),
    );
    if let Some(open) = open_words(&difference.waiting) {
        put(body, format_args!("<p>By the other rules, {}.</p>", text(&open)));
    }
    for words in difference.limits.words() {
        put(body, format_args!("<p>By the other rules, a limit was reached: {}.</p>", text(&words)));
    }
    let by_rule = difference.by_rule();
    if !by_rule.is_empty() {
        put(body, format_args!("<table><tr><th>Rule<th class=n>More<th class=n>Gone<th class=n>Changed</tr>"));
        for (rule, [more, gone, other]) in by_rule {
            put(body, format_args!("<tr><td><code>{}</code><td class=n>{more}<td class=n>{gone}<td class=n>{other}</tr>", text(rule)));
        }
        put(body, format_args!("</table>"));
    }
    let changed: Vec<Alert> = difference.changed.iter().map(|(_, alert)| alert.clone()).collect();
    for (name, list) in [("More", &difference.added), ("Gone", &difference.removed), ("Changed", &changed)] {
        if !list.is_empty() {
            alerts(body, name, list, LISTED_MAX);
        }
    }
}

fn alerts(body: &mut String, name: &str, alerts: &[Alert], most: usize) {
    put(body, format_args!("<h2>{name}</h2>"));
    if alerts.is_empty() {
        put(body, format_args!("<p>None.</p>"));
        return;
    }
    if alerts.len() > most {
        put(body, format_args!("<p>The first {} of {}.</p>", grouped(most), grouped(alerts.len())));
    }
    put(body, format_args!("<div class=wide><table><tr><th>First<th>Severity<th>Title<th>Rule<th class=n>Times</tr>"));
    for alert in alerts.iter().take(most) {
        let word = alert.severity.word();
        put(
            body,
            format_args!(
                "<tr><td class=t>{}<td class={word}>{word}<td>{}<td><code>{}</code><td class=n>{}</tr>",
                minute(alert.first),
                text(&alert.title),
                text(&alert.rule),
                grouped(alert.occurrences)
            ),
        );
    }
    put(body, format_args!("</table></div>"));
}

/// Draws the days as bars, with the first and the last day and the highest number.
fn chart(days: &[Day], counts: &PerDay) -> String {
    let highest = counts.values().copied().max().unwrap_or(0).max(1);
    let step = 720.0 / days.len() as f64;
    let mut bars = String::new();
    for (at, day) in days.iter().enumerate() {
        let alerts = counts.get(day).copied().unwrap_or(0);
        let height = 120.0 * alerts as f64 / highest as f64;
        put(
            &mut bars,
            format_args!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{}: {}</title></rect>",
                at as f64 * step,
                135.0 - height,
                (step * 0.8).max(0.5),
                day.text(),
                count(alerts, "alert")
            ),
        );
    }
    let ends = [days.first(), days.last()].map(|day| day.map(|day| day.text()).unwrap_or_default());
    let [first, last] = ends;
    format!(
        "<svg viewBox=\"0 0 720 155\" role=\"img\" aria-label=\"Alerts per day, at most {highest}\"><text x=\"0\" y=\"11\">{}</text>{bars}\
         <text x=\"0\" y=\"150\">{first}</text><text x=\"720\" y=\"150\" text-anchor=\"end\">{last}</text></svg>",
        grouped(highest)
    )
}

/// Draws a rule's days as small bars.
fn spark(days: &[Day], counts: &PerDay) -> String {
    let highest = counts.values().copied().max().unwrap_or(0).max(1);
    let step = 144.0 / days.len().max(1) as f64;
    let mut bars = String::new();
    for (at, alerts) in days.iter().enumerate().filter_map(|(at, day)| counts.get(day).map(|alerts| (at, *alerts))) {
        let height = (22.0 * alerts as f64 / highest as f64).max(1.0);
        let (x, width) = (at as f64 * step, (step * 0.8).max(0.5));
        put(&mut bars, format_args!("<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>", 22.0 - height));
    }
    format!("<svg class=spark viewBox=\"0 0 144 22\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{bars}</svg>")
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

/// Makes a text safe inside an element or a quoted attribute.
fn text(text: &str) -> String {
    shown(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
