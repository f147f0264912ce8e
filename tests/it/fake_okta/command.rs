//! `clarion fake-okta` as a process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{http, read};

/// A process that is ended with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(args: &[&str]) -> (Running, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
    command.args(["fake-okta", "--listen", "127.0.0.1:0", "--json"]).args(args).env_remove("CLARION_FAKE_OKTA_SECRET");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its answer")).read_line(&mut line).expect("a line");
    (Running(child), serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
}

#[tokio::test]
async fn it_says_where_it_is_and_answers_there() {
    let (_running, said) = start(&["--story", "session-theft", "--switch", "plan=unlimited", "--ssws"]);
    let text = |key: &str| said[key].as_str().unwrap_or_else(|| panic!("{key}")).to_owned();
    let metadata = read(http().get(format!("{}/.well-known/okta-organization", text("url")))).await;
    assert_eq!(metadata.json()["id"], said["org_id"]);
    let form = [("grant_type", "client_credentials"), ("scope", "okta.logs.read")];
    let basic = super::basic(&text("client_id"), &text("client_secret"));
    let token = read(http().post(format!("{}/oauth2/v1/token", text("url"))).header("authorization", basic).form(&form)).await.json();
    let logs = format!("{}/api/v1/logs?filter=eventType+eq+%22user.session.context.change%22", text("url"));
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    assert_eq!(read(http().get(&logs).header("authorization", bearer)).await.json().as_array().unwrap().len(), 1);
    assert_eq!(read(http().get(&logs).header("authorization", format!("SSWS {}", text("api_token")))).await.status, 200);
    let state = read(http().get(format!("{}/state", text("control")))).await.json();
    assert_eq!(state["switches"]["plan"], "unlimited");
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_told_to() {
    let (mut running, _) = start(&[]);
    let told = Command::new("kill").arg("-TERM").arg(running.0.id().to_string()).status().expect("kill");
    assert!(told.success());
    assert_eq!(running.0.wait().expect("an end").code(), Some(0));
}

#[test]
fn wrong_use_is_told() {
    for (args, says) in [
        (&["--story", "nothing"][..], "there is no story `nothing`"),
        (&["--switch", "plan"], "not of the form NAME=VALUE"),
        (&["--switch", "colour=red"], "unknown field `colour`"),
        (&["--pace=-3"], "--pace"),
        (&["--route", "x"], "not of the form FROM=TO"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_clarion")).args(["fake-okta", "--listen", "127.0.0.1:0"]).args(args).output().expect("a process");
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {talk}");
        assert!(talk.contains(says), "{args:?}: {talk}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_clarion")).args(["fake-okta", "--stories"]).output().expect("a process");
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(answer.lines().count() >= 5 && answer.contains("push-fatigue"), "{answer}");
}

#[test]
fn an_org_in_the_background_serves_those_who_wait_for_processes() {
    let okta = clarion::fake_okta::FakeOkta::start_in_background(super::unlimited()).expect("an org");
    let story = clarion::fake_okta::Story::read("name: x\nabout: y\nsteps:\n  - { type: user.session.end }\n").expect("a story");
    okta.play(&story, clarion::fake_okta::Pace::Times(1000.0)).expect("it is played");
    // Another process asks, while this thread waits for it.
    let url = format!("{}/.well-known/okta-organization", okta.url());
    let output = Command::new("curl").args(["--silent", "--noproxy", "*", &url]).output();
    if let Ok(output) = output {
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(said["id"].as_str(), Some(okta.org_id().as_str()));
    }
    okta.settle_in_background();
}
