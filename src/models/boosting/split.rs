//! The best split of a node, read off its histogram.

use super::binning::Binned;
use super::bounds::{Bounds, in_order};
use super::histogram::{Cell, Histogram, Rounded, Sums};
use super::subset;
use crate::models::code_set::CodeSet;
use crate::parallel;
use crate::table::{ColumnKind, Monotone};

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
        let curvature = sums.hessian + self.l2;
        if bounds.none() {
            return sums.gradient * sums.gradient / curvature;
        }
        let value = self.value(sums, bounds);
        -(2.0 * sums.gradient + curvature * value) * value
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
        best_of(column, cells, node, direction, rounded, limits)
    });
    of_columns.into_iter().flatten().reduce(|a, b| if b.gain > a.gain { b } else { a })
}

fn best_of(
    column: usize,
    cells: &[Cell],
    node: Node,
    direction: Option<Monotone>,
    rounded: &Rounded,
    limits: &Limits,
) -> Option<Split> {
    let (missing, present) = cells.split_last()?;
    let Node { total, bounds } = node;
    let all = rounded.sums(&total);
    let without_value = rounded.sums(missing);
    let own = limits.merit(all, bounds);
    let (mut best, mut least) = (None, own + limits.min_gain);
    let (mut up_to, mut sums) = (Cell::default(), Sums::default());
    for (bin, cell) in present.iter().enumerate() {
        // An empty bin ends where the one before it did.
        if cell.rows() == 0 {
            continue;
        }
        up_to = up_to.plus(*cell);
        sums = sums.plus(rounded.sums(cell));
        for missing_left in [false, true] {
            // Where nothing is missing both are the same, and what is missing later on
            // goes with the greater number.
            if missing.rows() == 0 && missing_left != (2 * u64::from(up_to.rows()) > u64::from(total.rows())) {
                continue;
            }
            let (left, a) = match missing_left {
                true => (up_to.plus(*missing), sums.plus(without_value)),
                false => (up_to, sums),
            };
            let b = all.minus(a);
            // Both merits against the best so far, without a division and without bounds,
            // which could only make them smaller: most splits need no further look.
            let (ha, hb) = (a.hessian + limits.l2, b.hessian + limits.l2);
            if a.gradient * a.gradient * hb + b.gradient * b.gradient * ha <= least * ha * hb {
                continue;
            }
            if !limits.allow(a) || !limits.allow(b) {
                continue;
            }
            // Beyond the last bin are missing values only, which no direction concerns.
            if let Some(direction) = direction.filter(|_| bin + 1 < present.len())
                && !in_order(direction, limits.value(a, bounds), limits.value(b, bounds))
            {
                continue;
            }
            let merits = limits.merit(a, bounds) + limits.merit(b, bounds);
            if merits > least {
                least = merits;
                best = Some(Split { column, rule: Rule::UpTo(bin), missing_left, gain: merits - own, left });
            }
        }
    }
    best
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
