//! Events on their way to hooks: what waits, in which batches it goes, and what came of it.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Value, json};

use crate::event::{Span, Timestamp};
use crate::fake_okta::call::Call;
use crate::fake_okta::oauth::Caller;
use crate::fake_okta::org::{Noted, Org};

use super::body::real_address;

/// Most deliveries whose outcome is remembered.
const ATTEMPTED_MAX: usize = 10_000;
/// Most events that wait; a receiver that is slow for longer loses the newest.
const WAITING_MAX: usize = 100_000;

/// What waits and what has been sent.
#[derive(Debug, Default)]
pub(in crate::fake_okta) struct Outbox {
    waiting: VecDeque<Waiting>,
    /// Deliveries that are under way.
    pub(in crate::fake_okta) under_way: usize,
    pub(in crate::fake_okta) attempted: VecDeque<Attempted>,
    /// When the day began whose events are counted.
    day: Option<Timestamp>,
    today: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    hook: String,
    seq: u64,
    /// 0 for the event, more for what comes again: that goes in a delivery of its own.
    copy: usize,
}

/// A delivery and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Attempted {
    /// The hook.
    pub hook_id: String,
    /// The delivery's id.
    pub event_id: String,
    /// The events in it, by uuid.
    pub uuids: Vec<String>,
    /// What each attempt came to: a status, or why there was none.
    pub attempts: Vec<String>,
    /// Whether the receiver took it.
    pub taken: bool,
}

/// A delivery that is ready to go.
#[derive(Clone, Debug)]
pub(in crate::fake_okta) struct Delivery {
    pub(in crate::fake_okta) hook_id: String,
    pub(in crate::fake_okta) event_id: String,
    pub(in crate::fake_okta) uuids: Vec<String>,
    /// None where the fake may not go there.
    pub(in crate::fake_okta) url: Option<String>,
    pub(in crate::fake_okta) headers: Vec<(String, String)>,
    pub(in crate::fake_okta) body: Vec<u8>,
    pub(in crate::fake_okta) timeout_ms: u64,
}

impl Outbox {
    /// Puts an event up for a hook. Above the day's number it is lost to hooks.
    pub(in crate::fake_okta) fn put(&mut self, hook: &str, seq: u64, carried: usize, now: Timestamp, day_max: u64) {
        if self.day.is_none_or(|began| now.since(began) >= Span::days(1)) {
            self.day = Some(now);
            self.today = 0;
        }
        self.today = self.today.saturating_add(1);
        if self.today > day_max {
            return;
        }
        for copy in 0..carried.min(WAITING_MAX.saturating_sub(self.waiting.len())) {
            self.waiting.push_back(Waiting { hook: hook.to_owned(), seq, copy });
        }
    }

    pub(in crate::fake_okta) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.under_way == 0
    }
}

impl Org {
    /// Takes all that waits, as deliveries.
    pub(in crate::fake_okta) fn deliveries(&mut self) -> Vec<Delivery> {
        let waiting: Vec<Waiting> = self.outbox.waiting.drain(..).collect();
        let mut batches: Vec<(String, usize, Vec<u64>)> = Vec::new();
        let most = self.switches.delivery_events_max.max(1);
        for waiting in waiting {
            let open = batches.iter_mut().rev().find(|(hook, copy, events)| *hook == waiting.hook && *copy == waiting.copy && events.len() < most);
            match open {
                Some((.., events)) => events.push(waiting.seq),
                None => batches.push((waiting.hook, waiting.copy, vec![waiting.seq])),
            }
        }
        let mut deliveries = Vec::new();
        for (hook, _, mut events) in batches {
            if self.switches.shuffle {
                self.ids.shuffle(&mut events);
            }
            let Some(delivery) = self.delivery(&hook, &events) else { continue };
            if self.ids.percent(self.switches.duplicate_percent) {
                deliveries.push(delivery.clone());
            }
            deliveries.push(delivery);
        }
        if self.switches.shuffle {
            self.ids.shuffle(&mut deliveries);
        }
        self.outbox.under_way += deliveries.len();
        deliveries
    }

    fn delivery(&mut self, hook_id: &str, seqs: &[u64]) -> Option<Delivery> {
        // A hook that was switched off or changed since does not deliver.
        let hook = self.hooks.iter().find(|hook| hook.id == hook_id && hook.active && hook.verified)?;
        let mut events: Vec<Value> = seqs.iter().filter_map(|seq| self.log.find(*seq)).map(|entry| as_hooks_have_it(&entry.event)).collect();
        let uuids = events.iter().filter_map(|event| event.get("uuid").and_then(Value::as_str)).map(str::to_owned).collect();
        if self.switches.omit_nulls {
            events.iter_mut().for_each(without_nulls);
        }
        let event_id = self.ids.uuid();
        let body = json!({
            "eventType": "com.okta.event_hook",
            "eventTypeVersion": "1.0",
            "cloudEventsVersion": "0.1",
            "source": format!("{}/api/v1/eventHooks/{hook_id}", self.base),
            "eventId": event_id,
            "data": { "events": events },
            "eventTime": self.clock.now().to_string(),
            "contentType": "application/json",
        });
        Some(Delivery {
            hook_id: hook_id.to_owned(),
            event_id,
            uuids,
            url: real_address(&hook.wanted.uri, &self.switches),
            headers: hook.headers(),
            body: body.to_string().into_bytes(),
            timeout_ms: self.switches.hook_timeout_ms,
        })
    }
}

/// Evens out the one shape into the other: a hook's event has the chain of addresses in `client`, no `request`, and one key more.
fn as_hooks_have_it(event: &Value) -> Value {
    let mut event = event.clone();
    let Some(map) = event.as_object_mut() else { return event };
    let chain = map.remove("request").and_then(|mut request| request.get_mut("ipChain").map(Value::take));
    if let (Some(chain), Some(Value::Object(client))) = (chain, map.get_mut("client")) {
        client.insert("ipChain".to_owned(), chain);
    }
    map.insert("insertionTimestamp".to_owned(), Value::Null);
    event
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Notes what came of a delivery; one that failed is an event of its own.
pub(in crate::fake_okta) fn delivered(org: &mut Org, attempted: Attempted) {
    org.outbox.under_way = org.outbox.under_way.saturating_sub(1);
    if !attempted.taken {
        let target = org.hooks.iter().find(|hook| hook.id == attempted.hook_id).map(super::Hook::as_target);
        let reason = attempted.attempts.last().cloned();
        let mut what = Noted { result: "FAILURE", severity: "WARN", reason, ..Noted::new("event_hook.delivery", "Event hook delivery failed") };
        what.target.extend(target);
        what.debug.insert("eventHookId".to_owned(), attempted.hook_id.clone().into());
        what.debug.insert("eventId".to_owned(), attempted.event_id.clone().into());
        let call = Call::of_the_org(org.ids.hex(32));
        org.note(&call, &Caller::system(), &what);
    }
    if org.outbox.attempted.len() >= ATTEMPTED_MAX {
        org.outbox.attempted.pop_front();
    }
    org.outbox.attempted.push_back(attempted);
}
