//! The life of a connection when nothing, or Okta, or an administrator interferes.

use std::process::Stdio;
use std::time::Duration;

use clarion::event::Span;
use clarion::fake_okta::{Fault, FaultKind, HookChange, Pace, Person, Story};
use serde_json::Value;
use tokio::time::Instant;

use super::{Bench, SECRET};

#[test]
fn three_inputs_and_one_command_end_in_connected_within_two_seconds() {
    let bench = Bench::new("connect");
    let begin = Instant::now();
    let said = bench.connect().fine();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    let hook = bench.hook();
    assert!(hook.active && hook.verified, "{hook:?}");
    assert_eq!(hook.name, "Clarion managed (default)");
    assert!(said.answer.starts_with("✓ Connected\n") && said.answer.contains("\nManaged Okta connection\n"), "{}", said.answer);
    assert!(said.answer.contains(&format!("Event Hook ID  {}", hook.id)), "{}", said.answer);
    let steps: Vec<&str> = said.talk.lines().filter_map(|line| line.strip_prefix("✓ ")).map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(steps, ["domain", "org", "token", "scopes", "credentials saved", "hook created", "hook verified", "saved"]);
    assert!(said.talk.contains("warning: CLARION_OKTA_ALLOW_HOST") && said.talk.contains("made a master key"), "{}", said.talk);
    let token = bench.okta.requests().into_iter().find(|request| request.path == "/oauth2/v1/token").expect("a token request");
    assert!(token.body.contains("scope=okta.eventHooks.manage+okta.logs.read+okta.users.manage"), "{}", token.body);
    let status = bench.status();
    assert_eq!(
        (status["state"].as_str(), status["hook"]["status"].as_str(), status["hook"]["verification"].as_str()),
        (Some("connected"), Some("ACTIVE"), Some("VERIFIED"))
    );
    assert_eq!(bench.run(&["status"]).fine().talk.matches('✗').count(), 0);
    bench.run(&["doctor"]).fine();
}

#[test]
fn connecting_again_keeps_the_hook() {
    let bench = Bench::new("connect-twice");
    bench.connect().fine();
    let first = bench.hook().id;
    let said = bench.connect().fine();
    assert_eq!(bench.hook().id, first);
    assert!(said.talk.contains("kept as it is"), "{}", said.talk);
}

#[test]
fn the_hook_carries_what_the_rules_need_and_nothing_else() {
    let bench = Bench::new("subscription");
    let rules = bench.data.with_extension("rules");
    let _ = std::fs::remove_dir_all(&rules);
    std::fs::create_dir_all(&rules).unwrap();
    let rule = |id: &str, when: &str, rest: &str| format!("id: {id}\ntitle: T\nseverity: low\nstatus: test\ndescription: D.\nwhen: {when}\n{rest}");
    std::fs::write(rules.join("one.yml"), rule("t.one", "eventType == \"user.account.lock\" or eventType == \"policy.evaluate_sign_on\"", "")).unwrap();
    std::fs::write(rules.join("two.yml"), rule("t.two", "eventType == \"system.api_token.create\"", "enabled: false\n")).unwrap();
    let history = "eventType == \"user.session.start\" and count(eventType == \"user.mfa.factor.deactivate\" by actor.id within 1h) >= 2";
    std::fs::write(rules.join("three.yml"), rule("t.three", &format!("'{}'", history), "")).unwrap();
    let path = rules.to_str().unwrap();
    let said = bench.run(&[&bench.connect_args()[..], &["--rules", path]].concat()).fine();
    assert_eq!(bench.hook().items, ["user.account.lock", "user.mfa.factor.deactivate", "user.session.start"]);
    assert!(said.talk.contains("3 event types of the rules come by the hook, 1 only by the System Log"), "{}", said.talk);
    // Rules change: said by the status, put right by connecting again.
    std::fs::remove_file(rules.join("three.yml")).unwrap();
    let status = bench.run(&["status", "--rules", path, "--format", "json"]).ends_with(1).json();
    assert_eq!((status["state"].as_str(), status["problems"][0]["kind"].as_str()), (Some("degraded"), Some("rules_changed")));
    let id = bench.hook().id;
    bench.run(&[&bench.connect_args()[..], &["--rules", path]].concat()).fine();
    assert_eq!((bench.hook().items, bench.hook().id), (vec!["user.account.lock".to_owned()], id));
    bench.run(&["status", "--rules", path]).fine();
}

