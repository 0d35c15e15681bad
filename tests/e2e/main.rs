//! End to end: the binaries in temporary folders, as users run them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

mod added;
mod alarms;
mod api;
mod auto;
mod bad_input;
mod benchmarks;
mod cli;
mod crash_sweep;
mod dependencies;
mod deployment;
mod docs;
mod drift;
mod examples;
mod faults;
mod formats;
mod fuzz;
mod gate_size;
mod hostile;
mod ingestion;
mod load;
mod mishaps;
mod network;
mod prediction_log;
mod project;
mod real_data;
mod reports;
mod same_bytes;
mod segments;
mod several_classes;
mod signing;
mod soak;
mod story;
mod supply_chain;
mod tasks;
mod tidy;
