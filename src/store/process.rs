//! What the system says of this process, as Linux tells it under `/proc`.

use super::files;
use std::path::Path;
use std::sync::OnceLock;

/// This process; what cannot be had is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    /// Processor time that it took, in seconds.
    pub cpu_seconds: Option<f64>,
    /// Memory that it holds, in bytes.
    pub resident_bytes: Option<u64>,
    /// Memory that it may address, in bytes.
    pub virtual_bytes: Option<u64>,
    /// Files and sockets that are open.
    pub open_descriptors: Option<u64>,
    /// How many may be.
    pub max_descriptors: Option<u64>,
    /// Its threads.
    pub threads: Option<u64>,
    /// When it began, in seconds since 1970.
    pub started: Option<f64>,
}

impl Process {
    /// As it is now.
    pub fn now() -> Process {
        // The system's own table of processor statistics is long, and the answer never changes.
        static STARTED: OnceLock<Option<f64>> = OnceLock::new();
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let stat = text("/proc/self/stat").unwrap_or_default();
        let status = text("/proc/self/status").unwrap_or_default();
        // One of them is the folder that is being read.
        let open = std::fs::read_dir("/proc/self/fd").map(|entries| entries.count().saturating_sub(1) as u64);
        Process {
            cpu_seconds: field(&stat, 14).zip(field(&stat, 15)).map(|(user, system)| (user + system) as f64 / ticks),
            resident_bytes: named(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024),
            virtual_bytes: named(&status, "VmSize:").map(|kilobytes| kilobytes * 1024),
            open_descriptors: open.ok(),
            max_descriptors: named(&text("/proc/self/limits").unwrap_or_default(), "Max open files"),
            threads: field(&stat, 20),
            started: *STARTED.get_or_init(|| {
                let boot = named(&text("/proc/stat")?, "btime")?;
                Some(boot as f64 + field(&stat, 22)? as f64 / ticks)
            }),
        }
    }
}

fn text(path: &str) -> Option<String> {
    let bytes = files::read_if_there(Path::new(path), path).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A field of `/proc/self/stat`, counted from 1 as in proc(5). The second is the name of the
/// program in parentheses, which may hold spaces and parentheses of its own.
fn field(stat: &str, number: usize) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

/// The first number on the line that begins like this.
fn named(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_after_the_name_whatever_it_holds() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 9 0 123456 1000 10 18446744073709551615";
        let found = [14, 15, 20, 22].map(|number| field(stat, number));
        assert_eq!(found, [Some(250), Some(50), Some(9), Some(123_456)]);
        assert_eq!((field(stat, 99), field(stat, 1), field("", 14)), (None, None, None));
    }

    #[test]
    fn numbers_are_found_by_name() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files   1024   524288   files\nMax locks  unlimited";
        assert_eq!(named(limits, "Max open files"), Some(1024));
        assert_eq!(named(limits, "Max locks"), None);
        assert_eq!(named("VmSize:\t 90 kB\nVmRSS:\t  12 kB\n", "VmRSS:"), Some(12));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_described() {
        let process = Process::now();
        assert!(process.resident_bytes > Some(100_000) && process.virtual_bytes >= process.resident_bytes);
        assert!(process.open_descriptors >= Some(1) && process.threads >= Some(1), "{process:?}");
        assert!(process.cpu_seconds.is_some_and(|s| s >= 0.0));
        let age = chrono::Utc::now().timestamp() as f64 - process.started.unwrap();
        assert!((-5.0..86_400.0).contains(&age), "{age}");
    }
}
