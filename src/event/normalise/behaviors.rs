//! Behaviors: the results of Okta's behavior detection, in all three forms.
//!
//! securityContext.userBehaviors is a list of objects, debugData.behaviors a Java-style map, debugData.logOnlySecurityData JSON inside
//! text. Each behavior comes from the first form that has it. Their names are an administrator's to choose, and Okta's own vary.

use super::java_map::sentence_entries;
use super::json::{each_element, each_entry, pick};
use crate::event::log_event::Lexeme;
use crate::event::schema::Behavior;

/// Returns the result of a behavior from the three forms, in order of trust.
pub(super) fn result<'e>(behavior: Behavior, input: impl Fn(usize) -> Lexeme<'e>) -> Option<Lexeme<'e>> {
    let mut found = Found { behavior, result: None };
    match input(0) {
        Lexeme::Json(list) => each_element(list, |element| {
            if let Lexeme::Json(object) = element {
                let [name, result] = pick(object, ["name", "result"]);
                found.note(&name, result);
            }
        }),
        Lexeme::Nothing | Lexeme::Text(_) => {}
    }
    if found.result.is_none() {
        match input(1) {
            Lexeme::Text(std::borrow::Cow::Borrowed(text)) => {
                for (name, result) in sentence_entries(text) {
                    found.note(&name.into(), result.into());
                }
            }
            Lexeme::Json(object) => each_entry(object, |name, result| found.note(&Lexeme::Text(name), result)),
            Lexeme::Nothing | Lexeme::Text(_) => {}
        }
    }
    if found.result.is_none() {
        let [behaviors] = pick(input(2).json()?, ["behaviors"]);
        if let Lexeme::Json(object) = behaviors {
            each_entry(object, |name, result| found.note(&Lexeme::Text(name), result));
        }
    }
    found.result
}

struct Found<'e> {
    behavior: Behavior,
    result: Option<Lexeme<'e>>,
}

impl<'e> Found<'e> {
    /// Keeps the result if the name is the behavior's. Of two behaviors with like names a positive one wins: something was new.
    fn note(&mut self, name: &Lexeme<'_>, result: Lexeme<'e>) {
        let (Lexeme::Text(name), Lexeme::Text(text)) = (name, &result) else {
            return;
        };
        let is_first = self.result.is_none();
        if is_named(self.behavior, name) && !text.is_empty() && (is_first || text == "POSITIVE") {
            self.result = Some(result);
        }
    }
}

/// Returns whether a name is that of the behavior: case, spaces, hyphens and a last word "Behavior" do not matter.
fn is_named(behavior: Behavior, name: &str) -> bool {
    let letters = match behavior {
        Behavior::NewDevice => "newdevice",
        Behavior::NewIp => "newip",
        Behavior::NewCountry => "newcountry",
        Behavior::NewGeoLocation => "newgeolocation",
        Behavior::NewState => "newstate",
        Behavior::NewCity => "newcity",
        Behavior::Velocity => "velocity",
    };
    let mut given = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    letters.chars().all(|letter| given.next() == Some(letter)) && {
        let rest = || given.clone();
        rest().next().is_none() || rest().eq("behavior".chars())
    }
}
