//! Fingerprints of uuids: what tells events apart, in 16 bytes.

use sha2::{Digest, Sha256};

/// Returns 128 bits that no two uuids share, the same ones in every process.
pub(super) fn fingerprint(uuid: &str) -> u128 {
    plain(uuid).unwrap_or_else(|| {
        let digest = Sha256::digest(uuid.as_bytes());
        digest.first_chunk::<16>().map_or(0, |bytes| u128::from_le_bytes(*bytes))
    })
}

/// Lengths of the groups of digits of the usual form.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// What stands for a byte that is no digit: more than four bits.
const NO_DIGIT: u8 = 0x80;

/// The digit that each byte is.
#[expect(clippy::indexing_slicing, reason = "a place beyond the end would not compile")]
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

/// Reads the usual form of 32 digits in five groups.
fn plain(uuid: &str) -> Option<u128> {
    let mut rest: &[u8] = <&[u8; 36]>::try_from(uuid.as_bytes()).ok()?;
    let mut print = 0u128;
    let mut seen = 0;
    for (at, length) in GROUPS.into_iter().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix(b"-")?;
        }
        let (group, after) = rest.split_at_checked(length)?;
        let mut number = 0u64;
        for byte in group {
            let digit = DIGITS.get(usize::from(*byte)).copied().unwrap_or(NO_DIGIT);
            seen |= digit;
            number = number << 4 | u64::from(digit & 0xf);
        }
        print = print << (4 * length) | u128::from(number);
        rest = after;
    }
    (seen & NO_DIGIT == 0).then_some(print)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_form_is_its_number() {
        assert_eq!(plain("01234567-89ab-cdef-0123-456789abcdef"), Some(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
        assert_eq!(plain("ffffffff-ffff-ffff-ffff-ffffffffffff"), Some(u128::MAX));
    }

    #[test]
    fn every_other_form_is_hashed() {
        let usual = "01234567-89ab-cdef-0123-456789abcdef";
        for (at, digit) in usual.char_indices() {
            let other = if digit == '-' { '0' } else { '-' };
            for other in [other, 'g', 'A', '/', ':', '`', '\0'] {
                let mut text = usual.to_owned();
                text.replace_range(at..=at, &other.to_string());
                assert_eq!(plain(&text), None, "{text}");
            }
        }
        for text in ["", "0", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0", "01234567-89ab-cdef-0123-456789abcdé"] {
            assert_eq!(plain(text), None, "{text}");
        }
        assert_ne!(fingerprint("a"), fingerprint("b"));
    }
}
