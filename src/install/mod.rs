//! Texts that put `fullprocess` on the machine's schedule: a crontab line, systemd units.
//!
//! Nothing is installed from here: the texts are printed, and whoever runs the machine
//! puts them where they belong.

mod calendar;
mod crontab;
mod systemd;

pub use calendar::on_calendar;
pub use crontab::crontab_line;
pub use systemd::{Units, systemd_units};

use crate::error::{Error, Kind, Problem, Result};
use crate::schedule::fields::Fields;
use std::path::Path;

/// The schedule of a config.
fn scheduled(config: &Path, schedule: Option<&str>) -> Result<Fields> {
    let wrong = |what: String, hint: String| {
        Error::new(Kind::Config, Problem::at(format!("{}: /schedule", config.display()), what).hint(hint))
    };
    match schedule {
        Some(text) => Fields::parse(text).map_err(|(what, hint)| wrong(what, hint)),
        None => Err(wrong(
            "no schedule is configured".to_string(),
            "add one to the config, for example \"schedule\": \"*/10 * * * *\"".to_string(),
        )),
    }
}

/// A path as text that may stand in a crontab or a unit: absolute, UTF-8, without control characters.
fn printable(path: &Path) -> Result<&str> {
    let refuse = |why: &str| {
        Err(Error::new(
            Kind::Config,
            Problem::at(format!("{path:?}"), "the path cannot stand in a crontab or a unit")
                .why(why)
                .hint("rename the file or folder"),
        ))
    };
    match path.to_str() {
        None => refuse("it is not UTF-8"),
        Some(text) if text.contains(['\n', '\r']) => refuse("it holds a line end"),
        Some(text) if text.chars().any(char::is_control) => refuse("it holds a control character"),
        Some(_) if !path.is_absolute() => Err(Error::internal(format!("the path {path:?} is not absolute"))),
        Some(text) => Ok(text),
    }
}
