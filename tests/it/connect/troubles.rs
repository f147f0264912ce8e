//! What goes wrong while connecting, each told apart, with the words of the catalogue and what is saved.

use clarion::fake_okta::{AppChange, AppKind, Fault, FaultKind};
use clarion::integration::TROUBLES;

use super::{Bench, SECRET, Said};

/// Checks that a failed command shows a trouble in full.
#[track_caller]
fn shows(said: &Said, title: &str) {
    let trouble = TROUBLES.iter().find(|trouble| trouble.title == title).expect("a trouble of that title");
    assert!(said.talk.contains(&format!("\n{title}\n")), "{title}: {}", said.talk);
    trouble.texts.iter().for_each(|text| assert!(said.talk.contains(text), "{text}: {}", said.talk));
    assert!(said.talk.contains(&format!("docs/connecting.md#{}", trouble.slug)), "{}", said.talk);
}

#[test]
fn a_wrong_secret_is_a_401_and_nothing_is_saved() {
    let bench = Bench::new("trouble-401");
    let mut command = bench.command(&bench.connect_args());
    let said = Said::of(command.env("CLARION_OKTA_CLIENT_SECRET", "wrong-secret").output().unwrap()).ends_with(4);
    shows(&said, "401 Unauthorized during connect");
    assert!(said.talk.contains("invalid_client") && said.talk.contains("(request "), "{}", said.talk);
    assert!(!said.talk.contains("wrong-secret"));
    let status = bench.status();
    assert_eq!((status["state"].as_str(), status["connection"].is_null()), (Some("not_connected"), true));
    let mut command = bench.command(&[&bench.connect_args()[..], &["--format", "json"]].concat());
    let problem = Said::of(command.env("CLARION_OKTA_CLIENT_SECRET", "wrong-secret").output().unwrap()).json();
    assert_eq!(problem["error"]["title"], "401 Unauthorized during connect");
    assert_eq!(problem["error"]["type"], "connecting.md#401-unauthorized-during-connect");
    assert!(problem["error"]["request_id"].is_string() && problem["error"]["advice"].as_array().unwrap().len() == 2, "{problem:#}");
}

#[test]
fn another_kind_of_app_and_an_unknown_client_are_401s_too() {
    let bench = Bench::new("trouble-custom");
    bench.okta.change_app("0oaClarion", AppChange { kind: Some(AppKind::Custom), ..AppChange::default() }).unwrap();
    let said = bench.connect().ends_with(4);
    shows(&said, "401 Unauthorized during connect");
    assert!(said.talk.contains("custom"), "{}", said.talk);
    let args = ["connect", "--domain", &bench.org, "--client-id", "0oaNobody", "--listen", &bench.listen];
    shows(&bench.run(&args).ends_with(4), "401 Unauthorized during connect");
}

#[test]
fn a_text_that_is_no_org_is_refused_before_anybody_is_asked() {
    let bench = Bench::new("trouble-domain");
    for domain in
        ["", "evil.com", "company.okta.com.evil.com", "https://company.okta.com@evil.com", "login.example.com", "http://169.254.169.254/", "localhost:8080"]
    {
        let args = ["connect", "--domain", domain, "--client-id", "0oaClarion", "--public-url", "https://clarion.example", "--listen", &bench.listen];
        let said = bench.run(&args).ends_with(2);
        shows(&said, "The Okta domain is rejected or the token request fails");
    }
    assert_eq!(bench.okta.requests().len(), 0);
}

#[test]
fn an_org_that_does_not_answer_or_answers_oddly_is_told_apart() {
    let bench = Bench::new("trouble-net");
    let title = "The Okta domain is rejected or the token request fails";
    let faults = [
        (Fault::once(FaultKind::Html).on("/oauth2/v1/token"), "a web page"),
        (Fault::status(404, "E0000007").on("/.well-known/okta-organization"), "404"),
        (Fault::status(404, "E0000007").on("/oauth2/v1/token"), "no token endpoint"),
        (Fault::once(FaultKind::Redirect { to: "https://elsewhere.example/".to_owned() }).on("/.well-known"), "a redirect"),
    ];
    for (fault, words) in faults {
        bench.okta.order(fault.always());
        let said = bench.connect().ends_with(4);
        shows(&said, title);
        assert!(said.talk.contains(words), "{words}: {}", said.talk);
        bench.okta.clear_faults();
        assert_eq!(bench.status()["state"], "not_connected");
    }
    let nobody = super::free_address();
    let mut command = bench.command(&["connect", "--domain", &nobody, "--client-id", "0oaClarion", "--listen", &bench.listen]);
    let said = Said::of(command.env("CLARION_OKTA_ALLOW_HOST", &nobody).output().unwrap()).ends_with(4);
    shows(&said, title);
    assert!(said.talk.contains("no connection") || said.talk.contains("refuse") || said.talk.contains("connect"), "{}", said.talk);
}

