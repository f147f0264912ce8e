//! The org: everything it knows, and the way of a request through it.
//!
//! Takes requests one after another; gives answers, or what has to be asked outside before there can be one. Never waits and never sends
//! anything itself: that is `server`'s part.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use crate::event::{Span, Timestamp};

use super::answer::{Answer, Payload, fault, forbidden, too_many};
use super::call::Call;
use super::clock::{OrgClock, http_date, whole_second};
use super::fault::Fault;
use super::hooks::{Hook, Outbox, Verification};
use super::ids::Ids;
use super::limits::{Bucket, Limits, Standing};
use super::logs::Log;
use super::oauth::{Apps, Caller};
use super::options::{Engine, Options, Switches};
use super::recorded::Recorded;
use super::users::{Group, User};
use super::{hooks, logs, oauth, users};

/// All that an org knows.
#[derive(Debug)]
pub(super) struct Org {
    pub(super) id: String,
    pub(super) clock: OrgClock,
    pub(super) ids: Ids,
    pub(super) switches: Switches,
    /// The origin that clients use.
    pub(super) base: String,
    pub(super) apps: Apps,
    pub(super) hooks: Vec<Hook>,
    pub(super) users: Vec<User>,
    pub(super) groups: Vec<Group>,
    pub(super) log: Log,
    pub(super) outbox: Outbox,
    pub(super) limits: Limits,
    pub(super) faults: Vec<Fault>,
    pub(super) requests: VecDeque<Recorded>,
    /// Requests that are being answered.
    pub(super) at_once: usize,
    /// Wakes whoever sends deliveries.
    pub(super) to_send: Arc<Notify>,
    pub(super) user_type: String,
    pub(super) user_schema: String,
}

/// What comes of a request.
pub(super) enum Outcome {
    Answer(Answer),
    /// A hook's receiver has to be asked first.
    Verify(Box<Verification>),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Outcome::Answer(answer)
    }
}

