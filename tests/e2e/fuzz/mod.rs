//! Bytes of all kinds into everything that reads bytes: never a panic, never an answer without a
//! place, and where the bytes mean something, what a naive reader makes of them.
//!
//! Each target tries some dozens of cases in `cargo test`; `PROPTEST_CASES=100000` makes a campaign
//! of it, see docs/testing.md. What campaigns have found stands as a plain test beside its target.
//!
//! - `csv`: the reader, in every dialect, beside the csv crate.
//! - `compressed`: gzip and zstd, damaged.
//! - `folder`: ingestion of a whole folder, beside a naive one.
//! - `config`: `config.json`.
//! - `models`: model files whose checksum was computed anew.
//! - `artefacts`: the other files that runs read again.
//! - `bodies`: the body of every endpoint.
//! - `confined`: the same under a limit of memory and time.

mod artefacts;
mod bodies;
pub mod compressed;
mod config;
mod confined;
mod csv;
mod folder;
mod models;
mod mutation;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// So many cases, or as many as a campaign asks for. What fails is told with its bytes: no file
/// of seeds is kept.
pub fn cases(usual: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(usual), failure_persistence: None, ..Config::default() }
}

/// Runs a test over a strategy: for targets whose set-up is made once for all cases.
pub fn run<S: Strategy>(usual: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    TestRunner::new(cases(usual)).run(strategy, test).unwrap_or_else(|e| panic!("{e}"));
}

/// Bytes in which everything stands that means something in a table: delimiters, quotes, line ends
/// of all kinds, marks, NUL, cells of all kinds, text beyond ASCII, what is no text at all.
pub fn bytes(pieces: usize) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(&b",;\t|"[..]).prop_map(|b| vec![b]),
        4 => prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]).prop_map(|s| s.as_bytes().to_vec()),
        3 => Just(b"\"".to_vec()),
        1 => Just(b"\"\"".to_vec()),
        6 => "[a-c0-9]{1,3}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["", " ", "NA", "-1.5e300", "2026-01-02", "yes", "é", "\u{feff}", "\u{202e}", "=1+1"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|b| vec![b]),
        1 => prop::sample::select(vec![&b"\0"[..], b"\xff\xfe", b"\xef\xbb", b"\xc3", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
            .prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(piece, 0..pieces).prop_map(|pieces| pieces.concat())
}
