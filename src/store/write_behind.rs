//! The way of a large file to the disk while it is still written: the disk works while the
//! processors do, and little is left to the sync at the end.

use super::disk;
use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::thread::JoinHandle;

/// After so many bytes the system is asked to begin with handing them to the disk.
const STEP: u64 = 8 << 20;

/// After so many bytes the disk is asked to keep what it was handed. It has a cache of its own, and
/// a sync waits until all of that is kept, which for a large file takes long.
const SYNC: u64 = 32 << 20;

/// A file that is written from its beginning to its end.
#[derive(Debug)]
pub struct WriteBehind {
    file: File,
    handed: u64,
    synced: u64,
    sync: Option<JoinHandle<io::Result<()>>>,
}

impl WriteBehind {
    /// Over a file of which nothing was written yet.
    pub fn new(file: File) -> WriteBehind {
        WriteBehind { file, handed: 0, synced: 0, sync: None }
    }

    /// Whether the file, at `bytes` now, has grown enough for [`go_on`](WriteBehind::go_on).
    pub fn is_due(&self, bytes: u64) -> bool {
        bytes - self.handed >= STEP
    }

    /// Begins with what was written since, up to `bytes`, and waits for nothing.
    ///
    /// # Errors
    /// What was begun before has failed. The system tells that once, so it must not get lost.
    pub fn go_on(&mut self, bytes: u64) -> io::Result<()> {
        hand_over(&self.file, self.handed, bytes - self.handed);
        self.handed = bytes;
        if bytes - self.synced < SYNC || self.sync.as_ref().is_some_and(|sync| !sync.is_finished()) {
            return Ok(());
        }
        self.finish()?;
        let file = self.file.try_clone()?;
        let thread = std::thread::Builder::new().name("sync".to_string());
        // Without a thread all of it is left to the sync at the end.
        self.sync = thread.spawn(move || disk::sync(&file)).ok();
        self.synced = bytes;
        Ok(())
    }

    /// Waits for what was begun.
    ///
    /// # Errors
    /// It has failed.
    pub fn finish(&mut self) -> io::Result<()> {
        let ended = self.sync.take().map(JoinHandle::join);
        ended.unwrap_or(Ok(Ok(()))).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Has the system begin to write a part of a file to the disk, without waiting for it. Linux does
/// so when it is told that the pages are not needed; those not written yet stay in memory.
fn hand_over(file: &File, offset: u64, bytes: u64) {
    use rustix::fs::{Advice, fadvise};
    // Only advice: the sync at the end is what counts.
    let _ = fadvise(file, offset, NonZeroU64::new(bytes), Advice::DontNeed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_is_on_its_way_while_more_is_written_arrives() {
        let mut file = tempfile::tempfile().unwrap();
        let mut behind = WriteBehind::new(file.try_clone().unwrap());
        let part = vec![b'x'; STEP as usize];
        let mut bytes = 0;
        while bytes < 2 * SYNC {
            assert!(!behind.is_due(bytes));
            file.write_all(&part).unwrap();
            bytes += STEP;
            assert!(behind.is_due(bytes));
            behind.go_on(bytes).unwrap();
            assert_eq!(behind.sync.is_some(), bytes >= SYNC, "at {bytes}");
        }
        behind.finish().unwrap();
        assert!(behind.sync.is_none());
    }

    #[test]
    fn a_sync_that_fails_on_the_way_is_told() {
        // It can be written to, and cannot be synced.
        let file = || File::options().write(true).open("/dev/full").unwrap();
        let mut behind = WriteBehind::new(file());
        behind.go_on(SYNC).unwrap();
        behind.finish().unwrap_err();
        behind.finish().unwrap();
        let mut behind = WriteBehind::new(file());
        behind.go_on(SYNC).unwrap();
        while behind.sync.as_ref().is_some_and(|sync| !sync.is_finished()) {
            std::thread::yield_now();
        }
        behind.go_on(2 * SYNC).unwrap_err();
    }
}
