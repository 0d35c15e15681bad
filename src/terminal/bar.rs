//! What takes long, in one line: how far it is, how fast, and how long it will take.

use crate::event::{Stage, Unit};
use std::time::{Duration, Instant};

/// What a person may know of the stage under way.
#[derive(Debug, Default)]
pub struct Bar {
    stage: Option<(Stage, Instant)>,
    progress: Option<Progress>,
    /// Whether the last line of the terminal is a bar.
    is_drawn: bool,
}

#[derive(Debug)]
struct Progress {
    since: Instant,
    /// How much was done then.
    before: u64,
    done: u64,
    total: u64,
    unit: Unit,
    what: String,
}

/// Work that ends sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);
/// Cells of a bar.
const WIDTH: usize = 24;

impl Bar {
    /// A stage begins.
    pub fn begin(&mut self, stage: Stage) {
        self.stage = Some((stage, Instant::now()));
        self.progress = None;
    }

    /// A stage is so far.
    pub fn go_on(&mut self, stage: Stage, done: u64, total: u64, unit: Unit, what: &str) {
        let now = Instant::now();
        if self.stage.is_none_or(|(known, _)| known != stage) {
            self.stage = Some((stage, now));
            self.progress = None;
        }
        if done >= total {
            self.progress = None;
            return;
        }
        let before = self.progress.take().filter(|p| p.unit == unit && p.total == total && p.done <= done);
        let (since, before) = before.map_or((now, done), |p| (p.since, p.before));
        self.progress = Some(Progress { since, before, done, total, unit, what: what.to_string() });
    }

    /// Nothing is under way any more.
    pub fn end(&mut self) {
        self.stage = None;
        self.progress = None;
    }

    /// Whether a bar is drawn that should not be any more.
    pub fn is_over(&self) -> bool {
        self.is_drawn && self.stage.is_none()
    }

    /// What takes the bar off the terminal.
    pub fn clear(&mut self) -> &'static str {
        match std::mem::take(&mut self.is_drawn) {
            true => "\r\x1b[2K",
            false => "",
        }
    }

    /// The line, in so many cells; `None` where nothing has taken long yet.
    pub fn draw(&mut self, cells: usize) -> Option<String> {
        let (stage, since) = self.stage.filter(|(_, since)| since.elapsed() >= PATIENCE)?;
        let told = match &self.progress {
            Some(progress) => progress.told(progress.since.elapsed()),
            None => duration(since.elapsed()),
        };
        self.is_drawn = true;
        // A line that is as long as the terminal is wide would wrap on some.
        Some(format!("{:<12}{told}", stage.name()).chars().take(cells.saturating_sub(1)).collect())
    }
}

impl Progress {
    fn told(&self, elapsed: Duration) -> String {
        let share = self.done as f64 / self.total as f64;
        let filled = ((share * WIDTH as f64) as usize).min(WIDTH);
        let bar = format!("{}{}", "█".repeat(filled), "░".repeat(WIDTH - filled));
        let rate = (self.done - self.before) as f64 / elapsed.as_secs_f64();
        let mut parts: Vec<String> = vec![self.what.clone()];
        if self.unit == Unit::Bytes {
            parts.push(format!("{:.0} MB/s", rate / 1e6));
        }
        // Steps are of unequal length: how long the others take, those done do not say.
        let left = (self.total - self.done) as f64 / rate;
        match self.unit {
            Unit::Steps => parts.push(duration(elapsed)),
            // A year: nothing is known yet.
            Unit::Bytes if elapsed >= PATIENCE && left < 3e7 => {
                parts.push(format!("{} left", duration(Duration::from_secs_f64(left))));
            }
            Unit::Bytes => {}
        }
        parts.retain(|part| !part.is_empty());
        let so_far = match self.unit {
            Unit::Steps => format!("{}/{}", self.done, self.total),
            Unit::Bytes => format!("{:3.0}%", 100.0 * share),
        };
        format!("{bar} {so_far} {}", parts.join(", "))
    }
}

/// `4 s`, `2 min 05 s`, `1 h 20 min`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done: u64, total: u64, unit: Unit, what: &str) -> Progress {
        Progress { since: Instant::now(), before: 0, done, total, unit, what: what.to_string() }
    }

    #[test]
    fn a_bar_fills_from_the_left_and_tells_how_long() {
        let steps = progress(1, 4, Unit::Steps, "boosting").told(Duration::from_secs(10));
        assert_eq!(steps, format!("{}{} 1/4 boosting, 10 s", "█".repeat(6), "░".repeat(18)));
        let none = progress(0, 4, Unit::Steps, "boosting").told(Duration::from_secs(10));
        assert_eq!(none, format!("{} 0/4 boosting, 10 s", "░".repeat(24)), "nobody knows how long");
        let bytes = progress(600_000_000, 1_200_000_000, Unit::Bytes, "5,000,000 rows").told(Duration::from_secs(4));
        assert!(bytes.ends_with("  50% 5,000,000 rows, 150 MB/s, 4 s left"), "{bytes}");
    }

    #[test]
    fn what_is_short_is_not_drawn_and_no_line_is_too_long() {
        let mut bar = Bar::default();
        bar.begin(Stage::Training);
        assert_eq!(bar.draw(80), None);
        bar.stage = Instant::now().checked_sub(Duration::from_secs(75)).map(|since| (Stage::Training, since));
        assert_eq!(bar.draw(80).as_deref(), Some("training    1 min 15 s"));
        bar.go_on(Stage::Training, 1, 3, Unit::Steps, "a long name of what is done");
        assert_eq!(bar.draw(30).unwrap().chars().count(), 29);
        assert!(!bar.is_over());
        bar.end();
        assert!(bar.is_over() && bar.clear() == "\r\x1b[2K" && bar.clear().is_empty() && bar.draw(80).is_none());
    }
}
