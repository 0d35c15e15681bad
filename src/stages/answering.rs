//! How probabilities become answers: calibration and threshold, learnt on cross-validated
//! answers for the training rows. The test data has no part in it.

use super::scoring::gate_metric;
use crate::config::{Config, Threshold};
use crate::error::{Error, Kind, Result};
use crate::metrics::{self, Metric, Reads};
use crate::models::calibration::{Calibration, Method};
use crate::models::{Answering, Pipeline, held_out, threshold};
use crate::table::{Table, Target, Task};

/// How many times [`learn`] fits the model.
pub fn fits(config: &Config, task: Task) -> usize {
    let has_threshold = matches!(task, Task::Binary | Task::Multilabel);
    let is_chosen = has_threshold && config.model.threshold == Threshold::Chosen;
    match task != Task::Regression && (config.model.calibration.is_some() || is_chosen) {
        true => held_out::FOLDS,
        false => 0,
    }
}

/// What the config asks for. `fit` fits the chosen model on some of the rows; it is called
/// once a fold, and not at all where nothing is to be learnt.
///
/// # Errors
/// Those of `fit`.
pub fn learn(
    table: &Table,
    target: &Target,
    config: &Config,
    fit: &dyn Fn(&Table, &Target) -> Result<Pipeline>,
) -> Result<Answering> {
    let method = config.model.calibration.as_deref().and_then(Method::of_name);
    let fixed = match config.model.threshold {
        Threshold::Fixed(threshold) => Some(threshold),
        Threshold::Chosen => None,
    };
    if fits(config, target.task()) == 0 {
        return Ok(Answering { threshold: fixed.unwrap_or(threshold::USUAL), calibration: None });
    }
    let (seed, threads) = (config.model.seed, config.threads);
    let (mut answers, truth) = held_out::answers(table, target, seed, threads, fit).map_err(|e| match e.kind {
        Kind::Data => Error::data("", "too few rows for cross-validated answers")
            .why(e)
            .hint("leave model.calibration out and set model.threshold to a number, or add rows of every class"),
        _ => e,
    })?;
    let calibration = method.and_then(|method| Calibration::learn(method, &answers, &truth));
    if let Some(calibration) = &calibration {
        calibration.apply(&mut answers, target.task().is_classes());
    }
    let threshold = match fixed {
        Some(fixed) => fixed,
        None => threshold::choose(&truth, &answers, judge(config, target.task())?)?,
    };
    Ok(Answering { threshold, calibration })
}

/// The metric that a threshold is chosen for: the gate's, or the usual one where the gate
/// looks at probabilities, which no threshold changes.
fn judge(config: &Config, task: Task) -> Result<&'static dyn Metric> {
    let gate = gate_metric(config, task)?;
    Ok(match gate.reads() {
        Reads::Classes => gate,
        Reads::Probabilities => metrics::default_for(task),
    })
}
