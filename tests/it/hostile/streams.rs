//! Streams of events that are cut off, compressed to death, endless, or no events at all.

use std::io::{Read, Write};

use clarion::event::{BAD_PIECE_BYTES_MAX, BadPieceKind, EVENT_BYTES_MAX, Intake, Piece, open};
use flate2::Compression;
use flate2::write::GzEncoder;

fn intake(bytes: &[u8]) -> Vec<Result<Piece, clarion::event::BadPiece>> {
    let found: Vec<_> = Intake::new(open(bytes)).collect();
    for piece in &found {
        match piece {
            Ok(piece) => assert!(piece.bytes.len() <= EVENT_BYTES_MAX && piece.bytes.starts_with(b"{") && piece.line > 0),
            Err(bad) => assert!(bad.bytes.len() <= BAD_PIECE_BYTES_MAX && !bad.message.is_empty() && bad.line > 0),
        }
    }
    found
}

fn kinds(bytes: &[u8]) -> Vec<Option<BadPieceKind>> {
    intake(bytes).into_iter().map(|piece| piece.err().map(|bad| bad.kind)).collect()
}

fn lines(count: usize) -> String {
    // Numbers that do not compress well, so that a cut falls somewhere inside of them.
    (0..count as u64).map(|at| format!("{{\"uuid\":\"{:016x}\"}}\n", at.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).expect("zstd")
}

#[test]
fn archives_that_are_cut_off_give_what_they_hold_and_say_so() {
    let text = lines(3_000);
    for whole in [gzip(text.as_bytes()), zstd_of(text.as_bytes())] {
        assert_eq!(kinds(&whole), vec![None; 3_000]);
        for end in (0..whole.len()).step_by(whole.len() / 40).chain(whole.len() - 12..whole.len()) {
            let found = kinds(&whole[..end]);
            let (last, before) = match found.split_last() {
                Some((last, before)) => (*last, before),
                // Of nothing there is nothing to say.
                None => {
                    assert_eq!(end, 0);
                    continue;
                }
            };
            assert!(last.is_some(), "a stream cut at {end} of {} bytes ends in silence", whole.len());
            assert!(before.iter().filter(|kind| kind.is_some()).count() <= 1, "{before:?}");
        }
    }
}

#[test]
fn archives_that_are_damaged_say_so() {
    let whole = gzip(lines(200).as_bytes());
    for at in (0..whole.len()).step_by(11) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        intake(&bytes);
    }
    let mut wrong_sum = whole.clone();
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    assert!(kinds(&wrong_sum).contains(&Some(BadPieceKind::Cut)));
    for bytes in [&b"\x1f\x8b"[..], b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd\xff\xff\xff\xff", b"\x1f\x8b\xff\xff\xff\xff"] {
        assert_eq!(kinds(bytes).last(), Some(&Some(BadPieceKind::Cut)), "{bytes:?}");
    }
}

#[test]
fn archives_that_swell_are_never_held_whole() {
    // 48 MiB in a few kilobytes: as one string, as nothing, as brackets.
    let megabytes = 48 * 1024 * 1024;
    let string = |repeat: u8| std::io::repeat(repeat).take(megabytes);
    let bombs: Vec<Box<dyn Read>> =
        vec![Box::new(b"{\"a\":\"".chain(string(b'a'))), Box::new(string(0)), Box::new(string(b'{')), Box::new(string(b'[')), Box::new(string(b' '))];
    for (number, mut bomb) in bombs.into_iter().enumerate() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::copy(&mut bomb, &mut encoder).expect("gzip");
        let bytes = encoder.finish().expect("gzip");
        assert!(bytes.len() < 1024 * 1024);
        let found = kinds(&bytes);
        assert!(found.len() <= 8, "bomb {number} gives {} pieces", found.len());
        assert!(number >= 3 || !found.is_empty(), "bomb {number} is passed over in silence");
    }
}

#[test]
fn lines_longer_than_any_event_cost_only_themselves() {
    let long = format!("{{\"uuid\":\"a\",\"x\":\"{}\"}}", "y".repeat(17 * 1024 * 1024));
    let text = format!("{{\"uuid\":\"1\"}}\n{long}\n{{\"uuid\":\"2\"}}\n");
    assert_eq!(kinds(text.as_bytes()), [None, Some(BadPieceKind::TooLong), None]);
    let junk = format!("{{\"uuid\":\"1\"}}\n{}\n{{\"uuid\":\"2\"}}\n", "y".repeat(17 * 1024 * 1024));
    assert_eq!(kinds(junk.as_bytes()), [None, Some(BadPieceKind::NotAnObject), None]);
    let open_string = format!("{{\"uuid\":\"1\"}}\n{{\"x\":\"{}", "y".repeat(17 * 1024 * 1024));
    assert_eq!(kinds(open_string.as_bytes()).first(), Some(&None));
}

#[test]
fn damage_is_read_once_and_no_more() {
    // Each line could begin an event, so that each could be tried again from the next.
    for line in [
        "{",
        "{\"a\":",
        "{\"a\":\"",
        "{{",
        "[{",
        "{\"a\":[",
        "}{",
        "{}{",
        "{\"a\":{\n\"b\":{",
        "\u{feff}{",
        "{\"eventType\":\"com.okta.event_hook\",\"data\":{\"events\":[",
    ] {
        let text = format!("{line}\n").repeat(20_000);
        assert!(intake(text.as_bytes()).len() <= 60_000, "{line}");
        let text = line.repeat(20_000);
        assert!(intake(text.as_bytes()).len() <= 60_000, "{line}");
    }
}

#[test]
fn deliveries_that_are_bombs_are_split_or_refused() {
    let envelope = |events: &str| {
        format!("{{\"eventType\":\"com.okta.event_hook\",\"source\":\"https://org.okta.com/api/v1/eventHooks/who\",\"data\":{{\"events\":{events}}}}}")
    };
    let cases: Vec<(String, usize, usize)> = vec![
        (envelope("[]"), 0, 0),
        (envelope("{}"), 0, 1),
        (envelope("null"), 0, 1),
        (envelope("7"), 0, 1),
        (envelope("[1,\"a\",null,[],{}]"), 1, 4),
        (envelope(&format!("[{}]", vec!["{}"; 100_000].join(","))), 100_000, 0),
        (envelope(&format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000))), 0, 1),
        (envelope(&format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000))), 1, 0),
        // An envelope in an envelope is an event like any other.
        (envelope(&format!("[{}]", envelope("[{}]"))), 1, 0),
        (envelope("[{}],\"events\":[{},{}]"), 0, 1),
    ];
    for (text, good, bad) in cases {
        let found = kinds(text.as_bytes());
        let name = text.get(..text.len().min(120)).unwrap_or("");
        let counted = (found.iter().filter(|kind| kind.is_none()).count(), found.iter().filter(|kind| kind.is_some()).count());
        // A key that stands twice: whichever list counts, nothing goes missing in silence.
        if name.contains("],\"events\"") {
            assert_ne!(counted, (0, 0), "{name}");
        } else {
            assert_eq!(counted, (good, bad), "{name}");
        }
    }
}
