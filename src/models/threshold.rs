//! From which probability on to say yes.

use crate::error::Result;
use crate::metrics::{Metric, Observations, Prepared};
use crate::table::{Matrix, Target};

/// Where nothing else is said.
pub const USUAL: f64 = 0.5;
/// Thresholds that are tried, at equal shares of the rows.
const TRIED: usize = 200;
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
    let tried = TRIED.min(shares.len());
    // Half-way between neighbours, where a small change of the model changes nothing.
    let between = |at: usize| at.checked_sub(1).map_or(shares[at], |before| 0.5 * (shares[before] + shares[at]));
    let candidates = (0..tried).map(|i| between(i * shares.len() / tried)).chain([USUAL]);
    let step = truth.rows().div_ceil(ROWS);
    let rows: Vec<usize> = (0..truth.rows()).step_by(step.max(1)).collect();
    let data = rows.iter().flat_map(|row| answers.row(*row).iter().copied()).collect();
    let sample = (truth.take(&rows), Matrix::from_rows(rows.len(), answers.cols(), data).unwrap_or_default());
    let mut best: Option<(f64, f64)> = None;
    for threshold in candidates {
        let observations = Observations::new(sample.0.clone(), sample.1.clone(), threshold)?;
        let prepared = Prepared::new(&observations);
        let Some(value) = metric.compute(&prepared, &prepared.once()).get() else { continue };
        let better = best.is_none_or(|(was, at)| {
            let gain = metric.direction().gain(was, value);
            gain > 0.0 || gain == 0.0 && (threshold - USUAL).abs() < (at - USUAL).abs()
        });
        if better {
            best = Some((value, threshold));
        }
    }
    Ok(best.map_or(USUAL, |(_, threshold)| threshold))
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
    fn the_best_threshold_lies_between_the_sides() {
        assert!((chosen(&[0, 0, 1, 1], &[0.1, 0.2, 0.3, 0.4], "f1") - 0.25).abs() < 1e-12);
        assert_eq!(chosen(&[0, 0, 1, 1], &[0.1, 0.2, 0.6, 0.9], "accuracy"), 0.5, "nearest to one half");
        assert_eq!(chosen(&[0, 0], &[0.1, 0.2], "recall"), USUAL, "no value at all");
        let quantity = choose(&Target::Numbers(vec![1.0]), &Matrix::zeros(1, 1), by_name("rmse").unwrap());
        assert_eq!(quantity.unwrap(), USUAL);
    }
}
