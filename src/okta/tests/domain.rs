//! What people paste into the field for the domain, one by one.

use crate::okta::{Allowance, AllowanceFault, DomainReason, OrgAddress, OrgDomain};

#[test]
fn what_names_an_org_becomes_its_host() {
    let rows = [
        ("company.okta.com", "company.okta.com"),
        ("https://company.okta.com", "company.okta.com"),
        ("http://company.okta.com/", "company.okta.com"),
        ("HTTPS://Company.Okta.com/app/UserHome?x=1#y", "company.okta.com"),
        ("company.okta.com.", "company.okta.com"),
        ("company.okta.com...", "company.okta.com"),
        ("company.okta.com:443", "company.okta.com"),
        ("  company.okta.com\n", "company.okta.com"),
        ("//company.okta.com/x", "company.okta.com"),
        ("company-admin.okta.com", "company.okta.com"),
        ("https://company-admin.okta.com/admin/dashboard", "company.okta.com"),
        ("company-admin.oktapreview.com.", "company.oktapreview.com"),
        ("company-admin.okta-emea.com/", "company.okta-emea.com"),
        ("company-admin.okta-gov.com", "company.okta-gov.com"),
        ("company-admin.okta.mil", "company.okta.mil"),
        ("company-admin.okta-miltest.com", "company.okta-miltest.com"),
        ("admin.okta.com", "admin.okta.com"),
        ("acme-admin-admin.okta.com", "acme-admin.okta.com"),
        ("COMPANY.OKTA.COM", "company.okta.com"),
        ("company.oktapreview.com", "company.oktapreview.com"),
        ("company.okta-emea.com", "company.okta-emea.com"),
        ("company.okta-gov.com", "company.okta-gov.com"),
        ("company.okta.mil", "company.okta.mil"),
        ("company.okta-miltest.com", "company.okta-miltest.com"),
        ("dev-12345678.okta.com", "dev-12345678.okta.com"),
        ("integrator-1234567.okta.com", "integrator-1234567.okta.com"),
        ("trial-1234567.okta.com", "trial-1234567.okta.com"),
        ("my-administration.okta.com", "my-administration.okta.com"),
        ("1.okta.com", "1.okta.com"),
        ("a.okta.com", "a.okta.com"),
        ("\"company.okta.com\"", "company.okta.com"),
        ("<https://company.okta.com>", "company.okta.com"),
        ("`company.okta.com`", "company.okta.com"),
        ("“company.okta.com”", "company.okta.com"),
        ("\u{a0}company.okta.com\u{a0}", "company.okta.com"),
        ("company.okta.com?fromURI=https://evil.example", "company.okta.com"),
        ("company.okta.com#@evil.example", "company.okta.com"),
        ("https://company.okta.com/login?user=jo@example.com", "company.okta.com"),
        ("https://company.okta.com\\@evil.example", "company.okta.com"),
        ("company.okta.com.:443/", "company.okta.com"),
        ("company.okta.com:", "company.okta.com"),
    ];
    for (text, host) in rows {
        assert_eq!(OrgDomain::parse(text).as_ref().map(OrgDomain::as_str), Ok(host), "{text:?}");
    }
}

