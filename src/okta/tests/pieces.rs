//! Small pieces: links, texts, secrets.

use reqwest::header::{HeaderMap, HeaderValue, LINK};

use crate::okta::text::clean_of;
use crate::okta::{LinkFault, Secret, UserKey, UserStatus, clean, link};

fn next(lines: &[&str]) -> Result<Option<String>, LinkFault> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(LINK, HeaderValue::from_bytes(line.as_bytes()).expect("a header"));
    }
    link::next(&headers)
}

#[test]
fn the_next_link_is_found_in_every_form_of_the_header() {
    let rows: [(&[&str], Option<&str>); 14] = [
        (&[r#"<https://x/logs?a=1>; rel="self""#, r#"<https://x/logs?a=2>; rel="next""#], Some("https://x/logs?a=2")),
        (&[r#"<https://x/logs?a=1>; rel="self", <https://x/logs?a=2>; rel="next""#], Some("https://x/logs?a=2")),
        (&[r#"<https://x/logs?filter=a,b;c>; rel="next""#], Some("https://x/logs?filter=a,b;c")),
        (&[r#"<https://x/a>;rel=next"#], Some("https://x/a")),
        (&[r#"<https://x/a> ; title="x, <https://y>; rel=\"next\"" ; REL="prev NEXT""#], Some("https://x/a")),
        (&[r#"<https://x/a>; rel="self"; rel="next""#], None),
        (&[r#"<https://x/a>; rel="nextish""#], None),
        (&[r#"<https://x/a>"#], None),
        (&[r#"<https://x/a; rel="next""#], None),
        (&[r#"https://x/a; rel="next""#], None),
        (&[r#"<https://x/a>; rel="next"#], None),
        (&["garbage, <https://x/a>; rel=next"], Some("https://x/a")),
        (&[r#"<https://x/a>; rel="next""#, r#"<https://x/a>; rel="next""#], Some("https://x/a")),
        (&[], None),
    ];
    for (lines, url) in rows {
        assert_eq!(next(lines), Ok(url.map(str::to_owned)), "{lines:?}");
    }
    assert_eq!(next(&["<https://x/a>; rel=next", "<https://x/b>; rel=next"]), Err(LinkFault::Several));
}

#[test]
fn foreign_text_becomes_one_plain_line() {
    let rows = [
        ("plain", "plain"),
        ("  two\n\tlines  ", "two lines"),
        ("a\u{1b}[31mred\u{1b}[0m", "a [31mred [0m"),
        ("\u{202e}gnp.exe", "gnp.exe"),
        ("zero\u{200b}width", "zero width"),
        ("", ""),
        ("é 漢 🙂", "é 漢 🙂"),
        ("\u{85}\u{9b}31m", "31m"),
    ];
    for (text, cleaned) in rows {
        assert_eq!(clean(text), cleaned, "{text:?}");
    }
    assert_eq!(clean(&"x".repeat(600)).chars().count(), 513);
}

#[test]
fn a_secret_in_foreign_text_is_taken_out_before_anything_else() {
    let secrets = [Secret::new("canary".to_owned()), Secret::new(String::new()), Secret::new("t".to_owned())];
    assert_eq!(clean_of("the value canary is bad, canary!", &secrets), "the value [hidden] is bad, [hidden]!");
    let quoted = [Secret::new("ca\"na/ry+".to_owned())];
    assert_eq!(clean_of(r#"{"v":"ca\"na/ry+"} v=ca%22na%2Fry%2B Y2EibmEvcnkr"#, &quoted), r#"{"v":"[hidden]"} v=[hidden] [hidden]"#);
    let long = format!("{}canary", "x".repeat(508));
    assert!(!clean_of(&long, &secrets).contains("can"), "it is not cut in the middle and left");
}

#[test]
fn a_secret_shows_nothing_of_itself() {
    let secret = Secret::new("canary".to_owned());
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[hidden] Some([hidden])");
    assert!(secret == Secret::new("canary".to_owned()) && secret != Secret::new("canarx".to_owned()));
}

#[test]
fn users_are_named_by_id_or_by_login() {
    let key = |text: &str| UserKey::parse(text).map(|key| matches!(key, UserKey::Id(_)));
    assert_eq!(key("00u1a2b3c4D5E6F7G8h9"), Some(true));
    assert_eq!(key(" 00u1a2b3c4D5E6F7G8h9 "), Some(true));
    for login in ["jo@example.com", "00u1", "00u1a2b3c4D5E6F7G8h9@example.com", "DOMAIN\\jo", "a/b", "jo"] {
        assert_eq!(key(login), Some(false), "{login}");
    }
    for none in ["", "  ", "me", "a\nb", "a\u{0}b"] {
        assert_eq!(key(none), None, "{none:?}");
    }
    assert_eq!(UserStatus::named("ACTIVE").name(), "ACTIVE");
    assert_eq!(UserStatus::named("ACTIVATING"), UserStatus::Other("ACTIVATING".to_owned()));
}
