//! Linear models of a quantity: least squares without a penalty (`linear_regression`), with
//! an L2 penalty (`ridge`; Hoerl and Kennard, 1970), an L1 penalty (`lasso`; Tibshirani,
//! 1996) or both (`elastic_net`; Zou and Hastie, 2005). The objectives are scikit-learn's:
//!
//! - ridge: ‖y − b − Xw‖² + α‖w‖²
//! - lasso and elastic net: 1/(2n)·‖y − b − Xw‖² + α·ρ‖w‖₁ + ½α(1 − ρ)‖w‖², ρ = `l1_ratio`
//!
//! The intercept b is not penalised. Where columns follow from each other (as one-hot
//! columns do), the coefficients without a penalty are those of nearly least length.
//! Standard errors are told for the first two, whose estimates are linear in y; see
//! [`least_squares`].

use super::explanation::{self, Contributions};
use super::least_squares::{self, Normal};
use super::params::{Domain, ParamSpec, Params, Value};
use super::{Algorithm, Coefficient, Facts, Fitted, blocks, coordinate_descent, input, unreadable};
use crate::error::{Error, Problem, Result};
use crate::table::{Design, Matrix, Target, Task};
use serde::{Deserialize, Serialize};

/// One of the four.
#[derive(Debug, Clone, Copy)]
pub struct Linear {
    name: &'static str,
    summary: &'static str,
    params: &'static [ParamSpec],
}

/// Least squares.
pub const LINEAR_REGRESSION: Linear = Linear {
    name: "linear_regression",
    summary: "least squares without a penalty, for quantities",
    params: &[STANDARDIZE],
};

/// Least squares with an L2 penalty.
pub const RIDGE: Linear = Linear {
    name: "ridge",
    summary: "least squares with an L2 penalty, for quantities",
    params: &[alpha("strength of the penalty: α of ‖y − b − Xw‖² + α‖w‖²"), STANDARDIZE],
};

/// Least squares with an L1 penalty.
pub const LASSO: Linear = Linear {
    name: "lasso",
    summary: "least squares with an L1 penalty, which leaves columns out, for quantities",
    params: &[alpha("strength of the penalty, in the unit of the target"), STANDARDIZE, MAX_ITER, TOLERANCE],
};

/// Least squares with both.
pub const ELASTIC_NET: Linear = Linear {
    name: "elastic_net",
    summary: "least squares with an L1 and an L2 penalty, for quantities",
    params: &[
        alpha("strength of both penalties; the L1 one is in the unit of the target"),
        ParamSpec {
            name: "l1_ratio",
            default: Value::Number(0.5),
            domain: Domain::Number { above: 0.0, most: 1.0 },
            purpose: "share of the L1 penalty",
        },
        STANDARDIZE,
        MAX_ITER,
        TOLERANCE,
    ],
};

const fn alpha(purpose: &'static str) -> ParamSpec {
    let domain = Domain::Number { above: 0.0, most: f64::MAX };
    ParamSpec { name: "alpha", default: Value::Number(1.0), domain, purpose }
}

const STANDARDIZE: ParamSpec = ParamSpec {
    name: "standardize",
    default: Value::Flag(true),
    domain: Domain::Flag,
    purpose: "whether numbers and dates get mean 0 and deviation 1 first, so that a penalty treats all alike",
};

const MAX_ITER: ParamSpec = ParamSpec {
    name: "max_iter",
    default: Value::Integer(1000),
    domain: Domain::Integer { least: 1, most: 100_000, words: &[] },
    purpose: "sweeps of the solver at most",
};

const TOLERANCE: ParamSpec = ParamSpec {
    name: "tolerance",
    default: Value::Number(1e-6),
    domain: Domain::Number { above: 0.0, most: 1.0 },
    purpose: "share of the target's squares below which the duality gap ends the solver",
};

