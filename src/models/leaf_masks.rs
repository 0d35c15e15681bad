//! The leaves of many rows at once, without branches: which leaves each split rules out.
//!
//! Leaves are numbered from left to right, a bit each. A row begins with all of them; every
//! split that sends it to the right takes away the leaves on its left. The lowest that is left
//! is the leaf where the row ends (Lucchese et al., "QuickScorer", 2015). All splits are
//! asked, the same for every row, so that nothing is guessed by the processor. What they ask
//! for is a byte, and so are the bits of eight leaves: many rows go through at once.

use crate::vectors::{self, Simd, dispatch, prelude::*, u8x32};

/// Rows side by side.
pub const ROWS: usize = 32;
/// Leaves to a byte.
const BITS: usize = u8::BITS as usize;
/// Groups of eight leaves whose leaves are told apart by a byte.
const SPAN: usize = 32;

/// A byte for each of some rows.
pub type Plane = [u8; ROWS];

/// What a split asks: rows go to the left whose byte of this plane, with `shift` added to it
/// (255 and 1 are 0), is at most `last`.
#[derive(Debug)]
pub struct Question {
    /// Which of the planes.
    pub plane: usize,
    /// What turns the bytes so that those on the left come first.
    pub shift: u8,
    /// The last of them.
    pub last: u8,
}

/// The splits of a tree.
#[derive(Debug)]
pub struct LeafMasks {
    /// For each eight leaves the splits that may take one of them away.
    tests: Vec<Vec<Test>>,
}

/// What a split does to eight leaves.
#[derive(Debug)]
struct Test {
    plane: usize,
    shift: Plane,
    last: Plane,
    /// The leaves that are left on the right side.
    keep: Plane,
}

impl LeafMasks {
    /// Those of a tree of so many nodes, whose children come after their parents, and the node
    /// of each leaf. `left` knows the left child of a node, which the right one follows.
    pub fn of(
        nodes: usize,
        left: impl Fn(usize) -> Option<usize>,
        mut question: impl FnMut(usize) -> Question,
    ) -> (LeafMasks, Vec<usize>) {
        // How many leaves are below each node, itself included, and how many stand on its left.
        let (mut below, mut before) = (vec![1_usize; nodes], vec![0; nodes]);
        for node in (0..nodes).rev() {
            if let Some(left) = left(node) {
                below[node] = below[left] + below[left + 1];
            }
        }
        let leaves = below.first().copied().unwrap_or_default();
        let mut tests: Vec<Vec<Test>> = (0..leaves.div_ceil(BITS)).map(|_| Vec::new()).collect();
        let mut node_of = vec![0; leaves];
        for node in 0..nodes {
            let Some(left) = left(node) else {
                node_of[before[node]] = node;
                continue;
            };
            (before[left], before[left + 1]) = (before[node], before[node] + below[left]);
            let Question { plane, shift, last } = question(node);
            let gone = before[left]..before[left] + below[left];
            for (group, tests) in tests.iter_mut().enumerate().take(gone.end.div_ceil(BITS)).skip(gone.start / BITS) {
                let keep = (0..BITS).filter(|bit| !gone.contains(&(BITS * group + bit)));
                let keep = keep.fold(0, |keep, bit| keep | 1 << bit);
                tests.push(Test { plane, shift: [shift; ROWS], last: [last; ROWS], keep: [keep; ROWS] });
            }
        }
        (LeafMasks { tests }, node_of)
    }

    /// Tells `take` the leaf of each row: [`ROWS`] rows at a time, each group of them given by so
    /// many planes, with the number of the group.
    pub fn leaves(&self, planes: &[Plane], size: usize, mut take: impl FnMut(usize, &[u16; ROWS])) {
        dispatch!(vectors::level(), simd => self.leaves_by(simd, planes, size, &mut take));
    }

