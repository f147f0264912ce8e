//! A sweep for secrets: whatever happens, nothing that is shown, said or debugged holds one, in any of the forms that it takes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::server::{Okta, Reply, SECRET, TOKEN, credentials, patient};
use crate::okta::{Error, HookSpec, HookUri, Secret, Settings, UserId, UserKey};

const HOOK_SECRET: &str = "canary-HOOK/secret+\"x\"";

/// Returns every form in which a secret could come out.
fn forms(secret: &str) -> Vec<String> {
    let basic = format!("0oa1c4n4ryCLIENT5d7:{secret}");
    let json = serde_json::to_string(secret).expect("JSON");
    let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let form = reqwest::Url::parse_with_params("http://x", [("s", secret)]).expect("a URL").query().unwrap_or_default().replacen("s=", "", 1);
    let reversed = secret.chars().rev().collect();
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        STANDARD.encode(secret),
        STANDARD.encode(&basic),
        URL_SAFE_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(&basic),
        percent,
        hex,
        form,
        reversed,
    ]
}

fn sweep(what: &str, text: &str) {
    for secret in [SECRET, HOOK_SECRET, TOKEN.trim_end_matches('-')] {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{what} shows `{form}`:\n{text}");
        }
    }
}

fn sweep_error(what: &str, error: &Error) {
    sweep(what, &format!("{error}\n{error:?}\n{error:#?}\n{:?}\n{:?}", error.help(), std::error::Error::source(error).map(ToString::to_string)));
}

/// An Okta that says back everything that it was sent, in every place where a fault has a text.
fn echo(status: u16, said: &str) -> Reply {
    let said = serde_json::to_string(said).expect("JSON");
    let body = format!(
        r#"{{"errorCode":{said},"errorSummary":{said},"errorId":{said},"errorCauses":[{{"errorSummary":{said}}}],"error":{said},"error_description":{said}}}"#
    );
    Reply::json(status, &body)
}

#[tokio::test]
async fn an_okta_that_repeats_what_it_was_sent_does_not_make_us_repeat_it() {
    for status in [400, 401, 403, 404, 409, 422, 500, 503] {
        for path in ["/oauth2/", "/api/"] {
            let okta = Okta::scripted(move |seen| {
                let authorization = seen.header("authorization").unwrap_or_default();
                let decoded = authorization.strip_prefix("Basic ").and_then(|coded| String::from_utf8(STANDARD.decode(coded).ok()?).ok()).unwrap_or_default();
                let all = format!("{authorization} {decoded} {}", seen.body);
                seen.target.starts_with(path).then(|| {
                    echo(status, &all).with(
                        "www-authenticate",
                        &format!("Bearer error=\"{authorization}\", error_description=\"{authorization}\", scope=\"{authorization}\""),
                    )
                })
            })
            .await;
            let client = okta.org(Settings { retries: 0, ..patient() }).client(credentials());
            let uri = HookUri::parse("https://rx.example/x", client.org().address()).expect("an address");
            let hook = HookSpec::new("n", uri, ["user.session.start".to_owned()], Secret::new(HOOK_SECRET.to_owned())).expect("a hook");
            let id = UserId::parse("00u1").expect("an id");
            sweep("the hook", &format!("{hook:?} {:#?}", hook));
            for error in [
                client.grant().await.map(|_| ()),
                client.user(&UserKey::Id(id.clone())).await.map(|_| ()),
                client.suspend(&id).await,
                client.create_hook(&hook).await.map(|_| ()),
            ]
            .into_iter()
            .filter_map(Result::err)
            {
                sweep_error(&format!("{status} at {path}"), &error);
            }
            sweep("the client", &format!("{client:?} {:#?} {:?} {:?}", client, client.org(), client.credentials()));
        }
    }
}

#[tokio::test]
async fn a_redirect_that_carries_a_secret_does_not_show_it() {
    let okta = Okta::scripted(|seen| {
        let authorization = seen.header("authorization").unwrap_or_default().replace(' ', "+");
        seen.target.starts_with("/api/").then(|| Reply::empty(302).with("location", &format!("https://evil.example/{authorization}?t={authorization}")))
    })
    .await;
    let error = okta.client().user(&UserKey::parse("jo").expect("a login")).await.expect_err("a redirect");
    sweep_error("a redirect", &error);
}

#[test]
fn a_secret_that_is_refused_is_not_repeated() {
    let id = crate::okta::ClientId::parse("0oa1").expect("an id");
    let fault = crate::okta::Credentials::with_secret(id, Secret::new(format!("{SECRET} with a space"))).expect_err("refused");
    sweep("the fault", &format!("{fault} {fault:?}"));
}
