//! The leaf of each row, and what the leaves say.

use super::binning::Binned;
use super::bounds::Bounds;
use super::grow::GrownTree;
use super::histogram::Sums;
use super::split::{Rule, Split};
use crate::models::blocks;
use crate::models::leaf_masks::{LeafMasks, Plane, Question, ROWS};
use crate::models::tree::{Grown, Tree};
use crate::parallel;
use std::borrow::Cow;

/// Rows that one thread takes at a time.
const BLOCK: usize = 16_384;

/// The leaves of a tree.
#[derive(Debug)]
pub struct Leaves {
    masks: LeafMasks,
    /// Splits on categories: the column, and for each bin 0 where it goes to the left.
    choices: Vec<(usize, [u8; 256])>,
    /// The node of each leaf.
    nodes: Vec<usize>,
}

/// The bins of very many rows, [`ROWS`] of them after the other, and of these column after column;
/// zeros at the end.
#[derive(Debug)]
pub struct Planes {
    columns: usize,
    planes: Vec<Plane>,
}

impl Planes {
    /// Those of all rows.
    pub fn of(binned: &Binned, rows: usize, threads: usize) -> Planes {
        let columns = binned.columns();
        let mut planes = vec![[0; ROWS]; rows.div_ceil(ROWS) * columns];
        parallel::map_pieces(&mut planes, BLOCK / ROWS * columns.max(1), threads, |block, planes| {
            for (group, planes) in planes.chunks_exact_mut(columns).enumerate() {
                let rows = blocks::range(rows, ROWS, block * (BLOCK / ROWS) + group);
                for (place, row) in rows.enumerate() {
                    let bins = binned.row(row).as_flattened();
                    planes.iter_mut().zip(bins).for_each(|(plane, bin)| plane[place] = *bin);
                }
            }
        });
        Planes { columns, planes }
    }
}

impl Leaves {
    /// Those of a tree on these bins.
    pub fn of(tree: &GrownTree, binned: &Binned) -> Leaves {
        let mut choices = Vec::new();
        let left_child = |node: usize| tree.nodes[node].split.map(|(_, left)| left);
        let (masks, nodes) = LeafMasks::of(tree.nodes.len(), left_child, |node| match tree.nodes[node].split {
            Some((split, _)) => question(&split, binned, &mut choices),
            None => Question { plane: 0, shift: 0, last: 0 },
        });
        Leaves { masks, choices, nodes }
    }

    /// Finds the leaf of each row, and adds up the derivatives of the rows of each leaf.
    pub fn fill(&self, leaf_of: &mut [u16], planes: &Planes, derivatives: &[[f32; 2]], threads: usize) -> Vec<Sums> {
        let rows = leaf_of.len();
        let parts = parallel::map_pieces(leaf_of, BLOCK, threads, |block, leaf_of| {
            let mut sums = vec![Sums::default(); self.nodes.len()];
            let rows = blocks::range(rows, BLOCK, block);
            let (columns, size) = (planes.columns, planes.columns + self.choices.len());
            let planes = &planes.planes[rows.start / ROWS * columns..rows.end.div_ceil(ROWS) * columns];
            let (leaf_groups, derivatives) = (leaf_of.chunks_mut(ROWS), derivatives[rows].chunks(ROWS));
            let mut groups: Vec<_> = leaf_groups.zip(derivatives).collect();
            self.masks.leaves(&self.with_choices(planes, columns), size, |group, leaves| {
                let (leaf_of, derivatives) = &mut groups[group];
                leaf_of.copy_from_slice(&leaves[..leaf_of.len()]);
                for (leaf, [gradient, hessian]) in leaf_of.iter().zip(*derivatives) {
                    let row = Sums { gradient: f64::from(*gradient), hessian: f64::from(*hessian), rows: 1 };
                    let sums = &mut sums[usize::from(*leaf)];
                    *sums = sums.plus(row);
                }
            });
            sums
        });
        // In the order of the blocks: the number of threads does not show.
        let mut total = vec![Sums::default(); self.nodes.len()];
        for part in parts {
            total.iter_mut().zip(part).for_each(|(total, part)| *total = total.plus(part));
        }
        total
    }

    /// These planes of some rows, and after those of each group the splits on categories.
    fn with_choices<'a>(&self, planes: &'a [Plane], columns: usize) -> Cow<'a, [Plane]> {
        if self.choices.is_empty() {
            return planes.into();
        }
        let goes =
            |planes: &[Plane], (column, goes): &(usize, [u8; 256])| planes[*column].map(|bin| goes[usize::from(bin)]);
        let of_group = |planes: &'a [Plane]| {
            planes.iter().copied().chain(self.choices.iter().map(move |choice| goes(planes, choice)))
        };
        planes.chunks_exact(columns).flat_map(of_group).collect()
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

/// What a split asks, where those on categories have planes of their own after the columns.
fn question(split: &Split, binned: &Binned, choices: &mut Vec<(usize, [u8; 256])>) -> Question {
    let bins = binned.edges(split.column).bins();
    match split.rule {
        // The bin of missing values is the last, or is turned to be the first.
        Rule::UpTo(last) => {
            let shift = if split.missing_left { 0_u8.wrapping_sub(bins as u8) } else { 0 };
            Question { plane: split.column, shift, last: (last as u8).wrapping_add(shift) }
        }
        Rule::OneOf(_) => {
            let goes = |bin: usize| u8::from(!split.sends_left(bin as u8, bins));
            choices.push((split.column, std::array::from_fn(goes)));
            Question { plane: binned.columns() + choices.len() - 1, shift: 0, last: 0 }
        }
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
        let rows: Vec<u32> = (0..derivatives.len() as u32).filter(|row| row % 3 > 0).collect();
        let grown = grow(rows, &binned, &rounded, &growth);
        let leaves = Leaves::of(&grown, &binned);
        assert_eq!(leaves.nodes.len(), grown.gains.len() + 1);
        let mut leaf_of = vec![0; derivatives.len()];
        let planes = Planes::of(&binned, derivatives.len(), 2);
        let sums = leaves.fill(&mut leaf_of, &planes, derivatives, 1);
        let (mut again, x) = (leaf_of.clone(), x.dense());
        assert_eq!(leaves.fill(&mut again, &planes, derivatives, 3), sums, "threads do not show");
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
        let (x, derivatives) = noise(40_007, 20, 7);
        for max_leaves in [1, 2, 12, 64, 65, 200] {
            check(&x.clone().into(), &derivatives, max_leaves);
        }
        let mut kinds = vec![ColumnKind::Number; 20];
        kinds[3] = ColumnKind::Codes(9);
        kinds[17] = ColumnKind::Codes(9);
        check(&Design::from(x).with_kinds(kinds), &derivatives, 40);
    }
}
