//! A gate in front of the fake org that ends the calling process at one request, before or after the org has done its work.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

/// When the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moment {
    /// The request has come, and the org never sees it.
    Before,
    /// The org has done its work, and the process never sees the answer.
    After,
}

pub(super) struct Gate {
    inner: Arc<Inner>,
    pub(super) address: String,
}

struct Inner {
    target: String,
    http: reqwest::Client,
    /// The process to end.
    victim: AtomicU32,
    /// At which request, from 1; 0 is none.
    at: AtomicUsize,
    after: AtomicUsize,
    seen: AtomicUsize,
}

impl Gate {
    /// Listens on an address that the org names as its own.
    pub(super) async fn start(address: &str, target: String) -> Gate {
        let listener = tokio::net::TcpListener::bind(address).await.expect("the address");
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let inner = Arc::new(Inner { target, http, victim: AtomicU32::new(0), at: AtomicUsize::new(0), after: AtomicUsize::new(0), seen: AtomicUsize::new(0) });
        let app = Router::new().fallback(pass).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Gate { inner, address: address.to_owned() }
    }

    /// Ends the next process at a request.
    pub(super) fn arm(&self, at: usize, moment: Moment) {
        self.inner.victim.store(0, Ordering::SeqCst);
        self.inner.seen.store(0, Ordering::SeqCst);
        self.inner.after.store(usize::from(moment == Moment::After), Ordering::SeqCst);
        self.inner.at.store(at, Ordering::SeqCst);
    }

    pub(super) fn disarm(&self) {
        self.inner.at.store(0, Ordering::SeqCst);
    }

    pub(super) fn aim(&self, pid: u32) {
        self.inner.victim.store(pid, Ordering::SeqCst);
    }
}

async fn pass(State(gate): State<Arc<Inner>>, request: Request) -> Response {
    let number = gate.seen.fetch_add(1, Ordering::SeqCst) + 1;
    let is_it = number == gate.at.load(Ordering::SeqCst);
    let moment = if gate.after.load(Ordering::SeqCst) == 1 { Moment::After } else { Moment::Before };
    if is_it && moment == Moment::Before {
        return end(&gate).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let url = format!("{}{}", gate.target, parts.uri.path_and_query().map_or("/", |path| path.as_str()));
    let mut forward = gate.http.request(parts.method, url).body(bytes);
    for (name, value) in &parts.headers {
        if !["host", "content-length", "connection", "transfer-encoding"].contains(&name.as_str()) {
            forward = forward.header(name, value);
        }
    }
    let answered = forward.header("content-length", parts.headers.get("content-length").map_or("0", |value| value.to_str().expect("a number"))).send().await;
    let answered = answered.expect("the org");
    if is_it {
        return end(&gate).await;
    }
    let mut response = Response::builder().status(answered.status());
    for (name, value) in answered.headers() {
        if !["content-length", "connection", "transfer-encoding"].contains(&name.as_str()) {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answered.bytes().await.expect("an answer"))).expect("a response")
}

/// Ends the process with a signal that it cannot see.
async fn end(gate: &Inner) -> Response {
    let mut pid = 0;
    while pid == 0 {
        pid = gate.victim.load(Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill");
    assert!(killed.success());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
