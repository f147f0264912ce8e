//! Snapshots: the whole state as bytes, and back.

/// The version of the form.
pub const SNAPSHOT_VERSION: u16 = 1;

/// Why bytes are no snapshot that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadSnapshot {
    /// They do not begin as a snapshot does.
    NotASnapshot,
    /// They were written by a later version.
    TooNew(u16),
    /// They are not what was written.
    Damaged,
}
