//! What a run would make of the input data, as far as the config speaks of its columns.

use super::{Context, contest, ingestion, inputs};
use crate::error::Result;
use crate::event::Stage;
use crate::numbers::grouped;
use crate::stages::reading::TableReader;
use crate::stages::{target, training};
use crate::table::Schema;

/// The columns of the input data and the question, in words; `None` where there is no input file.
///
/// # Errors
/// What a run would refuse of the columns that the config names, of the target, and of settings that
/// have no meaning for such a question.
pub fn look(ctx: &Context<'_>) -> Result<Option<String>> {
    let (files, _) = ingestion::inputs(ctx)?;
    if files.is_empty() {
        return Ok(None);
    }
    let before = ingestion::manifest_before(ctx)?;
    let schema = ingestion::columns(ctx, before.as_ref(), &files).map_err(|e| contest::and_segments(ctx, e))?;
    contest::check_segments(ctx)?;
    let targets = Schema { columns: schema.targets().cloned().collect() };
    let watch = ctx.reading(Stage::Ingestion, files.iter().map(|file| file.bytes).sum());
    let data = &ctx.config.data;
    let mut reader = TableReader::new(&targets, data).threads(ctx.config.threads).watched(&watch);
    inputs::read(files.iter(), &mut reader)?;
    let place = ctx.show(&ctx.config.folders.input);
    let (rows, (table, _)) = (reader.read(), reader.finish(&place)?);
    // A model in office that cannot be loaded is told elsewhere.
    let office = contest::incumbent(ctx).ok().flatten();
    let before = office.as_ref().map(|office| office.model.pipeline.question());
    let (learnt, _) = target::learn(&table, ctx.config, before, &place)?;
    let task = learnt.task();
    training::must_fit(ctx.config, &schema, task)?;
    Ok(Some(format!(
        "{} rows of {} columns, {} of them features; the target {:?} is {}",
        grouped(rows),
        schema.columns.len(),
        schema.features().count(),
        schema.target_words(),
        task.words()
    )))
}
