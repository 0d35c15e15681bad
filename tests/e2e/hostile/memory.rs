//! The peak of a run's memory.

use crate::project::{Project, Ran, command};
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// What a run may take in a debug build with two threads, whatever it is fed, in bytes.
pub const BOUND: u64 = 300 << 20;

/// After that a run is not slow, but waits for something.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a binary, and tells the most memory that it was seen to hold.
pub fn measured(project: &Project, binary: &str, arguments: &[&str]) -> (Ran, u64) {
    let mut child = command(binary)
        .args(arguments)
        .current_dir(project.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let drain = |stream: Option<Box<dyn Read + Send>>| {
        let mut stream = stream.unwrap();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).map(|_| bytes).unwrap()
        })
    };
    let out = drain(child.stdout.take().map(|s| Box::new(s) as _));
    let err = drain(child.stderr.take().map(|s| Box::new(s) as _));
    let status = format!("/proc/{}/status", child.id());
    let (mut peak, begin) = (0, Instant::now());
    let code = loop {
        // The mark only rises: what is missed is what came in the last moment.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let seen = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(seen.unwrap_or(0) * 1024);
        if let Some(status) = child.try_wait().unwrap() {
            break status.code().unwrap_or(-1);
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{binary} {arguments:?} had not ended after {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |bytes: std::thread::JoinHandle<Vec<u8>>| String::from_utf8(bytes.join().unwrap()).unwrap();
    (Ran { code, out: text(out), err: text(err) }, peak)
}

/// A run that ends with this code, says these things, and stays within the bound.
pub fn bounded(project: &Project, name: &str, code: i32, says: &[&str]) {
    bounded_by(BOUND, project, name, code, says);
}

/// The same with a bound of its own.
pub fn bounded_by(bound: u64, project: &Project, name: &str, code: i32, says: &[&str]) {
    let (ran, peak) = measured(project, "fullprocess", &["--quiet", "--force"]);
    ran.expect(code).says(says);
    eprintln!("{name}: at most {} MB", peak >> 20);
    assert!(peak > 0 && peak < bound, "{name}: {} MB", peak >> 20);
}
