//! A receiver of hooks, which answers as it is told and keeps what it was sent.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

/// What a receiver does with a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// Answers with a status; to a challenge with 200 and the challenge.
    Status(u16),
    /// Does not answer for so long.
    Late(Duration),
    /// Gives another challenge back.
    WrongChallenge,
}

#[derive(Default)]
struct Inner {
    answers: VecDeque<Answer>,
    calls: Vec<Call>,
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Returns the uuids of the events in a delivery.
    pub(super) fn uuids(&self) -> Vec<String> {
        self.body["data"]["events"].as_array().expect("events").iter().map(|event| event["uuid"].as_str().expect("a uuid").to_owned()).collect()
    }
}

/// A receiver that runs.
#[derive(Clone)]
pub(super) struct Receiver {
    inner: Arc<Mutex<Inner>>,
    address: SocketAddr,
}

impl Receiver {
    pub(super) async fn start() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Mutex::new(Inner::default()));
        let app = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Receiver { inner, address }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/okta/abc", self.address)
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says what the next calls get; later ones are taken with 200.
    pub(super) fn will(&self, answers: &[Answer]) {
        self.inner.lock().unwrap().answers.extend(answers);
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.inner.lock().unwrap().calls.clone()
    }

    /// Returns the calls that are deliveries.
    pub(super) fn deliveries(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.method == "POST").collect()
    }
}

async fn answer(State(inner): State<Arc<Mutex<Inner>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
    let headers: Vec<(String, String)> =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("letters").to_owned())).collect();
    let call =
        Call { method: parts.method.to_string(), path: parts.uri.path().to_owned(), headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
    let challenge = call.header("x-okta-verification-challenge").map(str::to_owned);
    let what = {
        let mut inner = inner.lock().unwrap();
        inner.calls.push(call);
        inner.answers.pop_front().unwrap_or(Answer::Status(200))
    };
    let respond = |status: u16, body: Value| {
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        response
    };
    match what {
        Answer::Status(200) if parts.method == Method::GET => respond(200, json!({ "verification": challenge })),
        Answer::Status(status) => respond(status, json!({})),
        Answer::WrongChallenge => respond(200, json!({ "verification": "something else" })),
        Answer::Late(time) => {
            tokio::time::sleep(time).await;
            respond(200, json!({ "verification": challenge }))
        }
    }
}
