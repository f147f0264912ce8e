//! `clarion backtest`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clarion::cli::Exit;

use super::{clarion, clarion_with, folder, path};

/// Rules over sign-ins that fail and sessions that end.
fn rules(folder: &Path, threshold: u32, with_ended: bool) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder of rules");
    let failing = format!(
        "id: tests.failing\ntitle: Many failures\nseverity: high\nstatus: test\ndescription: Counts.\n\
         when: |\n  outcome.result == \"FAILURE\" and count(outcome.result == \"FAILURE\" by actor.id within 1h) >= {threshold}\n\
         alert:\n  title: \"{{actor.displayName}} fails\"\n  group_by: [actor.id]\n  suppress: 1h\n"
    );
    fs::write(folder.join("failing.yml"), failing).expect("a rule");
    if with_ended {
        let ended = "id: tests.ended\ntitle: Ended\nseverity: low\nstatus: test\ndescription: Ends.\nwhen: eventType == \"user.session.end\"\n";
        fs::write(folder.join("ended.yml"), ended).expect("a rule");
    }
    folder.to_owned()
}

/// Three days: on each so many failures of one person, a minute apart, the newest first; on the last a session that ends.
fn events(folder: &Path) -> PathBuf {
    let mut lines: Vec<String> = Vec::new();
    for (day, failures) in [(2, 3), (3, 0), (4, 6)] {
        for minute in 0..=failures {
            let (result, kind) = if minute == failures { ("SUCCESS", "user.session.start") } else { ("FAILURE", "user.session.start") };
            lines.push(event(day, minute, result, kind));
        }
    }
    lines.push(event(4, 59, "SUCCESS", "user.session.end"));
    lines.reverse();
    let file = folder.join("events.ndjson");
    fs::write(&file, lines.concat()).expect("events");
    file
}

fn event(day: u32, minute: u32, result: &str, kind: &str) -> String {
    let mut line = String::new();
    writeln!(
        line,
        "{{\"uuid\": \"00000000-0000-4000-8000-0000000{day:02}0{minute:02}\", \"published\": \"2026-03-0{day}T08:{minute:02}:00.000Z\", \"eventType\": \"{kind}\", \
         \"outcome\": {{\"result\": \"{result}\"}}, \"actor\": {{\"id\": \"00u1\", \"displayName\": \"<script>alert('x')</script>\"}}}}"
    )
    .expect("a string");
    line
}

#[test]
fn a_report_counts_rule_by_rule_and_day_by_day_in_whatever_order_events_come() {
    let folder = folder("backtest-report");
    let (rules, events) = (rules(&folder.join("rules"), 3, true), events(&folder));
    let said = clarion(&["backtest", path(&events), "--rules", path(&rules)]);
    insta::assert_snapshot!(said.transcript());
    let said = clarion(&["backtest", path(&events), "--rules", path(&rules), "--format", "json"]).json_lines().remove(0);
    assert_eq!((&said["events"], &said["alerts"]), (&13.into(), &3.into()), "{said}");
    assert_eq!(said["days"].as_array().map(Vec::len), Some(3));
    let failing = &said["rules"][0];
    assert_eq!((&failing["rule"], &failing["alerts"], &failing["findings"]), (&"tests.failing".into(), &2.into(), &5.into()), "{said}");
    assert_eq!((&failing["first"], &failing["last"]), (&"2026-03-02T08:02:00.000Z".into(), &"2026-03-04T08:05:00.000Z".into()));
}

#[test]
fn a_change_of_rules_shows_what_it_adds_and_removes() {
    let folder = folder("backtest-diff");
    let (changed, other) = (rules(&folder.join("changed"), 4, true), rules(&folder.join("other"), 3, false));
    let events = events(&folder);
    let said = clarion(&["backtest", path(&events), "--rules", path(&changed), "--diff", path(&other)]);
    insta::assert_snapshot!(said.transcript());
    let stdin = clarion_with(&["backtest", "-", "--rules", path(&changed), "--diff", path(&other)], b"", Default::default());
    assert_eq!(stdin.exit, Exit::Usage, "{}", stdin.talk);
}

