//! `auto`: the best of the registered models by stratified cross-validation on the
//! training data. The test data is never touched.

use super::candidates::{draws, fixed};
use super::held_out::{FOLDS, parts};
use super::threshold::USUAL;
use super::{Params, Pipeline, Terms, by_name};
use crate::error::{Error, Result};
use crate::metrics::{self, Metric, Observations};
use crate::table::{Table, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name in configs.
pub const NAME: &str = "auto";

/// What a candidate reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The model.
    pub kind: String,
    /// All its parameters.
    pub params: Map<String, Value>,
    /// Mean of the metric over the folds.
    pub mean: f64,
    /// Standard deviation over the folds (n − 1).
    pub std: f64,
}

impl Standing {
    /// The parameters that differ from the model's defaults, for people: `l2 1.5, max_leaves 4`.
    pub fn differing(&self) -> String {
        let defaults = by_name(&self.kind).map(|a| Params::defaults(a.params()).to_json()).unwrap_or_default();
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        let differ = self.params.iter().filter(|(name, value)| defaults.get(*name) != Some(*value));
        differ.map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
    }
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaderboard {
    /// The metric.
    pub metric: String,
    /// Folds.
    pub folds: usize,
    /// Candidates that were tried, the best first.
    pub standings: Vec<Standing>,
    /// Candidates for which no time was left.
    pub left_out: usize,
    /// Candidates that could not be fitted, with the reason.
    pub failed: Vec<String>,
}

/// Tries the fixed candidates, then random parameters. Before each, `watch` is told how
/// many of how many are done and which one is next, and answers whether there is time left;
/// the first is always tried. Each is fitted on four fifths of the rows and scored on the
/// others, five times, preparation included. The result depends on the seed, and on time only in how many were tried.
///
/// # Errors
/// No candidate can be fitted; the reasons are those of the candidates.
pub fn search(
    table: &Table,
    target: &Target,
    metric: &dyn Metric,
    terms: &Terms<'_>,
    watch: &dyn Fn(usize, usize, &str) -> bool,
) -> Result<Leaderboard> {
    let mut parts = parts(target, terms.seed);
    parts.retain(|(_, held_out)| !held_out.is_empty());
    let mut board = Leaderboard {
        metric: metric.name().to_string(),
        folds: FOLDS,
        standings: Vec::new(),
        left_out: 0,
        failed: Vec::new(),
    };
    // Where predictions must go one way with a column, only models that can promise it.
    let directed = !terms.directions.is_empty();
    let possible = |kind: &str| !directed || by_name(kind).is_ok_and(|algorithm| algorithm.keeps_directions());
    let mut all = fixed(target);
    all.retain(|(kind, _)| possible(kind));
    let known = all.len();
    all.extend(draws(target.task(), terms.seed).into_iter().filter(|(kind, _)| possible(kind)));
    let total = all.len();
    for (index, (kind, params)) in all.into_iter().enumerate() {
        let time_left = watch(index, total, kind);
        if !(board.standings.is_empty() || time_left) {
            // Random draws are an extra: nobody counts on a number of them.
            board.left_out += usize::from(index < known);
            continue;
        }
        let given = params.as_object().cloned().unwrap_or_default();
        let params = Params::check(by_name(kind)?.params(), &given, kind)
            .map_err(|problems| Error::of_all(crate::error::Kind::Internal, problems))?;
        let scores: Result<Vec<f64>> = parts
            .iter()
            .map(|(train, held_out)| {
                let (rows, labels) = (table.take(train), target.take(train));
                let (pipeline, _) = Pipeline::fit(&rows, &labels, kind, &params, terms)?;
                let truth = target.take(held_out);
                let probabilities = pipeline.predict(&table.take(held_out), terms.threads)?;
                let observations = Observations::new(truth, probabilities, USUAL)?;
                let value = metrics::value(metric, &observations);
                value
                    .get()
                    .ok_or_else(|| Error::data("", value.reason().unwrap_or("the metric is undefined").to_string()))
            })
            .collect();
        match scores {
            Ok(scores) => board.standings.push(standing(kind, &params, &scores)),
            Err(e) => board.failed.push(format!("{kind}: {e}")),
        }
    }
    if board.standings.is_empty() {
        return Err(Error::data("", "no model can be learnt from this data").why(board.failed.join("; ")));
    }
    // A stable sort: the candidate that was tried first wins a tie.
    board.standings.sort_by(|a, b| {
        let gain = metric.direction().gain(a.mean, b.mean);
        gain.partial_cmp(&0.0).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(board)
}

fn standing(kind: &str, params: &Params, scores: &[f64]) -> Standing {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|s| (s - mean) * (s - mean)).sum();
    Standing { kind: kind.to_string(), params: params.to_json(), mean, std: (squares / (n - 1.0)).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::super::candidates::DRAWS;
    use super::*;
    use crate::table::{Builder, Cell, Classes, ColumnSchema, Constraints, Monotone, Role, Schema, Type};

    /// 1 where exactly one of two numbers is large: nothing for a straight line.
    fn either_or() -> (Table, Target) {
        let column = |name: &str| ColumnSchema { name: name.into(), kind: Type::Number, role: Role::Feature };
        let mut builder = Builder::new(Schema { columns: vec![column("a"), column("b")] });
        let mut codes = Vec::new();
        let mut random = crate::random::Random::new(3);
        for _ in 0..600 {
            let (a, b) = (random.unit(), random.unit());
            builder.push(0, Cell::Number(a));
            builder.push(1, Cell::Number(b));
            builder.end_row();
            codes.push(u32::from((a > 0.5) != (b > 0.5)));
        }
        (builder.finish(), Target::Classes(Classes { classes: vec!["0".into(), "1".into()], codes }))
    }

    fn board(metric: &str, time_left: bool) -> Leaderboard {
        let (table, target) = either_or();
        let metric = metrics::by_name(metric).unwrap();
        let terms = Terms { seed: 1, threads: 2, text: Default::default(), directions: &Constraints::new() };
        search(&table, &target, metric, &terms, &|_, _, _| time_left).unwrap()
    }

    #[test]
    fn the_best_comes_first_in_the_direction_of_the_metric() {
        let by_auc = board("roc_auc", true);
        assert_ne!(by_auc.standings[0].kind, "logistic_regression", "a straight line cannot tell these apart");
        assert!(by_auc.standings.windows(2).all(|w| w[0].mean >= w[1].mean));
        let by_loss = board("log_loss", true);
        assert!(by_loss.standings.windows(2).all(|w| w[0].mean <= w[1].mean));
        assert_eq!(by_loss.standings.len(), fixed(&either_or().1).len() + DRAWS);
        assert_eq!(by_loss, board("log_loss", true), "the same seed gives the same leaderboard");
    }

    #[test]
    fn without_time_the_first_candidate_is_tried_all_the_same() {
        let board = board("roc_auc", false);
        assert_eq!((board.standings.len(), board.left_out), (1, fixed(&either_or().1).len() - 1));
    }

    #[test]
    fn only_models_that_keep_to_directions_are_tried_where_there_are_any() {
        let (table, target) = either_or();
        let directions = [("a".to_string(), Monotone::Increasing)].into();
        let terms = Terms { seed: 1, threads: 2, directions: &directions, text: Default::default() };
        let board = search(&table, &target, metrics::by_name("log_loss").unwrap(), &terms, &|_, _, _| true).unwrap();
        assert!(board.standings.len() > 1 && board.standings.iter().all(|s| s.kind == "boosting"), "{board:?}");
    }
}
