//! Input files on their way from the disk before they are asked for: a disk that is busy with what
//! is written answers late.

use super::files::InputFile;
use super::regular;
use rustix::fs::{Advice, fadvise};
use std::cell::Cell;
use std::num::NonZeroU64;

/// Bytes that are on their way ahead of what is read: what is read in a few tenths of a second.
const AHEAD: u64 = 64 << 20;
/// Bytes that are asked for at once.
const STEP: u64 = 8 << 20;

/// Bytes at the beginning of a file that are enough to know its columns by.
const HEAD: u64 = 512 << 10;

/// Asks for the beginnings of files, of as many as memory should be taken for.
pub fn heads(inputs: &[InputFile]) {
    let mut left = AHEAD;
    for input in inputs {
        if left == 0 {
            break;
        }
        let bytes = HEAD.min(input.bytes).min(left);
        ask(input, 0, bytes);
        left -= bytes;
    }
}

/// Only advice: a file that cannot be opened is told when it is read.
fn ask(input: &InputFile, offset: u64, bytes: u64) {
    if let (Ok(file), Some(bytes)) = (regular::open_itself(&input.path), NonZeroU64::new(bytes)) {
        let _ = fadvise(&file, offset, Some(bytes), Advice::WillNeed);
    }
}

/// Files that are read one after the other, each from its beginning to its end.
pub struct ReadAhead<'a> {
    inputs: &'a [InputFile],
    /// Up to where they were asked for: a file, and a place in it.
    file: Cell<usize>,
    offset: Cell<u64>,
    /// The same, of all of them.
    asked: Cell<u64>,
}

impl<'a> ReadAhead<'a> {
    /// Over files of which none was read yet.
    pub fn new(inputs: &'a [InputFile]) -> ReadAhead<'a> {
        ReadAhead { inputs, file: Cell::new(0), offset: Cell::new(0), asked: Cell::new(0) }
    }

    /// Says that nothing more is read of the files up to this one, where `bytes` of all files together
    /// are done with.
    pub fn done_with(&self, file: usize, bytes: u64) {
        if self.file.get() <= file {
            self.file.set(file + 1);
            self.offset.set(0);
            self.asked.set(bytes);
        }
    }

    /// Asks for what comes next, where reading has got to `bytes` of all files together.
    pub fn reached(&self, bytes: u64) {
        while self.asked.get() + STEP <= bytes + AHEAD
            && let Some(input) = self.inputs.get(self.file.get())
        {
            let offset = self.offset.get();
            let step = STEP.min(input.bytes.saturating_sub(offset));
            ask(input, offset, step);
            self.asked.set(self.asked.get() + step);
            self.offset.set(offset + step);
            if offset + step >= input.bytes {
                self.file.set(self.file.get() + 1);
                self.offset.set(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Folders;
    use crate::store::files;
    use std::fs::File;

    #[test]
    fn what_comes_next_is_asked_for_across_files() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("a.csv", 5 * STEP), ("b.csv", 0), ("c.csv", STEP / 2), ("d.csv", 10 * STEP)] {
            File::create(folder.path().join(name)).unwrap().set_len(bytes).unwrap();
        }
        let folders = Folders::new(&folder.path().join("config.json"), |_| ".");
        let (inputs, _) = files::inputs(folder.path(), &folders).unwrap();
        let ahead = ReadAhead::new(&inputs);
        let asked_at = |bytes: u64| {
            ahead.reached(bytes);
            (inputs.get(ahead.file.get()).map(|input| input.name.as_str()), ahead.offset.get(), ahead.asked.get())
        };
        let at_first = (Some("d.csv"), 2 * STEP, 7 * STEP + STEP / 2);
        assert_eq!(asked_at(0), at_first);
        assert!((AHEAD - STEP + 1..=AHEAD).contains(&at_first.2));
        std::fs::remove_file(folder.path().join("d.csv")).unwrap();
        assert_eq!(asked_at(STEP / 4), at_first, "not enough for a step");
        assert_eq!(asked_at(STEP), (Some("d.csv"), 3 * STEP, 8 * STEP + STEP / 2), "a file that is gone says so later");
        let ahead_of = ReadAhead::new(&inputs);
        ahead_of.done_with(0, 5 * STEP);
        ahead_of.reached(5 * STEP);
        assert_eq!((ahead_of.file.get(), ahead_of.asked.get()), (3, 12 * STEP + STEP / 2));
        assert_eq!(asked_at(20 * STEP), (None, 0, 15 * STEP + STEP / 2));
        assert_eq!(asked_at(u64::MAX / 2), (None, 0, 15 * STEP + STEP / 2));
    }
}
