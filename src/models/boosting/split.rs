//! The best split of a node, read off its histogram.

use super::binning::Binned;
use super::bounds::{Bounds, in_order};
use super::histogram::{Cell, Histogram, Rounded, Sums};
use super::subset;
use crate::models::code_set::CodeSet;
use crate::parallel;
use crate::table::{ColumnKind, Monotone};
use crate::vectors::{self, dispatch};

/// Cells from which a second thread is worth its start.
const FOR_THREADS: usize = 100_000;
/// Curvature on each side at least: below it a leaf's value is a guess.
const LEAST_HESSIAN: f64 = 1e-3;

/// What a split must do.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The penalty λ on the squares of the leaves' values.
    pub l2: f64,
    /// Rows on each side at least.
    pub min_samples_leaf: usize,
    /// The gain must be above this.
    pub min_gain: f64,
}

impl Limits {
    /// What the loss falls by, twice, where a node gets its best value: G² / (H + λ) (Chen
    /// and Guestrin, "XGBoost", 2016, equation 6); with bounds, the best of the allowed ones.
    pub fn merit(&self, sums: Sums, bounds: Bounds) -> f64 {
        if bounds.none() {
            return sums.gradient * sums.gradient / (sums.hessian + self.l2);
        }
        let value = self.value(sums, bounds);
        -(2.0 * sums.gradient + (sums.hessian + self.l2) * value) * value
    }

    /// The merits of two nodes together, with one division: the slowest part of it.
    #[inline(always)]
    fn free_merits(&self, gradients: [f64; 2], hessians: [f64; 2]) -> f64 {
        let (a, b) = (hessians[0] + self.l2, hessians[1] + self.l2);
        (gradients[0] * gradients[0] * b + gradients[1] * gradients[1] * a) / (a * b)
    }

    /// The best value of a leaf: −G / (H + λ), or what bounds leave of it.
    pub fn value(&self, sums: Sums, bounds: Bounds) -> f64 {
        bounds.nearest(-sums.gradient / (sums.hessian + self.l2))
    }

    fn allow(&self, side: Sums) -> bool {
        side.rows >= self.min_samples_leaf && side.hessian >= LEAST_HESSIAN
    }

    /// What both sides' merits are above the node's own where these of its rows go to the
    /// left; `None` where a side is too small.
    pub fn gain(&self, rounded: &Rounded, own: f64, node: Node, left: Cell) -> Option<f64> {
        let (a, b) = (rounded.sums(&left), rounded.sums(&node.total.minus(left)));
        let allowed = self.allow(a) && self.allow(b);
        allowed.then(|| self.merit(a, node.bounds) + self.merit(b, node.bounds) - own)
    }
}

/// Which bins of present values go to the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Those up to this one.
    UpTo(usize),
    /// Those of these categories.
    OneOf(CodeSet),
}

/// A split of a node in two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// The column.
    pub column: usize,
    /// Which bins go to the left.
    pub rule: Rule,
    /// Whether missing values do.
    pub missing_left: bool,
    /// What both sides' merits are above the node's own.
    pub gain: f64,
    /// The sums of the left side.
    pub left: Cell,
}

impl Split {
    /// Whether a row with this bin in the column goes to the left; `bins` of present
    /// values, then that of missing ones.
    pub fn sends_left(&self, bin: u8, bins: usize) -> bool {
        match &self.rule {
            _ if usize::from(bin) == bins => self.missing_left,
            Rule::UpTo(last) => usize::from(bin) <= *last,
            Rule::OneOf(codes) => codes.has(bin),
        }
    }
}

/// A node that may be split.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// The sums over its rows.
    pub total: Cell,
    /// What its leaves may say.
    pub bounds: Bounds,
}

/// The split with the greatest gain, of equal ones the first in order of columns and
/// bins; `None` where none is allowed.
pub fn best(
    histogram: &Histogram,
    node: Node,
    binned: &Binned,
    rounded: &Rounded,
    limits: &Limits,
    threads: usize,
) -> Option<Split> {
    let threads = if binned.cells() < FOR_THREADS { 1 } else { threads };
    let of_columns = parallel::map(binned.columns(), threads, |column| {
        let cells = histogram.column(column, binned);
        let direction = match binned.kind(column) {
            ColumnKind::Monotone(direction) => Some(direction),
            ColumnKind::Number => None,
            ColumnKind::Codes(_) => return subset::best_of(column, cells, node, rounded, limits),
        };
        dispatch!(vectors::level(), _simd => best_of(column, cells, node, direction, rounded, limits))
    });
    of_columns.into_iter().flatten().reduce(|a, b| if b.gain > a.gain { b } else { a })
}

