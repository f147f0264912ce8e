//! Calls to the receivers of hooks: the challenge, and deliveries.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

use super::hooks::{Attempted, Delivery, Verification, delivered};
use super::server::Shared;

/// Most calls at once.
const CALLS_MAX: usize = 32;
/// Largest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Makes the client for these calls: no redirects, no proxies, nothing remembered.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().user_agent("Okta").build()
}

/// What came of one call.
enum Called {
    Status(u16, Vec<u8>),
    TimedOut,
    Failed(String),
}

async fn call(request: reqwest::RequestBuilder, timeout_ms: u64) -> Called {
    let limit = Duration::from_millis(timeout_ms);
    let whole = async {
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if body.len() + piece.len() > ANSWER_BYTES_MAX {
                break;
            }
            body.extend_from_slice(&piece);
        }
        Ok::<_, reqwest::Error>((status, body))
    };
    match tokio::time::timeout(limit, whole).await {
        Err(_) => Called::TimedOut,
        Ok(Ok((status, body))) => Called::Status(status, body),
        Ok(Err(error)) if error.is_timeout() => Called::TimedOut,
        Ok(Err(error)) => Called::Failed(format!("no connection: {}", error.without_url())),
    }
}

fn with_headers(mut request: reqwest::RequestBuilder, headers: &[(String, String)]) -> reqwest::RequestBuilder {
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request
}

/// Asks a receiver to give a challenge back; tries twice.
pub(super) async fn verify(client: &reqwest::Client, asked: &Verification) -> Result<(), String> {
    let Some(url) = &asked.url else { return Err("the address cannot be reached from this fake org".to_owned()) };
    let mut why = String::new();
    for _ in 0..2 {
        let request =
            with_headers(client.get(url), &asked.headers).header("accept", "application/json").header("x-okta-verification-challenge", &asked.challenge);
        match call(request, asked.timeout_ms).await {
            Called::Status(200, body) => {
                let answer: Option<Value> = serde_json::from_slice(&body).ok();
                let said = answer.as_ref().and_then(|answer| answer.get("verification")).and_then(Value::as_str);
                return if said == Some(asked.challenge.as_str()) { Ok(()) } else { Err("the answer does not hold the challenge".to_owned()) };
            }
            Called::Status(status, _) if status < 500 => return Err(format!("the receiver answered {status}")),
            Called::Status(status, _) => why = format!("the receiver answered {status}"),
            Called::TimedOut => why = "the receiver did not answer in time".to_owned(),
            Called::Failed(reason) => why = reason,
        }
    }
    Err(why)
}

/// Sends what waits, for as long as the org lives.
pub(super) async fn deliver(shared: Arc<Shared>) {
    let calls = Arc::new(Semaphore::new(CALLS_MAX));
    let to_send = shared.org().to_send.clone();
    loop {
        to_send.notified().await;
        let merge = shared.org().switches.merge_ms;
        tokio::time::sleep(Duration::from_millis(merge)).await;
        let deliveries = shared.org().deliveries();
        for delivery in deliveries {
            let (shared, calls) = (shared.clone(), calls.clone());
            tokio::spawn(async move {
                // The semaphore is never closed.
                let _place = calls.acquire().await;
                let attempted = post(&shared.client, &delivery).await;
                delivered(&mut shared.org(), attempted);
            });
        }
    }
}

/// Sends one delivery: again once, after a timeout or a fault of the receiver's, never after a refusal.
async fn post(client: &reqwest::Client, delivery: &Delivery) -> Attempted {
    let mut attempted =
        Attempted { hook_id: delivery.hook_id.clone(), event_id: delivery.event_id.clone(), uuids: delivery.uuids.clone(), attempts: Vec::new(), taken: false };
    let Some(url) = &delivery.url else {
        attempted.attempts.push("the address cannot be reached from this fake org".to_owned());
        return attempted;
    };
    for _ in 0..2 {
        let request = with_headers(client.post(url), &delivery.headers)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(delivery.body.clone());
        let (note, again) = match call(request, delivery.timeout_ms).await {
            Called::Status(status, _) => {
                attempted.taken = (200..300).contains(&status);
                (status.to_string(), status >= 500)
            }
            Called::TimedOut => ("timed out".to_owned(), true),
            Called::Failed(reason) => (reason, false),
        };
        attempted.attempts.push(note);
        if !again {
            break;
        }
    }
    attempted
}
