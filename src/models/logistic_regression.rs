//! Logistic regression with an L2 penalty: for yes/no questions and for several classes.
//!
//! Minimises C·Σ loss + ½‖w‖² as scikit-learn does, intercepts not penalised. A yes/no
//! question about dense columns is solved by Newton's method, which ends at the optimum
//! whatever the scales of the columns; several classes (softmax of a score for each) and
//! sparse columns by the truncated Newton method, without standard errors.
//!
//! Standard errors are the roots of the diagonal of H⁻¹, H = Xᵀ·diag(wᵢpᵢ(1−pᵢ))·X + Λ
//! at the optimum, Λ = 1/C on the diagonal but for the intercept. They are conditional on
//! the penalty: they describe the penalised estimate (Laplace's approximation to the
//! posterior under the prior that the penalty stands for), say nothing of the bias that
//! the penalty brings, and grow to the usual ones as C grows.

use super::explanation::{self, Contributions};
use super::linear_scores::LinearScores;
use super::params::{Domain, ParamSpec, Params, Value};
use super::sigmoid::both;
use super::{Algorithm, Coefficient, Facts, Fitted, blocks, input, newton, newton_cg, unreadable};
use crate::error::{Error, Problem, Result};
use crate::table::{Design, Matrix, Target, Task};
use crate::vectors::{self, dispatch};
use serde::{Deserialize, Serialize};

/// The algorithm.
#[derive(Debug, Clone, Copy)]
pub struct LogisticRegression;

const NAME: &str = "logistic_regression";

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "c",
        default: Value::Number(1.0),
        domain: Domain::Number { above: 0.0, most: f64::MAX },
        purpose: "inverse strength of the L2 penalty",
    },
    ParamSpec {
        name: "standardize",
        default: Value::Flag(true),
        domain: Domain::Flag,
        purpose: "whether numbers and dates get mean 0 and deviation 1 first, so that the penalty treats all alike",
    },
    ParamSpec {
        name: "max_iter",
        default: Value::Integer(100),
        domain: Domain::Integer { least: 1, most: 100_000, words: &[] },
        purpose: "steps of the solver at most",
    },
    ParamSpec {
        name: "tolerance",
        default: Value::Number(1e-8),
        domain: Domain::Number { above: 0.0, most: 1.0 },
        purpose: "squared distance to the optimum, in standard errors, from which the solver takes its last step",
    },
    ParamSpec {
        name: "class_weight",
        default: Value::Word("none"),
        domain: Domain::Choice(&["none", "balanced"]),
        purpose: "whether all classes count alike however rare one is",
    },
];

impl Algorithm for LogisticRegression {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "logistic regression with an L2 penalty, for yes/no questions and several classes"
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Binary, Task::Multiclass]
    }

    fn params(&self) -> &'static [ParamSpec] {
        PARAMS
    }

    fn wants_standardized(&self, params: &Params) -> bool {
        params.flag("standardize")
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, _seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        let y = input::classes(y)?;
        input::bounded(x.dense())?;
        let count = y.classes.len();
        let weights = if params.is("class_weight", "balanced") { input::balanced(y) } else { vec![1.0; count] };
        let penalty = 1.0 / params.number("c")?;
        let max_iter = params.integer("max_iter")?.unwrap_or(usize::MAX);
        let tolerance = params.number("tolerance")?;
        if x.sparse().is_some() || count != 2 {
            let (codes, weights) = (&y.codes, &weights);
            let problem = newton_cg::Problem { x, codes, weights, penalty, max_iter, tolerance, threads };
            let model = LinearScores::new(newton_cg::solve(&problem), newton_cg::outputs(count));
            return if model.is_finite() { Ok(Box::new(model)) } else { Err(beyond_all_numbers()) };
        }
        let solution = newton::solve(&newton::Problem {
            x: x.dense(),
            y: &y.as_zero_one(),
            weights: [weights[0], weights[1]],
            penalty,
            max_iter,
            tolerance,
            threads,
        });
        let (mut coefficients, mut standard_errors) = (solution.values, solution.standard_errors);
        if !coefficients.iter().all(|v| v.is_finite()) {
            return Err(beyond_all_numbers());
        }
        let intercept = coefficients.pop().unwrap_or_default();
        let intercept_standard_error = standard_errors.as_mut().and_then(Vec::pop);
        Ok(Box::new(Model {
            intercept,
            coefficients,
            intercept_standard_error,
            standard_errors,
            iterations: solution.iterations,
            converged: solution.converged,
        }))
    }

    fn takes_sparse(&self) -> bool {
        true
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        if value.get("intercepts").is_some() {
            let model: LinearScores = serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
            return match model.flaw() {
                Some(flaw) => Err(unreadable(NAME, flaw)),
                None => Ok(Box::new(model)),
            };
        }
        let model: Model = serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
        if model.standard_errors.as_ref().is_some_and(|errors| errors.len() != model.coefficients.len()) {
            return Err(unreadable(NAME, "there are not as many standard errors as coefficients"));
        }
        Ok(Box::new(model))
    }
}

