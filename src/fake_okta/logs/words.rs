//! Keywords: whether any text of an event holds a word.

use serde_json::Value;

/// Says whether a word, in lower case, is a whole value, a whole word of one, or a part between hyphens.
pub(super) fn holds(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text_holds(&text.to_lowercase(), word),
        Value::Number(number) => number.to_string() == word,
        Value::Array(members) => members.iter().any(|member| holds(member, word)),
        Value::Object(map) => map.values().any(|member| holds(member, word)),
        Value::Null | Value::Bool(_) => false,
    }
}

fn text_holds(text: &str, word: &str) -> bool {
    let separates = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | '/' | '"');
    text == word || text.split(separates).any(|part| part == word || part.split('-').any(|piece| piece == word))
}
