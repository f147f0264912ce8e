//! The outside of the org: takes requests from the network, sends what has to be sent, gives answers as bytes.

use std::collections::BTreeMap;
use std::io;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures_core::Stream;
use serde_json::{Value, json};

use super::answer::{Answer, Payload, fault as error, summary_of, too_many};
use super::call::{BODY_BYTES_MAX, Call, decode, pairs};
use super::door::Peer;
use super::fault::{FaultKind, strike};
use super::hooks::end_verification;
use super::limits::{Bucket, Standing};
use super::org::{Org, Outcome};
use super::recorded::{REQUESTS_MAX, Recorded};
use super::{control, recorded, send};

/// What all requests share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Never held while something is waited for.
    org: Mutex<Org>,
    /// For calls to the receivers of hooks.
    pub(super) client: reqwest::Client,
    /// Where stories are played, from whichever thread they are begun.
    pub(super) runtime: tokio::runtime::Handle,
}

impl Shared {
    /// Is to be called in the runtime that the org lives in.
    pub(super) fn new(org: Org, client: reqwest::Client) -> Self {
        Shared { org: Mutex::new(org), client, runtime: tokio::runtime::Handle::current() }
    }

    pub(super) fn org(&self) -> MutexGuard<'_, Org> {
        self.org.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a request as being answered for as long as it lives: a client that goes away ends it.
struct AtOnce<'s> {
    shared: &'s Shared,
    /// How many there are now, with this one.
    count: usize,
}

impl<'s> AtOnce<'s> {
    fn begin(shared: &'s Shared) -> Self {
        let mut org = shared.org();
        org.at_once += 1;
        AtOnce { shared, count: org.at_once }
    }
}

impl Drop for AtOnce<'_> {
    fn drop(&mut self) {
        let mut org = self.shared.org();
        org.at_once = org.at_once.saturating_sub(1);
    }
}

/// Answers one request.
pub(super) async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let Some(call) = read(&shared, &peer, request).await else { return plain(StatusCode::PAYLOAD_TOO_LARGE) };
    if call.path == control::PREFIX || call.path.starts_with(&format!("{}/", control::PREFIX)) {
        return respond(control::answer(&shared, &call).await, "application/json", Ending::Whole);
    }
    let now = AtOnce::begin(&shared);
    let strike = {
        let mut org = shared.org();
        remember(&mut org, &call);
        strike(&mut org.faults, &call)
    };
    if strike.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(strike.delay_ms)).await;
    }
    let doubles_reset = strike.kind == Some(FaultKind::DoubleReset);
    let (answer, standing, ending) = match strike.kind {
        None => {
            let (answer, standing) = work(&shared, &call, now.count).await;
            (answer, standing, Ending::Whole)
        }
        Some(FaultKind::Stall) => std::future::pending().await,
        Some(FaultKind::Refuse) => {
            peer.slam();
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        }
        Some(FaultKind::DropAnswer) => {
            let _ = work(&shared, &call, now.count).await;
            peer.slam();
            return plain(StatusCode::SERVICE_UNAVAILABLE);
        }
        Some(kind) => match instead(&shared, &call, &kind) {
            Some((answer, standing, ending)) => (answer, standing, ending),
            None => {
                let (mut answer, standing) = work(&shared, &call, now.count).await;
                spoil(&mut answer, &kind);
                (answer, standing, if kind == FaultKind::CutBody { Ending::Cut } else { Ending::Whole })
            }
        },
    };
    let (answer, json_type) = {
        let mut org = shared.org();
        let mut answer = org.finish(answer, &call, Some(standing));
        if doubles_reset {
            answer.headers.push(("x-rate-limit-reset", standing.reset.saturating_add(30).to_string()));
        }
        if let Some(recorded) = org.requests.iter_mut().rev().find(|recorded| recorded.id == call.id) {
            recorded.status = Some(answer.status);
        }
        (answer, org.json_type())
    };
    respond(answer, json_type, ending)
}

