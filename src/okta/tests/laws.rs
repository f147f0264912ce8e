//! Laws that hold for any text: domains, foreign texts, headers, links.

use proptest::prelude::*;
use reqwest::header::{HeaderMap, HeaderValue, LINK};

use crate::okta::{OKTA_BASES, OrgAddress, OrgDomain, clean, header, link, rows};

/// Texts that are nearly domains, so that many are accepted and the others fail late.
fn nearly_a_domain() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![Just(""), Just("https://"), Just("HTTP://"), Just("//"), Just("ftp://"), Just("https:")];
    let label = prop_oneof!["[a-zA-Z0-9-]{1,12}", "[a-z0-9]{1,8}-admin", "[a-z0-9]{1,8}(-admin){2}", "[a-z.@\\[:]{1,10}", Just("login".to_owned())];
    let base = prop_oneof![proptest::sample::select(OKTA_BASES.to_vec()).prop_map(str::to_owned), "[a-z]{1,6}\\.com", Just("OKTA.com".to_owned())];
    let end = prop_oneof![Just(String::new()), Just("...".to_owned()), Just("/app?x=y#z".to_owned()), Just(":443".to_owned()), "[ -~]{0,8}"];
    (scheme, label, base, end).prop_map(|(scheme, label, base, end)| format!("{scheme}{label}.{base}{end}"))
}

fn check_domain(text: &str) -> Result<(), TestCaseError> {
    let Ok(domain) = OrgDomain::parse(text) else { return Ok(()) };
    let host = domain.as_str();
    let (label, base) = host.split_once('.').expect("a label and a base");
    prop_assert!(OKTA_BASES.contains(&base), "{host}");
    prop_assert!((1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{host}");
    prop_assert!(!label.starts_with('-') && !label.ends_with('-'), "{host}");
    prop_assert_eq!(OrgDomain::saved(host), Ok(domain.clone()), "what is saved is read as it is");
    // One `-admin` is taken off at a time, as the Admin Console of an org called `x-admin` demands.
    if !label.ends_with("-admin") {
        prop_assert_eq!(OrgDomain::parse(host), Ok(domain.clone()), "cleaning twice is cleaning once");
    }
    let url = reqwest::Url::parse(&OrgAddress::from(domain.clone()).base()).expect("a URL");
    prop_assert_eq!(url.host_str(), Some(host), "the URL goes to the host and nowhere else");
    Ok(())
}

proptest! {
    #[test]
    fn a_domain_is_always_one_label_in_front_of_a_base(text in nearly_a_domain()) {
        check_domain(&text)?;
    }

    #[test]
    fn any_text_is_a_domain_or_is_refused(text in any::<String>()) {
        check_domain(&text)?;
        if let Err(fault) = OrgDomain::parse(&text) {
            let said = format!("{fault} {}", fault.help());
            prop_assert!(!said.chars().any(char::is_control), "{said:?}");
        }
    }

    #[test]
    fn cleaned_text_steers_nothing_and_cleaning_is_done_once(text in any::<String>()) {
        let cleaned = clean(&text);
        let steers = cleaned.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        prop_assert!(!steers);
        prop_assert!(cleaned.chars().count() <= 513);
        prop_assert_eq!(clean(&cleaned), cleaned);
    }

    #[test]
    fn a_link_that_passes_leads_to_the_same_host(text in prop_oneof![any::<String>(), "https?://[a-z.@:0-9\\\\/]{0,30}/api/v1/logs[?a-z=#]{0,8}"]) {
        let org = OrgAddress::parse("company.okta.com", None).expect("an org");
        if link::check(&org, "/api/v1/logs", &text).is_ok() {
            let url = reqwest::Url::parse(&text).expect("a URL");
            prop_assert_eq!((url.scheme(), url.host_str(), url.port(), url.path()), ("https", Some("company.okta.com"), None, "/api/v1/logs"));
        }
    }

    #[test]
    fn no_link_header_breaks_the_reader(bytes in proptest::collection::vec(prop_oneof![32u8..127, 128u8..=255], 0..200)) {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_bytes(&bytes).expect("a header"));
        let _ = link::next(&headers);
        let _ = header::pairs(&String::from_utf8_lossy(&bytes), ',');
    }

    #[test]
    fn the_next_link_is_found_among_others_whatever_they_hold(
        path in "[!#-;=?-~]{0,30}", before in proptest::sample::select(vec!["self", "prev", "last next-to-last"]), upper in any::<bool>(),
    ) {
        let url = format!("https://company.okta.com/{path}");
        let relation = if upper { "NEXT" } else { "next" };
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(&format!("<https://x/a,b;c>; title=\"a, <b>\"; rel=\"{before}\", <{url}>; rel={relation}")).expect("a header"));
        prop_assert_eq!(link::next(&headers), Ok(Some(url)));
    }

    #[test]
    fn rows_of_an_array_are_its_rows(values in proptest::collection::vec(prop_oneof![Just(r#"{"a":"],{\"\\"}"#), Just("[1,[2]]"), Just("\"x\""), Just("null"), Just("{}")], 0..6)) {
        let body = format!("[{}]", values.join(" , "));
        let read = rows::read(body.as_bytes()).expect("rows");
        prop_assert_eq!(read.events.len() + read.bad.len(), values.len());
        prop_assert_eq!(read.events.len(), values.iter().filter(|value| value.starts_with('{')).count());
    }

    #[test]
    fn a_broken_row_takes_no_other_with_it(at in 0usize..5, broken in proptest::sample::select(vec![
        &br#"{"a":01}"#[..], br#"{"a":"\x"}"#, b"{\"a\":\"\xff\"}", b"{\"a\" 1}", b"{a:1}", br#"{"a":nul}"#, b"{\"a\":\"\n\"}",
    ])) {
        let mut pieces: Vec<Vec<u8>> = (0..5).map(|n| format!("{{\"n\":{n},\"s\":\"]}},\\\"\"}}").into_bytes()).collect();
        pieces[at] = broken.to_vec();
        let body = [&b"["[..], &pieces.join(&b','), b"]"].concat();
        let read = rows::read(&body).expect("rows");
        prop_assert_eq!(read.events.len(), 4);
        prop_assert_eq!((read.bad.len(), read.bad[0].index, &read.bad[0].bytes[..]), (1, at, broken));
        prop_assert!(rows::read(&body[..body.len() - 1]).is_err(), "a page that ends early is no page");
    }
}
