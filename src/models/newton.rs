//! Newton's method (iteratively reweighted least squares) for the penalised logistic
//! loss Σ wᵢ·log(1 + exp(−yᵢ·zᵢ)) + λ/2·‖w‖², z = b + x·w, y = ±1, b not penalised.
//!
//! The solver works on columns shifted to mean zero and scaled to deviation one, where
//! the Hessian is well conditioned, with v = w·s for the coefficients: the penalty
//! becomes λ/2·Σ (vⱼ/sⱼ)², so that the optimum is that of the columns as they came.

use super::blocks;
use super::gram::Gram;
use super::linear_algebra::{Cholesky, Symmetric, dot};
use super::sigmoid::exp_below_zero;
use crate::parallel;
use crate::table::Matrix;

/// Rows of a block: enough to be worth a thread's while.
const LEAST_BLOCK: usize = 4096;
/// Blocks, as far as the memory for their Hessians allows.
const MOST_BLOCKS: usize = 64;
/// Numbers in all Hessians together (64 MiB).
const HESSIANS: usize = 8 << 20;
/// Halvings of a step before the solver gives up.
const HALVINGS: usize = 50;
/// Rows from which a part of them is solved first, and which part: every so manieth.
const MANY: usize = 100_000;
const EACH: usize = 16;
/// Rows whose terms are multiplied before a logarithm is taken: 2 to this is a number yet.
const MULTIPLIED: usize = 512;
/// Deviations outside this range cannot be squared; such a column is left as it is.
const SCALES: std::ops::Range<f64> = 1e-140..1e140;

/// Penalties end here, so that they stay finite when added up.
const STRONGEST: f64 = 1e300;

/// What is to be minimised.
pub struct Problem<'a> {
    /// Features, n × d, none beyond ±1e100.
    pub x: &'a Matrix,
    /// 1 for the positive class, else 0.
    pub y: &'a [f64],
    /// Weight of a row of class 0 and of class 1.
    pub weights: [f64; 2],
    /// The penalty λ = 1/C.
    pub penalty: f64,
    /// Steps at most.
    pub max_iter: usize,
    /// The solver ends when the squared Newton decrement gᵀH⁻¹g, the squared distance to
    /// the optimum in standard errors, is below this before its last step.
    pub tolerance: f64,
    /// How many threads.
    pub threads: usize,
}

/// The optimum in terms of the columns as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Coefficients, then the intercept.
    pub values: Vec<f64>,
    /// Their standard errors, in the same order: roots of the diagonal of the inverse
    /// Hessian of the penalised loss. `None` where that is singular.
    pub standard_errors: Option<Vec<f64>>,
    /// Newton steps taken.
    pub iterations: usize,
    /// Whether the tolerance was reached.
    pub converged: bool,
}

/// Means and deviations of the columns, and λ/s².
struct Scaling {
    mean: Vec<f64>,
    scale: Vec<f64>,
    penalty: Vec<f64>,
}

/// Loss, gradient and Hessian at one point.
struct Pass {
    loss: f64,
    gradient: Vec<f64>,
    hessian: Symmetric,
}

/// Finds the optimum.
pub fn solve(problem: &Problem<'_>) -> Solution {
    let size = problem.x.cols() + 1;
    let scaling = Scaling::of(problem);
    let mut at = vec![0.0; size];
    let mut pass = None;
    // Some of the rows lead close to the optimum of all, for a small part of the work. Where
    // they mislead, the way begins at zero as it does without them.
    if let Some(near) = of_some(problem).map(|values| scaling.scaled(&values)) {
        let found = evaluate(problem, &scaling, &near);
        let positive = problem.y.iter().filter(|y| **y > 0.5).count() as f64;
        let negative = problem.y.len() as f64 - positive;
        let at_zero = std::f64::consts::LN_2 * (problem.weights[0] * negative + problem.weights[1] * positive);
        if found.loss < at_zero {
            (at, pass) = (near, Some(found));
        }
    }
    let mut pass = pass.unwrap_or_else(|| evaluate(problem, &scaling, &at));
    let (mut iterations, mut converged) = (0, false);
    while iterations < problem.max_iter && !converged {
        let Some((factor, _)) = Cholesky::damped(&pass.hessian, problem.threads) else { break };
        let step = factor.solve(&pass.gradient);
        let decrement = dot(&step, &pass.gradient);
        let Some((next, found)) = line_search(problem, &scaling, &at, &pass, &step, decrement) else {
            // No step helps: the optimum as far as rounding lets one see, or not.
            converged = decrement <= problem.tolerance.max(1e-12 * (1.0 + pass.loss));
            break;
        };
        (at, pass) = (next, found);
        iterations += 1;
        converged = decrement <= problem.tolerance;
    }
    let standard_errors = Cholesky::new(pass.hessian, problem.threads)
        .map(|factor| scaling.standard_errors(&factor, problem.threads))
        .filter(|errors| errors.iter().all(|e| e.is_finite()));
    Solution { values: scaling.raw(&at), standard_errors, iterations, converged }
}

