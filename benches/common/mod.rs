//! What the measured programs share: a project whose input was ingested before, opened as the
//! binaries open it, and one line of JSON about the times.

use incumbent::config::Config;
use incumbent::error::{Error, Result};
use incumbent::event::{Silent, Stage};
use incumbent::run::{self, Context, ingestion};
use incumbent::stages::manifest::Manifest;
use incumbent::store::batch::Batch;
use incumbent::store::files;
use incumbent::table::Table;
use std::path::Path;
use std::process::ExitCode;

/// The config in the file of that name.
///
/// # Errors
/// It cannot be read, or says what no config says.
pub fn config(name: &str) -> Result<Config> {
    let path = std::path::absolute(Path::new(name)).map_err(|e| Error::io(name, "find the file", &e))?;
    Config::parse(&files::read_text(&path, name)?, &path, name, &run::catalog())
}

/// The merged rows of a project and their manifest.
///
/// # Errors
/// Nothing was ingested there, or what was ingested was changed since.
pub fn merged(config: &Config) -> Result<(Table, Manifest)> {
    let ctx = Context::new(config, "bench", true, &Silent);
    let manifest = ingestion::manifest_before(&ctx)?
        .ok_or_else(|| Error::missing(&config.name, "nothing was ingested").hint("run ingestion first"))?;
    let table = ingestion::merged_table(&ctx, &Batch::new(true)?, &manifest, Stage::Diagnostics)?;
    Ok((table, manifest))
}

/// Runs `work` on the `N` arguments that `usage` names and prints what it found. `cargo bench`
/// gives none: then there is nothing to measure, and that is said.
pub fn main<const N: usize>(usage: &str, work: impl FnOnce([String; N]) -> Result<serde_json::Value>) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Ok(arguments) = <[String; N]>::try_from(arguments) else {
        eprintln!("usage: {usage}; benches/peers/compare.py calls it");
        return ExitCode::SUCCESS;
    };
    match work(arguments) {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", error.message());
            ExitCode::from(error.kind.exit_code())
        }
    }
}
