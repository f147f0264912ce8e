//! Tests of instants, lengths of time and zones.

use proptest::prelude::*;

use super::{Span, Timestamp, Zone};

fn shown(text: &str) -> Option<String> {
    Timestamp::parse(text).map(|time| time.to_string())
}

#[test]
fn oktas_times_are_read_and_written_alike() {
    for text in ["2023-03-26T21:05:32.159Z", "1969-12-31T23:59:59.001Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2024-02-29T00:00:00.000Z"] {
        assert_eq!(shown(text).as_deref(), Some(text));
    }
    assert_eq!(Timestamp::parse("1970-01-01T00:00:00Z"), Some(Timestamp::from_micros(0)));
}

#[test]
fn all_of_rfc_3339_is_read() {
    for (text, expected) in [
        ("2023-03-26t21:05:32z", "2023-03-26T21:05:32.000Z"),
        ("2023-11-05T09:30:41.000-05:00", "2023-11-05T14:30:41.000Z"),
        ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00.000Z"),
        ("2023-03-26T21:05:32-00:00", "2023-03-26T21:05:32.000Z"),
        ("2023-03-26T21:05:32.1Z", "2023-03-26T21:05:32.100Z"),
        ("2023-03-26T21:05:32.159001Z", "2023-03-26T21:05:32.159001Z"),
        ("2023-03-26T21:05:32.123456789Z", "2023-03-26T21:05:32.123456Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999Z"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2017-09-31T22:23:07.777Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
        "2023-01-01T00:00:00",
        "2023-01-01 00:00:00Z",
        "2023-01-01T00:00:00.Z",
        "2023-01-01T00:00:00.1234567890Z",
        "2023-01-01T00:00:00+0100",
        "2023-01-01T00:00:00+24:00",
        "2023-01-01T00:00:00+01:60",
        "2023-01-01T00:00:00Zx",
        "2023-01-01",
        " 2023-01-01T00:00:00Z",
        "20230101T000000Z",
        "+2023-01-01T00:00:00Z",
        "2023-01-01T00:00:00,5Z",
        "２023-01-01T00:00:00Z",
    ] {
        assert_eq!(shown(text), None, "{text}");
    }
}

#[test]
fn instants_and_lengths_add_up() {
    let time = Timestamp::parse("2026-03-02T08:15:30.250Z").unwrap();
    assert_eq!(time.plus(Span::days(1)).to_string(), "2026-03-03T08:15:30.250Z");
    assert_eq!(time.minus(Span::hours(9)).to_string(), "2026-03-01T23:15:30.250Z");
    assert_eq!(time.plus(Span::minutes(3)).since(time), Span::seconds(180));
    assert_eq!(time.since(time.plus(Span::micros(1))), Span::micros(-1));
    let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
    assert_eq!((first.minus(Span::days(1)), last.plus(Span::days(1))), (first, last));
    assert_eq!(last.since(first), Span::micros(i64::MAX));
    assert_eq!(Span::days(i64::MAX), Span::micros(i64::MAX));
}

#[test]
fn clocks_follow_their_zone() {
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    let winter = Timestamp::parse("2026-01-31T23:30:00Z").unwrap();
    let summer = Timestamp::parse("2026-07-01T22:30:00Z").unwrap();
    assert_eq!((winter.hour_in(Zone::UTC), winter.weekday_in(Zone::UTC)), (23, "saturday"));
    assert_eq!((winter.hour_in(berlin), winter.weekday_in(berlin)), (0, "sunday"));
    assert_eq!((summer.hour_in(berlin), summer.weekday_in(berlin)), (0, "thursday"));
    let before_1970 = Timestamp::parse("1969-12-31T23:00:00Z").unwrap();
    assert_eq!((before_1970.hour_in(Zone::UTC), before_1970.hour_in(Zone::parse("Asia/Kolkata").unwrap())), (23, 4));
    for extreme in [i64::MIN, i64::MAX] {
        let time = Timestamp::from_micros(extreme);
        assert!((0..24).contains(&time.hour_in(berlin)));
        let _ = (time.weekday_in(berlin), time.to_string());
    }
}

#[test]
fn zones_are_known_by_name() {
    assert_eq!(Zone::parse("UTC"), Some(Zone::UTC));
    assert_eq!(Zone::parse("Europe/Berlin").unwrap().to_string(), "Europe/Berlin");
    for name in ["", "europe/berlin", "Berlin", "CET+1", "+01:00"] {
        assert_eq!(Zone::parse(name), None, "{name}");
    }
    for (name, near) in
        [("europe/berlin", "Europe/Berlin"), ("Berlin", "Europe/Berlin"), ("America/NewYork", "America/New_York"), ("New York", "America/New_York")]
    {
        assert_eq!(Zone::nearest(name).as_deref(), Some(near), "{name}");
    }
    assert_eq!(Zone::nearest("#####"), None);
}

#[test]
fn lengths_are_read_and_written_in_one_form() {
    for (text, canonical) in [
        ("90s", "1m30s"),
        ("15m", "15m"),
        ("8h", "8h"),
        ("30d", "30d"),
        ("1h30m", "1h30m"),
        ("36h", "1d12h"),
        ("0s", "0s"),
        ("0d", "0s"),
        ("1d2h3m4s", "1d2h3m4s"),
        ("007m", "7m"),
    ] {
        assert_eq!(Span::parse(text).map(|span| span.to_string()).as_deref(), Some(canonical), "{text}");
    }
    for text in ["", "5", "m", "5 m", "1.5h", "-5m", "30m1h", "1h1h", "5M", "1w", "5ms", "99999999999999999999s", "106751992d", "５m"] {
        assert_eq!(Span::parse(text), None, "{text}");
    }
    assert_eq!(Span::micros(1_250_000).to_string(), "1.25s");
    assert_eq!(Span::micros(-60_000_001).to_string(), "-1m0.000001s");
    assert_eq!(Span::micros(i64::MIN).to_string(), "-106751991d4h54.775808s");
}

proptest! {
    #[test]
    fn times_agree_with_chrono(seconds in -62_135_596_800_i64..253_402_300_800, micros in 0_i64..1_000_000) {
        let time = Timestamp::from_micros(seconds * 1_000_000 + micros);
        let theirs = chrono::DateTime::from_timestamp_micros(time.micros()).unwrap();
        prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
        prop_assert_eq!(Timestamp::parse(&theirs.to_rfc3339()), Some(time));
        let shown = time.to_string();
        prop_assert!(shown.starts_with(&theirs.format("%Y-%m-%dT%H:%M:%S").to_string()), "{}", shown);
    }

    #[test]
    fn any_text_is_a_time_or_none(text in "\\PC{0,40}", like in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:]{8}[.0-9]{0,11}[Zz+-][0-9:]{0,6}") {
        let _ = (Timestamp::parse(&text), Span::parse(&text), Zone::parse(&text));
        // Whatever we take, chrono takes too, and it is the same instant.
        let both = (Timestamp::parse(&like), chrono::DateTime::parse_from_rfc3339(&like));
        if let ((Some(ours), Ok(theirs)), false) = (both, like.contains(":60")) {
            prop_assert_eq!(ours.micros(), theirs.timestamp_micros());
        }
    }

    #[test]
    fn whole_seconds_survive_their_form(seconds in 0_i64..1_000_000_000) {
        let span = Span::seconds(seconds);
        prop_assert_eq!(Span::parse(&span.to_string()), Some(span));
    }
}