async fn read(shared: &Shared, peer: &Peer, request: Request) -> Option<Call> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.ok()?;
    let path = parts.uri.path().to_owned();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Some(Call {
        method: parts.method.as_str().to_owned(),
        segments: path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect(),
        path,
        query: pairs(&raw_query),
        raw_query,
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.to_vec(),
        peer: peer.address.ip().to_string(),
        id: shared.org().ids.hex(32),
    })
}

fn remember(org: &mut Org, call: &Call) {
    if org.requests.len() >= REQUESTS_MAX {
        org.requests.pop_front();
    }
    let at = org.now().to_string();
    org.requests.push_back(Recorded {
        id: call.id.clone(),
        at,
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.raw_query.clone(),
        headers: call.headers.clone(),
        body: String::from_utf8_lossy(call.body.get(..recorded::BODY_BYTES_MAX).unwrap_or(&call.body)).into_owned(),
        status: None,
    });
}

/// Does what is asked; a hook's receiver is asked while the request waits.
async fn work(shared: &Shared, call: &Call, at_once: usize) -> (Answer, Standing) {
    let (outcome, standing) = {
        let mut org = shared.org();
        if at_once > org.switches.concurrency_max {
            return org.concurrency_refusal();
        }
        org.answer(call)
    };
    match outcome {
        Outcome::Answer(answer) => (answer, standing),
        Outcome::Verify(asked) => {
            let said = send::verify(&shared.client, &asked).await;
            (end_verification(&mut shared.org(), call, &asked, said), standing)
        }
    }
}

/// What comes instead of the work, where a fault keeps it from being done.
fn instead(shared: &Shared, call: &Call, kind: &FaultKind) -> Option<(Answer, Standing, Ending)> {
    let mut org = shared.org();
    let now = org.now();
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let switches = org.switches.clone();
    // INVARIANT: counted under a name of its own, so that what did not happen uses up nobody's share.
    let standing = org.limits.count("what did not happen", Bucket::of(&call.method, &segments), &switches, now);
    let standing = Standing { remaining: standing.remaining.max(1), ..standing };
    let whole = |answer| Some((answer, standing, Ending::Whole));
    match kind {
        FaultKind::Status { status, code, summary, body, headers } => {
            whole(status_instead(*status, code.as_deref(), summary.as_deref(), body.as_ref(), headers))
        }
        FaultKind::Html => {
            let page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in to this network</h1></body></html>";
            whole(Answer::bytes(200, "text/html;charset=utf-8", page))
        }
        FaultKind::RateLimited => {
            let standing = Standing { remaining: 0, exceeded: true, ..standing };
            Some((too_many(), standing, Ending::Whole))
        }
        FaultKind::ConcurrencyLimited => {
            let (answer, standing) = org.concurrency_refusal();
            Some((answer, standing, Ending::Whole))
        }
        FaultKind::Redirect { to } => whole(Answer { status: 302, headers: vec![("location", to.clone())], body: Payload::Nothing }),
        FaultKind::HugeBody { bytes } => Some((Answer::bytes(200, "application/json", Vec::new()), standing, Ending::Huge(*bytes))),
        FaultKind::GzipBomb { bytes } => whole(Answer::bytes(200, "application/json", bomb(*bytes)).header("content-encoding", "gzip")),
        _ => None,
    }
}

fn status_instead(status: u16, code: Option<&str>, summary: Option<&str>, body: Option<&Value>, headers: &BTreeMap<String, String>) -> Answer {
    let mut answer = match (body, code) {
        (Some(body), _) => Answer::json(status, body.clone()),
        (None, Some(code)) => error(status, code, summary.unwrap_or_else(|| summary_of(code)), &[]),
        (None, None) => Answer { status, headers: Vec::new(), body: Payload::Nothing },
    };
    for (name, value) in headers {
        // Names of headers are few, and those of a fault live as long as the org does.
        if let Some(known) =
            ["www-authenticate", "retry-after", "location", "link", "x-rate-limit-reset", "dpop-nonce"].iter().find(|known| known.eq_ignore_ascii_case(name))
        {
            answer = answer.header(known, value.clone());
        }
    }
    answer
}

