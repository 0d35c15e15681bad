//! Rows that came in over HTTP, kept in files among the inputs.
//!
//! They are appended to one open file, `added.csv`. A run gives that file a final name
//! before it reads the folder, as `added-20261121T094339Z.csv`: it is sealed, and the next
//! row begins a new open file. So nobody appends to a file that is being ingested.
//!
//! An append is acknowledged once its bytes are on the disk. One that was cut short by a
//! crash was not: what it left is cut off before anything else happens to the file. All of
//! this is done under the lock `.added.lock`, in which each append says beforehand from
//! where to where it will write ([`Mark`]). Where that file is missing, nothing was ever
//! added, and an `added.csv` is somebody else's.

use super::regular::{self, Links};
use super::{batch, disk, layout};
use crate::error::{Error, Kind, Problem, Result};
use crate::sources::fields::write_record;
use crate::sources::record::{Broken, Records};
use chrono::{DateTime, Utc};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the lock is waited for. Whoever holds it writes a few buffers or renames a file.
const WAIT: Duration = Duration::from_secs(5);
/// Between two looks at the lock: short, so that a run gets its turn among many appends.
const PAUSE: Duration = Duration::from_micros(500);

/// The added rows of an input folder. Threads share one; processes share the folder.
#[derive(Debug)]
pub struct Added {
    folder: PathBuf,
    shown: String,
    wait: Duration,
    known: Mutex<Option<Known>>,
}

/// The open file as this process left it: whole, and on the disk with its name.
#[derive(Debug, Clone, Copy)]
struct Known {
    device: u64,
    inode: u64,
    bytes: u64,
    rows: u64,
}

/// What an append did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The name of the open file, relative to the input folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Rows in it: those that no run has seen yet.
    pub rows_waiting: u64,
}

/// All added rows at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Names of the sealed files, relative to the input folder.
    pub sealed: Vec<String>,
    /// The open file up to its last whole row, where there is one. It can be read to its
    /// end whatever is appended meanwhile, and also after it was sealed.
    pub open: Option<io::Take<File>>,
}

impl Added {
    /// Over an input folder; `shown` is what messages call it.
    pub fn new(folder: &Path, shown: &str) -> Added {
        Added { folder: folder.to_path_buf(), shown: shown.to_string(), wait: WAIT, known: Mutex::new(None) }
    }

    /// Appends rows: `rows` are `count` whole CSV records with a line end each, of the
    /// columns `header`. They are on the disk when this returns. An open file of other
    /// columns is sealed first.
    ///
    /// # Errors
    /// [`Kind::Busy`]: another process held the lock for too long. [`Kind::Io`] and others:
    /// writing failed; then none of the rows stands in the file.
    pub fn append(&self, header: &[&str], rows: &[u8], count: u64) -> Result<Appended> {
        if whole(rows).ok() != Some(Whole { bytes: rows.len() as u64, records: count }) {
            return Err(Error::internal("rows to add are not whole CSV records"));
        }
        let mut line = Vec::new();
        write_record(header.iter().map(|name| name.as_bytes()), &mut line);
        let mut known = self.known();
        self.refuse_foreign()?;
        let lock = self.take(self.lock_file(OpenOptions::new().write(true).create(true).truncate(false))?)?;
        let mut open = self.open()?;
        let mut now = self.mend(&open, &mut known)?;
        if now.bytes > 0 && !begins_with(&open, &line) {
            self.rename(&mut known, Utc::now())?;
            open = self.open()?;
            now = self.mend(&open, &mut known)?;
        }
        let is_new = now.bytes == 0;
        let bytes = if is_new { [&line, rows].concat() } else { rows.to_vec() };
        let mark = Mark { inode: now.inode, from: now.bytes, to: now.bytes + bytes.len() as u64 };
        disk::write(&lock, mark.text().as_bytes()).map_err(|e| self.failed("note where rows will be added", &e))?;
        let written = disk::write(&open, &bytes).and_then(|()| disk::sync(&open));
        if let Err(e) = written {
            // Whatever part of it stands there was not acknowledged and must not be read.
            *known = None;
            let _ = disk::set_length(&open, now.bytes).and_then(|()| disk::sync(&open));
            return Err(self.failed("add the rows", &e));
        }
        let now = Known { bytes: mark.to, rows: now.rows + count, ..now };
        *known = Some(now);
        Ok(Appended { file: layout::ADDED.to_string(), bytes: now.bytes, rows_waiting: now.rows })
    }

