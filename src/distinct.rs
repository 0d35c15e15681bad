//! Which rows, or texts, were seen before.

use crate::{parallel, random};
use std::hint::black_box;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Slots of an empty table.
const FEWEST: usize = 1 << 4;
/// Slots of a page of memory, and as many as a thread asks the system for at a time.
const PAGE: usize = 4_096 / size_of::<u64>();
const PIECE: usize = 512 * PAGE;
/// Bits of a slot that say which row stands there; the others are of its hash.
const NUMBER: u32 = 40;

/// Rows by a hash of 128 bits: among a million million rows two different ones are taken for
/// one with a chance of one in 10^14.
///
/// The hashes stand as they came, and a table says where: open addressing with linear probing, at
/// most three quarters full. The table is what is looked at anywhere, and therefore kept small. 27
/// to 37 bytes a row in all; room for the hashes of a full table is asked for ahead and not touched.
#[derive(Debug, Clone)]
pub struct Distinct {
    /// 0 is empty; else the low bits are the number of a row, from 1, and the high ones the high
    /// ones of its hash.
    slots: Vec<u64>,
    hashes: Vec<u128>,
    hasher: RowHasher,
    /// How many rows there will likely be.
    expected: usize,
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
        Distinct {
            slots: vec![0; FEWEST],
            hashes: Vec::new(),
            hasher: RowHasher { seed: random::secret() },
            expected: 0,
        }
    }
}

impl Distinct {
    /// What hashes rows for this table, and for no other.
    pub fn hasher(&self) -> RowHasher {
        self.hasher
    }

    /// Whether a row of that hash was added.
    pub fn knows(&self, hash: u128) -> bool {
        self.slots[self.slot(hash)] != 0
    }

    /// How many rows were added.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Adds a row, and says whether it is new.
    pub fn add(&mut self, hash: u128) -> bool {
        if self.is_loaded() {
            self.grow();
        }
        let slot = self.slot(hash);
        let is_new = self.slots[slot] == 0;
        if is_new {
            self.hashes.push(hash);
            self.slots[slot] = entry(hash, self.hashes.len());
        }
        is_new
    }

    /// Brings the slots of these rows into the cache. A look at one slot of a large table waits
    /// for memory; many looks that do not depend on each other wait together.
    pub fn warm(&self, hashes: impl Iterator<Item = u128>) {
        let seen = hashes.fold(0, |seen, hash| seen ^ self.slots[hash as usize & (self.slots.len() - 1)]);
        black_box(seen);
    }

    /// Says how many rows there will likely be, of which no more than fit into that many bytes of
    /// memory: a table that is full then grows to their size at once, and not step by step.
    pub fn expect(&mut self, rows: usize, bytes: u64) {
        let fitting = (bytes / size(1) + 1).next_power_of_two() / 2;
        self.expected = rows.min(most(fitting as usize));
    }

    /// Whether one more row would take more than that many bytes of memory.
    pub fn would_exceed(&self, bytes: u64) -> bool {
        self.is_loaded() && size(2 * self.slots.len()) > bytes
    }

    fn is_loaded(&self) -> bool {
        self.len() >= most(self.slots.len())
    }

    /// Where a hash stands, or the empty slot where it would.
    fn slot(&self, hash: u128) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = hash as usize & last;
        loop {
            let found = self.slots[slot];
            let is_like = found >> NUMBER == entry(hash, 0) >> NUMBER;
            if found == 0 || (is_like && self.hashes[(found & ((1 << NUMBER) - 1)) as usize - 1] == hash) {
                return slot;
            }
            slot = (slot + 1) & last;
        }
    }

    fn grow(&mut self) {
        // A guess from few of the rows is not believed: memory grows with the rows that there are.
        let is_sound = self.len() >= self.expected / 32;
        let guess = if is_sound { self.expected } else { self.len() * 8 };
        let mut count = self.slots.len() * 2;
        while most(count) < guess {
            count *= 2;
        }
        // Gone before the larger one is there.
        self.slots = Vec::new();
        self.slots = vec![0; count];
        parallel::map_pieces(&mut self.slots, PIECE, parallel::available(), |_, piece| {
            // A page that is read before it is written costs the system twice.
            black_box(piece).iter_mut().step_by(PAGE).for_each(|slot| *slot = 0);
        });
        self.hashes.reserve_exact(most(count) - self.hashes.len());
        for (i, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (count - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (count - 1);
            }
            self.slots[slot] = entry(*hash, i + 1);
        }
    }
}

/// Bytes of a full table of so many slots.
fn size(slots: usize) -> u64 {
    // Three hashes for four slots.
    (slots * (size_of::<u64>() + size_of::<u128>() / 4 * 3)) as u64
}

/// Rows that stand in a table of so many slots at most.
fn most(slots: usize) -> usize {
    slots / 4 * 3
}

/// What stands in the slot of a row.
fn entry(hash: u128, number: usize) -> u64 {
    // The low bits of the hash are those of its slot.
    (hash >> 64) as u64 >> NUMBER << NUMBER | number as u64
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
        assert_eq!(rows.slots.len(), 4_096, "82 kB of table and hashes fit, 164 kB do not");
    }

    #[test]
    fn a_table_grows_to_what_is_expected_within_limits() {
        let grown = |expected: usize, bytes: u64| {
            let mut rows = Distinct::default();
            for hash in 1..=13 {
                rows.expect(expected, bytes);
                rows.add(hash);
            }
            assert!((1..=13).all(|hash| rows.knows(hash)));
            rows.slots.len()
        };
        let sizes = [0, 24, 25, 300, 1_000_000].map(|expected| grown(expected, u64::MAX));
        assert_eq!(sizes, [32, 32, 64, 512, 128], "12 rows of 300 tell something, of a million little");
        assert_eq!(grown(1_000_000, 64 * 20), 64, "what memory has room for");
        assert_eq!(grown(1_000_000, 0), 32);
    }
}
