//! A user, its status, and what may be done with it now.

use serde_json::{Map, Value, json};

use crate::event::Timestamp;
use crate::fake_okta::options::Engine;
use crate::fake_okta::org::Org;

/// The status of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::fake_okta) enum Status {
    Staged,
    Provisioned,
    Active,
    Recovery,
    LockedOut,
    PasswordExpired,
    Suspended,
    Deprovisioned,
}

impl Status {
    const ALL: [(Status, &'static str); 8] = [
        (Status::Staged, "STAGED"),
        (Status::Provisioned, "PROVISIONED"),
        (Status::Active, "ACTIVE"),
        (Status::Recovery, "RECOVERY"),
        (Status::LockedOut, "LOCKED_OUT"),
        (Status::PasswordExpired, "PASSWORD_EXPIRED"),
        (Status::Suspended, "SUSPENDED"),
        (Status::Deprovisioned, "DEPROVISIONED"),
    ];

    pub(in crate::fake_okta) fn parse(text: &str) -> Option<Status> {
        Status::ALL.iter().find(|(_, name)| *name == text).map(|(status, _)| *status)
    }

    pub(in crate::fake_okta) fn name(self) -> &'static str {
        Status::ALL.iter().find(|(status, _)| *status == self).map_or("ACTIVE", |(_, name)| name)
    }

    /// The operations that a user of this status offers: link, path, method.
    fn operations(self, engine: Engine) -> Vec<&'static str> {
        let mut operations: Vec<&'static str> = match self {
            Status::Staged => vec!["activate"],
            Status::Provisioned => vec!["reactivate", "resetPassword", "deactivate"],
            // The recording of an expired password still offers to suspend, which is then refused.
            Status::Active | Status::PasswordExpired => {
                vec!["suspend", "resetPassword", "expirePassword", "changeRecoveryQuestion", "changePassword", "deactivate"]
            }
            Status::Recovery => vec!["reactivate", "resetPassword", "expirePassword", "deactivate"],
            Status::LockedOut => vec!["unlock", "resetPassword", "expirePassword", "deactivate"],
            Status::Suspended => vec!["unsuspend", "deactivate"],
            Status::Deprovisioned => vec!["activate"],
        };
        if engine == Engine::Identity {
            if matches!(self, Status::Active | Status::PasswordExpired) {
                operations.push("forgotPassword");
            }
            if self != Status::Deprovisioned {
                operations.push("resetFactors");
            }
        }
        operations
    }
}

/// One user.
#[derive(Clone, Debug)]
pub(in crate::fake_okta) struct User {
    pub(in crate::fake_okta) id: String,
    pub(in crate::fake_okta) status: Status,
    pub(super) created: Timestamp,
    pub(super) activated: Option<Timestamp>,
    pub(super) status_changed: Option<Timestamp>,
    pub(super) last_updated: Timestamp,
    pub(super) password_changed: Option<Timestamp>,
    pub(in crate::fake_okta) profile: Map<String, Value>,
    pub(super) has_password: bool,
    /// Sessions of the identity provider that are open.
    pub(in crate::fake_okta) sessions: usize,
    pub(super) factors: usize,
    pub(super) groups: Vec<String>,
    /// What a search still sees, and until when; none until then where the user is new.
    pub(super) past: Option<(Option<Value>, Timestamp)>,
}

impl User {
    pub(super) fn new(id: String, profile: Map<String, Value>, has_password: bool, status: Status, now: Timestamp) -> Self {
        User {
            id,
            status,
            created: now,
            activated: (status != Status::Staged).then_some(now),
            status_changed: (status != Status::Staged).then_some(now),
            last_updated: now,
            password_changed: has_password.then_some(now),
            profile,
            has_password,
            sessions: usize::from(status == Status::Active),
            factors: usize::from(status == Status::Active) * 2,
            groups: Vec::new(),
            past: None,
        }
    }

    pub(super) fn login(&self) -> &str {
        self.profile.get("login").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn as_target(&self) -> Value {
        json!({ "id": self.id, "type": "User", "alternateId": self.login(), "displayName": self.name(), "detailEntry": null })
    }

    fn name(&self) -> String {
        let part = |field: &str| self.profile.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} {}", part("firstName"), part("lastName")).trim().to_owned()
    }

    /// Gives the user as a single one is given, with the links of what may be done now.
    pub(super) fn json(&self, org: &Org) -> Value {
        let own = format!("{}/api/v1/users/{}", org.base, self.id);
        let mut links = Map::new();
        links.insert("self".to_owned(), json!({ "href": own }));
        links.insert("schema".to_owned(), json!({ "href": format!("{}/api/v1/meta/schemas/user/{}", org.base, org.user_schema) }));
        links.insert("type".to_owned(), json!({ "href": format!("{}/api/v1/meta/types/user/{}", org.base, org.user_type) }));
        for operation in self.status.operations(org.switches.engine) {
            let place = match operation {
                "changePassword" => "credentials/change_password",
                "forgotPassword" => "credentials/forgot_password",
                "changeRecoveryQuestion" => "credentials/change_recovery_question",
                "resetPassword" => "lifecycle/reset_password",
                "expirePassword" => "lifecycle/expire_password",
                "resetFactors" => "lifecycle/reset_factors",
                other => &format!("lifecycle/{other}"),
            };
            links.insert(operation.to_owned(), json!({ "href": format!("{own}/{place}"), "method": "POST" }));
        }
        self.with_links(org, links)
    }

    /// Gives the user as lists do.
    pub(super) fn in_list(&self, org: &Org) -> Value {
        let own = json!({ "href": format!("{}/api/v1/users/{}", org.base, self.id) });
        self.with_links(org, Map::from_iter([("self".to_owned(), own)]))
    }

    fn with_links(&self, org: &Org, links: Map<String, Value>) -> Value {
        let email = self.profile.get("email").cloned().unwrap_or_default();
        let mut credentials = Map::new();
        if self.has_password {
            credentials.insert("password".to_owned(), json!({}));
        }
        credentials.insert("emails".to_owned(), json!([{ "value": email, "status": "VERIFIED", "type": "PRIMARY" }]));
        credentials.insert("provider".to_owned(), json!({ "type": "OKTA", "name": "OKTA" }));
        // A new user's status counts as changed at its making on Identity Engine.
        let changed = self.status_changed.or((org.switches.engine == Engine::Identity).then_some(self.created));
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        json!({
            "id": self.id,
            "status": self.status.name(),
            "created": self.created.to_string(),
            "activated": time(self.activated),
            "statusChanged": time(changed),
            "lastLogin": null,
            "lastUpdated": self.last_updated.to_string(),
            "passwordChanged": time(self.password_changed),
            "type": { "id": org.user_type },
            "profile": self.profile,
            "credentials": credentials,
            "_links": links,
        })
    }
}

/// A group.
#[derive(Clone, Debug)]
pub(in crate::fake_okta) struct Group {
    pub(in crate::fake_okta) id: String,
    pub(in crate::fake_okta) name: String,
    pub(in crate::fake_okta) created: Timestamp,
}

impl Group {
    pub(super) fn json(&self, base: &str) -> Value {
        let own = format!("{base}/api/v1/groups/{}", self.id);
        json!({
            "id": self.id,
            "created": self.created.to_string(),
            "lastUpdated": self.created.to_string(),
            "lastMembershipUpdated": self.created.to_string(),
            "objectClass": ["okta:user_group"],
            "type": "OKTA_GROUP",
            "profile": { "name": self.name, "description": null },
            "_links": { "self": { "href": own }, "users": { "href": format!("{own}/users") } },
        })
    }
}
