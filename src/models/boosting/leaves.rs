//! The leaf of each row, and what the leaves say.
//!
//! Leaves are numbered from left to right, a bit each. A row begins with all of them, each
//! split takes away those that it rules out, and the lowest that is left is the row's leaf
//! (Lucchese et al., "QuickScorer", 2015). What the splits on one column say is worked out once
//! for each of its bins, so that a row costs one look for each column.

use super::binning::{Binned, TILE, Tile};
use super::bounds::Bounds;
use super::grow::GrownTree;
use super::histogram::Sums;
use super::split::Rule;
use crate::models::tree::{Grown, Tree};
use crate::models::{blocks, leaf_order};
use crate::parallel;

/// Rows that one thread takes at a time.
const BLOCK: usize = 16_384;
/// Leaves to a word.
const BITS: usize = u64::BITS as usize;

/// For each bin of a column the leaves that are left, of up to 64.
type Table = [u64; 256];

/// The leaves of a tree.
#[derive(Debug)]
pub struct Leaves {
    /// Those with a column that some split looks at.
    tiles: Vec<usize>,
    /// For each of the tiles a table of each column, for the first 64 leaves; then for the next 64, ….
    tables: Vec<[Table; TILE]>,
    /// The node of each leaf.
    nodes: Vec<usize>,
}

impl Leaves {
    /// Those of a tree on these bins.
    pub fn of(tree: &GrownTree, binned: &Binned) -> Leaves {
        let left_child = |node: usize| tree.nodes[node].split.map(|(_, left)| left);
        let (below, before) = leaf_order::of(tree.nodes.len(), left_child);
        let mut tiles: Vec<usize> = tree.gains.iter().map(|(column, _)| column / TILE).collect();
        tiles.sort_unstable();
        tiles.dedup();
        let words = below[0].div_ceil(BITS);
        let mut tables = vec![[[u64::MAX; 256]; TILE]; tiles.len() * words];
        let mut nodes = vec![0; below[0]];
        for (node, grown) in tree.nodes.iter().enumerate() {
            let Some((split, left)) = grown.split else {
                nodes[before[node]] = node;
                continue;
            };
            let gone = before[left]..before[left] + below[left];
            let bins = binned.edges(split.column).bins();
            let Ok(tile) = tiles.binary_search(&(split.column / TILE)) else { continue };
            for word in gone.start / BITS..gone.end.div_ceil(BITS) {
                let bits = |end: usize| match end.saturating_sub(word * BITS) {
                    most @ 0..BITS => (1 << most) - 1,
                    _ => u64::MAX,
                };
                let kept = !(bits(gone.end) & !bits(gone.start));
                let table = &mut tables[word * tiles.len() + tile][split.column % TILE];
                let right = (0..=bins).filter(|bin| !split.sends_left(*bin as u8, bins));
                right.for_each(|bin| table[bin] &= kept);
            }
        }
        Leaves { tiles, tables, nodes }
    }

    /// Finds the leaf of each row, and adds up the derivatives of the rows of each leaf.
    pub fn fill(&self, leaf_of: &mut [u16], binned: &Binned, derivatives: &[[f32; 2]], threads: usize) -> Vec<Sums> {
        let rows = leaf_of.len();
        let parts = parallel::map_pieces(leaf_of, BLOCK, threads, |block, leaf_of| {
            let mut sums = vec![Sums::default(); self.nodes.len()];
            let rows = blocks::range(rows, BLOCK, block);
            for ((row, place), [gradient, hessian]) in rows.clone().zip(leaf_of).zip(&derivatives[rows]) {
                let leaf = self.leaf(binned.row(row));
                *place = leaf as u16;
                let row = Sums { gradient: f64::from(*gradient), hessian: f64::from(*hessian), rows: 1 };
                sums[leaf] = sums[leaf].plus(row);
            }
            sums
        });
        // In the order of the blocks: the number of threads does not show.
        let mut total = vec![Sums::default(); self.nodes.len()];
        for part in parts {
            total.iter_mut().zip(part).for_each(|(total, part)| *total = total.plus(part));
        }
        total
    }

    fn leaf(&self, row: &[Tile]) -> usize {
        let mut first = 0;
        for tables in self.tables.chunks_exact(self.tiles.len().max(1)) {
            let mut left = u64::MAX;
            for (tile, tables) in self.tiles.iter().zip(tables) {
                let bins = &row[*tile];
                // Columns without a split take nothing away, and the loop is the same for all rows.
                for column in 0..TILE {
                    left &= tables[column][usize::from(bins[column])];
                }
            }
            if left != 0 {
                return first + left.trailing_zeros() as usize;
            }
            first += BITS;
        }
        // The last leaf is never taken away; without a split there is only one.
        0
    }

