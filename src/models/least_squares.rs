//! The normal equations of least squares, and their solution under an L2 penalty.
//!
//! They are set up for columns and target shifted to mean zero and scaled to deviation
//! one, where they are well conditioned; with v = w·s/t for the coefficients (s, t the
//! scales of column and target) a penalty λ‖w‖² becomes λ·Σ (vⱼ/sⱼ)², so that the optimum
//! is that of the columns as they came.

use super::blocks;
use super::gram::Gram;
use super::linear_algebra::{Cholesky, Symmetric, dot};
use super::moments::Moments;
use crate::parallel;
use crate::table::Matrix;

/// Rows of a block at least.
const LEAST_BLOCK: usize = 4096;
/// Numbers in the sums of all blocks together (64 MiB).
const SUMS: usize = 8 << 20;
/// Penalties end here, so that they stay finite when added up.
const STRONGEST: f64 = 1e300;

/// ZᵀZ and Zᵀu of the scaled columns Z and the scaled target u.
pub struct Normal<'a> {
    x: &'a Matrix,
    y: &'a [f64],
    threads: usize,
    mean: Vec<f64>,
    /// Deviations of the columns; 1 for a constant one, which has only zeros in Z.
    pub scale: Vec<f64>,
    y_mean: f64,
    /// Deviation of the target.
    pub y_scale: f64,
    /// ZᵀZ, with a 1 on the diagonal of a constant column, so that its coefficient is 0.
    pub gram: Symmetric,
    /// Zᵀu.
    pub product: Vec<f64>,
    constant: Vec<bool>,
}

/// Coefficients with their errors, in terms of the columns as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// One for each column, then the intercept.
    pub values: Vec<f64>,
    /// Their standard errors in the same order; `None` where the data does not determine
    /// them: columns that follow from each other, or no more rows than columns.
    pub standard_errors: Option<Vec<f64>>,
    /// Whether the equations were singular and little was added to make them solvable.
    pub singular: bool,
}

impl Normal<'_> {
    /// Sets up the equations for n × d `x` and n numbers `y`, none beyond ±1e100.
    pub fn of<'a>(x: &'a Matrix, y: &'a [f64], threads: usize) -> Normal<'a> {
        let (moments, width) = (Moments::of(x, threads), x.cols());
        let scales = moments.scales();
        let target = Matrix::from_rows(y.len(), 1, y.to_vec()).unwrap_or_default();
        let of_y = Moments::of(&target, threads);
        let y_mean = of_y.mean.first().copied().unwrap_or_default();
        let y_scale = of_y.scales().first().copied().flatten().unwrap_or(1.0);
        let mut normal = Normal {
            x,
            y,
            threads,
            mean: moments.mean,
            constant: scales.iter().map(Option::is_none).collect(),
            scale: scales.into_iter().map(|scale| scale.unwrap_or(1.0)).collect(),
            y_mean,
            y_scale,
            gram: Symmetric::zeros(width),
            product: vec![0.0; width],
        };
        let parts = normal.blocks(|normal, rows| {
            let mut gram = Gram::new(width);
            for row in rows {
                normal.write(row, gram.slot());
                gram.add(normal.target(row), 1.0);
            }
            gram.finish()
        });
        for (product, gram) in parts {
            normal.product.iter_mut().zip(product).for_each(|(sum, part)| *sum += part);
            normal.gram.add(&gram);
        }
        (0..width).filter(|j| normal.constant[*j]).for_each(|j| normal.gram.add_to_diagonal(j, 1.0));
        normal
    }

    /// How many rows.
    pub fn rows(&self) -> f64 {
        self.x.rows() as f64
    }

    /// Minimises ‖y − b − Xw‖² + λ‖w‖². The standard errors are the roots of the diagonal of
    /// σ²·(XᵀX + λI)⁻¹, σ² the sum of squared residuals divided by n − 1 − tr((XᵀX + λI)⁻¹XᵀX):
    /// the usual ones for λ = 0, else conditional on the penalty.
    pub fn ridge(&self, lambda: f64) -> Option<Estimate> {
        let penalty: Vec<f64> = self.scale.iter().map(|s| (lambda / (s * s)).min(STRONGEST)).collect();
        let mut gram = self.gram.clone();
        penalty.iter().enumerate().for_each(|(j, penalty)| gram.add_to_diagonal(j, *penalty));
        let (factor, singular) = Cholesky::damped(&gram, self.threads)?;
        let at = factor.solve(&self.product);
        let standard_errors = if singular { None } else { self.standard_errors(&factor, &penalty, &at) };
        Some(Estimate { values: self.raw(&at), standard_errors, singular })
    }

    /// Coefficients and intercept for the columns and the target as they came.
    pub fn raw(&self, at: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = at.iter().zip(&self.scale).map(|(v, s)| v / s * self.y_scale).collect();
        values.push(self.y_mean - dot(&values, &self.mean));
        values
    }

    /// The sum of squared residuals of the scaled problem. By another pass over the rows:
    /// from the sums alone a small one would have no digits left.
    pub fn residual_squares(&self, at: &[f64]) -> f64 {
        let parts = self.blocks(|normal, rows| {
            let mut slot = vec![0.0; normal.x.cols()];
            rows.fold(0.0, |sum, row| {
                normal.write(row, &mut slot);
                let residual = normal.target(row) - dot(at, &slot);
                sum + residual * residual
            })
        });
        parts.into_iter().sum()
    }

    fn standard_errors(&self, factor: &Cholesky, penalty: &[f64], at: &[f64]) -> Option<Vec<f64>> {
        let width = self.scale.len();
        let mut variances = factor.variances(width, self.threads);
        // tr((G + Λ)⁻¹G) = d − Σ λⱼ·((G + Λ)⁻¹)ⱼⱼ; a constant column fits nothing.
        let fitted: f64 = (0..width).filter(|j| !self.constant[*j]).map(|j| 1.0 - penalty[j] * variances[j]).sum();
        let freedom = self.rows() - 1.0 - fitted;
        if freedom < 1e-9 * self.rows() {
            return None;
        }
        let shift: Vec<f64> = self.mean.iter().zip(&self.scale).map(|(m, s)| m / s).collect();
        variances.iter_mut().zip(&self.scale).for_each(|(variance, s)| *variance /= s * s);
        variances.push(1.0 / self.rows() + factor.variance(&shift));
        let noise = self.residual_squares(at) / freedom;
        let errors: Vec<f64> = variances.iter().map(|v| (v * noise).sqrt() * self.y_scale).collect();
        errors.iter().all(|error| error.is_finite()).then_some(errors)
    }

    /// Row `row` of Z.
    fn write(&self, row: usize, slot: &mut [f64]) {
        for (j, value) in self.x.row(row).iter().enumerate() {
            slot[j] = if self.constant[j] { 0.0 } else { (value - self.mean[j]) / self.scale[j] };
        }
    }

    fn target(&self, row: usize) -> f64 {
        (self.y[row] - self.y_mean) / self.y_scale
    }

    /// Work on blocks of rows, in order. Their size is a function of the shape alone.
    fn blocks<T: Send>(&self, work: impl Fn(&Self, std::ops::Range<usize>) -> T + Sync) -> Vec<T> {
        let (rows, width) = (self.x.rows(), self.x.cols());
        let most = (SUMS / (width * width / 2 + 1)).clamp(4, 64);
        let size = rows.div_ceil(most).max(LEAST_BLOCK);
        parallel::map(rows.div_ceil(size), self.threads, |block| work(self, blocks::range(rows, size, block)))
    }
}
