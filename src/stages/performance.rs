//! Concept drift: how the model in office does on newly labelled rows, against its test score,
//! and what its own probabilities let one expect without labels.

use crate::metrics::Direction;
use serde::{Deserialize, Serialize};

/// The model in office on the rows of the new files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// The version in office when the run began.
    pub version: u64,
    /// The gate's metric.
    pub metric: String,
    /// Which way it is better.
    pub direction: Direction,
    /// On the test data.
    pub test: Measured,
    /// On the new rows.
    pub new_rows: Measured,
    /// The second less the first.
    pub difference: Option<f64>,
    /// Its 95% interval.
    pub difference_interval: Option<(f64, f64)>,
    /// Whether the model does worse on the new rows by more than chance explains: the whole
    /// interval lies on the worse side of 0.
    pub fallen: bool,
    /// What its probabilities promise for the new rows; `None` where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// What a reader must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A score on some rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The score; `None` where it is undefined.
    pub value: Option<f64>,
    /// Why it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
    /// Its 95% interval.
    pub interval: Option<(f64, f64)>,
    /// How many rows.
    pub rows: u64,
}

/// Scores expected from probabilities alone (confidence-based performance estimation).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Always `cbpe`.
    pub method: String,
    /// Labelled rows that the probabilities were calibrated on first; 0 where they were taken as they are.
    pub calibrated_on: u64,
    /// The metrics that can be estimated.
    pub metrics: Vec<Estimated>,
}

/// One estimated metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// Its name in configs and files.
    pub name: String,
    /// What the probabilities promise; `None` where that is undefined.
    pub estimated: Option<f64>,
    /// The 95% interval of what labels of so many rows would give.
    pub interval: Option<(f64, f64)>,
    /// What the labels gave, where the rows have labels.
    pub realised: Option<f64>,
}
