//! Concept drift: how the model in office does on newly labelled rows, against its test score,
//! and what its own probabilities let one expect without labels.

use crate::error::{Error, Result};
use crate::metrics::bootstrap::resample;
use crate::metrics::estimate::{Said, expected};
use crate::metrics::{Direction, Evaluation, Interval, Metric, Observations, Prepared, applicable};
use crate::models::calibration::{Calibration, Method};
use crate::random::Random;
use crate::table::{Matrix, Question, Target};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The model in office on the rows of the new files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// The version in office when the run began.
    pub version: u64,
    /// The gate's metric.
    pub metric: String,
    /// Which way it is better.
    pub direction: Direction,
    /// On the test data.
    pub test: Measured,
    /// On the new rows.
    pub new_rows: Measured,
    /// The second less the first.
    pub difference: Option<f64>,
    /// Its 95% interval.
    pub difference_interval: Option<(f64, f64)>,
    /// Whether the model does worse on the new rows by more than chance explains: the whole
    /// interval lies on the worse side of 0.
    pub fallen: bool,
    /// What its probabilities promise for the new rows; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// What a reader must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A score on some rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The score; `None` where it is undefined.
    pub value: Option<f64>,
    /// Why it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
    /// Its 95% interval.
    pub interval: Option<(f64, f64)>,
    /// How many rows.
    pub rows: u64,
}

/// Scores expected from probabilities alone (confidence-based performance estimation).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Always `cbpe`.
    pub method: String,
    /// Labelled rows that the probabilities were calibrated on first; 0 where they were taken as they are.
    pub calibrated_on: u64,
    /// The metrics that can be estimated.
    pub metrics: Vec<Estimated>,
}

/// One estimated metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// Its name in configs and files.
    pub name: String,
    /// What the probabilities promise; `None` where that is undefined.
    pub estimated: Option<f64>,
    /// The 95% interval of what labels of so many rows would give.
    pub interval: Option<(f64, f64)>,
    /// What the labels gave, where the rows have labels.
    pub realised: Option<f64>,
}

/// Labelled test rows that a calibration needs: of fewer the rising map is mostly chance.
const CALIBRATES: usize = 200;
/// From so many test rows on any rising map is learnt. Of fewer its steps are fitted to chance:
/// they make probabilities surer than they are, and estimates too good; a sigmoid has two numbers.
const STEPS: usize = 2_000;
/// Fewer rows than this on either side show no spread that a bootstrap could see.
const SPREAD: usize = 20;
/// Up to so many test rows the estimate's interval bears the chance in the calibration too; of
/// more there is next to none.
const CHANCE: usize = 20_000;
/// Keeps the resamples of the new rows apart from those of the test rows.
const NEW_ROWS: u64 = 0x6E65_7720_726F_7773;
/// Keeps the draws of labels apart from both.
const DRAWS: u64 = 0x6472_6177_6E5F_6C62;

impl Performance {
    /// The model in office, version `version`, on new rows against its test rows: both scored by
    /// it at the same threshold, each evaluation with the observations that it was made of.
    /// `calibrate` says whether the estimate may calibrate on the test rows. `seed` decides all
    /// resamples and draws; `threads` does not show in the result.
    ///
    /// # Errors
    /// [`crate::error::Kind::Internal`] where an evaluation lacks the metric.
    pub fn of(
        version: u64,
        metric: &dyn Metric,
        test: (&Evaluation, &Observations),
        fresh: (&Evaluation, &Observations),
        calibrate: bool,
        (seed, threads): (u64, usize),
    ) -> Result<Performance> {
        let (old, new) = (Measured::of(test.0, metric)?, Measured::of(fresh.0, metric)?);
        let difference = old.value.zip(new.value).map(|(old, new)| new - old);
        let interval = match difference {
            Some(_) => between(metric, test.1, fresh.1, seed, threads),
            None => Interval::unknown("a score is undefined"),
        };
        let bounds = interval.bounds();
        let direction = metric.direction();
        let fallen = bounds.is_some_and(|(low, high)| direction.gain(0.0, low).max(direction.gain(0.0, high)) < 0.0);
        let told = |who: &str, measured: &Measured| {
            let why = measured.undefined.as_ref()?;
            Some(format!("the {who} rows have no {}, for {why}", metric.name()))
        };
        let unknown = match &interval {
            Interval::Unknown { undefined } => Some(format!("whether it has fallen cannot be told: {undefined}")),
            Interval::Known { .. } => None,
        };
        let said = fresh.1;
        let estimate = Estimate::of(
            Said { question: &said.truth().question(), answers: said.answers(), threshold: said.threshold() },
            Some(test.1).filter(|_| calibrate),
            Some(fresh.0),
            (seed, threads),
        )?;
        Ok(Performance {
            version,
            metric: metric.name().to_string(),
            direction,
            note: told("test", &old).or_else(|| told("new", &new)).or(unknown),
            test: old,
            new_rows: new,
            difference,
            difference_interval: bounds,
            fallen,
            estimate,
        })
    }
}