#[test]
fn recreate_verifies_the_new_hook_before_the_old_one_goes() {
    let bench = Bench::new("recreate");
    bench.connect().fine();
    let old = bench.hook();
    bench.okta.forget_requests();
    let said = bench.run(&["recreate-managed-hook", "--listen", &bench.listen]).fine();
    let new = bench.hook();
    assert!(new.id != old.id && new.uri != old.uri && new.secret != old.secret, "{old:?} {new:?}");
    assert!(said.answer.contains(&new.id), "{}", said.answer);
    let calls: Vec<String> =
        bench.okta.requests().into_iter().filter(|request| request.method != "GET").map(|request| format!("{} {}", request.method, request.path)).collect();
    let place = |wanted: &str| calls.iter().position(|call| call.contains(wanted)).unwrap_or_else(|| panic!("{wanted}: {calls:#?}"));
    assert!(place(&format!("{}/lifecycle/verify", new.id)) < place(&format!("{}/lifecycle/deactivate", old.id)), "{calls:#?}");
    assert!(place(&format!("{}/lifecycle/deactivate", old.id)) < place(&format!("DELETE /api/v1/eventHooks/{}", old.id)), "{calls:#?}");
    bench.recreate().fine();
    assert_eq!(bench.hook().name, "Clarion managed (default)", "the plain name is free again");
}

