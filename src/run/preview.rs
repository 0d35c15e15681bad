//! What a run would make of the data, up to the training: told to who asks, and changing nothing.

use super::{Context, contest, ingestion, scoring};
use crate::error::Result;
use crate::event::Stage;
use crate::models::no_feature;
use crate::numbers::grouped;
use crate::stages::scoring::{joined, one_question, with_segments};
use crate::stages::{target, training};
use crate::store::batch::Batch;
use crate::store::layout;
use crate::table::Schema;

/// Merges the input data aside, and holds it, the test data, the config and the model in office
/// against each other: the rows, the columns and the question, in words.
///
/// # Errors
/// What a run would refuse before it trains.
pub fn look(ctx: &Context<'_>) -> Result<Vec<String>> {
    let mut batch = Batch::new(true)?;
    let ingested = ingestion::ingest(ctx, &mut batch).map_err(|error| contest::and_segments(ctx, error))?;
    contest::check_segments(ctx)?;
    let (manifest, schema) = (&ingested.manifest, &ingested.manifest.schema);
    let targets = Schema { columns: schema.targets().cloned().collect() };
    let rows = ingestion::merged_columns(ctx, &batch, manifest, &targets, Stage::Ingestion)?;
    let place = ctx.show(&ctx.config.folders.ingested.join(layout::MERGED));
    // A model in office that cannot be loaded is told elsewhere.
    let office = contest::incumbent(ctx).ok().flatten();
    let before = office.as_ref().map(|office| office.model.pipeline.question());
    let (learnt, _) = target::learn(&rows, ctx.config, before, &place)?;
    training::must_fit(ctx.config, schema, learnt.task())?;
    if schema.features().next().is_none() {
        return Err(no_feature().place_if_none(&place));
    }
    let own = learnt.question();
    let question = one_question(std::iter::once(&own).chain(before))
        .map_err(|e| e.place_if_none(&ctx.show(&ctx.config.folders.production)))?;
    let scored = office.as_ref().map(|office| office.model.document.scoring_schema());
    let needed = with_segments(joined(std::iter::once(schema.scored()).chain(scored)), &[schema], ctx.config);
    let test = scoring::test_rows(ctx, &needed)?;
    target::read(&test.rows, schema, &question, &test.place)?;
    let (target, task) = (schema.target_words(), learnt.task().words());
    Ok(vec![
        ingestion::summary(manifest),
        format!(
            "{} columns, {} of them features; the target {target:?} is {task}",
            schema.columns.len(),
            schema.features().count()
        ),
        format!("{} test rows can be used", grouped(test.rows.rows() as u64)),
    ])
}
