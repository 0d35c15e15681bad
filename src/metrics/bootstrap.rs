//! Percentile intervals by resampling rows (Efron, 1979).
//!
//! A resample draws n of n rows with replacement; as a vector of row weights it serves
//! every metric at once. Each resample has a random stream of its own, so neither the
//! number of threads nor the other resamples show in it.

use super::{Metric, Prepared, Value};
use crate::parallel;
use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The level of every interval.
pub const LEVEL: f64 = 0.95;

/// Resamples for up to [`FULL_ROWS`] rows.
const MOST: usize = 1000;
/// Resamples for any number of rows: below this the ends of the interval are a lottery.
const LEAST: usize = 100;
/// Up to so many rows the number of resamples is not reduced.
const FULL_ROWS: usize = 20_000;

/// Resamples of one task: buffers are allocated once a task, never once a resample.
const BLOCK: usize = 20;

/// The interval of a value, or the reason why it has none.
///
/// Written as `{"low": 0.52, "high": 0.61, "level": 0.95}` or `{"undefined": "reason"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Interval {
    /// Both ends, in the unit of the value.
    Known {
        /// The lower end.
        low: f64,
        /// The upper end, not below `low`.
        high: f64,
        /// How often such an interval is meant to hold the true value: 0.95.
        level: f64,
    },
    /// There is none.
    Unknown {
        /// Why, a lower-case fragment.
        undefined: Cow<'static, str>,
    },
}

impl Interval {
    /// No interval, for that reason.
    pub fn unknown(reason: impl Into<Cow<'static, str>>) -> Interval {
        Interval::Unknown { undefined: reason.into() }
    }

    /// Low and high, where there are any.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match self {
            Interval::Known { low, high, .. } => Some((*low, *high)),
            Interval::Unknown { .. } => None,
        }
    }

    /// Whether a number is known to lie within, the ends counted.
    pub fn holds(&self, number: f64) -> bool {
        self.bounds().is_some_and(|(low, high)| (low..=high).contains(&number))
    }

    /// The middle 95% of resampled values; NaN stands for an undefined one. Reorders `values`.
    ///
    /// Undefined values are left out. Where they are more than half, what is left is no
    /// picture of the whole, and the interval is unknown.
    pub fn of_resamples(values: &mut Vec<f64>) -> Interval {
        let all = values.len();
        values.retain(|v| !v.is_nan());
        let undefined = all - values.len();
        if values.is_empty() || undefined * 2 > all {
            return Interval::unknown(format!("the value is undefined in {undefined} of {all} resamples"));
        }
        let tail = (1.0 - LEVEL) / 2.0;
        let (low, high) = (quantile(values, tail), quantile(values, 1.0 - tail));
        Interval::Known { low, high, level: LEVEL }
    }
}

/// How many resamples are drawn for so many rows: 1000 up to 20,000 rows, beyond that so many
/// that about 20 million rows are drawn in all, but at least 100, so that past 200,000 rows
/// the work grows with the rows. The interval is then narrow, and its ends need less care.
pub fn resamples(rows: usize) -> usize {
    (MOST * FULL_ROWS / rows.max(1)).clamp(LEAST, MOST)
}

/// Draws as many rows as there are, with replacement, into their weights.
#[inline]
pub fn draw(random: &mut Random, weights: &mut [f64]) {
    weights.fill(0.0);
    for _ in 0..weights.len() {
        weights[random.below(weights.len())] += 1.0;
    }
}

/// Calls `compute` with the weights of each resample of `rows` rows and a slot for each of
/// `width` results, on up to `threads` threads. Returns the results by slot, each in the
/// order of the resamples.
pub fn resample<F>(rows: usize, width: usize, seed: u64, threads: usize, compute: F) -> Vec<Vec<f64>>
where
    F: Fn(&[f64], &mut [f64]) + Sync,
{
    let total = resamples(rows);
    let blocks = parallel::map(total.div_ceil(BLOCK), threads, |block| {
        let range = block * BLOCK..((block + 1) * BLOCK).min(total);
        let mut weights = vec![0.0; rows];
        let mut results = vec![f64::NAN; range.len() * width];
        for (index, slots) in range.zip(results.chunks_exact_mut(width.max(1))) {
            draw(&mut Random::of_part(seed, index as u64), &mut weights);
            compute(&weights, slots);
        }
        results
    });
    let mut by_slot = vec![Vec::with_capacity(total); width];
    for slots in blocks.iter().flat_map(|block| block.chunks_exact(width.max(1))) {
        for (values, value) in by_slot.iter_mut().zip(slots) {
            values.push(*value);
        }
    }
    by_slot
}

