//! The columns of input files that have no schema yet.

use super::Context;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::Stage;
use crate::parallel;
use crate::sources::fields::Fields;
use crate::sources::{Block, CsvFile};
use crate::store::files::{InputFile, Reading};
use crate::suggest::{NAMED, listed};
use crate::table::Schema;
use crate::table::cell::{self, Missing};
use crate::table::infer::{Inference, Look, Sight};
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
        let opened = Reading::open(input, &ctx.config.data.expansion)
            .and_then(|(_, plain)| CsvFile::open(&input.place, plain, None));
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

/// Why no more rows are looked at.
enum Ended {
    Enough,
    Failed(Error),
}

fn sample<R: Read + Send>(file: &mut CsvFile<R>, inference: &mut Inference, ctx: &Context<'_>) -> Result<()> {
    let (width, look, missing) = (file.header().len(), inference.look(), &ctx.config.data.missing);
    let mut left = SAMPLE;
    let read = parallel::in_order_by_weight(
        ctx.config.threads,
        |block: &Result<Block>| block.as_ref().map_or(1, Block::weight),
        || file.next_block().transpose(),
        |block| block.map(|block| sights(block, width, &look, missing)),
        |sights| {
            for sight in sights.map_err(Ended::Failed)? {
                if left == 0 || inference.rows() >= SAMPLE_IN_ALL || inference.is_full() {
                    return Err(Ended::Enough);
                }
                left -= 1;
                sight.iter().for_each(|sight| inference.take(sight));
            }
            Ok(())
        },
    );
    match read {
        Err(Ended::Failed(error)) => Err(error),
        Ok(()) | Err(Ended::Enough) => Ok(()),
    }
}

/// What is seen of the rows of a block; nothing of those that cannot be rows of the table.
fn sights(mut block: Block, width: usize, look: &Look, missing: &Missing) -> Vec<Option<Sight>> {
    let (mut cells, mut line, mut sights) = (Fields::default(), Vec::new(), Vec::new());
    while let Some(row) = block.next_row(&mut cells) {
        let texts = if row.cells.len() == width { row.cells.texts() } else { None };
        sights.push(texts.map(|texts| {
            line.clear();
            row.cells.write(&mut line);
            look.at(&line, texts.map(cell::trim), missing)
        }));
    }
    sights
}

/// Makes sure that the rules of the config are about columns that are there.
///
/// # Errors
/// [`Kind::Config`] for every rule that is not.
pub fn check_rules(ctx: &Context<'_>, schema: &Schema) -> Result<()> {
    let names = schema.names();
    let problems = ctx.config.data.rules.keys().filter(|name| !names.contains(&name.as_str())).map(|name| {
        Problem::at(format!("{}: /data/rules/{name}", ctx.config.name), format!("no column is called {name:?}"))
            .hint(format!("the columns are {}", listed(&names, NAMED)))
    });
    Error::unless_empty(Kind::Config, problems.collect())
}
