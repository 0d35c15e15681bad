//! Challenger against incumbent, on the same test rows at the same time.

use super::{Context, scoring, training};
use crate::error::{Error, Kind, Result};
use crate::event::Stage;
use crate::gate::{self, Comparison, Rule, Verdict};
use crate::metrics::Evaluation;
use crate::stages::importance::ColumnImportance;
use crate::stages::scoring::{Model, common_question, common_schema};
use crate::store::layout;
use crate::store::versions::{Production, Set};
use crate::table::Task;

/// The model in office.
pub struct Incumbent {
    /// The deployed set.
    pub set: Set,
    /// Its model.
    pub model: Model,
}

/// What came of it.
pub struct Contest {
    /// The challenger on the test rows.
    pub challenger: Evaluation,
    /// The incumbent on the same rows.
    pub incumbent: Option<Evaluation>,
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
    let folder = &ctx.config.folders.production;
    Production::new(folder, &ctx.show(folder))
}

/// The model in office; `None` before the first deployment.
///
/// # Errors
/// It is there and cannot be loaded: then nothing may replace it unseen.
pub fn incumbent(ctx: &Context<'_>) -> Result<Option<Incumbent>> {
    let Some(set) = production(ctx).in_office()? else { return Ok(None) };
    let place = format!(
        "{}/{}/{}/{}",
        ctx.show(&ctx.config.folders.production),
        layout::VERSIONS,
        set.manifest.version,
        layout::MODEL
    );
    let model = training::open(set.file(layout::MODEL)?, &place)?;
    Ok(Some(Incumbent { set, model }))
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
    let test = scoring::test_rows(ctx, &common_schema(&models)).map_err(|e| needs_more(e, challenger, incumbent))?;
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
        return Ok(Contest { challenger: new, incumbent: None, importance, outcome: Outcome::First(reason) });
    };
    let (old_observations, old) = test.score(&incumbent.model, &question, ctx.config)?;
    let version = incumbent.set.manifest.version;
    ctx.note(Stage::Scoring, format!("incumbent (version {version}): {}", scoring::summary(&old)));
    let (champion, challenger) = ((&old, &old_observations), (&new, &new_observations));
    let comparison = Comparison::paired(champion, challenger, ctx.config.model.seed, ctx.config.threads)?;
    let verdict = gate::decide(rule(ctx)?, &comparison);
    Ok(Contest { challenger: new, incumbent: Some(old), importance, outcome: Outcome::Judged(Box::new(verdict)) })
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
