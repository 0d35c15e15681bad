//! Errors as part of the product: place, what, why, hint.
//!
//! One [`Error`] may tell several [`Problem`]s, since a config or an input file is
//! checked whole and everything found is reported in one run. Its [`Kind`] decides
//! the exit code, and the exit codes are public.

use crate::visible;
use std::fmt;

/// The outcome of a fallible operation of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, in the terms of `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong.
    Usage,
    /// The input data cannot be used.
    Data,
    /// Something needed is missing: no model yet, no such folder.
    Missing,
    /// A bug: the program contradicts itself.
    Internal,
    /// An output cannot be created.
    CannotCreate,
    /// Reading or writing failed.
    Io,
    /// Another run holds the lock.
    Busy,
    /// The configuration is wrong.
    Config,
}

impl Kind {
    /// Every kind, in the order of its exit code.
    pub const ALL: [Kind; 8] = [
        Kind::Usage,
        Kind::Data,
        Kind::Missing,
        Kind::Internal,
        Kind::CannotCreate,
        Kind::Io,
        Kind::Busy,
        Kind::Config,
    ];

    /// The process exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Usage => 64,
            Kind::Data => 65,
            Kind::Missing => 66,
            Kind::Internal => 70,
            Kind::CannotCreate => 73,
            Kind::Io => 74,
            Kind::Busy => 75,
            Kind::Config => 78,
        }
    }

    /// One line for the table in `--help` and the README.
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::Usage => "wrong command line",
            Kind::Data => "input data unusable",
            Kind::Missing => "something needed is missing (no model yet, no such folder)",
            Kind::Internal => "internal error",
            Kind::CannotCreate => "cannot create output",
            Kind::Io => "input/output error",
            Kind::Busy => "another run holds the lock, try later",
            Kind::Config => "wrong config",
        }
    }
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    /// `path`, `path:line:column` or `config.json: /json/pointer`; empty where there is none.
    pub place: String,
    /// What is wrong, a lower-case fragment.
    pub what: String,
    /// Why it is wrong, where the fact alone does not say it.
    pub why: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// A name as a token of a JSON pointer, where two characters are written in another way (RFC 6901).
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Problem {
    /// A problem at a place.
    pub fn at(place: impl fmt::Display, what: impl Into<String>) -> Problem {
        Problem { place: place.to_string(), what: what.into(), why: None, hint: None }
    }

    /// Adds the reason.
    pub fn why(mut self, why: impl fmt::Display) -> Problem {
        self.why = Some(why.to_string());
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// Writes the problem as a labelled message: `error: place: what; why` and the hint below.
    pub fn labelled(&self, label: &str) -> String {
        match &self.hint {
            Some(hint) => format!("{label}: {}\nhint: {}", self.sentence(), visible::line(hint)),
            None => format!("{label}: {}", self.sentence()),
        }
    }

    /// `place: what; why`, on one line: names and cells stand in it, and must not forge another.
    pub fn sentence(&self) -> String {
        let mut text = String::new();
        if !self.place.is_empty() {
            text.push_str(&visible::line(&self.place));
            text.push_str(": ");
        }
        text.push_str(&visible::line(&self.what));
        if let Some(why) = &self.why {
            text.push_str("; ");
            text.push_str(&visible::line(why));
        }
        text
    }
}

/// One or more problems of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    problems: Vec<Problem>,
    more: usize,
}

/// How many problems one message tells; the rest is counted.
pub const TOLD: usize = 20;

impl Error {
    /// An error of one problem.
    pub fn new(kind: Kind, problem: Problem) -> Error {
        Error { kind, problems: vec![problem], more: 0 }
    }

    /// An error of all `problems`; past the first twenty they are only counted.
    pub fn of_all(kind: Kind, mut problems: Vec<Problem>) -> Error {
        let more = problems.len().saturating_sub(TOLD);
        problems.truncate(TOLD);
        Error { kind, problems, more }
    }

    /// An error of so many problems, of which only those that are told are made.
    pub fn of_many(kind: Kind, all: usize, problems: impl Iterator<Item = Problem>) -> Error {
        let problems: Vec<Problem> = problems.take(TOLD).collect();
        Error { kind, more: all.saturating_sub(problems.len()), problems }
    }

    /// The problems of both, as an error of the first one's kind.
    pub fn and(mut self, other: Error) -> Error {
        let room = TOLD.saturating_sub(self.problems.len());
        self.more += other.more + other.problems.len().saturating_sub(room);
        self.problems.extend(other.problems.into_iter().take(room));
        self
    }

    /// `Ok` where there is no problem, else all of them.
    pub fn unless_empty(kind: Kind, problems: Vec<Problem>) -> Result<()> {
        if problems.is_empty() { Ok(()) } else { Err(Error::of_all(kind, problems)) }
    }

    /// The input data cannot be used.
    pub fn data(place: impl fmt::Display, what: impl Into<String>) -> Error {
        Error::new(Kind::Data, Problem::at(place, what))
    }

    /// Something needed is missing.
    pub fn missing(place: impl fmt::Display, what: impl Into<String>) -> Error {
        Error::new(Kind::Missing, Problem::at(place, what))
    }

