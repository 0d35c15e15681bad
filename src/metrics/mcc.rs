//! Matthews correlation coefficient.

use super::{Metric, Prepared, Reads, Value, why};

/// Matthews correlation coefficient, (tp·tn − fp·fn)/√((tp+fp)(tp+fn)(tn+fp)(tn+fn)) (Matthews,
/// 1975).
#[derive(Debug, Clone, Copy)]
pub struct Mcc;

impl Metric for Mcc {
    fn name(&self) -> &'static str {
        "mcc"
    }

    fn label(&self) -> &'static str {
        "Matthews correlation"
    }

    fn reads(&self) -> Reads {
        Reads::Classes
    }

    fn compute(&self, prepared: &Prepared<'_>, weights: &[f64]) -> Value {
        let Some(c) = prepared.cells(weights) else { return Value::undefined(why::NOT_YES_NO) };
        let (said, unsaid) = (c.tp + c.fp, c.tn + c.fn_);
        for (margin, reason) in [
            (c.positive(), why::NO_POSITIVE),
            (c.negative(), why::NO_NEGATIVE),
            (said, why::NONE_PREDICTED),
            (unsaid, why::ALL_PREDICTED),
        ] {
            if margin <= 0.0 {
                return Value::undefined(reason);
            }
        }
        // Two roots, lest the product of four counts lose digits.
        let below = (c.positive() * c.negative()).sqrt() * (said * unsaid).sqrt();
        Value::of((c.tp * c.tn - c.fp * c.fn_) / below)
    }
}
