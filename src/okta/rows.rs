//! A page of events to its events, one by one, so that one that is broken does not take the others with it.

use serde_json::value::RawValue;

use super::logs::BadRow;

/// The rows of a page.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) events: Vec<Box<RawValue>>,
    pub(super) bad: Vec<BadRow>,
}

/// Why a page has no rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoRows {
    /// It ends in the middle.
    CutOff,
    /// It is JSON, and no array.
    NoArray,
    /// It is no JSON, and the places where events begin and end cannot be found.
    NoJson,
}

/// Cuts an array into its rows.
pub(super) fn read(body: &[u8]) -> Result<Rows, NoRows> {
    let mut rows = Rows { events: Vec::new(), bad: Vec::new() };
    match serde_json::from_slice::<Vec<Box<RawValue>>>(body) {
        Ok(all) => all.into_iter().enumerate().for_each(|(index, row)| rows.take(index, row)),
        Err(error) if error.is_eof() => return Err(NoRows::CutOff),
        Err(_) if serde_json::from_slice::<&RawValue>(body).is_ok() => return Err(NoRows::NoArray),
        Err(_) => {
            for (index, bytes) in cut(body)?.into_iter().enumerate() {
                match serde_json::from_slice::<Box<RawValue>>(bytes) {
                    Ok(row) => rows.take(index, row),
                    Err(error) => rows.bad.push(BadRow { index, bytes: bytes.to_vec(), why: error.to_string() }),
                }
            }
        }
    }
    Ok(rows)
}

impl Rows {
    /// Takes a row for an event if it is an object.
    fn take(&mut self, index: usize, row: Box<RawValue>) {
        if row.get().starts_with('{') {
            self.events.push(row);
        } else {
            self.bad.push(BadRow { index, bytes: row.get().as_bytes().to_vec(), why: "not an object".to_owned() });
        }
    }
}

/// Cuts an array that is no JSON into rows by its brackets, commas and quotes alone.
fn cut(body: &[u8]) -> Result<Vec<&[u8]>, NoRows> {
    let inner = body.trim_ascii().strip_prefix(b"[").ok_or(NoRows::NoJson)?;
    let mut rows = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b']' if depth == 0 => {
                rows.push(inner.get(start..at).unwrap_or_default().trim_ascii());
                let rest = inner.get(at + 1..).unwrap_or_default();
                return if rest.trim_ascii().is_empty() { Ok(rows) } else { Err(NoRows::NoJson) };
            }
            b'}' if depth == 0 => return Err(NoRows::NoJson),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                rows.push(inner.get(start..at).unwrap_or_default().trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
    }
    Err(NoRows::CutOff)
}
