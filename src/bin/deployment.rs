//! See `deployment --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    incumbent::cli::main(&incumbent::run::deployment::BINARY)
}
