//! From new content to a decision, deployment included.
//!
//! What ingestion, training and scoring make waits in one batch. It appears with the
//! decision, or, where anything fails before, not at all.

use super::contest::{self, Contest, Incumbent, Outcome};
use super::policy::Looked;
use super::watch::Occasion;
use super::{Context, alarms, deployment, ingestion, policy, record, scoring, signing, training};
use crate::error::{Error, Result};
use crate::event::Stage;
use crate::metrics::Evaluation;
use crate::stages::decision::{self, Decision, LastRun, TestFile};
use crate::stages::manifest::Manifest;
use crate::stages::scoring::{Model, common_schema};
use crate::store::batch::Batch;
use crate::store::files;
use crate::table::Table;

/// What is left to do once the decision stands.
pub enum Work {
    /// Everything about a fresh decision.
    Report(Box<Fresh>),
    /// New data that was no reason to train.
    Diagnose(Box<Quiet>),
    /// The reports of an earlier decision, which were interrupted.
    MakeUp(Box<LastRun>),
}

/// What a fresh decision was taken from.
pub struct Fresh {
    /// The data's manifest.
    pub manifest: Manifest,
    /// The data.
    pub table: Table,
    /// The challenger.
    pub model: Model,
    /// The decision.
    pub last: LastRun,
    /// The contest.
    pub contest: Contest,
    /// What was new, and who was in office.
    pub occasion: Occasion,
    /// The model that was in office.
    pub incumbent: Option<Incumbent>,
    /// What the retrain policy looked at.
    pub looked: Option<Looked>,
}

/// New data that was no reason to train.
pub struct Quiet {
    /// The data's manifest.
    pub manifest: Manifest,
    /// The decision.
    pub last: LastRun,
    /// What was new, and who is in office.
    pub occasion: Occasion,
    /// The model in office.
    pub incumbent: Incumbent,
    /// What the retrain policy looked at.
    pub looked: Looked,
}

/// What a run stands on before it decides.
struct Ground<'a> {
    ctx: &'a Context<'a>,
    last: Option<LastRun>,
    manifest: Manifest,
    /// The version in office.
    version: Option<u64>,
    occasion: Occasion,
    settings: serde_json::Value,
    test: Vec<TestFile>,
}

/// Decides; with `force` although there is no new data.
///
/// # Errors
/// Anything before the decision failed; then nothing is changed.
pub fn decide(ctx: &Context<'_>, force: bool) -> Result<(LastRun, Option<Work>)> {
    let mut batch = Batch::new(ctx.dry)?;
    let last = record::last_run(ctx)?;
    let ingested = ctx
        .stage(Stage::Ingestion, || ingestion::ingest(ctx, &mut batch))
        .map_err(|error| contest::and_segments(ctx, error))?;
    if ingested.changed {
        ctx.rows(Stage::Ingestion, ingested.manifest.totals.rows_read);
    }
    alarms::note_new_data(ctx, &ingested.manifest, last.as_ref());
    let version = contest::production(ctx).current()?;
    let settings = ctx.config.decisive_settings();
    let occasion = Occasion::now(version, &ingested.manifest, last.as_ref());
    let mut ground =
        Ground { ctx, last, manifest: ingested.manifest, version, occasion, settings, test: test_files(ctx) };
    if !force && let Some(decided) = ground.nothing_new(&mut batch)? {
        return Ok(decided);
    }
    let incumbent = contest::incumbent(ctx)?;
    if let Some(office) = &incumbent {
        ground.occasion = ground.occasion.or_interrupted(&ground.manifest, office, ground.last.as_ref());
    }
    let looked = match force {
        true => None,
        false => policy::look(ctx, &ground.occasion, incumbent.as_ref())?,
    };
    match (incumbent, looked) {
        (Some(incumbent), Some(looked)) if looked.no_drift.is_some() => ground.rest(batch, incumbent, looked),
        (incumbent, looked) => ground.judge(batch, incumbent, looked),
    }
}

/// The test files. Whether they can be used is for whoever scores on them to say.
fn test_files(ctx: &Context<'_>) -> Vec<TestFile> {
    let inputs = files::inputs(&ctx.config.folders.test, &ctx.config.folders).map(|(inputs, _)| inputs);
    let known = inputs.unwrap_or_default().into_iter();
    known.map(|f| TestFile { name: f.name, bytes: f.bytes, stamp: f.stamp }).collect()
}