    /// The tree, and the value of each leaf, where `value` makes it of the sums over the rows
    /// of the leaf and of what it may say. `None` where the tree is not one.
    pub fn tree(
        &self,
        grown: &GrownTree,
        binned: &Binned,
        sums: &[Sums],
        value: impl Fn(Sums, Bounds) -> f64,
    ) -> (Option<Tree>, Vec<f64>) {
        let values: Vec<f64> =
            self.nodes.iter().zip(sums).map(|(node, sums)| value(*sums, grown.nodes[*node].bounds)).collect();
        let mut cover = vec![0; grown.nodes.len()];
        let mut nodes = vec![Grown::Leaf(0.0); grown.nodes.len()];
        for ((node, value), sums) in self.nodes.iter().zip(&values).zip(sums) {
            nodes[*node] = Grown::Leaf(*value);
            cover[*node] = sums.rows as u64;
        }
        for (node, grown) in grown.nodes.iter().enumerate().rev() {
            let Some((split, left)) = grown.split else { continue };
            let (feature, missing_left, right) = (split.column, split.missing_left, left + 1);
            nodes[node] = match split.rule {
                Rule::UpTo(bin) => {
                    let threshold = binned.edges(feature).threshold(bin);
                    Grown::Split { feature, threshold, missing_left, left, right }
                }
                Rule::OneOf(codes) => Grown::Choice { feature, codes, missing_left, left, right },
            };
            cover[node] = cover[left] + cover[right];
        }
        (Tree::with_cover(&nodes, &cover, binned.columns()), values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grow::{Growth, grow, tests::GROWTH};
    use super::super::histogram::{Rounded, tests::noise};
    use super::*;
    use crate::table::{ColumnKind, Design};

    /// Grows a tree on two rows of three, finds the leaves of all, and holds them against the
    /// finished tree, which looks at the numbers themselves.
    fn check(x: &Design, derivatives: &[[f32; 2]], max_leaves: usize) {
        let (binned, rounded) = (Binned::new(x, 255, 0, 1), Rounded::new(derivatives, 1));
        let growth = Growth { max_leaves, ..GROWTH };
        let mut rows: Vec<u32> = (0..derivatives.len() as u32).filter(|row| row % 3 > 0).collect();
        let grown = grow(&mut rows, &binned, &rounded, &growth);
        let leaves = Leaves::of(&grown, &binned);
        assert_eq!(leaves.nodes.len(), grown.gains.len() + 1);
        let mut leaf_of = vec![0; derivatives.len()];
        let sums = leaves.fill(&mut leaf_of, &binned, derivatives, 1);
        let (mut again, x) = (leaf_of.clone(), x.dense());
        assert_eq!(leaves.fill(&mut again, &binned, derivatives, 3), sums, "threads do not show");
        let (tree, values) = leaves.tree(&grown, &binned, &sums, |sums, bounds| growth.value(sums, bounds));
        let tree = tree.unwrap();
        for (row, leaf) in leaf_of.iter().enumerate() {
            assert_eq!(tree.predict(x.row(row)), values[usize::from(*leaf)], "row {row}");
        }
        for (leaf, value) in values.iter().enumerate() {
            let rows = || leaf_of.iter().zip(derivatives).filter(|(other, _)| usize::from(**other) == leaf);
            assert_eq!((rows().count(), sums.len()), (sums[leaf].rows, values.len()));
            let [g, h] = [0, 1].map(|which| rows().map(|(_, pair)| f64::from(pair[which])).sum::<f64>());
            assert!((value + 0.5 * g / (h + 1.0)).abs() < 1e-9, "a Newton step times the rate");
        }
        let mut counted = tree.clone();
        counted.count(x.iter_rows());
        assert_eq!(counted, tree, "rows are counted where they go");
    }

    #[test]
    fn rows_are_in_the_leaf_where_the_tree_sends_them() {
        let (x, derivatives) = noise(40_000, 20, 7);
        // Up to one word of leaves, and more than one.
        for max_leaves in [1, 2, 12, 64, 65, 200] {
            check(&x.clone().into(), &derivatives, max_leaves);
        }
        let mut kinds = vec![ColumnKind::Number; 20];
        kinds[3] = ColumnKind::Codes(9);
        kinds[17] = ColumnKind::Codes(9);
        check(&Design::from(x).with_kinds(kinds), &derivatives, 40);
    }
}
