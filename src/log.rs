//! The log: every event of a run as one line of `fullprocess.log`.
//!
//! ```text
//! 2026-11-21T03:40:00Z INFO  run=20261121T034000Z-1 ingestion: 2 files, 40 rows
//! ```
//!
//! Time in UTC, level, run, stage, message. A log that cannot be written stops nothing:
//! the first problem is kept for the shell to tell, and lines are tried again.

use crate::error::{Error, Problem};
use crate::event::{Event, Listener, Stage};
use crate::store::log_file::Rotated;
use crate::visible;
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// How much attention a line deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A fact.
    Info,
    /// Something to look at.
    Warn,
    /// What ended the run.
    Error,
}

impl Level {
    /// The word, padded so that what follows stands in one column.
    pub fn padded(self) -> &'static str {
        match self {
            Level::Info => "INFO ",
            Level::Warn => "WARN ",
            Level::Error => "ERROR",
        }
    }
}

/// Bytes of a message that are written; the rest is counted.
const LONGEST: usize = 16 << 10;

/// Writes the events of one run to the log.
pub struct LogFile<N: Fn() -> DateTime<Utc>> {
    file: Rotated,
    run_id: String,
    now: N,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    problem: Option<Problem>,
    told: bool,
    lost: u64,
}

impl<N: Fn() -> DateTime<Utc>> LogFile<N> {
    /// Begins the log of a run, and rotates the file where it is full. `now` is the clock.
    pub fn start(file: Rotated, run_id: &str, now: N) -> LogFile<N> {
        let log = LogFile { file, run_id: run_id.to_string(), now, state: Mutex::default() };
        let rotated = log.file.rotate_if_full();
        log.with_state(|state| state.keep(rotated));
        log
    }

    /// Writes one line.
    pub fn write(&self, level: Level, stage: Stage, message: &str) {
        let now = (self.now)();
        self.with_state(|state| {
            if state.lost > 0 {
                let gap = format!("{} lines before this one could not be written", state.lost);
                let line = line(&now, Level::Warn, &self.run_id, Stage::Run, &gap);
                match self.file.append(line.as_bytes()) {
                    Ok(()) => state.lost = 0,
                    Err(_) => {
                        state.lost += 1;
                        return;
                    }
                }
            }
            let line = line(&now, level, &self.run_id, stage, message);
            let written = self.file.append(line.as_bytes());
            state.lost += u64::from(written.is_err());
            state.keep(written);
        });
    }

    /// Writes what ended the run, a line for each problem.
    pub fn error(&self, stage: Stage, error: &Error) {
        for problem in error.problems() {
            self.write(Level::Error, stage, &in_one_line(problem));
        }
    }

    /// The first problem that the log had, once: the shell warns of it.
    pub fn take_problem(&self) -> Option<Problem> {
        self.with_state(|state| state.problem.take())
    }

    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // A thread that panicked while it wrote leaves counters behind, nothing half-done.
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn keep(&mut self, outcome: crate::error::Result<()>) {
        if let Err(error) = outcome
            && !self.told
        {
            self.told = true;
            self.problem = error.problems().first().cloned();
        }
    }
}

impl<N: Fn() -> DateTime<Utc>> Listener for LogFile<N> {
    fn on(&self, event: &Event) {
        match event {
            Event::Note(stage, text) => self.write(Level::Info, *stage, text),
            Event::Outcome(text) => self.write(Level::Info, Stage::Run, text),
            Event::Warning(stage, problem) => self.write(Level::Warn, *stage, &in_one_line(problem)),
            Event::Finished(stage, seconds) => {
                self.write(Level::Info, *stage, &format!("finished in {seconds:.3} seconds"));
            }
            Event::Begun(_) | Event::Progress { .. } => {}
        }
    }
}

fn in_one_line(problem: &Problem) -> String {
    match &problem.hint {
        Some(hint) => format!("{}; hint: {hint}", problem.sentence()),
        None => problem.sentence(),
    }
}

/// A line with its end.
fn line(now: &DateTime<Utc>, level: Level, run_id: &str, stage: Stage, message: &str) -> String {
    format!(
        "{} {} run={} {}: {}\n",
        now.to_rfc3339_opts(SecondsFormat::Secs, true),
        level.padded(),
        escaped(run_id),
        stage.name(),
        escaped(message)
    )
}

