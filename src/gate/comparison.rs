//! Two scores on equal terms.

use super::{DeLong, Difference, McNemar, NotComparable, PairedBootstrap};
use crate::fingerprint::Fingerprint;
use crate::metrics::bootstrap::LEVEL;
use crate::metrics::{Direction, Evaluation, Interval, Metric, Observations, PairedTest, Prepared, Value, by_name};
use serde::Serialize;

/// The scores of champion and challenger, measured by the same metric, at the same
/// threshold, on the same test rows. Its fields are private, for only [`Comparison::new`]
/// and [`Comparison::paired`] see to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    metric: String,
    direction: Direction,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    test_fingerprint: Fingerprint,
    rows: u64,
    champion: Standing,
    challenger: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    paired: Option<Paired>,
}

/// The score of one of the two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Of the model.
    pub model_fingerprint: Fingerprint,
    /// The score.
    #[serde(flatten)]
    pub value: Value,
    /// Its 95% interval, of this model alone.
    pub interval: Interval,
}

/// What the rows that both predicted tell of the difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// How many rows the metric can tell apart: with different predicted classes, or different
    /// probabilities, by what the metric reads. The others cannot move the difference.
    pub differing: u64,
    /// The test that fits the metric.
    pub test: PairedTest,
    /// The two-sided p-value of that test; for the bootstrap a share of resamples.
    pub p_two_sided: Value,
    /// The difference of the metric over resampled rows.
    pub bootstrap: PairedBootstrap,
    /// Of right and wrong predictions, where a row has one class.
    pub mcnemar: Option<McNemar>,
    /// Of the ROC-AUCs, for a yes/no question.
    pub delong: Option<DeLong>,
}

impl Paired {
    /// The smallest two-sided p-value that any exchange of the two models on the differing
    /// rows could give: 2^(1 − differing), as in the sign test. It bounds what so few rows
    /// can show, whatever a bootstrap of them says.
    pub fn smallest_p(&self) -> f64 {
        // Past a thousand rows the power is 0 anyway.
        2.0_f64.powi(1 - self.differing.min(2000) as i32).min(1.0)
    }

    /// Whether the models differ on so few rows that p could not reach 5% even if all of them
    /// spoke for one, whatever the interval of a bootstrap of so few.
    pub fn is_too_few(&self) -> bool {
        self.smallest_p() > 1.0 - LEVEL
    }
}

impl Comparison {
    /// Compares the scores alone.
    ///
    /// # Errors
    /// Where metric, threshold or test data differ: all that differs.
    pub fn new(champion: &Evaluation, challenger: &Evaluation) -> Result<Comparison, NotComparable> {
        let mut differences = Vec::new();
        if champion.metric != challenger.metric || champion.direction != challenger.direction {
            let (old, new) = (champion.metric.clone(), challenger.metric.clone());
            differences.push(Difference::Metric { champion: old, challenger: new });
        }
        let own = champion.own_threshold && challenger.own_threshold;
        if !own && champion.threshold != challenger.threshold || champion.own_threshold != challenger.own_threshold {
            let (old, new) = (champion.threshold, challenger.threshold);
            differences.push(Difference::Threshold { champion: old, challenger: new });
        }
        if champion.test_fingerprint != challenger.test_fingerprint || champion.rows != challenger.rows {
            let (old, new) = (champion.test_fingerprint.clone(), challenger.test_fingerprint.clone());
            differences.push(Difference::TestData { champion: old, challenger: new });
        }
        if !differences.is_empty() {
            return Err(NotComparable { differences });
        }
        Ok(Comparison {
            metric: challenger.metric.clone(),
            direction: challenger.direction,
            threshold: challenger.threshold,
            test_fingerprint: challenger.test_fingerprint.clone(),
            rows: challenger.rows,
            champion: Standing::of(champion),
            challenger: Standing::of(challenger),
            paired: None,
        })
    }