#[inline(always)]
fn best_of(
    column: usize,
    cells: &[Cell],
    node: Node,
    direction: Option<Monotone>,
    rounded: &Rounded,
    limits: &Limits,
) -> Option<Split> {
    let (missing, present) = cells.split_last()?;
    let own = limits.merit(rounded.sums(&node.total), node.bounds);
    let ends = Ends::of(present, rounded);
    let mut best: Option<(f64, usize, bool)> = None;
    for missing_left in [false, true] {
        // Where nothing is missing both are the same.
        if missing_left && missing.rows() == 0 {
            break;
        }
        let on_left = if missing_left { *missing } else { Cell::default() };
        let (first, merits) = ends.merits(on_left, node, direction, rounded, limits);
        let greatest = greatest(&merits);
        let least = best.map_or(own + limits.min_gain, |(merit, _, _)| merit);
        if greatest > least
            && let Some(nth) = merits.iter().position(|merit| *merit == greatest)
        {
            best = Some((greatest, first + nth, missing_left));
        }
    }
    let (merits, bin, mut missing_left) = best?;
    let mut left = ends.cells[bin];
    if missing.rows() == 0 {
        // What is missing later on goes with the greater number.
        missing_left = 2 * u64::from(left.rows()) > u64::from(node.total.rows());
    } else if missing_left {
        left = left.plus(*missing);
    }
    Some(Split { column, rule: Rule::UpTo(bin), missing_left, gain: merits - own, left })
}

/// The greatest of some numbers, −∞ of none; four at a time.
#[inline(always)]
fn greatest(numbers: &[f64]) -> f64 {
    let (fours, rest) = numbers.as_chunks::<4>();
    let mut most = [f64::NEG_INFINITY; 4];
    for four in fours {
        for (most, number) in most.iter_mut().zip(four) {
            *most = larger(*most, *number);
        }
    }
    most.iter().chain(rest).fold(f64::NEG_INFINITY, |most, number| larger(most, *number))
}

/// The larger number: NaN is never one.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The sums over the rows up to the end of each bin of a column.
struct Ends {
    cells: Vec<Cell>,
    gradients: Vec<f64>,
    hessians: Vec<f64>,
}

impl Ends {
    #[inline(always)]
    fn of(bins: &[Cell], rounded: &Rounded) -> Ends {
        let mut up_to = Cell::default();
        let mut cells = Vec::with_capacity(bins.len());
        for cell in bins {
            up_to = up_to.plus(*cell);
            cells.push(up_to);
        }
        // After that, so that several are turned into numbers at once; in loops, since closures are
        // compiled for the vectors that every processor has.
        let (mut gradients, mut hessians) = (vec![0.0; cells.len()], vec![0.0; cells.len()]);
        for ((gradient, hessian), cell) in gradients.iter_mut().zip(&mut hessians).zip(&cells) {
            let sums = rounded.sums(cell);
            (*gradient, *hessian) = (sums.gradient, sums.hessian);
        }
        Ends { cells, gradients, hessians }
    }

