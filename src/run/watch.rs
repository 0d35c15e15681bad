//! What a run watches: the rows of its new files, held against what the model in office had
//! learnt, and how that model does on them.

use super::contest::Incumbent;
use super::{Context, contest, inputs};
use crate::config::Data;
use crate::drift::{ColumnDrift, compare_all, multivariate};
use crate::error::{Problem, Result};
use crate::event::Stage;
use crate::fingerprint::Fingerprint;
use crate::metrics::{self, Evaluation, Observations};
use crate::numbers::grouped;
use crate::stages::decision::{Decision, LastRun};
use crate::stages::drift::DriftReport;
use crate::stages::manifest::{FileEntry, Manifest};
use crate::stages::new_rows::{Look, NewRows, PART, SAMPLE};
use crate::stages::performance::Performance;
use crate::stages::reading::TableReader;
use crate::stages::scoring::{Model, judge};
use crate::stages::sketching::{TrainingSketch, spread};
use crate::store::files;
use crate::table::{Classes, Question, Table};

/// Drifted columns that are named in a line.
const NAMED: usize = 8;

/// What was new, and who was in office.
#[derive(Debug, Clone, PartialEq)]
pub struct Occasion {
    /// The version in office when the run began.
    pub version: Option<u64>,
    /// The names of the files that were new in it.
    pub files: Vec<String>,
}

impl Occasion {
    /// That of a run which decides now: what the last one that decided did not see is new.
    pub fn now(version: Option<u64>, manifest: &Manifest, last: Option<&LastRun>) -> Occasion {
        let known = last.map_or(&[][..], |l| l.files.as_slice());
        Occasion { version, files: names(manifest, |f| !known.contains(&f.sha256)) }
    }

    /// The same where the run before was killed after it had deployed and before it could say so:
    /// the model in office is then another than the last decision left, and has learnt the new
    /// files already; the one before it has not.
    pub fn or_interrupted(self, manifest: &Manifest, office: &Incumbent, last: Option<&LastRun>) -> Occasion {
        let is_other = last.is_none_or(|last| last.version != self.version);
        let is_learnt = |name: &String| manifest.files.iter().any(|f| f.name == *name && has_learnt(&office.model, f));
        match is_other && !self.files.is_empty() && self.files.iter().all(is_learnt) {
            true => Occasion { version: office.set.manifest.replaces, ..self },
            false => self,
        }
    }

    /// That of the run which decided about this data; where none did, what the model in office
    /// has not learnt is new.
    pub fn before(manifest: &Manifest, last: Option<&LastRun>, office: Option<&Incumbent>) -> Occasion {
        // An earlier program did not write down who was in office.
        let knows = |l: &&LastRun| l.office_before.is_some() || l.decision == Decision::FirstDeployment;
        if let Some(last) = last.filter(|l| l.data_fingerprint == manifest.fingerprint).filter(knows) {
            return Occasion { version: last.office_before, files: last.new_files.clone() };
        }
        let version = office.map(|o| o.set.manifest.version);
        Occasion { version, files: office.map_or(Vec::new(), |o| names(manifest, |f| !has_learnt(&o.model, f))) }
    }
}

fn names(manifest: &Manifest, which: impl Fn(&FileEntry) -> bool) -> Vec<String> {
    manifest.files.iter().filter(|f| which(f)).map(|f| f.name.clone()).collect()
}

fn has_learnt(model: &Model, file: &FileEntry) -> bool {
    model.document.data.files.iter().any(|f| f.sha256 == file.sha256)
}

/// What was found.
pub struct Watched {
    /// New rows against training rows.
    pub drift: DriftReport,
    /// The model on the new rows; `None` where there is no model or no new row.
    pub performance: Option<Performance>,
}

