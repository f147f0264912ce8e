//! One request, taken apart.

use base64::Engine as _;

/// Largest body that the fake reads.
pub(super) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A request as the org looks at it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// The path as it came.
    pub(super) path: String,
    /// Its parts, decoded.
    pub(super) segments: Vec<String>,
    /// The query as it came, without `?`.
    pub(super) raw_query: String,
    /// Its pairs, decoded, in their order.
    pub(super) query: Vec<(String, String)>,
    /// Names in lower case, in their order.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The address of the other side.
    pub(super) peer: String,
    /// The id that the answer carries.
    pub(super) id: String,
}

impl Call {
    /// A request that nobody made: the org does something of its own accord.
    pub(super) fn of_the_org(id: String) -> Self {
        Call {
            method: "POST".to_owned(),
            path: String::new(),
            segments: Vec::new(),
            raw_query: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            peer: "127.0.0.1".to_owned(),
            id,
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Returns a query's value; an empty one counts as absent.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Returns the pairs of a form body.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        std::str::from_utf8(&self.body).map(pairs).unwrap_or_default()
    }

    /// Returns user and password of HTTP Basic, if that is what the header holds.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let encoded = scheme(self.header("authorization")?, "basic")?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':')?;
        // RFC 6749 section 2.3.1 has both form-encoded first; neither of Okta's holds a character that this changes.
        Some((decode(user), decode(password)))
    }
}

/// Returns what follows the scheme of an `Authorization` value; schemes have no case.
pub(super) fn scheme<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(rest.trim())
}

/// Takes a query or a form apart.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
    };
    text.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

/// Undoes percent-encoding; what is no encoding stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        match rest {
            [b'%', high, low, tail @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = tail;
                }
                _ => {
                    bytes.push(b'%');
                    rest = rest.get(1..).unwrap_or_default();
                }
            },
            [byte, tail @ ..] => {
                bytes.push(*byte);
                rest = tail;
            }
            [] => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Encodes a value of a query the way Okta's links have it: a space is `+`.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
