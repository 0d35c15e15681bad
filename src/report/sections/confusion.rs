//! Right and wrong predictions of the newest model.

use super::{Findings, scores};
use crate::error::Result;
use crate::metrics::Evaluation;
use crate::numbers::{grouped, score};
use crate::report::charts;
use crate::report::document::{Block, Section};

/// The section.
///
/// # Errors
/// The matrix is not square; that is a bug.
pub fn section(f: &Findings<'_>) -> Result<Section> {
    Ok(Section::new("Right and wrong predictions", vec![Block::Chart(chart(f.challenger, f.kind)?)]))
}

/// The chart, also for `confusionmatrix.png`.
///
/// # Errors
/// The matrix is not square; that is a bug.
pub fn chart(evaluation: &Evaluation, kind: &str) -> Result<Box<dyn charts::Chart>> {
    let value = evaluation.value.get().map_or("undefined".to_string(), score);
    let subtitle = format!(
        "{kind} {}, {} {value}, {} test rows",
        evaluation.model_fingerprint.short(),
        evaluation.metric,
        grouped(evaluation.rows)
    );
    match &evaluation.confusion {
        Some(confusion) => Ok(Box::new(charts::Confusion::new(
            "Confusion matrix",
            subtitle,
            confusion.classes.clone(),
            confusion.counts.clone(),
        )?)),
        None => Ok(Box::new(scores::chart(evaluation, None, subtitle))),
    }
}
