//! The terminal: messages for whoever watches, and a bar for what takes long.

use crate::error::Error;
use crate::event::{Event, Listener, Stage};
use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Standard error.
pub struct Terminal {
    quiet: bool,
    colour: bool,
    /// A bar is for eyes: files and pipes get none.
    bars: bool,
    bar: Cell<Bar>,
}

/// What is known of the bar.
#[derive(Debug, Clone, Copy, Default)]
struct Bar {
    /// Since when something is under way.
    since: Option<Instant>,
    /// Whether the last line is a bar.
    drawn: bool,
}

/// Work that ends sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);
/// Cells of a bar.
const WIDTH: usize = 24;

impl Terminal {
    /// Standard error as it is; `quiet` lets warnings and errors through only.
    pub fn new(quiet: bool) -> Terminal {
        let is_terminal = std::io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        // A dumb terminal cannot take a line back.
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Terminal {
            quiet,
            colour: is_terminal && !plain,
            bars: is_terminal && !dumb && !quiet,
            bar: Cell::new(Bar::default()),
        }
    }

    /// Tells an error; the exit code is its kind's.
    pub fn fail(&self, error: &Error) -> ExitCode {
        self.line(&self.paint(&error.message()));
        ExitCode::from(error.kind.exit_code())
    }

    /// A line, in place of a bar.
    fn line(&self, text: &str) {
        self.clear();
        write(&format!("{text}\n"));
    }

    fn clear(&self) {
        let bar = self.bar.get();
        if bar.drawn {
            write("\r\x1b[2K");
            self.bar.set(Bar { drawn: false, ..bar });
        }
    }

    fn progress(&self, stage: Stage, done: usize, total: usize, what: &str) {
        if !self.bars || total == 0 {
            return;
        }
        let bar = self.bar.get();
        let since = bar.since.filter(|_| done > 0).unwrap_or_else(Instant::now);
        self.bar.set(Bar { since: Some(since), ..bar });
        if done >= total {
            self.clear();
            self.bar.set(Bar::default());
        } else if since.elapsed() >= PATIENCE {
            write(&format!("\r\x1b[2K{:<12}{}", stage.name(), drawn(done, total, what)));
            self.bar.set(Bar { since: Some(since), drawn: true });
        }
    }

    fn paint(&self, message: &str) -> String {
        if !self.colour {
            return message.to_string();
        }
        let painted = message.lines().map(|line| {
            for (label, code) in [("error:", "1;31"), ("warning:", "1;33"), ("hint:", "36")] {
                if let Some(rest) = line.strip_prefix(label) {
                    return format!("\x1b[{code}m{label}\x1b[0m{rest}");
                }
            }
            line.to_string()
        });
        painted.collect::<Vec<_>>().join("\n")
    }
}

impl Listener for Terminal {
    fn on(&self, event: &Event) {
        match event {
            Event::Warning(_, problem) => self.line(&self.paint(&printable(&problem.labelled("warning")))),
            Event::Note(stage, text) if !self.quiet => {
                self.line(&format!("{:<12}{}", stage.name(), printable(text)));
            }
            Event::Progress { stage, done, total, what } => self.progress(*stage, *done, *total, what),
            Event::Note(..) | Event::Outcome(_) | Event::Finished(..) => self.clear(),
        }
    }
}

/// The bar without its stage.
fn drawn(done: usize, total: usize, what: &str) -> String {
    let filled = done * WIDTH / total;
    format!("{}{} {done}/{total} {}", "█".repeat(filled), "░".repeat(WIDTH - filled), printable(what))
}

/// Standard error may be closed: that is no error of ours.
fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Control characters from data must not reach a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\nc"), "a\u{fffd}[31mb\nc");
    }

    #[test]
    fn a_bar_fills_from_the_left() {
        assert_eq!(drawn(0, 4, "x"), format!("{} 0/4 x", "░".repeat(24)));
        assert_eq!(drawn(1, 4, "x"), format!("{}{} 1/4 x", "█".repeat(6), "░".repeat(18)));
    }
}
