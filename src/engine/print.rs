//! Fingerprints of uuids: what tells events apart, in 16 bytes.

use sha2::{Digest, Sha256};

/// Returns 128 bits that no two uuids share, the same ones in every process.
pub(super) fn fingerprint(uuid: &str) -> u128 {
    plain(uuid).unwrap_or_else(|| {
        let digest = Sha256::digest(uuid.as_bytes());
        digest.first_chunk::<16>().map_or(0, |bytes| u128::from_le_bytes(*bytes))
    })
}

/// Reads the usual form of 32 digits in five groups.
fn plain(uuid: &str) -> Option<u128> {
    let bytes = uuid.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut print = 0u128;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        print = (print << 4) | u128::from(digit);
    }
    Some(print)
}
