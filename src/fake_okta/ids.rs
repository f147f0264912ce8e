//! Names of things: ids, tokens and random choices from one seed, so that a run can be repeated.

/// Draws from a seeded sequence (SplitMix64). Not for secrets of real systems.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    state: u64,
}

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Ids {
    pub(super) fn new(seed: u64) -> Self {
        Ids { state: seed }
    }

    /// Draws 64 bits.
    pub(super) fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below a bound; a bound of 0 gives 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }

    /// Says yes that many times in a hundred.
    pub(super) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// Makes letters and digits.
    pub(super) fn text(&mut self, length: usize) -> String {
        (0..length).map(|_| LETTERS.get(usize::try_from(self.below(62)).unwrap_or(0)).copied().map_or('A', char::from)).collect()
    }

    /// Makes an id of twenty characters that begins as Okta's ids of that kind do: `00u`, `who`, `0oa`.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        // The end of an id is the same within one org.
        format!("{prefix}{}5d7", self.text(17_usize.saturating_sub(prefix.len())))
    }

    /// Makes lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.draw()));
        }
        text.truncate(length);
        text
    }

    /// Makes a UUID in the form of time-based ones, as Okta's events have.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.draw(), self.draw());
        let high = (high & 0xFFFF_FFFF_FFFF_0FFF) | 0x1000;
        let low = (low & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
        uuid::Uuid::from_u64_pair(high, low).to_string()
    }

    /// Puts a list into a random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = usize::try_from(self.below(u64::try_from(last).unwrap_or(0).saturating_add(1))).unwrap_or(0);
            list.swap(last, other);
        }
    }
}