#[test]
fn the_page_needs_nothing_beside_it_and_runs_nothing_that_events_say() {
    let folder = folder("backtest-html");
    let (rules, events, page) = (rules(&folder.join("rules"), 3, true), events(&folder), folder.join("report.html"));
    let said = clarion(&["backtest", path(&events), "--rules", path(&rules), "--html", path(&page)]);
    assert_eq!(said.exit, Exit::Fine, "{}", said.talk);
    let page = fs::read_to_string(page).expect("the page");
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; fails"), "{page}");
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://") && !page.contains("src="), "{page}");
    assert_eq!(page.matches("<svg viewBox=\"0 0 720").count(), 1, "one chart of all days");
    assert_eq!(page.matches("<svg class=spark").count(), 2, "one for each rule that found something");
    assert!(page.contains("<title>2026-03-04: 2 alerts</title>"), "{page}");
    let nowhere = clarion(&["backtest", path(&events), "--rules", path(&rules), "--html", path(&folder.join("no/such/folder.html"))]);
    assert_eq!(nowhere.exit, Exit::World);
}

#[test]
fn what_the_last_event_does_not_decide_is_open_in_every_form_of_the_report() {
    let folder = folder("backtest-open");
    let rule = "id: tests.waiting\ntitle: Waiting\nseverity: low\nstatus: test\ndescription: Waits.\n\
        when: eventType == \"user.session.start\" and not followed_by(eventType == \"user.session.end\" by actor.id within 12h)\n";
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).expect("a folder of rules");
    fs::write(rules.join("waiting.yml"), rule).expect("a rule");
    let (file, page) = (folder.join("events.ndjson"), folder.join("report.html"));
    fs::write(&file, event(2, 1, "SUCCESS", "user.session.start") + &event(4, 1, "SUCCESS", "user.session.start")).expect("events");
    let args = ["backtest", path(&file), "--rules", path(&rules), "--html", path(&page)];
    let said = clarion(&[&args[..], &["--format", "json"]].concat());
    let report = said.json_lines().remove(0);
    assert_eq!((&report["alerts"], &report["open"]), (&1.into(), &serde_json::json!({ "tests.waiting": 1 })), "{report}");
    let words = "1 possible finding is still open (`tests.waiting` 1): its window ends after the last event";
    assert!(said.talk.contains(&format!("warning: {words}; later events decide\n")), "{}", said.talk);
    let page = fs::read_to_string(&page).expect("the page");
    assert!(page.contains(&format!("<p>{words}.</p>")), "{page}");
    // Rules that differ only in what they wait for: what neither decides is in neither.
    let said = clarion(&[&args[..], &["--diff", path(&rules)]].concat());
    assert!(said.answer.contains("0 more, 0 gone, 0 changed, 1 the same"), "{}", said.answer);
    // Rules that wait for less have decided, and those that they are compared with have not.
    let shorter = folder.join("shorter");
    fs::create_dir_all(&shorter).expect("a folder of rules");
    fs::write(shorter.join("waiting.yml"), rule.replace("12h", "1m")).expect("a rule");
    fs::write(&file, event(4, 1, "SUCCESS", "user.session.start") + &event(4, 5, "SUCCESS", "user.session.end").replace("00u1", "00u2")).expect("events");
    let said = clarion(&["backtest", path(&file), "--rules", path(&shorter), "--diff", path(&rules)]);
    assert!(said.answer.contains(&format!("1 more, 0 gone, 0 changed, 0 the same\n\nby the other rules, {words}\n")), "{}", said.transcript());
    let report = clarion(&["backtest", path(&file), "--rules", path(&shorter), "--diff", path(&rules), "--format", "json"]).json_lines().remove(0);
    assert_eq!((&report["open"], &report["difference"]["open"]), (&serde_json::json!({}), &serde_json::json!({ "tests.waiting": 1 })), "{report}");
}

