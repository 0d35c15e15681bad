//! `ingestion`: input folder in, merged rows and their manifest out.

use super::{Context, learn, load_config};
use crate::cli::{Args, Binary, Output};
use crate::config::Expansion;
use crate::dependencies::PROGRAM;
use crate::error::{Error, Kind, Problem, Result};
use crate::event::{Listener, Stage};
use crate::numbers::grouped;
use crate::sources::CsvFile;
use crate::stages::ingestion::undecided::ScratchFile;
use crate::stages::ingestion::{Means, Merge, MergedFile};
use crate::stages::manifest::{self, Counts, FileEntry, Manifest};
use crate::stages::named;
use crate::stages::reading::TableReader;
use crate::store::added::Added;
use crate::store::batch::Batch;
use crate::store::files::{self, InputFile, Reading};
use crate::store::read_ahead::ReadAhead;
use crate::store::{layout, scratch, stated};
use crate::table::{Schema, Table};
use serde_json::json;
use std::time::Instant;

/// The binary.
pub const BINARY: Binary = Binary {
    name: "ingestion",
    about: "Merges the distinct, valid rows of all input files into finaldata.csv.",
    example: "ingestion --config config.json",
    changes: true,
    more: Vec::new,
    run: command,
    failed: None,
};

/// What ingestion found.
pub struct Ingested {
    /// The manifest.
    pub manifest: Manifest,
    /// Whether anything differs from the merge before.
    pub changed: bool,
}

fn command(args: &Args, listener: &dyn Listener) -> Result<Output> {
    let config = load_config(args)?;
    let ctx = Context::new(&config, args.command, args.dry_run, listener);
    let _lock = ctx.lock()?;
    let mut batch = Batch::new(ctx.dry)?;
    let ingested = ctx.stage(Stage::Ingestion, || ingest(&ctx, &mut batch));
    let outcome = ingested.and_then(|ingested| batch.commit().map(|()| ingested));
    super::record::stage_run(&ctx, &outcome, |ingested, run| {
        run.data_fingerprint = Some(ingested.manifest.fingerprint.to_string());
        let rows = ingested.changed.then_some(ingested.manifest.totals.rows_read);
        run.stages.iter_mut().for_each(|s| s.rows = rows);
    });
    let ingested = outcome?;
    let totals = ingested.manifest.totals;
    let text = match ingested.changed {
        true => summary(&ingested.manifest),
        false => format!("nothing new: {} files, {} rows as before", ingested.manifest.files.len(), totals.kept),
    };
    Ok(Output::new(
        text,
        json!({
            "changed": ingested.changed,
            "files": ingested.manifest.files.len(),
            "totals": totals,
            "fingerprint": ingested.manifest.fingerprint,
        }),
    ))
}

/// One line about a merge.
pub fn summary(manifest: &Manifest) -> String {
    let Counts { rows_read, kept, duplicate, rejected } = manifest.totals;
    let files = match manifest.files.len() {
        1 => "1 file".to_string(),
        n => format!("{n} files"),
    };
    let [read, kept, duplicate, rejected] = [rows_read, kept, duplicate, rejected].map(grouped);
    format!("{files}, {read} rows read: {kept} kept, {duplicate} duplicate, {rejected} rejected")
}

/// Merges the input folder, or finds that nothing changed since the merge before. The
/// result waits in the batch.
///
/// # Errors
/// Input that cannot be used; then nothing is changed.
pub fn ingest(ctx: &Context<'_>, batch: &mut Batch) -> Result<Ingested> {
    let folders = &ctx.config.folders;
    let (inputs, notices) = inputs(ctx)?;
    let before = manifest_before(ctx)?;
    if let Some(before) = before.as_ref().filter(|m| is_same(ctx, m, &inputs)) {
        return Ok(Ingested { manifest: before.clone(), changed: false });
    }
    for notice in notices {
        ctx.warn(Stage::Ingestion, notice);
    }
    if inputs.is_empty() {
        return Err(Error::missing(ctx.show(&folders.input), "there is no input file in the folder")
            .why("its files end in .csv or .tsv, or in .gz or .zst after that")
            .hint("put data there; what was ingested before is left as it is"));
    }
    let schema = columns(ctx, before.as_ref(), &inputs)?;
    let manifest = merge(ctx, batch, &schema, &inputs)?;
    tell_changes(ctx, before.as_ref(), &manifest);
    ctx.note(Stage::Ingestion, summary(&manifest));
    Ok(Ingested { manifest, changed: true })
}

