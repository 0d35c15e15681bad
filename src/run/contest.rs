//! Challenger against incumbent, on the same test rows at the same time.

use super::training::open_sketch;
use super::{Context, scoring, training};
use crate::config::Config;
use crate::error::{Error, Kind, Problem, Result, TOLD};
use crate::event::Stage;
use crate::gate::segments::Terms;
use crate::gate::{self, Comparison, Rule, Segments, Verdict};
use crate::metrics::{Evaluation, Observations};
use crate::sources::CsvFile;
use crate::stages::importance::ColumnImportance;
use crate::stages::scoring::{Model, common_question, gate_metric, segmented_schema};
use crate::stages::sketching::TrainingSketch;
use crate::store::files::{self, Reading};
use crate::store::layout;
use crate::store::versions::{Production, Set};
use crate::suggest::{NAMED, closest, listed};
use crate::table::Task;
use std::cell::OnceCell;
use std::collections::HashSet;

/// The model in office.
pub struct Incumbent {
    /// The deployed set.
    pub set: Set,
    /// Its model.
    pub model: Model,
    sketch: OnceCell<Option<TrainingSketch>>,
}

impl Incumbent {
    /// What is kept of the data that it was trained on; `None` in sets from before anything was.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sketch(&self) -> Result<Option<&TrainingSketch>> {
        if let Some(read) = self.sketch.get() {
            return Ok(read.as_ref());
        }
        let place = format!("{}/{}/{}", layout::VERSIONS, self.set.manifest.version, layout::SKETCH);
        let opened = self.set.file(layout::SKETCH).ok().map(|bytes| open_sketch(bytes, &place)).transpose()?;
        Ok(self.sketch.get_or_init(|| opened).as_ref())
    }
}

/// What came of it.
pub struct Contest {
    /// The challenger on the test rows.
    pub challenger: Evaluation,
    /// The incumbent on the same rows.
    pub incumbent: Option<Evaluation>,
    /// What the incumbent said of them.
    pub incumbent_answers: Option<Observations>,
    /// What the challenger leans on.
    pub importance: Vec<ColumnImportance>,
    /// Who wins.
    pub outcome: Outcome,
}

/// Who wins.
pub enum Outcome {
    /// There is no incumbent yet.
    First(String),
    /// The gate has spoken.
    Judged(Box<Verdict>),
}

impl Outcome {
    /// Whether the challenger is to be deployed.
    pub fn promotes(&self) -> bool {
        match self {
            Outcome::First(_) => true,
            Outcome::Judged(verdict) => verdict.promotes(),
        }
    }

    /// Both models in segments; `None` where the config names none or there is no incumbent.
    pub fn segments(&self) -> Option<&Segments> {
        match self {
            Outcome::First(_) => None,
            Outcome::Judged(verdict) => verdict.segments(),
        }
    }

    /// Why, in words.
    pub fn reason(&self) -> String {
        match self {
            Outcome::First(reason) => reason.clone(),
            Outcome::Judged(verdict) => verdict.sentence(),
        }
    }
}

/// The deployment folder of a run.
pub fn production(ctx: &Context<'_>) -> Production {
    production_of(ctx.config)
}

/// The deployment folder of a config, with the keys that it trusts.
pub fn production_of(config: &Config) -> Production {
    let folder = &config.folders.production;
    Production::new(folder, &config.folders.show(folder), &config.signature.public_keys)
}

/// The model in office; `None` before the first deployment.
///
/// # Errors
/// It is there and cannot be loaded: then nothing may replace it unseen.
pub fn incumbent(ctx: &Context<'_>) -> Result<Option<Incumbent>> {
    production(ctx).in_office()?.map(|set| load(ctx, set)).transpose()
}

/// The model of a deployed version.
///
/// # Errors
/// There is none of that number, or it cannot be loaded.
pub fn version(ctx: &Context<'_>, version: u64) -> Result<Incumbent> {
    load(ctx, production(ctx).load(version)?)
}

fn load(ctx: &Context<'_>, set: Set) -> Result<Incumbent> {
    let place = format!(
        "{}/{}/{}/{}",
        ctx.show(&ctx.config.folders.production),
        layout::VERSIONS,
        set.manifest.version,
        layout::MODEL
    );
    let model = training::open(set.file(layout::MODEL)?, &place)?;
    Ok(Incumbent { set, model, sketch: OnceCell::new() })
}