/// Roughly the optimum of some of the rows, where there are very many; `None` where there are
/// not, or these rows are all of one class.
fn of_some(problem: &Problem<'_>) -> Option<Vec<f64>> {
    let (rows, width) = (problem.x.rows(), problem.x.cols());
    if rows < MANY {
        return None;
    }
    let some = || (0..rows).step_by(EACH);
    let y: Vec<f64> = some().map(|row| problem.y[row]).collect();
    let cells = some().flat_map(|row| problem.x.row(row).iter().copied()).collect();
    let x = Matrix::from_rows(y.len(), width, cells)?;
    if y.iter().all(|label| *label == y[0]) {
        return None;
    }
    let penalty = problem.penalty * y.len() as f64 / rows as f64;
    // Chance has moved it by whole standard errors: a tenth of one is near enough.
    let part = Problem { x: &x, y: &y, penalty, tolerance: problem.tolerance.max(0.01), ..*problem };
    Some(solve(&part).values).filter(|values| values.iter().all(|value| value.is_finite()))
}

/// The first of the steps 1, 1/2, 1/4, … that lowers the loss enough (Armijo, 1966).
fn line_search(
    problem: &Problem<'_>,
    scaling: &Scaling,
    at: &[f64],
    pass: &Pass,
    step: &[f64],
    decrement: f64,
) -> Option<(Vec<f64>, Pass)> {
    let mut length = 1.0;
    // Near the optimum a step changes the loss by less than its rounding.
    let slack = 1e-14 * pass.loss.abs();
    for _ in 0..HALVINGS {
        let next: Vec<f64> = at.iter().zip(step).map(|(v, s)| v - length * s).collect();
        let found = evaluate(problem, scaling, &next);
        if found.loss <= pass.loss - 1e-4 * length * decrement + slack {
            return Some((next, found));
        }
        length *= 0.5;
    }
    None
}

impl Scaling {
    fn of(problem: &Problem<'_>) -> Scaling {
        let rows = problem.x.rows() as f64;
        let width = problem.x.cols();
        // Taking a share before adding keeps sums of huge numbers finite.
        let share = 1.0 / rows;
        let mean = sums(problem, |row, sum| (0..width).for_each(|j| sum[j] += row[j] * share));
        let variance = sums(problem, |row, sum| {
            for j in 0..width {
                let away = row[j] - mean[j];
                sum[j] += away * away * share;
            }
        });
        // A column that is constant but for the rounding of its mean is left as it is, too.
        let usable = |s: &f64, mean: &f64| SCALES.contains(s) && *s > 1e-13 * mean.abs();
        let deviation = variance.iter().map(|v| v.sqrt());
        let scale: Vec<f64> = deviation.zip(&mean).map(|(s, m)| if usable(&s, m) { s } else { 1.0 }).collect();
        let penalty = scale.iter().map(|s| (problem.penalty / (s * s)).min(STRONGEST)).collect();
        Scaling { mean, scale, penalty }
    }

    /// Coefficients and intercept for the columns as they came: w = v/s, b = b' − Σ w·mean.
    fn raw(&self, at: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = at.iter().zip(&self.scale).map(|(v, s)| v / s).collect();
        let shift = dot(&values, &self.mean);
        values.extend(at.last().map(|b| b - shift));
        values
    }

    /// The other way: v = w·s, b' = b + Σ w·mean.
    fn scaled(&self, values: &[f64]) -> Vec<f64> {
        let mut at: Vec<f64> = values.iter().zip(&self.scale).map(|(w, s)| w * s).collect();
        let shift = dot(&values[..at.len()], &self.mean);
        at.extend(values.last().map(|b| b + shift));
        at
    }

    /// Standard errors of the same: each is a combination `a` of the scaled parameters,
    /// with the variance aᵀH⁻¹a.
    fn standard_errors(&self, factor: &Cholesky, threads: usize) -> Vec<f64> {
        let width = self.scale.len();
        let variances = factor.variances(width, threads);
        let mut errors: Vec<f64> = variances.iter().zip(&self.scale).map(|(v, s)| v.sqrt() / s).collect();
        let mut a: Vec<f64> = self.mean.iter().zip(&self.scale).map(|(m, s)| -m / s).collect();
        a.push(1.0);
        errors.push(factor.variance(&a).sqrt());
        errors
    }
}

/// How many rows a block has: a function of the shape alone.
fn block_size(rows: usize, width: usize) -> usize {
    let hessian = (width + 1) * (width + 2) / 2;
    let blocks = (HESSIANS / hessian).clamp(4, MOST_BLOCKS);
    rows.div_ceil(blocks).max(LEAST_BLOCK)
}

