//! Tests of the schema's tables: what they promise to the language.

use std::collections::HashSet;

use super::super::{RecordKind, Scalar, Type};
use super::{ClosedSet, Family, FieldId, FieldRef, all_record_fields, debug_key, debug_keys, field, fields, record_field, record_fields};

#[test]
fn paths_are_distinct_and_found() {
    let distinct: HashSet<&str> = fields().iter().map(|field| field.path).collect();
    assert_eq!(distinct.len(), fields().len());
    for id in FieldId::all() {
        assert_eq!(field(id.get().path), Some(id));
    }
    for id in all_record_fields() {
        assert_eq!(record_field(id.kind(), id.get().path), Some(id));
        assert_eq!(record_field(id.kind(), &format!(".{}", id.get().path)), Some(id));
    }
    for unknown in ["", "actor", "actor.alternateID", "Actor.id", "target.id", "debug.factor"] {
        assert_eq!(field(unknown), None, "{unknown}");
    }
    assert_eq!(record_field(RecordKind::Target, "ip"), None);
}

#[test]
fn every_field_has_words() {
    let all = fields().iter().chain(record_fields(RecordKind::Target)).chain(record_fields(RecordKind::Hop));
    for field in all {
        assert!(!field.doc.is_empty() && !field.doc.ends_with('.') && !field.doc.contains('\n'), "{}", field.path);
        assert!(field.doc.starts_with(|c: char| c.is_lowercase()) || field.doc.starts_with("Okta"), "{}", field.path);
    }
}

#[test]
fn the_languages_derived_fields_are_there() {
    let behaviors = ["new_device", "new_ip", "new_country", "new_geo_location", "new_state", "new_city", "velocity"];
    let named = [
        ("risk", &["level", "previous_level", "reasons", "detection"][..]),
        ("session", &["id", "root_id"]),
        ("network", &["asn", "org", "isp", "domain", "is_proxy", "is_anonymous", "services"]),
        ("geo", &["country", "state", "city", "point"]),
        ("api_token", &["id"]),
        ("change", &["from", "to"]),
        ("behavior", &behaviors),
    ];
    let families = ["user", "app", "group", "policy", "rule", "factor", "token", "zone", "device"];
    let mut paths: Vec<String> = ["engine", "source", "org"].map(str::to_owned).to_vec();
    paths.extend(named.iter().flat_map(|(group, names)| names.iter().map(move |name| format!("{group}.{name}"))));
    for family in families {
        paths.extend(["id", "type", "alternateId", "displayName", "detailEntry"].map(|part| format!("target.{family}.{part}")));
    }
    for path in paths {
        assert!(field(&path).is_some_and(|id| id.get().derived), "{path}");
    }
}

#[test]
fn references_know_their_types_and_paths() {
    let find = |path| FieldRef::find(path).unwrap();
    for (path, ty) in [
        ("client.ipAddress", "address"),
        ("published", "time"),
        ("target", "a list of targets"),
        ("request.ipChain", "a list of network hops"),
        ("risk.reasons", "list of text"),
        ("debug.threatSuspected", "true or false"),
        ("debug.responseTime", "whole number"),
        ("debug.newIpAddress", "address"),
        ("debug.tunnels", "JSON"),
        ("debug.noSuchKey", "text"),
        ("geo.point", "place"),
    ] {
        assert_eq!((find(path).ty().to_string(), find(path).path()), (ty.to_owned(), path.to_owned()));
    }
    assert_eq!(find("debugContext.debugData.factor"), FieldRef::Debug("factor".into()));
    assert_eq!(find("debug.a.b").path(), "debug.a.b");
    assert_eq!(FieldRef::find("debug."), None);
    assert!(find("uuid").always_present() && find("actor.type").always_present() && find("source").always_present());
    assert!(!find("actor.id").always_present() && !find("debug.requestId").always_present());
}

#[test]
fn debug_keys_are_sorted_and_typed() {
    assert!(debug_keys().is_sorted_by_key(|key| key.name));
    assert_eq!(debug_keys().len(), 702);
    assert!(debug_key("requestUri").unwrap().common);
    assert!(!debug_key("factor").unwrap().common);
    assert_eq!(debug_key("privilegeGranted").unwrap().ty, Type::Scalar(Scalar::Text));
    assert_eq!(debug_key("requesturi"), None);
}

#[test]
fn closed_sets_have_values_and_names() {
    for field in fields() {
        if let Some(set) = field.set {
            assert!(!set.values().is_empty() && !set.name().is_empty());
        }
    }
    assert_eq!(ClosedSet::BehaviorResult.values(), ["POSITIVE", "NEGATIVE", "UNKNOWN", "BAD_REQUEST"]);
    assert!(ClosedSet::EventType.values().contains(&"user.session.start"));
}

#[test]
fn target_types_belong_to_families() {
    for (name, family) in [
        ("User", Some(Family::User)),
        ("AppInstance", Some(Family::App)),
        ("AppUser", Some(Family::App)),
        ("UserGroup", Some(Family::Group)),
        ("PolicyEntity", Some(Family::Policy)),
        ("PolicyRule", Some(Family::Rule)),
        ("AuthenticatorEnrollment", Some(Family::Factor)),
        ("WebAuthnFactor", Some(Family::Factor)),
        ("access_token", Some(Family::Token)),
        ("SSWS", Some(Family::Token)),
        ("SomeNewToken", Some(Family::Token)),
        ("NetworkZone", Some(Family::Zone)),
        ("Device", Some(Family::Device)),
        ("DeviceAssurancePolicy", Some(Family::Policy)),
        ("user", None),
        ("MobilePhone", None),
        ("", None),
    ] {
        assert_eq!(Family::of_type(name), family, "{name}");
    }
}
