//! P-values of many tests, adjusted together, so that few of those called significant are
//! so by chance.

/// The p-values adjusted by the method of Benjamini and Hochberg (1995), in the same order:
/// min over all p' ≥ p of p'·n/rank(p'), at most 1. Calling significant what is at most α then
/// keeps the expected share of false calls at or below α, for independent or positively
/// dependent tests.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    adjusted(p_values, 1.0)
}

/// As [`benjamini_hochberg`], times 1 + ½ + … + 1/n: valid however the tests depend on each
/// other (Benjamini and Yekutieli, 2001).
pub fn benjamini_yekutieli(p_values: &[f64]) -> Vec<f64> {
    adjusted(p_values, (1..=p_values.len()).map(|i| 1.0 / i as f64).sum())
}

fn adjusted(p_values: &[f64], factor: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut result = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (above, place) in order.into_iter().enumerate() {
        let rank = p_values.len() - above;
        least = least.min(p_values[place] * factor * p_values.len() as f64 / rank as f64);
        result[place] = least;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_p_values_are_scipys() {
        // scipy 1.17.1, stats.false_discovery_control.
        let p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.9, 0.03];
        let hochberg = [0.035, 0.056, 0.0525, 0.035, 0.23333333333333336, 0.9, 0.0525];
        let yekutieli = [0.09075, 0.1452, 0.136125, 0.09075, 0.605, 1.0, 0.136125];
        for (found, expected) in benjamini_hochberg(&p).iter().zip(hochberg) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
        for (found, expected) in benjamini_yekutieli(&p).iter().zip(yekutieli) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
        assert_eq!(benjamini_hochberg(&[0.04]), [0.04]);
    }
}
