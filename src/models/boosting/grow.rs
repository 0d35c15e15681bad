//! One tree, leaf by leaf: the leaf whose split gains most is split next.

use super::binning::Binned;
use super::bounds::Bounds;
use super::frontier::Frontier;
use super::histogram::{Cell, Histogram, Rounded, Sums};
use super::split::{self, Limits, Rule, Split};
use crate::table::ColumnKind;

/// Updates of cells that a tree begins with from which several threads are worth their start.
const FOR_THREADS: usize = 150_000;

/// How a tree is grown.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// Leaves at most.
    pub max_leaves: usize,
    /// What each leaf's value is multiplied by.
    pub learning_rate: f64,
    /// What splits must do.
    pub limits: Limits,
    /// How many threads to use; they do not show in the tree.
    pub threads: usize,
}

impl Growth {
    /// What a leaf adds to the scores of its rows, whose sums these are.
    pub fn value(&self, sums: Sums, bounds: Bounds) -> f64 {
        self.learning_rate * self.limits.value(sums, bounds)
    }
}

/// A tree as it was grown.
#[derive(Debug)]
pub struct GrownTree {
    /// Its nodes, the root first; children come after their parents.
    pub nodes: Vec<GrownNode>,
    /// Columns and gains of its splits, in the order in which they were made.
    pub gains: Vec<(usize, f64)>,
}

/// A node of a grown tree.
#[derive(Debug, Clone, Copy)]
pub struct GrownNode {
    /// The split and the left child, which the right one follows; `None` for a leaf.
    pub split: Option<(Split, usize)>,
    /// What leaves may say here.
    pub bounds: Bounds,
}

/// A node that may be split.
#[derive(Debug)]
pub struct Node {
    rows: Vec<u32>,
    sums: Cell,
    /// What leaves may say here.
    pub bounds: Bounds,
    /// The best split, and what the histograms of both sides are made from.
    best: Option<(Split, Histogram)>,
}

impl Node {
    /// What its best split gains; `None` where it is not to be split.
    pub fn gain(&self) -> Option<f64> {
        self.best.as_ref().map(|(split, _)| split.gain)
    }
}

/// What nodes are split on.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    binned: &'a Binned,
    rounded: &'a Rounded,
    limits: &'a Limits,
}

/// Grows a tree on `rows`.
pub fn grow(rows: Vec<u32>, binned: &Binned, rounded: &Rounded, growth: &Growth) -> GrownTree {
    let ground = Ground { binned, rounded, limits: &growth.limits };
    let threads = if rows.len() * binned.columns() < FOR_THREADS { 1 } else { growth.threads };
    let histogram = Histogram::of(&rows, binned, &rounded.pairs, threads);
    let sums = histogram.column(0, binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell));
    let root = ground.node(rows, sums, Bounds::NONE, Some(histogram), threads);
    Frontier::new(root, growth.max_leaves).grow(ground, threads)
}

impl Ground<'_> {
    /// The node of these rows; without a histogram it is not to be split.
    fn node(self, rows: Vec<u32>, sums: Cell, bounds: Bounds, histogram: Option<Histogram>, threads: usize) -> Node {
        let here = split::Node { total: sums, bounds };
        let best = histogram.and_then(|histogram| {
            Some((split::best(&histogram, here, self.binned, self.rounded, self.limits, threads)?, histogram))
        });
        Node { rows, sums, bounds, best }
    }

    /// Splits a node by its best split, where it has one. Of the children of the `last` split of
    /// a tree nobody asks how they could be split.
    pub fn split(self, node: Node, is_last: bool, threads: usize) -> Option<(Split, [Node; 2])> {
        let Node { rows, sums, bounds, best } = node;
        let (split, all) = best?;
        let (left, right) = partition(&rows, &split, self.binned);
        let (mut of_left, mut of_right) = (None, None);
        if !is_last {
            // Adding up the rows of the smaller side gives both.
            let (smaller, small, large) = match left.len() <= right.len() {
                true => (&left, &mut of_left, &mut of_right),
                false => (&right, &mut of_right, &mut of_left),
            };
            let part = Histogram::of(smaller, self.binned, &self.rounded.pairs, threads);
            *large = Some(all.without(&part));
            *small = Some(part);
        }
        let (on_left, on_right) = (split.left, sums.minus(split.left));
        let bounds = self.bounds_below(&split, bounds, [on_left, on_right]);
        let left = self.node(left, on_left, bounds.0, of_left, threads);
        Some((split, [left, self.node(right, on_right, bounds.1, of_right, threads)]))
    }

    /// What the leaves on both sides of a split may say.
    fn bounds_below(self, split: &Split, bounds: Bounds, sides: [Cell; 2]) -> (Bounds, Bounds) {
        let beyond = split.rule == Rule::UpTo(self.binned.edges(split.column).bins() - 1);
        match self.binned.kind(split.column) {
            ColumnKind::Monotone(direction) if !beyond => {
                let [left, right] = sides.map(|side| self.limits.value(self.rounded.sums(&side), bounds));
                bounds.halves(direction, left, right)
            }
            _ => (bounds, bounds),
        }
    }
}

