//! See `apicalls --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    incumbent::cli::main(&incumbent::run::api_calls::BINARY)
}
