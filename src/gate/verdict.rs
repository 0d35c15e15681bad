//! The outcome of the gate.

use super::{Comparison, Paired, Resolution, Segment, Segments, words};
use crate::metrics::{PairedTest, bootstrap::LEVEL};
use serde::Serialize;

/// Whether the challenger takes office, why, and on what numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The challenger takes office.
    Promote {
        /// What it has shown.
        reason: Promotion,
        /// The numbers.
        comparison: Comparison,
        /// The same scores in segments, where the config names any.
        #[serde(skip_serializing_if = "Option::is_none")]
        segments: Option<Segments>,
    },
    /// The incumbent stays.
    Keep {
        /// What is missing.
        reason: Keeping,
        /// The numbers.
        comparison: Comparison,
        /// The same scores in segments, where the config names any.
        #[serde(skip_serializing_if = "Option::is_none")]
        segments: Option<Segments>,
    },
}

/// What the challenger has shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Promotion {
    /// A strictly better score.
    Better,
    /// No loss beyond the margin is plausible.
    NotWorse {
        /// The margin of the rule.
        margin: f64,
    },
    /// A better score that is not chance.
    Significant {
        /// The test that fits the metric.
        test: PairedTest,
        /// Its two-sided p-value.
        p: f64,
        /// The level of the rule.
        level: f64,
    },
}

/// Why the incumbent stays.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Keeping {
    /// The scores are equal.
    Tie,
    /// The challenger's score is worse.
    Worse,
    /// The challenger has no score.
    ChallengerUndefined {
        /// Why it has none.
        why: String,
    },
    /// The incumbent has no score that could be beaten.
    ChampionUndefined {
        /// Why it has none.
        why: String,
    },
    /// A loss beyond the margin is plausible.
    BeyondMargin {
        /// The margin of the rule.
        margin: f64,
        /// The worst gain within the 95% interval; below −margin.
        worst: f64,
    },
    /// The better score may be chance.
    NotSignificant {
        /// The test that fits the metric.
        test: PairedTest,
        /// Its two-sided p-value.
        p: f64,
        /// The level of the rule.
        level: f64,
    },
    /// The models differ on too few rows for any test to reach the level.
    TooFewRows {
        /// On how many they differ.
        differing: u64,
        /// The smallest p-value that so many can give.
        smallest_p: f64,
        /// The level of the rule.
        level: f64,
    },
    /// The rule would promote, but in a segment the challenger is worse beyond the margin.
    SegmentFalls {
        /// The worst segment, with both scores and its rows.
        segment: Box<Segment>,
        /// How much worse, in the unit of the metric.
        loss: f64,
        /// The loss that is borne.
        margin: f64,
    },
    /// The test that the rule needs has no result.
    NoTest {
        /// Why it has none.
        why: String,
    },
}

impl Verdict {
    /// Whether the challenger takes office.
    pub fn promotes(&self) -> bool {
        matches!(self, Verdict::Promote { .. })
    }

    /// The numbers.
    pub fn comparison(&self) -> &Comparison {
        match self {
            Verdict::Promote { comparison, .. } | Verdict::Keep { comparison, .. } => comparison,
        }
    }

    /// Both models in segments, where the config names any.
    pub fn segments(&self) -> Option<&Segments> {
        match self {
            Verdict::Promote { segments, .. } | Verdict::Keep { segments, .. } => segments.as_ref(),
        }
    }

    /// What so many test rows can show at all.
    pub fn resolution(&self) -> Resolution {
        Resolution::of(self.comparison().rows(), 1.0 - LEVEL)
    }

    /// Whether the test rows cannot tell the two apart: the 95% interval of the paired
    /// difference contains 0, or the two differ on [too few](Paired::is_too_few) rows. `None` where that interval is not known.
    pub fn indistinguishable(&self) -> Option<bool> {
        let (low, high) = self.comparison().difference_bounds()?;
        let few = self.comparison().paired_tests().is_some_and(Paired::is_too_few);
        Some(few || (low <= 0.0 && 0.0 <= high))
    }

    /// The verdict for people: the scores, the decision with its reason, how sure it is.
    pub fn sentence(&self) -> String {
        words::sentence(self)
    }
}