#[test]
fn what_names_no_org_is_refused_with_the_reason() {
    use DomainReason::{
        Character, Empty, IpAddress, Label, Localhost, NoBase, NoOrg, NotOkta, OktaSite, Placeholder, Port, Scheme, TooLong, TooManyLabels, UserInfo,
    };
    let long = format!("{}.okta.com", "a".repeat(64));
    let longer = format!("https://company.okta.com/{}", "a".repeat(5000));
    let rows = [
        ("", Empty),
        ("   ", Empty),
        ("https://", Empty),
        ("...", Empty),
        ("\"\"", Empty),
        ("/company.okta.com", Empty),
        ("okta.com", NoOrg),
        ("https://okta.com/", NoOrg),
        ("oktapreview.com", NoOrg),
        (".okta.com", Label),
        ("companyokta.com", NotOkta),
        ("evil-okta.com", NotOkta),
        ("evilokta.com", NotOkta),
        ("company.okta.com.evil.com", NotOkta),
        ("a.okta.com.evil", NotOkta),
        ("company.okta.com.com", NotOkta),
        ("company.okta.co", NotOkta),
        ("company.okta.org", NotOkta),
        ("company.okta-cx.com", NotOkta),
        ("company.trexcloud.com", NotOkta),
        ("login.example.com", NotOkta),
        ("okta.com.", NoOrg),
        ("https://company.okta.com@evil.com", UserInfo),
        ("okta.com@evil", UserInfo),
        ("https://u:p@company.okta.com", UserInfo),
        ("user@company.okta.com", UserInfo),
        ("http://169.254.169.254/", IpAddress),
        ("127.0.0.1", IpAddress),
        ("10.0.0.1:443", IpAddress),
        ("[::ffff:169.254.169.254]", IpAddress),
        ("https://[::1]/", IpAddress),
        ("::1", IpAddress),
        ("2130706433", IpAddress),
        ("0x7f000001", IpAddress),
        ("0x7f.1", IpAddress),
        ("0177.0.0.1", IpAddress),
        ("127.1", IpAddress),
        ("localhost:8080", Localhost),
        ("localhost", Localhost),
        ("okta.localhost", Localhost),
        ("compañy.okta.com", Character('ñ')),
        ("company。okta。com", Character('。')),
        ("company．okta．com", Character('．')),
        ("соmpany.okta.com", Character('с')),
        ("company%2eokta.com", Character('%')),
        ("evil.com%2f.okta.com", Character('%')),
        ("com\tpany.okta.com", Character('\t')),
        ("company.okta\n.com", Character('\n')),
        ("company.okta.com evil.com", Character(' ')),
        ("com\u{200b}pany.okta.com", Character('\u{200b}')),
        ("\u{feff}company.okta.com", Character('\u{feff}')),
        ("company.okta.com\0", Character('\0')),
        ("com_pany.okta.com", Character('_')),
        ("company.okta.com,", Character(',')),
        ("company.okta.com;evil.com", Character(';')),
        ("*.okta.com", Character('*')),
        ("company\u{202e}.okta.com", Character('\u{202e}')),
        ("a.b.okta.com", TooManyLabels(None)),
        ("company..okta.com", TooManyLabels(None)),
        (".company.okta.com", TooManyLabels(None)),
        ("company.kerberos.okta.com", TooManyLabels(Some("company.okta.com".to_owned()))),
        ("company.mtls.oktapreview.com", TooManyLabels(Some("company.oktapreview.com".to_owned()))),
        ("-x.okta.com", Label),
        ("x-.okta.com", Label),
        ("-admin.okta.com", Label),
        ("x--admin.okta.com", Label),
        ("xn--compay-zwa.okta.com", Label),
        (long.as_str(), Label),
        ("evil\\.okta.com", NoBase(Some("evil".to_owned()))),
        ("company", NoBase(Some("company".to_owned()))),
        ("https:company.okta.com", Port),
        ("company.okta.com:https", Port),
        ("company.okta.com:443:22", Port),
        ("https://https://company.okta.com", NoBase(Some("https".to_owned()))),
        ("ftp://company.okta.com", Scheme("ftp".to_owned())),
        ("javascript://company.okta.com", Scheme("javascript".to_owned())),
        ("file:///etc/passwd", Scheme("file".to_owned())),
        ("https://{yourOktaDomain}", Placeholder),
        ("${yourOktaDomain}", Placeholder),
        ("yourOktaDomain.okta.com", Placeholder),
        ("login.okta.com", OktaSite),
        ("help.okta.com", OktaSite),
        ("developer.okta.com", OktaSite),
        ("support.okta.com", OktaSite),
        ("www.okta.com", OktaSite),
        ("system-admin.okta.com", OktaSite),
        ("www-admin.okta.com", OktaSite),
        (longer.as_str(), TooLong),
    ];
    for (text, reason) in &rows {
        assert_eq!(OrgDomain::parse(text).map_err(|fault| fault.reason), Err(reason.clone()), "{text:?}");
    }
    assert!(rows.len() >= 80, "{}", rows.len());
}

