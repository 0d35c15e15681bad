//! The parameters in configs, and what the rounds make of them.

use super::grow::Growth;
use super::rounds::Plan;
use super::sample::TreeRows;
use super::split::Limits;
use crate::error::Result;
use crate::models::params::{Domain, ParamSpec, Params, Value};

/// All parameters. The defaults were chosen by cross-validation, see
/// docs/decisions/0006-boosting.md: many rounds are allowed and rows kept aside say when to
/// stop, so that they suit small data and large.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "n_trees",
        default: Value::Integer(500),
        domain: Domain::Integer { least: 1, most: 10_000, words: &[] },
        purpose: "rounds at most, with one tree each (one for each class where there are more than two)",
    },
    ParamSpec {
        name: "learning_rate",
        default: Value::Number(0.1),
        domain: Domain::Number { above: 0.0, most: 1.0 },
        purpose: "the part of each tree's correction that is made",
    },
    ParamSpec {
        name: "max_leaves",
        default: Value::Word("auto"),
        domain: Domain::Integer { least: 2, most: 10_000, words: &["auto"] },
        purpose: "leaves of a tree at most; auto tries 8 and 32 and lets the rows kept aside decide",
    },
    ParamSpec {
        name: "min_samples_leaf",
        default: Value::Integer(20),
        domain: Domain::Integer { least: 1, most: 1_000_000, words: &[] },
        purpose: "rows in a leaf at least, of those that a tree is grown on (tree_rows)",
    },
    ParamSpec {
        name: "l2",
        default: Value::Number(10.0),
        domain: Domain::Number { above: 0.0, most: f64::MAX },
        purpose: "penalty on the squares of the leaves' values",
    },
    ParamSpec {
        name: "min_gain",
        default: Value::Number(1e-6),
        domain: Domain::Number { above: 0.0, most: f64::MAX },
        purpose: "a split is made only where it gains more than this",
    },
    ParamSpec {
        name: "max_bins",
        default: Value::Integer(255),
        domain: Domain::Integer { least: 2, most: 255, words: &[] },
        purpose: "intervals that each column is cut into at most",
    },
    ParamSpec {
        name: "tree_rows",
        default: Value::Word("auto"),
        domain: Domain::Integer { least: 1_000, most: 1_000_000_000, words: &["auto", "all"] },
        purpose: "rows that the splits of each tree are chosen on, drawn anew for each; auto draws a sixth, at least \
                  20000; at least 200 times min_samples_leaf are drawn; what leaves say comes from all rows",
    },
    ParamSpec {
        name: "early_stopping",
        default: Value::Integer(20),
        domain: Domain::Integer { least: 1, most: 10_000, words: &["none"] },
        purpose: "rounds without a lower loss on rows kept aside after which to stop",
    },
    ParamSpec {
        name: "validation_share",
        default: Value::Number(0.1),
        domain: Domain::Number { above: 0.0, most: 0.5 },
        purpose: "share of the rows kept aside for early stopping; not learnt from",
    },
    ParamSpec {
        name: "refit",
        default: Value::Flag(true),
        domain: Domain::Flag,
        purpose: "whether all rows are learnt from once it is known for how many rounds",
    },
    ParamSpec {
        name: "class_weight",
        default: Value::Word("none"),
        domain: Domain::Choice(&["none", "balanced"]),
        purpose: "whether all classes count alike however rare one is",
    },
];

/// The parameters as the rounds take them.
///
/// # Errors
/// Internal: a parameter is not one of [`PARAMS`].
pub fn plan(params: &Params, seed: u64, threads: usize) -> Result<Plan> {
    let limits = Limits {
        l2: params.number("l2")?,
        min_samples_leaf: params.integer("min_samples_leaf")?.unwrap_or(1),
        min_gain: params.number("min_gain")?,
    };
    let growth = Growth { max_leaves: usize::MAX, learning_rate: params.number("learning_rate")?, limits, threads };
    let tree_rows = match params.integer("tree_rows")? {
        Some(rows) => TreeRows::UpTo(rows),
        None if params.is("tree_rows", "all") => TreeRows::All,
        None => TreeRows::Auto,
    };
    Ok(Plan {
        rounds: params.integer("n_trees")?.unwrap_or(1),
        growth,
        max_leaves: params.integer("max_leaves")?,
        refit: params.flag("refit"),
        max_bins: params.integer("max_bins")?.unwrap_or(255),
        tree_rows,
        patience: params.integer("early_stopping")?,
        validation_share: params.number("validation_share")?,
        seed,
    })
}
