//! The truncated Newton method for logistic regression with many columns or several classes.
//!
//! Minimises Σ wᵢ·lossᵢ + λ/2·‖W‖², intercepts not penalised. With two classes the loss is
//! log(1 + exp(−yᵢ·zᵢ)) of one score; with K ≥ 3 it is −log softmax(zᵢ) of K scores, each
//! class with weights of its own, as scikit-learn has it: the penalty makes the weights
//! unique, and the intercepts, free up to a common shift, are taken to sum to 0.
//!
//! Every step solves H·s = g by conjugate gradients with the diagonal of H as the
//! preconditioner, more exactly as the optimum comes near (Nocedal and Wright, Numerical
//! Optimization, algorithm 7.1), which converges superlinearly; H is never built. The solver
//! ends by the Newton decrement gᵀH⁻¹g, which bounds the loss still to be gained and is the
//! same on any scale of the columns. With r what conjugate gradients leave of g,
//! gᵀH⁻¹g = gᵀs + rᵀH⁻¹r exactly, for sᵀr = 0; the second term is estimated with the
//! diagonal of H in place of H.

use super::linear_algebra::dot;
use super::scaled_design::ScaledDesign;
use super::sigmoid::{sigmoid, softmax};
use crate::parallel;
use crate::table::{Design, Matrix};

/// Halvings of a step before the solver gives up.
const HALVINGS: usize = 50;
/// Conjugate directions in one step at most.
const DIRECTIONS: usize = 1000;
/// The norm that conjugate gradients may leave of a gradient: at most, and at least.
const LEFT: (f64, f64) = (0.3, 1e-2);
/// Penalties end here, so that they stay finite when added up.
const STRONGEST: f64 = 1e300;
/// Weights up to which the tolerance is that of all together.
const FEW_WEIGHTS: f64 = 100.0;
/// Rows of a block.
const ROWS: usize = 2048;

/// What is to be minimised.
pub struct Problem<'a> {
    /// Columns, none with numbers beyond ±1e100.
    pub x: &'a Design,
    /// The class of each row.
    pub codes: &'a [u32],
    /// The weight of a row of each class; as many as there are classes.
    pub weights: &'a [f64],
    /// The penalty λ = 1/C.
    pub penalty: f64,
    /// Newton steps at most.
    pub max_iter: usize,
    /// The solver ends when the Newton decrement is below this before its last step; beyond
    /// [`FEW_WEIGHTS`], below as many times that as there are weights more.
    pub tolerance: f64,
    /// How many threads.
    pub threads: usize,
}

/// The optimum in terms of the columns as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// For each column, and at last for the intercept, a weight for each output: one output
    /// for two classes, that of the second; else one for each class.
    pub weights: Vec<f64>,
    /// Newton steps taken.
    pub iterations: usize,
    /// Whether the tolerance was reached.
    pub converged: bool,
}

/// The number of scores that tell so many classes apart.
pub fn outputs(classes: usize) -> usize {
    if classes == 2 { 1 } else { classes }
}

/// Finds the optimum.
pub fn solve(problem: &Problem<'_>) -> Solution {
    let x = ScaledDesign::new(problem.x, problem.threads);
    let outputs = outputs(problem.weights.len());
    let solver = Solver { penalty: penalties(&x, problem.penalty, outputs), x, problem, outputs };
    let (mut weights, iterations, converged) = solver.run();
    weights = solver.x.back(weights, outputs);
    let intercepts = weights.len() - outputs;
    if outputs > 1 {
        let mean = weights[intercepts..].iter().sum::<f64>() / outputs as f64;
        weights[intercepts..].iter_mut().for_each(|intercept| *intercept -= mean);
    }
    Solution { weights, iterations, converged }
}

fn penalties(x: &ScaledDesign<'_>, penalty: f64, outputs: usize) -> Vec<f64> {
    let column = |column: usize| (penalty * x.penalty(column)).min(STRONGEST);
    let columns = (0..x.cols()).flat_map(|j| std::iter::repeat_n(column(j), outputs));
    columns.chain(std::iter::repeat_n(0.0, outputs)).collect()
}

