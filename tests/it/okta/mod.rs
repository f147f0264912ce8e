//! The client of Okta's API by its front door.

mod fake;
mod recorded;

use std::net::SocketAddr;

use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router};
use clarion::event::Timestamp;
use clarion::okta::{Allowance, ClientId, Clock, Credentials, Org, OrgAddress, Secret, Settings};
use serde_json::json;
use tokio::net::TcpListener;

/// A clock that stands still.
fn clock() -> Clock {
    Clock::new(|| Timestamp::parse("2026-01-02T03:04:05Z").expect("a time"))
}

/// The org that a server on this machine plays; nothing is tried twice.
fn org(address: SocketAddr) -> Org {
    org_with(address, Settings { retries: 0, ..Settings::default() })
}

fn org_with(address: SocketAddr, settings: Settings) -> Org {
    let allowance = Allowance::parse(&address.to_string()).expect("loopback");
    let address = OrgAddress::parse(&address.to_string(), Some(&allowance)).expect("allowed");
    Org::with(address, clock(), settings).expect("an org")
}

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::with_secret(ClientId::parse(id).expect("an id"), Secret::new(secret.to_owned())).expect("credentials")
}

/// A receiver of hooks that answers the challenge of whoever knows the secret.
async fn receiver(secret: &'static str) -> SocketAddr {
    let app = Router::new().fallback(move |headers: HeaderMap| async move {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let status = if text("authorization") == secret { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        (status, Json(json!({"verification": text("x-okta-verification-challenge")})))
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