impl Measured {
    fn of(evaluation: &Evaluation, metric: &dyn Metric) -> Result<Measured> {
        let score = evaluation
            .score(metric.name())
            .ok_or_else(|| Error::internal(format!("the evaluation has no {}", metric.name())))?;
        Ok(Measured {
            value: score.value.get(),
            undefined: score.value.reason().map(str::to_string),
            interval: score.interval.bounds(),
            rows: evaluation.rows,
        })
    }
}

/// The 95% interval of the metric on the new rows less that on the test rows: two independent
/// samples, each resampled on its own.
fn between(metric: &dyn Metric, test: &Observations, fresh: &Observations, seed: u64, threads: usize) -> Interval {
    if test.rows().min(fresh.rows()) < SPREAD {
        return Interval::unknown("fewer than 20 rows on a side show too little of their spread");
    }
    let resampled = |observations: &Observations, seed: u64| {
        let (ranked, []) = observations.ranked_with([]);
        let prepared = Prepared::new(&ranked);
        let values = resample(prepared.rows(), 1, seed, threads, |weights, slots| {
            slots.fill(metric.compute(&prepared, weights).get().unwrap_or(f64::NAN));
        });
        values.into_iter().next().unwrap_or_default()
    };
    let (old, new) = (resampled(test, seed), resampled(fresh, seed ^ NEW_ROWS));
    Interval::of_resamples(&mut old.iter().zip(&new).map(|(old, new)| new - old).collect())
}

impl Estimate {
    /// What probabilities promise for rows, by every metric that has a meaning for the question;
    /// `None` for a quantity. On `test`, labelled rows that the same model answered, the
    /// probabilities are calibrated first by a sigmoid, or, of 2,000 rows or more, any rising map, where those are 200 or more and every
    /// class or label is there and not always. `labelled` is the evaluation of the same rows
    /// where they have labels.
    ///
    /// # Errors
    /// As [`expected`].
    pub fn of(
        said: Said<'_>,
        test: Option<&Observations>,
        labelled: Option<&Evaluation>,
        (seed, threads): (u64, usize),
    ) -> Result<Option<Estimate>> {
        if *said.question == Question::Number {
            return Ok(None);
        }
        let exclusive = matches!(said.question, Question::Classes(_));
        let learnt = test.filter(|test| can_calibrate(test, said.question));
        let steps = learnt.is_some_and(|test| test.rows() >= STEPS);
        let method = if steps { Method::Isotonic } else { Method::Sigmoid };
        let mapped = |answers: &Matrix, truth: &Target| {
            let mut believed = said.answers.clone();
            if let Some(map) = Calibration::learn(method, answers, truth) {
                map.apply(&mut believed, exclusive);
            }
            believed
        };
        let whole = learnt.map(|test| mapped(test.answers(), test.truth()));
        // The map is learnt anew from resampled test rows for every draw of labels: how far it
        // might have come out otherwise is part of what is not known.
        let believed = |draw: u64| match (learnt.filter(|test| test.rows() <= CHANCE), &whole) {
            (Some(test), _) => {
                let mut random = Random::of_part(seed ^ NEW_ROWS, draw);
                let rows: Vec<usize> = (0..test.rows()).map(|_| random.below(test.rows())).collect();
                let data = rows.iter().flat_map(|row| test.answers().row(*row).iter().copied()).collect();
                let answers = Matrix::from_rows(rows.len(), test.answers().cols(), data).unwrap_or_default();
                Cow::Owned(mapped(&answers, &test.truth().take(&rows)))
            }
            (None, Some(whole)) => Cow::Borrowed(whole),
            (None, None) => Cow::Borrowed(said.answers),
        };
        let metrics: Vec<&dyn Metric> = applicable(said.question.task()).collect();
        let found = expected(said, &believed, &metrics, seed ^ DRAWS, threads)?;
        let named = metrics.iter().zip(found).map(|(metric, (value, interval))| Estimated {
            name: metric.name().to_string(),
            estimated: value.get(),
            interval: interval.bounds(),
            realised: labelled.and_then(|e| e.score(metric.name())).and_then(|score| score.value.get()),
        });
        Ok(Some(Estimate {
            method: "cbpe".to_string(),
            calibrated_on: learnt.map_or(0, |test| test.rows() as u64),
            metrics: named.collect(),
        }))
    }
}

/// Whether a rising map for each class or label can be learnt from these rows.
fn can_calibrate(test: &Observations, question: &Question) -> bool {
    let rows = test.rows() as u64;
    let both = test.rows_per_class().iter().all(|(_, count)| (1..rows).contains(count));
    test.rows() >= CALIBRATES && test.truth().question() == *question && both
}

#[cfg(test)]
mod tests;
