//! Fingerprints: what tells events apart, in 16 bytes. It is of the uuid, or of all bytes where an event has none.

use sha2::{Digest, Sha256};

/// The uuid of an event, which is read once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventId<'e> {
    pub(crate) text: &'e str,
    /// Its number, if it is of the usual form. Numbers are in the order of the texts.
    pub(crate) plain: Option<u128>,
}

impl<'e> EventId<'e> {
    pub(crate) fn of(text: &'e str) -> Self {
        EventId { text, plain: plain(text) }
    }

    /// Returns 128 bits that no two uuids share, the same ones in every process.
    pub(crate) fn fingerprint(self) -> u128 {
        self.plain.unwrap_or_else(|| fingerprint(self.text.as_bytes()))
    }
}

/// Returns 128 bits that no two pieces of bytes share, the same ones in every process.
pub(crate) fn fingerprint(bytes: &[u8]) -> u128 {
    Sha256::digest(bytes).first_chunk::<16>().map_or(0, |bytes| u128::from_le_bytes(*bytes))
}

/// Where groups of four digits stand in the usual form, two of which are read at once.
const FOURS: [[usize; 2]; 4] = [[0, 4], [9, 14], [19, 24], [28, 32]];

/// Where its dashes stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// Reads the usual form of 32 digits in five groups.
fn plain(uuid: &str) -> Option<u128> {
    let text: &[u8; 36] = uuid.as_bytes().try_into().ok()?;
    if DASHES.iter().any(|at| text.get(*at) != Some(&b'-')) {
        return None;
    }
    let four = |at: usize| Some(u64::from(u32::from_be_bytes(*text.get(at..)?.first_chunk()?)));
    FOURS.iter().try_fold(0u128, |print, [first, second]| Some(print << 32 | u128::from(digits(four(*first)? << 32 | four(*second)?)?)))
}

/// The same byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Reads eight digits, each of them a byte, all at once.
fn digits(letters: u64) -> Option<u64> {
    // A digit's lower half is its value; a letter's counts from one, and its seventh bit is set.
    let is_letter = letters >> 6 & eight(1);
    let values = ((letters & eight(0x0f)) + 9 * is_letter) & eight(0x0f);
    // What was no digit is not written as it was read.
    let is_above_nine = (values + eight(6)) >> 4 & eight(1);
    let written = values + eight(b'0') + u64::from(b'a' - b'0' - 10) * is_above_nine;
    let twos = (values >> 4 | values) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos >> 8 | twos) & 0x0000_ffff_0000_ffff;
    (written == letters).then_some((fours >> 16 | fours) & 0xffff_ffff)
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
        assert_ne!(EventId::of("a").fingerprint(), EventId::of("b").fingerprint());
    }
}
