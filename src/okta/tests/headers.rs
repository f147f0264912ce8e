//! Headers: dates, pairs, request ids.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::okta::header;

fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in rows {
        map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    map
}

#[test]
fn dates_are_read_in_the_one_form_that_is_sent() {
    let date = |text| header::date(&headers(&[("date", text)])).map(|date| date.to_string());
    assert_eq!(date("Mon, 29 Sep 2025 06:24:57 GMT").as_deref(), Some("2025-09-29T06:24:57.000Z"));
    let wrong =
        ["", "Mon, 29 Sep 2025 06:24:57", "Mon, 29 Sep 2025 06:24:57 UTC", "29 Sep 2025", "Mon, 31 Feb 2025 06:24:57 GMT", "Monday, 29-Sep-25 06:24:57 GMT"];
    for text in wrong {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn pairs_end_at_what_is_no_pair() {
    let (found, rest) = header::pairs(r#"realm="a, \"b\"", Scope=x, error = "c" ; rest"#, ',');
    let found: Vec<(&str, &str)> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(found, [("realm", "a, \"b\""), ("scope", "x"), ("error", "c")]);
    assert_eq!(rest, "; rest");
    assert!(header::pairs(r#"a="never closed"#, ',').0.is_empty());
}

#[test]
fn request_ids_of_both_forms_are_kept_and_others_are_not() {
    for id in ["X0f5MasvVzC6FaDgPXsNCQAAApw", "X0f5Mik5U@JrimdFsURCuQAABQk", "d8c32875dfe75dda51a3f0bad9478b90"] {
        assert_eq!(header::request_id(&headers(&[("x-okta-request-id", id)])).as_deref(), Some(id));
    }
    for id in ["", "a b", "<b>", &"x".repeat(81), "\u{1b}"] {
        if let Ok(value) = HeaderValue::from_str(id) {
            let mut map = HeaderMap::new();
            map.insert("x-okta-request-id", value);
            assert_eq!(header::request_id(&map), None, "{id:?}");
        }
    }
}

#[test]
fn of_a_header_that_comes_twice_the_smaller_number_counts() {
    let rate = header::rate(&headers(&[
        ("x-rate-limit-limit", "50"),
        ("x-rate-limit-remaining", "0"),
        ("x-rate-limit-reset", "1759127105"),
        ("x-rate-limit-reset", "1759127101"),
        ("date", "Mon, 29 Sep 2025 06:24:57 GMT"),
    ]));
    assert_eq!((rate.limit, rate.remaining, rate.wait().as_secs()), (Some(50), Some(0), 5));
}
