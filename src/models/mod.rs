//! The algorithms that can hold the office, and the pipeline around them.
//!
//! - [`Algorithm`]: how a model is fitted; [`ALL`] lists them. A further algorithm is one
//!   file and one line in [`ALL`], and the conformance test then covers it.
//! - [`Fitted`]: what a fitted model does: predict, save, tell facts.
//! - [`Pipeline`]: preparation and model together, the thing that is deployed.
//! - [`params`]: the parameters of an algorithm as a table, from which configs are checked
//!   and documentation is made.
//! - [`tree`]: decision trees as compact arrays.
//! - [`Contributions`]: what moves the score of a row.

mod blocks;
mod boosting;
pub mod calibration;
mod candidates;
mod code_set;
mod coded_trees;
mod coordinate_descent;
pub mod directions;
mod explanation;
mod extra_trees;
pub mod folds;
mod gram;
pub mod held_out;
mod input;
mod k_nearest_neighbours;
mod leaf_masks;
mod least_squares;
mod linear_algebra;
mod linear_regression;
mod linear_scores;
pub mod logistic_regression;
mod lookup;
mod moments;
mod naive_bayes;
mod newton;
mod newton_cg;
mod one_each;
pub mod params;
mod pipeline;
mod quadrature;
mod random_forest;
mod reasons;
mod scaled_design;
pub mod search;
mod sigmoid;
mod smartcore_trees;
pub mod threshold;
pub mod tree;
mod tree_shap;
mod tree_sum;

#[cfg(test)]
mod tests;

pub use calibration::Calibration;
pub use explanation::Contributions;
pub use input::no_feature;
pub use params::{Domain, ParamSpec, Params, Value};
pub use pipeline::{Answering, Pipeline, Terms};
pub use reasons::Reasons;
pub use search::{Leaderboard, Standing};

use crate::error::{Error, Kind, Problem, Result};
use crate::suggest;
use crate::table::{Design, Matrix, Target, Task};
use serde::Serialize;
use std::fmt::Debug;

/// Every algorithm. The first that learns a kind of question is the default for it.
pub const ALL: &[&dyn Algorithm] = &[
    &logistic_regression::LogisticRegression,
    &linear_regression::RIDGE,
    &linear_regression::LINEAR_REGRESSION,
    &linear_regression::LASSO,
    &linear_regression::ELASTIC_NET,
    &random_forest::RandomForest,
    &boosting::Boosting,
    &extra_trees::ExtraTrees,
    &k_nearest_neighbours::KNearestNeighbours,
    &naive_bayes::NaiveBayes,
];

/// A way to learn from a design matrix.
pub trait Algorithm: Sync + Debug {
    /// The name in configs and model files.
    fn name(&self) -> &'static str;

    /// One line for the documentation.
    fn summary(&self) -> &'static str;

    /// The kinds of question that it learns. One that learns yes/no questions also learns
    /// several labels, by a model for each.
    fn learns(&self) -> &'static [Task];

    /// The parameters that `model.params` may set.
    fn params(&self) -> &'static [ParamSpec];

    /// Whether numbers and dates are to be standardised before they come here.
    fn wants_standardized(&self, params: &Params) -> bool;

    /// Whether missing numbers are to come here as NaN, rather than as a median with a
    /// column that says where they were.
    fn takes_missing_as_nan(&self) -> bool {
        false
    }

    /// Whether categories are to come here as a column of codes each
    /// ([`ColumnKind::Codes`](crate::table::ColumnKind)), rather than as 0/1 columns. Only
    /// for an algorithm that takes missing cells as NaN.
    fn takes_categories(&self) -> bool {
        false
    }

    /// Whether text columns are to come here as many sparse columns, rather than as a few
    /// dense ones.
    fn takes_sparse(&self) -> bool {
        false
    }

    /// Whether predictions of a quantity or of the positive class go one way with columns
    /// for which the design says so ([`ColumnKind::Monotone`](crate::table::ColumnKind)).
    fn keeps_directions(&self) -> bool {
        false
    }

    /// Fits on `x` (n × features) and the truth about its n rows. The result depends on `seed`
    /// and never on `threads`.
    ///
    /// # Errors
    /// [`Kind::Data`]: the numbers of rows disagree, fewer than two rows, no column, a cell
    /// that is not finite (but for NaN where the algorithm takes it), fewer than two classes
    /// among the rows. [`Kind::Internal`] for a kind of question that it does not learn.
    fn fit(&self, x: &Design, y: &Target, params: &Params, seed: u64, threads: usize) -> Result<Box<dyn Fitted>>;

    /// Reads what [`Fitted::save`] wrote.
    ///
    /// # Errors
    /// [`Kind::Data`] where the value is not such a model.
    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>>;
}

/// A fitted model.
pub trait Fitted: Send + Sync + Debug {
    /// How many columns the design matrix must have.
    fn width(&self) -> usize;

