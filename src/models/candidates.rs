//! What `auto` tries: each model at its defaults, variants of the strong ones, and then
//! random parameters.

use super::{by_name, learns};
use crate::random::Random;
use crate::table::{Target, Task};
use serde_json::{Value, json};

/// Draws of random parameters at most, after the fixed candidates.
pub const DRAWS: usize = 12;
/// Rows from which neighbours are not looked for: it takes the square of their number.
const MANY_ROWS: usize = 20_000;

/// The fixed candidates, in the order in which they are tried: what is mostly strong at
/// its defaults first.
pub fn fixed(target: &Target) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("logistic_regression", json!({})),
        ("linear_regression", json!({})),
        ("boosting", json!({})),
        ("random_forest", json!({})),
        ("logistic_regression", json!({ "c": 0.1 })),
        ("ridge", json!({ "alpha": 10.0 })),
        ("boosting", json!({ "max_leaves": 4 })),
        ("logistic_regression", json!({ "c": 10.0 })),
        ("boosting", json!({ "max_leaves": 16, "learning_rate": 0.05 })),
        ("random_forest", json!({ "min_samples_leaf": 20 })),
        ("logistic_regression", json!({ "class_weight": "balanced" })),
        ("boosting", json!({ "class_weight": "balanced" })),
        ("extra_trees", json!({})),
        ("naive_bayes", json!({})),
    ];
    if let Target::Numbers(numbers) = target {
        all.retain(|(_, params)| params.get("class_weight").is_none());
        all.push(("elastic_net", json!({ "alpha": hundredth_of_deviation(numbers) })));
    }
    if target.rows() <= MANY_ROWS {
        all.push(("k_nearest_neighbours", json!({})));
    }
    let task = target.task();
    all.into_iter().filter(|(kind, _)| by_name(kind).is_ok_and(|algorithm| learns(algorithm, task))).collect()
}

/// A weak L1 penalty in the unit of the target, to two digits.
fn hundredth_of_deviation(numbers: &[f64]) -> f64 {
    let n = numbers.len().max(1) as f64;
    let mean = numbers.iter().map(|value| value / n).sum::<f64>();
    let variance = numbers.iter().map(|value| (value - mean) * (value - mean) / n).sum::<f64>();
    Some(rounded(0.01 * variance.sqrt(), 1)).filter(|alpha| alpha.is_finite() && *alpha > 0.0).unwrap_or(1.0)
}

/// Random parameters (Bergstra and Bengio, 2012), the same for the same seed: boosting,
/// and where it learns the task every fourth time logistic regression.
pub fn draws(task: Task, seed: u64) -> Vec<(&'static str, Value)> {
    let logistic = by_name("logistic_regression").is_ok_and(|algorithm| learns(algorithm, task));
    let draw = |index: usize| {
        let mut random = Random::of_part(seed, index as u64);
        let mut between = |least: f64, most: f64| least * (most / least).powf(random.unit());
        if logistic && index % 4 == 3 {
            return ("logistic_regression", json!({ "c": rounded(between(1e-3, 1e3), 2) }));
        }
        let params = json!({
            "learning_rate": rounded(between(0.02, 0.3), 2),
            "max_leaves": between(3.0, 32.0) as u64,
            "min_samples_leaf": between(5.0, 100.0) as u64,
            "l2": rounded(between(0.1, 100.0), 2),
        });
        ("boosting", params)
    };
    (0..DRAWS).map(draw).collect()
}

/// The number to so many digits after the first.
fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.digits$e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Params;
    use crate::table::Classes;

    #[test]
    fn every_candidate_is_one_that_may_be_configured() {
        let numbers = Target::Numbers(vec![1e-4, 3e-4, 2e-4]);
        let three =
            Target::Classes(Classes { classes: ["a", "b", "c"].map(String::from).to_vec(), codes: vec![0, 1, 2] });
        let two = Target::Classes(Classes { classes: ["n", "y"].map(String::from).to_vec(), codes: vec![0, 1] });
        for target in [numbers, three, two] {
            for (kind, params) in fixed(&target).into_iter().chain(draws(target.task(), 5)) {
                let algorithm = by_name(kind).unwrap();
                assert!(learns(algorithm, target.task()));
                Params::check(algorithm.params(), params.as_object().unwrap(), kind).unwrap();
            }
        }
        assert_eq!(draws(Task::Binary, 5), draws(Task::Binary, 5));
        assert_ne!(draws(Task::Binary, 5), draws(Task::Binary, 6));
        assert_eq!(hundredth_of_deviation(&[1e-4, 3e-4]), 1e-6);
    }
}