/// The columns: those of the merge before, unless the config says something else of them since; else
/// learnt from the input files.
///
/// # Errors
/// Those of [`learn::schema`]; names in the config that are no columns.
fn columns(ctx: &Context<'_>, before: Option<&Manifest>, inputs: &[InputFile]) -> Result<Schema> {
    match before.filter(|m| m.settings == ctx.config.data.settings) {
        Some(before) => named::check(ctx.config, &before.schema.names()).map(|()| before.schema.clone()),
        None => learn::schema(ctx, inputs),
    }
}

/// The input files and what was passed over. Rows that were added over HTTP are sealed
/// first, so that no file is read that the app appends to this very moment.
fn inputs(ctx: &Context<'_>) -> Result<(Vec<InputFile>, Vec<Problem>)> {
    let folders = &ctx.config.folders;
    let added = Added::new(&folders.input, &ctx.show(&folders.input));
    let is_sealed = match ctx.dry {
        true => false,
        false => added.seal(ctx.now).map_err(|e| unsealed(ctx, &e)).is_ok(),
    };
    let (mut inputs, mut notices) = files::inputs(&folders.input, folders)?;
    // After a seal, a file of that name is one that the app has begun since.
    let is_torn = !is_sealed && added.is_torn();
    if (is_sealed && added.is_kept()) || is_torn {
        inputs.retain(|f| f.name != layout::ADDED);
    }
    if is_torn {
        let place = ctx.show(&folders.input.join(layout::ADDED));
        let problem = Problem::at(place, "is passed over").why("its last row is not complete");
        notices.push(problem.hint("the next run that can write into the folder, or the app, cuts that row off"));
    }
    Ok((inputs, notices))
}

/// Rows that were added count all the same: their file is read as any other.
fn unsealed(ctx: &Context<'_>, error: &Error) {
    for problem in error.problems() {
        let why = problem.why.iter().map(|why| format!("; {why}"));
        let mut told = Problem::at(&problem.place, "the rows that were added could not be given a file of their own");
        told = told.why(std::iter::once(problem.what.clone()).chain(why).collect::<String>());
        let hint = problem.hint.as_deref().unwrap_or("let the user that runs this program write into the input folder");
        ctx.warn(Stage::Ingestion, told.hint(hint));
    }
}

/// The manifest of the merge before; `None` where there is none.
///
/// # Errors
/// It is there and cannot be read.
pub fn manifest_before(ctx: &Context<'_>) -> Result<Option<Manifest>> {
    let path = ctx.config.folders.ingested.join(layout::INGESTION);
    let place = ctx.show(&path);
    let Some(bytes) = files::read_if_there(&path, &place)? else { return Ok(None) };
    stated::refuse_foreign(manifest::FORMAT, manifest::FORMAT_VERSION, &bytes, &place)
        .map_err(|e| e.hint("use the newer program, or delete the file: the columns are learnt anew"))?;
    match serde_json::from_slice::<Manifest>(&bytes) {
        Ok(m) => Ok(Some(m)),
        Err(e) => {
            let problem = Problem::at(place, "the manifest cannot be read and is made anew").why(e);
            ctx.warn(Stage::Ingestion, problem.hint("the columns are learnt anew from the input files"));
            Ok(None)
        }
    }
}

/// Whether a manifest describes these very files and its result still lies there. Equal
/// stamps mean equal content, unless a file was changed within the resolution of the
/// clock: files as young as the manifest are read again.
fn is_same(ctx: &Context<'_>, manifest: &Manifest, inputs: &[InputFile]) -> bool {
    const YOUNG: i128 = 2_000_000_000;
    let written =
        chrono::DateTime::parse_from_rfc3339(&manifest.time).map_or(0, |t| i128::from(t.timestamp()) * 1_000_000_000);
    let folder = &ctx.config.folders.ingested;
    let names = names_of(&manifest.files);
    let listed = || files::read_of_size(&folder.join(layout::INGESTED_FILES), names.len() as u64, "").ok().flatten();
    manifest.settings == ctx.config.data.settings
        && files::size(&folder.join(layout::MERGED)) == Some(manifest.bytes)
        && files::size(&folder.join(layout::REJECTED)).is_some()
        && listed().as_deref() == Some(names.as_bytes())
        && manifest.files.len() == inputs.len()
        && manifest.files.iter().zip(inputs).all(|(known, input)| {
            let untouched = known.stamp == input.stamp && known.stamp.changed + YOUNG < written;
            known.name == input.name
                && known.bytes == input.bytes
                && (untouched || fingerprint(input).is_ok_and(|sha256| sha256 == known.sha256))
        })
}

