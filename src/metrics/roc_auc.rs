//! ROC-AUC.

use super::{Metric, PairedTest, Prepared, Reads, Value, why};

/// ROC-AUC: the probability that a positive row is ranked above a negative one, ties counting
/// half (Hanley and McNeil, 1982).
#[derive(Debug, Clone, Copy)]
pub struct RocAuc;

impl Metric for RocAuc {
    fn name(&self) -> &'static str {
        "roc_auc"
    }

    fn label(&self) -> &'static str {
        "ROC-AUC"
    }

    fn reads(&self) -> Reads {
        Reads::Probabilities
    }

    fn paired_test(&self) -> PairedTest {
        PairedTest::Delong
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let (ranking, cells) = match prepared.ranked(weights) {
            Ok(ranked) => ranked,
            Err(undefined) => return undefined,
        };
        let (mut above, mut area) = (0.0, 0.0);
        ranking.sweep(weights, |positive, negative| {
            area += negative * (above + 0.5 * positive);
            above += positive;
        });
        Value::ratio(area, cells.positive() * cells.negative(), why::NO_NEGATIVE)
    }
}
