//! What is legal and probably wrong with a whole rule, and with rules beside one another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::rule::Rule;
use super::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::event::ClosedSet;
use crate::language::{self, EventTypes, Names, Node as Expr, Sets, Typed};

/// What the lints of one rule look at.
pub(super) struct Subject<'a> {
    pub(super) node: &'a Node,
    pub(super) names: &'a Names,
    pub(super) sets: &'a Sets,
    pub(super) event_types: &'a EventTypes,
    pub(super) polls_system_log: bool,
}

/// Warns about one rule; of a rule with errors only what is certain is said.
pub(super) fn one(subject: &Subject<'_>, rule: Option<&Rule>, warnings: &mut Vec<Diagnostic>) {
    for (name, at) in subject.names.lets.unused() {
        warnings.push(
            Diagnostic::new(Code::UnusedLet, at, format!("nothing uses `{name}`"))
                .label("named, but not used")
                .help("take it away, or use it in `when`, `context` or a title"),
        );
    }
    let Some(rule) = rule else { return };
    let mut found = Vec::new();
    let severity = rule.severity.iter().filter_map(|grade| grade.when.as_ref());
    let unless = rule.respond.iter().filter_map(|response| response.unless.as_ref());
    for (at, condition) in std::iter::once(&rule.when).chain(severity).chain(unless).enumerate() {
        let lint = language::Subject {
            when: condition,
            event_types: subject.event_types,
            sets: subject.sets,
            polls_system_log: subject.polls_system_log,
            decides: at == 0,
        };
        found.extend(language::lint(&lint));
    }
    found.sort_by_key(|fault: &Diagnostic| (fault.span, fault.code));
    found.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    warnings.extend(found);
    braces_in_name(subject.node, rule, warnings);
    missing_case(subject.node, rule, warnings);
    failure_only(rule, warnings);
}

/// Warns of an expression in the title of a rule, where it stays a text: alerts have a title of their own for that.
fn braces_in_name(node: &Node, rule: &Rule, warnings: &mut Vec<Diagnostic>) {
    let is_expression = rule.title.split_once('{').is_some_and(|(_, rest)| rest.contains('}'));
    let title = match &node.value {
        super::yaml::Value::Map(entries) => entries.iter().find(|(key, _)| key.text == "title").map(|(_, value)| value.at),
        _ => None,
    };
    if let Some(at) = title.filter(|_| is_expression) {
        warnings.push(
            Diagnostic::new(Code::BracesInName, at, "braces mean nothing in the title of a rule".to_owned())
                .label("shown as it is written")
                .note("this title names the rule; what an alert says of its event is `alert.title`")
                .help("write this under `alert:` as its `title`, and give the rule a name without an event in it"),
        );
    }
}

fn missing_case(node: &Node, rule: &Rule, warnings: &mut Vec<Diagnostic>) {
    let fires = rule.cases.iter().any(|case| case.expect.fires());
    let silent = rule.cases.iter().any(|case| !case.expect.fires());
    let what = match (fires, silent) {
        (true, true) => return,
        (false, false) => "no case at all",
        (true, false) => "no case that stays silent",
        (false, true) => "no case that fires",
    };
    let tests = match &node.value {
        super::yaml::Value::Map(entries) => entries.iter().find(|(key, _)| key.text == "tests").map(|(key, _)| key.at),
        _ => None,
    };
    let at = tests.unwrap_or(rule.id_at);
    warnings.push(
        Diagnostic::new(Code::MissingCase, at, format!("this rule has {what}"))
            .label("its proof is one-sided")
            .help("add a case that fires and a near miss that expects `none`"),
    );
}

/// Outcomes that anybody on the internet can cause.
const FAILURES: &[&str] = &["FAILURE", "DENY", "CHALLENGE", "UNANSWERED", "ABANDONED", "RATE_LIMIT", "SKIPPED"];

/// Says whether everything that a rule goes by is a failed attempt.
pub(super) fn rests_on_failures(when: &Typed) -> bool {
    let sets = Sets::of(ClosedSet::OutcomeResult);
    let only_failures = |condition: &Typed| {
        let may = sets.may(condition);
        !may.is_empty() && may.iter().all(|at| sets.names().get(at).is_some_and(|name| FAILURES.contains(&name.as_str())))
    };
    if !only_failures(when) {
        return false;
    }
    let mut all = true;
    when.walk(&mut |part| {
        if let Expr::Remember(remember) = &part.node {
            all &= only_failures(&remember.history.population);
        }
    });
    all
}

fn failure_only(rule: &Rule, warnings: &mut Vec<Diagnostic>) {
    if !rests_on_failures(&rule.when) {
        return;
    }
    for response in rule.respond.iter().filter(|response| response.action.changes_okta()) {
        warnings.push(
            Diagnostic::new(Code::FailureOnlyResponse, response.at, format!("`{}` rests on failed attempts alone", response.action.word()))
                .label("never done without a person's approval")
                .note("anyone on the internet can fail to sign in as somebody else, and so lock them out"),
        );
    }
}

