//! A small Okta for tests: each answer is scripted, each request is kept.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::event::Timestamp;
use crate::okta::{Allowance, Client, ClientId, Clock, Credentials, Org, OrgAddress, Secret, Settings};

/// The client secret of all tests. It must never be seen again.
pub(super) const SECRET: &str = "canary-SECRET_c4n4ry-client";
/// What every token begins with.
pub(super) const TOKEN: &str = "canary-TOKEN-";

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    /// Path and query, as they came.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// A scripted answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
}

impl Reply {
    pub(super) fn json(status: u16, body: &str) -> Reply {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned()), ("x-okta-request-id".to_owned(), "req-1".to_owned())];
        Reply { status, headers, body: body.as_bytes().to_vec(), delay: Duration::ZERO }
    }

    pub(super) fn bytes(status: u16, kind: &str, body: &[u8]) -> Reply {
        Reply { status, headers: vec![("content-type".to_owned(), kind.to_owned())], body: body.to_vec(), delay: Duration::ZERO }
    }

    pub(super) fn empty(status: u16) -> Reply {
        Reply { status, headers: vec![("x-okta-request-id".to_owned(), "req-1".to_owned())], body: Vec::new(), delay: Duration::ZERO }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn after(mut self, delay: Duration) -> Reply {
        self.delay = delay;
        self
    }
}

type Script = Arc<dyn Fn(&Seen) -> Option<Reply> + Send + Sync>;

/// A server with a script.
pub(super) struct Okta {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Okta {
    /// Starts a server; what the script does not answer, it answers itself: tokens are given, all else is 404.
    pub(super) async fn scripted(script: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static) -> Okta {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (script, kept): (Script, _) = (Arc::new(script), Arc::clone(&seen));
        let app = Router::new().fallback(move |request: Request| answer(Arc::clone(&script), Arc::clone(&kept), request));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Okta { address, seen }
    }

    /// Starts a server that gives these answers one after another to whatever is asked of the API.
    pub(super) async fn answering(replies: impl IntoIterator<Item = Reply>) -> Okta {
        let replies: Mutex<VecDeque<Reply>> = Mutex::new(replies.into_iter().collect());
        Okta::scripted(move |seen| {
            let is_token = seen.target.starts_with("/oauth2/");
            if is_token { None } else { Some(replies.lock().expect("no panic").pop_front().unwrap_or_else(|| Reply::json(404, NOT_FOUND))) }
        })
        .await
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }

    /// Returns the requests to the API, without those for tokens.
    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().iter().filter(|seen| !seen.target.starts_with("/oauth2/")).map(Seen::line).collect()
    }

    pub(super) fn tokens_given(&self) -> usize {
        self.seen().iter().filter(|seen| seen.target.starts_with("/oauth2/")).count()
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn org(&self, settings: Settings) -> Org {
        org_at(self.address, settings)
    }

    pub(super) fn client(&self) -> Client {
        self.org(patient()).client(credentials())
    }
}

pub(super) const NOT_FOUND: &str =
    r#"{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: whosf (Webhook)","errorLink":"E0000007","errorId":"oae1","errorCauses":[]}"#;

async fn answer(script: Script, kept: Arc<Mutex<Vec<Seen>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, 1024 * 1024).await.unwrap_or_default();
    let headers = parts.headers.iter().map(|(key, value)| (key.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
    let seen = Seen { method: parts.method.to_string(), target: parts.uri.to_string(), headers, body: String::from_utf8_lossy(&bytes).into_owned() };
    let count = {
        let mut all = kept.lock().expect("no panic");
        all.push(seen.clone());
        all.iter().filter(|seen| seen.target.starts_with("/oauth2/")).count()
    };
    let reply = script(&seen).unwrap_or_else(|| match seen.target.as_str() {
        "/oauth2/v1/token" => token(&format!("{TOKEN}{count}"), 3600),
        _ => Reply::json(404, NOT_FOUND),
    });
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).expect("a status"));
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).expect("an answer")
}

/// Returns what the token endpoint gives.
pub(super) fn token(token: &str, seconds: u64) -> Reply {
    let scope = "okta.eventHooks.manage okta.logs.read okta.users.manage";
    Reply::json(200, &format!(r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"{token}","scope":"{scope}"}}"#))
}

/// A server below HTTP: reads each request to its end and writes these bytes, then closes the connection.
pub(super) async fn raw(replies: Vec<Vec<u8>>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        for reply in replies {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !complete(&request) {
                match stream.read(&mut chunk).await {
                    Ok(0) | Err(_) => break,
                    Ok(n) => request.extend_from_slice(&chunk[..n]),
                }
            }
            kept.lock().expect("no panic").push(String::from_utf8_lossy(&request).into_owned());
            let _ = stream.write_all(&reply).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, seen)
}

fn complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()).unwrap_or(0);
    body.len() >= length
}

/// Settings with which no test waits for nothing, and none is cut short by the jump of a paused clock.
pub(super) fn patient() -> Settings {
    Settings {
        connect_timeout: Duration::from_secs(3600),
        attempt_timeout: Duration::from_secs(7200),
        wait_max: Duration::from_secs(600),
        ..Settings::default()
    }
}

pub(super) fn clock() -> Clock {
    Clock::new(|| Timestamp::parse("2026-01-02T03:04:05Z").expect("a time"))
}

pub(super) fn org_at(address: SocketAddr, settings: Settings) -> Org {
    let allowance = Allowance::parse(&address.to_string()).expect("loopback");
    let address = OrgAddress::parse(&address.to_string(), Some(&allowance)).expect("allowed");
    Org::with(address, clock(), settings).expect("an org")
}

pub(super) fn credentials() -> Credentials {
    let id = ClientId::parse("0oa1c4n4ryCLIENT5d7").expect("an id");
    Credentials::with_secret(id, Secret::new(SECRET.to_owned())).expect("credentials")
}
