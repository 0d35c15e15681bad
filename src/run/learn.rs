//! The columns of input files that have no schema yet.

use super::Context;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::Stage;
use crate::sources::CsvFile;
use crate::sources::fields::Fields;
use crate::store::files::{InputFile, Reading};
use crate::table::infer::Inference;
use crate::table::{Schema, cell};
use std::io::Read;

/// Rows per file that are looked at to learn a schema.
const SAMPLE: usize = 50_000;
/// Rows in all that are looked at to learn a schema.
const SAMPLE_IN_ALL: usize = 200_000;

/// Learns the columns from the beginnings of the input files: the header of the first, the
/// types and roles from the rows of all that have it.
///
/// # Errors
/// Files that cannot be read, all told at once; names in the config that are no columns.
pub fn schema(ctx: &Context<'_>, inputs: &[InputFile]) -> Result<Schema> {
    let mut inference: Option<(Inference, Vec<String>)> = None;
    let mut problems = Vec::new();
    for input in inputs {
        let opened = Reading::open(input).and_then(|(_, plain)| CsvFile::open(&input.place, plain, None));
        let mut file = match opened {
            Ok(file) => file,
            Err(e) if e.kind == Kind::Data => {
                problems.extend(e.problems().iter().cloned());
                continue;
            }
            Err(e) => return Err(e),
        };
        let (inference, names) =
            inference.get_or_insert_with(|| (Inference::new(file.header().to_vec()), file.header().to_vec()));
        if file.header() == names.as_slice() {
            sample(&mut file, inference, ctx)?;
        }
    }
    Error::unless_empty(Kind::Data, problems)?;
    let (inference, _) = inference.ok_or_else(|| Error::internal("no file to learn a schema from"))?;
    let (schema, notices) = inference
        .finish(&ctx.config.data.hints, &ctx.config.name)
        .map_err(|problems| Error::of_all(Kind::Config, problems))?;
    // Facts about the data, not faults: cron need not mail them.
    for notice in notices {
        let hint = notice.hint.as_ref().map(|h| format!(" ({h})")).unwrap_or_default();
        ctx.note(Stage::Ingestion, format!("{}{hint}", notice.sentence()));
    }
    Ok(schema)
}

fn sample<R: Read>(file: &mut CsvFile<R>, inference: &mut Inference, ctx: &Context<'_>) -> Result<()> {
    let width = file.header().len();
    let mut line = Vec::new();
    for _ in 0..SAMPLE {
        if inference.rows() >= SAMPLE_IN_ALL {
            break;
        }
        let Some(row) = file.next_row()? else { break };
        let cells: &Fields = row.cells;
        if cells.len() == width
            && let Some(texts) = cells.texts()
        {
            line.clear();
            cells.write(&mut line);
            inference.row(&line, texts.map(cell::trim), &ctx.config.data.missing);
        }
    }
    Ok(())
}

/// Makes sure that the rules of the config are about columns that are there.
///
/// # Errors
/// [`Kind::Config`] for every rule that is not.
pub fn check_rules(ctx: &Context<'_>, schema: &Schema) -> Result<()> {
    let names = schema.names();
    let problems = ctx.config.data.rules.keys().filter(|name| !names.contains(&name.as_str())).map(|name| {
        Problem::at(format!("{}: /data/rules/{name}", ctx.config.name), format!("no column is called {name:?}"))
            .hint(format!("the columns are {}", names.join(", ")))
    });
    Error::unless_empty(Kind::Config, problems.collect())
}
