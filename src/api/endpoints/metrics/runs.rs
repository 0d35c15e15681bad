//! The runs of the pipeline, as the history has them.

use super::seconds;
use crate::api::State;
use crate::api::exposition::Exposition;
use crate::run::fullprocess;
use crate::stages::alarms::KINDS;
use crate::store::history::History;
use crate::store::history::runs::CommandRuns;
use std::collections::BTreeMap;

/// Writes them; nothing where the history cannot be read.
pub fn write(out: &mut Exposition, state: &State, history: &History) {
    let Ok(tally) = state.tally(history) else { return };
    let commands = &tally.commands;
    let mut runs = out.counter(
        "incumbent_runs_total",
        "Runs in the history by command and decision; none where a command takes no decision.",
    );
    for (command, of_command) in commands {
        for (decision, count) in &of_command.decisions {
            runs.sample(&[("command", command), ("decision", decision)], *count as f64);
        }
    }
    let mut gauge = |name, help, value: fn(&CommandRuns) -> Option<f64>| {
        let mut family = out.gauge(name, help);
        for (command, runs) in commands {
            family.maybe(&[("command", command)], value(runs));
        }
    };
    gauge("incumbent_last_run_start_timestamp_seconds", "When the last run began.", |runs| seconds(&runs.last.started));
    gauge("incumbent_last_success_start_timestamp_seconds", "When the last run began that ended well.", |runs| {
        seconds(runs.last_success.as_ref()?)
    });
    gauge("incumbent_last_run_duration_seconds", "How long the last run took.", |runs| Some(runs.last.seconds));
    gauge("incumbent_last_run_exit_code", "How the last run ended; 0 is well.", |runs| {
        Some(f64::from(runs.last.exit_code))
    });
    if let Some(whole) = commands.get(fullprocess::BINARY.name) {
        let raised = history.alarms(&whole.last.run_id).unwrap_or_default();
        let mut alarms = out.gauge("incumbent_alarms", "Alarms that the last fullprocess raised, by kind.");
        for kind in KINDS {
            let count = raised.iter().filter(|alarm| alarm.kind == kind).count();
            alarms.sample(&[("kind", kind)], count as f64);
        }
    }
    let mut stages =
        out.gauge("incumbent_last_run_stage_duration_seconds", "How long the stages of the last run took.");
    for (command, runs) in commands {
        // A stage that a run goes through twice is one series.
        let mut by_stage: BTreeMap<String, f64> = BTreeMap::new();
        for stage in history.stages(&runs.last.run_id).unwrap_or_default() {
            *by_stage.entry(stage.stage).or_default() += stage.seconds;
        }
        for (stage, seconds) in by_stage {
            stages.sample(&[("command", command), ("stage", &stage)], seconds);
        }
    }
}
