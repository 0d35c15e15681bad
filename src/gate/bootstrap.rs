//! The paired bootstrap: one metric of two models on the same resampled rows.

use crate::metrics::bootstrap::{Interval, resample};
use crate::metrics::{Direction, Metric, Prepared, Value};
use serde::Serialize;

/// The difference of a metric, challenger minus champion, over resampled rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedBootstrap {
    /// The difference on the rows as they are.
    pub difference: Value,
    /// Its 95% percentile interval.
    pub interval: Interval,
    /// The share of resamples in which the challenger is strictly better.
    pub share_better: Value,
    /// Twice the share of resamples on the rarer side of 0 (ties count on both), each side
    /// taken with one more, at most 1: small where hardly a resample contradicts the
    /// difference. Never 0, for so few resamples prove no impossibility.
    pub p_two_sided: Value,
    /// How many resamples were drawn.
    pub resamples: u64,
    /// In how many of them a score was undefined.
    pub undefined: u64,
}

impl PairedBootstrap {
    /// Resamples the rows that both were measured on, which must be the same rows in the
    /// same order. The result does not depend on the number of threads.
    pub fn of(
        metric: &dyn Metric,
        champion: &Prepared<'_>,
        challenger: &Prepared<'_>,
        seed: u64,
        threads: usize,
    ) -> PairedBootstrap {
        let difference = |weights: &[f64]| {
            let (old, new) = (metric.compute(champion, weights), metric.compute(challenger, weights));
            match (old, new) {
                (Value::Defined(old), Value::Defined(new)) => Value::of(new - old),
                (Value::Undefined(reason), _) | (_, Value::Undefined(reason)) => Value::Undefined(reason),
            }
        };
        let whole = difference(&champion.once());
        let rows = champion.rows();
        let mut differences = resample(rows, 1, seed, threads, |weights, slots| {
            slots.fill(difference(weights).get().unwrap_or(f64::NAN));
        })
        .pop()
        .unwrap_or_default();
        let resamples = differences.len() as u64;
        let interval = if rows < 2 {
            Interval::unknown("one row shows no spread")
        } else {
            Interval::of_resamples(&mut differences)
        };
        differences.retain(|d| !d.is_nan());
        let defined = differences.len() as u64;
        let (share_better, p_two_sided) = match &interval {
            Interval::Known { .. } => shares(metric.direction(), &differences),
            Interval::Unknown { undefined } => {
                (Value::Undefined(undefined.clone()), Value::Undefined(undefined.clone()))
            }
        };
        let undefined = resamples - defined;
        PairedBootstrap { difference: whole, interval, share_better, p_two_sided, resamples, undefined }
    }
}

/// The share of resamples with a gain, and the two-sided share on the rarer side of 0.
fn shares(direction: Direction, differences: &[f64]) -> (Value, Value) {
    let count =
        |wanted: fn(f64) -> bool| differences.iter().filter(|d| wanted(direction.gain(0.0, **d))).count() as f64;
    let all = differences.len() as f64;
    let rarer = count(|gain| gain <= 0.0).min(count(|gain| gain >= 0.0));
    let p = (2.0 * (rarer + 1.0) / (all + 1.0)).min(1.0);
    (Value::of(count(|gain| gain > 0.0) / all), Value::of(p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Observations, by_name};

    fn yes_no(truth: &[u32], scores: &[f64]) -> Observations {
        Observations::yes_no(["n".into(), "y".into()], truth.to_vec(), scores, 0.5).unwrap()
    }

    fn of(metric: &str, truth: &[u32], champion: &[f64], challenger: &[f64]) -> PairedBootstrap {
        let (champion, challenger) = (yes_no(truth, champion), yes_no(truth, challenger));
        let (a, b) = (Prepared::new(&champion), Prepared::new(&challenger));
        let one = PairedBootstrap::of(by_name(metric).unwrap(), &a, &b, 5, 1);
        assert_eq!(one, PairedBootstrap::of(by_name(metric).unwrap(), &a, &b, 5, 2));
        one
    }

    #[test]
    fn equal_models_differ_nowhere() {
        let found = of("accuracy", &[0, 1, 0, 1], &[0.1, 0.9, 0.6, 0.4], &[0.1, 0.9, 0.6, 0.4]);
        assert_eq!(found.interval.bounds(), Some((0.0, 0.0)));
        assert_eq!(found.p_two_sided, Value::Defined(1.0));
        assert_eq!(found.share_better, Value::Defined(0.0));
    }

    #[test]
    fn the_direction_is_honoured() {
        let truth: Vec<u32> = (0..40).map(|i| i % 2).collect();
        let scores =
            |sure: f64| -> Vec<f64> { truth.iter().map(|t| if *t == 1 { sure } else { 1.0 - sure }).collect() };
        let found = of("log_loss", &truth, &scores(0.6), &scores(0.8));
        assert!(found.difference.get().unwrap() < 0.0);
        assert_eq!(found.share_better, Value::Defined(1.0));
        assert!((found.p_two_sided.get().unwrap() - 2.0 / 1001.0).abs() < 1e-15);
    }

    #[test]
    fn pairing_removes_the_common_spread() {
        // The challenger is right on one more row in ten: paired, every other row cancels.
        let truth = vec![1; 100];
        let champion: Vec<f64> = (0..100).map(|i| if i % 10 < 5 { 0.9 } else { 0.1 }).collect();
        let challenger: Vec<f64> = (0..100).map(|i| if i % 10 < 6 { 0.9 } else { 0.1 }).collect();
        let (low, high) = of("accuracy", &truth, &champion, &challenger).interval.bounds().unwrap();
        assert!((0.03..0.06).contains(&low) && (0.14..0.18).contains(&high), "{low} {high}");
    }

    #[test]
    fn undefined_scores_are_counted() {
        let found = of("recall", &[1, 0, 0], &[0.9, 0.1, 0.1], &[0.1, 0.1, 0.1]);
        // Without the one positive row, in (2/3)³ = 30% of the resamples.
        assert!((220..370).contains(&found.undefined), "{}", found.undefined);
        let none = of("recall", &[0, 0], &[0.9, 0.1], &[0.1, 0.1]);
        assert!(none.p_two_sided.reason().is_some() && none.difference.reason().is_some());
    }
}