impl Org {
    pub(super) fn new(options: &Options, base: String) -> Self {
        let mut ids = Ids::new(options.seed);
        let clock = OrgClock::new(options.clock);
        let apps = Apps::new(&options.apps, &options.api_tokens, &mut ids);
        let (id, user_type, user_schema) = (ids.id("00o"), ids.id("oty"), ids.id("osc"));
        let mut org = Org {
            id,
            clock,
            ids,
            switches: options.switches.clone(),
            base,
            apps,
            hooks: Vec::new(),
            users: Vec::new(),
            groups: Vec::new(),
            log: Log::default(),
            outbox: Outbox::default(),
            limits: Limits::default(),
            faults: Vec::new(),
            requests: VecDeque::new(),
            at_once: 0,
            to_send: Arc::new(Notify::new()),
            user_type,
            user_schema,
        };
        for person in &options.users {
            // People who cannot be added (a login twice) are left out, as an import would.
            let _ = org.add_person(person);
        }
        org
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns now, in whole seconds, as objects carry it.
    pub(super) fn now_seconds(&self) -> Timestamp {
        whole_second(self.clock.now())
    }

    /// Answers a request that no fault keeps from being answered.
    pub(super) fn answer(&mut self, call: &Call) -> (Outcome, Standing) {
        let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        let bucket = Bucket::of(&call.method, &segments);
        let caller = match segments.first() {
            Some(&"api") => oauth::authenticate(self, call),
            _ => Ok(Caller::nobody(call)),
        };
        let key = match &caller {
            Ok(caller) => caller.key.clone(),
            Err(_) => call.peer.clone(),
        };
        let standing = self.limits.count(&key, bucket, &self.switches, self.clock.now());
        let outcome = match caller {
            _ if standing.exceeded => {
                if standing.first {
                    self.note_rate_limit(call);
                }
                too_many().into()
            }
            // The edge refuses it before anybody looks at who asks.
            _ if lacks_length(call) => length_required().into(),
            Err(refusal) => refusal.into(),
            Ok(caller) => self.route(call, &segments, &caller),
        };
        (outcome, standing)
    }

    fn route(&mut self, call: &Call, segments: &[&str], caller: &Caller) -> Outcome {
        match segments {
            [".well-known", "okta-organization"] => only("GET", call, |_| self.well_known()),
            ["oauth2", "v1", "token"] => only("POST", call, |call| oauth::token(self, call)),
            // A custom authorization server knows none of the org's scopes.
            ["oauth2", _, "v1", "token"] => only("POST", call, |call| oauth::token_of_custom_server(self, call)),
            ["api", "v1", "logs"] => only("GET", call, |call| self.guarded(call, caller, "okta.logs", logs::list)),
            ["api", "v1", "eventHooks", rest @ ..] => match self.refusal(call, caller, "okta.eventHooks") {
                Some(refusal) => refusal.into(),
                None => hooks::answer(self, call, rest, caller),
            },
            ["api", "v1", "users", rest @ ..] => self.guarded(call, caller, "okta.users", |org, call| users::answer(org, call, rest, caller)).into(),
            ["api", "v1", "groups", rest @ ..] => self.guarded(call, caller, "okta.groups", |org, call| users::groups(org, call, rest, caller)).into(),
            _ => fault(404, "E0000007", &format!("Not found: Resource not found: {} (Endpoint)", call.path), &[]).into(),
        }
    }

    fn guarded(&mut self, call: &Call, caller: &Caller, family: &str, act: impl FnOnce(&mut Org, &Call) -> Answer) -> Answer {
        match self.refusal(call, caller, family) {
            Some(refusal) => refusal,
            None => act(self, call),
        }
    }

    /// Refuses a caller whose token lacks the scope, or whose app has no role.
    fn refusal(&self, call: &Call, caller: &Caller, family: &str) -> Option<Answer> {
        let access = if call.method == "GET" { "read" } else { "manage" };
        if !caller.may(family, access) {
            return Some(oauth::insufficient_scope(self, call, &format!("{family}.{access}")));
        }
        caller.has_no_role.then(forbidden)
    }

    fn well_known(&self) -> Answer {
        let pipeline = if self.switches.engine == Engine::Identity { "idx" } else { "v1" };
        Answer::ok(json!({ "id": self.id, "pipeline": pipeline, "_links": { "organization": { "href": self.base } } }))
    }

    /// Puts the headers on an answer that all of them have.
    pub(super) fn finish(&mut self, answer: Answer, call: &Call, standing: Option<Standing>) -> Answer {
        let ids = &mut self.ids;
        let answer = answer.with_error_id(|| format!("oae{}", ids.text(22)));
        let mut answer =
            answer.header("date", http_date(self.clock.now())).header("cache-control", "no-cache, no-store").header("x-okta-request-id", call.id.clone());
        let numbers = standing.map(|standing| [standing.limit.to_string(), standing.remaining.to_string(), standing.reset.to_string()]);
        for (name, number) in ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"].into_iter().zip(numbers.into_iter().flatten()) {
            // A fault may have said it already.
            if !answer.headers.iter().any(|(said, _)| *said == name) {
                answer.headers.push((name, number));
            }
        }
        answer
    }

    /// Returns the content type of JSON, which has a character set on Classic Engine.
    pub(super) fn json_type(&self) -> &'static str {
        if self.switches.engine == Engine::Identity { "application/json" } else { "application/json;charset=UTF-8" }
    }

    /// Returns the standing of a refusal for too much at once.
    pub(super) fn concurrency_refusal(&self) -> (Answer, Standing) {
        let reset = super::clock::epoch_seconds(self.clock.now().plus(Span::seconds(2)));
        (too_many(), Standing { limit: 0, remaining: 0, reset, exceeded: true, first: false })
    }

    /// Writes an event into the System Log, now.
    pub(super) fn record(&mut self, event: Value) {
        let now = self.clock.now();
        self.persist(event, now, 1);
    }

    /// Writes an event into the System Log that happened at an instant, and has hooks carry it so many times.
    pub(super) fn persist(&mut self, mut event: Value, published: Timestamp, carried: usize) {
        let now = self.clock.now();
        let subscribed: Vec<String> = match event.get("eventType").and_then(Value::as_str) {
            Some(name) => self.hooks.iter().filter(|hook| hook.delivers(name, now)).map(|hook| hook.id.clone()).collect(),
            None => Vec::new(),
        };
        if !subscribed.is_empty()
            && let Some(Value::Object(debug)) = event.get_mut("debugContext").and_then(|context| context.get_mut("debugData"))
        {
            debug.insert("targetEventHookIds".to_owned(), subscribed.join(", ").into());
        }
        let seq = self.log.push(event, published, now);
        if carried == 0 || subscribed.is_empty() {
            return;
        }
        let most = self.switches.hook_events_per_day;
        for hook in &subscribed {
            self.outbox.put(hook, seq, carried, now, most);
        }
        self.to_send.notify_one();
    }

    /// Writes the event of something that a caller did.
    pub(super) fn note(&mut self, call: &Call, caller: &Caller, what: &Noted<'_>) {
        let (now, uuid) = (self.clock.now(), self.ids.uuid());
        let event = what.event(call, caller, now, &uuid);
        self.record(event);
    }

    fn note_rate_limit(&mut self, call: &Call) {
        let what = Noted { result: "FAILURE", severity: "WARN", ..Noted::new("system.org.rate_limit.violation", "Rate limit violation") };
        self.note(call, &Caller::nobody(call), &what);
    }
}