#[test]
fn without_a_hook_the_credentials_are_saved_and_the_hook_is_missing() {
    let bench = Bench::new("trouble-hook");
    bench.okta.order(Fault::status(400, "E0000001").on("/api/v1/eventHooks").with_method("post"));
    let said = bench.connect().ends_with(4);
    shows(&said, "The connection succeeds but no hook is created");
    assert!(said.talk.contains("Hook missing"), "{}", said.talk);
    let status = bench.status();
    assert_eq!((status["state"].as_str(), status["label"].as_str()), (Some("hook_missing"), Some("Hook missing")));
    assert_eq!((status["primary"]["label"].as_str(), status["secondary"]["label"].as_str()), (Some("Retry"), Some("Recreate managed hook")));
    assert_eq!(status["secondary"]["title"], "Recreate Hook");
    bench.recreate().fine();
    assert_eq!(bench.status()["state"], "connected", "without the credentials being given again");
}

#[test]
fn a_receiver_that_okta_does_not_reach_is_a_missing_hook() {
    let bench = Bench::new("trouble-unverified");
    let elsewhere = format!("http://{}", super::free_address());
    let said = bench.run(&[&bench.connect_args()[..], &["--public-url", &elsewhere]].concat()).ends_with(4);
    shows(&said, "The connection succeeds but no hook is created");
    assert!(said.talk.contains("✗ hook verified") && said.talk.contains("public address"), "{}", said.talk);
    assert_eq!(bench.ours().len(), 0, "the hook that was never verified is taken away");
    assert_eq!(bench.status()["state"], "hook_missing");
}

#[test]
fn missing_scopes_are_named_with_their_purpose() {
    let bench = Bench::new("trouble-scopes");
    let scopes = Some(vec!["okta.logs.read".to_owned()]);
    bench.okta.change_app("0oaClarion", AppChange { scopes, ..AppChange::default() }).unwrap();
    let said = bench.connect().ends_with(4);
    shows(&said, "The connection succeeds but no hook is created");
    assert!(said.talk.contains("`okta.eventHooks.manage`, `okta.users.manage`") && said.talk.contains("suspending an account"), "{}", said.talk);
    assert_eq!(bench.status()["state"], "hook_missing");
    let doctor = bench.run(&["doctor", "--format", "json"]).ends_with(1).json();
    let failed: Vec<&str> =
        doctor["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "failed").map(|check| check["name"].as_str().unwrap()).collect();
    assert!(failed.contains(&"scopes") && failed.contains(&"hook"), "{doctor:#}");
}

#[test]
fn without_a_public_address_it_is_said_before_okta_is_asked() {
    let bench = Bench::new("trouble-public");
    let args = ["connect", "--domain", "company.okta.com", "--client-id", "0oaClarion", "--listen", &bench.listen];
    let said = bench.run(&args).ends_with(2);
    shows(&said, "Okta cannot reach Clarion");
    assert!(said.talk.contains("/hooks/okta/") && said.talk.contains("CLARION_PUBLIC_URL"), "{}", said.talk);
    for wrong in ["http://clarion.company.com", "https://", "ftp://x", "https://u:p@clarion.company.com"] {
        shows(&bench.run(&[&args[..], &["--public-url", wrong]].concat()).ends_with(2), "Okta cannot reach Clarion");
    }
}

#[test]
fn an_address_that_is_taken_is_said() {
    let bench = Bench::new("trouble-listen");
    let taken = std::net::TcpListener::bind(&bench.listen).unwrap();
    let said = bench.connect().ends_with(4);
    assert!(said.talk.contains("cannot listen on") && said.talk.contains("--listen"), "{}", said.talk);
    drop(taken);
}

#[test]
fn a_saved_secret_that_does_not_open_asks_for_new_credentials() {
    let bench = Bench::new("trouble-sealed");
    bench.connect().fine();
    let database = rusqlite::Connection::open(bench.data.join("clarion.db")).unwrap();
    database.execute("UPDATE connection SET client_secret = zeroblob(80)", []).unwrap();
    drop(database);
    let status = bench.status();
    assert_eq!((status["state"].as_str(), status["problems"][0]["kind"].as_str()), (Some("reconnect_required.credentials_needed"), Some("credentials_sealed")));
    bench.run(&["reconnect", "--listen", &bench.listen]).fine();
    assert_eq!(bench.status()["state"], "connected");
    let key = bench.data.join("master.key");
    std::fs::write(&key, "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c=\n").unwrap();
    let said = bench.run(&["status"]).ends_with(2);
    assert!(said.talk.contains("the master key is not the one that sealed what is saved"), "{}", said.talk);
}

#[test]
fn doctor_says_what_fails_with_the_words_of_the_guide() {
    let bench = Bench::new("doctor");
    shows_none(&bench.run(&["doctor"]).ends_with(2));
    bench.connect().fine();
    assert!(bench.run(&["doctor"]).fine().answer.lines().all(|line| line.starts_with('✓')));
    bench.okta.rotate_secret("0oaClarion").unwrap();
    let said = bench.run(&["doctor"]).ends_with(1);
    assert!(said.answer.contains("✗ token") && said.answer.contains("- scopes") && said.answer.contains("401 Unauthorized during connect"), "{}", said.answer);
    assert!(!said.answer.contains(SECRET));
}

#[track_caller]
fn shows_none(said: &Said) {
    assert!(said.talk.contains("is not connected"), "{}", said.talk);
}
