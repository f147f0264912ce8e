//! Events as an Okta org of a few hundred people writes them, 2 to 3 KB each; a seed decides them all.
//!
//! The mixture is that of a working day: most are policy evaluations, single sign-ons, factors and sign-ins, a few are administration.
//! Every person, address, network and company is invented; addresses come from the ranges kept for documentation.

use super::random::Random;

/// How often each kind of event comes, in a thousand.
const MIXTURE: &[(u64, Kind)] = &[
    (270, Kind::PolicyEvaluation),
    (250, Kind::SingleSignOn),
    (180, Kind::Factor),
    (150, Kind::SignIn),
    (50, Kind::TokenGrant),
    (35, Kind::SignOut),
    (25, Kind::GroupMembership),
    (15, Kind::ProfileUpdate),
    (10, Kind::AppMembership),
    (5, Kind::UserCreated),
    (5, Kind::PolicyRuleChanged),
    (3, Kind::RoleGranted),
    (2, Kind::ApiTokenCreated),
];

/// The event types of the mixture, the most frequent first.
pub(crate) const EVERYDAY_TYPES: &[&str] = &[
    "policy.evaluate_sign_on",
    "user.authentication.sso",
    "user.authentication.auth_via_mfa",
    "user.session.start",
    "app.oauth2.token.grant.access_token",
    "user.session.end",
    "group.user_membership.add",
    "user.account.update_profile",
    "application.user_membership.add",
    "user.lifecycle.create",
    "policy.rule.update",
    "user.account.privilege.grant",
    "system.api_token.create",
];

/// Event types of the catalogue that the mixture does not have: rules over them are quiet.
pub(crate) const RARE_TYPES: &[&str] = &[
    "zone.create",
    "zone.update",
    "zone.delete",
    "system.log_stream.lifecycle.deactivate",
    "system.idp.lifecycle.create",
    "system.idp.lifecycle.update",
    "user.mfa.factor.reset_all",
    "user.mfa.factor.deactivate",
    "user.account.lock",
    "user.account.reset_password",
    "user.session.impersonation.grant",
    "user.risk.detect",
    "group.privilege.grant",
    "policy.lifecycle.delete",
    "policy.lifecycle.deactivate",
    "application.lifecycle.create",
    "application.lifecycle.delete",
    "event_hook.deactivated",
    "security.threat.detected",
    "device.enrollment.create",
];

#[derive(Clone, Copy)]
enum Kind {
    PolicyEvaluation,
    SingleSignOn,
    Factor,
    SignIn,
    TokenGrant,
    SignOut,
    GroupMembership,
    ProfileUpdate,
    AppMembership,
    UserCreated,
    PolicyRuleChanged,
    RoleGranted,
    ApiTokenCreated,
}

pub(crate) const FIRST_NAMES: &[&str] =
    &["Mara", "Tomas", "Bram", "Zoë", "Ines", "Oskar", "Yusuf", "Leila", "Piotr", "Signe", "Rahul", "Aiko", "Luca", "Femke", "Jonas", "Esra"];
pub(crate) const LAST_NAMES: &[&str] = &[
    "Lindqvist",
    "Okafor",
    "Visser",
    "Brännström",
    "Carvalho",
    "Haddad",
    "Nowak",
    "Sato",
    "Ricci",
    "de Wit",
    "Mehta",
    "Aydin",
    "Kaya",
    "Holm",
    "Ferrari",
    "Demir",
];
pub(crate) const APPS: &[&str] =
    &["Team wiki", "Payroll", "Source forge", "Ticket desk", "Sales map", "Video calls", "Expense box", "Data lake", "Okta Admin Console", "Okta Dashboard"];