    /// A contradiction that only a bug can bring about.
    pub fn internal(what: impl Into<String>) -> Error {
        Error::new(Kind::Internal, Problem::at("", what))
            .hint("this is a bug: please report it with the command and the config")
    }

    /// An operation on a file failed. `what` continues "failed to …".
    pub fn io(place: impl fmt::Display, what: &str, source: &std::io::Error) -> Error {
        use std::io::ErrorKind as Io;
        let kind = match source.kind() {
            Io::NotFound => Kind::Missing,
            _ => Kind::Io,
        };
        let hint = match source.kind() {
            Io::NotFound => Some("check the path; relative paths start at the config file"),
            Io::PermissionDenied => Some("give the user that runs this program the right to do so"),
            Io::StorageFull | Io::QuotaExceeded => Some("free some space, then run again"),
            Io::FileTooLarge => Some("raise the limit on the size of files (ulimit -f), then run again"),
            // Of those that the store refuses: another file may lie behind a link.
            Io::InvalidInput if source.get_ref().is_some() => Some("look who put it there, then move it away"),
            Io::IsADirectory => Some("a folder stands where the file should be: move it away"),
            Io::NotADirectory | Io::AlreadyExists => Some("a file stands where a folder should be: move it away"),
            _ => None,
        };
        let mut problem = Problem::at(place, format!("failed to {what}")).why(plain(source));
        problem.hint = hint.map(str::to_string);
        Error::new(kind, problem)
    }

    /// Creating an output failed. `what` continues "failed to …".
    pub fn create(place: impl fmt::Display, what: &str, source: &std::io::Error) -> Error {
        let mut error = Error::io(place, what, source);
        error.kind = Kind::CannotCreate;
        error
    }

    /// The same problems as an error of another kind.
    pub fn of_kind(self, kind: Kind) -> Error {
        Error { kind, ..self }
    }

    /// Adds the reason to the last problem.
    pub fn why(mut self, why: impl fmt::Display) -> Error {
        if let Some(problem) = self.problems.last_mut() {
            problem.why = Some(why.to_string());
        }
        self
    }

    /// Adds the hint to the last problem.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        if let Some(problem) = self.problems.last_mut() {
            problem.hint = Some(hint.into());
        }
        self
    }

    /// Gives a place to the problems that have none: the caller knows the file that a
    /// pure function does not.
    pub fn place_if_none(mut self, place: &str) -> Error {
        for problem in self.problems.iter_mut().filter(|p| p.place.is_empty()) {
            problem.place = place.to_string();
        }
        self
    }

    /// The problems that are told, at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The whole message for a terminal, one problem a paragraph.
    pub fn message(&self) -> String {
        let mut lines: Vec<String> = self.problems.iter().map(|p| p.labelled("error")).collect();
        if self.more > 0 {
            lines.push(format!("error: … and {} more like these", self.more));
        }
        lines.join("\n")
    }
}

/// The system's words without `(os error 2)`.
fn plain(source: &std::io::Error) -> String {
    let text = source.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.problems.iter().map(Problem::sentence).collect();
        f.write_str(&told.join(" | "))?;
        if self.more > 0 {
            write!(f, " | … and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_place_what_why_and_hint() {
        let error = Error::data("sourcedata/a.csv:3:2", "\"1,5\" is not a number")
            .why("column \"age\" holds numbers")
            .hint("write 1.5");
        assert_eq!(
            error.message(),
            "error: sourcedata/a.csv:3:2: \"1,5\" is not a number; column \"age\" holds numbers\nhint: write 1.5"
        );
    }

    #[test]
    fn no_name_forges_a_line() {
        let error = Error::data("in/a\nerror: b.csv", "x\x1b[2J").why("y\r").hint("z\nhint: run it");
        assert_eq!(error.message(), "error: in/a\\nerror: b.csv: x\\u{1b}[2J; y\\r\nhint: z\\nhint: run it");
    }

    #[test]
    fn many_problems_are_told_up_to_a_cap_and_counted() {
        let problems = (0..25).map(|i| Problem::at(i, "bad")).collect();
        let message = Error::of_all(Kind::Data, problems).message();
        assert_eq!(message.lines().count(), 21);
        assert!(message.ends_with("and 5 more like these"));
        let many = |all: usize| Error::of_many(Kind::Data, all, (0..all).map(|i| Problem::at(i, "bad")));
        assert_eq!(many(25).message(), message);
        assert!(many(15).and(many(30)).message().ends_with("and 25 more like these"));
        assert_eq!(many(3).and(many(4)).message().lines().count(), 7);
    }

    #[test]
    fn exit_codes_are_those_of_sysexits() {
        let codes: Vec<u8> = Kind::ALL.iter().map(|k| k.exit_code()).collect();
        assert_eq!(codes, [64, 65, 66, 70, 73, 74, 75, 78]);
    }

    #[test]
    fn the_systems_words_come_without_their_number() {
        let source = std::io::Error::from_raw_os_error(2);
        let error = Error::io("x", "open the file", &source);
        assert_eq!(error.kind, Kind::Missing);
        assert!(error.message().starts_with("error: x: failed to open the file; no such file"));
        assert!(!error.message().contains("os error"));
    }
}