    /// Compares the scores, and the predictions behind them row by row. `seed` decides the
    /// resamples; `threads` does not show in the result.
    ///
    /// # Errors
    /// As [`Comparison::new`]; and where the observations are not of the same rows and
    /// classes, or not those that the evaluations were made of.
    pub fn paired(
        champion: (&Evaluation, &Observations),
        challenger: (&Evaluation, &Observations),
        seed: u64,
        threads: usize,
    ) -> Result<Comparison, NotComparable> {
        let mut comparison = Comparison::new(champion.0, challenger.0)?;
        let only = |difference| NotComparable { differences: vec![difference] };
        let metric =
            by_name(&comparison.metric).map_err(|_| only(Difference::UnknownMetric(comparison.metric.clone())))?;
        let (old, new) = (champion.1, challenger.1);
        if old.truth() != new.truth() {
            return Err(only(Difference::Rows));
        }
        let (old, [new]) = old.ranked_with([new]);
        let prepared = (Prepared::new(&old), Prepared::new(&new));
        for (who, evaluation, prepared) in
            [("champion", champion.0, &prepared.0), ("challenger", challenger.0, &prepared.1)]
        {
            if !was_made_of(evaluation, metric, prepared) {
                return Err(only(Difference::Observations(who)));
            }
        }
        comparison.paired = Some(pair(metric, &prepared.0, &prepared.1, seed, threads));
        Ok(comparison)
    }

    /// The name of the metric.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// Which way it is better.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The threshold of the challenger, and of both where it is not each one's own; `None`
    /// where the question has none.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// Of the test data of both.
    pub fn test_fingerprint(&self) -> &Fingerprint {
        &self.test_fingerprint
    }

    /// How many test rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The model in office.
    pub fn champion(&self) -> &Standing {
        &self.champion
    }

    /// The model that would take its place.
    pub fn challenger(&self) -> &Standing {
        &self.challenger
    }

    /// The row-by-row comparison, where it was made.
    pub fn paired_tests(&self) -> Option<&Paired> {
        self.paired.as_ref()
    }

    /// How much better the challenger is: positive where better, whatever the direction;
    /// `None` where a score is undefined.
    pub fn gain(&self) -> Option<f64> {
        Some(self.direction.gain(self.champion.value.get()?, self.challenger.value.get()?))
    }

    /// The 95% interval of the difference challenger − champion, where it is known.
    pub fn difference_bounds(&self) -> Option<(f64, f64)> {
        self.paired.as_ref()?.bootstrap.interval.bounds()
    }
}

impl Standing {
    fn of(evaluation: &Evaluation) -> Standing {
        Standing {
            model_fingerprint: evaluation.model_fingerprint.clone(),
            value: evaluation.value.clone(),
            interval: evaluation.interval.clone(),
        }
    }
}

/// Whether the observations give the evaluation's score. Not to the last bit: the evaluation
/// may come from a machine whose logarithm rounds otherwise.
fn was_made_of(evaluation: &Evaluation, metric: &dyn Metric, prepared: &Prepared<'_>) -> bool {
    let observations = prepared.observations();
    if evaluation.threshold.is_some_and(|t| t != observations.threshold())
        || observations.rows() as u64 != evaluation.rows
    {
        return false;
    }
    match (metric.compute(prepared, &prepared.once()), &evaluation.value) {
        (Value::Defined(now), Value::Defined(then)) => (now - then).abs() <= 1e-9 * then.abs().max(1.0),
        (Value::Undefined(_), Value::Undefined(_)) => true,
        _ => false,
    }
}

fn pair(metric: &dyn Metric, champion: &Prepared<'_>, challenger: &Prepared<'_>, seed: u64, threads: usize) -> Paired {
    let (old, new) = (champion.observations(), challenger.observations());
    let differing = champion.differing(challenger, metric.reads());
    let bootstrap = PairedBootstrap::of(metric, champion, challenger, seed, threads);
    let classes = old.task().is_classes();
    let mcnemar = classes.then(|| McNemar::of(old.codes(), champion.predicted(), challenger.predicted()));
    let delong = old.is_yes_no().then(|| {
        let truth = old.codes();
        DeLong::of(|row| truth[row] == 1, &old.answers().column(1), &new.answers().column(1))
    });
    // A metric of several labels is a mean over them, which neither of the exact tests knows.
    let (test, p_two_sided) = match (metric.paired_test(), &mcnemar, &delong) {
        (PairedTest::Mcnemar, Some(mcnemar), _) => (PairedTest::Mcnemar, Value::of(mcnemar.exact_p)),
        (PairedTest::Delong, _, Some(delong)) => (PairedTest::Delong, delong.p_two_sided.clone()),
        _ => (PairedTest::Bootstrap, bootstrap.p_two_sided.clone()),
    };
    Paired { differing: differing as u64, test, p_two_sided, bootstrap, mcnemar, delong }
}
