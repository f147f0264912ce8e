//! Faults on order: what goes wrong, for which requests, how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::Call;

/// Most faults that wait at once.
pub(super) const FAULTS_MAX: usize = 1000;

/// One fault on order. The oldest one that fits a request strikes; delays do not use up that place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// Only requests of this method; none is any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path holds this text; none is any path.
    #[serde(default)]
    pub path: Option<String>,
    /// How many requests go well before it strikes.
    #[serde(default)]
    pub after: u32,
    /// How many requests it strikes; none is all of them.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional number")]
fn once() -> Option<u32> {
    Some(1)
}

/// What goes wrong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// A status instead of the work.
    Status {
        /// The status.
        status: u16,
        /// Okta's error code; none sends an empty body, unless `body` is there.
        #[serde(default)]
        code: Option<String>,
        /// The sentence that goes with it.
        #[serde(default)]
        summary: Option<String>,
        /// A body of its own instead.
        #[serde(default)]
        body: Option<Value>,
        /// Headers on top.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// The work is done that much later.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The request is read, nothing is done and nothing is ever answered.
    Stall,
    /// The connection ends before anything is done.
    Refuse,
    /// The work is done, then the connection ends without an answer.
    DropAnswer,
    /// The work is done, the answer begins and the connection ends in its middle.
    CutBody,
    /// 200 with a page of HTML instead of the work.
    Html,
    /// The work is done, but what comes back is no JSON.
    Garbage,
    /// The work is done, but the values of the answer have other types than Okta's.
    WrongTypes,
    /// 200 with a JSON array that goes on for that many bytes.
    HugeBody {
        /// Bytes.
        bytes: u64,
    },
    /// 200 with a small gzip body that unpacks to that many bytes.
    GzipBomb {
        /// Bytes, unpacked; at most 4 GiB.
        bytes: u64,
    },
    /// `next` leads somewhere else.
    EvilNext {
        /// Where to.
        url: String,
    },
    /// `next` leads to where one is.
    CyclicNext,
    /// There is no `next`.
    NoNext,
    /// The work is done, and the answer has a second `x-rate-limit-reset`, some seconds after the first, as Okta has been seen to send.
    DoubleReset,
    /// 429 with the bucket's reset, without Retry-After.
    RateLimited,
    /// 429 with limit and remaining 0.
    ConcurrencyLimited,
    /// A redirect.
    Redirect {
        /// Where to.
        to: String,
    },
}

impl Fault {
    /// Orders a fault for the next request of any kind.
    pub fn once(kind: FaultKind) -> Self {
        Fault { method: None, path: None, after: 0, times: Some(1), kind }
    }

    /// Orders it for the next requests whose path holds a text.
    pub fn on(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Orders it for requests of one method.
    pub fn with_method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Orders it for so many requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Orders it for every request until faults are cleared.
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Lets so many requests go well first.
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// Orders a status with an error code of Okta's.
    pub fn status(status: u16, code: &str) -> Self {
        let kind = FaultKind::Status { status, code: Some(code.to_owned()), summary: None, body: None, headers: BTreeMap::new() };
        Fault::once(kind)
    }

    fn fits(&self, call: &Call) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && self.path.as_ref().is_none_or(|path| call.path.contains(path.as_str()))
    }
}

/// What strikes one request.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Strike {
    pub(super) delay_ms: u64,
    pub(super) kind: Option<FaultKind>,
}

/// Finds what strikes a request, and uses it up.
pub(super) fn strike(faults: &mut Vec<Fault>, call: &Call) -> Strike {
    let mut strike = Strike::default();
    for fault in faults.iter_mut().filter(|fault| fault.fits(call)) {
        if let FaultKind::Delay { ms } = fault.kind {
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            strike.delay_ms = strike.delay_ms.saturating_add(ms);
        } else if strike.kind.is_some() {
            continue;
        } else if fault.after > 0 {
            fault.after -= 1;
            continue;
        } else {
            strike.kind = Some(fault.kind.clone());
        }
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
        }
    }
    faults.retain(|fault| fault.times != Some(0));
    strike
}