/// Makes a small body that unpacks to a large one.
fn bomb(bytes: u64) -> Vec<u8> {
    const MOST: u64 = 4 * 1024 * 1024 * 1024;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b' '; 1024 * 1024];
    let mut left = bytes.min(MOST);
    while left > 0 {
        let part = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
        if packer.write_all(zeros.get(..part).unwrap_or_default()).is_err() {
            break;
        }
        left -= u64::try_from(part).unwrap_or(left);
    }
    packer.finish().unwrap_or_default()
}

/// Spoils an answer after the work is done.
fn spoil(answer: &mut Answer, kind: &FaultKind) {
    let next = |name: &str, value: &str| name == "link" && value.ends_with("rel=\"next\"");
    match kind {
        FaultKind::Garbage => answer.body = Payload::Bytes { kind: "application/json", bytes: b"{\"unfinished\": [1, 2,".to_vec() },
        FaultKind::WrongTypes => {
            if let Payload::Json(body) = &mut answer.body {
                wrong_types(body);
            }
        }
        FaultKind::NoNext => answer.headers.retain(|(name, value)| !next(name, value)),
        FaultKind::EvilNext { url } => {
            answer.headers.retain(|(name, value)| !next(name, value));
            answer.headers.push(("link", format!("<{url}>; rel=\"next\"")));
        }
        FaultKind::CyclicNext => {
            let own = answer.headers.iter().find(|(name, value)| *name == "link" && value.ends_with("rel=\"self\"")).map(|(_, value)| value.clone());
            answer.headers.retain(|(name, value)| !next(name, value));
            answer.headers.extend(own.map(|own| ("link", own.replace("rel=\"self\"", "rel=\"next\""))));
        }
        _ => {}
    }
}

/// Makes numbers of texts, texts of lists, lists of maps.
fn wrong_types(value: &mut Value) {
    *value = match value.take() {
        Value::Object(map) => Value::Array(map.into_iter().map(|(key, value)| json!({ key: value })).collect()),
        Value::Array(list) => json!({ "items": list }),
        Value::String(text) => json!(text.len()),
        other => Value::String(other.to_string()),
    };
}

/// How the body of an answer ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// As it should.
    Whole,
    /// In its middle, with the connection.
    Cut,
    /// After that many bytes of something else.
    Huge(u64),
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn respond(answer: Answer, json_type: &'static str, ending: Ending) -> Response {
    let (kind, bytes) = match answer.body {
        Payload::Nothing => (None, Vec::new()),
        Payload::Json(body) => (Some(json_type), body.to_string().into_bytes()),
        Payload::Bytes { kind, bytes } => (Some(kind), bytes),
    };
    let length = bytes.len();
    let (body, announced) = match ending {
        Ending::Whole => (Body::from(bytes), None),
        Ending::Cut => {
            let half = bytes.get(..length / 2).unwrap_or_default().to_vec();
            (Body::from_stream(Pieces { first: Some(half.into()), left: 0, cut: Some(Box::pin(tokio::time::sleep(PAUSE))) }), Some(length))
        }
        Ending::Huge(size) => (Body::from_stream(Pieces { first: Some(Bytes::from_static(b"[0")), left: size, cut: None }), None),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    };
    if let Some(kind) = kind {
        put("content-type", kind);
    }
    if let Some(length) = announced {
        put("content-length", &length.to_string());
    }
    for (name, value) in &answer.headers {
        put(name, value);
    }
    response
}

/// A body that comes piece by piece, and may break off.
struct Pieces {
    first: Option<Bytes>,
    /// Bytes that are still to come.
    left: u64,
    /// How long until it breaks off.
    cut: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// How long the first half of an answer has to get out before the connection ends.
const PAUSE: Duration = Duration::from_millis(50);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        const PIECE: &[u8; 4096] = &[b' '; 4096];
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if let Some(cut) = &mut self.cut {
            return cut.as_mut().poll(context).map(|()| Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left = self.left.saturating_sub(4096);
        Poll::Ready(Some(Ok(Bytes::from_static(PIECE))))
    }
}
