//! The retrain policy: whether new data is reason enough to train.

use super::contest::Incumbent;
use super::{Context, scoring};
use crate::config::Data;
use crate::error::Result;
use crate::event::Stage;
use crate::fingerprint::Fingerprint;
use crate::stages::decision::LastRun;
use crate::stages::manifest::Manifest;
use crate::stages::reading::TableReader;
use crate::stages::scoring::{Model, common_schema, score};
use crate::store::files;
use crate::table::{Classes, Question, Table};

/// What the policy `on_drift` found.
pub struct NoDrift {
    /// Why nothing is trained, in words.
    pub reason: String,
    /// The metric of the gate.
    pub metric: String,
    /// The incumbent on the test rows.
    pub test: Option<f64>,
    /// The incumbent on the new rows.
    pub new: Option<f64>,
}

/// Under the policy `on_drift`: whether the incumbent does as well on the rows of the new
/// files as on the test rows. `None` means: train.
///
/// # Errors
/// The new files or the test data cannot be used.
pub fn no_drift(
    ctx: &Context<'_>,
    manifest: &Manifest,
    last: Option<&LastRun>,
    incumbent: Option<&Incumbent>,
) -> Result<Option<NoDrift>> {
    let (true, Some(incumbent)) = (ctx.config.gate.only_on_drift, incumbent) else { return Ok(None) };
    let known: &[Fingerprint] = last.map_or(&[], |l| l.files.as_slice());
    let new: Vec<&str> =
        manifest.files.iter().filter(|f| !known.contains(&f.sha256)).map(|f| f.name.as_str()).collect();
    if new.is_empty() {
        // Files are gone, or their order changed: the data is another, but nothing in it is new.
        return Ok(None);
    }
    let config = ctx.config;
    let schema = common_schema(&[&incumbent.model]);
    let (inputs, _) = files::inputs(&config.folders.input, &config.folders)?;
    // Ingestion has judged how many rows may be bad; here they are only left out.
    let data = Data { max_bad_share: 1.0, stop_on_bad_row: false, ..config.data.clone() };
    let mut reader = TableReader::new(&schema, &data);
    super::inputs::read(inputs.iter().filter(|i| new.contains(&i.name.as_str())), &mut reader)?;
    let (rows, _) = reader.finish(&ctx.show(&config.folders.input))?;
    let test = scoring::test_rows(ctx, &schema)?;
    let place = ctx.show(&config.folders.input);
    let question = seen(&incumbent.model, &rows);
    let (_, on_new) = score(&incumbent.model, &rows, &question, &place, &manifest.fingerprint, config)?;
    let (_, on_test) = test.score(&incumbent.model, incumbent.model.pipeline.question(), config)?;
    let (Some(old), Some(new_value)) = (on_test.value.get(), on_new.value.get()) else { return Ok(None) };
    let words = format!(
        "the incumbent's {} is {new_value:.4} on the {} rows of {} new files and {old:.4} on the test data",
        on_new.metric,
        rows.rows(),
        new.len()
    );
    if on_new.direction.gain(old, new_value) < 0.0 {
        ctx.note(Stage::Run, format!("{words}: it has fallen, so a challenger is trained"));
        return Ok(None);
    }
    Ok(Some(NoDrift {
        reason: format!("{words}: it has not fallen"),
        metric: on_new.metric,
        test: Some(old),
        new: Some(new_value),
    }))
}

/// The model's question, with the classes that are new in these rows: it answers those
/// wrong, which is the drift that is looked for.
pub fn seen(model: &Model, rows: &Table) -> Question {
    let own = model.pipeline.question();
    let column = model.document.schema.targets().next().and_then(|target| rows.column(&target.name));
    match (own, column.map(|column| Classes::learn(column, None))) {
        (Question::Classes(known), Some(Ok(found))) if known.len() > 2 => {
            let new = found.classes.into_iter().filter(|class| !known.contains(class));
            Question::Classes(known.iter().cloned().chain(new).collect())
        }
        _ => own.clone(),
    }
}
