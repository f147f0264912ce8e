use std::sync::atomic::AtomicU32;

use proptest::prelude::*;

use super::super::codec::put_key;
use super::super::spare::Spares;
use super::*;
use crate::evaluate::{Moment, NoMemory, values_equal};

fn values() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        Just(Value::Missing),
        any::<bool>().prop_map(Value::Bool),
        (-1i64..2).prop_map(Value::Int),
        prop::sample::select(vec![0.0, -0.0, 1.0, 0.5, f64::NAN]).prop_map(Value::Float),
        prop::sample::select(vec!["", "a", "A", "b"]).prop_map(|text| Value::Text(text.into())),
        (0i64..2).prop_map(|micros| Value::Time(Timestamp::from_micros(micros))),
        prop::sample::select(vec!["10.0.0.1", "10.0.0.2", "::1"]).prop_map(|address| Value::Address(address.parse().expect("an address"))),
        prop::collection::vec(prop::sample::select(vec!["a", "b"]).prop_map(|text| Value::Text(text.into())), 0..2).prop_map(Value::List),
    ]
}

fn row(at: i64, uuid: &str, values: &[Value<'static>], spares: &mut Spares) -> Row {
    let fields: Vec<(Slot, Value<'_>)> = values.iter().zip(0u16..).map(|(value, slot)| (Slot::numbered(slot), value.clone())).collect();
    let name = Name { at: Timestamp::from_micros(at), id: EventId::of(uuid), alert: None };
    let made = Row::put_together(&name, &[1, 2], &fields, &RecordFields::default());
    // Once more in memory that another event has left.
    let head = made.head();
    let head = Head { at: head.at, quiet: AtomicU32::new(0), ..*head };
    spares.take(made.size()).map(|spare| spare.written(head, &made.0.slice)).unwrap_or(made)
}

#[test]
fn events_are_in_the_order_of_their_texts_wherever_they_were_written() {
    let plain = ["01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdf0", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
    let others = ["", "a", "01234567-89AB-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef:rule", "01234567", "é"];
    let long = "x".repeat(300);
    let uuids: Vec<&str> = plain.into_iter().chain(others).chain([long.as_str()]).collect();
    let mut spares = Spares::default();
    for (one, at) in uuids.iter().zip(0i64..) {
        for other in &uuids {
            let made = [row(at, one, &[Value::Int(7)], &mut spares), row(at, other, &[Value::Text("b".into())], &mut spares)];
            let [a, b] = &made;
            assert_eq!((a.uuid().as_str(), b.uuid().as_str()), (*one, *other));
            assert_eq!(a.cmp(b), one.cmp(other), "{one} {other}");
            assert_eq!((a.value(Slot::numbered(0)), b.value(Slot::numbered(0))), (Value::Int(7), Value::Text("b".into())));
            assert_eq!(a.deciding().collect::<Vec<_>>(), [(1, 0), (2, 1)]);
            let shared = b.clone();
            made.into_iter().for_each(|row| spares.put(row));
            assert!(spares.take(shared.size()).is_none_or(|spare| !spare.is(&shared)), "what somebody has is not written over");
        }
    }
}

proptest! {
    #[test]
    fn what_surely_agrees_is_equal_and_has_the_same_key(one in prop::collection::vec(values(), 3), other in prop::collection::vec(values(), 3)) {
        let mut spares = Spares::default();
        let (a, b) = (row(0, "a", &one, &mut spares), row(0, "b", &other, &mut spares));
        for slot in 0u16..4 {
            let code = Code::Field(Scope::Here, Slot::numbered(slot));
            let [left, right] = [&a, &b].map(|row| code.eval(&Moment::new(row, &NoMemory)));
            let key = |value: &Value<'_>| { let mut key = Vec::new(); put_key(&mut key, value).map(|()| key) };
            if a.surely_agree(&b, &code) {
                prop_assert!(values_equal(&left, &right), "{left:?} {right:?}");
                prop_assert!(key(&left).is_some() && key(&left) == key(&right), "{left:?} {right:?}");
            }
            if let Some(bytes) = a.exact(&code) {
                prop_assert_eq!(Some(bytes.to_vec()), key(&left));
            }
            // Texts and addresses are what nearly all values are.
            if matches!(left, Value::Text(_) | Value::Address(_)) && left == right {
                prop_assert!(a.surely_agree(&b, &code), "{left:?}");
            }
            prop_assert_eq!(key(&a.value(Slot::numbered(slot))), key(one.get(usize::from(slot)).unwrap_or(&Value::Missing)));
        }
    }
}
