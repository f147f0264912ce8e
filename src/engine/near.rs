//! Bringing memory near: the processor is told what will be read soon, and goes on meanwhile.
//!
//! With many keys nearly all that an event asks for lies outside of all caches. Told of many places before the first of them is read, the
//! processor reaches for all of them together; where it cannot be told, nothing happens. Nothing that is read changes by it.

use branches::prefetch_read_data;

/// Bytes that a processor fetches from memory at once.
const PIECE_BYTES: usize = 64;

/// Brings the first bytes of a value near.
pub(super) fn bring<T>(value: &T) {
    bring_from(value, 1);
}

/// Brings a whole value near, as far as it stands in one place.
pub(super) fn bring_all<T>(value: &T) {
    bring_from(value, size_of::<T>().div_ceil(PIECE_BYTES));
}

/// Brings what begins at an address near, so many pieces of it. The address is never read from.
pub(super) fn bring_from<T>(address: *const T, pieces: usize) {
    for piece in 0..pieces {
        prefetch_read_data::<_, 0>(address.cast::<u8>().wrapping_add(piece * PIECE_BYTES));
    }
}