impl Ground<'_> {
    /// A decision about this data, with what every decision says.
    fn decided(&self, decision: Decision, reason: String) -> LastRun {
        let metric = self.ctx.config.gate.metric.clone().or_else(|| self.last.as_ref().map(|l| l.metric.clone()));
        LastRun {
            format: decision::FORMAT.to_string(),
            format_version: decision::FORMAT_VERSION,
            run_id: self.ctx.run_id.clone(),
            time: self.ctx.time(),
            decision,
            reason,
            metric: metric.unwrap_or_default(),
            old_score: None,
            new_score: None,
            segments: None,
            version: self.version,
            data_fingerprint: self.manifest.fingerprint.clone(),
            settings: self.settings.clone(),
            reported: true,
            test: self.test.clone(),
            files: self.manifest.files.iter().map(|f| f.sha256.clone()).collect(),
            new_files: self.occasion.files.clone(),
            office_before: self.occasion.version,
        }
    }

    /// Whether this very data was decided about before.
    fn nothing_new(&self, batch: &mut Batch) -> Result<Option<(LastRun, Option<Work>)>> {
        let known = self.last.as_ref().filter(|l| l.data_fingerprint == self.manifest.fingerprint);
        let (Some(last), Some(_)) = (known, self.version) else { return Ok(None) };
        // A damaged model in office is told at once, not when the next data comes.
        contest::production(self.ctx).in_office()?;
        batch.commit()?;
        let (rows, files) = (self.manifest.totals.kept, self.manifest.files.len());
        let mut reason = format!("{rows} rows in {files} files, all of them known to the run of {}", last.time);
        if last.settings != self.settings {
            reason.push_str("; the config has changed since: fullprocess --force trains with it");
        }
        let mut decided = self.decided(Decision::NoNewData, String::new());
        let mut last = last.clone();
        if last.test != self.test && !self.test.is_empty() {
            let again = self.score_again()?;
            reason.push_str(&format!(
                "; the test data has changed and the incumbent is scored again: {}",
                scoring::summary(&again)
            ));
            (decided.metric, decided.old_score) = (again.metric.clone(), again.value.get());
            last.test = self.test.clone();
            record::save_last_run(self.ctx, &last)?;
        }
        let work = (!last.reported).then(|| Work::MakeUp(Box::new(last)));
        Ok(Some((LastRun { reason, ..decided }, work)))
    }

    /// The incumbent's score on test data that has changed, for the history.
    fn score_again(&self) -> Result<Evaluation> {
        let ctx = self.ctx;
        let incumbent = contest::incumbent(ctx)?.ok_or_else(|| Error::internal("the model in office is gone"))?;
        let evaluation = ctx.stage(Stage::Scoring, || {
            let test = scoring::test_rows(ctx, &common_schema(&[&incumbent.model]))?;
            Ok(test.score(&incumbent.model, incumbent.model.pipeline.question(), ctx.config)?.1)
        })?;
        ctx.rows(Stage::Scoring, evaluation.rows);
        ctx.record(|run| run.scores.push(record::score(&evaluation, "incumbent", self.version)));
        Ok(evaluation)
    }

    /// Leaves everything as it is: the retrain policy sees no reason to train.
    fn rest(self, mut batch: Batch, incumbent: Incumbent, mut looked: Looked) -> Result<(LastRun, Option<Work>)> {
        let Some(found) = looked.no_drift.take() else { return self.judge(batch, Some(incumbent), Some(looked)) };
        let (metric, old_score, new_score) = (found.metric, found.test, found.new);
        let decided = self.decided(Decision::NoDrift, found.reason);
        let last = LastRun { metric, old_score, new_score, reported: false, ..decided };
        batch.commit()?;
        record::save_last_run(self.ctx, &last)?;
        let quiet = Quiet { manifest: self.manifest, last: last.clone(), occasion: self.occasion, incumbent, looked };
        Ok((last, Some(Work::Diagnose(Box::new(quiet)))))
    }

    /// Trains a challenger, holds the contest, and deploys the challenger if it wins.
    fn judge(
        self,
        mut batch: Batch,
        incumbent: Option<Incumbent>,
        looked: Option<Looked>,
    ) -> Result<(LastRun, Option<Work>)> {
        let ctx = self.ctx;
        contest::check_segments(ctx)?;
        // What could not be deployed in the end need not be trained.
        let key = signing::signer(ctx)?;
        let table = ingestion::merged_table(ctx, &batch, &self.manifest, Stage::Training)?;
        let model = ctx.stage(Stage::Training, || {
            training::train(ctx, &mut batch, &self.manifest, &table, incumbent.as_ref().map(|i| &i.model))
        })?;
        ctx.rows(Stage::Training, self.manifest.totals.kept);
        let contest = ctx.stage(Stage::Scoring, || {
            let contest = contest::hold(ctx, &model, incumbent.as_ref())?;
            scoring::save(ctx, &mut batch, contest.challenger.clone(), contest.importance.clone())?;
            Ok(contest)
        })?;
        ctx.rows(Stage::Scoring, contest.challenger.rows);
        let deployed = match contest.outcome.promotes() && !ctx.dry {
            true => Some(
                ctx.stage(Stage::Deployment, || deployment::deploy(ctx, &mut batch, &model, &contest, key.as_ref()))?,
            ),
            false => {
                batch.commit()?;
                None
            }
        };
        let decision = match &contest.outcome {
            Outcome::First(_) => Decision::FirstDeployment,
            Outcome::Judged(v) if v.promotes() => Decision::Deployed,
            Outcome::Judged(_) => Decision::KeptIncumbent,
        };
        let last = LastRun {
            metric: contest.challenger.metric.clone(),
            old_score: contest.incumbent.as_ref().and_then(|e| e.value.get()),
            new_score: contest.challenger.value.get(),
            segments: contest.outcome.segments().cloned(),
            version: deployed.as_ref().map_or(self.version, |d| Some(d.version)),
            reported: false,
            ..self.decided(decision, contest.outcome.reason())
        };
        record::save_last_run(ctx, &last)?;
        ctx.record(|run| {
            let new = deployed.as_ref().map(|d| d.version);
            run.scores.push(record::score(&contest.challenger, "challenger", new));
            run.scores.extend(contest.incumbent.iter().map(|e| record::score(e, "incumbent", self.version)));
            run.deployments.extend(deployed.iter().map(|d| d.record.clone()));
        });
        let fresh = Fresh {
            manifest: self.manifest,
            table,
            model,
            last: last.clone(),
            contest,
            occasion: self.occasion,
            incumbent,
            looked,
        };
        Ok((last, Some(Work::Report(Box::new(fresh)))))
    }
}
