//! Families of targets: `target.user`, `target.app` and so on, each the first target whose type belongs to it.
//!
//! Gives the table from Okta's type names to families. Types that are in no family are reached with `any(target, .type == ...)`.

/// What a target is, in the words of rules.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// `target.user`
    User,
    /// `target.app`
    App,
    /// `target.group`
    Group,
    /// `target.policy`
    Policy,
    /// `target.rule`
    Rule,
    /// `target.factor`
    Factor,
    /// `target.token`
    Token,
    /// `target.zone`
    Zone,
    /// `target.device`
    Device,
}

/// Okta's type names and the families that they belong to.
const TYPES: &[(&str, Family)] = &[
    ("User", Family::User),
    ("AppInstance", Family::App),
    ("AppUser", Family::App),
    ("PublicClientApp", Family::App),
    ("PublicClientAppEntity", Family::App),
    ("UserGroup", Family::Group),
    ("AppGroup", Family::Group),
    ("Group", Family::Group),
    ("Policy", Family::Policy),
    ("PolicyEntity", Family::Policy),
    ("PolicyRule", Family::Rule),
    ("Rule", Family::Rule),
    ("GroupRule", Family::Rule),
    ("Authenticator", Family::Factor),
    ("AuthenticatorEnrollment", Family::Factor),
    ("AuthenticatorMethod", Family::Factor),
    ("Factor", Family::Factor),
    ("UserFactor", Family::Factor),
    ("Token", Family::Token),
    ("ApiToken", Family::Token),
    ("SSWS", Family::Token),
    ("access_token", Family::Token),
    ("refresh_token", Family::Token),
    ("id_token", Family::Token),
    ("NetworkZone", Family::Zone),
    ("Zone", Family::Zone),
    ("Device", Family::Device),
    ("DeviceEntity", Family::Device),
    ("UDDevice", Family::Device),
];

impl Family {
    /// How many families there are.
    pub(in crate::event) const COUNT: usize = 9;

    /// Returns the family of one of Okta's type names.
    pub fn of_type(name: &str) -> Option<Family> {
        let exact = TYPES.iter().find(|(known, _)| *known == name).map(|(_, family)| *family);
        // Okta names new kinds of policy, token, factor and device by these patterns.
        exact.or_else(|| match name {
            _ if name.ends_with("Policy") => Some(Family::Policy),
            _ if name.starts_with("Device") => Some(Family::Device),
            _ if name.ends_with("Factor") => Some(Family::Factor),
            _ if name.ends_with("Token") || name.ends_with("_token") => Some(Family::Token),
            _ => None,
        })
    }
}
