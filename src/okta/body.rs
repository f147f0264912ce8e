//! Reading an answer's body: never more than it may hold, packed or unpacked, and knowing how it ended.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use super::Oddity;
use super::transport::Answer;

/// How many times its own size a body may unpack to. Honest pages of the System Log, a thousand events that resemble each other, reach some
/// thirty; a bomb is made to reach a thousand.
const UNPACKED_TIMES_MAX: usize = 100;
/// Up to this size the multiple does not matter.
const UNPACKED_BYTES_FREE: usize = 1024 * 1024;
/// How much is unpacked between two looks at the multiple.
const STEP_BYTES: u64 = 64 * 1024;

/// Why a body was not read.
pub(super) enum BadBody {
    /// The connection ended or stalled before the body did.
    Ended(reqwest::Error),
    /// The body is not one that we take.
    Odd(Oddity),
}

/// Reads the whole body of an answer, unpacked, of at most `bytes_max` bytes.
pub(super) async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, BadBody> {
    let too_long = || BadBody::Odd(Oddity::TooLong(bytes_max as u64));
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_long());
    }
    let packed = match encoding(response.headers()) {
        Encoding::Plain => false,
        Encoding::Gzip => true,
        Encoding::Unknown => return Err(BadBody::Odd(Oddity::BadCompression)),
    };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BadBody::Ended)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    if packed && !body.is_empty() { unpack(&body, bytes_max).map_err(BadBody::Odd) } else { Ok(body) }
}

enum Encoding {
    Plain,
    Gzip,
    Unknown,
}

fn encoding(headers: &HeaderMap) -> Encoding {
    let value = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    match value.as_deref() {
        None | Some("" | "identity") => Encoding::Plain,
        Some("gzip" | "x-gzip") => Encoding::Gzip,
        Some(_) => Encoding::Unknown,
    }
}

/// Unpacks gzip, and stops as soon as there is too much.
pub(super) fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, Oddity> {
    let mut reader = GzDecoder::new(packed);
    let mut body = Vec::new();
    loop {
        let before = body.len();
        (&mut reader).take(STEP_BYTES).read_to_end(&mut body).map_err(|_| Oddity::BadCompression)?;
        if body.len() == before {
            return Ok(body);
        }
        if body.len() > bytes_max {
            return Err(Oddity::TooLong(bytes_max as u64));
        }
        if body.len() > UNPACKED_BYTES_FREE && body.len() / UNPACKED_TIMES_MAX > packed.len() {
            return Err(Oddity::Bomb);
        }
    }
}

/// Whether a body is a web page, by what it says it is or by how it begins.
pub(super) fn looks_like_html(answer: &Answer) -> bool {
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let start: Vec<u8> = answer.body.iter().copied().skip_while(u8::is_ascii_whitespace).take(9).map(|b| b.to_ascii_lowercase()).collect();
    kind.starts_with("text/html") || start.starts_with(b"<!doctype") || start.starts_with(b"<html")
}