fn beyond_all_numbers() -> Error {
    Error::data("", "the coefficients have grown beyond all numbers").hint("lower model.params.c")
}

/// The notice of a solver that has not converged.
pub(super) fn not_converged(converged: bool, steps: usize) -> Option<Problem> {
    (!converged).then(|| {
        Problem::at("", format!("logistic regression has not converged after {steps} steps"))
            .hint("raise model.params.max_iter, or lower model.params.c")
    })
}

/// The fitted model of a yes/no question about dense columns, in the form in which it is
/// saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    intercept: f64,
    coefficients: Vec<f64>,
    intercept_standard_error: Option<f64>,
    standard_errors: Option<Vec<f64>>,
    iterations: usize,
    converged: bool,
}

impl Model {
    /// The log-odds of a row.
    fn score(&self, row: &[f64]) -> f64 {
        let mut z = self.intercept;
        for (w, x) in self.coefficients.iter().zip(row) {
            z += w * x;
        }
        if z.is_finite() { z } else { self.beyond(row) }
    }

    /// The same where terms are beyond all numbers: only the sign of their sum matters.
    #[cold]
    fn beyond(&self, row: &[f64]) -> f64 {
        let small = 1e-300;
        let terms = self.coefficients.iter().zip(row).map(|(w, x)| (w * 1e-150) * (x * small));
        f64::MAX * terms.sum::<f64>().signum()
    }

    /// The probabilities of both classes for some rows, which stand one behind the other.
    #[inline(always)]
    fn shares(&self, rows: &[f64], out: &mut [[f64; 2]]) {
        // Sixteen scores, then their shares, of which several are worked out at a time: few enough
        // to stay in registers, and memory brings the next rows meanwhile.
        let width = self.coefficients.len();
        let (blocks, rest) = out.as_chunks_mut::<16>();
        let (of_blocks, of_rest) = rows.split_at(16 * blocks.len() * width);
        for (i, out) in blocks.iter_mut().enumerate() {
            let mut z = [[0.0; 4]; 4];
            for (k, z) in z.iter_mut().enumerate() {
                *z = self.four_scores(&of_blocks[(16 * i + 4 * k) * width..][..4 * width]);
            }
            for (out, z) in out.iter_mut().zip(z.as_flattened()) {
                *out = both(*z);
            }
        }
        for (i, out) in rest.iter_mut().enumerate() {
            *out = both(self.score(&of_rest[i * width..][..width]));
        }
    }