/// Scores both on the test data and lets the gate decide. The incumbent is always scored
/// anew, so that both scores are taken on equal terms.
///
/// # Errors
/// The test data cannot be used, or the two models do not answer the same question.
pub fn hold(ctx: &Context<'_>, challenger: &Model, incumbent: Option<&Incumbent>) -> Result<Contest> {
    let mut models = vec![challenger];
    models.extend(incumbent.map(|i| &i.model));
    let question = common_question(&models).map_err(|e| e.place_if_none(&ctx.show(&ctx.config.folders.production)))?;
    let schema = segmented_schema(&models, ctx.config);
    let test = scoring::test_rows(ctx, &schema).map_err(|e| needs_more(e, challenger, incumbent))?;
    let (new_observations, new) = test.score(challenger, &question, ctx.config)?;
    ctx.note(Stage::Scoring, format!("challenger: {}", scoring::summary(&new)));
    let importance = test.importance(challenger, &new_observations, ctx.config)?;
    let Some(incumbent) = incumbent else {
        let Some(_) = new.value.get() else {
            let more = match new.task() {
                Task::Regression => "add test rows whose values differ",
                _ => "add test rows of every class",
            };
            return Err(Error::data(&test.place, format!("the challenger's {} is undefined", new.metric))
                .why(new.value.reason().unwrap_or("no reason known"))
                .hint(format!("{more}, or choose another gate.metric; nothing was deployed")));
        };
        let reason = format!("there is no incumbent yet; {}", scoring::summary(&new));
        let outcome = Outcome::First(reason);
        return Ok(Contest { challenger: new, incumbent: None, incumbent_answers: None, importance, outcome });
    };
    let (old_observations, old) = test.score(&incumbent.model, &question, ctx.config)?;
    let version = incumbent.set.manifest.version;
    ctx.note(Stage::Scoring, format!("incumbent (version {version}): {}", scoring::summary(&old)));
    let (champion, challenger) = ((&old, &old_observations), (&new, &new_observations));
    let comparison = Comparison::paired(champion, challenger, ctx.config.model.seed, ctx.config.threads)?;
    let settings = &ctx.config.gate;
    let segments = match settings.segments.is_empty() {
        true => None,
        false => {
            let terms = Terms {
                columns: &settings.segments,
                margin: settings.segment_margin,
                least_rows: settings.segment_rows,
            };
            let metric = gate_metric(ctx.config, new.task())?;
            let found = Segments::of(metric, &test.rows, &old_observations, &new_observations, &terms);
            ctx.note(Stage::Scoring, format!("segments: {}", found.sentence()));
            Some(found)
        }
    };
    let verdict = gate::decide_in_segments(rule(ctx)?, &comparison, segments);
    let outcome = Outcome::Judged(Box::new(verdict));
    let incumbent_answers = Some(old_observations);
    Ok(Contest { challenger: new, incumbent: Some(old), incumbent_answers, importance, outcome })
}

/// Makes sure that the columns of `gate.segments` are in every test file, by their headers. What
/// else is wrong with the test data is for whoever scores on it to say.
///
/// # Errors
/// [`Kind::Config`] for every name that is no column.
pub fn check_segments(ctx: &Context<'_>) -> Result<()> {
    let names = &ctx.config.gate.segments;
    if names.is_empty() {
        return Ok(());
    }
    let folders = &ctx.config.folders;
    let inputs = files::inputs(&folders.test, folders).map(|(inputs, _)| inputs).unwrap_or_default();
    let mut problems: Vec<Problem> = Vec::new();
    for input in &inputs {
        let opened = Reading::open(input, &ctx.config.data.expansion)
            .and_then(|(_, plain)| CsvFile::open(&input.place, plain, None));
        let Ok(file) = opened else { continue };
        let columns: HashSet<&String> = file.header().iter().collect();
        for (i, name) in names.iter().enumerate().filter(|(_, name)| !columns.contains(name)) {
            let place = format!("{}: /gate/segments/{i}", ctx.config.name);
            if problems.iter().any(|told| told.place == place) {
                continue;
            }
            let is_told = problems.len() < TOLD;
            let header: Vec<&str> = file.header().iter().map(String::as_str).collect();
            let header = listed(&header, NAMED);
            let near = || closest(name, file.header().iter().map(String::as_str));
            let hint = match is_told.then(near).flatten() {
                Some(near) => format!("did you mean {near:?}?"),
                None => "name a column of the test data, or remove it".to_string(),
            };
            let problem = Problem::at(place, format!("no column of the test data is called {name:?}"));
            problems.push(problem.why(format!("{} has the columns {header}", input.place)).hint(hint));
        }
    }
    Error::unless_empty(Kind::Config, problems)
}

/// The same error, and where it is one of the config, what is wrong with `gate.segments` besides: names
/// that are no columns are told in one run.
pub fn and_segments(ctx: &Context<'_>, error: Error) -> Error {
    match (error.kind, check_segments(ctx)) {
        (Kind::Config, Err(other)) => error.and(other),
        _ => error,
    }
}

/// Where test data lacks a column that only the incumbent needs, that is the thing to say.
fn needs_more(error: Error, challenger: &Model, incumbent: Option<&Incumbent>) -> Error {
    let Some(incumbent) = incumbent.filter(|_| error.kind == Kind::Data) else { return error };
    let own = challenger.document.scoring_schema();
    let columns = incumbent.model.document.scoring_schema().columns;
    let more: Vec<String> = columns.into_iter().map(|c| c.name).filter(|n| own.position(n).is_none()).collect();
    if more.is_empty() || !more.iter().any(|name| error.message().contains(&format!("{name:?}"))) {
        return error;
    }
    let version = incumbent.set.manifest.version;
    error.hint(format!(
        "the incumbent, version {version}, needs {} to be scored on the same rows: keep the column in the test data, or \
         begin anew with another prod_deployment_path",
        more.join(", "),
    ))
}

fn rule(ctx: &Context<'_>) -> Result<Rule> {
    let gate = &ctx.config.gate;
    Rule::named(&gate.rule, Some(gate.margin), Some(gate.level))
        .map_err(|problem| Error::new(Kind::Config, problem).place_if_none(&format!("{}: /gate", ctx.config.name)))
}