    /// Gives the open file its final name and tells it; `None` where no rows wait.
    ///
    /// # Errors
    /// [`Kind::Busy`]: another process held the lock for too long. Else: the file cannot
    /// be renamed. The rows lie in the open file then, as before.
    pub fn seal(&self, now: DateTime<Utc>) -> Result<Option<String>> {
        let mut known = self.known();
        match self.lock_if_there()? {
            Some(_lock) => self.rename(&mut known, now),
            None => Ok(None),
        }
    }

    /// The added rows, none missing and none twice, without a row that is half written.
    ///
    /// # Errors
    /// The folder or the open file cannot be read, or another process held the lock for too long.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let _known = self.known();
        let lock = self.lock_if_there()?;
        let mut sealed = self.files()?;
        sealed.retain(|name| name != layout::ADDED);
        let open = match (lock, regular::open_itself(&self.path())) {
            (Some(_), Ok(mut file)) => {
                let whole = self.whole(&file)?;
                file.rewind().map_err(|e| self.failed("read the file", &e))?;
                Some(file.take(whole.bytes))
            }
            (Some(_), Err(e)) if e.kind() != ErrorKind::NotFound => return Err(self.failed("open the file", &e)),
            _ => None,
        };
        Ok(Snapshot { sealed, open })
    }

    /// Names of the files of added rows, sealed and open, relative to the input folder, in
    /// order of ingestion.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn files(&self) -> Result<Vec<String>> {
        let list = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(&self.folder)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let is_open = name == layout::ADDED && self.is_kept();
                if (is_open || is_sealed(&name)) && entry.file_type()?.is_file() {
                    names.push(name);
                }
            }
            names.sort();
            Ok(names)
        };
        list().map_err(|e| Error::io(&self.shown, "read the folder", &e))
    }

    /// Whether `added.csv` is a file of added rows, or would be: rows were added before.
    pub fn is_kept(&self) -> bool {
        fs::symlink_metadata(self.folder.join(layout::ADDED_LOCK)).is_ok_and(|m| m.is_file())
    }

    /// Whether the open file ends inside a row or has not even a header, as a crash can leave it.
    pub fn is_torn(&self) -> bool {
        let found = || -> Option<bool> {
            let file = regular::open_itself(&self.path()).ok()?;
            let whole = self.whole(&file).ok()?;
            Some(whole.records == 0 || whole.bytes < file.metadata().ok()?.len())
        };
        self.is_kept() && found().unwrap_or(false)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(layout::ADDED)
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        // What is known is only replaced whole: a panic elsewhere cannot have spoilt it.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the two files as messages call it.
    fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.shown)
    }

    fn failed(&self, what: &str, e: &io::Error) -> Error {
        self.failed_with(layout::ADDED, what, e)
    }

    fn failed_with(&self, name: &str, what: &str, e: &io::Error) -> Error {
        Error::io(self.place(name), what, e)
    }

    fn lock_file(&self, options: &OpenOptions) -> Result<File> {
        disk::open(options, Links::Refused, &self.folder.join(layout::ADDED_LOCK))
            .map_err(|e| self.failed_with(layout::ADDED_LOCK, "open the lock", &e))
    }

    /// The lock, or `None` where nothing was ever added.
    fn lock_if_there(&self) -> Result<Option<File>> {
        match self.lock_file(OpenOptions::new().read(true)) {
            Ok(file) => self.take(file).map(Some),
            Err(e) if e.kind == Kind::Missing => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn take(&self, file: File) -> Result<File> {
        let until = Instant::now() + self.wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    let what = "another process has held the lock of the added rows for too long";
                    let problem = Problem::at(self.place(layout::ADDED_LOCK), what);
                    return Err(Error::new(Kind::Busy, problem.hint("try again")));
                }
                Err(TryLockError::Error(e)) => return Err(self.failed("take the lock", &e)),
            }
        }
    }

    /// A file that somebody put there is neither appended to nor cut.
    fn refuse_foreign(&self) -> Result<()> {
        let what = match fs::symlink_metadata(self.path()) {
            // The lock is made before the file, so it is looked for after it.
            Ok(m) if m.is_file() && self.is_kept() => return Ok(()),
            Ok(m) if m.is_file() => "was not made by this program",
            Ok(_) => "is not a regular file",
            Err(_) => return Ok(()),
        };
        let problem = Problem::at(self.place(layout::ADDED), what)
            .why("rows that are added go into a file of that name")
            .hint("rename it; it is an input file under any name");
        Err(Error::new(Kind::CannotCreate, problem))
    }

    fn open(&self) -> Result<File> {
        let opened = disk::open(OpenOptions::new().read(true).append(true).create(true), Links::Refused, &self.path());
        opened.map_err(|e| Error::create(self.place(layout::ADDED), "open the file", &e))
    }

    /// Makes the open file whole where this process does not know that it is.
    fn mend(&self, file: &File, known: &mut Option<Known>) -> Result<Known> {
        let metadata = file.metadata().map_err(|e| self.failed("read the file", &e))?;
        let same = |k: &Known| (k.device, k.inode, k.bytes) == (metadata.dev(), metadata.ino(), metadata.len());
        if let Some(known) = known.filter(same) {
            return Ok(known);
        }
        *known = None;
        let found = self.whole(file)?;
        if found.bytes < metadata.len() {
            let cut = || -> io::Result<()> {
                let file = regular::open_with(OpenOptions::new().write(true), Links::Refused, &self.path())?;
                match file.metadata()?.ino() == metadata.ino() {
                    true => disk::set_length(&file, found.bytes),
                    false => Err(io::Error::other("another file has taken its place")),
                }
            };
            cut().map_err(|e| self.failed("cut off a row that was never complete", &e))?;
        }
        // Rows that another process wrote and died over may be in memory alone, and so may the name.
        disk::sync(file).map_err(|e| self.failed("bring the rows to the disk", &e))?;
        batch::sync_folder(&self.folder)?;
        let rows = found.records.saturating_sub(1);
        Ok(Known { device: metadata.dev(), inode: metadata.ino(), bytes: found.bytes, rows })
    }

    /// The rows of the appends that were not cut short.
    fn whole(&self, file: &File) -> Result<Whole> {
        let read = |mut file: &File| -> io::Result<Whole> {
            let metadata = file.metadata()?;
            let mark = self.mark();
            file.rewind()?;
            whole(file.take(mark.map_or(metadata.len(), |mark| mark.end(metadata.ino(), metadata.len()))))
        };
        read(file).map_err(|e| self.failed("read the file", &e))
    }

    /// What the last append said beforehand.
    fn mark(&self) -> Option<Mark> {
        let lock = regular::open_itself(&self.folder.join(layout::ADDED_LOCK)).ok()?;
        let mut text = String::new();
        lock.take(MOST_MARK).read_to_string(&mut text).ok()?;
        Mark::of(&text)
    }

    fn rename(&self, known: &mut Option<Known>, now: DateTime<Utc>) -> Result<Option<String>> {
        // For reading: who may rename a file need not have the right to write into it.
        let file = match regular::open_itself(&self.path()) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(self.failed("open the file", &e)),
        };
        let found = self.mend(&file, known)?;
        *known = None;
        if found.rows == 0 {
            disk::remove(&self.path()).map_err(|e| self.failed("remove the file, which holds no row", &e))?;
            return batch::sync_folder(&self.folder).map(|()| None);
        }
        let name = self.free_name(now);
        disk::rename(&self.path(), &self.folder.join(&name))
            .map_err(|e| self.failed("give the file its final name", &e))?;
        batch::sync_folder(&self.folder).map(|()| Some(name))
    }

    fn free_name(&self, now: DateTime<Utc>) -> String {
        let stem = format!("{SEALED}{}", now.format("%Y%m%dT%H%M%SZ"));
        let names = std::iter::once(format!("{stem}.csv")).chain((2u32..).map(|n| format!("{stem}-{n}.csv")));
        let mut free = names.filter(|name| fs::symlink_metadata(self.folder.join(name)).is_err());
        free.next().unwrap_or(stem)
    }
}

