//! Small trees without branches: which leaves each split rules out.
//!
//! Leaves are numbered from left to right, a bit each. A row begins with all of them; every
//! split that sends it to the right takes away the leaves on its left. The lowest that is left
//! is the leaf where the row ends (Lucchese et al., "QuickScorer", 2015). All splits are
//! asked, the same for every row, so that nothing is guessed by the processor, and numbers are
//! compared as codes: how many of the trees' thresholds they are above. A code is a byte, and so
//! are the bits of eight leaves, so that many rows go through at once.

use super::leaf_order;
use super::lookup::{Lookup, MISSING, MOST};
use super::tree::Tree;

/// Rows side by side.
pub const ROWS: usize = 32;
/// Bytes of a vector register on every processor of the kind.
const LANES: usize = 16;
/// Leaves to a byte.
const BITS: usize = u8::BITS as usize;

/// A byte for each of some rows.
type Plane = [u8; ROWS];

/// Trees of at most 64 leaves each, with at most 254 thresholds to a column in all.
#[derive(Debug)]
pub struct LeafMasks<'a> {
    /// `None` for a column that no split looks at.
    columns: Vec<Option<Lookup>>,
    /// Splits on categories: the column, and the tree and the node that know what goes where.
    choices: Vec<(usize, &'a Tree, usize)>,
    trees: Vec<Masks>,
}

/// One tree.
#[derive(Debug)]
struct Masks {
    /// For each eight leaves the splits that may take one of them away.
    tests: Vec<Vec<Test>>,
    leaves: Vec<f64>,
}

/// What a split does to eight leaves.
#[derive(Debug)]
struct Test {
    /// Greater codes go to the right.
    last: [u8; LANES],
    /// The leaves that are left on the right side.
    keep: [u8; LANES],
    plane: usize,
}

impl LeafMasks<'_> {
    /// The trees, whose columns are among `width`; `None` where one has too many leaves, or
    /// all have too many thresholds.
    pub fn of<'a>(trees: &[&'a Tree], width: usize) -> Option<LeafMasks<'a>> {
        let mut edges = vec![Vec::new(); width];
        for tree in trees {
            for node in 0..tree.len() {
                if let Some((column, _)) = tree.split(node)
                    && !tree.is_choice(node)
                {
                    edges.get_mut(column)?.push(tree.number(node));
                }
            }
        }
        for edges in &mut edges {
            edges.sort_unstable_by(f64::total_cmp);
            edges.dedup();
        }
        if edges.iter().any(|edges| edges.len() > MOST) {
            return None;
        }
        let columns = edges.iter().map(|edges| (!edges.is_empty()).then(|| Lookup::of(edges))).collect();
        let mut masks = LeafMasks { columns, choices: Vec::new(), trees: Vec::new() };
        for tree in trees {
            masks.push(tree, &edges)?;
        }
        Some(masks)
    }

    /// Adds the value of the leaf of each row to its sum, tree after tree. Rows come in groups
    /// of [`ROWS`], each of them made by [`LeafMasks::planes`].
    pub fn add(&self, planes: &[Plane], sums: &mut [[f64; ROWS]]) {
        let size = self.size();
        for tree in &self.trees {
            for (planes, sums) in planes.chunks_exact(size).zip(&mut *sums) {
                tree.add(planes, sums);
            }
        }
    }

    /// The codes of up to [`ROWS`] rows of `width` numbers, plane after plane; zeros where
    /// there are fewer. Each column has two planes: missing values are above all thresholds in
    /// the first, and below all in the second. Then come the splits on categories: 0 where a row
    /// goes to the left.
    pub fn planes(&self, rows: &[f64], width: usize, planes: &mut Vec<Plane>) {
        let count = rows.len() / width.max(1);
        for (column, lookup) in self.columns.iter().enumerate() {
            let mut codes = [0; ROWS];
            if let Some(lookup) = lookup {
                lookup.codes(rows.iter().skip(column).step_by(width), &mut codes[..count]);
            }
            planes.push(codes);
            planes.push(codes.map(|code| if code == MISSING { 0 } else { code }));
        }
        for (column, tree, node) in &self.choices {
            let right = tree.split(*node).map(|(_, left)| left + 1);
            let mut goes = [0; ROWS];
            let values = rows.iter().skip(*column).step_by(width);
            goes.iter_mut().zip(values).for_each(|(goes, v)| *goes = u8::from(Some(tree.child(*node, *v)) == right));
            planes.push(goes);
        }
    }

    /// Planes of a group.
    fn size(&self) -> usize {
        2 * self.columns.len() + self.choices.len()
    }
}

impl<'a> LeafMasks<'a> {
    fn push(&mut self, tree: &'a Tree, edges: &[Vec<f64>]) -> Option<()> {
        let (below, before) = leaf_order::of(tree.len(), |node| tree.split(node).map(|(_, left)| left));
        if below[0] > u64::BITS as usize {
            return None;
        }
        let mut tests: Vec<Vec<Test>> = (0..below[0].div_ceil(BITS)).map(|_| Vec::new()).collect();
        let mut leaves = vec![0.0; below[0]];
        for node in 0..tree.len() {
            let Some((column, left)) = tree.split(node) else {
                leaves[before[node]] = tree.number(node);
                continue;
            };
            let (last, plane) = if tree.is_choice(node) {
                self.choices.push((column, tree, node));
                (0, self.size() - 1)
            } else {
                let threshold = tree.number(node);
                let last = edges.get(column)?.partition_point(|edge| *edge < threshold) as u8;
                (last, 2 * column + usize::from(tree.child(node, f64::NAN) == left))
            };
            let on_left = ((1_u64 << below[left]) - 1) << before[node];
            for (tests, gone) in tests.iter_mut().zip(on_left.to_le_bytes()).filter(|(_, gone)| *gone > 0) {
                tests.push(Test { last: [last; LANES], keep: [!gone; LANES], plane });
            }
        }
        self.trees.push(Masks { tests, leaves });
        Some(())
    }
}

