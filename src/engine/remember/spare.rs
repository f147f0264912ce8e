//! Spares: the memory of events that have gone, for events that come.
//!
//! In a steady state as many go as come. Memory that was just in use is near; what an allocator gives has not been touched for long, and
//! fetching it costs more than writing an event.

use super::row::{HEAD_BYTES, Row};

/// Sizes that are told apart; events larger than those are left to the allocator.
const SIZES: usize = 16;

/// Sizes of rows lie so far apart, what belongs to them in memory included: what allocators give anyway.
const SIZE_BYTES: usize = 32;

/// Bytes of every row that are an allocator's own: with them a row is just a little smaller than the memory that it gets.
const SLACK_BYTES: usize = 8;

/// Returns which size has room for so many bytes.
pub(super) fn size_of_bytes(bytes: usize) -> usize {
    (HEAD_BYTES + SLACK_BYTES + bytes).div_ceil(SIZE_BYTES)
}

/// Returns how many bytes a size has room for.
pub(super) fn bytes_of_size(size: usize) -> usize {
    (size * SIZE_BYTES).saturating_sub(HEAD_BYTES + SLACK_BYTES)
}

/// Spares of one size: about what goes in a minute, and no more than a cache near the processor holds.
const EACH_MAX: usize = 1_024;

/// Memory of events that nobody shares, by its size: 5 MB at most, which no limit counts.
#[derive(Debug, Default)]
pub(super) struct Spares {
    by_size: [Vec<Row>; SIZES],
    count: usize,
}

impl Spares {
    /// Takes what an event leaves, if nobody else has it.
    pub(super) fn put(&mut self, row: Row) {
        if let Some(spares) = self.by_size.get_mut(row.size()).filter(|spares| spares.len() < EACH_MAX)
            && row.is_alone()
        {
            spares.push(row);
            self.count += 1;
        }
    }

    /// Gives one of a size.
    pub(super) fn take(&mut self, size: usize) -> Option<Row> {
        let spare = self.by_size.get_mut(size)?.pop()?;
        self.count -= 1;
        Some(spare)
    }

    /// Takes over what others have.
    pub(super) fn take_over(&mut self, others: &mut Spares) {
        if others.count == 0 {
            return;
        }
        for (own, others) in self.by_size.iter_mut().zip(&mut others.by_size) {
            let room = EACH_MAX.saturating_sub(own.len()).min(others.len());
            own.extend(others.drain(others.len() - room..));
        }
        let count = |spares: &Spares| spares.by_size.iter().map(Vec::len).sum();
        (self.count, others.count) = (count(self), count(others));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_few_sizes_that_have_room_for_every_byte() {
        for bytes in 0..1_000 {
            let size = size_of_bytes(bytes);
            assert!(bytes_of_size(size) >= bytes && bytes_of_size(size) < bytes + SIZE_BYTES, "{bytes}");
            assert_eq!(size_of_bytes(bytes_of_size(size)), size, "{bytes}");
        }
    }
}
