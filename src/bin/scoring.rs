//! See `scoring --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    incumbent::cli::main(&incumbent::run::scoring::BINARY)
}