struct Solver<'a> {
    x: ScaledDesign<'a>,
    problem: &'a Problem<'a>,
    outputs: usize,
    /// λ/s² of each weight, 0 of the intercepts.
    penalty: Vec<f64>,
}

/// A Newton step, and how far the optimum is.
struct Step {
    step: Vec<f64>,
    decrement: f64,
}

impl Solver<'_> {
    /// Weights of the scaled columns, steps taken, and whether they converged.
    fn run(&self) -> (Vec<f64>, usize, bool) {
        let mut weights = vec![0.0; self.penalty.len()];
        let mut scores = self.x.times(&weights, self.outputs);
        let mut loss = self.loss(&scores, &weights);
        let (mut iterations, mut first) = (0, None);
        // The decrement adds up over the weights; what is close enough for one grows with them.
        let tolerance = self.problem.tolerance * (weights.len() as f64 / FEW_WEIGHTS).max(1.0);
        while iterations < self.problem.max_iter {
            let chances = self.chances(&scores);
            let mut gradient = self.x.transpose_times(&self.errors(&chances));
            add_product(&mut gradient, &self.penalty, &weights);
            let Step { step, decrement } = self.step(&chances, &gradient, &mut first);
            if decrement == 0.0 {
                return (weights, iterations, true);
            }
            let along = self.x.times(&step, self.outputs);
            // Near the optimum a step changes the loss by less than its rounding.
            let slack = 1e-14 * loss.abs();
            let next = (0..HALVINGS).map(|halvings| 0.5f64.powi(halvings as i32)).find_map(|length| {
                let weights = minus(&weights, length, &step);
                let moved = minus(scores.as_slice(), length, along.as_slice());
                let scores = Matrix::from_rows(scores.rows(), self.outputs, moved)?;
                let found = self.loss(&scores, &weights);
                (found <= loss - 1e-4 * length * decrement + slack).then_some((weights, scores, found))
            });
            let Some(next) = next else {
                // No step helps: the optimum as far as rounding lets one see, or not.
                return (weights, iterations, decrement <= tolerance.max(1e-12 * (1.0 + loss)));
            };
            (weights, scores, loss) = next;
            iterations += 1;
            if decrement <= tolerance {
                return (weights, iterations, true);
            }
        }
        (weights, iterations, false)
    }

    /// Solves H·s = g by conjugate gradients; `first` is the norm of the first gradient.
    fn step(&self, chances: &Matrix, gradient: &[f64], first: &mut Option<f64>) -> Step {
        let mut diagonal = self.x.transpose_squared_times(&self.each(chances, |p, weight, out| {
            p.iter().zip(out).for_each(|(p, out)| *out = weight * p * (1.0 - p));
        }));
        // A class that is certain everywhere has no curvature left but that of the penalty.
        diagonal.iter_mut().zip(&self.penalty).for_each(|(d, penalty)| *d = (*d + penalty).max(1e-12));
        let mut step = vec![0.0; gradient.len()];
        let mut rest = gradient.to_vec();
        let mut scaled = quotient(&rest, &diagonal);
        let mut direction = scaled.clone();
        let mut norm = dot(&rest, &scaled);
        let share = (norm / *first.get_or_insert(norm)).sqrt().sqrt();
        let left = share.clamp(LEFT.1, LEFT.0).powi(2) * norm;
        for _ in 0..DIRECTIONS.min(gradient.len()) {
            let curved = self.hessian_times(chances, &direction);
            let curvature = dot(&direction, &curved);
            if !(norm > left && curvature > 0.0 && curvature.is_finite()) {
                break;
            }
            let length = norm / curvature;
            step.iter_mut().zip(&direction).for_each(|(s, d)| *s += length * d);
            rest.iter_mut().zip(&curved).for_each(|(r, c)| *r -= length * c);
            scaled = quotient(&rest, &diagonal);
            let next = dot(&rest, &scaled);
            let turn = next / norm;
            direction.iter_mut().zip(&scaled).for_each(|(d, s)| *d = s + turn * *d);
            norm = next;
        }
        let decrement = dot(gradient, &step).max(0.0) + norm;
        Step { step, decrement }
    }

    /// H·v.
    fn hessian_times(&self, chances: &Matrix, v: &[f64]) -> Vec<f64> {
        let scores = self.x.times(v, self.outputs);
        let curved = self.zip(chances, &scores, |p, u, weight, out| {
            let mean = if self.outputs == 1 { p[0] * u[0] } else { p.iter().zip(u).map(|(p, u)| p * u).sum() };
            out.iter_mut().zip(p).zip(u).for_each(|((out, p), u)| *out = weight * p * (u - mean));
        });
        let mut product = self.x.transpose_times(&curved);
        add_product(&mut product, &self.penalty, v);
        product
    }

    /// Probabilities: of the second of two classes, or of each of several.
    fn chances(&self, scores: &Matrix) -> Matrix {
        self.each(scores, |z, _, out| probabilities(z, out))
    }

    /// Derivatives of the loss by the scores.
    fn errors(&self, chances: &Matrix) -> Matrix {
        let mut errors = chances.clone();
        for (row, code) in self.problem.codes.iter().enumerate() {
            let weight = self.weight(row);
            let cells = errors.row_mut(row);
            match cells {
                [one] => *one -= f64::from(*code),
                _ => cells[*code as usize] -= 1.0,
            }
            cells.iter_mut().for_each(|cell| *cell *= weight);
        }
        errors
    }

    /// The penalised loss.
    fn loss(&self, scores: &Matrix, weights: &[f64]) -> f64 {
        let parts = parallel::map(scores.rows().div_ceil(ROWS), self.problem.threads, |block| {
            let rows = super::blocks::range(scores.rows(), ROWS, block);
            rows.map(|row| self.weight(row) * loss(scores.row(row), self.problem.codes[row])).sum::<f64>()
        });
        let penalty: f64 = weights.iter().zip(&self.penalty).map(|(w, penalty)| penalty * w * w).sum();
        parts.iter().sum::<f64>() + 0.5 * penalty
    }

    fn weight(&self, row: usize) -> f64 {
        self.problem.weights[self.problem.codes[row] as usize]
    }

    /// A matrix of the same shape, row by row, from the row and its weight.
    fn each(&self, of: &Matrix, fill: impl Fn(&[f64], f64, &mut [f64]) + Sync) -> Matrix {
        self.zip(of, of, |row, _, weight, out| fill(row, weight, out))
    }

    fn zip(&self, a: &Matrix, b: &Matrix, fill: impl Fn(&[f64], &[f64], f64, &mut [f64]) + Sync) -> Matrix {
        super::blocks::predict(a.rows(), self.outputs, self.problem.threads, |rows, out| {
            for (row, out) in rows.zip(out.chunks_exact_mut(self.outputs)) {
                fill(a.row(row), b.row(row), self.weight(row), out);
            }
        })
    }
}

/// The probabilities that finite scores stand for: one, or one for each class.
pub fn probabilities(scores: &[f64], out: &mut [f64]) {
    if let ([z], [p]) = (scores, &mut *out) {
        *p = sigmoid(*z);
    } else {
        softmax(scores, out);
    }
}

/// −log of the probability of the true class.
fn loss(scores: &[f64], code: u32) -> f64 {
    if let [z] = scores {
        return z.max(0.0) - f64::from(code) * z + (-z.abs()).exp().ln_1p();
    }
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|z| (z - most).exp()).sum();
    sum.ln() + most - scores[code as usize]
}

fn add_product(sum: &mut [f64], a: &[f64], b: &[f64]) {
    sum.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
}

fn quotient(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a / b).collect()
}

fn minus(a: &[f64], factor: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - factor * b).collect()
}
