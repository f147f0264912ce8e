//! The way to an org and back: connections, limits, waiting, and repeating what may be repeated.
//!
//! Sends only to the org's address, follows no redirect, and takes no more of an answer than it may have. Repeats a request when that
//! cannot do harm: reads, and what Okta certainly has not done. Knows nothing of tokens; who sends comes with each request.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rand::Rng;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url, redirect, retry};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::body::{self, BadBody};
use super::client::{Clock, Settings};
use super::limiter::{Limiter, Pass};
use super::request::{Authorization, Body, Repeat, Request};
use super::resolve::{self, Guard};
use super::{Error, LostHow, Oddity, OrgAddress, RateLimited, Secret, Unreached, Unreadable};
use super::{failure, header};
use crate::event::Span;

/// Names this program to Okta.
const USER_AGENT: &str = concat!("clarion/", env!("CARGO_PKG_VERSION"), " (detection and response for Okta)");
/// How long idle connections are kept.
const IDLE: Duration = Duration::from_secs(55);
/// What the clock's difference is before the first answer.
const UNKNOWN: i64 = i64::MIN;

/// The way to one org.
pub(super) struct Transport {
    http: reqwest::Client,
    address: OrgAddress,
    base: Url,
    settings: Settings,
    clock: Clock,
    limiter: Limiter,
    /// One permit for each request at the same time.
    permits: Semaphore,
    /// How far Okta's clock is ahead of this machine's, in microseconds, as the last answer showed it.
    ahead: AtomicI64,
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Why a successful answer could not be read.
pub(super) enum Misread {
    /// It ends in the middle.
    CutOff,
    /// It is something else than it should be.
    Odd(Oddity),
}

/// One attempt at a request.
struct Attempt<'a> {
    request: &'a Request,
    authorization: &'a Authorization,
    pass: Pass<'a>,
    /// How many attempts there were before.
    number: u32,
    /// Okta's id of the first one that failed.
    retry_for: Option<&'a str>,
}

/// What to do with answers that are no success.
pub(super) type ToFault = fn(super::Call, &Answer, &[Secret]) -> Error;

impl Transport {
    /// Prepares the way to an org. Sends nothing.
    pub(super) fn new(address: OrgAddress, clock: Clock, settings: Settings) -> Result<Transport, Error> {
        Transport::with_guard(address, clock, settings, Guard::before(resolve::system()))
    }

