//! See `ingestion --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    incumbent::cli::main(&incumbent::run::ingestion::BINARY)
}