/// What stands in the list of ingested files.
fn names_of(files: &[FileEntry]) -> String {
    files.iter().map(|file| format!("{}\n", file.name)).collect()
}

fn fingerprint(input: &InputFile) -> Result<crate::fingerprint::Fingerprint> {
    Reading::open(input, &Expansion::default())?.0.finish().map(|(_, sha256)| sha256)
}

fn merge(ctx: &Context<'_>, batch: &mut Batch, schema: &Schema, inputs: &[InputFile]) -> Result<Manifest> {
    let folder = &ctx.config.folders.ingested;
    let merged = batch.stage(&folder.join(layout::MERGED))?;
    let rejected = batch.stage(&folder.join(layout::REJECTED))?;
    let mut unusable: Option<Error> = None;
    let mut entries = Vec::new();
    let (outcome, merged, rejected) = {
        let bytes = inputs.iter().map(|input| input.bytes).sum();
        let means = Means {
            bytes,
            threads: ctx.config.threads,
            memory: ctx.config.data.memory_limit.unwrap_or_else(|| scratch::memory() / 4),
            scratch: &|| scratch::file(folder).map(|file| Box::new(file) as Box<dyn ScratchFile>),
        };
        let mut merge = Merge::new(schema, &ctx.config.data, &means, merged, rejected)
            .map_err(|e| Error::io(ctx.show(folder), "write the merged rows", &e))?;
        let watch = ctx.reading(Stage::Ingestion, bytes);
        let ahead = ReadAhead::new(inputs);
        let mut before = 0;
        for (i, input) in inputs.iter().enumerate() {
            ahead.reached(before);
            let entry = one_file(&mut merge, schema, input, &ctx.config.data.expansion, &|bytes, rows| {
                ahead.reached(before + bytes);
                watch(before + bytes, rows);
            });
            before += input.bytes;
            ahead.done_with(i, before);
            match entry {
                Ok(entry) => entries.push(entry),
                Err(e) if e.kind == Kind::Data => {
                    unusable = Some(match unusable {
                        Some(before) => before.and(e),
                        None => e,
                    });
                }
                Err(e) => return Err(e),
            }
        }
        // Every unusable file is told in one run, before rows are judged as a whole.
        if let Some(unusable) = unusable {
            merge.files().iter().for_each(|file| tell_bad_rows(ctx, file));
            return Err(unusable);
        }
        for (entry, file) in entries.iter_mut().zip(merge.decide()?) {
            tell_bad_rows(ctx, file);
            entry.counts = file.counts;
        }
        merge.finish().map_err(|e| e.place_if_none(&ctx.show(&ctx.config.folders.input)))?
    };
    merged.finish()?;
    rejected.finish()?;
    batch.write(&folder.join(layout::INGESTED_FILES), names_of(&entries).as_bytes())?;
    let manifest = Manifest {
        format: manifest::FORMAT.to_string(),
        format_version: manifest::FORMAT_VERSION,
        program: PROGRAM.to_string(),
        time: ctx.time(),
        run_id: ctx.run_id.clone(),
        settings: ctx.config.data.settings.clone(),
        fingerprint: outcome.fingerprint,
        bytes: outcome.bytes,
        totals: outcome.totals,
        schema: schema.clone(),
        files: entries,
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(|e| Error::internal("failed to write JSON").why(e))?;
    // Last of its batch: it vouches for the files before it.
    batch.write(&folder.join(layout::INGESTION), &json)?;
    Ok(manifest)
}

fn one_file<M: std::io::Write + Send + 'static, J: std::io::Write>(
    merge: &mut Merge<'_, M, J>,
    schema: &Schema,
    input: &InputFile,
    expansion: &Expansion,
    watch: &dyn Fn(u64, u64),
) -> Result<FileEntry> {
    let start = Instant::now();
    let (reading, plain) = Reading::open(input, expansion)?;
    let mut file = CsvFile::open(&input.place, plain, Some(&schema.names()))?;
    merge.file(&input.name, &input.place, &mut file, &mut |rows| watch(reading.so_far(), rows))?;
    drop(file);
    let (bytes, sha256) = reading.finish()?;
    Ok(FileEntry {
        name: input.name.clone(),
        bytes,
        sha256,
        // Known once all rows are decided about.
        counts: Counts::default(),
        seconds: start.elapsed().as_secs_f64(),
        stamp: input.stamp,
    })
}

