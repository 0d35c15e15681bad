//! Why two scores are not on equal terms.

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use std::fmt;

/// Why two scores must not be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct NotComparable {
    /// All that differs, at least one.
    pub differences: Vec<Difference>,
}

/// One thing in which the terms of two scores differ.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The metric, or the direction it is read in.
    Metric {
        /// The champion's.
        champion: String,
        /// The challenger's.
        challenger: String,
    },
    /// The threshold.
    Threshold {
        /// The champion's.
        champion: Option<f64>,
        /// The challenger's.
        challenger: Option<f64>,
    },
    /// The test data: the champion must be scored again on the challenger's.
    TestData {
        /// The champion's.
        champion: Fingerprint,
        /// The challenger's.
        challenger: Fingerprint,
    },
    /// The observations have other rows or other classes.
    Rows,
    /// This one's observations do not give its score.
    Observations(&'static str),
    /// The metric is not one of this version.
    UnknownMetric(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Metric { champion, challenger } if champion == challenger => {
                write!(f, "{champion} is read in two directions")
            }
            Difference::Metric { champion, challenger } => {
                write!(f, "the champion was measured by {champion}, the challenger by {challenger}")
            }
            Difference::Threshold { champion, challenger } => {
                let told = |threshold: &Option<f64>| threshold.map_or("none".to_string(), |t| t.to_string());
                write!(f, "the champion's threshold is {}, the challenger's {}", told(champion), told(challenger))
            }
            Difference::TestData { champion, challenger } => {
                write!(f, "the champion's test data is {}, the challenger's {}", champion.short(), challenger.short())
            }
            Difference::Rows => f.write_str("the predictions are of other rows or other classes"),
            Difference::Observations(who) => write!(f, "the {who}'s predictions do not give its score"),
            Difference::UnknownMetric(name) => write!(f, "this version has no metric {name:?}"),
        }
    }
}

impl fmt::Display for NotComparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the two scores are not on equal terms: ")?;
        for (i, difference) in self.differences.iter().enumerate() {
            write!(f, "{}{difference}", if i > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for NotComparable {}

impl From<NotComparable> for Error {
    /// Callers score the champion again where the terms changed, so one that is left is a bug.
    fn from(refusal: NotComparable) -> Error {
        Error::internal(refusal.to_string())
    }
}
