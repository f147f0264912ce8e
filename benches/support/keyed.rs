//! Events of one kind whose keys are drawn from many: what histories are measured with.

use std::fmt::Write;

/// Keys of each history.
pub(crate) const KEYS: u64 = 1_000_000;

/// Events in a day: ten a second.
pub(crate) const DAY: u64 = 864_000;

/// Events that are read before their updates are timed together: so few that they stay in the cache, as an event does that has just come.
pub(crate) const BATCH: u64 = 64;

/// Writes the event of a number, which is a tenth of a second after the one before, with a key.
pub(crate) fn write_event(out: &mut String, number: u64, key: u64) {
    let (seconds, days) = (number / 10, number / DAY);
    out.clear();
    write!(
        out,
        "{{\"uuid\":\"00000000-0000-4000-8000-{number:012x}\",\"published\":\"2026-{:02}-{:02}T{:02}:{:02}:{:02}.{}00Z\",\"eventType\":\"user.session.start\",\
         \"outcome\":{{\"result\":\"SUCCESS\"}},\"actor\":{{\"id\":\"00u{key:017}\",\"type\":\"User\"}},\"client\":{{\"ipAddress\":\"10.{}.{}.{}\"}}}}",
        days / 28 % 12 + 1,
        days % 28 + 1,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        number % 10,
        key % 7,
        key % 251,
        number % 3,
    )
    .expect("a string");
}

/// Has the machine hand out memory before anything is measured. What memory costs that has never been touched is paid once, is no matter of
/// histories, and differs by ten times from one virtual machine to the next. The allocator has to keep what it is given back, see
/// `main`; it does so of pieces that are not too large.
pub(crate) fn warm_memory() {
    const PIECE: usize = 1 << 20;
    const PIECES: usize = 3 << 10;
    std::hint::black_box((0..PIECES).map(|_| vec![1u8; PIECE]).collect::<Vec<_>>());
}
