//! The receiver: the doors at which Okta knocks, one for each hook, and the handler behind them.
//!
//! Okta verifies a hook by a GET that must be answered within three seconds while our own request for it is still open, so that nothing
//! in here waits for anything: doors are held in memory. A delivery (POST) is answered 503 as long as nothing takes events in; Okta then
//! tries once more, and the System Log has the events anyway.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::error::Error;
use crate::event::Timestamp;
use crate::okta::{Clock, Secret};
use crate::store::{HookSecret, PathId};

/// What stands in front of the path id in every hook's address.
pub const HOOK_PATH: &str = "/hooks/okta/";

/// The header of Okta's challenge.
const CHALLENGE: &str = "x-okta-verification-challenge";

/// Longest challenge that is answered; Okta's have some forty characters.
const CHALLENGE_BYTES_MAX: usize = 512;

type Digested = [u8; 32];

/// Which addresses are ours, and what their deliveries must carry. Clones share them. Holds digests and no secret.
#[derive(Clone)]
pub struct Doors(Arc<Shared>);

struct Shared {
    clock: Clock,
    doors: RwLock<HashMap<String, Vec<Key>>>,
}

/// What opens a door, and until when.
struct Key {
    digest: Digested,
    until: Option<Timestamp>,
}

/// Whether somebody may come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// There is no such address.
    NoSuchDoor,
    /// The address is ours and the secret is missing or wrong.
    Refused,
    /// Address and secret are right.
    Admitted,
}

impl Doors {
    /// Makes a wall without doors.
    pub fn new(clock: Clock) -> Doors {
        Doors(Arc::new(Shared { clock, doors: RwLock::default() }))
    }

    /// Opens doors for all of these secrets, beside those that there are.
    pub fn open_all(&self, secrets: &[HookSecret]) {
        secrets.iter().for_each(|secret| self.open(&secret.path_id, &secret.secret, secret.retires_at));
    }

    /// Opens a door for a secret; other secrets of the same address stay good.
    pub fn open(&self, path_id: &PathId, secret: &Secret, until: Option<Timestamp>) {
        let mut doors = self.0.doors.write().unwrap_or_else(PoisonError::into_inner);
        let digest = digest(secret.expose().as_bytes());
        let keys = doors.entry(path_id.as_str().to_owned()).or_default();
        keys.retain(|key| key.digest != digest);
        keys.push(Key { digest, until });
    }

    /// Closes a door.
    pub fn close(&self, path_id: &PathId) {
        self.0.doors.write().unwrap_or_else(PoisonError::into_inner).remove(path_id.as_str());
    }

    /// Decides about somebody at an address. All secrets are compared in a time that tells nothing.
    pub fn admit(&self, path_id: &str, presented: Option<&[u8]>) -> Admission {
        let doors = self.0.doors.read().unwrap_or_else(PoisonError::into_inner);
        let Some(keys) = doors.get(path_id) else { return Admission::NoSuchDoor };
        let now = self.0.clock.now();
        let presented = digest(presented.unwrap_or_default());
        let fits = keys.iter().filter(|key| key.until.is_none_or(|end| now < end)).fold(Choice::from(0), |fits, key| fits | key.digest.ct_eq(&presented));
        if fits.into() { Admission::Admitted } else { Admission::Refused }
    }
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doors = self.0.doors.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Doors").field("count", &doors.len()).finish_non_exhaustive()
    }
}

fn digest(bytes: &[u8]) -> Digested {
    Sha256::digest(bytes).into()
}

/// Returns the handler of all hook addresses, to be mounted by whoever serves.
pub fn router(doors: Doors) -> Router {
    Router::new().route(&format!("{HOOK_PATH}{{path_id}}"), get(verify).post(deliver)).with_state(doors)
}

/// Answers Okta's challenge.
async fn verify(State(doors): State<Doors>, Path(path_id): Path<String>, headers: HeaderMap) -> Response {
    // Okta sends the hook's secret with the challenge. Should it leave it out, knowing the address is proof enough for an echo; a wrong
    // secret is none.
    let admission = match presented(&headers) {
        Presented::Nothing if doors.admit(&path_id, None) != Admission::NoSuchDoor => Admission::Admitted,
        Presented::Nothing => Admission::NoSuchDoor,
        Presented::One(secret) => doors.admit(&path_id, Some(secret)),
        Presented::Several => doors.admit(&path_id, None),
    };
    match admission {
        Admission::NoSuchDoor => StatusCode::NOT_FOUND.into_response(),
        Admission::Refused => StatusCode::UNAUTHORIZED.into_response(),
        Admission::Admitted => match challenge(&headers) {
            Some(challenge) => {
                let nosniff = (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                ([nosniff], axum::Json(json!({ "verification": challenge }))).into_response()
            }
            None => StatusCode::BAD_REQUEST.into_response(),
        },
    }
}

/// Answers a delivery. A 4xx would make Okta throw it away, so that whoever is admitted gets none.
async fn deliver(State(doors): State<Doors>, Path(path_id): Path<String>, headers: HeaderMap) -> StatusCode {
    let secret = match presented(&headers) {
        Presented::One(secret) => Some(secret),
        Presented::Nothing | Presented::Several => None,
    };
    match doors.admit(&path_id, secret) {
        Admission::NoSuchDoor => StatusCode::NOT_FOUND,
        Admission::Refused => StatusCode::UNAUTHORIZED,
        Admission::Admitted => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What a request carries to prove itself.
enum Presented<'h> {
    Nothing,
    One(&'h [u8]),
    /// Two headers of one name: whoever reads the first and whoever reads the last would differ.
    Several,
}

fn presented(headers: &HeaderMap) -> Presented<'_> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Presented::Nothing,
        (Some(value), None) => Presented::One(value.as_bytes()),
        (Some(_), Some(_)) => Presented::Several,
    }
}

/// Returns the challenge, if it is one that may be repeated: short, of visible ASCII characters.
fn challenge(headers: &HeaderMap) -> Option<&str> {
    let challenge = headers.get(CHALLENGE)?.to_str().ok()?;
    let fine = (1..=CHALLENGE_BYTES_MAX).contains(&challenge.len()) && challenge.bytes().all(|b| b.is_ascii_graphic());
    fine.then_some(challenge)
}

/// A receiver that runs for as long as some work needs it.
#[derive(Debug)]
pub struct Receiver {
    doors: Doors,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Receiver {
    /// Listens on an address; port 0 takes one that is free.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn start(listen: SocketAddr, doors: Doors) -> Result<Receiver, Error> {
        let refuse = |error: std::io::Error| {
            let why = match error.kind() {
                std::io::ErrorKind::AddrInUse => "the address is in use".to_owned(),
                std::io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
                std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
                _ => error.to_string(),
            };
            Error::Receiver(listen.to_string(), why)
        };
        let listener = TcpListener::bind(listen).await.map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let app = router(doors.clone());
        let served = tokio::spawn(async move {
            // It ends when it is told to; that it could not be served shows as a hook that is not verified.
            let _ = axum::serve(listener, app).with_graceful_shutdown(async move { drop(stopped.await) }).await;
        });
        Ok(Receiver { doors, address, stop: Some(stop), served })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its doors.
    pub fn doors(&self) -> &Doors {
        &self.doors
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Connections that Okta keeps open have nothing more to say.
        self.served.abort();
    }
}
