//! The log on the disk: whole lines are appended, and files rotate by size.
//!
//! Several processes may write at once: a run, and another that finds the lock held. So
//! the file is opened anew for each line, which then goes where the name points at that
//! moment, by a single write at the end of the file.
//!
//! Lines are not synced one by one: the log informs, nothing is decided by it.

use super::disk;
use super::regular::Links;
use crate::error::{Error, Kind, Problem, Result};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A log file and its rotation: `fullprocess.log`, then `fullprocess.log.1` (the newest of
/// the old ones) to `.keep`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Where the log lies.
    pub path: PathBuf,
    /// The size that the file does not outgrow, a single longer line aside.
    pub max_bytes: u64,
    /// How many old files are kept; with 0 the log is emptied instead.
    pub keep: usize,
}

impl Rotated {
    /// Appends a line, which must end in a line end; rotates before, where it would not fit.
    ///
    /// # Errors
    /// The log cannot be opened, written or rotated.
    pub fn append(&self, line: &[u8]) -> Result<()> {
        let mut file = self.open()?;
        let size = self.size(&file)?;
        // An empty file would make no more room by rotating.
        let full = size > 0 && size.saturating_add(line.len() as u64) > self.max_bytes;
        if full && self.rotate(&file)? {
            file = self.open()?;
        }
        let failed = |e| Error::io(self.path.display(), "write the log", &e);
        if ends_inside_a_line(&file).map_err(failed)? {
            // A full disk or a crash cut the last line: this one does not join onto it.
            return disk::write(&file, &[b"\n", line].concat()).map_err(failed);
        }
        disk::write(&file, line).map_err(failed)
    }

    /// Rotates a log that has reached its size already, as before a run.
    ///
    /// # Errors
    /// The log cannot be opened or rotated.
    pub fn rotate_if_full(&self) -> Result<()> {
        let file = self.open()?;
        if self.size(&file)? >= self.max_bytes {
            self.rotate(&file)?;
        }
        Ok(())
    }

    fn open(&self) -> Result<File> {
        let opened = disk::open(OpenOptions::new().read(true).append(true).create(true), Links::Followed, &self.path);
        opened.map_err(|e| match e.kind() {
            ErrorKind::InvalidInput | ErrorKind::IsADirectory => {
                let problem = Problem::at(self.path.display(), "the log is not a regular file").hint("move it away");
                Error::new(Kind::CannotCreate, problem)
            }
            _ => Error::create(self.path.display(), "open the log", &e),
        })
    }

    fn size(&self, file: &File) -> Result<u64> {
        file.metadata().map(|m| m.len()).map_err(|e| Error::io(self.path.display(), "read the size of the log", &e))
    }

    /// Shifts the files by one; `false` where another process is at it or has just done it.
    fn rotate(&self, file: &File) -> Result<bool> {
        // The lock is taken on the old file and goes with its handle. Where it is taken
        // already, or the name points elsewhere by now, somebody else has rotated.
        if file.try_lock().is_err() || !self.is_current(file) {
            return Ok(false);
        }
        let failed = |e| Error::io(self.path.display(), "rotate the log", &e);
        self.remove_beyond_keep().map_err(failed)?;
        if self.keep == 0 {
            // In place, so that no process goes on writing into a file without a name.
            disk::set_length(file, 0).map_err(failed)?;
            return Ok(true);
        }
        // A gap, left by an interrupted rotation or by hand, saves the older files a shift.
        let free = (1..self.keep).find(|n| !self.old(*n).exists()).unwrap_or(self.keep);
        // From the oldest on, so that a file is only renamed into a gap or onto the one that goes.
        for n in (1..free).rev() {
            disk::rename(&self.old(n), &self.old(n + 1)).map_err(failed)?;
        }
        disk::rename(&self.path, &self.old(1)).map_err(failed)?;
        Ok(true)
    }

