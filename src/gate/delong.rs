//! The test of two correlated ROC-AUCs (DeLong, DeLong and Clarke-Pearson, 1988), with
//! midranks (Sun and Xu, 2014) in O(n log n).

use crate::metrics::Value;
use crate::statistics::normal::two_sided;
use serde::Serialize;

/// Two areas and the test of their difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeLong {
    /// The champion's ROC-AUC.
    pub auc_champion: Value,
    /// The challenger's ROC-AUC.
    pub auc_challenger: Value,
    /// (AUC challenger − AUC champion) / its standard error.
    pub z: Value,
    /// The two-sided p-value.
    pub p_two_sided: Value,
}

/// Below this variance a difference is rounding: components are ratios of ranks, so a
/// true variance is at least of the order 1/n³, far above it.
const NO_VARIANCE: f64 = 1e-26;

impl DeLong {
    /// The test for a yes/no question: whether each row is positive, and its probability by
    /// each model. Undefined, with the reason, where a class has fewer than two rows or the
    /// components of the difference do not vary.
    pub fn of(positive: impl Fn(usize) -> bool, champion: &[f64], challenger: &[f64]) -> DeLong {
        let (with, without): (Vec<usize>, Vec<usize>) = (0..champion.len()).partition(|row| positive(*row));
        let (m, n) = (with.len(), without.len());
        if m < 2 || n < 2 {
            let few = || Value::undefined("DeLong's test needs two rows of each class");
            return DeLong { auc_champion: few(), auc_challenger: few(), z: few(), p_two_sided: few() };
        }
        let (old, new) = (Components::of(champion, &with, &without), Components::of(challenger, &with, &without));
        // Var(A − B) taken from the differences of the components is S₁₁ + S₂₂ − 2S₁₂
        // without its cancellation, and exactly 0 for equal rankings.
        let variance = variance_of_difference(&new.v10, &old.v10) / m as f64
            + variance_of_difference(&new.v01, &old.v01) / n as f64;
        let (z, p) = if variance > NO_VARIANCE {
            let z = (new.auc - old.auc) / variance.sqrt();
            (Value::of(z), Value::of(two_sided(z)))
        } else {
            let none = || Value::undefined("the two rankings differ on no row, or on all alike");
            (none(), none())
        };
        DeLong { auc_champion: Value::of(old.auc), auc_challenger: Value::of(new.auc), z, p_two_sided: p }
    }
}

/// The ROC-AUC of one ranking and the variance of that; `None` where a class has fewer than
/// two rows.
pub fn area(positive: impl Fn(usize) -> bool, scores: &[f64]) -> Option<(f64, f64)> {
    let (with, without): (Vec<usize>, Vec<usize>) = (0..scores.len()).partition(|row| positive(*row));
    if with.len() < 2 || without.len() < 2 {
        return None;
    }
    let Components { auc, v10, v01 } = Components::of(scores, &with, &without);
    let none = vec![0.0; scores.len()];
    let part = |values: &[f64]| variance_of_difference(values, &none) / values.len() as f64;
    Some((auc, part(&v10) + part(&v01)))
}

/// The structural components of one area.
struct Components {
    auc: f64,
    /// For each positive row, the share of negative rows ranked below it.
    v10: Vec<f64>,
    /// For each negative row, the share of positive rows ranked above it.
    v01: Vec<f64>,
}

impl Components {
    fn of(scores: &[f64], with: &[usize], without: &[usize]) -> Components {
        let (m, n) = (with.len() as f64, without.len() as f64);
        let x: Vec<f64> = with.iter().map(|row| scores[*row]).collect();
        let y: Vec<f64> = without.iter().map(|row| scores[*row]).collect();
        let pooled: Vec<f64> = x.iter().chain(&y).copied().collect();
        let (tx, ty, tz) = (midranks(&x), midranks(&y), midranks(&pooled));
        let (tz_with, tz_without) = tz.split_at(x.len());
        let auc = (tz_with.iter().sum::<f64>() / m - (m + 1.0) / 2.0) / n;
        let v10 = tz_with.iter().zip(&tx).map(|(z, x)| (z - x) / n).collect();
        let v01 = tz_without.iter().zip(&ty).map(|(z, y)| 1.0 - (z - y) / m).collect();
        Components { auc, v10, v01 }
    }
}

/// Ranks from 1, ties sharing the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        // Positions start..start+len have ranks start+1..=start+len.
        let rank = start as f64 + (tied.len() + 1) as f64 / 2.0;
        for row in tied {
            ranks[*row] = rank;
        }
        start += tied.len();
    }
    ranks
}

/// The sample variance (n − 1) of a − b.
fn variance_of_difference(a: &[f64], b: &[f64]) -> f64 {
    let count = a.len() as f64;
    let mean = a.iter().zip(b).map(|(a, b)| a - b).sum::<f64>() / count;
    a.iter().zip(b).map(|(a, b)| (a - b - mean).powi(2)).sum::<f64>() / (count - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(midranks(&[0.3, 0.1, 0.3, 0.2]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(midranks(&[]), [0.0; 0]);
    }

    #[test]
    fn a_case_counted_by_hand() {
        // Positives first. The champion ranks (p1, n1, p2, n2): V10 = 1, ½; V01 = ½, 1.
        // The challenger is perfect: all 1. Differences 0, ½ in both: variance ⅛ each,
        // ⅛/2 + ⅛/2 = ⅛, so z = ¼/√⅛.
        let found = DeLong::of(|row| row < 2, &[0.9, 0.5, 0.7, 0.1], &[0.9, 0.8, 0.2, 0.1]);
        assert_eq!(found.auc_champion, Value::Defined(0.75));
        assert_eq!(found.auc_challenger, Value::Defined(1.0));
        assert!((found.z.get().unwrap() - 0.5_f64.sqrt()).abs() < 1e-14);
    }

    #[test]
    fn one_area_has_a_variance() {
        // V10 = 1, ½ and V01 = ½, 1, as above: ⅛/2 + ⅛/2.
        let (auc, variance) = area(|row| row < 2, &[0.9, 0.5, 0.7, 0.1]).unwrap();
        assert!((auc - 0.75).abs() < 1e-15 && (variance - 0.125).abs() < 1e-15, "{auc} {variance}");
        assert_eq!(area(|row| row < 1, &[0.9, 0.5, 0.7]), None);
    }

    #[test]
    fn nothing_to_test_is_said() {
        let same = [0.9, 0.5, 0.7, 0.1];
        assert!(DeLong::of(|row| row < 2, &same, &same).p_two_sided.reason().is_some());
        assert!(DeLong::of(|row| row < 2, &[0.9, 0.8, 0.2, 0.1], &[0.1, 0.2, 0.8, 0.9]).z.reason().is_some());
        assert!(DeLong::of(|row| row < 1, &same, &same).auc_champion.reason().is_some());
    }
}
