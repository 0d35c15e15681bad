//! What a run decided, with its reasons.

use super::manifest::Stamp;
use crate::fingerprint::Fingerprint;
use crate::gate::Segments;
use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// There was no incumbent; the challenger is in office.
    FirstDeployment,
    /// The challenger beat the incumbent and is in office.
    Deployed,
    /// The challenger did not beat the incumbent.
    KeptIncumbent,
    /// The data is that of the last decision.
    NoNewData,
    /// The incumbent does as well on the new rows as on the test rows.
    NoDrift,
    /// The run failed before a decision.
    Failed,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Decision; 6] = [
        Decision::FirstDeployment,
        Decision::Deployed,
        Decision::KeptIncumbent,
        Decision::NoNewData,
        Decision::NoDrift,
        Decision::Failed,
    ];

    /// The word in JSON, history and log.
    pub fn name(self) -> &'static str {
        match self {
            Decision::FirstDeployment => "first_deployment",
            Decision::Deployed => "deployed",
            Decision::KeptIncumbent => "kept_incumbent",
            Decision::NoNewData => "no_new_data",
            Decision::NoDrift => "no_drift",
            Decision::Failed => "failed",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Decision::FirstDeployment => "First deployment",
            Decision::Deployed => "Challenger deployed",
            Decision::KeptIncumbent => "Incumbent kept",
            Decision::NoNewData => "No new data",
            Decision::NoDrift => "No drift",
            Decision::Failed => "Failed",
        }
    }
}

/// A test file, known without reading it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestFile {
    /// Relative to the test folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What the file system says of it.
    pub stamp: Stamp,
}

/// The format's name and version; a reader refuses any other.
pub const FORMAT: &str = "incumbent-lastrun";
/// See [`FORMAT`].
pub const FORMAT_VERSION: u32 = 1;

/// `lastrun.json`: the last decision and the data that it was about. Written when a run
/// has decided, whatever it decided, so that the same files are not new for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastRun {
    /// [`FORMAT`]; files from before they said so are of version 1.
    #[serde(default = "format")]
    pub format: String,
    /// [`FORMAT_VERSION`].
    #[serde(default = "first_version")]
    pub format_version: u32,
    /// The run.
    pub run_id: String,
    /// When it began, RFC 3339.
    pub time: String,
    /// What it decided.
    pub decision: Decision,
    /// Why, in words.
    pub reason: String,
    /// The metric of the gate.
    pub metric: String,
    /// The incumbent's score.
    pub old_score: Option<f64>,
    /// The challenger's score.
    pub new_score: Option<f64>,
    /// Both models in segments of the test rows, where the config names any and there was an
    /// incumbent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Segments>,
    /// The version in office afterwards.
    pub version: Option<u64>,
    /// Of the merged data.
    pub data_fingerprint: Fingerprint,
    /// The settings of the config that a decision depends on.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// Whether diagnostics and reports were made after the decision.
    #[serde(default)]
    pub reported: bool,
    /// The test files as they lay there: where they differ, scores are of other rows.
    #[serde(default)]
    pub test: Vec<TestFile>,
    /// Of the input files.
    pub files: Vec<Fingerprint>,
    /// The names of those that were new.
    #[serde(default)]
    pub new_files: Vec<String>,
    /// The version in office when the run began.
    #[serde(default)]
    pub office_before: Option<u64>,
}

fn format() -> String {
    FORMAT.to_string()
}

fn first_version() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_json() {
        for decision in Decision::ALL {
            assert_eq!(serde_json::to_value(decision).unwrap(), decision.name());
        }
    }
}