    #[inline(always)]
    fn leaves_by<S: Simd>(&self, simd: S, planes: &[Plane], size: usize, take: &mut impl FnMut(usize, &[u16; ROWS])) {
        for (group, planes) in planes.chunks_exact(size.max(1)).enumerate() {
            let mut leaves = [0; ROWS];
            for (span, tests) in self.tests.chunks(SPAN).enumerate().rev() {
                let (found, leaf) = lowest_left(simd, tests, planes);
                let first = (span * SPAN * BITS) as u16;
                for ((place, found), leaf) in leaves.iter_mut().zip(found).zip(leaf) {
                    // From the right, so that what is found on the left counts.
                    *place = if found == 0 { *place } else { first + u16::from(leaf) };
                }
            }
            take(group, &leaves);
        }
    }
}

/// For each row whether any leaf of these groups of eight is left (else 0), and the number of the
/// lowest one.
#[inline(always)]
fn lowest_left<S: Simd>(simd: S, tests: &[Vec<Test>], planes: &[Plane]) -> (Plane, Plane) {
    let (mut group_of, mut open_of) = (u8x32::splat(simd, 0), u8x32::splat(simd, 0));
    for (group, tests) in tests.iter().enumerate().rev() {
        let open = left_over(simd, tests, planes);
        let none = open.simd_eq(0);
        group_of = none.select(group_of, u8x32::splat(simd, group as u8));
        open_of = none.select(open_of, open);
    }
    let lowest = open_of & (u8x32::splat(simd, 0) - open_of);
    let mut leaf = group_of << 3;
    for (mask, value) in [(0b1010_1010, 1), (0b1100_1100, 2), (0b1111_0000, 4)] {
        leaf = (lowest & mask).simd_eq(0).select(leaf, leaf | value);
    }
    (open_of.to_array(), leaf.to_array())
}

/// Which of eight leaves are left to each row.
#[inline(always)]
fn left_over<S: Simd>(simd: S, tests: &[Test], planes: &[Plane]) -> u8x32<S> {
    let mut open = u8x32::splat(simd, u8::MAX);
    for Test { plane, shift, last, keep } in tests {
        let codes = u8x32::from_slice(simd, &planes[*plane]) + u8x32::from_slice(simd, shift);
        let is_left = codes.simd_le(u8x32::from_slice(simd, last));
        open = is_left.select(open, open & u8x32::from_slice(simd, keep));
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn rows_end_where_the_splits_send_them() {
        let mut random = Random::new(7);
        for leaves in [1, 2, 8, 9, 31, 64, 65, 256, 257, 700] {
            let mut left = vec![None];
            let mut open = vec![0];
            while open.len() < leaves {
                let node = open.swap_remove(random.below(open.len()));
                left[node] = Some(left.len());
                open.extend([left.len(), left.len() + 1]);
                left.extend([None, None]);
            }
            let asked: Vec<[u8; 3]> = (0..left.len())
                .map(|_| [random.below(4) as u8, (random.below(2) * random.below(256)) as u8, random.below(256) as u8])
                .collect();
            let question = |node: usize| {
                let [plane, shift, last] = asked[node];
                Question { plane: usize::from(plane), shift, last }
            };
            let (masks, node_of) = LeafMasks::of(left.len(), |node| left[node], question);
            assert_eq!(node_of.len(), leaves);
            let planes: Vec<Plane> = (0..4).map(|_| std::array::from_fn(|_| random.below(256) as u8)).collect();
            let mut found = Vec::new();
            masks.leaves(&planes, 4, |group, leaves| found.push((group, *leaves)));
            let [(0, found)] = found[..] else { panic!("there is one group") };
            for (row, leaf) in found.into_iter().enumerate() {
                let mut node = 0;
                while let Some(left) = left[node] {
                    let [plane, shift, last] = asked[node];
                    let goes_left = planes[usize::from(plane)][row].wrapping_add(shift) <= last;
                    node = if goes_left { left } else { left + 1 };
                }
                assert_eq!(node_of[usize::from(leaf)], node, "row {row} of {leaves} leaves");
            }
        }
    }
}
