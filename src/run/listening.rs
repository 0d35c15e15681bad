//! Who listens to a run: the terminal and the log.

use super::{Context, absolute};
use crate::cli::Args;
use crate::config;
use crate::error::{Error, Kind};
use crate::event::{Event, Listener, Stage};
use crate::log::LogFile;
use crate::store::layout;
use crate::store::log_file::Rotated;
use chrono::{DateTime, Utc};
use std::path::Path;

/// The log of a run, by the system's clock.
type RunLog = LogFile<fn() -> DateTime<Utc>>;

/// Opens the log in the config's folder.
fn run_log(home: &Path, settings: &config::Log, run_id: &str) -> RunLog {
    let file = Rotated { path: home.join(layout::LOG), max_bytes: settings.max_bytes, keep: settings.keep };
    LogFile::start(file, run_id, Utc::now)
}

/// Writes into the log beside a config that it is wrong: cron's mail is not the only place
/// where people look.
pub fn log_wrong_config(args: &Args, error: &Error) {
    if error.kind == Kind::Config
        && !args.dry_run
        && let Ok(path) = absolute(&args.config)
        && let Some(home) = path.parent()
    {
        run_log(home, &config::Log::default(), "none").error(Stage::Run, error);
    }
}

/// Sends events to the terminal and to the log.
pub struct Both<'a> {
    terminal: &'a dyn Listener,
    log: Option<RunLog>,
}

impl<'a> Both<'a> {
    /// To the terminal alone in a dry run, else to both. A log that cannot be written is
    /// told once and stops nothing.
    pub fn new(terminal: &'a dyn Listener, ctx: &Context<'_>) -> Both<'a> {
        let log = (!ctx.dry).then(|| run_log(&ctx.config.folders.home, &ctx.config.log, &ctx.run_id));
        Both { terminal, log }
    }

    /// Writes an error into the log; the terminal gets it from the command line's end.
    pub fn log_error(&self, error: &Error) {
        if let Some(log) = &self.log {
            log.error(Stage::Run, error);
        }
    }
}

impl Listener for Both<'_> {
    fn on(&self, event: &Event) {
        self.terminal.on(event);
        if let Some(log) = &self.log {
            log.on(event);
            if let Some(problem) = log.take_problem() {
                self.terminal.warn(Stage::Run, problem);
            }
        }
    }
}
