//! Numbers that a seed decides, so that every run measures the same bytes.

/// A generator after splitmix64.
pub(crate) struct Random(u64);

impl Random {
    /// Makes a generator; the same seed gives the same numbers.
    pub(crate) fn seeded(seed: u64) -> Self {
        Random(seed)
    }

    /// Returns the next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Says yes so many times in a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns one of some things.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[usize::try_from(self.below(things.len() as u64)).expect("an index")]
    }

    /// Returns one of some things, each as often as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, things: &[(u64, T)]) -> T {
        let mut left = self.below(things.iter().map(|(weight, _)| weight).sum());
        for (weight, thing) in things {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *thing,
            }
        }
        things[0].1
    }

    /// Returns so many hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(u32::try_from(self.below(16)).expect("a digit"), 16).expect("a digit")).collect()
    }

    /// Returns an id as Okta makes them: a prefix, letters and digits.
    pub(crate) fn okta_id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let tail = (0..17 - prefix.len()).map(|_| char::from(self.pick(LETTERS)));
        format!("{prefix}{}5d7", tail.collect::<String>())
    }

    /// Returns a uuid.
    pub(crate) fn uuid(&mut self) -> String {
        format!("{}-{}-4{}-8{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }
}
