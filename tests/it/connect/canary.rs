//! The canary sweep: no secret in any output, error or file, in any form in which it could be written.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clarion::fake_okta::{Fault, FaultKind};

use super::{Bench, SECRET, Said};

/// The forms in which a secret could be written.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let url: String = secret.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let json = serde_json::to_string(secret).unwrap().trim_matches('"').replace('/', "\\/");
    let mut forms = vec![secret.to_owned(), url.clone(), url.to_lowercase(), hex.clone(), hex.to_uppercase(), json];
    // Base64 of something that has the secret in its middle differs by where it begins.
    for skip in 0..3 {
        let padded = format!("{}{secret}", "x".repeat(skip));
        for text in [STANDARD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let inner: String = text.chars().skip(if skip == 0 { 0 } else { 4 }).collect();
            forms.push(inner.trim_end_matches('=').chars().take(secret.len()).collect());
        }
    }
    forms.into_iter().map(String::into_bytes).collect()
}

/// Everything that was said and written.
#[derive(Default)]
struct Seen(BTreeMap<String, Vec<u8>>);

impl Seen {
    fn said(&mut self, name: &str, said: &Said) {
        self.0.insert(format!("{name}: stdout"), said.answer.clone().into_bytes());
        self.0.insert(format!("{name}: stderr"), said.talk.clone().into_bytes());
    }

    fn folder(&mut self, name: &str, bench: &Bench) {
        for entry in fs::read_dir(&bench.data).unwrap() {
            let path = entry.unwrap().path();
            // The key is there to open the database; it is looked for everywhere else.
            if !path.ends_with("master.key") {
                self.0.insert(format!("{name}: {}", path.display()), fs::read(&path).unwrap());
            }
        }
    }

    fn hides(&self, what: &str, secret: &str) {
        assert!(secret.len() >= 16, "{what} is too short to be looked for");
        let forms = forms(secret);
        let search = aho_corasick::AhoCorasick::new(&forms).unwrap();
        for (name, bytes) in &self.0 {
            let found = search.find(bytes).map(|found| String::from_utf8_lossy(&forms[found.pattern().as_usize()]));
            assert!(found.is_none(), "{what} in {name}, as {}", found.unwrap_or_default());
        }
    }
}

#[test]
fn the_sweep_finds_what_it_looks_for() {
    for text in [format!("a {SECRET} b"), STANDARD.encode(format!("0oaClarion:{SECRET}")), format!("{{\"s\":{}}}", serde_json::to_string(SECRET).unwrap())] {
        let seen = Seen(BTreeMap::from([("x".to_owned(), text.clone().into_bytes())]));
        assert!(std::panic::catch_unwind(|| seen.hides("it", SECRET)).is_err(), "{text}");
    }
}

#[test]
fn no_secret_is_said_or_written() {
    let bench = Bench::new("canary");
    let mut seen = Seen::default();
    let mut secrets: Vec<(String, String)> = vec![("the client secret".to_owned(), SECRET.to_owned())];
    // A first attempt for every way in which it can fail, each while the secret is at hand.
    let faults = [
        Fault::status(401, "E0000011").on("/oauth2/v1/token"),
        Fault::once(FaultKind::Html).on("/oauth2/v1/token"),
        Fault::once(FaultKind::Garbage).on("/oauth2/v1/token"),
        Fault::once(FaultKind::CutBody).on("/oauth2/v1/token"),
        Fault::once(FaultKind::WrongTypes).on("/oauth2/v1/token"),
        Fault::status(403, "E0000006").on("/api/v1/eventHooks"),
        Fault::status(400, "E0000001").on("/api/v1/eventHooks").with_method("post"),
        Fault::status(500, "E0000009").on("/lifecycle/verify").times(5),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        bench.okta.order(fault);
        seen.said(&format!("failed connect {number}"), &bench.run(&[&bench.connect_args()[..], &["--format", "json"]].concat()));
        secrets.extend(bench.okta.hooks().into_iter().filter_map(|hook| Some(("a hook secret".to_owned(), hook.secret?.1?))));
        bench.okta.clear_faults();
        seen.folder(&format!("after failed connect {number}"), &bench);
    }
    let mut note = |seen: &mut Seen, name: &str, said: Said| {
        secrets.extend(bench.okta.hooks().into_iter().filter_map(|hook| Some(("a hook secret".to_owned(), hook.secret?.1?))));
        seen.said(name, &said);
        seen.folder(name, &bench);
    };
    note(&mut seen, "connect", bench.connect().fine());
    note(&mut seen, "status", bench.run(&["status"]).fine());
    note(&mut seen, "status as JSON", bench.run(&["status", "--format", "json"]).fine());
    note(&mut seen, "doctor", bench.run(&["doctor"]).fine());
    note(&mut seen, "logs", bench.run(&["logs", "--since", "1h"]).fine());
    note(&mut seen, "recreate", bench.recreate().fine());
    note(&mut seen, "rotate", bench.run(&["rotate", "hook-secret"]));
    // Killed between two steps, so that the write-ahead log is left behind.
    bench.okta.order(Fault::once(FaultKind::Stall).on("/lifecycle/verify"));
    let mut child = bench.command(&["recreate-hook", "--listen", &bench.listen]).spawn().unwrap();
    while bench.ours().len() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it waits for the verification");
        std::thread::yield_now();
    }
    let _ = child.kill();
    note(&mut seen, "killed recreate", Said::of(child.wait_with_output().unwrap()));
    bench.okta.clear_faults();
    let mut new = bench.command(&["rotate", "client-secret", "--format", "json"]);
    note(&mut seen, "wrong new secret", Said::of(new.env("CLARION_OKTA_CLIENT_SECRET", "canary-wrong-secret-0123456789").output().unwrap()));
    bench.okta.rotate_secret("0oaClarion").unwrap();
    note(&mut seen, "refused status", bench.run(&["status"]));
    note(&mut seen, "refused doctor", bench.run(&["doctor"]));
    note(&mut seen, "forget", bench.run(&["disconnect", "--yes", "--forget"]).fine());
    // Tokens are in what the org answered; their mark is that clients send them as a bearer.
    for request in bench.okta.requests() {
        if let Some(token) = request.header("authorization").and_then(|header| header.strip_prefix("Bearer ")) {
            secrets.push(("an access token".to_owned(), token.to_owned()));
        }
    }
    let key = fs::read_to_string(bench.data.join("master.key")).unwrap().trim().to_owned();
    secrets.push(("the master key".to_owned(), key.clone()));
    secrets.push(("the master key's bytes".to_owned(), STANDARD.decode(&key).unwrap().iter().map(|byte| format!("{byte:02x}")).collect()));
    secrets.push(("the wrong secret".to_owned(), "canary-wrong-secret-0123456789".to_owned()));
    secrets.sort();
    secrets.dedup();
    assert!(secrets.iter().filter(|(what, _)| what == "a hook secret").count() >= 3 && secrets.iter().any(|(what, _)| what == "an access token"));
    assert!(seen.0.keys().any(|name| name.ends_with("-wal")), "a write-ahead log was looked at");
    for (what, secret) in &secrets {
        seen.hides(what, secret);
    }
}
