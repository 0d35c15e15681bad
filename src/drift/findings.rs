//! What the drift tests find, as `diagnostics.json` has it.

use crate::table::{Role, Type};
use serde::{Deserialize, Serialize};

/// How one column of the new rows differs from that column of the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnDrift {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// What part it plays.
    pub role: Role,
    /// The test or distance of the distributions, for example `kolmogorov_smirnov`.
    pub test: String,
    /// What the test computed; `None` where it could not be made, and [`ColumnDrift::note`] says why.
    pub statistic: Option<f64>,
    /// How often chance alone brings about as much; `None` for distances, which have none.
    pub p_value: Option<f64>,
    /// The p-value after adjustment over all tests of the run; `None` where none is made.
    pub adjusted_p_value: Option<f64>,
    /// What the p-value must not exceed, or the distance must reach, to count.
    pub threshold: f64,
    /// How large the difference is, whatever the number of rows.
    pub effect_size: Option<f64>,
    /// What the effect size measures and from which on it matters.
    pub effect: Effect,
    /// Whether any of the tests of this column counts: distribution, missing cells, new categories.
    pub drifted: bool,
    /// Whether the distribution of present cells counts as drifted.
    pub distribution_drifted: bool,
    /// The share of missing cells.
    pub missing: MissingDrift,
    /// Texts that training has not seen; `None` for numbers and dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_categories: Option<NewCategories>,
    /// Both distributions, coarsely, for charts; `None` where a side has no cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// What a reader must know, such as why nothing was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What an effect size measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its name, for example `total_variation`.
    pub name: String,
    /// The least that matters.
    pub floor: f64,
}

/// The share of missing cells then and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingDrift {
    /// Of the training rows, 0 to 1.
    pub reference: f64,
    /// Of the new rows, 0 to 1.
    pub current: f64,
    /// How often chance alone brings about as much; `None` where it was not tested.
    pub p_value: Option<f64>,
    /// After adjustment.
    pub adjusted_p_value: Option<f64>,
    /// Whether it counts.
    pub drifted: bool,
}

/// Texts that the training rows do not have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewCategories {
    /// How many different ones.
    pub count: u64,
    /// The share of the new rows that have one.
    pub share: f64,
    /// The most frequent of them, at most five.
    pub examples: Vec<String>,
    /// How often chance alone brings about as much; `None` where it was not tested.
    pub p_value: Option<f64>,
    /// After adjustment.
    pub adjusted_p_value: Option<f64>,
    /// Whether it counts.
    pub drifted: bool,
}

/// Two distributions over the same bins, as shares that sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// The edges of the bins of numbers, one more than bins; empty for categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<f64>,
    /// The categories, the rest together last; empty for numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Of the training rows.
    pub reference: Vec<f64>,
    /// Of the new rows.
    pub current: Vec<f64>,
}

/// How well a classifier tells new rows from training rows by all features together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Multivariate {
    /// Always `domain_classifier`.
    pub test: String,
    /// ROC-AUC on rows that it has not learnt from: 0.5 where it cannot tell; `None` where it
    /// could not be made, and the note says why.
    pub auc: Option<f64>,
    /// The 95% interval of the ROC-AUC.
    pub interval: Option<(f64, f64)>,
    /// The least ROC-AUC that matters.
    pub floor: f64,
    /// Training rows that were used, a sample where there are many.
    pub reference_rows: u64,
    /// New rows that were used.
    pub current_rows: u64,
    /// Whether the interval lies above 0.5 and the ROC-AUC at or above the floor.
    pub drifted: bool,
    /// What a reader must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
