//! Trees for very many rows: numbers are looked up once for all trees, as codes of a byte.
//!
//! A code says how many of the trees' thresholds a number is above; then only codes are compared,
//! many rows at a time ([`LeafMasks`]).

use super::leaf_masks::{LeafMasks, Plane, Question, ROWS};
use super::lookup::{Lookup, MISSING, MOST};
use super::tree::Tree;

/// Leaves of a tree at most: with more of them it is faster to walk down the tree.
const LEAVES: usize = 64;

/// Trees of at most 64 leaves each, with at most 254 thresholds to a column in all.
#[derive(Debug)]
pub struct CodedTrees<'a> {
    /// `None` for a column that no split looks at.
    columns: Vec<Option<Lookup>>,
    /// Splits on categories: the column, and the tree and the node that know what goes where.
    choices: Vec<(usize, &'a Tree, usize)>,
    trees: Vec<Coded>,
}

/// One tree.
#[derive(Debug)]
struct Coded {
    masks: LeafMasks,
    /// What each leaf says.
    leaves: Vec<f64>,
}

impl CodedTrees<'_> {
    /// The trees, whose columns are among `width`; `None` where one has too many leaves, or
    /// all have too many thresholds.
    pub fn of<'a>(trees: &[&'a Tree], width: usize) -> Option<CodedTrees<'a>> {
        let mut edges = vec![Vec::new(); width];
        for tree in trees {
            // A split has two children: of all nodes, one more than half are leaves.
            if tree.len() / 2 >= LEAVES {
                return None;
            }
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
        let mut coded = CodedTrees { columns, choices: Vec::new(), trees: Vec::new() };
        for tree in trees {
            coded.push(tree, &edges);
        }
        Some(coded)
    }

    /// Adds the value of the leaf of each row to its sum, tree after tree. Rows come in groups
    /// of [`ROWS`], each of them made by [`CodedTrees::planes`].
    pub fn add(&self, planes: &[Plane], sums: &mut [[f64; ROWS]]) {
        let size = self.size();
        for tree in &self.trees {
            tree.masks.leaves(planes, size, |group, leaves| {
                sums[group].iter_mut().zip(leaves).for_each(|(sum, leaf)| *sum += tree.leaves[usize::from(*leaf)]);
            });
        }
    }

    /// The codes of up to [`ROWS`] rows of `width` numbers, plane after plane; zeros where
    /// there are fewer. Each column has a plane; then come the splits on categories: 0 where a row
    /// goes to the left.
    pub fn planes(&self, rows: &[f64], width: usize, planes: &mut Vec<Plane>) {
        let count = rows.len() / width.max(1);
        for (column, lookup) in self.columns.iter().enumerate() {
            let mut codes = [0; ROWS];
            if let Some(lookup) = lookup {
                lookup.codes(rows.iter().skip(column).step_by(width), &mut codes[..count]);
            }
            planes.push(codes);
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
        self.columns.len() + self.choices.len()
    }
}

impl<'a> CodedTrees<'a> {
    fn push(&mut self, tree: &'a Tree, edges: &[Vec<f64>]) {
        let CodedTrees { columns, choices, trees } = self;
        let split = |node: usize| tree.split(node).map(|(_, left)| left);
        let question = |node: usize| {
            let column = tree.split(node).map_or(0, |(column, _)| column);
            if tree.is_choice(node) {
                choices.push((column, tree, node));
                return Question { plane: columns.len() + choices.len() - 1, shift: 0, last: 0 };
            }
            // Missing values are above all thresholds, or turned to be below all.
            let shift = if Some(tree.child(node, f64::NAN)) == split(node) { 0_u8.wrapping_sub(MISSING) } else { 0 };
            let last = edges[column].partition_point(|edge| *edge < tree.number(node)) as u8;
            Question { plane: column, shift, last: last + shift }
        };
        let (masks, nodes) = LeafMasks::of(tree.len(), split, question);
        trees.push(Coded { masks, leaves: nodes.into_iter().map(|node| tree.number(node)).collect() });
    }
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
        let coded = CodedTrees::of(&trees.iter().collect::<Vec<_>>(), 3).unwrap();
        let mut cell = |column: usize| match random.below(7) {
            0 => f64::NAN,
            _ if column == 2 => random.below(8) as f64,
            _ => random.below(11) as f64 - 5.0,
        };
        let rows: Vec<f64> = (0..3 * 90).map(|i| cell(i % 3)).collect();
        let mut planes = Vec::new();
        rows.chunks(3 * ROWS).for_each(|rows| coded.planes(rows, 3, &mut planes));
        let mut sums = vec![[0.25; ROWS]; 3];
        coded.add(&planes, &mut sums);
        for (row, sum) in rows.chunks(3).zip(sums.as_flattened()) {
            assert_eq!(*sum, trees.iter().fold(0.25, |sum, tree| sum + tree.predict(row)), "{row:?}");
        }
    }

    #[test]
    fn what_is_too_large_is_left_to_others() {
        let mut random = Random::new(6);
        assert!(CodedTrees::of(&[&tree(65, &mut random)], 3).is_none(), "more leaves than bits");
        assert!(CodedTrees::of(&[&tree(40, &mut random)], 1).is_none(), "a column is missing");
        let leaves = [Grown::Leaf(0.0), Grown::Leaf(1.0)];
        let split = |threshold| Grown::Split { feature: 0, threshold, missing_left: false, left: 1, right: 2 };
        let stump = |i: usize| Tree::new(&[split(i as f64), leaves[0], leaves[1]], 1).unwrap();
        let stumps: Vec<Tree> = (0..=MOST).map(stump).collect();
        let stumps: Vec<&Tree> = stumps.iter().collect();
        assert!(CodedTrees::of(&stumps[..MOST], 1).is_some() && CodedTrees::of(&stumps, 1).is_none());
    }
}
