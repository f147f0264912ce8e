//! Plain text: how far a JSON string goes on without a byte that means something.
//!
//! Takes bytes; gives a count. Reads eight bytes at a time, which is where most of an event's reading goes.

/// Returns how many bytes come before the first quotation mark, backslash or control character.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((eight, after)) = rest.split_first_chunk() {
        let special = specials(u64::from_le_bytes(*eight));
        if special != 0 {
            // The lowest bit that is set belongs to the first special byte.
            return bytes.len() - rest.len() + (special.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.len() - rest.len() + rest.iter().take_while(is_plain).count()
}

/// Sets the high bit of each byte that is a quotation mark, a backslash or a control character. Bits above the first one may be wrong.
#[inline]
fn specials(eight: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let is_zero = |bytes: u64| bytes.wrapping_sub(LOW) & !bytes;
    let quote = is_zero(eight ^ (LOW * b'"' as u64));
    let backslash = is_zero(eight ^ (LOW * b'\\' as u64));
    let control = eight.wrapping_sub(LOW * 0x20) & !eight;
    (quote | backslash | control) & HIGH
}
