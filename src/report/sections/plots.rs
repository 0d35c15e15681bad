//! Every chart of a report by its name, for those who want one alone.

use super::{Findings, calibration, confusion, drift, importance, missing, ranking, scores, trends};
use crate::error::Result;
use crate::numbers::grouped;
use crate::report::charts::Chart;
use crate::table::Task;
use std::collections::BTreeSet;

/// The charts that there are, each with a name of its own that a file can have:
/// `confusionmatrix` (or what stands for it), `scores`, `roc`, `precision_recall`, `gain`,
/// `lift`, `residuals`, `residual_histogram`, `calibration`, `importance`, `missing`,
/// `drift_1` and on, `trends_` and the measure.
///
/// # Errors
/// The confusion matrix is not square; that is a bug.
pub fn plots(f: &Findings<'_>) -> Result<Vec<(String, Box<dyn Chart>)>> {
    let target = f.model.schema.target_words();
    let mut plots = vec![("confusionmatrix".to_string(), confusion::chart(f.challenger, f.kind, &target)?)];
    let mut one = |name: &str, chart: Option<Box<dyn Chart>>| plots.extend(chart.map(|c| (name.to_string(), c)));
    let subtitle = format!("{} rows, 95% bootstrap intervals", grouped(f.challenger.rows));
    let scored = f.challenger.task() != Task::Regression;
    one("scores", scored.then(|| Box::new(scores::chart(f.challenger, f.incumbent, subtitle)) as Box<dyn Chart>));
    let reliability = calibration::shown(f.challenger);
    one("calibration", reliability.map(|r| Box::new(calibration::chart(f.challenger, r)) as Box<dyn Chart>));
    let weighed = !f.importance.is_empty();
    one("importance", weighed.then(|| Box::new(importance::chart(f.importance, &f.challenger.metric)) as _));
    one("missing", missing::chart(f).map(|chart| Box::new(chart) as Box<dyn Chart>));
    plots.extend(ranking::charts(f));
    plots.extend(confusion::residual_charts(f.challenger, &target));
    plots.extend(drift::charts(f));
    plots.extend(trends::charts(f));
    // Names that differ in other signs than letters and digits alone may be written alike.
    let mut taken = BTreeSet::new();
    for (name, _) in &mut plots {
        let plain = name.clone();
        let mut copy = 2;
        while !taken.insert(name.clone()) {
            *name = format!("{plain}_{copy}");
            copy += 1;
        }
    }
    Ok(plots)
}
