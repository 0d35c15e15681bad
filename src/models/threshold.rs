//! From which probability on to say yes.

use crate::error::Result;
use crate::metrics::{self, Metric, Observations};
use crate::table::{Matrix, Target};

/// Where nothing else is said.
pub const USUAL: f64 = 0.5;
/// Thresholds that are tried at a time, at equal shares of the different probabilities.
const TRIED: usize = 100;
/// Rows that are looked at; more would move the threshold by less than chance does.
const ROWS: usize = 50_000;

/// The threshold under which `metric` is best on these answers for rows that the model had
/// not learnt from; of equally good ones the nearest to one half. [`USUAL`] where the
/// question has no threshold or the metric has no value.
///
/// # Errors
/// Internal: the answers are not those of the rows.
pub fn choose(truth: &Target, answers: &Matrix, metric: &dyn Metric) -> Result<f64> {
    let mut shares = match truth {
        Target::Classes(classes) if classes.classes.len() == 2 => answers.column(1),
        Target::Labels(_) => answers.as_slice().to_vec(),
        _ => return Ok(USUAL),
    };
    shares.sort_by(f64::total_cmp);
    shares.dedup();
    let step = truth.rows().div_ceil(ROWS);
    let rows: Vec<usize> = (0..truth.rows()).step_by(step.max(1)).collect();
    let data = rows.iter().flat_map(|row| answers.row(*row).iter().copied()).collect();
    let sample = (truth.take(&rows), Matrix::from_rows(rows.len(), answers.cols(), data).unwrap_or_default());
    // Half-way between neighbours, where a small change of the model changes nothing; beyond
    // the last, nothing is positive.
    let between = |place: usize| match (place.checked_sub(1).map(|before| shares[before]), shares.get(place)) {
        (Some(low), Some(high)) => 0.5 * (low + high),
        (None, Some(first)) => *first,
        (low, None) => low.map_or(USUAL, |low| 0.5 * (low + 1.0)),
    };
    let score = |threshold: f64| -> Result<Option<f64>> {
        let observations = Observations::new(sample.0.clone(), sample.1.clone(), threshold)?;
        Ok(metrics::value(metric, &observations).get())
    };
    let mut best: Option<Best> = score(USUAL)?.map(|value| Best { value, threshold: USUAL, place: None });
    let mut places = coarse(shares.len());
    // Coarsely over all, then twice more around what was best.
    for _ in 0..3 {
        for place in &places {
            let threshold = between(*place);
            let Some(value) = score(threshold)? else { continue };
            let better = best.is_none_or(|was| {
                let gain = metric.direction().gain(was.value, value);
                gain > 0.0 || gain == 0.0 && (threshold - USUAL).abs() < (was.threshold - USUAL).abs()
            });
            if better {
                best = Some(Best { value, threshold, place: Some(*place) });
            }
        }
        let Some(place) = best.and_then(|best| best.place) else { break };
        let at = places.partition_point(|p| *p < place);
        let low = at.checked_sub(1).and_then(|i| places.get(i)).copied().unwrap_or(0);
        let high = places.get(at + 1).copied().unwrap_or(shares.len());
        places = evenly(low, high);
    }
    Ok(best.map_or(USUAL, |best| best.threshold))
}

/// The best threshold so far.
#[derive(Debug, Clone, Copy)]
struct Best {
    value: f64,
    threshold: f64,
    /// How many of the different probabilities are below it.
    place: Option<usize>,
}

/// Places among so many different probabilities: evenly spread, and ever closer to both ends,
/// where the best threshold of a rare class lies.
fn coarse(count: usize) -> Vec<usize> {
    let mut places = evenly(0, count);
    let steps = (0..usize::BITS).map(|power| 1usize << power).take_while(|step| *step < count);
    places.extend(steps.flat_map(|step| [step, count - step]));
    places.sort_unstable();
    places.dedup();
    places
}

fn evenly(low: usize, high: usize) -> Vec<usize> {
    let tried = TRIED.min(high - low);
    let mut places: Vec<usize> = (0..=tried).map(|i| low + i * (high - low) / tried.max(1)).collect();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::by_name;
    use crate::table::Classes;

    fn chosen(codes: &[u32], shares: &[f64], metric: &str) -> f64 {
        let truth = Target::Classes(Classes { classes: vec!["n".into(), "y".into()], codes: codes.to_vec() });
        let data = shares.iter().flat_map(|p| [1.0 - p, *p]).collect();
        choose(&truth, &Matrix::from_rows(shares.len(), 2, data).unwrap(), by_name(metric).unwrap()).unwrap()
    }

    #[test]
    fn a_handful_among_thousands_is_found() {
        let rows = 30_000;
        let shares: Vec<f64> = (0..rows).map(|i| f64::from(i) / f64::from(rows)).collect();
        let codes: Vec<u32> = (0..rows).map(|i| u32::from(i >= rows - 17)).collect();
        let threshold = chosen(&codes, &shares, "f1");
        let best = 1.0 - 17.5 / f64::from(rows);
        assert!((threshold - best).abs() < 1e-9, "{threshold} {best}");
    }

    #[test]
    fn the_best_threshold_lies_between_the_sides() {
        assert!((chosen(&[0, 0, 1, 1], &[0.1, 0.2, 0.3, 0.4], "f1") - 0.25).abs() < 1e-12);
        assert_eq!(chosen(&[0, 0, 1, 1], &[0.1, 0.2, 0.6, 0.9], "accuracy"), 0.5, "nearest to one half");
        assert_eq!(chosen(&[0, 0], &[0.1, 0.2], "recall"), USUAL, "no value at all");
        assert!(chosen(&[1, 0, 0], &[0.7, 0.8, 0.9], "accuracy") > 0.9, "nothing is to be predicted");
        let quantity = choose(&Target::Numbers(vec![1.0]), &Matrix::zeros(1, 1), by_name("rmse").unwrap());
        assert_eq!(quantity.unwrap(), USUAL);
    }
}