/// A text without anything that could end a line, steer a terminal or reorder what is
/// shown: file names and cells get into messages, and must not forge a line.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if at >= LONGEST {
            // Writing to a text cannot fail.
            let _ = write!(result, "… ({} more bytes)", text.len() - at);
            break;
        }
        visible::push(c, &mut result);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::path::Path;

    fn clock() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_232_400, 987_000_000).unwrap()
    }

    fn file(folder: &Path) -> Rotated {
        Rotated { path: folder.join("fullprocess.log"), max_bytes: 1 << 20, keep: 2 }
    }

    fn read(folder: &Path) -> String {
        String::from_utf8(crate::store::files::read(&folder.join("fullprocess.log"), "log").unwrap()).unwrap()
    }

    #[test]
    fn events_become_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::start(file(folder.path()), "r1", clock);
        log.note(Stage::Ingestion, "2 files".to_string());
        log.warn(Stage::Training, Problem::at("a.csv:3", "is odd").why("so").hint("look"));
        log.on(&Event::Finished(Stage::Scoring, 0.25));
        let problems = vec![Problem::at("x", "bad"), Problem::at("y", "bad").hint("mend it")];
        log.error(Stage::Run, &Error::of_all(crate::error::Kind::Data, problems));
        assert_eq!(
            read(folder.path()),
            "2026-11-21T03:40:00Z INFO  run=r1 ingestion: 2 files\n\
             2026-11-21T03:40:00Z WARN  run=r1 training: a.csv:3: is odd; so; hint: look\n\
             2026-11-21T03:40:00Z INFO  run=r1 scoring: finished in 0.250 seconds\n\
             2026-11-21T03:40:00Z ERROR run=r1 run: x: bad\n\
             2026-11-21T03:40:00Z ERROR run=r1 run: y: bad; hint: mend it\n"
        );
        assert_eq!(log.take_problem(), None);
    }

    #[test]
    fn no_message_can_forge_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::start(file(folder.path()), "r\n1", clock);
        log.note(Stage::Run, "a\r\n2026-01-01T00:00:00Z ERROR\t\u{1b}[2J\u{0}\u{85}\u{2028}\u{202e}é".to_string());
        let text = read(folder.path());
        assert_eq!(
            text,
            "2026-11-21T03:40:00Z INFO  run=r\\n1 run: a\\r\\n2026-01-01T00:00:00Z ERROR\\t\
             \\u{1b}[2J\\u{0}\\u{85}\\u{2028}\\u{202e}é\n"
        );
    }

    #[test]
    fn a_message_without_end_is_cut_and_counted() {
        let text = escaped(&"é".repeat(LONGEST));
        assert!(text.ends_with("é… (16384 more bytes)"), "{}", &text[text.len() - 40..]);
    }

    #[test]
    fn a_log_that_cannot_be_written_stops_nothing_and_says_so_once() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("not yet there");
        let log = LogFile::start(file(&below), "r1", clock);
        log.note(Stage::Run, "one".to_string());
        log.note(Stage::Run, "two".to_string());
        let problem = log.take_problem().unwrap();
        assert!(problem.sentence().contains("failed to open the log"), "{}", problem.sentence());
        log.note(Stage::Run, "three".to_string());
        assert_eq!(log.take_problem(), None);
        crate::store::batch::create_folder(&below).unwrap();
        log.note(Stage::Run, "four".to_string());
        assert_eq!(
            read(&below),
            "2026-11-21T03:40:00Z WARN  run=r1 run: 3 lines before this one could not be written\n\
             2026-11-21T03:40:00Z INFO  run=r1 run: four\n"
        );
    }

    #[test]
    fn a_full_log_rotates_before_a_run_and_the_clock_is_read_for_each_line() {
        let folder = tempfile::tempdir().unwrap();
        let small = Rotated { max_bytes: 60, ..file(folder.path()) };
        let seconds = Cell::new(0);
        let tick = || {
            seconds.set(seconds.get() + 1);
            clock() + chrono::Duration::seconds(seconds.get())
        };
        let log = LogFile::start(small.clone(), "r1", &tick);
        log.note(Stage::Run, "one, and long enough to fill the file".to_string());
        let log = LogFile::start(small, "r2", &tick);
        log.note(Stage::Run, "two".to_string());
        assert_eq!(read(folder.path()), "2026-11-21T03:40:02Z INFO  run=r2 run: two\n");
    }
}
