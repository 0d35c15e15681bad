//! Which rows were seen before.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Rows by a hash of 128 bits: among a million million rows two different ones are taken for
/// one with a chance of one in 10^14.
pub struct Distinct {
    seen: HashSet<u128, BuildHasherDefault<AlreadyHashed>>,
    seed: u64,
}

impl Default for Distinct {
    fn default() -> Distinct {
        // A seed that nobody can know: no file can be made to collide on purpose.
        Distinct { seen: HashSet::default(), seed: std::hash::RandomState::new().hash_one(0u8) }
    }
}

impl Distinct {
    /// The hash of a row as it would be written.
    pub fn hash(&self, line: &[u8]) -> u128 {
        xxh3_128_with_seed(line, self.seed)
    }

    /// Whether a row of that hash was added.
    pub fn knows(&self, hash: u128) -> bool {
        self.seen.contains(&hash)
    }

    /// Adds a row, and says whether it is new.
    pub fn add(&mut self, hash: u128) -> bool {
        self.seen.insert(hash)
    }
}

/// Row hashes are uniform already: a table of them need not hash again.
#[derive(Default)]
struct AlreadyHashed(u64);

impl std::hash::Hasher for AlreadyHashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_once() {
        let mut rows = Distinct::default();
        let hash = rows.hash(b"1,2\n");
        assert!(!rows.knows(hash) && rows.add(hash) && !rows.add(hash) && rows.knows(hash));
        assert!(rows.add(rows.hash(b"1,3\n")));
    }
}
