//! Gradient boosting (Friedman, 2001) on histograms: small trees one after the other, each
//! a Newton step on what the ones before it have left wrong.
//!
//! - [`binning`]: numbers become bins, once.
//! - [`loss`]: what is made small, and its derivatives.
//! - [`histogram`]: sums of derivatives for each bin.
//! - [`split`]: the best split that a histogram shows.
//! - [`grow`]: a tree, leaf by leaf.
//! - [`rounds`]: trees until there are enough.
//! - [`settings`]: the parameters in configs.

mod binning;
mod grow;
mod histogram;
mod loss;
mod rounds;
mod settings;
mod split;

#[cfg(test)]
mod tests;

use super::params::{ParamSpec, Params};
use super::smartcore_trees::normalized;
use super::tree::{SavedTree, Tree};
use super::{Algorithm, Facts, Fitted, blocks, input, unreadable};
use crate::error::{Problem, Result};
use crate::table::{Matrix, Target};
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

    fn params(&self) -> &'static [ParamSpec] {
        settings::PARAMS
    }

    fn wants_standardized(&self, _params: &Params) -> bool {
        false
    }

    fn takes_missing_as_nan(&self) -> bool {
        true
    }

    fn fit(&self, x: &Matrix, y: &Target, params: &Params, seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        let classes = y.classes.len();
        let weights = if params.is("class_weight", "balanced") { input::balanced(y) } else { vec![1.0; classes] };
        let boosted =
            rounds::boost(x, y, &weights, loss::of_classes(classes).as_ref(), &settings::plan(params, seed, threads)?)?;
        Ok(Box::new(Model {
            width: x.cols(),
            classes,
            start: boosted.start,
            importances: normalized(boosted.gains),
            trees: boosted.trees,
        }))
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        let Saved { width, classes, start, importances, trees } =
            serde_json::from_value(value).map_err(|error| unreadable(NAME, error))?;
        if classes < 2 || start.len() != loss::of_classes(classes).outputs() || trees.len() % start.len() != 0 {
            return Err(unreadable(NAME, "trees and classes do not fit together"));
        }
        if importances.len() != width {
            return Err(unreadable(NAME, "importances and columns do not fit together"));
        }
        let trees: Option<Vec<Tree>> = trees.iter().map(|tree| Tree::load(tree, width)).collect();
        let trees = trees.ok_or_else(|| unreadable(NAME, "a tree is damaged"))?;
        if trees.iter().flat_map(Tree::leaves).chain(start.iter().copied()).any(|score| score.abs() > FAR) {
            return Err(unreadable(NAME, "a score is beyond all that is learnt"));
        }
        Ok(Box::new(Model { width, classes, start, importances, trees }))
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Model {
    width: usize,
    classes: usize,
    /// One for a yes/no question, else one for each class.
    start: Vec<f64>,
    importances: Vec<f64>,
    /// Round after round, in the order of `start`.
    trees: Vec<Tree>,
}

/// The form in which the model is saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    width: usize,
    classes: usize,
    start: Vec<f64>,
    importances: Vec<f64>,
    trees: Vec<SavedTree>,
}

impl Fitted for Model {
    fn width(&self) -> usize {
        self.width
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn predict(&self, x: &Matrix, threads: usize) -> Matrix {
        let (outputs, loss) = (self.start.len(), loss::of_classes(self.classes));
        blocks::predict(x.rows(), self.classes, threads, |rows, out| {
            let mut scores: Vec<f64> = self.start.iter().copied().cycle().take(rows.len() * outputs).collect();
            // Tree by tree, so that a tree stays in the cache while rows pass by.
            for (i, tree) in self.trees.iter().enumerate() {
                for (row, scores) in rows.clone().zip(scores.chunks_exact_mut(outputs)) {
                    scores[i % outputs] += tree.predict(x.row(row));
                }
            }
            for (scores, out) in scores.chunks_exact(outputs).zip(out.chunks_exact_mut(self.classes)) {
                loss.predict(scores, out);
            }
        })
    }

    fn save(&self) -> serde_json::Value {
        let saved = Saved {
            width: self.width,
            classes: self.classes,
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
