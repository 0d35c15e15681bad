//! The retrain policy: whether new data is reason enough to train.

use super::contest::Incumbent;
use super::watch::{self, Occasion};
use super::{Context, scoring};
use crate::error::{Kind, Problem, Result};
use crate::event::Stage;
use crate::metrics::{Evaluation, Observations};
use crate::stages::new_rows::NewRows;
use crate::stages::scoring::common_schema;

/// What the policy `on_drift` looked at.
pub struct Looked {
    /// The incumbent on the test rows.
    pub test: (Evaluation, Observations),
    /// The rows of the new files.
    pub new: NewRows,
    /// Why nothing is trained; `None` where a challenger is.
    pub no_drift: Option<NoDrift>,
}

/// Why nothing is trained.
pub struct NoDrift {
    /// In words.
    pub reason: String,
    /// The metric of the gate.
    pub metric: String,
    /// The incumbent on the test rows.
    pub test: Option<f64>,
    /// The incumbent on the new rows.
    pub new: Option<f64>,
}

/// Under the policy `on_drift`: whether the incumbent does as well on the rows of the new
/// files as on the test rows. `None` where that is not asked, or nothing is new.
///
/// # Errors
/// The new files or the test data cannot be used.
pub fn look(ctx: &Context<'_>, occasion: &Occasion, incumbent: Option<&Incumbent>) -> Result<Option<Looked>> {
    // Without a new file the data is another all the same: files are gone, or their order changed.
    let asked = ctx.config.gate.only_on_drift && !occasion.files.is_empty();
    let (true, Some(incumbent)) = (asked, incumbent) else { return Ok(None) };
    let new = watch::read(ctx, occasion, incumbent)?;
    let model = &incumbent.model;
    let rows = scoring::test_rows(ctx, &common_schema(&[model]))?;
    let (observations, on_test) = rows.score(model, model.pipeline.question(), ctx.config)?;
    let no_drift = match watch::score(ctx, model, &new) {
        _ if new.rows == 0 => None,
        Ok((_, on_new)) => judge(ctx, occasion, &on_test, &on_new),
        // Labels that the model cannot answer are reason enough to learn them.
        Err(e) if e.kind == Kind::Data => {
            let why = e.problems().first().map(Problem::sentence).unwrap_or_default();
            ctx.note(Stage::Run, format!("a challenger is trained: {why}"));
            None
        }
        Err(e) => return Err(e),
    };
    Ok(Some(Looked { test: (on_test, observations), new, no_drift }))
}

fn judge(ctx: &Context<'_>, occasion: &Occasion, on_test: &Evaluation, on_new: &Evaluation) -> Option<NoDrift> {
    let (test, new) = (on_test.value.get()?, on_new.value.get()?);
    let words = format!(
        "the incumbent's {} is {new:.4} on the {} rows of {} new files and {test:.4} on the test data",
        on_new.metric,
        on_new.rows,
        occasion.files.len()
    );
    if on_new.direction.gain(test, new) < 0.0 {
        ctx.note(Stage::Run, format!("{words}: it has fallen, so a challenger is trained"));
        return None;
    }
    Some(NoDrift {
        reason: format!("{words}: it has not fallen"),
        metric: on_new.metric.clone(),
        test: Some(test),
        new: Some(new),
    })
}
