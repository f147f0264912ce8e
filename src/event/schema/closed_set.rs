//! Closed sets: the values that Okta documents for a field, and our own where an event is an alert.
//!
//! Rules that compare with anything else are almost surely wrong, so the language warns. Events are never refused for it: every one of
//! Okta's sets may grow.

use super::super::catalogue;

/// A set of documented values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClosedSet {
    /// Okta's catalogue of event types.
    EventType,
    /// `severity`.
    Severity,
    /// `outcome.result`.
    OutcomeResult,
    /// `authenticationContext.authenticationProvider`.
    AuthenticationProvider,
    /// `authenticationContext.credentialProvider`.
    CredentialProvider,
    /// `authenticationContext.credentialType`.
    CredentialType,
    /// `risk.level`.
    RiskLevel,
    /// `behavior.*`.
    BehaviorResult,
    /// `network.services`.
    ServiceType,
    /// `securityContext.botProtection.level`.
    BotLevel,
    /// `engine`.
    Engine,
    /// `source`.
    Source,
    /// `transaction.type`.
    TransactionType,
    /// `.version` of a network hop.
    IpVersion,
    /// `alert.severity`.
    AlertSeverity,
}

impl ClosedSet {
    /// Returns the documented values.
    pub fn values(self) -> Vec<&'static str> {
        let values: &[&'static str] = match self {
            ClosedSet::EventType => {
                return catalogue::event_types().iter().map(|event_type| event_type.name).collect();
            }
            ClosedSet::Severity => &["DEBUG", "INFO", "WARN", "ERROR"],
            ClosedSet::OutcomeResult => {
                &["SUCCESS", "FAILURE", "SKIPPED", "ALLOW", "DENY", "CHALLENGE", "UNKNOWN", "RATE_LIMIT", "DEFERRED", "SCHEDULED", "ABANDONED", "UNANSWERED"]
            }
            ClosedSet::AuthenticationProvider => &["ACTIVE_DIRECTORY", "FACTOR_PROVIDER", "FEDERATION", "LDAP", "OKTA_AUTHENTICATION_PROVIDER", "SOCIAL"],
            ClosedSet::CredentialProvider => &["DUO", "GOOGLE", "OKTA_AUTHENTICATION_PROVIDER", "OKTA_CREDENTIAL_PROVIDER", "RSA", "SYMANTEC", "YUBIKEY"],
            // Okta's older papers write OAUTH2 for "OAuth 2.0"; both are seen.
            ClosedSet::CredentialType => &[
                "ASSERTION",
                "CERTIFICATE",
                "DEVICE_UDID",
                "EMAIL",
                "IWA",
                "JWT",
                "OAuth 2.0",
                "OAUTH2",
                "OKTA_CLIENT_SESSION",
                "OTP",
                "PASSWORD",
                "PRE_SHARED_SYMMETRIC_KEY",
                "SMS",
            ],
            ClosedSet::RiskLevel => &["LOW", "MEDIUM", "HIGH"],
            ClosedSet::BehaviorResult => &["POSITIVE", "NEGATIVE", "UNKNOWN", "BAD_REQUEST"],
            ClosedSet::ServiceType => &["VPN", "Proxy", "Tor", "Residential Proxy", "Blockchain VPN"],
            ClosedSet::BotLevel => &["NONE", "LOW", "MEDIUM", "HIGH"],
            ClosedSet::Engine => &["classic", "identity"],
            ClosedSet::Source => &["hook", "system_log", "file"],
            ClosedSet::TransactionType => &["WEB", "JOB"],
            ClosedSet::IpVersion => &["V4", "V6"],
            ClosedSet::AlertSeverity => &["informational", "low", "medium", "high", "critical"],
        };
        values.to_vec()
    }

    /// Returns what the set is of, for messages: "not one of the known {name}".
    pub fn name(self) -> &'static str {
        match self {
            ClosedSet::EventType => "event types",
            ClosedSet::Severity => "severities",
            ClosedSet::OutcomeResult => "outcome results",
            ClosedSet::AuthenticationProvider => "authentication providers",
            ClosedSet::CredentialProvider => "credential providers",
            ClosedSet::CredentialType => "credential types",
            ClosedSet::RiskLevel => "risk levels",
            ClosedSet::BehaviorResult => "behavior results",
            ClosedSet::ServiceType => "network services",
            ClosedSet::BotLevel => "bot levels",
            ClosedSet::Engine => "engines",
            ClosedSet::Source => "sources",
            ClosedSet::TransactionType => "transaction types",
            ClosedSet::IpVersion => "address versions",
            ClosedSet::AlertSeverity => "the severity of an alert",
        }
    }
}