/// Reads the distinct rows of the occasion's files and asks the model about them.
///
/// # Errors
/// A file cannot be read.
pub fn read(ctx: &Context<'_>, occasion: &Occasion, incumbent: &Incumbent) -> Result<NewRows> {
    let config = ctx.config;
    let sketch = sketch(ctx, incumbent);
    let mut look = Look::new(&incumbent.model, sketch, config.model.seed, config.threads);
    let schema = incumbent.model.document.scoring_schema();
    // Ingestion has judged how many rows may be bad; here they are only left out.
    let data = Data { max_bad_share: 1.0, stop_on_bad_row: false, ..config.data.clone() };
    let (mut found, _) = files::inputs(&config.folders.input, &config.folders)?;
    found.retain(|input| occasion.files.contains(&input.name));
    let watch = ctx.reading(Stage::Diagnostics, found.iter().map(|input| input.bytes).sum());
    let mut reader = TableReader::new(&schema, &data).threads(config.threads).watched(&watch).distinct();
    let prints = inputs::read_in_parts(found.iter(), &mut reader, PART, &mut |part| look.at(&part))?;
    look.at(&reader.part())?;
    look.finish(Fingerprint::of_parts(prints.iter().map(Fingerprint::as_str)))
}

/// What is kept of the data that the incumbent was trained on.
fn sketch<'a>(ctx: &Context<'_>, incumbent: &'a Incumbent) -> Option<&'a TrainingSketch> {
    incumbent.sketch().unwrap_or_else(|e| {
        e.problems().iter().for_each(|p| ctx.warn(Stage::Diagnostics, p.clone()));
        None
    })
}

