//! What became of all requests, counted; and the memory of the app over time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Failures that are kept in words.
const KEPT: usize = 10;

#[derive(Debug, Default)]
pub struct Tally {
    /// Answers of each of the two versions.
    answered: [AtomicU64; 2],
    counts: Mutex<BTreeMap<String, u64>>,
    wrong: Mutex<(u64, Vec<String>)>,
}

impl Tally {
    pub fn answered(&self, version: usize) {
        self.answered[version].fetch_add(1, Ordering::Relaxed);
    }

    /// Something that may happen.
    pub fn count(&self, what: &str) {
        *self.counts.lock().unwrap().entry(what.to_string()).or_default() += 1;
    }

    /// Something that may not.
    pub fn wrong(&self, what: String) {
        let mut wrong = self.wrong.lock().unwrap();
        wrong.0 += 1;
        if wrong.1.len() < KEPT {
            wrong.1.push(what);
        }
    }

    pub fn of_versions(&self) -> [u64; 2] {
        [0, 1].map(|version| self.answered[version].load(Ordering::Relaxed))
    }

    pub fn counted(&self, what: &str) -> u64 {
        self.counts.lock().unwrap().get(what).copied().unwrap_or_default()
    }

    pub fn told(&self) -> String {
        let [one, two] = self.of_versions();
        let counts = self.counts.lock().unwrap();
        let counts: String = counts.iter().map(|(what, count)| format!(", {what}: {count}")).collect();
        format!("answers of version 1: {one}, of version 2: {two}{counts}")
    }

    pub fn assert_right(&self) {
        let wrong = self.wrong.lock().unwrap();
        assert!(wrong.0 == 0, "{} requests failed, the first:\n{}\n{}", wrong.0, wrong.1.join("\n"), self.told());
    }
}

/// A number that the system tells of a process, such as `VmRSS` in bytes.
fn status(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap()
}

/// Resident memory, in bytes.
pub fn resident(pid: u32) -> u64 {
    status(pid, "VmRSS") * 1024
}

/// Files and sockets that are open.
pub fn descriptors(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// The greatest of a part of the samples, given in shares of their number.
pub fn greatest(samples: &[u64], from: f64, to: f64) -> u64 {
    let at = |share: f64| (share * samples.len() as f64) as usize;
    samples[at(from)..at(to).max(at(from) + 1).min(samples.len())].iter().copied().max().unwrap_or_default()
}