/// The rows of both sides, in the order they had.
fn partition(rows: &[u32], split: &Split, binned: &Binned) -> (Vec<u32>, Vec<u32>) {
    let bins = binned.edges(split.column).bins();
    let lefts: [bool; 256] = std::array::from_fn(|bin| split.sends_left(bin as u8, bins));
    let (mut left, mut right) = (vec![0; rows.len()], vec![0; rows.len()]);
    let (mut left_rows, mut right_rows) = (0, 0);
    for row in rows {
        // Each row is written to both sides and stays on one: which one is not guessed by the
        // processor, and so not guessed wrongly.
        let goes_left = lefts[usize::from(binned.bin(*row as usize, split.column))];
        (left[left_rows], right[right_rows]) = (*row, *row);
        left_rows += usize::from(goes_left);
        right_rows += usize::from(!goes_left);
    }
    left.truncate(left_rows);
    right.truncate(right_rows);
    (left, right)
}

#[cfg(test)]
pub mod tests {
    use super::super::histogram::tests::noise;
    use super::*;

    pub const GROWTH: Growth = Growth {
        max_leaves: 12,
        learning_rate: 0.5,
        limits: Limits { l2: 1.0, min_samples_leaf: 10, min_gain: 1e-6 },
        threads: 2,
    };

    #[test]
    fn the_greatest_gain_comes_first() {
        let (x, derivatives) = noise(2_000, 3, 8);
        let (binned, rounded) = (Binned::new(&x.clone().into(), 255, 0, 1), Rounded::new(&derivatives, 1));
        let gains =
            |max_leaves: usize| grow((0..2_000).collect(), &binned, &rounded, &Growth { max_leaves, ..GROWTH }).gains;
        assert_eq!(gains(5), gains(9)[..4], "a smaller tree is the beginning of a larger one");
        assert!(gains(1).is_empty());
    }

    #[test]
    fn the_tree_is_the_same_for_any_number_of_threads() {
        let (x, derivatives) = noise(FOR_THREADS / 10 + 1, 10, 3);
        let (binned, rounded) = (Binned::new(&x.into(), 255, 0, 2), Rounded::new(&derivatives, 1));
        for max_leaves in [2, 3, 31, 200] {
            let grown = |threads: usize| {
                let rows = (0..derivatives.len() as u32).collect();
                let tree = grow(rows, &binned, &rounded, &Growth { max_leaves, threads, ..GROWTH });
                let splits = tree.nodes.into_iter().map(|node| node.split).collect::<Vec<_>>();
                (tree.gains, splits)
            };
            let one = grown(1);
            assert_eq!(one.0.len(), max_leaves - 1);
            for threads in [2, 3, 8] {
                assert_eq!(grown(threads), one, "{max_leaves} leaves, {threads} threads");
            }
        }
    }

    #[test]
    fn sides_keep_their_order() {
        let (x, _) = noise(15_000, 1, 9);
        let binned = Binned::new(&x.clone().into(), 255, 0, 2);
        let split = Split { column: 0, rule: Rule::UpTo(4), missing_left: true, gain: 1.0, left: Cell::default() };
        let (left, right) = partition(&(0..15_000).collect::<Vec<_>>(), &split, &binned);
        let goes = |row: &u32| x.row(*row as usize)[0] <= 4.0 || x.row(*row as usize)[0].is_nan();
        assert!(left.iter().all(goes) && !right.iter().any(goes));
        assert!(left.is_sorted() && right.is_sorted() && left.len() + right.len() == 15_000);
    }
}
