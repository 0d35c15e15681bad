//! `drift`: how new rows are held against training rows.

use super::{number_of, text_of};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whose tests and thresholds decide about drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftMode {
    /// Ours: beyond chance at these sizes, and large enough to matter.
    #[default]
    Calibrated,
    /// As Evidently decides by default.
    Evidently,
    /// As NannyML decides by default.
    Nannyml,
}

impl DriftMode {
    /// The words in the config.
    pub const NAMES: [&str; 3] = ["calibrated", "evidently", "nannyml"];

    /// The word in configs and files.
    pub fn name(self) -> &'static str {
        match self {
            DriftMode::Calibrated => "calibrated",
            DriftMode::Evidently => "evidently",
            DriftMode::Nannyml => "nannyml",
        }
    }
}

/// How p-values are adjusted for many tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// Benjamini and Hochberg (1995): for independent or positively dependent tests.
    #[default]
    BenjaminiHochberg,
    /// Benjamini and Yekutieli (2001): whatever the dependence, and stricter.
    BenjaminiYekutieli,
}

impl Adjustment {
    /// The words in the config.
    pub const NAMES: [&str; 2] = ["benjamini_hochberg", "benjamini_yekutieli"];
}

/// How new rows are held against training rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Whose tests and thresholds decide.
    pub mode: DriftMode,
    /// The adjusted p-value not to be exceeded, in calibrated mode.
    pub level: f64,
    /// How p-values are adjusted, in calibrated mode.
    pub adjustment: Adjustment,
    /// The least effect size that matters, in calibrated mode.
    pub effect: f64,
    /// The share of drifted columns from which on the data as a whole counts as drifted.
    pub share: f64,
}

pub(super) fn of(map: &Map<String, Value>) -> Drift {
    Drift {
        mode: match text_of(map, "mode").as_deref() {
            Some("evidently") => DriftMode::Evidently,
            Some("nannyml") => DriftMode::Nannyml,
            _ => DriftMode::Calibrated,
        },
        level: number_of(map, "level", 0.05),
        adjustment: match text_of(map, "adjustment").as_deref() {
            Some("benjamini_yekutieli") => Adjustment::BenjaminiYekutieli,
            _ => Adjustment::BenjaminiHochberg,
        },
        effect: number_of(map, "effect", 0.1),
        share: number_of(map, "share", 0.5),
    }
}
