//! Gradient boosting (Friedman, 2001) on histograms: small trees one after the other, each
//! a Newton step on what the ones before it have left wrong.
//!
//! - [`binning`]: numbers become bins, once.
//! - [`loss`]: what is made small, and its derivatives.
//! - [`histogram`]: sums of derivatives for each bin.
//! - [`split`]: the best split that a histogram shows.
//! - [`bounds`]: what leaves may say where predictions must go one way.
//! - [`subset`]: the best split of a category.
//! - [`grow`]: a tree, leaf by leaf.
//! - [`sample`]: the rows that a tree is grown on, where there are very many.
//! - [`leaves`]: the leaf of each row, and what leaves say.
//! - [`state`]: the scores of all rows, and the derivatives there.
//! - [`rounds`]: trees until there are enough.
//! - [`settings`]: the parameters in configs.

mod binning;
mod bounds;
mod frontier;
mod grow;
mod histogram;
mod leaves;
mod loss;
mod rounds;
mod sample;
mod settings;
mod split;
mod state;
mod subset;

#[cfg(test)]
mod tests;

use super::explanation::{self, Contributions};
use super::params::{ParamSpec, Params, Value};
use super::smartcore_trees::normalized;
use super::tree::{SavedTree, Tree};
use super::tree_sum::{self, TreeSum};
use super::{Algorithm, Facts, Fitted, input, unreadable};
use crate::error::{Error, Problem, Result};
use crate::table::{ColumnKind, Design, Matrix, Target, Task};
use rounds::Rows;
use serde::{Deserialize, Serialize};

/// The algorithm.
#[derive(Debug, Clone, Copy)]
pub struct Boosting;

const NAME: &str = "boosting";

/// Scores and leaves of a saved model beyond this were not made here; their sum is finite.
const FAR: f64 = 1e100;

impl Algorithm for Boosting {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "gradient boosting: small decision trees one after the other, each on the errors of those before"
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Binary, Task::Multiclass, Task::Regression]
    }

    fn params(&self) -> &'static [ParamSpec] {
        settings::PARAMS
    }

    fn wants_standardized(&self, _params: &Params) -> bool {
        false
    }

    fn takes_missing_as_nan(&self) -> bool {
        true
    }

    fn takes_categories(&self) -> bool {
        true
    }

    fn keeps_directions(&self) -> bool {
        true
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        let outputs = y.question().outputs();
        // As many as bins fit into a byte.
        if (0..x.cols()).any(|column| matches!(x.kind(column), ColumnKind::Codes(codes) if codes > 255)) {
            return Err(Error::internal("a category has more codes than boosting takes"));
        }
        let constrained = (0..x.cols()).any(|column| matches!(x.kind(column), ColumnKind::Monotone(_)));
        if constrained && outputs > 2 {
            // A score that rises does not make its share of all scores rise.
            return Err(Error::internal("several classes have no direction"));
        }
        let truth = Truth::of(y, params.is("class_weight", "balanced"))?;
        let plan = settings::plan(params, seed, threads)?;
        let mut boosted = rounds::boost(x, &truth.rows, loss::of_outputs(outputs).as_ref(), &plan)?;
        // Back from standard deviations to the unit of the target.
        boosted.start.iter_mut().for_each(|start| *start = *start * truth.scale + truth.centre);
        boosted.trees.iter_mut().for_each(|tree| tree.scale(truth.scale));
        Ok(Box::new(Model {
            width: x.cols(),
            outputs,
            start: boosted.start,
            importances: normalized(boosted.gains),
            trees: boosted.trees,
        }))
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        let Saved { width, outputs, start, importances, trees } =
            serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
        let scores = loss::of_outputs(outputs).outputs();
        if outputs < 1 || start.len() != scores || trees.len() % scores != 0 {
            return Err(unreadable(NAME, "trees and classes do not fit together"));
        }
        if importances.len() != width || width == 0 {
            return Err(unreadable(NAME, "importances and columns do not fit together"));
        }
        let trees: Option<Vec<Tree>> = trees.iter().map(|tree| Tree::load(tree, width)).collect();
        let trees = trees.ok_or_else(|| unreadable(NAME, "a tree is damaged"))?;
        if trees.iter().flat_map(Tree::leaves).chain(start.iter().copied()).any(|score| score.abs() > FAR) {
            return Err(unreadable(NAME, "a score is beyond all that is learnt"));
        }
        Ok(Box::new(Model { width, outputs, start, importances, trees }))
    }
}