/// Sums over all rows, one for each column.
fn sums(problem: &Problem<'_>, add: impl Fn(&[f64], &mut [f64]) + Sync) -> Vec<f64> {
    let (rows, width) = (problem.x.rows(), problem.x.cols());
    let size = block_size(rows, width);
    let parts = parallel::map(rows.div_ceil(size), problem.threads, |block| {
        let mut sum = vec![0.0; width];
        blocks::range(rows, size, block).for_each(|row| add(problem.x.row(row), &mut sum));
        sum
    });
    parts.into_iter().fold(vec![0.0; width], |mut total, part| {
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
        total
    })
}

/// Loss, gradient and Hessian at a point of the scaled parameters.
fn evaluate(problem: &Problem<'_>, scaling: &Scaling, at: &[f64]) -> Pass {
    let (rows, width) = (problem.x.rows(), problem.x.cols());
    let size = block_size(rows, width);
    let inverse: Vec<f64> = scaling.scale.iter().map(|s| 1.0 / s).collect();
    let parts = parallel::map(rows.div_ceil(size), problem.threads, |block| {
        let mut gram = Gram::new(width + 1);
        let mut loss = 0.0;
        // Σ log t = log Π t, for each class since they weigh differently.
        let mut products = [1.0_f64; 2];
        for (nth, row) in blocks::range(rows, size, block).enumerate() {
            let slot = gram.slot();
            for (j, value) in problem.x.row(row).iter().enumerate() {
                slot[j] = (value - scaling.mean[j]) * inverse[j];
            }
            // The last column belongs to the intercept.
            slot[width] = 1.0;
            let z = dot(at, slot);
            let y = problem.y[row];
            let class = usize::from(y > 0.5);
            let weight = problem.weights[class];
            let small = exp_below_zero(-z.abs());
            let sum = 1.0 + small;
            let p = if z >= 0.0 { 1.0 / sum } else { small / sum };
            // log(1 + exp(z)) − y·z without overflow.
            loss += weight * (z.max(0.0) - y * z);
            products[class] *= sum;
            if nth % MULTIPLIED == MULTIPLIED - 1 {
                loss += dot(&problem.weights, &products.map(f64::ln));
                products = [1.0; 2];
            }
            gram.add(weight * (p - y), weight * (small / (sum * sum)));
        }
        loss += dot(&problem.weights, &products.map(f64::ln));
        let (gradient, hessian) = gram.finish();
        Pass { loss, gradient, hessian }
    });
    let mut pass = Pass { loss: 0.0, gradient: vec![0.0; width + 1], hessian: Symmetric::zeros(width + 1) };
    for part in parts {
        pass.loss += part.loss;
        pass.gradient.iter_mut().zip(&part.gradient).for_each(|(g, p)| *g += p);
        pass.hessian.add(&part.hessian);
    }
    for (j, penalty) in scaling.penalty.iter().enumerate() {
        pass.loss += 0.5 * penalty * at[j] * at[j];
        pass.gradient[j] += penalty * at[j];
        pass.hessian.add_to_diagonal(j, *penalty);
    }
    pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn some_of_the_rows_show_the_way_and_not_the_end() {
        let mut random = Random::new(3);
        let rows = MANY + 7;
        let cells: Vec<f64> = (0..rows * 2).map(|i| 50.0 * (i % 2) as f64 + random.normal()).collect();
        let x = Matrix::from_rows(rows, 2, cells).unwrap();
        let label = |row: usize| f64::from(u8::from(x.row(row)[0] + random.normal() > 0.5));
        let honest: Vec<f64> = (0..rows).map(label).collect();
        // The rows that are solved first say the opposite, or all the same.
        let misleading = (0..rows).map(|row| if row % EACH == 0 { 1.0 - honest[row] } else { honest[row] }).collect();
        let same = (0..rows).map(|row| if row % EACH == 0 { 1.0 } else { honest[row] }).collect();
        for (y, some) in [(honest.clone(), true), (misleading, true), (same, false)] {
            let problem = |threads| Problem {
                x: &x,
                y: &y,
                weights: [1.0, 1.5],
                penalty: 1.0,
                max_iter: 100,
                tolerance: 1e-8,
                threads,
            };
            assert_eq!(of_some(&problem(1)).is_some(), some);
            let solution = solve(&problem(1));
            assert_eq!(solution, solve(&problem(3)), "threads do not show");
            let scaling = Scaling::of(&problem(1));
            let gradient = evaluate(&problem(1), &scaling, &scaling.scaled(&solution.values)).gradient;
            assert!(solution.converged && gradient.iter().all(|slope| slope.abs() < 1e-3), "{gradient:?}");
        }
    }
}
