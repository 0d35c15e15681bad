//! `diagnostics.json`: columns, timings, dependencies.

use super::drift::DriftReport;
use super::performance::Performance;
use super::summary::ColumnSummary;
use super::trends::{Alarm, Trend};
use crate::dependencies::Drift;
use crate::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};

/// The last diagnostics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Always `incumbent-diagnostics`.
    pub format: String,
    /// Always 1.
    pub format_version: u32,
    /// When, RFC 3339.
    pub time: String,
    /// By which run.
    pub run_id: String,
    /// Of the merged data.
    pub data_fingerprint: Fingerprint,
    /// Its rows.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<ColumnSummary>,
    /// Ingestion and training, and how long they took.
    pub timings: Vec<StageTimings>,
    /// Packages.
    pub dependencies: Dependencies,
    /// New rows against training rows; `None` in files from before that was looked at.
    #[serde(default)]
    pub drift: Option<DriftReport>,
    /// The model in office on the new rows; `None` where there was none, or nothing new.
    #[serde(default)]
    pub performance: Option<Performance>,
    /// Measures of this and earlier runs.
    #[serde(default)]
    pub trends: Vec<Trend>,
    /// What somebody should look at.
    #[serde(default)]
    pub alarms: Vec<Alarm>,
}

/// How long a stage took in this run and in earlier ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTimings {
    /// Its name.
    pub stage: String,
    /// Newest first.
    pub runs: Vec<Timing>,
}

/// One timing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// When the run began, RFC 3339.
    pub time: String,
    /// How long the stage took.
    pub seconds: f64,
    /// How many rows it worked on.
    pub rows: u64,
}

/// How the packages of model, program and registry differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependencies {
    /// The deployed version whose model is compared; `None` where none is deployed.
    pub deployed_version: Option<u64>,
    /// The program that trained it.
    pub trained_with: Option<String>,
    /// This program.
    pub running: String,
    /// `checked`, or why the newest versions are not known.
    pub newest: String,
    /// How many packages differ between model and program.
    pub differing: usize,
    /// Direct packages, and others that differ.
    pub packages: Vec<Drift>,
}
