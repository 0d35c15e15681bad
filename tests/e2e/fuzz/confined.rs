//! A test in a process of its own, which may take so much memory and time and no more: what is
//! fed to it shall exhaust neither.

use std::process::Command;
use std::time::{Duration, Instant};

/// Set where the test is the one that is confined.
const INSIDE: &str = "INCUMBENT_FUZZ_CONFINED";
/// Kilobytes of address space. What is read is a hundred kilobytes; most of this is room for
/// stacks and for what allocators set aside for threads.
const MEMORY: u64 = 1_500_000;

/// Runs the test of that name elsewhere, and says so; `false` is for the one who is there.
pub fn elsewhere(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let asked: u64 = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(0);
    // A campaign takes as long as it takes; a single case that hangs shall not hold up a test.
    let time = Duration::from_secs(300 + 2 * asked);
    let line = format!("ulimit -v {MEMORY}; exec \"$0\" --exact {test} --nocapture --test-threads=1");
    let mut child = Command::new("sh")
        .args(["-c", &line])
        .arg(program)
        .env(INSIDE, "1")
        .env("MALLOC_ARENA_MAX", "2")
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() > time => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{test}: not done after {time:?}");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success(), "{test}: {status}, see above");
    true
}
