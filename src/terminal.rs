//! The terminal: messages for whoever watches, and a bar for what takes long.

mod bar;

use crate::error::Error;
use crate::event::{Event, Listener};
use crate::visible;
use bar::Bar;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Standard error.
pub struct Terminal {
    quiet: bool,
    colour: bool,
    /// For eyes: files and pipes get none.
    bar: Option<Arc<Mutex<Bar>>>,
}

/// Between two looks of a bar.
const TICK: Duration = Duration::from_millis(150);

impl Terminal {
    /// Standard error as it is; `quiet` lets warnings and errors through only.
    pub fn new(quiet: bool) -> Terminal {
        let is_terminal = std::io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        // A dumb terminal cannot take a line back.
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let bar = (is_terminal && !dumb && !quiet).then(|| Arc::new(Mutex::new(Bar::default())));
        bar.iter().cloned().for_each(keep_drawing);
        Terminal { quiet, colour: is_terminal && !plain, bar }
    }

    /// Tells an error; the exit code is its kind's.
    pub fn fail(&self, error: &Error) -> ExitCode {
        self.on_bar(Bar::end);
        self.line(&self.paint(&error.message()));
        ExitCode::from(error.kind.exit_code())
    }

    /// A line, in place of a bar.
    fn line(&self, text: &str) {
        // Held while the line is written, or a bar could come into it.
        let bar = self.bar.as_ref().map(|bar| hold(bar));
        let clear = bar.map(|mut bar| (bar.clear(), bar));
        write(&format!("{}{text}\n", clear.as_ref().map_or("", |(clear, _)| clear)));
    }

    /// Changes what the bar tells.
    fn on_bar(&self, change: impl FnOnce(&mut Bar)) {
        if let Some(bar) = &self.bar {
            let mut bar = hold(bar);
            change(&mut bar);
            if bar.is_over() {
                write(bar.clear());
            }
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
            Event::Warning(_, problem) => self.line(&self.paint(&problem.labelled("warning"))),
            Event::Note(stage, text) if !self.quiet => {
                self.line(&format!("{:<12}{}", stage.name(), visible::line(text)));
            }
            Event::Note(..) => {}
            Event::Begun(stage) => self.on_bar(|bar| bar.begin(*stage)),
            Event::Progress { stage, done, total, unit, what } => {
                self.on_bar(|bar| bar.go_on(*stage, *done, *total, *unit, &visible::line(what)));
            }
            Event::Outcome(_) | Event::Finished(..) => self.on_bar(Bar::end),
        }
    }
}

/// Draws the bar again and again, as long as the program runs: time goes on where nothing is told.
fn keep_drawing(bar: Arc<Mutex<Bar>>) {
    // Without the thread there is no bar, and nothing else amiss.
    let _ = std::thread::Builder::new().name("bar".to_string()).spawn(move || {
        loop {
            std::thread::sleep(TICK);
            let mut bar = hold(&bar);
            if let Some(text) = bar.draw(width()) {
                write(&format!("\r\x1b[2K{text}"));
            }
        }
    });
}

fn hold(bar: &Mutex<Bar>) -> MutexGuard<'_, Bar> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cells in a line of the terminal.
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stderr());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|cells| *cells > 0).unwrap_or(80)
}

/// Standard error may be closed: that is no error of ours.
fn write(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