/// The 95% interval of each metric, in their order. The same for any number of threads.
pub fn intervals(prepared: &Prepared<'_>, metrics: &[&dyn Metric], seed: u64, threads: usize) -> Vec<Interval> {
    let rows = prepared.rows();
    if rows < 2 {
        return vec![Interval::unknown("one row shows no spread"); metrics.len()];
    }
    let by_metric = resample(rows, metrics.len(), seed, threads, |weights, slots| {
        for (metric, slot) in metrics.iter().zip(slots) {
            *slot = match metric.compute(prepared, weights) {
                Value::Defined(value) => value,
                Value::Undefined(_) => f64::NAN,
            };
        }
    });
    by_metric.into_iter().map(|mut values| Interval::of_resamples(&mut values)).collect()
}

/// The quantile by linear interpolation (Hyndman and Fan's type 7, numpy's default).
fn quantile(values: &mut [f64], share: f64) -> f64 {
    let at = share * (values.len() - 1) as f64;
    let (_, below, rest) = values.select_nth_unstable_by(at as usize, f64::total_cmp);
    let below = *below;
    let above = rest.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    below + (above - below) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Observations, applicable, by_name};

    fn noisy(rows: usize) -> Observations {
        let mut random = Random::new(3);
        let truth: Vec<u32> = (0..rows).map(|_| u32::from(random.unit() < 0.3)).collect();
        let scores: Vec<f64> =
            truth.iter().map(|t| (0.35 + 0.2 * f64::from(*t) + 0.2 * random.normal()).clamp(0.0, 1.0)).collect();
        Observations::yes_no(["n".into(), "y".into()], truth, &scores, 0.5).unwrap()
    }

    #[test]
    fn quantiles_are_numpys() {
        let mut values = vec![4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&mut values, 0.0), 1.0);
        assert_eq!(quantile(&mut values, 1.0), 4.0);
        assert!((quantile(&mut values, 0.4) - 2.2).abs() < 1e-15);
    }

    #[test]
    fn undefined_resamples_are_left_out_up_to_half() {
        let mut values = vec![f64::NAN, 1.0, f64::NAN, 1.0];
        assert_eq!(Interval::of_resamples(&mut values).bounds(), Some((1.0, 1.0)));
        let mut values = vec![f64::NAN, 1.0, f64::NAN];
        let Interval::Unknown { undefined } = Interval::of_resamples(&mut values) else { panic!("known") };
        assert_eq!(undefined, "the value is undefined in 2 of 3 resamples");
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let observations = noisy(300);
        let prepared = Prepared::new(&observations);
        let metrics: Vec<&dyn Metric> = applicable(crate::table::Task::Binary).collect();
        let one = intervals(&prepared, &metrics, 9, 1);
        assert_eq!(one, intervals(&prepared, &metrics, 9, 3));
        assert_ne!(one, intervals(&prepared, &metrics, 10, 1));
    }

    #[test]
    fn the_interval_of_a_share_is_the_textbooks() {
        // The standard error of a share is √(p(1 − p)/n).
        let observations = noisy(2000);
        let prepared = Prepared::new(&observations);
        let accuracy = by_name("accuracy").unwrap();
        let p = accuracy.compute(&prepared, &prepared.once()).get().unwrap();
        let (low, high) = intervals(&prepared, &[accuracy], 0, 2)[0].bounds().unwrap();
        let half = 1.96 * (p * (1.0 - p) / 2000.0).sqrt();
        assert!((p - half - low).abs() < 0.15 * half && (p + half - high).abs() < 0.15 * half, "{low} {p} {high}");
    }

    #[test]
    fn resamples_thin_out_over_large_data() {
        assert_eq!([0, 5, 20_000, 40_000, 10_000_000].map(resamples), [1000, 1000, 1000, 500, 100]);
    }

    #[test]
    fn one_row_has_no_interval() {
        let observations = noisy(1);
        let metrics: Vec<&dyn Metric> = applicable(crate::table::Task::Binary).collect();
        let found = intervals(&Prepared::new(&observations), &metrics, 0, 1);
        assert!(found.iter().all(|i| i.bounds().is_none()) && found.len() == metrics.len());
    }
}