pub(crate) const COUNTRIES: &[(&str, &str, &str, &str)] = &[
    ("The Netherlands", "Utrecht", "52.0907", "5.1214"),
    ("Germany", "Hamburg", "53.5511", "9.9937"),
    ("Brazil", "São Paulo", "-23.5505", "-46.6333"),
    ("Japan", "Osaka", "34.6937", "135.5023"),
    ("Kenya", "Nairobi", "-1.2864", "36.8172"),
    ("Canada", "Toronto", "43.6532", "-79.3832"),
];
pub(crate) const NETWORKS: &[(u32, &str, &str, &str)] = &[
    (64500, "example fibre", "example fibre bv", "203.0.113"),
    (64501, "example mobile", "example mobile gmbh", "198.51.100"),
    (64510, "example hosting", "example hosting ltda", "192.0.2"),
    (64511, "example cloud", "example cloud inc", "203.0.113"),
];
pub(crate) const AGENTS: &[(&str, &str, &str, &str)] = &[
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36", "Mac OS X", "CHROME", "Computer"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
        "Windows 10",
        "EDGE",
        "Computer",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
        "iOS (iPhone)",
        "SAFARI",
        "Mobile",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0", "Linux", "FIREFOX", "Computer"),
    ("python-requests/2.32.5", "Unknown", "UNKNOWN", "Unknown"),
];

struct Person {
    id: String,
    login: String,
    name: String,
}

/// Returns the events of a seed, each as the bytes that Okta writes.
pub(crate) fn events(seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut maker = Maker::seeded(seed);
    (0..count).map(|_| maker.event().into_bytes()).collect()
}

/// Makes one event after another.
pub(crate) struct Maker {
    random: Random,
    people: Vec<Person>,
    seconds: u64,
}

/// What differs from kind to kind.
struct Parts {
    event_type: &'static str,
    message: &'static str,
    result: &'static str,
    reason: Option<String>,
    debug: Vec<(&'static str, String)>,
    uri: String,
    targets: Vec<String>,
    judged: bool,
}

impl Maker {
    /// Makes one that a seed decides.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut maker = Maker { random: Random::seeded(seed), people: Vec::new(), seconds: 0 };
        maker.hire();
        maker
    }

    fn hire(&mut self) {
        for first in FIRST_NAMES {
            for last in LAST_NAMES {
                let login = format!("{first}.{last}@example.com").to_lowercase().replace(' ', "-").replace('ë', "e").replace(['ä', 'ö'], "a");
                self.people.push(Person { id: self.random.okta_id("00u"), login, name: format!("{first} {last}") });
            }
        }
    }