/// What the names of sealed files begin with, before the time.
const SEALED: &str = "added-";

/// Whether a name is as [`Added::seal`] gives it: a time, and perhaps a number.
fn is_sealed(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(SEALED).and_then(|rest| rest.strip_suffix(".csv")) else { return false };
    let (time, number) = rest.split_once('-').unwrap_or((rest, "2"));
    let shape = |b: u8| if b.is_ascii_digit() { b'0' } else { b };
    time.bytes().map(shape).eq(*b"00000000T000000Z") && number.parse::<u32>().is_ok()
}

/// More than a [`Mark`] has.
const MOST_MARK: u64 = 100;

/// From where to where the last append was to write. It is not synced: a process that dies leaves
/// it, and where the machine dies, rows are cut at the last whole record.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    inode: u64,
    from: u64,
    to: u64,
}

impl Mark {
    /// Of one length, so that the next one covers it.
    fn text(self) -> String {
        format!("{:020} {:020} {:020}\n", self.inode, self.from, self.to)
    }

    fn of(text: &str) -> Option<Mark> {
        let mut numbers = text.split_whitespace().map_while(|number| number.parse().ok());
        Some(Mark { inode: numbers.next()?, from: numbers.next()?, to: numbers.next()? })
    }

    /// Up to where a file of that length was written by appends that came to their end.
    fn end(self, inode: u64, bytes: u64) -> u64 {
        let is_cut = self.inode == inode && (self.from..self.to).contains(&bytes);
        if is_cut { self.from } else { bytes }
    }
}