    /// The scores of four rows, each the same sum as that of a row alone.
    #[inline(always)]
    fn four_scores(&self, rows: &[f64]) -> [f64; 4] {
        let width = self.coefficients.len();
        let (weights, last_weights) = self.coefficients.as_chunks::<4>();
        let (a, b) = rows.split_at(2 * width);
        let ([a, b], [c, d]) = (halves(a), halves(b));
        let (a, b, c, d) = (a.as_chunks::<4>(), b.as_chunks::<4>(), c.as_chunks::<4>(), d.as_chunks::<4>());
        let mut z = [self.intercept; 4];
        for ((((w, a), b), c), d) in weights.iter().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
            for i in 0..4 {
                add(&mut z, w[i], [a[i], b[i], c[i], d[i]]);
            }
        }
        for ((((w, a), b), c), d) in last_weights.iter().zip(a.1).zip(b.1).zip(c.1).zip(d.1) {
            add(&mut z, *w, [*a, *b, *c, *d]);
        }
        for (i, z) in z.iter_mut().enumerate() {
            if !z.is_finite() {
                *z = self.beyond(&rows[i * width..][..width]);
            }
        }
        z
    }
}

#[inline(always)]
fn halves(numbers: &[f64]) -> [&[f64]; 2] {
    let (first, second) = numbers.split_at(numbers.len() / 2);
    [first, second]
}

#[inline(always)]
fn add(z: &mut [f64; 4], w: f64, x: [f64; 4]) {
    for i in 0..4 {
        z[i] += w * x[i];
    }
}

impl Fitted for Model {
    fn width(&self) -> usize {
        self.coefficients.len()
    }

    fn outputs(&self) -> usize {
        2
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let x = x.dense();
        blocks::predict(x.rows(), 2, threads, |rows, out| {
            let rows = &x.as_slice()[rows.start * x.cols()..rows.end * x.cols()];
            dispatch!(vectors::level(), _simd => self.shares(rows, out.as_chunks_mut().0));
        })
    }

    fn raw(&self, x: &Design, threads: usize) -> Option<Matrix> {
        Some(explanation::linear_raw(self.intercept, &self.coefficients, x.dense(), threads))
    }

    fn contributions(&self, x: &Design, threads: usize) -> Option<Contributions> {
        Some(explanation::of_linear(self.intercept, &self.coefficients, x.dense(), threads))
    }

    fn save(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn notices(&self) -> Vec<Problem> {
        let mut notices: Vec<Problem> = not_converged(self.converged, self.iterations).into_iter().collect();
        if self.standard_errors.is_none() {
            notices.push(
                Problem::at("", "the coefficients have no standard errors")
                    .why("columns that follow from each other leave them undetermined")
                    .hint("lower model.params.c, or name one of these columns in data.ignore"),
            );
        }
        notices
    }

    fn facts(&self) -> Facts {
        let errors = self.standard_errors.as_deref().unwrap_or_default();
        let coefficient =
            |(j, value): (usize, &f64)| Coefficient { value: *value, standard_error: errors.get(j).copied() };
        Facts {
            coefficients: self.coefficients.iter().enumerate().map(coefficient).collect(),
            intercept: Some(Coefficient { value: self.intercept, standard_error: self.intercept_standard_error }),
            iterations: Some(self.iterations),
            converged: Some(self.converged),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::sigmoid::sigmoid;

    #[test]
    fn rows_side_by_side_are_answered_as_each_alone() {
        for width in [0, 1, 3, 4, 7, 15] {
            let coefficients: Vec<f64> = (0..width).map(|i| 0.7 - 0.3 * i as f64).collect();
            let (intercept_standard_error, standard_errors) = (None, None);
            let model = Model {
                intercept: 0.1,
                coefficients,
                intercept_standard_error,
                standard_errors,
                iterations: 1,
                converged: true,
            };
            for rows in [0, 1, 4, 16, 43] {
                let cell = |i: usize| if i % 29 == 28 { 1.7e308 } else { (i * i % 17) as f64 / 3.0 - 2.0 };
                let x = Matrix::from_rows(rows, width, (0..rows * width).map(cell).collect()).unwrap();
                let answers = model.predict(&x.clone().into(), 1);
                for row in 0..rows {
                    let p = sigmoid(model.score(x.row(row)));
                    assert_eq!(answers.row(row), [1.0 - p, p], "{width} columns, row {row}");
                }
            }
        }
    }
}
