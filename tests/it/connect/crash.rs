//! The process is killed at every request of its work, before and after Okta has done it, and at every step that it tells of.
//!
//! Afterwards `status` must tell the truth, with at most one hook of ours in the org, and the same command must come to its end.

use std::io::{BufRead, BufReader};

use clarion::fake_okta::Options;
use serde_json::Value;

use super::gate::{Gate, Moment};
use super::{Bench, Said, free_address, options};

/// More requests than any work on a connection makes.
const REQUESTS_MAX: usize = 40;

/// A bench whose org is reached through a gate.
fn gated(name: &str) -> (Bench, Gate) {
    let front = free_address();
    let mut bench = Bench::with(name, Options { public_url: Some(format!("http://{front}")), ..options() });
    let gate = bench.runtime.block_on(Gate::start(&front, format!("http://{}", bench.okta.address())));
    bench.org = gate.address.clone();
    (bench, gate)
}

/// Runs a command that is killed at a request; none when it came to its end before.
fn killed(bench: &Bench, gate: &Gate, args: &[impl AsRef<std::ffi::OsStr>], at: usize, moment: Moment) -> bool {
    gate.arm(at, moment);
    let child = bench.command(args).spawn().expect("the program");
    gate.aim(child.id());
    let said = Said::of(child.wait_with_output().expect("an end"));
    gate.disarm();
    match said.code {
        -1 => true,
        0 => false,
        _ => panic!("request {at}, {moment:?}: {said:#?}"),
    }
}

/// Checks that the status claims nothing that is not so, and that there is at most one hook of ours.
#[track_caller]
fn tells_the_truth(bench: &Bench, place: &str) -> Value {
    let status = bench.status();
    let ours = bench.ours();
    assert!(ours.len() <= 1, "{place}: {ours:#?}\n{status:#}");
    let works = ours.first().filter(|hook| hook.active && hook.verified);
    let claimed = status["hook"]["event_hook_id"].as_str();
    assert_eq!(status["state"] == "connected", works.is_some(), "{place}: {ours:#?}\n{status:#}");
    if let Some(hook) = works {
        assert_eq!(claimed, Some(hook.id.as_str()), "{place}: {status:#}");
    }
    assert_eq!(status["label"] == "Connected", status["state"] == "connected", "{place}");
    status
}

#[test]
fn connect_may_be_killed_at_every_request() {
    let mut moments = 0;
    for moment in [Moment::Before, Moment::After] {
        for at in 1..REQUESTS_MAX {
            let (bench, gate) = gated(&format!("crash-connect-{moment:?}-{at}"));
            if !killed(&bench, &gate, &bench.quick_connect(), at, moment) {
                break;
            }
            moments += 1;
            let place = format!("connect, request {at}, {moment:?}");
            assert!(bench.ours().len() <= 1, "{place}: at most one hook even before anything is settled");
            let status = tells_the_truth(&bench, &place);
            if status["connection"].is_null() {
                assert_eq!(status["state"], "not_connected", "{place}");
            }
            bench.run(&bench.quick_connect()).fine();
            assert_eq!(tells_the_truth(&bench, &place)["state"], "connected", "{place}");
            bench.hook();
        }
    }
    assert!(moments >= 14, "only {moments} moments");
}

#[test]
fn recreate_may_be_killed_at_every_request() {
    let mut moments = 0;
    for moment in [Moment::Before, Moment::After] {
        for at in 1..REQUESTS_MAX {
            let (bench, gate) = gated(&format!("crash-recreate-{moment:?}-{at}"));
            bench.run(&bench.quick_connect()).fine();
            let old = bench.hook().id;
            let args = ["recreate-hook", "--listen", &bench.listen];
            if !killed(&bench, &gate, &args, at, moment) {
                assert_ne!(bench.hook().id, old);
                break;
            }
            moments += 1;
            let place = format!("recreate, request {at}, {moment:?}");
            assert!(bench.ours().iter().any(|hook| hook.active && hook.verified), "{place}: one of the two delivers at any time");
            assert_eq!(tells_the_truth(&bench, &place)["state"], "connected", "{place}");
            bench.recreate().fine();
            assert_eq!(tells_the_truth(&bench, &place)["state"], "connected", "{place}");
            assert_ne!(bench.hook().id, old, "{place}");
        }
    }
    assert!(moments >= 12, "only {moments} moments");
}

#[test]
fn rotation_may_be_killed_at_every_request() {
    let mut moments = 0;
    for moment in [Moment::Before, Moment::After] {
        for at in 1..REQUESTS_MAX {
            let (bench, gate) = gated(&format!("crash-rotate-{moment:?}-{at}"));
            bench.run(&bench.quick_connect()).fine();
            let args = ["rotate", "hook-secret", "--listen", &bench.listen];
            if !killed(&bench, &gate, &args, at, moment) {
                break;
            }
            moments += 1;
            let place = format!("rotate, request {at}, {moment:?}");
            tells_the_truth(&bench, &place);
            bench.run(&args).fine();
            assert_eq!(tells_the_truth(&bench, &place)["state"], "connected", "{place}");
        }
    }
    assert!(moments >= 6, "only {moments} moments");
}

#[test]
fn disconnect_may_be_killed_at_every_request() {
    let mut moments = 0;
    for moment in [Moment::Before, Moment::After] {
        for at in 1..REQUESTS_MAX {
            let (bench, gate) = gated(&format!("crash-disconnect-{moment:?}-{at}"));
            bench.run(&bench.quick_connect()).fine();
            if !killed(&bench, &gate, &["disconnect", "--yes"], at, moment) {
                break;
            }
            moments += 1;
            let place = format!("disconnect, request {at}, {moment:?}");
            let status = bench.status();
            let works = bench.ours().iter().any(|hook| hook.active && hook.verified);
            // A disconnection that was cut off is said, also where the hook still works.
            assert!(works || status["state"] != "connected", "{place}: {status:#}");
            bench.run(&["disconnect", "--yes"]).fine();
            assert_eq!((bench.ours().len(), bench.status()["state"].as_str()), (0, Some("not_connected")), "{place}");
        }
    }
    assert!(moments >= 6, "only {moments} moments");
}

/// Runs a command and kills it as soon as it tells of its n-th step; none when there are fewer.
fn killed_at_step(bench: &Bench, args: &[impl AsRef<std::ffi::OsStr>], step: usize) -> Option<String> {
    let mut child = bench.command(args).spawn().expect("the program");
    let talk = BufReader::new(child.stderr.take().expect("its talk"));
    let line = talk.lines().map(|line| line.expect("text")).filter(|line| line.starts_with('✓')).nth(step);
    if line.is_some() {
        let _ = child.kill();
    }
    let _ = child.wait();
    line
}

#[test]
fn both_may_be_killed_at_every_step() {
    for step in 0..20 {
        let bench = Bench::new(&format!("crash-step-connect-{step}"));
        let Some(line) = killed_at_step(&bench, &bench.quick_connect(), step) else { break };
        tells_the_truth(&bench, &line);
        bench.run(&bench.quick_connect()).fine();
        assert_eq!(tells_the_truth(&bench, &line)["state"], "connected");
    }
    for step in 0..20 {
        let bench = Bench::new(&format!("crash-step-recreate-{step}"));
        bench.run(&bench.quick_connect()).fine();
        let Some(line) = killed_at_step(&bench, &["recreate-hook", "--listen", &bench.listen], step) else { break };
        assert_eq!(tells_the_truth(&bench, &line)["state"], "connected", "{line}");
    }
}