#[test]
fn a_refusal_says_why_and_what_to_do() {
    let said = |text: &str| {
        let fault = OrgDomain::parse(text).expect_err("refused");
        format!("{fault}\n{}", fault.help())
    };
    let sentence = "confirm it belongs to an Okta org domain such as `company.okta.com`, `company.okta-emea.com`, or `company.oktapreview.com`";
    for text in ["", "login.example.com", "okta.com", "127.0.0.1", "x y"] {
        assert!(said(text).ends_with(sentence), "{}", said(text));
    }
    assert!(said("login.example.com").contains("use the org's okta.com domain, not the custom sign-in domain"), "{}", said("login.example.com"));
    assert!(said("company").contains("did you mean `company.okta.com`?"));
    assert!(said("company.kerberos.okta.com").contains("did you mean `company.okta.com`?"));
    assert!(said("com\u{1b}[31mpany.okta.com").contains("U+001B"));
    assert!(!said("com\u{1b}[31mpany.okta.com").contains('\u{1b}'), "what steers a terminal is not repeated");
}

#[test]
fn what_was_saved_is_read_as_it_is() {
    let acme = OrgDomain::parse("acme-admin-admin.okta.com").expect("an org");
    assert_eq!(OrgDomain::saved(acme.as_str()), Ok(acme));
    assert!(OrgDomain::saved("evil.example").is_err());
}

#[test]
fn a_loopback_server_needs_the_allowance_for_exactly_it() {
    let allowance = Allowance::parse("127.0.0.1:4010").expect("an allowance");
    for text in ["127.0.0.1:4010", "http://127.0.0.1:4010", "http://127.0.0.1:4010/", " 127.0.0.1:4010 "] {
        let address = OrgAddress::parse(text, Some(&allowance)).expect(text);
        assert_eq!((address.base().as_str(), address.host().as_str(), address.is_loopback()), ("http://127.0.0.1:4010", "127.0.0.1:4010", true));
        assert!(OrgAddress::parse(text, None).is_err(), "{text} without allowance");
    }
    for text in ["127.0.0.1:4011", "127.0.0.2:4010", "https://127.0.0.1:4010", "http://127.0.0.1:4010/x", "localhost:4010", "http://u@127.0.0.1:4010"] {
        assert!(OrgAddress::parse(text, Some(&allowance)).is_err(), "{text}");
    }
    let org = OrgAddress::parse("company.okta.com", Some(&allowance)).expect("orgs stay allowed");
    assert_eq!((org.base().as_str(), org.is_loopback()), ("https://company.okta.com", false));
    assert!(OrgAddress::saved("127.0.0.1:4010", None).is_err());
    assert!(OrgAddress::saved("127.0.0.1:4010", Some(&allowance)).is_ok());
}

#[test]
fn only_loopback_can_be_allowed() {
    for text in ["10.0.0.1:80", "169.254.169.254:80", "0.0.0.0:80", "8.8.8.8:443", "[::ffff:10.0.0.1]:80"] {
        assert_eq!(Allowance::parse(text), Err(AllowanceFault::NotLoopback), "{text}");
    }
    for text in ["localhost:80", "127.0.0.1", "", "127.0.0.1:99999", "http://127.0.0.1:80"] {
        assert_eq!(Allowance::parse(text), Err(AllowanceFault::NoSocketAddress), "{text}");
    }
    assert_eq!(Allowance::parse("127.0.0.1:0"), Err(AllowanceFault::NoPort));
    assert!(Allowance::parse("[::1]:4010").is_ok());
}
