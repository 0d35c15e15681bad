//! `alerts`: what a run tells somebody about.

use super::flag_of;
use serde_json::{Map, Value};

/// What a run tells somebody about; all off unless set.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Alerts {
    /// How many times as long as usual a run or stage may take.
    pub slower_than: Option<f64>,
    /// Of how much of the usual time a run or stage must take at least, 0 to 1.
    pub faster_than: Option<f64>,
    /// Rows that new files must bring at least.
    pub min_new_rows: Option<u64>,
    /// Days after which new data is overdue.
    pub max_days_without_data: Option<f64>,
    /// Whether a run tells that scheduled ones before it are missing.
    pub missed_schedule: bool,
}

pub(super) fn of(map: &Map<String, Value>) -> Alerts {
    let number = |key: &str| map.get(key).and_then(Value::as_f64);
    Alerts {
        slower_than: number("slower_than"),
        faster_than: number("faster_than"),
        min_new_rows: map.get("min_new_rows").and_then(Value::as_u64),
        max_days_without_data: number("max_days_without_data"),
        missed_schedule: flag_of(map, "missed_schedule"),
    }
}
