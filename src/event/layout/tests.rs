//! Tests of layouts: slots for what is wanted, and for nothing else.

use super::super::{Event, FieldRef, Layout, Origin, RecordKind, record_field};

#[test]
fn only_what_is_wanted_has_a_slot() {
    let (id, kind) = (FieldRef::find("actor.id").unwrap(), FieldRef::find("actor.type").unwrap());
    let (target_id, hop_ip) = (record_field(RecordKind::Target, "id").unwrap(), record_field(RecordKind::Hop, "ip").unwrap());
    let layout = Layout::new([id.clone(), id.clone()], [(RecordKind::Target, target_id)]);
    assert!(layout.slot(&id).is_some());
    assert_eq!(layout.slot(&kind), None);
    assert!(layout.record_slot(RecordKind::Target, target_id).is_some());
    assert_eq!(layout.record_slot(RecordKind::Hop, target_id), None);
    assert_eq!(layout.record_slot(RecordKind::Hop, hop_ip), None);
}

#[test]
fn a_derived_field_brings_what_it_is_made_from() {
    let path = FieldRef::find("target.user.alternateId").unwrap();
    let layout = Layout::new([path.clone()], []);
    let mut event = Event::new();
    let raw = br#"{"target":[{"alternateId":"a","type":"AppInstance"},{"alternateId":"b","type":"User"}]}"#;
    event.read(&layout, raw, &Origin::default()).unwrap();
    assert_eq!(event.value(layout.slot(&path).unwrap()).to_string(), "b");
}

#[test]
fn a_debug_key_may_hold_dots() {
    let key = FieldRef::find("debug.a.b").unwrap();
    let layout = Layout::new([key.clone()], []);
    let mut event = Event::new();
    event.read(&layout, br#"{"debugContext":{"debugData":{"a":{"b":"no"},"a.b":"yes"}}}"#, &Origin::default()).unwrap();
    assert_eq!(event.value(layout.slot(&key).unwrap()).to_string(), "yes");
}

#[test]
fn identity_is_read_without_being_wanted() {
    let mut event = Event::new();
    let raw = br#"{"uuid":"A","published":"2026-01-02T03:04:05.678Z","eventType":"user.session.start","target":[{}]}"#;
    event.read(&Layout::new([], []), raw, &Origin::default()).unwrap();
    assert_eq!((event.uuid(), event.event_type()), (Some("a"), Some("user.session.start")));
    assert!(event.published().is_some() && event.event_type_index().is_some());
    assert_eq!(event.records(RecordKind::Target), 0);
}

#[test]
fn a_list_that_is_wanted_is_counted() {
    let target = FieldRef::find("target").unwrap();
    let mut event = Event::new();
    event.read(&Layout::new([target], []), br#"{"target":[{},{}]}"#, &Origin::default()).unwrap();
    assert_eq!(event.records(RecordKind::Target), 2);
}

#[test]
fn one_event_serves_several_layouts() {
    let (id, kind) = (FieldRef::find("actor.id").unwrap(), FieldRef::find("actor.type").unwrap());
    let (first, second) = (Layout::new([id.clone()], []), Layout::new([kind.clone(), id.clone()], []));
    let mut event = Event::new();
    let raw = br#"{"actor":{"id":"1","type":"User"}}"#;
    event.read(&first, raw, &Origin::default()).unwrap();
    assert_eq!(event.value(first.slot(&id).unwrap()).to_string(), "1");
    event.read(&second, raw, &Origin::default()).unwrap();
    assert_eq!(event.value(second.slot(&id).unwrap()).to_string(), "1");
    assert_eq!(event.value(second.slot(&kind).unwrap()).to_string(), "User");
}
