//! Means and variances of columns, of all rows or of each class of them.

use super::blocks;
use crate::parallel;
use crate::table::Matrix;

/// Rows of a block at least, and blocks at most, so that their sums fit into memory.
const LEAST_BLOCK: usize = 4096;
const MOST_BLOCKS: usize = 64;
/// Deviations outside this range cannot be squared; such a column counts as constant.
const SCALES: std::ops::Range<f64> = 1e-140..1e140;

/// The moments of the columns over some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// How many rows.
    pub rows: usize,
    /// The mean of each column; 0 where there is no row.
    pub mean: Vec<f64>,
    /// The variance of each column (by n, not n − 1); 0 where there is no row.
    pub variance: Vec<f64>,
}

impl Moments {
    /// Of all rows of `x`.
    pub fn of(x: &Matrix, threads: usize) -> Moments {
        Moments::of_groups(x, 1, |_| 0, threads).swap_remove(0)
    }

    /// Of each of `groups` ≥ 1 groups of rows; `group` tells the one of a row. Two passes,
    /// so that a mean far from zero takes no digits from the variance.
    pub fn of_groups(x: &Matrix, groups: usize, group: impl Fn(usize) -> usize + Sync, threads: usize) -> Vec<Moments> {
        let cols = x.cols();
        let mut counts = vec![0_usize; groups];
        (0..x.rows()).for_each(|row| counts[group(row)] += 1);
        // Dividing before adding keeps sums of huge numbers finite.
        let share: Vec<f64> = counts.iter().map(|count| 1.0 / (*count).max(1) as f64).collect();
        let mean = sums(x, groups, threads, |row, sum| {
            let (of, sum) = (group(row), &mut sum[group(row) * cols..][..cols]);
            sum.iter_mut().zip(x.row(row)).for_each(|(sum, value)| *sum += value * share[of]);
        });
        let variance = sums(x, groups, threads, |row, sum| {
            let (of, start) = (group(row), group(row) * cols);
            let cells = sum[start..][..cols].iter_mut().zip(&mean[start..]).zip(x.row(row));
            cells.for_each(|((sum, mean), value)| *sum += (value - mean) * (value - mean) * share[of]);
        });
        let part = |all: &[f64], group: usize| all[group * cols..][..cols].to_vec();
        let moments = |(group, rows): (usize, usize)| Moments {
            rows,
            mean: part(&mean, group),
            variance: part(&variance, group),
        };
        counts.into_iter().enumerate().map(moments).collect()
    }

    /// What to divide each column by so that its deviation becomes 1; `None` for a column
    /// that is constant but for rounding.
    pub fn scales(&self) -> Vec<Option<f64>> {
        let scale = |(variance, mean): (&f64, &f64)| {
            Some(variance.sqrt()).filter(|s| SCALES.contains(s) && *s > 1e-13 * mean.abs())
        };
        self.variance.iter().zip(&self.mean).map(scale).collect()
    }
}

/// Sums over the rows, groups × columns.
fn sums(x: &Matrix, groups: usize, threads: usize, add: impl Fn(usize, &mut [f64]) + Sync) -> Vec<f64> {
    let size = x.rows().div_ceil(MOST_BLOCKS).max(LEAST_BLOCK);
    let parts = parallel::map(x.rows().div_ceil(size), threads, |block| {
        let mut sum = vec![0.0; groups * x.cols()];
        blocks::range(x.rows(), size, block).for_each(|row| add(row, &mut sum));
        sum
    });
    parts.into_iter().fold(vec![0.0; groups * x.cols()], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_has_moments_of_its_own() {
        let x = Matrix::from_rows(4, 2, vec![1.0, 5.0, 3.0, 5.0, 1e9, 7.0, 1e9 + 2.0, 9.0]).unwrap();
        let moments = Moments::of_groups(&x, 3, |row| row / 2, 2);
        let of = |rows, mean: [f64; 2], variance: [f64; 2]| Moments {
            rows,
            mean: mean.to_vec(),
            variance: variance.to_vec(),
        };
        assert_eq!(moments[0], of(2, [2.0, 5.0], [1.0, 0.0]));
        assert_eq!(moments[1], of(2, [1e9 + 1.0, 8.0], [1.0, 1.0]));
        assert_eq!(moments[2], of(0, [0.0, 0.0], [0.0, 0.0]));
        assert_eq!(moments[0].scales(), [Some(1.0), None]);
    }
}
