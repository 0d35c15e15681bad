//! What the history tells of runs before: values over time, and what deserves an alarm.

use serde::{Deserialize, Serialize};

/// One measure over the last runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// What kind of measure: `score`, `new_score` and `new_score_difference` (the model in office
    /// on new rows), `missing_share`, `drift_share` (of columns that drifted), `drift` (effect
    /// sizes), `latency`, `stage_seconds`.
    pub measure: String,
    /// Of what: a metric and whose, a column, a route, a stage or `total`.
    pub name: String,
    /// Oldest first.
    pub points: Vec<TrendPoint>,
}

/// One run's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// When the run began, RFC 3339.
    pub time: String,
    /// The value, in the unit of the measure: shares from 0 to 1, seconds, or that of the metric.
    pub value: f64,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Which of `alerts` raised it: `slower_than`, `faster_than`, `min_new_rows`,
    /// `max_days_without_data`, `missed_schedule`.
    pub kind: String,
    /// What, with its numbers, in lower case.
    pub what: String,
}