/// The incumbent on the new rows.
///
/// # Errors
/// A label is none that the model could answer.
pub fn score(ctx: &Context<'_>, model: &Model, new: &NewRows) -> Result<(Observations, Evaluation)> {
    let place = ctx.show(&ctx.config.folders.input);
    judge(model, new.answers.clone(), &new.truth, &seen(model, &new.truth), &place, &new.fingerprint, ctx.config)
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

/// Holds new rows against training rows. `table` is the merged data, `test` what the incumbent
/// said of the test rows.
pub fn look(
    ctx: &Context<'_>,
    occasion: &Occasion,
    incumbent: Option<&Incumbent>,
    new: Option<&NewRows>,
    merged: (&Manifest, &Table),
    test: Option<(&Evaluation, &Observations)>,
) -> Watched {
    let mut report = DriftReport {
        mode: ctx.config.drift.mode,
        reference_version: occasion.version,
        reference_rows: incumbent.map_or(0, |i| i.model.document.data.rows),
        files: occasion.files.clone(),
        rows: new.map_or(0, |n| n.rows),
        known_rows: known_rows_among(occasion, merged.0, new),
        drifted: false,
        drifted_columns: 0,
        tested_columns: 0,
        columns: Vec::new(),
        predictions: Vec::new(),
        multivariate: None,
        reason: None,
    };
    let (Some(incumbent), Some(new)) = (incumbent, new.filter(|n| n.rows > 0)) else {
        report.reason = Some(match (incumbent, occasion.files.len()) {
            (None, _) => "no model was in office when the run began".to_string(),
            (_, 0) => "no file was new".to_string(),
            _ => "the new files hold no usable row".to_string(),
        });
        return Watched { drift: report, performance: None };
    };
    match sketch(ctx, incumbent) {
        Some(sketch) => tests(ctx, &mut report, sketch, incumbent, new, merged),
        None => {
            report.reason = Some(format!(
                "nothing is kept of the data that version {} was trained on",
                incumbent.set.manifest.version
            ));
        }
    }
    let performance = test.and_then(|test| performance(ctx, incumbent, new, test));
    tell(ctx, &report, performance.as_ref());
    Watched { drift: report, performance }
}

fn tests(
    ctx: &Context<'_>,
    report: &mut DriftReport,
    sketch: &TrainingSketch,
    incumbent: &Incumbent,
    new: &NewRows,
    merged: (&Manifest, &Table),
) {
    let settings = &ctx.config.drift;
    let pairs: Vec<_> = [(&sketch.columns, &new.columns), (&sketch.predictions, &new.predictions)]
        .into_iter()
        .filter_map(|(reference, current)| Some((reference, current.as_ref()?)))
        .collect();
    let mut found = compare_all(&pairs, settings, ctx.config.threads).into_iter();
    report.columns = found.next().unwrap_or_default();
    report.predictions = found.next().unwrap_or_default();
    let count = |which: fn(&ColumnDrift) -> bool| report.columns.iter().filter(|c| which(c)).count() as u64;
    report.drifted_columns = count(|c| c.drifted);
    report.tested_columns = count(|c| c.statistic.is_some() || c.p_value.is_some());
    report.drifted = report.drifted_columns > 0
        && report.drifted_columns as f64 >= settings.share * report.tested_columns.max(1) as f64;
    let known = known_rows(&incumbent.model, merged);
    let mut together = multivariate(&known, &new.sample, ctx.config.model.seed, ctx.config.threads);
    if known.rows() == 0 {
        together.note = Some("the files that the model was trained on are gone".to_string());
    }
    report.multivariate = Some(together);
}

/// How many of the new rows the merge did not keep from these files, for they stood in others.
fn known_rows_among(occasion: &Occasion, manifest: &Manifest, new: Option<&NewRows>) -> u64 {
    let kept = manifest.files.iter().filter(|f| occasion.files.contains(&f.name)).map(|f| f.counts.kept).sum();
    new.map_or(0, |n| n.rows.saturating_sub(kept))
}

/// A sample of the merged rows that the incumbent has learnt from: those of files that were there
/// then and are still.
fn known_rows(model: &Model, (manifest, table): (&Manifest, &Table)) -> Table {
    let mut begin = 0;
    let mut rows = Vec::new();
    for file in &manifest.files {
        let end = begin + file.counts.kept as usize;
        if has_learnt(model, file) {
            rows.extend(begin..end);
        }
        begin = end;
    }
    let some: Vec<usize> = spread(rows.len(), SAMPLE).into_iter().filter_map(|i| rows.get(i).copied()).collect();
    table.take(&some)
}

fn performance(
    ctx: &Context<'_>,
    incumbent: &Incumbent,
    new: &NewRows,
    test: (&Evaluation, &Observations),
) -> Option<Performance> {
    let scored = score(ctx, &incumbent.model, new);
    let (observations, evaluation) = scored
        .inspect_err(|e| {
            for problem in e.problems() {
                let told = Problem::at("", "the model in office cannot be scored on the new rows");
                ctx.warn(Stage::Diagnostics, told.why(problem.sentence()));
            }
        })
        .ok()?;
    let metric = metrics::by_name(&evaluation.metric).ok()?;
    let version = incumbent.set.manifest.version;
    let terms = (ctx.config.model.seed, ctx.config.threads);
    Performance::of(version, metric, test, (&evaluation, &observations), true, terms)
        .inspect_err(|e| e.problems().iter().for_each(|p| ctx.warn(Stage::Diagnostics, p.clone())))
        .ok()
}

fn tell(ctx: &Context<'_>, report: &DriftReport, performance: Option<&Performance>) {
    let of = match report.reference_version {
        Some(version) => format!("the training rows of version {version}"),
        None => "the training rows".to_string(),
    };
    let text = match &report.reason {
        Some(reason) => format!("drift was not looked at: {reason}"),
        None => format!(
            "{} of {} columns drifted{}, {} new rows against {of}",
            report.drifted_columns,
            report.tested_columns,
            report.of_predictions(),
            grouped(report.rows)
        ),
    };
    let names: Vec<&str> = report.columns.iter().filter(|c| c.drifted).map(|c| c.name.as_str()).take(NAMED).collect();
    let more = report.drifted_columns.saturating_sub(names.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match names.is_empty() {
        true => ctx.note(Stage::Diagnostics, text),
        // What most columns show is not to be read past.
        false if report.drifted => {
            let what = format!("{text}: {}{more}", names.join(", "));
            ctx.warn(Stage::Diagnostics, Problem::at("", what).hint("report.html shows them"));
        }
        false => ctx.note(Stage::Diagnostics, format!("{text}: {}{more}", names.join(", "))),
    }
    if let Some(p) = performance.filter(|p| p.fallen)
        && let (Some(old), Some(new)) = (p.test.value, p.new_rows.value)
    {
        let what =
            format!("the {} of version {} is {new:.4} on the new rows, {old:.4} on the test data", p.metric, p.version);
        ctx.warn(Stage::Diagnostics, Problem::at("", what).why("it does worse there by more than chance explains"));
    }
}

/// The model that was in office on that occasion.
///
/// # Errors
/// It cannot be loaded.
pub fn incumbent_of(ctx: &Context<'_>, occasion: &Occasion) -> Result<Option<Incumbent>> {
    match occasion.version {
        Some(version) => contest::version(ctx, version).map(Some),
        None => Ok(None),
    }
}