    /// How many columns predictions have: one for a quantity, else one for each class.
    fn outputs(&self) -> usize;

    /// Answers for the n rows of `x`, n × [`Fitted::outputs`]; `x` must have
    /// [`Fitted::width`] columns, finite as in [`Algorithm::fit`]. Class probabilities of a
    /// row are in [0, 1] and sum to 1; a quantity is finite, in the unit of the target.
    fn predict(&self, x: &Design, threads: usize) -> Matrix;

    /// The raw scores, n × outputs, of the n rows of `x`, on the scale on which
    /// [`Fitted::contributions`] adds up: log-odds for `logistic_regression` and for
    /// `boosting` of a yes/no question (one output, of the positive class), scores before
    /// softmax for `boosting` of more classes (an output for each), for `random_forest` the
    /// mean of its trees (the probability of the positive class; with more classes, of each
    /// class before division by their sum). `None` where the model has no such scale.
    fn raw(&self, _x: &Design, _threads: usize) -> Option<Matrix> {
        None
    }

    /// What each column contributes to each row's [`Fitted::raw`]; `None` where the model
    /// cannot tell, as one of trees saved without the counts of their training rows.
    fn contributions(&self, _x: &Design, _threads: usize) -> Option<Contributions> {
        None
    }

    /// Parameters that give a model of the size of this one, which was fitted with `params`, where the
    /// rows have decided how large it became; `label` says which part, where each label has its own.
    fn params_alike(&self, params: &Params, _label: usize) -> Params {
        params.clone()
    }

    /// How many times dearer an answer is than one of a small model, at least 1: for those who
    /// ask for very many.
    fn cost(&self) -> usize {
        1
    }

    /// The model in a form that [`Algorithm::load`] reads; it then predicts bit for bit
    /// the same.
    fn save(&self) -> serde_json::Value;

    /// What deserves attention: not converged, for example.
    fn notices(&self) -> Vec<Problem>;

    /// What a report may tell about the model.
    fn facts(&self) -> Facts;
}

/// What a report may tell about a model; vectors are in the order of the design's columns
/// and empty where the algorithm has no such thing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Facts {
    /// Coefficients of a linear model, per unit of the design's columns.
    pub coefficients: Vec<Coefficient>,
    /// The intercept of a linear model.
    pub intercept: Option<Coefficient>,
    /// The share of each column in all that the trees' splits explain; sums to 1.
    pub importances: Vec<f64>,
    /// Steps of an iterative solver.
    pub iterations: Option<usize>,
    /// Whether the solver reached its tolerance.
    pub converged: Option<bool>,
    /// How many trees.
    pub trees: Option<usize>,
}

/// A coefficient and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coefficient {
    /// The value.
    pub value: f64,
    /// Its standard error; `None` where the data does not determine it.
    pub standard_error: Option<f64>,
}

/// The algorithm of that name.
///
/// # Errors
/// [`Kind::Config`] with the nearest name, or all names, as the hint.
pub fn by_name(name: &str) -> Result<&'static dyn Algorithm> {
    if let Some(found) = ALL.iter().find(|a| a.name() == name) {
        return Ok(*found);
    }
    let names = || ALL.iter().map(|a| a.name());
    let hint = match suggest::closest(name, names()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the models are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Err(Error::new(Kind::Config, Problem::at("", format!("unknown model {name:?}")).hint(hint)))
}

/// The algorithms that learn a kind of question.
pub fn that_learn(task: Task) -> impl Iterator<Item = &'static dyn Algorithm> {
    ALL.iter().copied().filter(move |algorithm| learns(*algorithm, task))
}

/// The algorithm for a kind of question where the config names none: the first that learns it.
pub fn default_for(task: Task) -> &'static dyn Algorithm {
    that_learn(task).next().unwrap_or(&logistic_regression::LogisticRegression)
}

/// Whether an algorithm, or a model of it for each label, learns that kind of question.
pub fn learns(algorithm: &dyn Algorithm, task: Task) -> bool {
    let asked = if task == Task::Multilabel { Task::Binary } else { task };
    algorithm.learns().contains(&asked)
}

/// Makes sure that an algorithm learns a kind of question.
///
/// # Errors
/// [`Kind::Config`] with the algorithms that do.
pub fn must_learn(algorithm: &dyn Algorithm, task: Task) -> Result<()> {
    if learns(algorithm, task) {
        return Ok(());
    }
    let names: Vec<&str> = that_learn(task).map(|a| a.name()).collect();
    let what = format!("{} does not learn a {} target", algorithm.name(), task.name());
    let problem = Problem::at("", what)
        .why(format!("the target is {}", task.words()))
        .hint(format!("use one of {}, or auto", names.join(", ")));
    Err(Error::new(Kind::Config, problem))
}

/// A saved model that cannot be read.
fn unreadable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::data("", format!("failed to read the saved {name}"))
        .why(why)
        .hint("restore the model file from a backup, or train again")
}