    /// Returns the next event, as the text that Okta writes.
    pub(crate) fn event(&mut self) -> String {
        self.seconds += self.random.below(3);
        let kind = self.random.weighted(MIXTURE);
        let (id, login, name) = self.person();
        let parts = self.parts(kind, &id, &login, &name);
        let (agent, os, browser, device) = self.random.pick(AGENTS);
        let (as_number, as_org, isp, range) = self.random.pick(NETWORKS);
        let address = format!("{range}.{}", self.random.below(254) + 1);
        let (country, city, lat, lon) = self.random.pick(COUNTRIES);
        let place = format!(
            r#"{{"city":"{city}","state":"{city}","country":"{country}","postalCode":"{}","geolocation":{{"lat":{lat},"lon":{lon}}}}}"#,
            self.random.below(90_000) + 10_000
        );
        let session = self.random.okta_id("idx");
        let request = self.random.hex(32);
        let debug = self.debug(&parts, &request);
        let reason = parts.reason.as_ref().map_or("null".to_owned(), |reason| format!("\"{reason}\""));
        let severity = if parts.result == "SUCCESS" || parts.result == "ALLOW" { "INFO" } else { "WARN" };
        let proxy = self.random.percent(3);
        let (uuid, published) = (self.random.uuid(), self.published());
        let Parts { event_type, message, result, .. } = parts;
        let actor = format!(r#"{{"id":"{id}","type":"User","alternateId":"{login}","displayName":"{name}","detailEntry":null}}"#);
        let user_agent = format!(r#"{{"rawUserAgent":"{agent}","os":"{os}","browser":"{browser}"}}"#);
        let client =
            format!(r#"{{"userAgent":{user_agent},"zone":"null","device":"{device}","id":null,"ipAddress":"{address}","geographicalContext":{place}}}"#);
        let nobody = r#""authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null"#;
        let authentication = format!(r#"{{{nobody},"authenticationStep":0,"rootSessionId":"{session}","externalSessionId":"{session}"}}"#);
        let security = format!(r#"{{"asNumber":{as_number},"asOrg":"{as_org}","isp":"{isp}","domain":"example.net","isProxy":{proxy}}}"#);
        let hop = format!(r#"{{"ip":"{address}","geographicalContext":{place},"version":"V4","source":null}}"#);
        let targets = parts.targets.join(",");
        [
            format!(r#"{{"actor":{actor},"client":{client},"device":null,"authenticationContext":{authentication},"#),
            format!(r#""displayMessage":"{message}","eventType":"{event_type}","outcome":{{"result":"{result}","reason":{reason}}},"#),
            format!(r#""published":"{published}","securityContext":{security},"severity":"{severity}","debugContext":{{"debugData":{{{debug}}}}},"#),
            format!(r#""legacyEventType":null,"transaction":{{"type":"WEB","id":"{request}","detail":{{}}}},"uuid":"{uuid}","version":"0","#),
            format!(r#""request":{{"ipChain":[{hop}]}},"target":[{targets}]}}"#),
        ]
        .concat()
    }

    fn person(&mut self) -> (String, String, String) {
        let at = self.random.below(self.people.len() as u64);
        let person = &self.people[usize::try_from(at).expect("an index")];
        (person.id.clone(), person.login.clone(), person.name.clone())
    }

    fn published(&self) -> String {
        let (day, second) = (2 + self.seconds / 86_400, self.seconds % 86_400);
        format!("2026-03-{day:02}T{:02}:{:02}:{:02}.{:03}Z", second / 3600, second / 60 % 60, second % 60, self.seconds * 37 % 1000)
    }

    /// Returns the debugData of an event; the larger part of an Okta event is here.
    fn debug(&mut self, parts: &Parts, request: &str) -> String {
        let mut pairs: Vec<(&str, String)> = parts.debug.clone();
        if parts.judged {
            let positive = |random: &mut Random| if random.percent(8) { "POSITIVE" } else { "NEGATIVE" };
            let names = ["New Geo-Location", "New Device", "New IP", "New State", "New Country", "Velocity", "New City"];
            let found: Vec<(&str, &str)> = names.iter().map(|name| (*name, positive(&mut self.random))).collect();
            let level = self.random.weighted(&[(85, "LOW"), (12, "MEDIUM"), (3, "HIGH")]);
            let plain = |separator: &str, quote: &str| {
                found.iter().map(|(name, result)| format!("{quote}{name}{quote}{separator}{quote}{result}{quote}")).collect::<Vec<_>>()
            };
            pairs.push(("behaviors", format!("{{{}}}", plain("=", "").join(", "))));
            pairs.push(("risk", format!("{{reasons=Anomalous Device, level={level}}}")));
            pairs.push((
                "logOnlySecurityData",
                format!("{{\\\"risk\\\":{{\\\"level\\\":\\\"{level}\\\"}},\\\"behaviors\\\":{{{}}}}}", plain(":", "\\\"").join(",")),
            ));
        }
        pairs.push(("dtHash", self.random.hex(64)));
        pairs.push(("requestId", request.to_owned()));
        pairs.push(("requestUri", parts.uri.clone()));
        pairs.push(("threatSuspected", if self.random.percent(1) { "true" } else { "false" }.to_owned()));
        pairs.push(("url", format!("{}?", parts.uri)));
        pairs.iter().map(|(key, value)| format!("\"{key}\":\"{value}\"")).collect::<Vec<_>>().join(",")
    }

    fn parts(&mut self, kind: Kind, id: &str, login: &str, name: &str) -> Parts {
        let app = self.random.pick(APPS);
        let app_id = self.random.okta_id("0oa");
        let app_target = target(&app_id, "AppInstance", app, app);
        let user_target = target(id, "User", login, name);
        let good = self.random.percent(92);
        let base = Parts {
            event_type: "user.session.start",
            message: "User login to Okta",
            result: if good { "SUCCESS" } else { "FAILURE" },
            reason: (!good).then(|| "INVALID_CREDENTIALS".to_owned()),
            debug: Vec::new(),
            uri: "/idp/idx/challenge/answer".to_owned(),
            targets: Vec::new(),
            judged: false,
        };
        let other = self.person();
        let other_target = target(&other.0, "User", &other.1, &other.2);
        let done = Parts { result: "SUCCESS", reason: None, ..base };
        let tries = |result: bool| if result { ("SUCCESS", None) } else { ("FAILURE", Some("INVALID_CREDENTIALS".to_owned())) };
        match kind {
            Kind::SignIn => {
                let (result, reason) = tries(good);
                let debug = vec![("origin", "https://login.example.com".to_owned()), ("authnRequestId", self.random.hex(32))];
                let enrolled = target(&self.random.okta_id("pfd"), "AuthenticatorEnrollment", "unknown", "Okta Verify");
                Parts { result, reason, debug, targets: vec![enrolled, app_target], judged: true, ..done }
            }
            Kind::PolicyEvaluation => {
                let result = self.random.weighted(&[(60, "ALLOW"), (35, "CHALLENGE"), (5, "DENY")]);
                let policy = target(&self.random.okta_id("rst"), "Policy", "unknown", "Any two factors");
                let rule = target(&self.random.okta_id("rul"), "PolicyRule", "unknown", "Catch-all Rule");
                let debug =
                    vec![("oktaUserAgentExtended", "okta-auth-js/7.14.0 okta-signin-widget-7.38.1".to_owned()), ("policyType", "ACCESS_POLICY".to_owned())];
                Parts {
                    event_type: "policy.evaluate_sign_on",
                    message: "Evaluation of sign-on policy",
                    result,
                    reason: Some("Sign-on policy evaluation resulted in a decision".to_owned()),
                    debug,
                    targets: vec![policy, rule, app_target],
                    judged: true,
                    ..done
                }
            }
            Kind::SingleSignOn => {
                let user = target(&self.random.okta_id("0ua"), "AppUser", login, name);
                let debug = vec![
                    ("signOnMode", self.random.pick(&["SAML_2_0", "OPENID_CONNECT", "BOOKMARK"]).to_string()),
                    ("authnRequestId", self.random.hex(32)),
                    ("initiationType", "SP_INITIATED".to_owned()),
                ];
                Parts {
                    event_type: "user.authentication.sso",
                    message: "User single sign on to app",
                    uri: format!("/app/{}/{}/sso/saml", app.replace(' ', "").to_lowercase(), self.random.okta_id("exk")),
                    debug,
                    targets: vec![app_target, user],
                    judged: true,
                    ..done
                }
            }
            Kind::Factor => {
                let (result, reason) = tries(good);
                let factor = self.random.pick(&["OKTA_VERIFY_PUSH", "PASSWORD_AS_FACTOR", "FIDO_WEBAUTHN", "SIGNED_NONCE", "TOKEN_SOFTWARE_TOTP"]).to_string();
                let debug = vec![
                    ("factor", factor),
                    ("factorIntent", "AUTHENTICATION".to_owned()),
                    ("promptingPolicyTypes", "[AUTHENTICATION]".to_owned()),
                    ("keyTypeUsedForAuthentication", "HARDWARE".to_owned()),
                ];
                let enrolled = format!(
                    r#"{{"id":"{}","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"Okta Verify","detailEntry":{{"methodTypeUsed":"Get a push notification","methodUsedVerifiedProperties":"[DEVICE_BOUND, POSSESSION]"}}}}"#,
                    self.random.okta_id("pfd")
                );
                Parts {
                    event_type: "user.authentication.auth_via_mfa",
                    message: "Authentication of user via MFA",
                    result,
                    reason,
                    debug,
                    targets: vec![user_target, enrolled, app_target],
                    judged: true,
                    ..done
                }
            }
            Kind::TokenGrant => {
                let debug = vec![
                    ("grantType", "authorization_code".to_owned()),
                    ("requestedScopes", "openid,profile,email,offline_access".to_owned()),
                    ("grantedScopes", "openid,profile,email".to_owned()),
                    ("responseTime", self.random.below(300).to_string()),
                ];
                let token = target(&self.random.hex(32), "access_token", "unknown", "Access Token");
                Parts {
                    event_type: "app.oauth2.token.grant.access_token",
                    message: "OAuth2 access token is granted",
                    uri: "/oauth2/v1/token".to_owned(),
                    debug,
                    targets: vec![token, app_target],
                    ..done
                }
            }
            Kind::SignOut => Parts {
                event_type: "user.session.end",
                message: "User logout from Okta",
                uri: "/login/signout".to_owned(),
                targets: vec![target(&self.random.okta_id("idx"), "AppInstance", "unknown", app)],
                ..done
            },
            Kind::GroupMembership => {
                let group =
                    target(&self.random.okta_id("00g"), "UserGroup", "unknown", self.random.pick(&["Everyone", "Finance", "Engineering", "Domain admins"]));
                Parts {
                    event_type: "group.user_membership.add",
                    message: "Add user to group membership",
                    uri: "/api/v1/groups".to_owned(),
                    debug: vec![("triggeredByGroupRuleId", self.random.okta_id("0pr"))],
                    targets: vec![other_target, group],
                    ..done
                }
            }
            Kind::ProfileUpdate => {
                let changed = format!(
                    r#"{{"id":"{}","type":"User","alternateId":"{}","displayName":"{}","detailEntry":null,"changeDetails":{{"from":{{"mobilePhone":"+31 6 0000 0000"}},"to":{{"mobilePhone":"+31 6 0000 0001"}}}}}}"#,
                    other.0, other.1, other.2
                );
                Parts {
                    event_type: "user.account.update_profile",
                    message: "Update user profile for Okta",
                    uri: format!("/api/v1/users/{}", other.0),
                    debug: vec![("changedAttributes", "mobilePhone".to_owned())],
                    targets: vec![changed],
                    ..done
                }
            }
            Kind::AppMembership => Parts {
                event_type: "application.user_membership.add",
                message: "Add user to application membership",
                uri: format!("/api/v1/apps/{app_id}/users"),
                debug: vec![("appname", app.to_owned())],
                targets: vec![target(&self.random.okta_id("0ua"), "AppUser", &other.1, &other.2), app_target, other_target],
                ..done
            },
            Kind::UserCreated => {
                Parts { event_type: "user.lifecycle.create", message: "Create Okta user", uri: "/api/v1/users".to_owned(), targets: vec![other_target], ..done }
            }
            Kind::PolicyRuleChanged => {
                let action = |factors: &str| {
                    format!(
                        r#"{{"policyRuleActionJson":"{{\"appSignOn\":{{\"access\":\"ALLOW\",\"verificationMethod\":{{\"factorMode\":\"{factors}\",\"type\":\"ASSURANCE\",\"reauthenticateIn\":\"PT2H\"}}}}}}"}}"#
                    )
                };
                let rule = format!(
                    r#"{{"id":"{}","type":"PolicyRule","alternateId":"unknown","displayName":"Catch-all Rule","detailEntry":null,"changeDetails":{{"from":{},"to":{}}}}}"#,
                    self.random.okta_id("rul"),
                    action("2FA"),
                    action("1FA")
                );
                let policy = target(&self.random.okta_id("rst"), "PolicyEntity", "unknown", "Any two factors");
                Parts {
                    event_type: "policy.rule.update",
                    message: "Update policy rule",
                    uri: "/api/v1/policies".to_owned(),
                    targets: vec![policy, rule],
                    ..done
                }
            }
            Kind::RoleGranted => {
                let role = self.random.pick(&["Super administrator", "Help desk administrator", "Report administrator"]).to_string();
                Parts {
                    event_type: "user.account.privilege.grant",
                    message: "Grant user privilege",
                    uri: format!("/api/v1/users/{}/roles", other.0),
                    debug: vec![("privilegeGranted", role)],
                    targets: vec![other_target],
                    ..done
                }
            }
            Kind::ApiTokenCreated => Parts {
                event_type: "system.api_token.create",
                message: "Create API token",
                uri: "/api/internal/tokens".to_owned(),
                targets: vec![target(&self.random.okta_id("00T"), "Token", "unknown", "ci deploy")],
                ..done
            },
        }
    }
}

fn target(id: &str, kind: &str, alternate: &str, name: &str) -> String {
    format!(r#"{{"id":"{id}","type":"{kind}","alternateId":"{alternate}","displayName":"{name}","detailEntry":null}}"#)
}
