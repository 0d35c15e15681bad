//! What `fullprocess --json` shows of a run.

use super::Context;
use crate::cli::error_json;
use crate::error::Error;
use crate::stages::decision::{Decision, LastRun};
use crate::store::history::RunRecord;
use serde_json::{Value, json};

/// A run that failed: the keys of every run, empty where it did not come so far.
pub fn failed(ctx: Option<&Context<'_>>, error: &Error) -> Value {
    let stages = ctx.map(|c| stages(&c.recorded())).unwrap_or_default();
    json!({
        "run_id": ctx.map(|c| c.run_id.clone()),
        "decision": Decision::Failed.name(),
        "reason": error.to_string(),
        "old_score": null,
        "new_score": null,
        "metric": null,
        "version": null,
        "stages": stages,
        "alarms": ctx.map(|c| c.recorded().alarms).unwrap_or_default(),
        "error": error_json(error),
    })
}

/// A run that came to a decision, and what went wrong after it.
pub fn decided(ctx: &Context<'_>, last: &LastRun, error: Option<&Error>) -> Value {
    let run = ctx.recorded();
    let mut value = json!({
        "run_id": ctx.run_id,
        "decision": last.decision.name(),
        "reason": last.reason,
        "old_score": last.old_score,
        "new_score": last.new_score,
        "metric": last.metric,
        "version": last.version,
        "stages": stages(&run),
        "alarms": run.alarms,
        "seconds": run.seconds,
        "data_fingerprint": last.data_fingerprint,
        "dry_run": ctx.dry,
    });
    if let Some(segments) = &last.segments {
        value["segments"] = json!(segments);
    }
    if let Some(error) = error {
        value["error"] = error_json(error);
    }
    value
}

fn stages(run: &RunRecord) -> Vec<Value> {
    run.stages.iter().map(|s| json!({ "name": s.stage, "seconds": s.seconds, "rows": s.rows })).collect()
}