    /// Prepares the way to an org with another look-up of names than the system's.
    pub(super) fn with_guard(address: OrgAddress, clock: Clock, settings: Settings, guard: Guard) -> Result<Transport, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .no_gzip()
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(settings.concurrency);
        builder = if address.is_loopback() {
            // There is no TLS on the way to a loopback server, and a machine without certificates must still be able to run the tests.
            builder.tls_certs_only([])
        } else {
            builder.https_only(true).dns_resolver(guard)
        };
        let http = builder.build().map_err(|error| failure::of_building(&error))?;
        let base = Url::parse(&address.base()).map_err(|_| Error::Unusable(format!("`{address}` is no address")))?;
        let permits = Semaphore::new(settings.concurrency.max(1));
        Ok(Transport { http, address, base, settings, clock, limiter: Limiter::default(), permits, ahead: AtomicI64::new(UNKNOWN) })
    }

    /// Returns the org's address.
    pub(super) fn address(&self) -> &OrgAddress {
        &self.address
    }

    /// Returns the address of a path of the org; the path is encoded already.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address.base())
    }

    /// Returns the address of a path with parameters, which are encoded here.
    pub(super) fn url_with(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = self.base.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        format!("{}?{}", self.url(path), url.query().unwrap_or_default())
    }

    /// Returns how far Okta's clock is ahead of this machine's; none before the first answer.
    pub(super) fn ahead(&self) -> Option<Span> {
        match self.ahead.load(Ordering::Relaxed) {
            UNKNOWN => None,
            micros => Some(Span::micros(micros)),
        }
    }

    /// Returns the time now on Okta's clock, or on this machine's as long as that is all there is.
    pub(super) fn now(&self) -> crate::event::Timestamp {
        self.clock.now().plus(self.ahead().unwrap_or(Span::micros(0)))
    }

    /// Sends a request, waits where limits want it, repeats it where that does no harm, and reads the answer.
    pub(super) async fn send<T>(
        &self,
        request: &Request,
        authorization: &Authorization,
        to_fault: ToFault,
        read: impl Fn(Answer) -> Result<T, Misread>,
    ) -> Result<T, Error> {
        let mut waited = Duration::ZERO;
        let mut first_failed: Option<String> = None;
        let mut number = 0;
        loop {
            let pass = self.pass_limits(request, &mut waited).await?;
            let attempt = Attempt { request, authorization, pass, number, retry_for: first_failed.as_deref() };
            let error = match self.attempt(&attempt, to_fault, &read).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            drop(attempt);
            let pause = match &error {
                Error::RateLimited(limit) if !limit.concurrency => limit.wait + jitter(),
                _ => backoff(number),
            };
            if number >= self.settings.retries || !may_repeat(request.repeat, &error) || waited + pause > self.settings.wait_max {
                return Err(error);
            }
            first_failed = first_failed.or_else(|| error.request_id().map(str::to_owned));
            number += 1;
            waited += pause;
            sleep(pause).await;
        }
    }

    /// Waits until the bucket's account lets the request through.
    async fn pass_limits(&self, request: &Request, waited: &mut Duration) -> Result<Pass<'_>, Error> {
        loop {
            let wait = match self.limiter.admit(request.bucket, Instant::now()) {
                Ok(pass) => return Ok(pass),
                Err(wait) => wait,
            };
            if *waited + wait > self.settings.wait_max {
                let limited = RateLimited { call: request.call, wait, concurrency: false, by_okta: false, request_id: None };
                return Err(Error::RateLimited(Box::new(limited)));
            }
            *waited += wait;
            sleep(wait).await;
        }
    }

    async fn attempt<T>(&self, attempt: &Attempt<'_>, to_fault: ToFault, read: &impl Fn(Answer) -> Result<T, Misread>) -> Result<T, Error> {
        let (request, call) = (attempt.request, attempt.request.call);
        let Ok(_permit) = self.permits.acquire().await else { return Err(Error::Unusable("the client is closed".to_owned())) };
        let answer = match timeout(self.settings.attempt_timeout, self.exchange(attempt)).await {
            Ok(answer) => answer.inspect_err(|error| {
                if matches!(error, Error::Unreachable(_)) {
                    attempt.pass.take_back();
                }
            })?,
            Err(_) => return Err(failure::lost(call, LostHow::Timeout, None, String::new())),
        };
        let status = answer.status;
        if status == 429 {
            return Err(self.limited(request, &answer, attempt.number));
        }
        if !(200..300).contains(&status) {
            let secrets: Vec<Secret> = attempt.authorization.secrets().iter().chain(&request.secrets).cloned().collect();
            return Err(to_fault(call, &answer, &secrets));
        }
        let request_id = header::request_id(&answer.headers);
        read(answer).map_err(|misread| match misread {
            Misread::CutOff => failure::lost(call, LostHow::CutOff, Some(status), String::new()),
            Misread::Odd(oddity) => Error::Unreadable(Box::new(Unreadable { call, status, request_id, oddity })),
        })
    }

    /// Sends the request once and takes in the whole answer.
    async fn exchange(&self, attempt: &Attempt<'_>) -> Result<Answer, Error> {
        let (request, call) = (attempt.request, attempt.request.call);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if let Authorization::Header { value, .. } = attempt.authorization {
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| Error::Unusable("the token cannot stand in a header".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Some((name, value)) = request.header {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        // As Okta's own clients do, so that its support can put attempts together.
        if let Some(id) = attempt.retry_for.and_then(|id| HeaderValue::from_str(id).ok()) {
            headers.insert(HeaderName::from_static("x-okta-retry-for"), id);
            headers.insert(HeaderName::from_static("x-okta-retry-count"), HeaderValue::from(attempt.number));
        }
        let body = match &request.body {
            Body::Nothing => None,
            Body::Json(bytes) => Some(("application/json", bytes.to_vec())),
            Body::Form(text) => Some(("application/x-www-form-urlencoded", text.as_bytes().to_vec())),
        };
        let mut builder = self.http.request(request.method.clone(), &request.url);
        match body {
            Some((kind, bytes)) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
                builder = builder.body(bytes);
            }
            // Without it Okta answers 411.
            None if request.method == Method::POST || request.method == Method::PUT => {
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            None => {}
        }
        let response = builder.headers(headers).send().await.map_err(|error| failure::of_sending(call, &self.address.host(), &error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.note(&attempt.pass, &headers);
        match body::read(response, self.settings.body_bytes_max).await {
            Ok(body) => Ok(Answer { status, headers, body }),
            Err(BadBody::Ended(error)) => Err(failure::of_body(call, status, &error)),
            Err(BadBody::Odd(oddity)) => {
                let request_id = header::request_id(&headers);
                Err(Error::Unreadable(Box::new(Unreadable { call, status, request_id, oddity })))
            }
        }
    }

    /// Keeps what an answer says of limits and time.
    fn note(&self, pass: &Pass<'_>, headers: &HeaderMap) {
        pass.note(&header::rate(headers), Instant::now());
        if let Some(date) = header::date(headers) {
            self.ahead.store(date.since(self.clock.now()).as_micros(), Ordering::Relaxed);
        }
    }

    /// Makes the fault of a 429, and keeps the bucket shut for as long as Okta wants.
    fn limited(&self, request: &Request, answer: &Answer, number: u32) -> Error {
        let rate = header::rate(&answer.headers);
        let concurrency = rate.is_concurrency();
        let wait = if concurrency { backoff(number) } else { rate.wait() };
        if !concurrency {
            self.limiter.block(request.bucket, wait, Instant::now());
        }
        let request_id = header::request_id(&answer.headers);
        Error::RateLimited(Box::new(RateLimited { call: request.call, wait, concurrency, by_okta: true, request_id }))
    }
}

/// Whether a request may be sent once more after this.
fn may_repeat(repeat: Repeat, error: &Error) -> bool {
    match error {
        Error::RateLimited(limit) => limit.by_okta,
        // Nothing was sent. A name that does not resolve or a certificate that is not trusted stays so for the next seconds.
        Error::Unreachable(e) => matches!(e.why, Unreached::Refused | Unreached::Timeout | Unreached::Other),
        Error::Lost(_) | Error::Failed(_) => repeat == Repeat::Always,
        Error::Unreadable(e) => {
            let passing = matches!(e.oddity, Oddity::NotJson(_) | Oddity::Html | Oddity::Empty | Oddity::BadCompression);
            repeat == Repeat::Always && passing && (200..300).contains(&e.status)
        }
        _ => false,
    }
}

/// Returns a little time, so that many who wait for the same moment do not come back at once.
fn jitter() -> Duration {
    Duration::from_millis(rand::rng().random_range(0..500))
}

/// Returns how long to pause after an attempt that failed: a random part of 1 s, 2 s, 4 s, ....
fn backoff(attempt: u32) -> Duration {
    let longest = Duration::from_secs(1 << attempt.min(6));
    longest.mul_f64(0.25 + 0.75 * rand::rng().random::<f64>())
}