#[test]
fn at_the_limit_the_old_hook_goes_first() {
    let bench = Bench::new("limit");
    bench.connect().fine();
    let old = bench.hook().id;
    bench.okta.switch(|switches| switches.hooks_max = 1);
    bench.recreate().fine();
    assert_ne!(bench.hook().id, old);
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn a_new_hook_that_is_not_verified_leaves_the_old_one_alone() {
    let bench = Bench::new("recreate-unverified");
    bench.connect().fine();
    let old = bench.hook();
    bench.okta.order(Fault::status(400, "E0000001").on("/lifecycle/verify"));
    bench.recreate().ends_with(4);
    assert_eq!(bench.hook(), old);
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn what_an_administrator_does_to_the_hook_is_noticed() {
    let bench = Bench::new("health");
    bench.connect().fine();
    let check = |change: HookChange, state: &str, kind: &str| {
        let before = bench.hook();
        bench.okta.change_hook(&before.id, change).unwrap();
        let status = bench.run(&["status", "--format", "json"]).json();
        let kinds: Vec<&str> = status["problems"].as_array().unwrap().iter().map(|problem| problem["kind"].as_str().unwrap()).collect();
        assert!(status["state"] == state && kinds.contains(&kind), "{state}, {kind}: {status:#}");
        let offline = bench.run(&["status", "--offline", "--format", "json"]).json();
        assert_eq!(offline["state"], status["state"], "it is remembered");
        bench.recreate().fine();
        assert_eq!(bench.status()["state"], "connected");
    };
    check(HookChange { active: Some(false), ..HookChange::default() }, "degraded", "hook_inactive");
    check(HookChange { verified: Some(false), ..HookChange::default() }, "reconnect_required.credentials_saved", "hook_unverified");
    check(HookChange { uri: Some("https://evil.example/x".to_owned()), ..HookChange::default() }, "reconnect_required.credentials_saved", "hook_moved");
    let items = Some(vec!["user.session.start".to_owned()]);
    check(HookChange { items, ..HookChange::default() }, "degraded", "hook_events_missing");
    bench.okta.delete_hook(&bench.hook().id).unwrap();
    let status = bench.status();
    assert_eq!((status["state"].as_str(), status["label"].as_str()), (Some("reconnect_required.credentials_saved"), Some("Reconnect required")));
    assert_eq!(status["primary"]["label"], "Recreate managed hook");
    bench.recreate().fine();
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn revoked_credentials_need_new_ones_and_the_same_org() {
    let bench = Bench::new("reconnect");
    bench.connect().fine();
    let hook = bench.hook().id;
    let new = bench.okta.rotate_secret("0oaClarion").unwrap();
    let status = bench.status();
    assert_eq!((status["state"].as_str(), status["label"].as_str()), (Some("reconnect_required.credentials_needed"), Some("Reconnect required")));
    assert_eq!(status["primary"]["label"], "Save credentials and reconnect");
    assert_eq!(status["problems"][0]["trouble"], "401-unauthorized-during-connect");
    // The old secret is refused and changes nothing.
    bench.run(&["reconnect", "--listen", &bench.listen]).ends_with(4);
    let mut again = bench.command(&["reconnect", "--listen", &bench.listen]);
    let output = again.env("CLARION_OKTA_CLIENT_SECRET", &new.client_secret).output().unwrap();
    super::Said::of(output).fine();
    assert_eq!(bench.hook().id, hook, "the hook is kept");
    assert_eq!(bench.status()["state"], "connected");
    // Another org is another thing.
    let other = Bench::new("reconnect-other");
    let elsewhere = bench.runtime.block_on(clarion::fake_okta::FakeOkta::start(clarion::fake_okta::Options { seed: 77, ..super::options() })).unwrap();
    let mut command = bench.command(&["reconnect", "--domain", &elsewhere.address().to_string(), "--listen", &bench.listen]);
    let said = super::Said::of(command.env("CLARION_OKTA_ALLOW_HOST", elsewhere.address().to_string()).output().unwrap()).ends_with(2);
    assert!(said.talk.contains("The credentials belong to another Okta org"), "{}", said.talk);
    assert_eq!(elsewhere.hooks().len(), 0);
    assert_eq!(bench.status()["state"], "connected", "nothing was changed");
    drop(other);
}

#[test]
fn a_new_client_secret_is_proved_before_it_is_saved() {
    let bench = Bench::new("rotate-client");
    bench.connect().fine();
    let mut wrong = bench.command(&["rotate", "client-secret"]);
    super::Said::of(wrong.env("CLARION_OKTA_CLIENT_SECRET", "not-the-secret").output().unwrap()).ends_with(4);
    assert_eq!(bench.status()["state"], "connected", "the old one is kept");
    let new = bench.okta.rotate_secret("0oaClarion").unwrap();
    let file = bench.data.join("new-secret");
    std::fs::write(&file, format!("{}\n", new.client_secret)).unwrap();
    bench.run(&["rotate", "client-secret", "--client-secret-file", file.to_str().unwrap()]).fine();
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn a_rotated_hook_secret_is_the_new_one_and_there_are_never_three() {
    let bench = Bench::new("rotate-hook");
    bench.connect().fine();
    let old = bench.hook();
    bench.run(&["rotate", "hook-secret"]).fine();
    let new = bench.hook();
    assert!(new.id == old.id && new.uri == old.uri && new.secret != old.secret && new.verified, "{old:?} {new:?}");
    let status = bench.status();
    assert_eq!(status["state"], "connected");
    assert!(status["hook"]["two_secrets_until"].is_string(), "{status:#}");
    bench.run(&["rotate", "hook-secret"]).ends_with(2);
    assert_eq!(bench.hook(), new);
}

#[test]
fn disconnect_asks_deletes_and_erases() {
    let bench = Bench::new("disconnect");
    bench.connect().fine();
    bench.run(&["disconnect"]).ends_with(2);
    assert_eq!(bench.ours().len(), 1, "nobody said yes");
    bench.run(&["disconnect", "--yes"]).fine();
    assert_eq!(bench.ours().len(), 0);
    assert_eq!(bench.status()["state"], "not_connected");
    bench.run(&["recreate-hook"]).ends_with(2);
    bench.connect().fine();
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn a_hook_that_cannot_be_deleted_is_not_forgotten_unless_it_is_asked_for() {
    let bench = Bench::new("disconnect-down");
    bench.connect().fine();
    let id = bench.hook().id;
    bench.okta.rotate_secret("0oaClarion").unwrap();
    let said = bench.run(&["disconnect", "--yes"]).ends_with(4);
    assert!(said.talk.contains(&id) && said.talk.contains("--forget"), "{}", said.talk);
    assert_ne!(bench.status()["state"], "not_connected");
    let said = bench.run(&["disconnect", "--yes", "--forget"]).fine();
    assert!(said.talk.contains(&id), "{}", said.talk);
    assert_eq!(bench.status()["state"], "not_connected");
}

#[test]
fn a_lost_answer_to_the_creation_makes_no_second_hook() {
    for kind in [FaultKind::DropAnswer, FaultKind::CutBody, FaultKind::Garbage] {
        let bench = Bench::new(&format!("lost-{kind:?}"));
        bench.okta.order(Fault::once(kind.clone()).on("/api/v1/eventHooks").with_method("post"));
        bench.connect().fine();
        assert_eq!(bench.status()["state"], "connected", "{kind:?}");
        bench.hook();
    }
}

#[test]
fn an_old_hook_at_our_address_whose_record_is_lost_is_deleted() {
    let bench = Bench::new("lost-data");
    bench.connect().fine();
    let old = bench.hook().id;
    std::fs::remove_dir_all(&bench.data).unwrap();
    bench.connect().fine();
    assert_ne!(bench.hook().id, old);
}

#[test]
fn two_workspaces_have_a_hook_each() {
    let bench = Bench::new("workspaces");
    bench.connect().fine();
    bench.run(&[&bench.connect_args()[..], &["--workspace", "second"]].concat()).fine();
    let mut names: Vec<String> = bench.ours().into_iter().map(|hook| hook.name).collect();
    names.sort();
    assert_eq!(names, ["Clarion managed (default)", "Clarion managed (second)"]);
    bench.run(&["disconnect", "--yes", "--workspace", "second"]).fine();
    assert_eq!(bench.hook().name, "Clarion managed (default)");
    assert_eq!(bench.status()["state"], "connected");
}

#[test]
fn two_processes_do_not_work_in_one_folder() {
    let bench = Bench::new("two-processes");
    bench.connect().fine();
    bench.okta.order(Fault::once(FaultKind::Delay { ms: 3000 }).on("/oauth2/v1/token"));
    let mut slow = bench.command(&["recreate-hook", "--listen", &bench.listen]).spawn().unwrap();
    let busy = loop {
        let status = bench.run(&["status", "--offline", "--format", "json"]).json();
        if status["last_operation"]["kind"] == "recreate-hook" || slow.try_wait().unwrap().is_some() {
            break status;
        }
    };
    assert_eq!((busy["at_work"].as_bool(), busy["last_operation"]["kind"].as_str()), (Some(true), Some("recreate-hook")));
    let said = bench.run(&["disconnect", "--yes"]).ends_with(4);
    assert!(said.talk.contains("another clarion process is at work"), "{}", said.talk);
    super::Said::of(slow.wait_with_output().unwrap()).fine();
    bench.hook();
}

#[test]
fn the_system_log_runs_through_the_rules() {
    let bench = Bench::new("logs");
    bench.connect().fine();
    bench.okta.play(&Story::embedded("push-fatigue").unwrap(), Pace::AtOnce).unwrap();
    let mut logs = bench.command(&["logs", "--since", "48h"]).spawn().unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_clarion"))
        .args(["run", "-", "--format", "json"])
        .stdin(Stdio::from(logs.stdout.take().unwrap()))
        .output()
        .unwrap();
    let said = super::Said::of(logs.wait_with_output().unwrap()).fine();
    assert!(said.talk.contains(" events"), "{}", said.talk);
    let alerts = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success() && alerts.lines().count() > 0, "{alerts} {}", String::from_utf8_lossy(&run.stderr));
    let page = bench.run(&["logs", "--since", "48h", "--until", "0s", "--filter", "eventType eq \"event_hook.created\""]).fine();
    let types: Vec<Value> = page.answer.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["eventType"].clone()).collect();
    assert_eq!(types, ["event_hook.created"]);
    bench.run(&["logs", "--since", "1h", "--until", "2h"]).ends_with(2);
    bench.okta.pass(Span::hours(1));
    bench.run(&["logs", "--since", "2h"]).fine();
}

#[test]
fn a_user_is_shown_by_id_and_login() {
    let bench = Bench::new("user");
    bench.connect().fine();
    let person = Person { id: String::new(), login: "mara.lindqvist@example.com".to_owned(), name: "Mara Lindqvist".to_owned(), status: "ACTIVE".to_owned() };
    let id = bench.okta.add_user(&person).unwrap();
    let by_login = bench.run(&["user", "mara.lindqvist@example.com", "--format", "json"]).fine().json();
    assert_eq!((by_login["id"].as_str(), by_login["status"].as_str()), (Some(id.as_str()), Some("ACTIVE")));
    assert!(bench.run(&["user", &id]).fine().answer.contains("mara.lindqvist@example.com"));
    bench.run(&["user", "nobody@example.com"]).ends_with(1);
}

#[test]
fn the_secret_may_come_from_stdin_and_never_as_an_argument() {
    let bench = Bench::new("stdin");
    let mut command = bench.command(&[&bench.connect_args()[..], &["--client-secret-file", "-"]].concat());
    let mut child = command.env_remove("CLARION_OKTA_CLIENT_SECRET").stdin(Stdio::piped()).spawn().unwrap();
    use std::io::Write as _;
    child.stdin.take().unwrap().write_all(SECRET.as_bytes()).unwrap();
    super::Said::of(child.wait_with_output().unwrap()).fine();
    bench.run(&[&bench.connect_args()[..], &["--client-secret", SECRET]].concat()).ends_with(2);
    let mut again = bench.command(&bench.connect_args());
    super::Said::of(again.env_remove("CLARION_OKTA_CLIENT_SECRET").output().unwrap()).fine();
    let mut without = bench.command(&[&bench.connect_args()[..], &["--workspace", "new"]].concat());
    let said = super::Said::of(without.env_remove("CLARION_OKTA_CLIENT_SECRET").output().unwrap()).ends_with(2);
    assert!(said.talk.contains("CLARION_OKTA_CLIENT_SECRET"), "{}", said.talk);
}
