//! Drift of a run: the rows of its new files against what the model in office had learnt.

use crate::config::DriftMode;
use crate::drift::{ColumnDrift, Multivariate};
use serde::{Deserialize, Serialize};

/// What a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftReport {
    /// Whose tests and thresholds decided.
    pub mode: DriftMode,
    /// The version in office when the run began; `None` where none was.
    pub reference_version: Option<u64>,
    /// The rows that it was trained on.
    pub reference_rows: u64,
    /// The files that were new, relative to the input folder.
    pub files: Vec<String>,
    /// Their distinct rows.
    pub rows: u64,
    /// How many of these stood in other files of the input folder too: as known rows they hide
    /// what is new in the rest.
    #[serde(default)]
    pub known_rows: u64,
    /// Whether the data as a whole counts as drifted.
    pub drifted: bool,
    /// Columns that drifted, the target among them.
    pub drifted_columns: u64,
    /// Columns that could be tested.
    pub tested_columns: u64,
    /// Features and target, in the order of the data.
    pub columns: Vec<ColumnDrift>,
    /// What the model in office predicts, then and now.
    pub predictions: Vec<ColumnDrift>,
    /// All features together.
    pub multivariate: Option<Multivariate>,
    /// Why nothing was tested; `None` where something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl DriftReport {
    /// Whether the model's answers drifted, whatever the columns did.
    pub fn predictions_drifted(&self) -> bool {
        self.predictions.iter().any(|column| column.drifted)
    }

    /// What a line about its columns has to add where [`DriftReport::predictions_drifted`].
    pub fn of_predictions(&self) -> &'static str {
        match self.predictions_drifted() {
            true => ", and the model's predictions did",
            false => "",
        }
    }
}