/// What is learnt, as the rounds take it.
struct Truth {
    rows: Rows,
    /// A quantity is learnt in standard deviations from its mean, so that penalties and
    /// limits mean the same whatever its unit.
    centre: f64,
    scale: f64,
}

impl Truth {
    fn of(y: &Target, balanced: bool) -> Result<Truth> {
        if let Target::Numbers(numbers) = y {
            let rows = numbers.len() as f64;
            let centre = numbers.iter().map(|n| n / rows).sum::<f64>();
            let deviation = numbers.iter().map(|n| (n - centre) * (n - centre) / rows).sum::<f64>().sqrt();
            let scale = if deviation.is_normal() { deviation } else { 1.0 };
            let labels = numbers.iter().map(|n| (n - centre) / scale).collect();
            let rows = Rows { labels, weights: vec![1.0; numbers.len()], strata: vec![0; numbers.len()] };
            return Ok(Truth { rows, centre, scale });
        }
        let y = input::classes(y)?;
        let strata: Vec<usize> = y.codes.iter().map(|code| *code as usize).collect();
        let of_class = if balanced { input::balanced(y) } else { vec![1.0; y.classes.len()] };
        let weights = strata.iter().map(|class| of_class[*class]).collect();
        let labels = strata.iter().map(|class| *class as f64).collect();
        Ok(Truth { rows: Rows { labels, weights, strata }, centre: 0.0, scale: 1.0 })
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Model {
    width: usize,
    /// Columns of predictions: 1 for a quantity.
    outputs: usize,
    /// One for a quantity or a yes/no question, else one for each class.
    start: Vec<f64>,
    importances: Vec<f64>,
    /// Round after round, in the order of `start`.
    trees: Vec<Tree>,
}

/// The form in which the model is saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    width: usize,
    #[serde(alias = "classes")]
    outputs: usize,
    start: Vec<f64>,
    importances: Vec<f64>,
    trees: Vec<SavedTree>,
}

impl Model {
    fn sums(&self) -> Vec<TreeSum<'_>> {
        let outputs = self.start.len();
        let trees = |output: usize| self.trees.iter().skip(output).step_by(outputs).collect();
        let sums = self.start.iter().enumerate();
        sums.map(|(output, start)| TreeSum { start: *start, trees: trees(output), divisor: 1.0 }).collect()
    }
}

impl Fitted for Model {
    /// Early stopping, and the choice between small trees and large, end differently on other rows.
    fn params_alike(&self, params: &Params, _label: usize) -> Params {
        let rounds = self.trees.len() / loss::of_outputs(self.outputs).outputs();
        let leaves = self.trees.iter().map(|tree| tree.leaves().count()).max().unwrap_or_default();
        let sizes = [("n_trees", rounds.max(1)), ("max_leaves", leaves.max(2))];
        let sized = sizes.iter().fold(params.clone(), |p, (name, size)| p.with(name, Value::Integer(*size as u64)));
        sized.with("early_stopping", Value::Word("none"))
    }

    fn cost(&self) -> usize {
        1 + self.trees.len() / 50
    }

    fn width(&self) -> usize {
        self.width
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn predict(&self, x: &Design, threads: usize) -> Matrix {
        let loss = loss::of_outputs(self.outputs);
        tree_sum::raw_then(&self.sums(), self.outputs, x.dense(), threads, |scores, out| loss.predict(scores, out))
    }

    fn raw(&self, x: &Design, threads: usize) -> Option<Matrix> {
        Some(tree_sum::raw(&self.sums(), x.dense(), threads))
    }

    fn contributions(&self, x: &Design, threads: usize) -> Option<Contributions> {
        explanation::of_trees(&self.sums(), x.dense(), threads)
    }

    fn save(&self) -> serde_json::Value {
        let saved = Saved {
            width: self.width,
            outputs: self.outputs,
            start: self.start.clone(),
            importances: self.importances.clone(),
            trees: self.trees.iter().map(Tree::save).collect(),
        };
        serde_json::to_value(saved).unwrap_or_default()
    }

    fn notices(&self) -> Vec<Problem> {
        let nothing = self.trees.is_empty().then(|| {
            Problem::at("", "boosting predicts the same for every row")
                .why("no split of the training rows was allowed and gained enough")
                .hint("lower model.params.min_samples_leaf, or choose another model for so little data")
        });
        nothing.into_iter().collect()
    }

    fn facts(&self) -> Facts {
        Facts { importances: self.importances.clone(), trees: Some(self.trees.len()), ..Facts::default() }
    }
}