impl Algorithm for Linear {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Regression]
    }

    fn params(&self) -> &'static [ParamSpec] {
        self.params
    }

    fn wants_standardized(&self, params: &Params) -> bool {
        params.flag("standardize")
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, _seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        let (x, y) = (x.dense(), input::numbers(y)?);
        input::bounded(x)?;
        let normal = Normal::of(x, y, threads);
        let alpha = if params.get("alpha").is_some() { params.number("alpha")? } else { 0.0 };
        let mut model = if params.get("max_iter").is_some() {
            let l1_ratio = if params.get("l1_ratio").is_some() { params.number("l1_ratio")? } else { 1.0 };
            let max_iter = params.integer("max_iter")?.unwrap_or(usize::MAX);
            Model::descended(coordinate_descent::solve(&normal, alpha, l1_ratio, max_iter, params.number("tolerance")?))
        } else {
            let estimate = normal.ridge(alpha);
            Model::estimated(estimate.ok_or_else(|| Error::internal("the normal equations cannot be solved"))?)
        };
        if !model.coefficients.iter().chain([&model.intercept]).all(|value| value.is_finite()) {
            return Err(Error::data("", "the coefficients have grown beyond all numbers")
                .hint("set \"standardize\": true in model.params, or use ridge"));
        }
        model.name = self.name;
        Ok(Box::new(model))
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        let mut model: Model = serde_json::from_value(value).map_err(|error| unreadable(self.name, error))?;
        if model.standard_errors.as_ref().is_some_and(|errors| errors.len() != model.coefficients.len()) {
            return Err(unreadable(self.name, "there are not as many standard errors as coefficients"));
        }
        model.name = self.name;
        Ok(Box::new(model))
    }
}

/// The fitted model, in the form in which it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Model {
    #[serde(skip)]
    name: &'static str,
    intercept: f64,
    coefficients: Vec<f64>,
    intercept_standard_error: Option<f64>,
    standard_errors: Option<Vec<f64>>,
    /// Whether columns follow from each other and no penalty decides between them.
    singular: bool,
    /// Of an iterative solver.
    iterations: Option<usize>,
    converged: Option<bool>,
}

impl Model {
    fn estimated(estimate: least_squares::Estimate) -> Model {
        let (mut coefficients, mut standard_errors) = (estimate.values, estimate.standard_errors);
        Model {
            name: "",
            intercept: coefficients.pop().unwrap_or_default(),
            coefficients,
            intercept_standard_error: standard_errors.as_mut().and_then(Vec::pop),
            standard_errors,
            singular: estimate.singular,
            iterations: None,
            converged: None,
        }
    }

    fn descended(descent: coordinate_descent::Descent) -> Model {
        let estimate = least_squares::Estimate { values: descent.values, standard_errors: None, singular: false };
        let (iterations, converged) = (Some(descent.iterations), Some(descent.converged));
        Model { iterations, converged, ..Model::estimated(estimate) }
    }

    fn answer(&self, row: &[f64]) -> f64 {
        let terms = || self.coefficients.iter().zip(row);
        let sum = terms().fold(self.intercept, |sum, (w, x)| sum + w * x);
        if sum.is_finite() {
            return sum;
        }
        // Terms beyond all numbers, which may cancel: added up in a smaller unit.
        let small = terms().fold(self.intercept * 1e-320, |sum, (w, x)| sum + (w * 1e-160) * (x * 1e-160));
        (small * 1e160 * 1e160).clamp(-f64::MAX, f64::MAX)
    }
}

impl Fitted for Model {
    fn width(&self) -> usize {
        self.coefficients.len()
    }

    fn outputs(&self) -> usize {
        1
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let x = x.dense();
        blocks::predict(x.rows(), 1, threads, |rows, out| {
            rows.zip(out).for_each(|(row, out)| *out = self.answer(x.row(row)));
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
        let mut notices = Vec::new();
        if let (Some(iterations), Some(false)) = (self.iterations, self.converged) {
            notices.push(
                Problem::at("", format!("{} has not converged after {iterations} sweeps", self.name))
                    .hint("raise model.params.max_iter or model.params.alpha"),
            );
        }
        if self.converged.is_some() && self.coefficients.iter().all(|w| *w == 0.0) {
            notices.push(
                Problem::at("", format!("{} has left all columns out: it always predicts the mean", self.name))
                    .why("no column pulls harder than the penalty")
                    .hint("lower model.params.alpha"),
            );
        }
        if self.singular {
            notices.push(
                Problem::at("", "the coefficients are not determined and have no standard errors")
                    .why("columns follow from each other; they share their weight, and predictions are the same")
                    .hint("use ridge, or name one of these columns in data.ignore"),
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
            iterations: self.iterations,
            converged: self.converged,
            ..Facts::default()
        }
    }
}
