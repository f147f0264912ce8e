//! The troubleshooting catalogue: the same words on pages, in commands and in the documentation, reachable from each error.

/// A trouble that connecting can end in, with what to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// Names it in addresses and JSON, and is its heading's anchor in the documentation.
    pub slug: &'static str,
    /// What the person sees.
    pub title: &'static str,
    /// What to try, one sentence each.
    pub texts: &'static [&'static str],
}

/// Okta answers 401 to the client id and secret.
pub(super) const UNAUTHORIZED: &Trouble = &Trouble {
    slug: "401-unauthorized-during-connect",
    title: "401 Unauthorized during connect",
    texts: &[
        "Confirm you are using the Client ID and Client Secret from the installed Clarion by Cantina API Service integration in the same Okta org",
        "If you no longer have the client secret, generate a new secret in Okta and reconnect Clarion with the rotated value",
    ],
};

/// The domain is none, or no token comes from there for another reason.
pub(super) const DOMAIN: &Trouble = &Trouble {
    slug: "the-okta-domain-is-rejected-or-the-token-request-fails",
    title: "The Okta domain is rejected or the token request fails",
    texts: &[
        "Paste the Okta org hostname or full Okta URL from the same org; Clarion automatically removes protocol, path, trailing dots, and supported Admin Console suffixes",
        "If the value is still rejected, confirm it belongs to an Okta org domain such as company.okta.com, company.okta-emea.com, or company.oktapreview.com",
        "Confirm you are using the Client ID and Client Secret from the installed Clarion app in that same Okta org",
    ],
};

/// The credentials are fine and there is no hook.
pub(super) const NO_HOOK: &Trouble = &Trouble {
    slug: "the-connection-succeeds-but-no-hook-is-created",
    title: "The connection succeeds but no hook is created",
    texts: &[
        "Confirm the integration was installed from Applications > API Service Integrations",
        "Confirm the authorized app includes the supported scopes listed above",
        "Retry the Clarion connection or use Recreate Hook from the Okta integration page in Clarion",
    ],
};

/// Okta cannot reach us.
pub(super) const NO_ADDRESS: &Trouble = &Trouble {
    slug: "okta-cannot-reach-clarion",
    title: "Okta cannot reach Clarion",
    texts: &[
        "Okta must be able to reach the public address over https, with a certificate that it trusts, and without a sign-in in front",
        "Name that address with --public-url or CLARION_PUBLIC_URL, and pass what comes there on to the address that Clarion listens on",
        "The answer must come within 3 seconds",
    ],
};

/// The credentials are those of another org.
pub(super) const OTHER_ORG: &Trouble = &Trouble {
    slug: "the-credentials-belong-to-another-okta-org",
    title: "The credentials belong to another Okta org",
    texts: &[
        "Install Clarion by Cantina from Applications > API Service Integrations in the same Okta org, and use its values",
        "To move a workspace to another org, disconnect it first; rules, alerts and the audit stay",
    ],
};

/// Every trouble.
pub const TROUBLES: &[&Trouble] = &[UNAUTHORIZED, DOMAIN, NO_HOOK, NO_ADDRESS, OTHER_ORG];

impl Trouble {
    /// Returns where the documentation speaks of it, as a path inside the documentation.
    pub fn anchor(&self) -> String {
        format!("connecting.md#{}", self.slug)
    }
}
