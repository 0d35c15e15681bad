//! Least squares with an L1 penalty, by cyclic coordinate descent on the Gram matrix
//! (Friedman, Hastie and Tibshirani, 2010, section 2.2).

use super::least_squares::Normal;
use super::linear_algebra::{Cholesky, Symmetric, dot};
use crate::table::Matrix;

/// What came of the descent.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent {
    /// Coefficients for the columns as they came, then the intercept.
    pub values: Vec<f64>,
    /// Sweeps over all coefficients.
    pub iterations: usize,
    /// Whether the duality gap came below the tolerance.
    pub converged: bool,
}

/// Minimises ½·vᵀQv − cᵀv + Σ aⱼ|vⱼ| + ½·Σ bⱼvⱼ², which is the penalised loss of the
/// scaled problem divided by n, but for a constant.
struct Problem {
    /// ZᵀZ/n in full.
    q: Matrix,
    /// Zᵀu/n.
    c: Vec<f64>,
    /// The L1 penalty of each coefficient.
    a: Vec<f64>,
    /// The L2 penalty of each coefficient.
    b: Vec<f64>,
}

/// Minimises 1/(2n)·‖y − b − Xw‖² + α·ρ·‖w‖₁ + ½·α·(1 − ρ)·‖w‖², as scikit-learn's `Lasso`
/// (ρ = 1) and `ElasticNet` do. Ends when the duality gap is below `tolerance`·‖y − ȳ‖²/(2n),
/// or after `max_iter` sweeps.
pub fn solve(normal: &Normal<'_>, alpha: f64, l1_ratio: f64, max_iter: usize, tolerance: f64) -> Descent {
    let problem = Problem::of(normal, alpha, l1_ratio);
    let width = problem.c.len();
    let mut at = vec![0.0; width];
    // Q·v, kept up to date.
    let mut image = vec![0.0; width];
    let (mut iterations, mut converged) = (0, false);
    while iterations < max_iter && !converged {
        for j in 0..width {
            let pull = problem.c[j] - image[j] + problem.q.row(j)[j] * at[j];
            let next = soft(pull, problem.a[j]) / (problem.q.row(j)[j] + problem.b[j]);
            let step = next - at[j];
            if step != 0.0 {
                at[j] = next;
                image.iter_mut().zip(problem.q.row(j)).for_each(|(image, q)| *image += step * q);
            }
        }
        iterations += 1;
        converged = problem.gap(&at, &image) <= 0.5 * tolerance;
    }
    if converged && let Some(polished) = problem.polished(&at) {
        at = polished;
    }
    Descent { values: normal.raw(&at), iterations, converged }
}

/// The value nearest to 0 within `by` of `value` (soft thresholding; Donoho and Johnstone, 1994).
fn soft(value: f64, by: f64) -> f64 {
    (value.abs() - by).max(0.0).copysign(value)
}

impl Problem {
    fn of(normal: &Normal<'_>, alpha: f64, l1_ratio: f64) -> Problem {
        let (width, rows) = (normal.product.len(), normal.rows());
        let mut q = Matrix::zeros(width, width);
        for j in 0..width {
            for (k, value) in normal.gram.row(j).iter().enumerate() {
                q.row_mut(j)[k] = value / rows;
                q.row_mut(k)[j] = value / rows;
            }
        }
        let strongest = |penalty: f64| penalty.min(1e300);
        Problem {
            q,
            c: normal.product.iter().map(|c| c / rows).collect(),
            a: normal.scale.iter().map(|s| strongest(alpha * l1_ratio / s / normal.y_scale)).collect(),
            b: normal.scale.iter().map(|s| strongest(alpha * (1.0 - l1_ratio) / (s * s))).collect(),
        }
    }

    /// The duality gap: how far at most the loss at `at` is above the least one. The dual
    /// point is the residual, shrunk until no column pulls harder than its penalty allows;
    /// the L2 penalty counts as rows added to the data.
    fn gap(&self, at: &[f64], image: &[f64]) -> f64 {
        // uᵀu/n is 1, or 0 for a constant target, of which every product is 0.
        let squares = if self.c.iter().all(|c| *c == 0.0) { 0.0 } else { 1.0 };
        let explained = dot(&self.c, at);
        let residual = (squares - 2.0 * explained + dot(at, image)).max(0.0);
        let l1: f64 = at.iter().zip(&self.a).map(|(v, a)| v.abs() * a).sum();
        let l2: f64 = at.iter().zip(&self.b).map(|(v, b)| v * v * b).sum();
        let pull = |j: usize| (self.c[j] - image[j] - self.b[j] * at[j]).abs() / self.a[j];
        let shrink = 1.0 / (0..at.len()).map(pull).fold(1.0, f64::max);
        let primal = 0.5 * (residual + l2) + l1;
        let dual = shrink * (squares - explained) - 0.5 * shrink * shrink * (residual + l2);
        primal - dual
    }

    /// The optimum to the last digits: with the signs of the coefficients known, that of
    /// a system of equations. `None` where a sign would change.
    fn polished(&self, at: &[f64]) -> Option<Vec<f64>> {
        let active: Vec<usize> = (0..at.len()).filter(|j| at[*j] != 0.0).collect();
        let mut system = Symmetric::zeros(active.len());
        for (i, j) in active.iter().enumerate() {
            (0..=i).for_each(|k| system.row_mut(i)[k] = self.q.row(*j)[active[k]]);
            system.add_to_diagonal(i, self.b[*j]);
        }
        let pulls: Vec<f64> = active.iter().map(|j| self.c[*j] - self.a[*j].copysign(at[*j])).collect();
        let solution = Cholesky::new(system, 1)?.solve(&pulls);
        let mut polished = vec![0.0; at.len()];
        for (j, value) in active.iter().zip(solution) {
            if !(value.is_finite() && value * at[*j] > 0.0) {
                return None;
            }
            polished[*j] = value;
        }
        // A column left out must not pull harder than its penalty.
        let image = |j: usize| dot(self.q.row(j), &polished);
        let mut left_out = (0..at.len()).filter(|j| polished[*j] == 0.0);
        left_out.all(|j| (self.c[j] - image(j)).abs() <= self.a[j] * (1.0 + 1e-9) + 1e-12).then_some(polished)
    }
}
