//! One tree, leaf by leaf: the leaf whose split gains most is split next.

use super::binning::Binned;
use super::bounds::Bounds;
use super::histogram::{Cell, Histogram, Rounded, Sums};
use super::split::{self, Limits, Rule, Split};
use crate::models::blocks;
use crate::parallel;
use crate::table::ColumnKind;
use std::ops::Range;

/// Rows of a node that one thread sorts to both sides at a time.
const BLOCK: usize = 65_536;

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

/// A node that is not split yet.
struct Leaf {
    node: usize,
    rows: Range<usize>,
    sums: Cell,
    bounds: Bounds,
    /// The best split, and what the histograms of both sides are made from.
    best: Option<(Split, Histogram)>,
}

/// Grows a tree on `rows`, which are put in an order of its own.
pub fn grow(rows: &mut [u32], binned: &Binned, rounded: &Rounded, growth: &Growth) -> GrownTree {
    let histogram = |rows: &[u32]| Histogram::of(rows, binned, &rounded.pairs, growth.threads);
    let with_best = |node: usize, rows: Range<usize>, (sums, bounds): (Cell, Bounds), histogram: Option<Histogram>| {
        let here = split::Node { total: sums, bounds };
        let split = |h: &Histogram| split::best(h, here, binned, rounded, &growth.limits, growth.threads);
        let best = histogram.and_then(|histogram| Some((split(&histogram)?, histogram)));
        Leaf { node, rows, sums, bounds, best }
    };
    let root = histogram(rows);
    let sums = root.column(0, binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell));
    let mut leaves = vec![with_best(0, 0..rows.len(), (sums, Bounds::NONE), Some(root))];
    let mut nodes = vec![GrownNode { split: None, bounds: Bounds::NONE }];
    let mut gains = Vec::new();
    while leaves.len() < growth.max_leaves {
        let Some(next) = most_gained(&leaves) else { break };
        let Leaf { node, rows: here, sums, bounds, best: Some((split, all)) } = leaves.remove(next) else { break };
        let middle = here.start + partition(&mut rows[here.clone()], &split, binned, growth.threads);
        let (left, right) = (here.start..middle, middle..here.end);
        // Adding up the rows of the smaller side gives both. The last two leaves of a tree
        // are not split, and so need none.
        let (mut of_left, mut of_right) = (None, None);
        if leaves.len() + 2 < growth.max_leaves {
            let (smaller, small, large) = match left.len() <= right.len() {
                true => (left.clone(), &mut of_left, &mut of_right),
                false => (right.clone(), &mut of_right, &mut of_left),
            };
            let part = histogram(&rows[smaller]);
            *large = Some(all.without(&part));
            *small = Some(part);
        }
        let child = nodes.len();
        nodes[node].split = Some((split, child));
        gains.push((split.column, split.gain));
        let (on_left, on_right) = (split.left, sums.minus(split.left));
        let bounds = bounds_below(&split, bounds, [on_left, on_right], binned, rounded, &growth.limits);
        nodes.extend([bounds.0, bounds.1].map(|bounds| GrownNode { split: None, bounds }));
        leaves.push(with_best(child, left, (on_left, bounds.0), of_left));
        leaves.push(with_best(child + 1, right, (on_right, bounds.1), of_right));
    }
    GrownTree { nodes, gains }
}

/// What the leaves on both sides of a split may say.
fn bounds_below(
    split: &Split,
    bounds: Bounds,
    sides: [Cell; 2],
    binned: &Binned,
    rounded: &Rounded,
    limits: &Limits,
) -> (Bounds, Bounds) {
    let beyond = split.rule == Rule::UpTo(binned.edges(split.column).bins() - 1);
    match binned.kind(split.column) {
        ColumnKind::Monotone(direction) if !beyond => {
            let [left, right] = sides.map(|side| limits.value(rounded.sums(&side), bounds));
            bounds.halves(direction, left, right)
        }
        _ => (bounds, bounds),
    }
}

/// The leaf whose split gains most, the first of equal ones.
fn most_gained(leaves: &[Leaf]) -> Option<usize> {
    let open = leaves.iter().enumerate().filter_map(|(i, leaf)| Some((i, leaf.best.as_ref()?.0.gain)));
    open.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(i, _)| i)
}

/// Puts the rows of the left side first, both sides in the order they had; how many are
/// on the left.
fn partition(rows: &mut [u32], split: &Split, binned: &Binned, threads: usize) -> usize {
    let bins = binned.edges(split.column).bins();
    let lefts: [bool; 256] = std::array::from_fn(|bin| split.sends_left(bin as u8, bins));
    // The left rows of each block to its beginning; its right ones come back.
    let rights = parallel::map_pieces(rows, BLOCK, threads, |_, part| {
        let mut right = vec![0; part.len()];
        let (mut left_rows, mut right_rows) = (0, 0);
        for at in 0..part.len() {
            // Each row is written to both sides and stays on one: which one is not
            // guessed by the processor, and so not guessed wrongly.
            let row = part[at];
            let left = lefts[usize::from(binned.bin(row as usize, split.column))];
            (part[left_rows], right[right_rows]) = (row, row);
            left_rows += usize::from(left);
            right_rows += usize::from(!left);
        }
        right.truncate(right_rows);
        right
    });
    let mut at = 0;
    for (block, right) in rights.iter().enumerate() {
        let block = blocks::range(rows.len(), BLOCK, block);
        let left = block.start..block.end - right.len();
        rows.copy_within(left.clone(), at);
        at += left.len();
    }
    let left_rows = at;
    for right in rights {
        rows[at..at + right.len()].copy_from_slice(&right);
        at += right.len();
    }
    left_rows
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
        let gains = |max_leaves: usize| {
            let mut rows: Vec<u32> = (0..2_000).collect();
            grow(&mut rows, &binned, &rounded, &Growth { max_leaves, ..GROWTH }).gains
        };
        assert_eq!(gains(5), gains(9)[..4], "a smaller tree is the beginning of a larger one");
        assert!(gains(1).is_empty());
    }

    #[test]
    fn sides_keep_their_order_over_blocks() {
        let (x, _) = noise(150_000, 1, 9);
        let binned = Binned::new(&x.clone().into(), 255, 0, 2);
        let split = Split { column: 0, rule: Rule::UpTo(4), missing_left: true, gain: 1.0, left: Cell::default() };
        let mut rows: Vec<u32> = (0..150_000).collect();
        let left = partition(&mut rows, &split, &binned, 3);
        let goes = |row: &u32| x.row(*row as usize)[0] <= 4.0 || x.row(*row as usize)[0].is_nan();
        assert!(rows[..left].iter().all(goes) && !rows[left..].iter().any(goes));
        assert!(rows[..left].is_sorted() && rows[left..].is_sorted());
    }
}