impl Masks {
    fn add(&self, planes: &[Plane], sums: &mut [f64; ROWS]) {
        let mut open = [[0; ROWS]; 8];
        for (open, tests) in open.iter_mut().zip(&self.tests) {
            *open = left_over(tests, planes);
        }
        match self.tests.len() {
            0..=4 => self.finish::<4>(&open, sums),
            _ => self.finish::<8>(&open, sums),
        }
    }

    /// Adds the lowest leaf left in the first `BYTES` planes.
    fn finish<const BYTES: usize>(&self, open: &[Plane; 8], sums: &mut [f64; ROWS]) {
        for row in 0..ROWS {
            let leaves = (0..BYTES).fold(0, |leaves, byte| leaves | u64::from(open[byte][row]) << (8 * byte));
            // The rightmost leaf is never taken away, so that there is a lowest one.
            sums[row] += self.leaves[leaves.trailing_zeros() as usize];
        }
    }
}

/// Which of eight leaves are left to each row.
fn left_over(tests: &[Test], planes: &[Plane]) -> Plane {
    let mut open = [[u8::MAX; LANES]; ROWS / LANES];
    for Test { last, keep, plane } in tests {
        let codes = planes[*plane].as_chunks::<LANES>().0;
        for (open, codes) in open.iter_mut().zip(codes) {
            for lane in 0..LANES {
                open[lane] &= keep[lane] | if codes[lane] <= last[lane] { u8::MAX } else { 0 };
            }
        }
    }
    let mut plane = [0; ROWS];
    plane.as_chunks_mut().0.copy_from_slice(&open);
    plane
}

#[cfg(test)]
mod tests {
    use super::super::code_set::CodeSet;
    use super::super::tree::Grown;
    use super::*;
    use crate::random::Random;

    /// A tree of so many leaves, its splits anywhere.
    fn tree(leaves: usize, random: &mut Random) -> Tree {
        let mut grown = vec![Grown::Leaf(0.0)];
        let mut open = vec![0];
        while open.len() < leaves {
            let node = open.swap_remove(random.below(open.len()));
            let (feature, missing_left, left) = (random.below(3), random.below(2) == 0, grown.len());
            let right = left + 1;
            grown[node] = match feature {
                2 => {
                    let codes: CodeSet = (0..6).filter(|_| random.below(2) == 0).collect();
                    Grown::Choice { feature, codes, missing_left, left, right }
                }
                _ => Grown::Split { feature, threshold: random.below(9) as f64 - 4.0, missing_left, left, right },
            };
            grown.extend([Grown::Leaf(random.normal()), Grown::Leaf(random.normal())]);
            open.extend([left, right]);
        }
        Tree::new(&grown, 3).unwrap()
    }

    #[test]
    fn rows_end_where_the_trees_send_them() {
        let mut random = Random::new(5);
        let trees: Vec<Tree> = [1, 2, 8, 9, 31, 64].into_iter().map(|leaves| tree(leaves, &mut random)).collect();
        let masks = LeafMasks::of(&trees.iter().collect::<Vec<_>>(), 3).unwrap();
        let mut cell = |column: usize| match random.below(7) {
            0 => f64::NAN,
            _ if column == 2 => random.below(8) as f64,
            _ => random.below(11) as f64 - 5.0,
        };
        let rows: Vec<f64> = (0..3 * 90).map(|i| cell(i % 3)).collect();
        let mut planes = Vec::new();
        rows.chunks(3 * ROWS).for_each(|rows| masks.planes(rows, 3, &mut planes));
        let mut sums = vec![[0.25; ROWS]; 3];
        masks.add(&planes, &mut sums);
        for (row, sum) in rows.chunks(3).zip(sums.as_flattened()) {
            assert_eq!(*sum, trees.iter().fold(0.25, |sum, tree| sum + tree.predict(row)), "{row:?}");
        }
    }

    #[test]
    fn what_is_too_large_is_left_to_others() {
        let mut random = Random::new(6);
        assert!(LeafMasks::of(&[&tree(65, &mut random)], 3).is_none(), "more leaves than bits");
        assert!(LeafMasks::of(&[&tree(40, &mut random)], 1).is_none(), "a column is missing");
        let leaves = [Grown::Leaf(0.0), Grown::Leaf(1.0)];
        let split = |threshold| Grown::Split { feature: 0, threshold, missing_left: false, left: 1, right: 2 };
        let stump = |i: usize| Tree::new(&[split(i as f64), leaves[0], leaves[1]], 1).unwrap();
        let stumps: Vec<Tree> = (0..=MOST).map(stump).collect();
        let stumps: Vec<&Tree> = stumps.iter().collect();
        assert!(LeafMasks::of(&stumps[..MOST], 1).is_some() && LeafMasks::of(&stumps, 1).is_none());
    }
}