/// Looks at rules beside one another: `own` are new, `others` were there before.
pub(super) fn across<'r>(own: &'r [Rule], others: impl Iterator<Item = &'r Rule>, faults: &mut Vec<Diagnostic>) {
    let mut ids: HashMap<&str, Span> = others.map(|rule| (&*rule.id, rule.id_at)).collect();
    for rule in own {
        if let Some(before) = ids.get(&*rule.id) {
            faults.push(
                Diagnostic::new(Code::DuplicateRule, rule.id_at, format!("another rule has the id `{}`", rule.id))
                    .label("not unique")
                    .also(*before, "the other rule"),
            );
        } else {
            ids.insert(&rule.id, rule.id_at);
        }
    }
    unknown_alert_rules(own, &ids, faults);
    circles(own, faults);
    covered(own, faults);
}

/// Warns of alerts of rules that there are not, where a rule has nearly that name: others may only not be loaded.
fn unknown_alert_rules(rules: &[Rule], known: &HashMap<&str, Span>, faults: &mut Vec<Diagnostic>) {
    for (name, at) in rules.iter().flat_map(Rule::alert_rules) {
        let near = nearest(&name, known.keys().copied()).filter(|_| !known.contains_key(name.as_str()));
        if let Some(near) = near {
            faults.push(
                Diagnostic::new(Code::UnknownAlertRule, at, format!("there is no rule `{name}`"))
                    .label("nothing raises such alerts")
                    .help(format!("did you mean `{near}`?")),
            );
        }
    }
}

/// Rules over alerts must not wait for one another in a circle.
fn circles(rules: &[Rule], faults: &mut Vec<Diagnostic>) {
    let waits: BTreeMap<&str, Vec<(String, Span)>> = rules.iter().filter(|rule| rule.asks_about_alerts()).map(|rule| (&*rule.id, rule.alert_rules())).collect();
    let mut reported = BTreeSet::new();
    for start in waits.keys() {
        let mut path: Vec<&str> = vec![start];
        if closes(start, start, &waits, &mut path, &mut BTreeSet::new()) {
            let mut members: Vec<&str> = path.clone();
            members.sort_unstable();
            // The circle is marked once, in its first file.
            let edges = path.iter().zip(path.iter().cycle().skip(1)).filter_map(|(from, to)| waits.get(from)?.iter().find(|(name, _)| name == to));
            if let Some(at) = edges.map(|(_, at)| *at).min().filter(|_| reported.insert(members)) {
                let fault =
                    Diagnostic::new(Code::CircularAlerts, at, "rules over alerts wait for one another").label(format!("{} -> {start}", path.join(" -> ")));
                faults.push(fault.help("a rule cannot go by alerts that go by its own"));
            }
        }
    }
}

fn closes<'w>(from: &'w str, goal: &str, waits: &'w BTreeMap<&str, Vec<(String, Span)>>, path: &mut Vec<&'w str>, seen: &mut BTreeSet<&'w str>) -> bool {
    for (next, _) in waits.get(from).map_or(&[] as &[(String, Span)], Vec::as_slice) {
        if next == goal {
            return true;
        }
        if seen.insert(next) {
            path.push(next);
            if closes(next, goal, waits, path, seen) {
                return true;
            }
            path.pop();
        }
    }
    false
}

/// Warns of rules that can fire only where another one does.
fn covered(rules: &[Rule], faults: &mut Vec<Diagnostic>) {
    let parts: Vec<BTreeSet<String>> = rules.iter().map(|rule| conjuncts(&rule.when)).collect();
    let mut by_part: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, parts) in parts.iter().enumerate() {
        for part in parts {
            by_part.entry(part).or_default().push(at);
        }
    }
    for (wide, wide_parts) in parts.iter().enumerate() {
        // The rarest part leaves the fewest rules to compare.
        let Some(rarest) = wide_parts.iter().filter_map(|part| by_part.get(part.as_str())).min_by_key(|rules| rules.len()) else { continue };
        for narrow in rarest.iter().copied().filter(|narrow| *narrow != wide) {
            let Some(narrow_parts) = parts.get(narrow) else { continue };
            if !wide_parts.is_subset(narrow_parts) || (wide_parts == narrow_parts && narrow < wide) {
                continue;
            }
            let (Some(narrow), Some(wide)) = (rules.get(narrow), rules.get(wide)) else { continue };
            // A narrower rule of a higher severity is worth having.
            if sees_more(narrow, wide, rules) || narrow.severity_range().1 > wide.severity_range().1 || !narrow.enabled || !wide.enabled {
                continue;
            }
            let fault = Diagnostic::new(Code::CoveredByAnother, narrow.id_at, format!("`{}` fires wherever this rule does", wide.id))
                .label("covered by another rule")
                .also(wide.id_at, "the wider rule");
            faults.push(fault.help("take one of them away, or give the narrower one a higher severity"));
        }
    }
}

/// Says whether a rule names alerts that another one does not see: those of rules over alerts, which have to be named.
fn sees_more(narrow: &Rule, wide: &Rule, rules: &[Rule]) -> bool {
    let known = wide.alert_rules();
    let is_over_alerts = |id: &str| rules.iter().any(|rule| *rule.id == *id && rule.asks_about_alerts());
    narrow.alert_rules().iter().any(|(name, _)| is_over_alerts(name) && !known.iter().any(|(known, _)| known == name))
}

fn conjuncts(when: &Typed) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    fn add(part: &Typed, out: &mut BTreeSet<String>) {
        match &part.node {
            Expr::Named(_, inner) => add(inner, out),
            Expr::And(parts) => parts.iter().for_each(|part: &Arc<Typed>| add(part, out)),
            _ => {
                out.insert(part.key());
            }
        }
    }
    add(when, &mut out);
    out
}