#[test]
fn rules_over_alerts_that_may_come_are_told_as_open_too() {
    let folder = folder("backtest-open-over");
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).expect("a folder of rules");
    let rule = |id: &str, when: &str| {
        let text = format!("id: {id}\ntitle: A rule\nseverity: low\nstatus: test\ndescription: For this test.\nwhen: |\n  {when}\n");
        fs::write(rules.join(format!("{id}.yml")), text).expect("a rule");
    };
    rule("tests.waiting", "eventType == \"user.session.start\" and not followed_by(eventType == \"user.session.end\" by actor.id within 12h)");
    rule("tests.over", "eventType == \"clarion.alert\" and alert.rule == \"tests.waiting\"");
    rule("tests.over-over", "eventType == \"clarion.alert\" and alert.rule == \"tests.over\"");
    rule("tests.other", "eventType == \"user.account.lock\"");
    let file = folder.join("events.ndjson");
    fs::write(&file, event(2, 1, "SUCCESS", "user.session.start")).expect("events");
    let said = clarion(&["backtest", path(&file), "--rules", path(&rules), "--format", "json"]);
    let report = said.json_lines().remove(0);
    assert_eq!(report["open_over_alerts"], serde_json::json!(["tests.over", "tests.over-over"]), "{report}");
    let told = "still open (`tests.waiting` 1), and with them what rules over alerts say (`tests.over`, `tests.over-over`): its window ends";
    assert!(said.talk.contains(told), "{}", said.talk);
}

#[test]
fn limits_that_were_reached_are_in_every_form_of_the_report() {
    let folder = folder("backtest-limits");
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).expect("a folder of rules");
    let when = "sequence(a: eventType == \"user.session.start\", b: eventType == \"user.session.start\" and actor.id == a.actor.id, \
        eventType == \"user.session.end\" and actor.id != b.actor.id by actor.id within 30d)";
    let text = format!("id: tests.limited\ntitle: A rule\nseverity: low\nstatus: test\ndescription: For this test.\nwhen: >-\n  {when}\n");
    fs::write(rules.join("limited.yml"), text).expect("a rule");
    let (file, page) = (folder.join("events.ndjson"), folder.join("report.html"));
    let numbered = |number: usize| {
        let mut event: serde_json::Value = serde_json::from_str(&event(2, 1, "SUCCESS", "user.session.start")).expect("an event");
        event["uuid"] = number.to_string().into();
        format!("{event}\n")
    };
    let events: String = (0..500).map(numbered).collect();
    fs::write(&file, events + &event(3, 1, "SUCCESS", "user.session.end")).expect("events");
    let said = clarion(&["backtest", path(&file), "--rules", path(&rules), "--diff", path(&rules), "--html", path(&page), "--format", "json"]);
    let report = said.json_lines().remove(0);
    let reached = serde_json::json!({ "choices": { "times": 1, "rules": ["tests.limited"] } });
    assert_eq!((&report["limits"], &report["difference"]["limits"]), (&reached, &reached), "{report}");
    let words = "1 decision stopped after 100,000 choices";
    assert!(said.talk.contains(&format!("a limit was reached: {words}")), "{}", said.talk);
    let page = fs::read_to_string(&page).expect("the page");
    assert!(
        page.contains(&format!("<p>A limit was reached: {words}")) && page.contains(&format!("<p>By the other rules, a limit was reached: {words}")),
        "{page}"
    );
}

#[test]
fn an_alert_that_shows_something_else_is_told_as_changed() {
    let folder = folder("backtest-changed");
    let rules = |name: &str, context: &str| {
        let rules = folder.join(name);
        fs::create_dir_all(&rules).expect("a folder of rules");
        let text = format!(
            "id: tests.shown\ntitle: A sign-in\nseverity: low\nstatus: test\ndescription: For this test.\nwhen: eventType == \"user.session.start\"\n\
             context: {{ {context} }}\nalert: {{ group_by: [actor.id], suppress: 1h }}\n"
        );
        fs::write(rules.join("rule.yml"), text).expect("a rule");
        rules
    };
    let (one, other) = (rules("one", "who: actor.id"), rules("other", "who: actor.displayName"));
    let file = folder.join("events.ndjson");
    fs::write(&file, event(2, 1, "SUCCESS", "user.session.start") + &event(2, 2, "SUCCESS", "user.session.start")).expect("events");
    let said = clarion(&["backtest", path(&file), "--rules", path(&one), "--diff", path(&other), "--format", "json"]);
    let changed = said.json_lines()[0]["difference"]["changed"][0].clone();
    let shown = (&changed["from"]["context"]["who"], &changed["to"]["context"]["who"], &changed["to"]["occurrences"]);
    assert_eq!(shown, (&"<script>alert('x')</script>".into(), &"00u1".into(), &2.into()), "{}", said.answer);
}
