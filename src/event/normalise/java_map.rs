//! Java-style maps: how debugData writes risk and behaviors, `{reasons=New Device, New ASN, level=HIGH}`.
//!
//! Takes the text with or without braces and with or without a name before them; gives keys and values that borrow from it.

/// Returns the entries of a map whose keys are single words; values may hold ", ".
///
/// The next entry begins at a comma, a space, and a word with `=` right after it.
pub(super) fn word_entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = Some(inside(text));
    std::iter::from_fn(move || {
        let (key, tail) = rest.take()?.split_once('=')?;
        let (value, after) = split_at_next_entry(tail);
        rest = after;
        Some((key.trim(), value.trim()))
    })
}

/// Returns the entries of a map whose keys may be sentences and whose values are single words.
pub(super) fn sentence_entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = inside(text).split(',').filter_map(|entry| entry.rsplit_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim()))
}

/// Returns a map as a JSON object of texts, if it is one: entries with `=` in braces, perhaps with a name before them.
pub(super) fn to_json(text: &str) -> Option<serde_json::Value> {
    let text = text.trim();
    let equals = text.matches('=').count();
    if equals == 0 || !text.ends_with('}') || inside(text) == text {
        return None;
    }
    let words: Vec<(&str, &str)> = word_entries(text).collect();
    // Keys of several words hide from a reading by words.
    let entries = if words.len() == equals { words } else { sentence_entries(text).collect() };
    let texts = entries.into_iter().map(|(key, value)| (key.to_owned(), value.into()));
    Some(serde_json::Value::Object(texts.collect()))
}

/// Returns the items of a value that is a list.
pub(super) fn items(value: &str) -> impl Iterator<Item = &str> {
    value.trim_start_matches('[').trim_end_matches(']').split(", ").map(str::trim).filter(|item| !item.is_empty())
}

/// Returns what stands between the braces, or everything if there are none.
fn inside(text: &str) -> &str {
    let text = text.trim();
    let after = text.split_once('{').map(|(name, after)| (name.trim(), after));
    match after {
        Some((name, after)) if name.chars().all(is_word) => after.strip_suffix('}').unwrap_or(after),
        _ => text,
    }
}

fn split_at_next_entry(text: &str) -> (&str, Option<&str>) {
    for (comma, _) in text.match_indices(", ") {
        let (value, after) = text.split_at_checked(comma).unwrap_or((text, ""));
        let entry = after.trim_start_matches([',', ' ']);
        let word_length = entry.find(|c: char| !is_word(c)).unwrap_or(entry.len());
        let continues = entry.get(word_length..).is_some_and(|rest| rest.starts_with('='));
        if word_length > 0 && continues {
            return (value, Some(entry));
        }
    }
    (text, None)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
