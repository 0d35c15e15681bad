//! Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006): a random forest whose
//! trees see all rows, and whose splits are the best of random thresholds, one for each
//! column tried.
//!
//! Of a node all of whose columns tried are constant, smartcore makes a leaf, where
//! scikit-learn would try further columns.

use super::params::{Domain, ParamSpec, Params, Value};
use super::random_forest::{self, Growth};
use super::{Algorithm, Fitted, input};
use crate::error::Result;
use crate::table::{Design, Target, Task};

/// The algorithm.
#[derive(Debug, Clone, Copy)]
pub struct ExtraTrees;

const NAME: &str = "extra_trees";

const PARAMS: &[ParamSpec] = &[
    random_forest::N_TREES,
    random_forest::MAX_DEPTH,
    random_forest::MIN_SAMPLES_LEAF,
    random_forest::MIN_SAMPLES_SPLIT,
    random_forest::MAX_FEATURES,
    ParamSpec {
        name: "class_weight",
        default: Value::Word("none"),
        domain: Domain::Choice(&["none", "balanced"]),
        purpose: "whether the rows of all classes weigh alike however rare one is",
    },
];

impl Algorithm for ExtraTrees {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "the mean of many decision trees whose splits are drawn at random"
    }

    fn learns(&self) -> &'static [Task] {
        &[Task::Binary, Task::Multiclass, Task::Regression]
    }

    fn params(&self) -> &'static [ParamSpec] {
        PARAMS
    }

    fn wants_standardized(&self, _params: &Params) -> bool {
        false
    }

    fn fit(&self, x: &Design, y: &Target, params: &Params, seed: u64, threads: usize) -> Result<Box<dyn Fitted>> {
        input::check(x, y, self.takes_missing_as_nan())?;
        // A threshold cannot be drawn from a range beyond all numbers.
        input::bounded(x.dense())?;
        random_forest::grow(Growth::RandomSplits, x.dense(), y, params, seed, threads)
    }

    fn load(&self, value: serde_json::Value) -> Result<Box<dyn Fitted>> {
        random_forest::load(NAME, value)
    }
}
