//! Exchanges that were recorded between an official client and a real Okta, read by ours.
//!
//! They lie outside of the project; where they are missing, this is said and nothing is tested.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use clarion::okta::{
    ClearSessions, Client, Error, EventHook, HookId, HookSpec, HookStatus, HookUri, Secret, User, UserId, UserKey, UserSearch, UserStatus, Verification,
};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{credentials, org};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/okta/recorded");

/// A server that gives a token, and to everything else the answer that stands next.
async fn okta() -> (Client, Arc<Mutex<Option<Value>>>, Arc<Mutex<String>>) {
    let next: Arc<Mutex<Option<Value>>> = Arc::default();
    let asked: Arc<Mutex<String>> = Arc::default();
    let (script, lines) = (Arc::clone(&next), Arc::clone(&asked));
    let app = Router::new().fallback(move |request: Request<Body>| {
        let (script, lines) = (Arc::clone(&script), Arc::clone(&lines));
        async move {
            if request.uri().path() == "/oauth2/v1/token" {
                return Response::new(Body::from(r#"{"token_type":"Bearer","expires_in":3600,"access_token":"t"}"#));
            }
            *lines.lock().unwrap() = format!("{} {}", request.method(), request.uri());
            let answer = script.lock().unwrap().take().expect("one request for each exchange");
            let mut response = Response::builder().status(u16::try_from(answer["status"].as_u64().unwrap()).unwrap());
            for (name, value) in answer["headers"].as_object().unwrap() {
                // Who answers here is this machine.
                if name != "link" {
                    response = response.header(name, value.as_str().unwrap());
                }
            }
            let body = if answer["body"].is_null() { String::new() } else { answer["body"].to_string() };
            response.body(Body::from(body)).unwrap()
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (org(address).client(credentials("0oa1", "secret")), next, asked)
}

/// What our client makes of an exchange.
#[derive(Debug)]
enum Made {
    Hook(EventHook),
    Hooks(Vec<EventHook>),
    User(User),
    Users(Vec<User>),
    Link(Secret),
    Done,
    Failed(Error),
    /// A call that our client does not have.
    Unknown,
}

fn of<T>(result: Result<T, Error>, made: impl FnOnce(T) -> Made) -> Made {
    result.map_or_else(Made::Failed, made)
}

async fn call(client: &Client, method: &str, path: &str) -> Made {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').skip(3).collect();
    match (method, parts.as_slice()) {
        ("GET", ["eventHooks"]) => of(client.hooks().await, Made::Hooks),
        ("POST", ["eventHooks"]) => of(client.create_hook(&spec(client)).await, Made::Hook),
        (method, ["eventHooks", id]) => {
            let id = HookId::parse(id).expect("an id");
            match method {
                "GET" => of(client.hook(&id).await, Made::Hook),
                "PUT" => of(client.replace_hook(&id, &spec(client)).await, Made::Hook),
                _ => of(client.delete_hook(&id).await, |()| Made::Done),
            }
        }
        ("POST", ["eventHooks", id, "lifecycle", step]) => {
            let id = HookId::parse(id).expect("an id");
            match *step {
                "activate" => of(client.activate_hook(&id).await, Made::Hook),
                "deactivate" => of(client.deactivate_hook(&id).await, Made::Hook),
                _ => Made::Unknown,
            }
        }
        ("GET", ["users"]) => {
            let filter = query.replace("filter=", "").replace('+', " ").replace("%22", "\"");
            of(client.search_users(&UserSearch::Filter(filter), 10).await, Made::Users)
        }
        ("GET", ["users", id]) => of(client.user(&UserKey::Id(UserId::parse(id).expect("an id"))).await, Made::User),
        ("DELETE", ["users", id, "sessions"]) => of(client.clear_sessions(&UserId::parse(id).expect("an id"), ClearSessions::default()).await, |()| Made::Done),
        ("POST", ["users", id, "lifecycle", step]) => {
            let id = UserId::parse(id).expect("an id");
            match *step {
                "suspend" => of(client.suspend(&id).await, |()| Made::Done),
                "unsuspend" => of(client.unsuspend(&id).await, |()| Made::Done),
                "deactivate" => of(client.deactivate(&id).await, |()| Made::Done),
                "expire_password" => of(client.expire_password(&id).await, Made::User),
                "reset_password" => of(client.reset_password_with_link(&id).await, Made::Link),
                "reset_factors" => of(client.reset_factors(&id).await, |()| Made::Done),
                "unlock" => of(client.unlock(&id).await, |()| Made::Done),
                _ => Made::Unknown,
            }
        }
        _ => Made::Unknown,
    }
}

fn spec(client: &Client) -> HookSpec {
    let uri = HookUri::parse("https://rx.example/x", client.org().address()).expect("an address");
    HookSpec::new("n", uri, ["user.session.start".to_owned()], Secret::new("s".to_owned())).expect("a hook")
}

/// Compares what our client has read with what the body says.
fn check(made: &Made, body: &Value, line: &str) {
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    let is_hook = |hook: &EventHook, body: &Value| {
        assert_eq!(Some(hook.id.as_str()), body["id"].as_str(), "{line}");
        assert_eq!(hook.status == HookStatus::Active, body["status"] == "ACTIVE", "{line}");
        assert_eq!(hook.verification == Verification::Unverified, body["verificationStatus"] == "UNVERIFIED", "{line}");
        assert_eq!((Some(hook.name.clone()), &hook.created), (text(body, "name"), &text(body, "created")), "{line}");
        assert_eq!(hook.events.len(), body["events"]["items"].as_array().map_or(0, Vec::len), "{line}");
        assert_eq!((hook.uri.as_deref(), hook.auth_header.as_deref()), (body["channel"]["config"]["uri"].as_str(), Some("Authorization")), "{line}");
    };
    let is_user = |user: &User, body: &Value| {
        assert_eq!((Some(user.id.as_str()), Some(user.status.name())), (body["id"].as_str(), body["status"].as_str()), "{line}");
        assert!(!matches!(user.status, UserStatus::Other(_)), "{line}");
        assert_eq!((&user.login, &user.last_login), (&text(&body["profile"], "login"), &text(body, "lastLogin")), "{line}");
    };
    match made {
        Made::Hook(hook) => is_hook(hook, body),
        Made::Hooks(hooks) => hooks.iter().zip(body.as_array().unwrap()).for_each(|(hook, body)| is_hook(hook, body)),
        Made::User(user) => is_user(user, body),
        Made::Users(users) => users.iter().zip(body.as_array().unwrap()).for_each(|(user, body)| is_user(user, body)),
        Made::Link(link) => assert_eq!(Some(link.expose()), body["resetPasswordUrl"].as_str(), "{line}"),
        Made::Done => assert!(body.is_null() || body.as_object().is_some_and(serde_json::Map::is_empty), "{line}: {body}"),
        Made::Failed(error) => {
            assert_eq!(
                (error.code(), error.fault().and_then(|fault| fault.summary.as_deref())),
                (body["errorCode"].as_str(), body["errorSummary"].as_str()),
                "{line}"
            );
            assert!(error.request_id().is_some() && !error.outcome_unknown(), "{line}: {error}");
        }
        Made::Unknown => {}
    }
}

#[tokio::test]
async fn recorded_exchanges_are_made_and_read() {
    if !Path::new(FOLDER).is_dir() {
        println!("skipped: there are no recorded exchanges beside the project");
        return;
    }
    let (mut read, mut failed, mut unknown) = (0, 0, 0);
    let mut files: Vec<_> =
        fs::read_dir(FOLDER).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    for file in files {
        let exchanges: Vec<Value> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for exchange in exchanges {
            let (client, next, asked) = okta().await;
            let (method, path) = (exchange["request"]["method"].as_str().unwrap(), exchange["request"]["path"].as_str().unwrap());
            let answer = &exchange["response"];
            let line = format!("{}: {method} {path}", file.file_name().unwrap().display());
            *next.lock().unwrap() = Some(answer.clone());
            let made = call(&client, method, path).await;
            match &made {
                Made::Unknown => {
                    unknown += 1;
                    continue;
                }
                Made::Failed(_) => failed += 1,
                _ => read += 1,
            }
            assert_eq!(matches!(made, Made::Failed(_)), answer["status"].as_u64() >= Some(400), "{line}: {made:?}");
            check(&made, &answer["body"], &line);
            let asked = asked.lock().unwrap().clone();
            let (wanted, got) = (path.split('?').next().unwrap(), asked.split('?').next().unwrap());
            assert_eq!(format!("{method} {wanted}"), got, "{line}");
        }
    }
    assert!(read >= 50 && failed >= 3, "{read} read, {failed} refused, {unknown} are calls that are not ours");
    println!("{read} read, {failed} refused, {unknown} are calls that are not ours");
}
