//! The best split of a category: some of its levels against the others.
//!
//! Of k levels there are 2ᵏ⁻¹ − 1 such splits, but the best one is among the k − 1 that cut
//! the levels in the order of their means (Fisher, "On grouping for maximum homogeneity",
//! 1958), here of their Newton steps. As this order is itself learnt from the rows, levels
//! of many are held back as in LightGBM: steps are shrunk before they are sorted, levels of
//! few rows stay with the others, and gains count with a higher penalty. A category of few
//! levels is split one level against the others, as if each had a column of its own.

use super::histogram::{Cell, Rounded};
use super::split::{Limits, Node, Rule, Split};
use crate::models::code_set::CodeSet;

/// Levels up to which only one of them at a time is split off.
const ONE_AGAINST_OTHERS: usize = 4;
/// Added to the curvature of a level before its step is compared with others'.
const SMOOTH: f64 = 10.0;
/// Rows of a level below which it stays with the others.
const LEAST_ROWS: u32 = 10;
/// Added to the penalty on the values of both sides.
const EXTRA_L2: f64 = 10.0;
/// Levels that are taken together at most.
const MOST_TOGETHER: usize = 32;

/// The best split of the levels whose cells these are, the last cell being that of missing
/// values, which are one more level.
pub fn best_of(column: usize, cells: &[Cell], node: Node, rounded: &Rounded, limits: &Limits) -> Option<Split> {
    let seen: Vec<usize> = (0..cells.len()).filter(|level| cells[*level].rows() > 0).collect();
    let own = limits.merit(rounded.sums(&node.total), node.bounds);
    let mut best = Best { column, cells, node, rounded, limits: *limits, own, gain: limits.min_gain, found: None };
    // The last code is for levels that training has not seen.
    if cells.len() <= ONE_AGAINST_OTHERS + 2 {
        seen.iter().for_each(|level| best.consider(std::slice::from_ref(level), cells[*level]));
        return best.finish();
    }
    best.limits.l2 += EXTRA_L2;
    let step = |level: usize| {
        let sums = rounded.sums(&cells[level]);
        sums.gradient / (sums.hessian + SMOOTH)
    };
    let mut order: Vec<(usize, f64)> =
        seen.into_iter().filter(|level| cells[*level].rows() >= LEAST_ROWS).map(|level| (level, step(level))).collect();
    // Stable: equal ones stay in the order of their codes.
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut order: Vec<usize> = order.into_iter().map(|(level, _)| level).collect();
    let most = order.len().div_ceil(2).min(MOST_TOGETHER);
    for _ in 0..2 {
        let mut sum = Cell::default();
        for end in 0..most {
            sum = sum.plus(cells[order[end]]);
            best.consider(&order[..=end], sum);
        }
        order.reverse();
    }
    best.finish()
}

/// The best split so far.
struct Best<'a> {
    column: usize,
    cells: &'a [Cell],
    node: Node,
    rounded: &'a Rounded,
    limits: Limits,
    /// The node's own merit, without the higher penalty: the split must make up for it.
    own: f64,
    gain: f64,
    found: Option<(Vec<usize>, Cell)>,
}

impl Best<'_> {
    /// These levels, with these sums, to the left.
    fn consider(&mut self, levels: &[usize], left: Cell) {
        let gain = self.limits.gain(self.rounded, self.own, self.node, left);
        if let Some(gain) = gain.filter(|gain| *gain > self.gain) {
            self.gain = gain;
            self.found = Some((levels.to_vec(), left));
        }
    }

    fn finish(self) -> Option<Split> {
        let (levels, left) = self.found?;
        // Levels that no row of the node has go with the greater number.
        let most = 2 * u64::from(left.rows()) > u64::from(self.node.total.rows());
        let goes = |level: usize| levels.contains(&level) || most && self.cells[level].rows() == 0;
        let missing = self.cells.len() - 1;
        let codes: CodeSet = (0..missing).filter(|level| goes(*level)).map(|level| level as u8).collect();
        let rule = Rule::OneOf(codes);
        Some(Split { column: self.column, rule, missing_left: goes(missing), gain: self.gain, left })
    }
}

#[cfg(test)]
mod tests {
    use super::super::binning::Binned;
    use super::super::bounds::Bounds;
    use super::super::histogram::Histogram;
    use super::super::split::best;
    use super::*;
    use crate::table::{ColumnKind, Design, Matrix};

    const LIMITS: Limits = Limits { l2: 1.0, min_samples_leaf: 5, min_gain: 0.0 };

    /// The best split of rows with these codes, of which `codes` are known.
    fn found(codes: usize, cells: Vec<f64>, gradient: impl Fn(f64) -> f32) -> Split {
        let derivatives: Vec<[f32; 2]> = cells.iter().map(|cell| [gradient(*cell), 0.25]).collect();
        let rows: Vec<u32> = (0..cells.len() as u32).collect();
        let x = Matrix::from_rows(cells.len(), 1, cells).unwrap();
        let x = Design::from(x).with_kinds(vec![ColumnKind::Codes(codes)]);
        let (binned, rounded) = (Binned::new(&x, 255, 0, 1), Rounded::new(&derivatives, 1));
        let histogram = Histogram::of(&rows, &binned, &rounded.pairs, 1);
        let total = histogram.column(0, &binned).iter().fold(Cell::default(), |sum, cell| sum.plus(*cell));
        best(&histogram, Node { total, bounds: Bounds::NONE }, &binned, &rounded, &LIMITS, 1).unwrap()
    }

    #[test]
    fn levels_that_are_alike_go_together() {
        // Even codes against odd ones; the last one is for levels never seen.
        let split =
            found(21, (0..800).map(|i| f64::from(i % 20)).collect(), |cell| if cell % 2.0 == 0.0 { -0.5 } else { 0.5 });
        let Rule::OneOf(set) = split.rule else { panic!("a category") };
        assert_eq!(set.codes().collect::<Vec<_>>(), (0..20).step_by(2).collect::<Vec<u8>>());
        assert!(
            !split.missing_left && split.sends_left(4, 21) && !split.sends_left(20, 21) && !split.sends_left(21, 21)
        );
    }

    #[test]
    fn of_few_levels_one_stands_alone() {
        let split = found(4, (0..90).map(|i| f64::from(i % 3)).collect(), |cell| if cell == 1.0 { -0.5 } else { 0.5 });
        assert_eq!(split.rule, Rule::OneOf([1].into_iter().collect()));
        // It has most of the rows, and so gets what is not seen here.
        let split = found(4, (0..90).map(|i| f64::from(i % 9 / 8)).collect(), |cell| (cell - 0.5) as f32);
        assert!(split.missing_left && split.rule == Rule::OneOf([0, 2, 3].into_iter().collect()), "{split:?}");
    }

    #[test]
    fn missing_cells_are_a_level() {
        let cells = (0..300).map(|i| if i % 10 == 9 { f64::NAN } else { f64::from(i % 10) }).collect();
        let split = found(10, cells, |cell| if cell.is_nan() { -0.5 } else { 0.5 });
        assert!(split.missing_left && split.rule == Rule::OneOf(CodeSet::default()));
    }
}
