//! What the tests of this room share: events with every field, and values by their paths in rules.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Event, FieldId, FieldRef, Layout, Origin, RecordKind, Value, all_record_fields, debug_keys, record_field};

/// An event of our own that has every field in every form.
pub(super) const EVERYTHING: &str = include_str!("../../tests/data/events/everything.json");

/// debugData keys of the tests that Okta's catalogue does not have.
const UNKNOWN_KEYS: [&str; 2] = ["noSuchKey", "keyOfNoCatalogue"];

/// Every field there is, as [`Layout::everything`], and the unknown keys.
pub(super) static LAYOUT: LazyLock<Layout> = LazyLock::new(|| {
    let keys = debug_keys().iter().map(|key| key.name).chain(UNKNOWN_KEYS);
    let fields = FieldId::all().map(FieldRef::Known).chain(keys.map(|key| FieldRef::Debug(key.into())));
    Layout::new(fields, all_record_fields().map(|id| (id.kind(), id)))
});

/// Reads an event with every field; it must be one.
pub(super) fn event(json: &str) -> Event {
    let mut event = Event::new();
    event.read(&LAYOUT, json.as_bytes(), &Origin::default()).unwrap();
    event
}

/// Returns the value of a field by its path in rules.
pub(super) fn get<'e>(event: &'e Event, path: &str) -> Value<'e> {
    let field = FieldRef::find(path).unwrap_or_else(|| panic!("no field {path}"));
    let slot = event.layout().unwrap().slot(&field);
    event.value(slot.unwrap_or_else(|| panic!("no slot for {path}")))
}

/// Returns the value of a field of a record by its path in rules.
pub(super) fn get_record<'e>(event: &'e Event, kind: RecordKind, index: usize, path: &str) -> Value<'e> {
    let field = record_field(kind, path).unwrap_or_else(|| panic!("no record field {path}"));
    let slot = event.layout().unwrap().record_slot(kind, field);
    event.record_value(kind, index, slot.unwrap())
}

/// Compares fields with their values as a person would write them.
pub(super) fn check(event: &Event, expected: &[(&str, &str)]) {
    let got: Vec<(&str, String)> = expected.iter().map(|(path, _)| (*path, get(event, path).to_string())).collect();
    let expected: Vec<(&str, String)> = expected.iter().map(|(path, value)| (*path, (*value).to_owned())).collect();
    assert_eq!(got, expected);
}

/// Returns every value that an event gives, by path, as far as its layout wants them.
pub(super) fn all_values(event: &Event) -> HashMap<String, Value<'static>> {
    let layout = event.layout().unwrap();
    let known = FieldId::all().map(FieldRef::Known);
    let fields = known.chain(debug_keys().iter().map(|key| FieldRef::Debug(key.name.into())));
    let slots = fields.filter_map(|field| Some((field.path(), layout.slot(&field)?)));
    let mut values: HashMap<String, Value<'static>> = slots.map(|(path, slot)| (path, event.value(slot).into_owned())).collect();
    for id in all_record_fields() {
        if let Some(slot) = layout.record_slot(id.kind(), id) {
            for index in 0..event.records(id.kind()) {
                let path = format!("{}[{index}].{}", id.kind().path(), id.get().path);
                values.insert(path, event.record_value(id.kind(), index, slot).into_owned());
            }
        }
    }
    values
}
