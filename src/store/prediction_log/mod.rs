//! The log of predictions, in the history: written in batches by a thread of its own, so
//! that no request waits for the disk.
//!
//! - [`tables`]: what is kept of a prediction, and how many.
//! - [`writer`]: the connection, through whatever happens to the file.
//! - [`labels`]: labels that come later, joined with the predictions.
//!
//! The queue is bounded. What does not fit is dropped and counted: the log informs, and
//! an answer is worth more than a note of it. While predictions are logged the history
//! has a write-ahead log; it is gone when the log is closed.

pub mod labels;
pub mod tables;
mod writer;

pub use labels::{Live, LiveRow, LiveVersion, add_labels, live};
pub use tables::Record;

use crate::error::{Error, Problem, Result};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use writer::{Failure, Writer};

/// Predictions that may wait, those included that are being written.
pub const QUEUE_ROWS: usize = 65_536;
/// Bytes of memory that they may take.
pub const QUEUE_BYTES: usize = 64 << 20;
/// Predictions that are written in one transaction.
const BATCH: usize = 2_000;
/// How long a batch waits for more.
const LINGER: Duration = Duration::from_millis(200);
/// How long closing takes at most.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long of it is left for predictions that still wait.
const LAST_WRITES: Duration = Duration::from_millis(4_500);

/// A log that is being written. Closed when dropped.
#[derive(Debug)]
pub struct PredictionLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
    written: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Record>,
    /// Of the queue and the batch in hand.
    bytes: usize,
    in_hand: usize,
    /// Until when there is time to write what waits.
    closing: Option<Instant>,
    has_ended: bool,
    /// Whether predictions are being lost, and what was not yet told of it.
    is_failing: bool,
    problem: Option<Problem>,
}

impl PredictionLog {
    /// A log into the history at `path`, which need not be there yet. At most `max_rows`
    /// predictions are kept, the newest.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(path: &Path, max_rows: u64) -> Result<PredictionLog> {
        let shared = Arc::new(Shared {
            path: path.to_path_buf(),
            state: Mutex::default(),
            changed: Condvar::new(),
            written: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        });
        let writer = Writer::new(path, max_rows);
        let own = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("prediction log".to_string())
            .spawn(move || own.write_all(writer))
            .map_err(|e| Error::io(path.display(), "start the thread that logs predictions", &e))?;
        Ok(PredictionLog { shared })
    }

    /// Takes predictions to be written soon. Never waits for the disk; what does not fit
    /// into the queue is dropped and counted.
    pub fn log(&self, records: Vec<Record>) {
        let mut state = self.shared.state();
        let mut dropped = 0;
        for record in records {
            let fits = state.queue.len() + state.in_hand < QUEUE_ROWS && state.bytes + record.size() <= QUEUE_BYTES;
            if fits && state.closing.is_none() {
                state.bytes += record.size();
                state.queue.push_back(record);
            } else {
                dropped += 1;
            }
        }
        if dropped > 0 {
            self.shared.dropped.fetch_add(dropped, Ordering::Relaxed);
            state.tell(self.shared.overrun());
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Predictions that were written since the start.
    pub fn written(&self) -> u64 {
        self.shared.written.load(Ordering::Relaxed)
    }

    /// Predictions that were lost since the start: they did not fit, or could not be written.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Predictions that wait to be written.
    pub fn queued(&self) -> usize {
        let state = self.shared.state();
        state.queue.len() + state.in_hand
    }

    /// Why predictions are lost, told once for each time that it begins.
    pub fn take_problem(&self) -> Option<Problem> {
        self.shared.state().problem.take()
    }

    /// Writes what waits, within 5 seconds, and ends the log. What comes later is dropped.
    pub fn close(&self) {
        let mut state = self.shared.state();
        state.closing.get_or_insert_with(|| Instant::now() + LAST_WRITES);
        self.shared.changed.notify_all();
        // A disk that does not answer keeps the thread, not the program.
        let _ = self.shared.changed.wait_timeout_while(state, FAREWELL, |state| !state.has_ended);
    }
}

impl Drop for PredictionLog {
    fn drop(&mut self) {
        self.close();
    }
}

impl State {
    fn tell(&mut self, problem: Problem) {
        if !self.is_failing {
            self.is_failing = true;
            self.problem = Some(problem);
        }
    }

    fn is_late(&self) -> bool {
        self.closing.is_some_and(|until| Instant::now() >= until)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; and if so, a log is not worth a second panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn overrun(&self) -> Problem {
        Problem::at(self.path.display(), "predictions are dropped from the log")
            .why("they come faster than they can be written, or another program holds the history")
            .hint("answers are not affected; the number of those dropped is counted")
    }

    /// The thread: batch after batch, until the log is closed.
    fn write_all(&self, mut writer: Writer) {
        while let Some(batch) = self.next_batch() {
            self.write(&mut writer, batch);
        }
        writer.finish();
        self.state().has_ended = true;
        self.changed.notify_all();
    }

    /// What waits, once it is a whole batch or has waited for long; `None` at the end.
    fn next_batch(&self) -> Option<Vec<Record>> {
        let wait = |state: &mut State, enough: usize| state.queue.len() < enough && state.closing.is_none();
        let state = self.changed.wait_while(self.state(), |s| wait(s, 1)).unwrap_or_else(PoisonError::into_inner);
        let lingered = self.changed.wait_timeout_while(state, LINGER, |s| wait(s, BATCH));
        let (mut state, _) = lingered.unwrap_or_else(PoisonError::into_inner);
        if state.is_late() && !state.queue.is_empty() {
            self.dropped.fetch_add(state.queue.len() as u64, Ordering::Relaxed);
            state.queue.clear();
            state.tell(self.overrun());
        }
        let number = state.queue.len().min(BATCH);
        state.in_hand = number;
        (number > 0).then(|| state.queue.drain(..number).collect())
    }

    fn write(&self, writer: &mut Writer, batch: Vec<Record>) {
        let problem = loop {
            match writer.write(&batch) {
                Ok(()) => break None,
                Err(Failure::Lost(problem)) => break Some(problem),
                Err(Failure::Busy) if self.state().is_late() => break Some(self.overrun()),
                Err(Failure::Busy) => {}
            }
        };
        let counter = if problem.is_none() { &self.written } else { &self.dropped };
        counter.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let mut state = self.state();
        state.in_hand = 0;
        state.bytes -= batch.iter().map(Record::size).sum::<usize>();
        match problem {
            Some(problem) => state.tell(problem),
            // Caught up: what goes wrong from here on is news.
            None if state.queue.is_empty() => state.is_failing = false,
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
