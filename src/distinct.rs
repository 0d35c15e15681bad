//! Which rows, or texts, were seen before.

use crate::random;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Slots of an empty table.
const FEWEST: usize = 1 << 4;
/// Bytes of a slot.
const SLOT: usize = size_of::<u128>();

/// Rows by a hash of 128 bits: among a million million rows two different ones are taken for
/// one with a chance of one in 10^14.
///
/// A table of hashes alone, open addressing with linear probing, at most three quarters full:
/// 21 to 43 bytes a row, and half as much again for a moment while it grows.
#[derive(Debug, Clone)]
pub struct Distinct {
    /// 0 is an empty slot.
    slots: Vec<u128>,
    rows: usize,
    hasher: RowHasher,
}

/// Hashes rows.
#[derive(Debug, Clone, Copy)]
pub struct RowHasher {
    seed: u64,
}

impl RowHasher {
    /// The hash of a row as it would be written; never 0.
    pub fn hash(self, line: &[u8]) -> u128 {
        xxh3_128_with_seed(line, self.seed).max(1)
    }
}

impl Default for Distinct {
    fn default() -> Distinct {
        Distinct { slots: vec![0; FEWEST], rows: 0, hasher: RowHasher { seed: random::secret() } }
    }
}

impl Distinct {
    /// What hashes rows for this table, and for no other.
    pub fn hasher(&self) -> RowHasher {
        self.hasher
    }

    /// Whether a row of that hash was added.
    pub fn knows(&self, hash: u128) -> bool {
        self.slots[self.slot(hash)] == hash
    }

    /// How many rows were added.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row, and says whether it is new.
    pub fn add(&mut self, hash: u128) -> bool {
        if self.is_loaded() {
            self.grow();
        }
        let slot = self.slot(hash);
        let is_new = self.slots[slot] != hash;
        self.slots[slot] = hash;
        self.rows += usize::from(is_new);
        is_new
    }

    /// Brings the slots of these rows into the cache. A look at one slot of a large table waits
    /// for memory; many looks that do not depend on each other wait together.
    pub fn warm(&self, hashes: impl Iterator<Item = u128>) {
        let seen = hashes.fold(0, |seen, hash| seen ^ self.slots[hash as usize & (self.slots.len() - 1)]);
        std::hint::black_box(seen);
    }

    /// Whether one more row would take more than that many bytes of memory.
    pub fn would_exceed(&self, bytes: u64) -> bool {
        // While it grows, the table stands beside one of twice its size.
        self.is_loaded() && (self.slots.len() * 3 * SLOT) as u64 > bytes
    }

    fn is_loaded(&self) -> bool {
        (self.rows + 1) * 4 > self.slots.len() * 3
    }

    /// Where a hash stands, or the empty slot where it would.
    fn slot(&self, hash: u128) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = hash as usize & last;
        while self.slots[slot] != 0 && self.slots[slot] != hash {
            slot = (slot + 1) & last;
        }
        slot
    }

    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * 2];
        for hash in std::mem::replace(&mut self.slots, larger).into_iter().filter(|hash| *hash != 0) {
            let slot = self.slot(hash);
            self.slots[slot] = hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_new_once() {
        let mut rows = Distinct::default();
        let hash = rows.hasher().hash(b"1,2\n");
        assert!(rows.is_empty() && !rows.knows(hash));
        assert!(rows.add(hash) && !rows.add(hash) && rows.knows(hash));
        assert_eq!(rows.len(), 1);
        let other = rows.hasher().hash(b"1,3\n");
        assert!(rows.add(other));
    }

    #[test]
    fn many_rows_are_kept_apart_however_they_fall() {
        let mut rows = Distinct::default();
        let mut known = std::collections::HashSet::new();
        // Hashes that fall into few slots stand beside hashes that are spread.
        for i in 1..=200_000u128 {
            let hash = if i % 3 == 0 { (i % 1_000) << 70 | 1 } else { i.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 };
            assert_eq!(rows.knows(hash), known.contains(&hash));
            assert_eq!(rows.add(hash), known.insert(hash));
        }
        rows.warm(known.iter().copied());
        assert!(known.iter().all(|hash| rows.knows(*hash)));
    }

    #[test]
    fn a_full_table_is_told_before_it_grows() {
        let mut rows = Distinct::default();
        let mut hash = 1;
        while !rows.would_exceed(100_000) {
            rows.add(hash);
            hash += 1;
        }
        assert_eq!(rows.slots.len() * SLOT, 65_536, "48 kB of two tables fit, 98 and 196 kB do not");
    }
}
