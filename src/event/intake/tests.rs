//! Tests of cutting streams into events: every form they come in, and every kind of damage.

use std::io::{self, BufReader, Read, Write};

use proptest::prelude::*;

use super::super::{Event, Layout, Origin, Source};
use super::{BAD_PIECE_BYTES_MAX, BadPieceKind, Intake, Piece, open};

/// Reads a stream: whole pieces as text, bad ones as `line: message`.
fn pieces(input: impl AsRef<[u8]>) -> Vec<Result<String, String>> {
    let text = |piece: Piece| String::from_utf8_lossy(&piece.bytes).into_owned();
    Intake::new(input.as_ref()).map(|piece| piece.map(text).map_err(|bad| bad.to_string())).collect()
}

fn whole(input: impl AsRef<[u8]>) -> Vec<String> {
    pieces(input).into_iter().map(|piece| piece.unwrap()).collect()
}

fn good(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn bad(text: &str) -> Result<String, String> {
    Err(text.to_owned())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const NOT_CLOSED: &str = "the object is not closed before the end of the line";

#[test]
fn every_form_gives_the_same_objects() {
    let (a, b) = (r#"{"uuid":"a","target":[{"id":"{"}]}"#, r#"{"uuid":"b","x":"\"}{\\"}"#);
    for input in [
        format!("{a}\n{b}\n"),
        format!("{a}\n{b}"),
        format!("{a}\r\n\r\n{b}\r\n"),
        format!("[{a},{b}]"),
        format!("[\n  {a},\n  {b}\n]\n"),
        format!("{a}{b}"),
        format!("{a} {b}"),
        format!("\u{feff}{a}\n{b}\n"),
        format!("[{a}]\n[{b}]"),
    ] {
        assert_eq!(whole(&input), [a, b], "{input}");
    }
}

#[test]
fn pretty_objects_are_kept_as_they_came() {
    let pretty = "{\n  \"uuid\": \"a\",\n  \"target\": [\n    {\n      \"id\": \"1\"\n    }\n  ]\n}";
    assert_eq!(whole(pretty), [pretty]);
    assert_eq!(whole(format!("{pretty}\n{pretty}\n")), [pretty, pretty]);
    let flat = pretty.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
    assert_eq!(whole(format!("[\n{flat},\n{flat}\n]")), [flat.clone(), flat]);
}

#[test]
fn pieces_know_their_lines() {
    let lines: Vec<u64> = Intake::new(&b"{}\n\n{}\n[\n{\n},{}]"[..]).map(|piece| piece.unwrap().line).collect();
    assert_eq!(lines, [1, 3, 5, 6]);
}

#[test]
fn an_empty_stream_has_no_pieces() {
    for input in ["", "\n\n", "[]", " [ ]\n", "\u{feff}"] {
        assert_eq!(pieces(input), [], "{input:?}");
    }
}

#[test]
fn a_line_that_is_cut_off_does_not_swallow_its_neighbours() {
    let (a, b) = (r#"{"uuid":"a","client":{"id":"x"}}"#, r#"{"uuid":"b"}"#);
    for cut in [r#"{"uuid":"#, r#"{"uuid":"c","client":{"id":"x""#, r#"{"uuid":"c","displayMessage":"User lo"#, "{", r#"{"target":[{"id":"1"},"#] {
        assert_eq!(pieces(format!("{a}\n{cut}\n{b}\n")), [good(a), bad(&format!("line 2: {NOT_CLOSED}")), good(b)], "{cut}");
        assert_eq!(pieces(format!("{cut}\n{a}\n{b}\n")), [bad(&format!("line 1: {NOT_CLOSED}")), good(a), good(b)], "{cut}");
        assert_eq!(pieces(format!("{cut}\n{cut}\n{b}\n")).last(), Some(&good(b)), "{cut}");
        let end = "line 2: the object is not closed before the end of the input";
        assert_eq!(pieces(format!("{a}\n{cut}")), [good(a), bad(end)], "{cut}");
    }
    assert_eq!(pieces(format!("x\":1}}\n{a}\n\"y\"}}}}\n{b}")), [bad("line 1: not a JSON object"), good(a), bad("line 3: not a JSON object"), good(b)]);
}

#[test]
fn text_is_bad_for_its_line_only() {
    let input = "Nov 24 06:12:01 host said: hello\n{\"a\":1}\nnull\n17\n{\"b\":2}\n";
    let expected =
        [bad("line 1: not a JSON object"), good(r#"{"a":1}"#), bad("line 3: not a JSON object"), bad("line 4: not a JSON object"), good(r#"{"b":2}"#)];
    assert_eq!(pieces(input), expected);
}

#[test]
fn what_is_no_object_in_a_list_does_not_swallow_the_rest() {
    let input = r#"[{"a":1},null,"x,]{",7,{"b":2}]"#;
    let not = bad("line 1: not a JSON object");
    assert_eq!(pieces(input), [good(r#"{"a":1}"#), not.clone(), not.clone(), not, good(r#"{"b":2}"#)]);
}

#[test]
fn a_damaged_pretty_object_is_one_bad_piece() {
    let input = "[\n  {\n    \"a\": \"cut\n    \"target\": [\n      {\n        \"id\": 1\n      }\n    ]\n  },\n  {\n    \"b\": 1\n  }\n]";
    assert_eq!(pieces(input), [bad(&format!("line 2: {NOT_CLOSED}")), good("{\n    \"b\": 1\n  }")]);
}

#[test]
fn a_bad_piece_carries_its_bytes() {
    let cut = format!("{{\"a\":\"{}\n{{}}\n", "x".repeat(2 * BAD_PIECE_BYTES_MAX));
    let pieces: Vec<_> = Intake::new(cut.as_bytes()).collect();
    let refused = pieces[0].as_ref().unwrap_err();
    assert_eq!(refused.kind, BadPieceKind::NotClosed);
    assert_eq!(refused.bytes, &cut.as_bytes()[..BAD_PIECE_BYTES_MAX]);
    assert_eq!(pieces[1].as_ref().unwrap().bytes, b"{}");
}

#[test]
fn an_object_that_is_too_long_is_passed_over() {
    let long = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "x".repeat(17 * 1024 * 1024));
    assert_eq!(pieces(long), [bad("line 1: an object of more than 16 MiB"), good(r#"{"b":1}"#)]);
}

#[test]
fn a_delivery_gives_its_events_and_the_org() {
    let sample = include_str!("../../../tests/data/samples/hook-user.session.start-okta-docs.json");
    let delivery = sample.replace("{yourOktaDomain}", "Example.Okta.com");
    let pieces: Vec<Piece> = Intake::new(delivery.as_bytes()).map(|piece| piece.unwrap()).collect();
    assert_eq!(pieces.len(), 1);
    assert_eq!((pieces[0].line, pieces[0].source, pieces[0].org.as_deref()), (9, Some(Source::Hook), Some("example.okta.com")));
    let mut event = Event::new();
    event.read(&Layout::everything(), &pieces[0].bytes, &Origin::default()).unwrap();
    assert_eq!(event.uuid(), Some("f1d0b993-cc19-11ed-a688-db22c99ef6c4"));
    assert!(delivery.contains(std::str::from_utf8(event.raw()).unwrap()));
    // A placeholder is no host.
    let piece = Intake::new(sample.as_bytes()).next().unwrap().unwrap();
    assert_eq!((piece.source, piece.org), (Some(Source::Hook), None));
}

fn delivery(events: &str) -> String {
    format!(
        r#"{{"eventType":"com.okta.event_hook","source":"https://example.okta.com/api/v1/eventHooks/who1","data":{{"events":{events}}},"eventTime":"2026-01-02T03:04:05.678Z"}}"#
    )
}

#[test]
fn deliveries_and_events_may_be_mixed() {
    let input = format!("{}\n{{\"c\":3}}\n{}\n{{\"e\":5}}", delivery(r#"[{"a":1},{"b":2}]"#), delivery("[]"));
    assert_eq!(whole(&input), [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#, r#"{"e":5}"#]);
    let orgs: Vec<_> = Intake::new(input.as_bytes()).map(|piece| piece.unwrap().org.is_some()).collect();
    assert_eq!(orgs, [true, true, false, false]);
    let listed = format!("[{},{}]", delivery(r#"[{"a":1}]"#), delivery(r#"[{"b":2}]"#));
    assert_eq!(whole(listed), [r#"{"a":1}"#, r#"{"b":2}"#]);
}

#[test]
fn one_bad_event_does_not_cost_its_delivery() {
    assert_eq!(pieces(delivery(r#"[{"a":1},null,{"b":2}]"#)), [good(r#"{"a":1}"#), bad("line 1: not a JSON object"), good(r#"{"b":2}"#)]);
    // Not JSON: the event itself tells when it is read.
    assert_eq!(whole(delivery(r#"[{"a":1},{"x":nonsense},{"b":2}]"#)), [r#"{"a":1}"#, r#"{"x":nonsense}"#, r#"{"b":2}"#]);
    let mut bytes = delivery(r#"[{"a":1},{"x":"?"},{"b":2}]"#).into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[place] = 0xEB;
    let raw: Vec<Vec<u8>> = Intake::new(&bytes[..]).map(|piece| piece.unwrap().bytes).collect();
    assert_eq!(raw, [&b"{\"a\":1}"[..], b"{\"x\":\"\xeb\"}", b"{\"b\":2}"]);
    let pretty = "{\n\"eventType\":\"com.okta.event_hook\",\n\"data\": {\n \"events\": [\n  {\n   \"x\": nonsense\n  },\n  {}\n ]\n},\n\"eventTime\":1}";
    let lines: Vec<u64> = Intake::new(pretty.as_bytes()).map(|piece| piece.unwrap().line).collect();
    assert_eq!(lines, [5, 8]);
}

#[test]
fn a_delivery_without_events_is_bad() {
    for events in ["null", "{}", "7"] {
        assert_eq!(pieces(delivery(events)), [bad("line 1: an event hook delivery without a list of events")], "{events}");
    }
}

#[test]
fn an_event_that_speaks_of_deliveries_is_an_event() {
    let event = r#"{"eventType":"event_hook.delivery","displayMessage":"com.okta.event_hook"}"#;
    assert_eq!(whole(event), [event]);
}

#[test]
fn a_compressed_stream_is_recognised() {
    let plain = b"{\"a\":1}\n{\"b\":2}\n";
    let members = [gzip(&plain[..8]), gzip(&plain[8..])].concat();
    let frames = [zstd::encode_all(&plain[..8], 0).unwrap(), zstd::encode_all(&plain[8..], 0).unwrap()].concat();
    for bytes in [plain.to_vec(), gzip(plain), members, zstd::encode_all(&plain[..], 0).unwrap(), frames] {
        let read: Vec<_> = Intake::new(open(&bytes[..])).map(|piece| piece.unwrap().bytes).collect();
        assert_eq!(read, [b"{\"a\":1}", b"{\"b\":2}"]);
    }
    for short in [&b""[..], b"{", b"{}", b"\x1f"] {
        assert_eq!(Intake::new(open(short)).count(), usize::from(!short.is_empty()));
    }
}

#[test]
fn a_cut_archive_gives_what_came_and_says_so() {
    // Text that does not compress, so that a part of the archive holds a part of the events.
    let line = |number: u64| format!("{{\"uuid\":\"{:x}\"}}\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let plain: String = (0..20_000).map(line).collect();
    for archive in [gzip(plain.as_bytes()), zstd::encode_all(plain.as_bytes(), 0).unwrap()] {
        let read: Vec<_> = Intake::new(open(&archive[..archive.len() / 2])).collect();
        let (last, before) = read.split_last().unwrap();
        let last = last.as_ref().unwrap_err();
        assert_eq!(last.kind, BadPieceKind::Cut);
        assert!(before.len() > 100 && before.iter().all(Result::is_ok));
        assert_eq!(last.line, before.len() as u64 + 1);
        assert!(last.message.starts_with("the input cannot be read to its end: "), "{}", last.message);
    }
}

#[test]
fn a_read_error_is_the_last_piece() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let mut intake = Intake::new(BufReader::new(b"{\"a\":1}\n{\"b\":".chain(Broken)));
    assert!(intake.next().unwrap().is_ok());
    let last = intake.next().unwrap().unwrap_err();
    assert_eq!((last.kind, last.line, last.bytes), (BadPieceKind::Cut, 2, b"{\"b\":".to_vec()));
    assert_eq!(last.message, "the input cannot be read to its end: the disk is gone");
    assert!(intake.next().is_none());
    assert_eq!(Intake::new(open(Broken)).map(|piece| piece.unwrap_err().kind).collect::<Vec<_>>(), [BadPieceKind::Cut]);
}

#[test]
fn one_buffer_serves_a_whole_stream() {
    let input = "{\"a\":1}\n{\"b\":2}\n".repeat(100);
    let mut intake = Intake::new(input.as_bytes());
    let mut piece = Piece::default();
    let mut count = 0;
    while let Some(next) = intake.next_into(&mut piece) {
        next.unwrap();
        count += 1;
    }
    assert_eq!(count, 200);
}

/// Compact objects with all that could confuse a scanner.
fn objects() -> impl Strategy<Value = Vec<serde_json::Value>> {
    let text = prop_oneof![
        prop::sample::select(vec!["{", "}", "[", "]", "\"", "\\", "\n", ",", "\\\"}", "com.okta.event_hook", "{level=LOW}"]).prop_map(str::to_owned),
        any::<String>(),
    ];
    let leaf = prop_oneof![text.clone().prop_map(serde_json::Value::from), any::<i32>().prop_map(serde_json::Value::from)];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec(("[a-z]{1,3}", inner), 0..4).prop_map(|entries| entries.into_iter().collect()),
        ]
    });
    let object = prop::collection::vec(("[a-z]{1,3}", value), 1..4).prop_map(|entries| entries.into_iter().collect());
    prop::collection::vec(object, 1..8)
}

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(input in prop::collection::vec(any::<u8>(), 0..300)) {
        Intake::new(&input[..]).for_each(drop);
        Intake::new(open(&input[..])).for_each(drop);
    }

    #[test]
    fn bytes_like_json_come_to_an_end(input in "[{}\\[\\],:\"\\\\\n a1]{0,200}") {
        let by_whole = pieces(&input);
        // Portions of any size give the same.
        for portion in [1, 3, 7] {
            let reader = BufReader::with_capacity(portion, input.as_bytes());
            let text = |piece: Piece| String::from_utf8_lossy(&piece.bytes).into_owned();
            let by_portion: Vec<_> = Intake::new(reader).map(|piece| piece.map(text).map_err(|bad| bad.to_string())).collect();
            prop_assert_eq!(&by_portion, &by_whole);
        }
    }

    #[test]
    fn every_form_of_the_same_events_gives_the_same_events(objects in objects()) {
        let compact: Vec<String> = objects.iter().map(serde_json::Value::to_string).collect();
        let pretty = serde_json::to_string_pretty(&objects).unwrap();
        let lines = compact.join("\n");
        prop_assert_eq!(&whole(&lines), &compact);
        prop_assert_eq!(&whole(format!("[{}]", compact.join(","))), &compact);
        prop_assert_eq!(&whole(delivery(&format!("[{}]", compact.join(",")))), &compact);
        let archived: Vec<String> = Intake::new(open(&gzip(lines.as_bytes())[..]))
            .map(|piece| String::from_utf8(piece.unwrap().bytes).unwrap()).collect();
        prop_assert_eq!(&archived, &compact);
        let reparse = |text: &String| serde_json::from_str::<serde_json::Value>(text).unwrap();
        prop_assert_eq!(&whole(&pretty).iter().map(reparse).collect::<Vec<_>>(), &objects);
        let one_by_one: Vec<String> = objects.iter().map(|object| serde_json::to_string_pretty(object).unwrap()).collect();
        prop_assert_eq!(&whole(one_by_one.join("\n")).iter().map(reparse).collect::<Vec<_>>(), &objects);
    }

    #[test]
    fn lines_that_are_cut_off_lose_no_whole_line(
        objects in objects(), cuts in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 8),
    ) {
        let mut lines = Vec::new();
        let mut intact = Vec::new();
        for (number, (object, (is_cut, at))) in objects.iter().zip(cuts).enumerate() {
            let line = format!("{{\"n\":{number},\"object\":{object}}}");
            let end = (0..=at.index(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
            if is_cut {
                lines.push(line.get(..end).unwrap_or_default().to_owned());
            } else {
                lines.push(line.clone());
                intact.push(line);
            }
        }
        let found: Vec<String> = pieces(lines.join("\n")).into_iter().flatten().collect();
        prop_assert_eq!(found, intact);
    }

    #[test]
    fn lines_that_lack_their_beginning_lose_no_whole_line(
        objects in objects(), cuts in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 8),
    ) {
        let mut lines = Vec::new();
        let mut intact = Vec::new();
        for (number, (object, (is_cut, at))) in objects.iter().zip(cuts).enumerate() {
            let line = format!("{{\"n\":{number},\"object\":{object}}}");
            let start = (0..=at.index(line.len())).rev().find(|start| line.is_char_boundary(*start)).unwrap_or(0);
            if is_cut && start > 0 {
                lines.push(line.get(start..).unwrap_or_default().to_owned());
            } else {
                lines.push(line.clone());
                intact.push(line);
            }
        }
        // What is left of a cut line may look like an object of its own.
        let found: Vec<String> = pieces(lines.join("\n")).into_iter().flatten().filter(|piece| intact.contains(piece)).collect();
        prop_assert_eq!(found, intact);
    }
}
