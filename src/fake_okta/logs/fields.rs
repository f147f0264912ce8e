//! The attributes that a filter of the System Log may name.

/// Attributes that are there, and groups whose members are all allowed (they end in a dot). `published` is missing: `since` and `until`
/// are for that; so is `changeDetails`, which cannot be asked about.
const KNOWN: [&str; 36] = [
    "uuid",
    "eventType",
    "version",
    "severity",
    "legacyEventType",
    "displayMessage",
    "actor.id",
    "actor.type",
    "actor.alternateId",
    "actor.displayName",
    "actor.detailEntry.",
    "client.id",
    "client.zone",
    "client.device",
    "client.ipAddress",
    "client.userAgent.",
    "client.geographicalContext.",
    "device.",
    "authenticationContext.",
    "outcome.result",
    "outcome.reason",
    "target.id",
    "target.type",
    "target.alternateId",
    "target.displayName",
    "target.detailEntry.",
    "transaction.id",
    "transaction.type",
    "transaction.detail.",
    "debugContext.debugData.",
    "securityContext.",
    "request.ipChain.ip",
    "request.ipChain.version",
    "request.ipChain.source",
    "request.ipChain.geographicalContext.",
    "request.ipChain.ipDetails.",
];

pub(super) fn is_known(path: &str) -> bool {
    KNOWN.iter().any(|known| path == *known || (known.ends_with('.') && path.len() > known.len() && path.starts_with(known)))
}

/// Attributes in which `co` does not look.
pub(super) fn is_not_searched_within(path: &str) -> bool {
    matches!(path, "debugContext.debugData.url" | "debugContext.debugData.requestUri")
}