    fn is_current(&self, file: &File) -> bool {
        match (file.metadata(), fs::metadata(&self.path)) {
            (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
            _ => false,
        }
    }

    /// Files from before `keep` was lowered.
    fn remove_beyond_keep(&self) -> std::io::Result<()> {
        for n in self.keep + 1.. {
            match disk::remove(&self.old(n)) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::NotFound => break,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn old(&self, n: usize) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{n}"));
        Path::new(&name).to_path_buf()
    }
}

fn ends_inside_a_line(file: &File) -> std::io::Result<bool> {
    let Some(end) = file.metadata()?.len().checked_sub(1) else { return Ok(false) };
    let mut last = [b'\n'];
    // Nothing is read where another process has just emptied the file: then no line is cut.
    file.read_at(&mut last, end)?;
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(folder: &Path, max_bytes: u64, keep: usize) -> Rotated {
        Rotated { path: folder.join("a.log"), max_bytes, keep }
    }

    /// Names and contents, in order.
    fn contents(folder: &Path) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .map(|p| (p.file_name().unwrap().to_str().unwrap().to_string(), fs::read_to_string(p).unwrap()))
            .collect();
        found.sort();
        found
    }

    fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
        wanted.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    }

    #[test]
    fn files_rotate_by_size_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(folder.path(), 4, 2);
        for line in ["1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "7\n"] {
            log.append(line.as_bytes()).unwrap();
        }
        let wanted = pairs(&[("a.log", "7\n"), ("a.log.1", "5\n6\n"), ("a.log.2", "3\n4\n")]);
        assert_eq!(contents(folder.path()), wanted);
        log.append(b"a line longer than the limit\n").unwrap();
        assert_eq!(contents(folder.path())[0].1, "a line longer than the limit\n");
        log.rotate_if_full().unwrap();
        assert_eq!(contents(folder.path())[0], ("a.log.1".into(), "a line longer than the limit\n".into()));
    }

    #[test]
    fn with_none_to_keep_the_log_begins_anew_and_old_files_go() {
        let folder = tempfile::tempdir().unwrap();
        for n in 1..=3 {
            fs::write(folder.path().join(format!("a.log.{n}")), "old").unwrap();
        }
        let log = log(folder.path(), 4, 0);
        for line in ["1\n", "2\n", "3\n"] {
            log.append(line.as_bytes()).unwrap();
        }
        assert_eq!(contents(folder.path()), pairs(&[("a.log", "3\n")]));
    }

    #[test]
    fn a_gap_is_filled_before_anything_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.log"), "now\n").unwrap();
        fs::write(folder.path().join("a.log.1"), "1").unwrap();
        fs::write(folder.path().join("a.log.3"), "3").unwrap();
        log(folder.path(), 4, 3).rotate_if_full().unwrap();
        assert_eq!(contents(folder.path()), pairs(&[("a.log.1", "now\n"), ("a.log.2", "1"), ("a.log.3", "3")]));
    }

    #[test]
    fn whoever_comes_second_does_not_rotate_again() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(folder.path(), 4, 3);
        log.append(b"12345\n").unwrap();
        let (first, second) = (log.open().unwrap(), log.open().unwrap());
        assert!(log.rotate(&first).unwrap());
        assert!(!log.rotate(&second).unwrap());
        drop(first);
        assert!(!log.rotate(&second).unwrap());
        assert_eq!(contents(folder.path()), pairs(&[("a.log.1", "12345\n")]));
    }

    #[test]
    fn writers_at_once_lose_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = log(folder.path(), 400, 1000);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let log = &log;
                scope.spawn(move || {
                    for n in 0..100 {
                        log.append(format!("{writer} {n:03}\n").as_bytes()).unwrap();
                    }
                });
            }
        });
        let all = contents(folder.path());
        let mut lines: Vec<&str> = all.iter().flat_map(|(_, text)| text.lines()).collect();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), 400);
        assert!(lines.iter().all(|line| line.len() == 5) && all.len() > 3);
    }

    #[test]
    fn a_cut_line_is_ended_first() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.log"), "cut he").unwrap();
        log(folder.path(), 100, 1).append(b"next\n").unwrap();
        assert_eq!(contents(folder.path()), pairs(&[("a.log", "cut he\nnext\n")]));
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a.log")).unwrap();
        let error = log(folder.path(), 100, 1).append(b"line\n").unwrap_err();
        assert!(error.message().contains("the log is not a regular file"), "{}", error.message());
    }
}