    /// For the bins after which a split leaves enough on both sides, the first of them and the
    /// merits of both sides together, where `missing` rows go to the left too.
    #[inline(always)]
    fn merits(
        &self,
        missing: Cell,
        node: Node,
        direction: Option<Monotone>,
        rounded: &Rounded,
        limits: &Limits,
    ) -> (usize, Vec<f64>) {
        let all = rounded.sums(&node.total);
        let left = |end: &Cell| rounded.sums(&end.plus(missing));
        let first = self.cells.partition_point(|end| !limits.allow(left(end)));
        let last = self.cells.partition_point(|end| limits.allow(all.minus(left(end))));
        let bins = first..last.max(first);
        let missing = rounded.sums(&missing);
        let ends = self.gradients[bins.clone()].iter().zip(&self.hessians[bins.clone()]);
        if node.bounds.none() && direction.is_none() {
            // Without anything else to ask, so that several are worked out at once.
            let mut merits = vec![0.0; bins.len()];
            for (merits, (gradient, hessian)) in merits.iter_mut().zip(ends) {
                let (gradient, hessian) = (gradient + missing.gradient, hessian + missing.hessian);
                *merits = limits.free_merits([gradient, all.gradient - gradient], [hessian, all.hessian - hessian]);
            }
            return (first, merits);
        }
        let ends = ends.map(|(gradient, hessian)| (gradient + missing.gradient, hessian + missing.hessian));
        let merits = ends.zip(bins).map(|((gradient, hessian), bin)| {
            let a = Sums { gradient, hessian, rows: 0 };
            let b = all.minus(a);
            // Beyond the last bin are missing values only, which no direction concerns.
            let order = direction.filter(|_| bin + 1 < self.cells.len());
            match order.is_none_or(|order| in_order(order, limits.value(a, node.bounds), limits.value(b, node.bounds)))
            {
                true => limits.merit(a, node.bounds) + limits.merit(b, node.bounds),
                false => f64::NEG_INFINITY,
            }
        });
        (first, merits.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::tests::noise;
    use super::*;
    use crate::table::Matrix;

    const LIMITS: Limits = Limits { l2: 1.0, min_samples_leaf: 5, min_gain: 0.0 };

    fn found(x: &Matrix, derivatives: &[[f32; 2]], limits: &Limits) -> (Option<Split>, Binned) {
        let (binned, rounded) = (Binned::new(&x.clone().into(), 255, 0, 1), Rounded::new(derivatives, 1));
        let rows: Vec<u32> = (0..x.rows() as u32).collect();
        let histogram = Histogram::of(&rows, &binned, &rounded.pairs, 1);
        let total = histogram.column(0, &binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell));
        let node = Node { total, bounds: Bounds::NONE };
        (best(&histogram, node, &binned, &rounded, limits, 2), binned)
    }

    /// The gain of a split on the values themselves, `None` where it is not allowed.
    fn gain(x: &Matrix, d: &[[f32; 2]], limits: &Limits, left: impl Fn(&[f64]) -> bool) -> Option<f64> {
        let merit = |side: Option<bool>| {
            let rows = || x.iter_rows().zip(d).filter(|(row, _)| side.is_none_or(|side| left(row) == side));
            let [g, h] = [0, 1].map(|which| rows().map(|(_, pair)| f64::from(pair[which])).sum::<f64>());
            (rows().count() >= limits.min_samples_leaf).then_some(g * g / (h + limits.l2))
        };
        Some(merit(Some(true))? + merit(Some(false))? - merit(None)?)
    }

    #[test]
    fn no_split_is_better_than_the_one_found() {
        for seed in 0..20 {
            let (x, derivatives) = noise(60, 3, seed);
            let (split, binned) = found(&x, &derivatives, &LIMITS);
            let split = split.unwrap();
            let Rule::UpTo(bin) = split.rule else { panic!("no category") };
            let threshold = binned.edges(split.column).threshold(bin);
            let goes = |v: f64, threshold: f64, missing| if v.is_nan() { missing } else { v <= threshold };
            let same = gain(&x, &derivatives, &LIMITS, |row| goes(row[split.column], threshold, split.missing_left));
            assert!((same.unwrap() - split.gain).abs() < 1e-6, "what the histogram says is so");
            for column in 0..3 {
                for (threshold, missing) in (0..9).flat_map(|t| [(f64::from(t), true), (f64::from(t), false)]) {
                    let other = gain(&x, &derivatives, &LIMITS, |row| goes(row[column], threshold, missing));
                    assert!(other.is_none_or(|other| other <= split.gain + 1e-6), "{column} {threshold} {missing}");
                }
            }
        }
    }

    #[test]
    fn missing_values_go_to_the_side_that_gains() {
        let values: Vec<f64> = (0..90).map(|i| [0.0, 1.0, f64::NAN][i % 3]).collect();
        let x = Matrix::from_rows(90, 1, values).unwrap();
        for like in [0, 1] {
            let pair = |i: usize| if i % 3 == like || i % 3 == 2 { [-0.5, 0.25] } else { [0.5, 0.25] };
            let (split, _) = found(&x, &(0..90).map(pair).collect::<Vec<_>>(), &LIMITS);
            assert_eq!(split.map(|s| (s.rule, s.missing_left)), Some((Rule::UpTo(0), like == 0)));
        }
        let pair = |i: usize| if i % 3 == 2 { [-0.5, 0.25] } else { [0.5, 0.25] };
        let (split, binned) = found(&x, &(0..90).map(pair).collect::<Vec<_>>(), &LIMITS);
        let split = split.unwrap();
        assert_eq!((split.rule, split.missing_left), (Rule::UpTo(1), false), "only the missing ones differ");
        assert_eq!(binned.edges(0).threshold(1), f64::MAX);
        assert!(split.sends_left(1, 2) && !split.sends_left(2, 2));
    }

    #[test]
    fn what_is_too_small_is_no_split() {
        let (x, derivatives) = noise(60, 3, 1);
        assert!(found(&x, &derivatives, &Limits { min_samples_leaf: 31, ..LIMITS }).0.is_none());
        assert!(found(&x, &derivatives, &Limits { min_gain: 1e9, ..LIMITS }).0.is_none());
        assert!(found(&x, &[[0.5, 1e-9]; 60], &LIMITS).0.is_none(), "no curvature");
    }
}
