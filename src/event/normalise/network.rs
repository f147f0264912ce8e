//! Networks: what is known of the client's address beyond its number.
//!
//! securityContext.ipDetails.ipServiceCategories is a list of objects, debugData.tunnels a list of objects with other names as JSON
//! inside text, securityContext.isProxy a boolean. The first list that is not empty speaks; an empty one says that there is nothing.

use super::coerce::coerce;
use super::json::{each_element, pick};
use crate::event::log_event::Lexeme;
use crate::event::schema::{NetworkPart, StandIns};
use crate::event::types::Type;
use crate::event::value::Value;

/// Returns a part of what is known of the network, from the service categories, the tunnels and, for the third input, the plain flag.
pub(super) fn value<'e>(part: NetworkPart, input: impl Fn(usize) -> Lexeme<'e>, stand_ins: StandIns) -> Value<'e> {
    if part == NetworkPart::IsProxy {
        let flag = coerce(input(2), Type::BOOL, stand_ins);
        if !flag.is_missing() {
            return flag;
        }
    }
    let lists = [services(&input(0)), services(&input(1))];
    let is_known = lists.iter().any(Option::is_some);
    let services = lists.into_iter().flatten().find(|services| !services.is_empty()).unwrap_or_default();
    if !is_known {
        return Value::Missing;
    }
    let mut kinds = services.iter().filter_map(|service| service.kind.as_deref());
    match part {
        NetworkPart::IsProxy => Value::Bool(kinds.any(|kind| kind.to_ascii_lowercase().contains("proxy"))),
        NetworkPart::IsAnonymous => Value::Bool(services.iter().any(|service| service.is_anonymous)),
        NetworkPart::Services => texts(kinds),
        NetworkPart::Operators => texts(services.iter().filter_map(|service| service.operator.as_deref())),
    }
}

struct Service {
    kind: Option<String>,
    operator: Option<String>,
    is_anonymous: bool,
}

/// Reads a list of services; none if there is no list.
fn services(lexeme: &Lexeme<'_>) -> Option<Vec<Service>> {
    let list = lexeme.json().filter(|json| json.trim_start().starts_with('['))?;
    let mut services = Vec::new();
    each_element(list, |element| {
        if let Lexeme::Json(object) = element {
            let [kind, operator, is_anonymous, anonymous] = pick(object, ["type", "operator", "isAnonymous", "anonymous"]);
            let is_true = |flag| coerce(flag, Type::BOOL, StandIns::All) == Value::Bool(true);
            let is_anonymous = is_true(is_anonymous) || is_true(anonymous);
            services.push(Service { kind: owned(kind), operator: owned(operator), is_anonymous });
        }
    });
    Some(services)
}

fn owned(lexeme: Lexeme<'_>) -> Option<String> {
    match coerce(lexeme, Type::TEXT, StandIns::All) {
        Value::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

fn texts<'e, 's>(items: impl Iterator<Item = &'s str>) -> Value<'e> {
    let mut texts: Vec<Value<'e>> = Vec::new();
    for item in items {
        let text = Value::Text(item.to_owned().into());
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Value::List(texts)
}
