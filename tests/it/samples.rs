//! Okta's own sample events: read without loss, and explained.

use std::collections::BTreeMap;
use std::fs;

use clarion::event::{Event, FieldRef, Intake, Layout, Origin, Piece, Source};
use clarion::pack::{Library, recommended};
use clarion::rehearsal::Inspection;
use serde_json::Value as Json;

/// Returns the events of every sample, each with its bytes.
fn events() -> Vec<(String, Vec<u8>)> {
    let mut events = Vec::new();
    for entry in fs::read_dir("tests/data/samples").expect("the samples").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // The other samples are event hooks themselves, and a piece of an event.
        if !(name.starts_with("log-") || name.starts_with("hook-")) {
            continue;
        }
        let bytes = fs::read(entry.path()).expect("a sample");
        let mut intake = Intake::new(bytes.as_slice());
        let mut piece = Piece::default();
        while let Some(result) = intake.next_into(&mut piece) {
            result.unwrap_or_else(|bad| panic!("{name}: {bad:?}"));
            events.push((name.clone(), piece.bytes.clone()));
        }
    }
    assert!(events.len() >= 6, "only {} sample events", events.len());
    events
}

#[test]
fn every_sample_is_read_without_loss() {
    let layout = Layout::everything();
    let origin = Origin { source: Source::SystemLog, org: None };
    for (name, bytes) in events() {
        let mut event = Event::new();
        event.read(&layout, &bytes, &origin).unwrap_or_else(|bad| panic!("{name}: {}", bad.message));
        assert_eq!(event.raw(), bytes, "{name}: the bytes are not those that came");
        let json: Json = serde_json::from_slice(&bytes).expect("a sample is JSON");
        assert_eq!(event.event_type(), json["eventType"].as_str(), "{name}");
        for path in ["actor.alternateId", "actor.displayName", "client.userAgent.rawUserAgent", "transaction.id", "displayMessage"] {
            let wanted = path.split('.').fold(&json, |json, key| &json[key]);
            let Some(wanted) = wanted.as_str() else { continue };
            let slot = layout.slot(&FieldRef::find(path).expect("a field")).expect("its slot");
            assert_eq!(event.value(slot).as_text(), Some(wanted), "{name}: {path}");
        }
    }
}

#[test]
fn every_sample_can_be_explained_by_every_rule_of_the_pack() {
    let mut library = Library::new();
    library.add(&recommended(), &BTreeMap::new());
    let origin = Origin { source: Source::SystemLog, org: None };
    for (name, bytes) in events() {
        for (pack, rule) in library.rules() {
            let told = Inspection::new(rule, pack.rules.iter(), &pack.sets)
                .why(rule, &bytes, &origin, &library.sources)
                .unwrap_or_else(|bad| panic!("{name}: {}", bad.message));
            assert!(told.is_condition && !told.text.is_empty(), "{name}: {} is not explained", rule.id);
        }
    }
}