/// Whole records at the beginning of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Whole {
    bytes: u64,
    records: u64,
}

/// Reads up to the last record that is complete with its line end.
fn whole(input: impl Read) -> io::Result<Whole> {
    let mut records = Records::new(Ending { input, bytes: 0, last: 0 });
    let (mut before, mut found) = (Whole::default(), Whole::default());
    loop {
        match records.next_record() {
            Ok(Some(_)) => (before, found) = (found, Whole { bytes: records.taken(), records: found.records + 1 }),
            Ok(None) => break,
            Err(Broken::OpenQuote(_)) => return Ok(found),
            Err(Broken::TooLong(line)) => {
                return Err(io::Error::other(format!("the row that begins in line {line} is too long")));
            }
            Err(Broken::Io(e)) => return Err(e),
        }
    }
    // The reader takes a last line without its line end for a record; here it may be half of one.
    let ending = records.into_inner();
    Ok(if found.bytes == ending.bytes && ending.last != b'\n' { before } else { found })
}

/// A stream that remembers how much of it was read, and the last byte.
struct Ending<R> {
    input: R,
    bytes: u64,
    last: u8,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        self.bytes += n as u64;
        self.last = buf[..n].last().copied().unwrap_or(self.last);
        Ok(n)
    }
}

fn begins_with(file: &File, line: &[u8]) -> bool {
    let mut start = vec![0; line.len()];
    file.read_exact_at(&mut start, 0).is_ok() && start == line
}

#[cfg(test)]
mod tests;