/// What an event of the org's own doing says.
#[derive(Clone, Debug)]
pub(super) struct Noted<'a> {
    pub(super) event_type: &'a str,
    pub(super) message: &'a str,
    pub(super) severity: &'a str,
    pub(super) result: &'a str,
    pub(super) reason: Option<String>,
    pub(super) target: Vec<Value>,
    pub(super) debug: Map<String, Value>,
}

impl<'a> Noted<'a> {
    pub(super) fn new(event_type: &'a str, message: &'a str) -> Self {
        Noted { event_type, message, severity: "INFO", result: "SUCCESS", reason: None, target: Vec::new(), debug: Map::new() }
    }

    pub(super) fn target(mut self, target: Value) -> Self {
        self.target.push(target);
        self
    }

    fn event(&self, call: &Call, caller: &Caller, now: Timestamp, uuid: &str) -> Value {
        let agent = call.header("user-agent").unwrap_or("Unknown");
        let mut debug = self.debug.clone();
        debug.insert("requestId".to_owned(), call.id.clone().into());
        debug.insert("requestUri".to_owned(), call.path.clone().into());
        debug.insert("url".to_owned(), format!("{}?{}", call.path, call.raw_query).into());
        let target = if self.target.is_empty() { Value::Null } else { Value::Array(self.target.clone()) };
        json!({
            "uuid": uuid,
            "published": now.to_string(),
            "eventType": self.event_type,
            "version": "0",
            "severity": self.severity,
            "legacyEventType": null,
            "displayMessage": self.message,
            "actor": caller.actor,
            "client": {
                "userAgent": { "rawUserAgent": agent, "os": "Unknown", "browser": "UNKNOWN" },
                "zone": "null",
                "device": "Unknown",
                "id": caller.client_id,
                "ipAddress": call.peer,
                "geographicalContext": null,
            },
            "device": null,
            "authenticationContext": {
                "authenticationProvider": null, "credentialProvider": null, "credentialType": null, "issuer": null, "interface": null,
                "authenticationStep": 0, "rootSessionId": null, "externalSessionId": format!("trs{}", call.id),
            },
            "outcome": { "result": self.result, "reason": self.reason },
            "target": target,
            "transaction": { "type": "WEB", "id": call.id, "detail": caller.transaction_detail() },
            "debugContext": { "debugData": debug },
            "securityContext": { "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null },
            "request": { "ipChain": [{ "ip": call.peer, "geographicalContext": null, "version": "V4", "source": null }] },
        })
    }
}

/// Runs an act where the method is the one that the endpoint knows.
fn only(method: &str, call: &Call, act: impl FnOnce(&Call) -> Answer) -> Outcome {
    if call.method == method { act(call).into() } else { wrong_method().into() }
}

pub(super) fn wrong_method() -> Answer {
    fault(405, "E0000022", "The endpoint does not support the provided HTTP method", &[])
}

/// Says whether a request that may have a body says nothing of its length, which Okta's edge refuses.
fn lacks_length(call: &Call) -> bool {
    matches!(call.method.as_str(), "POST" | "PUT") && call.header("content-length").is_none() && call.header("transfer-encoding").is_none()
}

fn length_required() -> Answer {
    let page = "<HTML><HEAD><TITLE>Length Required</TITLE></HEAD><BODY><H1>Length Required</H1></BODY></HTML>";
    Answer { status: 411, headers: Vec::new(), body: Payload::Bytes { kind: "text/html", bytes: page.as_bytes().to_vec() } }
}
