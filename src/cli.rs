//! Command lines: arguments as written become arguments as valid; results go to standard
//! output, messages to standard error, and every error becomes its exit code.

use crate::error::{Error, Kind, Problem, Result};
use crate::event::Listener;
use crate::terminal::Terminal;
use crate::visible;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// One binary.
pub struct Binary {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// An example that works.
    pub example: &'static str,
    /// Whether it changes something, and so knows `--dry-run`.
    pub changes: bool,
    /// Arguments of its own.
    pub more: fn() -> Vec<Arg>,
    /// What it does.
    pub run: fn(&Args, &dyn Listener) -> Result<Output>,
    /// The JSON object for an error, where `--json` is given; `None` for the general one.
    pub failed: Option<fn(&Error) -> Value>,
}

/// The arguments that every binary has, and the others by name.
pub struct Args {
    /// The config file.
    pub config: PathBuf,
    /// Say nothing but warnings and errors.
    pub quiet: bool,
    /// One JSON object on standard output.
    pub json: bool,
    /// Change nothing.
    pub dry_run: bool,
    /// The binary, as the history names it.
    pub command: &'static str,
    matches: ArgMatches,
}

impl Args {
    /// Whether a flag of the binary's own was given.
    pub fn flag(&self, name: &str) -> bool {
        self.matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
    }

    /// The value of an option; `Some(None)` where it was given without a value.
    pub fn option(&self, name: &str) -> Option<Option<&str>> {
        let given = self.matches.try_contains_id(name).unwrap_or(false);
        given.then(|| self.matches.try_get_one::<String>(name).ok().flatten().map(String::as_str))
    }

    /// The values of an option that takes several; empty where it was not given.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let given = self.matches.try_get_many::<String>(name).ok().flatten();
        given.into_iter().flatten().map(String::as_str).collect()
    }
}

/// What a binary found out.
#[derive(Debug, Clone)]
pub struct Output {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// Whether the text is what was asked for, so that `--quiet` does not swallow it.
    pub asked_for: bool,
    /// An error after which there still is something to show.
    pub error: Option<Error>,
}

impl Output {
    /// A result.
    pub fn new(text: impl Into<String>, json: Value) -> Output {
        Output { text: text.into(), json, asked_for: false, error: None }
    }

    /// A text that was asked for.
    pub fn asked(text: impl Into<String>, json: Value) -> Output {
        Output { asked_for: true, ..Output::new(text, json) }
    }
}

/// A flag of a binary's own.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// Runs a binary: the whole of its `main`.
pub fn main(binary: &Binary) -> ExitCode {
    let matches = match command(binary).try_get_matches() {
        Ok(matches) => matches,
        Err(e) => return usage(&e),
    };
    let args = Args {
        config: matches.get_one::<PathBuf>("config").cloned().unwrap_or_else(|| PathBuf::from("./config.json")),
        quiet: matches.get_flag("quiet"),
        json: matches.get_flag("json"),
        dry_run: binary.changes && matches.get_flag("dry-run"),
        command: binary.name,
        matches,
    };
    // A file that outgrows a limit (`ulimit -f`) makes its write fail and not the program end. Where
    // the signal cannot be caught, all is as it was.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let terminal = Terminal::new(args.quiet);
    // A panic is a bug: told as one, with the exit code of one. What was under way is taken back as
    // after any other error.
    let ran = catch_unwind(AssertUnwindSafe(|| (binary.run)(&args, &terminal)));
    match ran.unwrap_or_else(|_| Err(Error::internal("the program broke off at the place told above"))) {
        Ok(output) => {
            if args.json {
                out(&format!("{}\n", output.json));
            } else if (output.asked_for || !args.quiet) && !output.text.is_empty() {
                out(&format!("{}\n", visible::lines(output.text.trim_end())));
            }
            match output.error {
                Some(error) => terminal.fail(&error),
                None => ExitCode::SUCCESS,
            }
        }
        Err(error) => {
            if args.json {
                let value =
                    binary.failed.map_or_else(|| json!({ "error": error_json(&error) }), |failed| failed(&error));
                out(&format!("{value}\n"));
            }
            terminal.fail(&error)
        }
    }
}

/// An error as JSON.
pub fn error_json(error: &Error) -> Value {
    let problems: Vec<Value> = error
        .problems()
        .iter()
        .map(|p| json!({ "place": p.place, "what": p.what, "why": p.why, "hint": p.hint }))
        .collect();
    json!({ "exit_code": error.kind.exit_code(), "meaning": error.kind.meaning(), "problems": problems })
}

fn command(binary: &Binary) -> Command {
    let codes: Vec<String> = std::iter::once("   0  done, also where there was nothing to do".to_string())
        .chain(Kind::ALL.iter().map(|k| format!("  {}  {}", k.exit_code(), k.meaning())))
        .collect();
    let mut command = Command::new(binary.name)
        .version(env!("CARGO_PKG_VERSION"))
        .about(binary.about)
        .after_help(format!("Example:\n  {}\n\nExit codes:\n{}", binary.example, codes.join("\n")))
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .help("The config; relative paths in it start at its folder [default: ./config.json]")
                .value_parser(clap::value_parser!(PathBuf)),
        )
        .arg(flag("quiet", "Say nothing but warnings and errors"))
        .arg(flag("json", "Print one JSON object on standard output and nothing else there"));
    if binary.changes {
        command = command.arg(flag("dry-run", "Do everything except changing anything"));
    }
    command.args((binary.more)())
}

fn usage(e: &clap::Error) -> ExitCode {
    let text = e.render().to_string();
    if e.use_stderr() {
        if std::env::args().any(|a| a == "--json") {
            let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_string();
            let error = Error::new(Kind::Usage, Problem::at("", what).hint("--help tells the arguments"));
            out(&format!("{}\n", json!({ "error": error_json(&error) })));
        }
        err(&text);
        return ExitCode::from(Kind::Usage.exit_code());
    }
    out(&text);
    ExitCode::SUCCESS
}

/// Standard output may be a pipe that is closed early: that is no error of ours.
fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
