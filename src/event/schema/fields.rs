//! The table of the event's fields: Okta's own under Okta's own names, then the derived ones.
//!
//! One row per field: name, type, where its value is found, one line of words. Order is the order of the printed reference.

use std::sync::LazyLock;

use super::super::types::{RecordKind, Scalar, Type};
use super::families::Family;
use super::reading::{Behavior, NetworkPart, Reading, RiskPart, StandIns};
use super::{ClosedSet, Field};

/// A row for a field that stands in the JSON, at the first of some paths.
pub(super) const fn first(path: &'static str, scalar: Scalar, at: &'static [&'static str], doc: &'static str) -> Field {
    field(path, Type::Scalar(scalar), Reading::First(at), doc)
}

/// A row in its plainest form.
pub(super) const fn field(path: &'static str, ty: Type, reading: Reading, doc: &'static str) -> Field {
    Field { path, ty, doc, set: None, derived: false, always_present: false, stand_ins: StandIns::All, reading }
}

/// Marks a field whose texts `unknown` and `-` are values.
const fn few(field: Field) -> Field {
    Field { stand_ins: StandIns::Few, ..field }
}

/// Marks a field that every event has.
const fn always(field: Field) -> Field {
    Field { always_present: true, ..field }
}

/// Marks a field of which Okta documents all values.
const fn of(set: ClosedSet, field: Field) -> Field {
    Field { set: Some(set), ..field }
}

/// A row for a derived field.
const fn derived(path: &'static str, ty: Type, reading: Reading, doc: &'static str) -> Field {
    Field { derived: true, ..field(path, ty, reading, doc) }
}

const fn behavior(path: &'static str, behavior: Behavior, doc: &'static str) -> Field {
    of(ClosedSet::BehaviorResult, derived(path, TEXT, Reading::Behavior(behavior), doc))
}

const TEXT: Type = Type::Scalar(Scalar::Text);
const TEXTS: Type = Type::List(Scalar::Text);
const BOOL: Type = Type::Scalar(Scalar::Bool);
const INT: Type = Type::Scalar(Scalar::Int);
const FLOAT: Type = Type::Scalar(Scalar::Float);
const JSON: Type = Type::Scalar(Scalar::Json);
const POINT: Type = Type::Scalar(Scalar::Point);

const PLACE: &[&str] = &["client.geographicalContext.geolocation.lat", "client.geographicalContext.geolocation.lon"];

/// Rows for Okta's own fields whose path in rules is their path in the JSON: `raw!("outcome.result", Text, "...")`.
macro_rules! raw {
    ($path:literal, $scalar:ident, $doc:literal) => {
        first($path, Scalar::$scalar, &[$path], $doc)
    };
}

/// The row that an id outside the table would get; there is none such.
pub(super) static NONE: Field = field("", TEXT, Reading::Records, "");

/// The five rows of a family of targets.
#[rustfmt::skip]
macro_rules! family {
    ($name:literal, $family:ident, $what:literal) => {
        [
            derived(concat!("target.", $name, ".id"), TEXT, Reading::Target(Family::$family, "id"), concat!("Okta's id of the first ", $what, " among the targets")),
            derived(concat!("target.", $name, ".type"), TEXT, Reading::Target(Family::$family, "type"), concat!("Okta's type name of the first ", $what, " among the targets")),
            derived(concat!("target.", $name, ".alternateId"), TEXT, Reading::Target(Family::$family, "alternateId"), concat!("the name people know the first ", $what, " among the targets by")),
            derived(concat!("target.", $name, ".displayName"), TEXT, Reading::Target(Family::$family, "displayName"), concat!("the Admin Console's name of the first ", $what, " among the targets")),
            derived(concat!("target.", $name, ".detailEntry"), JSON, Reading::Target(Family::$family, "detailEntry"), concat!("more about the first ", $what, " among the targets")),
        ]
    };
}

#[rustfmt::skip]
const OWN: &[Field] = &[
    always(raw!("uuid", Text, "the event's own id, in lower case")),
    always(raw!("published", Time, "when the event happened")),
    always(of(ClosedSet::EventType, raw!("eventType", Text, "what happened, as one of the names in Okta's catalogue"))),
    always(raw!("version", Text, "the version of the event's form")),
    always(of(ClosedSet::Severity, raw!("severity", Text, "Okta's log level; says nothing about risk"))),
    raw!("legacyEventType", Text, "the name in Okta's retired Events API"),
    few(raw!("displayMessage", Text, "the sentence that the Admin Console shows")),
    raw!("actor.id", Text, "Okta's id of who did it"),
    always(raw!("actor.type", Text, "what kind of actor it is, such as User or PublicClientAppEntity")),
    raw!("actor.alternateId", Text, "the login of who did it, or an app's id"),
    raw!("actor.displayName", Text, "the name of who did it"),
    raw!("actor.detailEntry", Json, "more about the actor"),
    few(raw!("client.userAgent.rawUserAgent", Text, "the user agent header as the client sent it")),
    few(raw!("client.userAgent.os", Text, "the operating system that the user agent names")),
    few(raw!("client.userAgent.browser", Text, "the browser that the user agent names, in capitals")),
    raw!("client.zone", Text, "the network zone that decided a policy"),
    few(raw!("client.device", Text, "the kind of device: Computer, Mobile or Unknown")),
    raw!("client.id", Text, "the OAuth client that made the request"),
    raw!("client.ipAddress", Address, "the address that the request came from"),
    raw!("client.geographicalContext.city", Text, "the city of the client's address"),
    raw!("client.geographicalContext.state", Text, "the state or region of the client's address"),
    raw!("client.geographicalContext.country", Text, "the country of the client's address, by its English name"),
    raw!("client.geographicalContext.postalCode", Text, "the postal code of the client's address"),
    field("client.geographicalContext.geolocation", POINT, Reading::Place(PLACE), "the place of the client's address; 0, 0 counts as unknown"),
    field("client.geographicalContext.geolocation.lat", FLOAT, Reading::Latitude(PLACE), "the latitude of the client's address in degrees"),
    field("client.geographicalContext.geolocation.lon", FLOAT, Reading::Longitude(PLACE), "the longitude of the client's address in degrees"),
    raw!("device.id", Text, "Okta's id of the registered device"),
    raw!("device.name", Text, "the device's name"),
    raw!("device.os_platform", Text, "the device's operating system"),
    raw!("device.os_version", Text, "the version of the device's operating system"),
    raw!("device.managed", Bool, "whether a management tool looks after the device"),
    raw!("device.registered", Bool, "whether the device is registered with Okta"),
    raw!("device.device_integrator", Json, "what endpoint security tools report about the device"),
    raw!("device.disk_encryption_type", Text, "which volumes of the device are encrypted"),
    raw!("device.screen_lock_type", Text, "how the device's screen is locked"),
    raw!("device.jailbreak", Bool, "whether the device is jailbroken or rooted"),
    raw!("device.secure_hardware_present", Bool, "whether the device keeps keys in hardware"),
    of(ClosedSet::AuthenticationProvider, raw!("authenticationContext.authenticationProvider", Text, "the system that checked who the actor is")),
    of(ClosedSet::CredentialProvider, raw!("authenticationContext.credentialProvider", Text, "who issued the credential")),
    of(ClosedSet::CredentialType, raw!("authenticationContext.credentialType", Text, "the kind of credential")),
    raw!("authenticationContext.issuer.id", Text, "the id of the authorization server that issued the token"),
    raw!("authenticationContext.issuer.type", Text, "the kind of authorization server"),
    raw!("authenticationContext.interface", Text, "the user interface or agent that authenticated the actor"),
    raw!("authenticationContext.authenticationStep", Int, "the step of authentication; Okta always writes 0"),
    raw!("authenticationContext.externalSessionId", Text, "the session that the event belongs to"),
    raw!("authenticationContext.rootSessionId", Text, "the session that this one grew from; Identity Engine only"),
    raw!("authenticationContext.authenticatorContext", Json, "which authenticators were used"),
    of(ClosedSet::OutcomeResult, raw!("outcome.result", Text, "how it ended")),
    few(raw!("outcome.reason", Text, "why it ended so, as a code or a sentence")),
    field("target", Type::Records(RecordKind::Target), Reading::Records, "the things that the event is about"),
    of(ClosedSet::TransactionType, raw!("transaction.type", Text, "whether a request or a background job caused it")),
    raw!("transaction.id", Text, "shared by all events of one request"),
    raw!("transaction.detail", Json, "more about the transaction"),
    raw!("transaction.detail.requestApiTokenId", Text, "the API token that made the request"),
    raw!("debugContext.debugData", Json, "everything that Okta adds for debugging; debug.X reads one key"),
    raw!("securityContext.asNumber", Int, "the number of the autonomous system of the client's address"),
    raw!("securityContext.asOrg", Text, "who runs the autonomous system of the client's address"),
    raw!("securityContext.isp", Text, "the internet provider of the client's address"),
    raw!("securityContext.domain", Text, "the domain of the client's address"),
    raw!("securityContext.isProxy", Bool, "whether the client's address is a known proxy"),
    of(ClosedSet::RiskLevel, raw!("securityContext.risk.level", Text, "the risk as newer events state it; risk.level reads all forms")),
    of(ClosedSet::RiskLevel, raw!("securityContext.risk.previousLevel", Text, "the risk before a change")),
    field("securityContext.risk.reasons", TEXTS, Reading::First(&["securityContext.risk.reasons"]), "why the risk is so; risk.reasons reads all forms"),
    raw!("securityContext.risk.detectionName", Text, "the detection that changed the risk"),
    raw!("securityContext.risk.issuer", Text, "who stated the risk"),
    raw!("securityContext.userBehaviors", Json, "the results of behavior detection; behavior.X reads one in all forms"),
    raw!("securityContext.ipDetails.asNumber", Int, "the number of the autonomous system, as newer events state it"),
    raw!("securityContext.ipDetails.asOrg", Text, "who runs the autonomous system, as newer events state it"),
    raw!("securityContext.ipDetails.isp", Text, "the internet provider, as newer events state it"),
    raw!("securityContext.ipDetails.domain", Text, "the domain of the address, as newer events state it"),
    raw!("securityContext.ipDetails.ipServiceCategories", Json, "the proxy and VPN services that the address belongs to"),
    of(ClosedSet::BotLevel, raw!("securityContext.botProtection.level", Text, "how likely a bot made the request")),
    field("request.ipChain", Type::Records(RecordKind::Hop), Reading::Records, "the addresses on the way to Okta, the client's first"),
    raw!("insertionTimestamp", Time, "when the event was stored; event hooks only"),
];

#[rustfmt::skip]
const DERIVED: &[Field] = &[
    behavior("behavior.new_device", Behavior::NewDevice, "whether the device is new for the user; POSITIVE means new"),
    behavior("behavior.new_ip", Behavior::NewIp, "whether the address is new for the user"),
    behavior("behavior.new_country", Behavior::NewCountry, "whether the country is new for the user"),
    behavior("behavior.new_geo_location", Behavior::NewGeoLocation, "whether the place is far from the user's earlier ones"),
    behavior("behavior.new_state", Behavior::NewState, "whether the state or region is new for the user"),
    behavior("behavior.new_city", Behavior::NewCity, "whether the city is new for the user"),
    behavior("behavior.velocity", Behavior::Velocity, "whether the user would have had to travel too fast"),
    of(ClosedSet::RiskLevel, derived("risk.level", TEXT, Reading::Risk(RiskPart::Level), "how risky Okta thinks the sign-in or the user is")),
    of(ClosedSet::RiskLevel, derived("risk.previous_level", TEXT, Reading::Risk(RiskPart::PreviousLevel), "the risk before a change")),
    derived("risk.reasons", TEXTS, Reading::Risk(RiskPart::Reasons), "why the risk is so"),
    derived("risk.detection", TEXT, Reading::Risk(RiskPart::Detection), "the detection that changed the risk"),
    derived("session.id", TEXT, Reading::First(&["authenticationContext.externalSessionId"]), "the session that the event belongs to"),
    derived("session.root_id", TEXT, Reading::First(&["authenticationContext.rootSessionId"]), "the session that this one grew from; Identity Engine only"),
    derived("network.asn", INT, Reading::First(&["securityContext.asNumber", "securityContext.ipDetails.asNumber"]), "the number of the autonomous system of the client's address"),
    derived("network.org", TEXT, Reading::First(&["securityContext.asOrg", "securityContext.ipDetails.asOrg"]), "who runs the autonomous system of the client's address"),
    derived("network.isp", TEXT, Reading::First(&["securityContext.isp", "securityContext.ipDetails.isp"]), "the internet provider of the client's address"),
    derived("network.domain", TEXT, Reading::First(&["securityContext.domain", "securityContext.ipDetails.domain"]), "the domain of the client's address"),
    derived("network.is_proxy", BOOL, Reading::Network(NetworkPart::IsProxy), "whether the client's address is a known proxy"),
    derived("network.is_anonymous", BOOL, Reading::Network(NetworkPart::IsAnonymous), "whether the client's address hides who is behind it"),
    of(ClosedSet::ServiceType, derived("network.services", TEXTS, Reading::Network(NetworkPart::Services), "the kinds of proxy and VPN service that the client's address belongs to")),
    derived("network.operators", TEXTS, Reading::Network(NetworkPart::Operators), "the names of the proxy and VPN services that the client's address belongs to"),
    derived("geo.country", TEXT, Reading::First(&["client.geographicalContext.country"]), "the country of the client's address, by its English name"),
    derived("geo.state", TEXT, Reading::First(&["client.geographicalContext.state"]), "the state or region of the client's address"),
    derived("geo.city", TEXT, Reading::First(&["client.geographicalContext.city"]), "the city of the client's address"),
    derived("geo.point", POINT, Reading::Place(PLACE), "the place of the client's address, for distances and speeds"),
    derived("api_token.id", TEXT, Reading::First(&["transaction.detail.requestApiTokenId"]), "the API token that made the request"),
    derived("change.from", JSON, Reading::Change("changeDetails.from"), "the settings before the change, of the first target that has them"),
    derived("change.to", JSON, Reading::Change("changeDetails.to"), "the settings after the change, of the first target that has them"),
    of(ClosedSet::Engine, derived("engine", TEXT, Reading::Engine, "which of Okta's engines wrote the event: classic or identity")),
    always(of(ClosedSet::Source, derived("source", TEXT, Reading::Source, "how the event came: hook, system_log or file"))),
    derived("org", TEXT, Reading::Org, "the org's host"),
    derived("alert.rule", TEXT, Reading::First(&["alert.rule"]), "of an alert as an event: the id of the rule that raised it"),
    of(ClosedSet::AlertSeverity, derived("alert.severity", TEXT, Reading::First(&["alert.severity"]), "of an alert as an event: how bad it is")),
];

const FAMILIES: [[Field; 5]; Family::COUNT] = [
    family!("user", User, "user"),
    family!("app", App, "app"),
    family!("group", Group, "group"),
    family!("policy", Policy, "policy"),
    family!("rule", Rule, "policy rule"),
    family!("factor", Factor, "authenticator"),
    family!("token", Token, "token"),
    family!("zone", Zone, "network zone"),
    family!("device", Device, "device"),
];

/// All fields of the event.
pub(super) static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| [OWN, DERIVED, FAMILIES.as_flattened()].concat());
