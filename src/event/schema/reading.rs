//! Readings: how a field's value is got from the JSON.
//!
//! Each reading names the JSON paths that it needs and each field the texts that stand for "nothing" there. Holds no code that reads:
//! that is `normalise/`, which matches on these.

use super::families::Family;

/// How the value of a field is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum Reading {
    /// The first of these JSON paths that holds a value.
    First(&'static [&'static str]),
    /// Nothing of its own: the field is a list of records.
    Records,
    /// A place, from the paths of latitude and longitude.
    Place(&'static [&'static str]),
    /// Latitude alone, from the paths of latitude and longitude.
    Latitude(&'static [&'static str]),
    /// Longitude alone, from the paths of latitude and longitude.
    Longitude(&'static [&'static str]),
    /// The result of one of Okta's behaviours.
    Behavior(Behavior),
    /// A part of Okta's risk.
    Risk(RiskPart),
    /// A part of what is known of the client's network.
    Network(NetworkPart),
    /// The change before or after, of the first target that has one; by the record field.
    Change(&'static str),
    /// The first target of a family; by the record field.
    Target(Family, &'static str),
    /// Which of Okta's engines wrote the event.
    Engine,
    /// By which way the event came.
    Source,
    /// The org's host.
    Org,
}

/// One of Okta's behaviours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum Behavior {
    NewDevice,
    NewIp,
    NewCountry,
    NewGeoLocation,
    NewState,
    NewCity,
    Velocity,
}

/// A part of Okta's risk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum RiskPart {
    Level,
    PreviousLevel,
    Reasons,
    Detection,
}

/// A part of what is known of the client's network and does not stand in one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum NetworkPart {
    IsProxy,
    IsAnonymous,
    Services,
    Operators,
}

/// Which texts stand for "nothing" in a field. They match exactly: `UNKNOWN` is a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::event) enum StandIns {
    /// The empty text and `null`.
    Few,
    /// These and `unknown` and `-`.
    All,
}

impl StandIns {
    /// Returns whether the text stands for "nothing".
    pub(in crate::event) fn cover(self, text: &str) -> bool {
        match text {
            "" | "null" => true,
            "unknown" | "-" => self == StandIns::All,
            _ => false,
        }
    }
}

const CATEGORIES: &str = "securityContext.ipDetails.ipServiceCategories";
const TUNNELS: &str = "debugContext.debugData.tunnels";
const RISK: &str = "debugContext.debugData.risk";
const LOG_ONLY: &str = "debugContext.debugData.logOnlySecurityData";

const BEHAVIORS: &[&str] = &["securityContext.userBehaviors", "debugContext.debugData.behaviors", LOG_ONLY];
const RISK_LEVEL: &[&str] = &["securityContext.risk.level", RISK, LOG_ONLY];
const RISK_PREVIOUS_LEVEL: &[&str] = &["securityContext.risk.previousLevel", RISK, LOG_ONLY];
const RISK_REASONS: &[&str] = &["securityContext.risk.reasons", RISK, LOG_ONLY];
const RISK_DETECTION: &[&str] = &["securityContext.risk.detectionName", RISK, LOG_ONLY];
const SERVICES: &[&str] = &[CATEGORIES, TUNNELS];
const IS_PROXY: &[&str] = &[CATEGORIES, TUNNELS, "securityContext.isProxy"];
const ENGINE: &[&str] = &["eventType", "authenticationContext.rootSessionId", "authenticationContext.externalSessionId", "debugContext.debugData.requestUri"];

impl Reading {
    /// Returns the JSON paths below the event (or below the record) that this reading needs, in the order in which it takes them.
    pub(in crate::event) fn inputs(self) -> &'static [&'static str] {
        match self {
            Reading::First(paths) | Reading::Place(paths) | Reading::Latitude(paths) | Reading::Longitude(paths) => paths,
            Reading::Behavior(_) => BEHAVIORS,
            Reading::Risk(RiskPart::Level) => RISK_LEVEL,
            Reading::Risk(RiskPart::PreviousLevel) => RISK_PREVIOUS_LEVEL,
            Reading::Risk(RiskPart::Reasons) => RISK_REASONS,
            Reading::Risk(RiskPart::Detection) => RISK_DETECTION,
            Reading::Network(NetworkPart::IsProxy) => IS_PROXY,
            Reading::Network(_) => SERVICES,
            Reading::Engine => ENGINE,
            Reading::Records | Reading::Change(_) | Reading::Target(..) | Reading::Source | Reading::Org => &[],
        }
    }
}
