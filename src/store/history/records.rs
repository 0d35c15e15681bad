//! What a run leaves in the history, a struct for each table.

use crate::stages::trends::Alarm;

/// One run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub run_id: String,
    /// The binary.
    pub command: String,
    /// The program and its version.
    pub program: String,
    /// RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// How it ended.
    pub exit_code: u8,
    /// What was decided.
    pub decision: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The metric of the gate.
    pub metric: Option<String>,
    /// The incumbent's score.
    pub old_score: Option<f64>,
    /// The challenger's score.
    pub new_score: Option<f64>,
    /// The version in office afterwards.
    pub version: Option<u64>,
    /// The data that it was about.
    pub data_fingerprint: Option<String>,
    /// Its stages.
    pub stages: Vec<StageRecord>,
    /// The scores that were taken.
    pub scores: Vec<ScoreRecord>,
    /// The columns of the data.
    pub columns: Vec<ColumnRecord>,
    /// Deployments and rollbacks.
    pub deployments: Vec<DeploymentRecord>,
    /// What the drift tests found.
    pub drift: Vec<DriftRecord>,
    /// Whatever else is followed over time.
    pub measures: Vec<MeasureRecord>,
    /// The alarms that it raised.
    pub alarms: Vec<Alarm>,
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRecord {
    /// Its name.
    pub stage: String,
    /// How long it took.
    pub seconds: f64,
    /// How many rows it worked on.
    pub rows: Option<u64>,
}

/// One score on the test data.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRecord {
    /// `challenger` or `incumbent`.
    pub role: String,
    /// The deployed version, where it is one.
    pub version: Option<u64>,
    /// The model.
    pub model_fingerprint: String,
    /// The metric.
    pub metric: String,
    /// The value, or why there is none.
    pub value: std::result::Result<f64, String>,
    /// The interval.
    pub interval: Option<(f64, f64)>,
    /// Test rows.
    pub rows: u64,
    /// The test data.
    pub test_fingerprint: String,
}

/// One column of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRecord {
    /// Its name.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Missing cells.
    pub missing: u64,
    /// Mean, median, standard deviation, minimum, maximum of a number column.
    pub numbers: [Option<f64>; 5],
}

/// One deployment or rollback.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentRecord {
    /// RFC 3339.
    pub time: String,
    /// `deploy` or `rollback`.
    pub action: String,
    /// The version now in office.
    pub version: u64,
    /// The version before.
    pub previous: Option<u64>,
    /// The model.
    pub model_fingerprint: String,
    /// Why.
    pub reason: String,
}

/// One drift test.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftRecord {
    /// `column`, `prediction` or `multivariate`.
    pub part: String,
    /// The column or output; for `multivariate` all features together.
    pub name: String,
    /// The test or distance.
    pub test: String,
    /// What it computed.
    pub statistic: Option<f64>,
    /// How often chance alone brings about as much.
    pub p_value: Option<f64>,
    /// The same after adjustment over all tests of the run.
    pub adjusted_p_value: Option<f64>,
    /// How large the difference is, whatever the number of rows.
    pub effect_size: Option<f64>,
    /// Whether it counts.
    pub drifted: bool,
}

/// One value that is followed over time.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRecord {
    /// What kind of measure, for example `latency`.
    pub measure: String,
    /// Of what, for example a route.
    pub name: String,
    /// The value, in the unit of the measure.
    pub value: f64,
}
