//! `diagnostics.json`: columns, timings, dependencies.

use super::drift::DriftReport;
use super::performance::Performance;
use super::summary::ColumnSummary;
use super::trends::{Alarm, Trend};
use crate::dependencies::Drift;
use crate::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};

/// The format's name and version; a reader refuses any other.
pub const FORMAT: &str = "incumbent-diagnostics";
/// See [`FORMAT`].
pub const FORMAT_VERSION: u32 = 1;

/// The last diagnostics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
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
    /// Whether these two differ.
    #[serde(default)]
    pub program_differs: bool,
    /// The compiler of the program that trained it.
    #[serde(default)]
    pub rustc_trained_with: Option<String>,
    /// The compiler of this program.
    #[serde(default)]
    pub rustc_running: String,
    /// The version of the format of the model's file.
    #[serde(default)]
    pub model_format_version: Option<u32>,
    /// `checked`, or why the newest versions are not known.
    pub newest: String,
    /// How many packages differ between model and program.
    pub differing: usize,
    /// Direct packages, and others that differ; those that differ first.
    pub packages: Vec<Drift>,
}

impl Dependencies {
    /// What differs between the program that trained the deployed model and this one, in words.
    pub fn words(&self) -> String {
        let Some(trained_with) = &self.trained_with else { return "no model is deployed".to_string() };
        let mut differing = Vec::new();
        if self.program_differs {
            differing.push(format!("the program ({trained_with}, now {})", self.running));
        }
        if let Some(rustc) = self.rustc_trained_with.as_ref().filter(|rustc| **rustc != self.rustc_running) {
            differing.push(format!("the compiler ({rustc}, now {})", self.rustc_running));
        }
        match self.differing {
            0 => {}
            1 => differing.push("1 package".to_string()),
            n => differing.push(format!("{n} packages")),
        }
        let is_one = differing.len() == 1 && self.differing <= 1;
        let verb = if is_one { "differs" } else { "differ" };
        match differing.pop() {
            None => "no dependency differs from what the model in office was trained with".to_string(),
            Some(last) => {
                let list = if differing.is_empty() { last } else { format!("{} and {last}", differing.join(", ")) };
                format!("{list} {verb} from what the model in office was trained with")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependencies(program: &str, rustc: &str, differing: usize) -> Dependencies {
        Dependencies {
            deployed_version: Some(1),
            trained_with: Some(program.into()),
            running: "incumbent 2".into(),
            program_differs: program != "incumbent 2",
            rustc_trained_with: Some(rustc.into()),
            rustc_running: "rustc 1.90".into(),
            model_format_version: Some(1),
            newest: "not checked".into(),
            differing,
            packages: Vec::new(),
        }
    }

    #[test]
    fn what_differs_is_said_in_words() {
        let end = "from what the model in office was trained with";
        for (program, rustc, differing, words) in [
            ("incumbent 2", "rustc 1.90", 0, "no dependency differs"),
            ("incumbent 2", "rustc 1.90", 1, "1 package differs"),
            ("incumbent 2", "rustc 1.90", 7, "7 packages differ"),
            ("incumbent 1", "rustc 1.90", 0, "the program (incumbent 1, now incumbent 2) differs"),
            (
                "incumbent 1",
                "rustc 1.80",
                2,
                "the program (incumbent 1, now incumbent 2), the compiler (rustc 1.80, now rustc 1.90) and 2 packages differ",
            ),
        ] {
            assert_eq!(dependencies(program, rustc, differing).words(), format!("{words} {end}"));
        }
        let none = Dependencies { trained_with: None, ..dependencies("", "", 0) };
        assert_eq!(none.words(), "no model is deployed");
    }
}