fn tell_bad_rows(ctx: &Context<'_>, file: &MergedFile) {
    let fate = if ctx.config.data.stop_on_bad_row { "" } else { " and set aside" };
    let Counts { rows_read, rejected, .. } = file.counts;
    if let Some(mut problem) = file.first_bad.clone() {
        problem.what = format!("{rejected} of {rows_read} rows are bad{fate}; the first: {}", problem.what);
        ctx.warn(Stage::Ingestion, problem);
    } else if rows_read == 0 {
        ctx.warn(Stage::Ingestion, Problem::at(&file.place, "the file has a header and no row"));
    }
}

/// Says which files are new, changed or gone since the merge before.
fn tell_changes(ctx: &Context<'_>, before: Option<&Manifest>, now: &Manifest) {
    let Some(before) = before else { return };
    let find =
        |manifest: &Manifest, name: &str| manifest.files.iter().find(|f| f.name == name).map(|f| f.sha256.clone());
    let tell = |what: &str, names: Vec<&str>| {
        if !names.is_empty() {
            ctx.note(Stage::Ingestion, format!("{what}: {}", names.join(", ")));
        }
    };
    let named = |files: &'_ [FileEntry], keep: &dyn Fn(&FileEntry) -> bool| -> Vec<String> {
        files.iter().filter(|f| keep(f)).map(|f| f.name.clone()).collect()
    };
    let new = named(&now.files, &|f| find(before, &f.name).is_none());
    let changed = named(&now.files, &|f| find(before, &f.name).is_some_and(|sha256| sha256 != f.sha256));
    let gone = named(&before.files, &|f| find(now, &f.name).is_none());
    tell("new", new.iter().map(String::as_str).collect());
    tell("changed", changed.iter().map(String::as_str).collect());
    tell("gone since the last merge", gone.iter().map(String::as_str).collect());
}

/// The merged rows as a table for a stage, from the batch where they wait there.
///
/// # Errors
/// The file is missing or not as ingestion wrote it.
pub fn merged_table(ctx: &Context<'_>, batch: &Batch, manifest: &Manifest, stage: Stage) -> Result<Table> {
    merged_columns(ctx, batch, manifest, &manifest.schema, stage)
}

/// Some of the columns of the merged rows.
///
/// # Errors
/// As [`merged_table`].
pub fn merged_columns(
    ctx: &Context<'_>,
    batch: &Batch,
    manifest: &Manifest,
    columns: &Schema,
    stage: Stage,
) -> Result<Table> {
    let path = ctx.config.folders.ingested.join(layout::MERGED);
    let place = ctx.show(&path);
    let file = files::Hashed::new(files::open(&batch.resolve(&path), &place)?);
    // Rules were held against the rows already; what was valid then is valid now.
    let data = crate::config::Data { rules: Default::default(), ..ctx.config.data.clone() };
    let watch = ctx.reading(stage, manifest.bytes);
    let mut reader = TableReader::new(columns, &data).threads(ctx.config.threads).watched(&watch);
    let mut csv = CsvFile::open(&place, file, Some(&manifest.schema.names()))?;
    reader.file(&place, &mut csv)?;
    // What is learnt from is what the manifest vouches for, to the byte.
    if csv.into_inner().so_far() != manifest.fingerprint {
        return Err(Error::data(&place, "was changed since it was ingested")
            .why("its checksum is not that of ingestion.json")
            .hint("delete ingestion.json and run again: the file is made anew from the input folder"));
    }
    reader.finish(&place).map(|(table, _)| table)
}
