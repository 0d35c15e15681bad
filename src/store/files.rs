//! Reading files, and finding the input files of a folder.

use super::regular;
use crate::config::{Expansion, Folders};
use crate::error::{Error, Kind, Problem, Result};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::numbers::grouped;
use crate::sources;
use crate::sources::limit::Limit;
use crate::stages::manifest::Stamp;
use crate::visible;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An input file as the folder lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Relative to the folder, with `/` between names.
    pub name: String,
    /// What messages call it.
    pub place: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What the file system says of it.
    pub stamp: Stamp,
}

impl InputFile {
    fn is_as_listed(&self, now: io::Result<Metadata>) -> bool {
        now.is_ok_and(|now| (now.len(), stamp(&now)) == (self.bytes, self.stamp))
    }
}

/// The input files below a folder in order of their names, and what was passed over.
/// Links are not followed; hidden files and other endings are not read.
///
/// # Errors
/// No such folder, or one that cannot be read: nothing may be merged from a part of it.
pub fn inputs(folder: &Path, folders: &Folders) -> Result<(Vec<InputFile>, Vec<Problem>)> {
    let shown = folders.show(folder);
    match std::fs::metadata(folder) {
        Err(e) => return Err(Error::io(&shown, "open the folder", &e)),
        Ok(m) if !m.is_dir() => {
            return Err(Error::missing(&shown, "is a file, not a folder").hint("name the folder that the files lie in"));
        }
        Ok(_) => {}
    }
    let (mut files, mut notices) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(folder).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|e| unreadable(&e, folders))?;
        let place = folders.show(entry.path());
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        if name.components().any(|c| c.as_os_str().to_string_lossy().starts_with('.')) || entry.depth() == 0 {
            continue;
        }
        let Some(name) = name.to_str() else {
            notices.push(Problem::at(place, "is passed over").why("its name is not UTF-8").hint("rename it"));
            continue;
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            if sources::is_input(name) {
                notices.push(
                    Problem::at(place, "is a folder, although its name is that of a file")
                        .hint("files inside it are read"),
                );
            }
        } else if !sources::is_input(name) {
            notices.push(
                Problem::at(place, "is passed over")
                    .why("its name ends neither in .csv nor in .tsv, .gz or .zst after them"),
            );
        } else if kind.is_symlink() {
            notices.push(Problem::at(place, "is passed over").why("it is a link").hint("put the file itself there"));
        } else if !kind.is_file() {
            notices.push(Problem::at(place, "is passed over").why("it is no regular file"));
        } else if visible::line(name) != name {
            // It would stand in lists of a name a line, which people look at on a terminal.
            notices.push(
                Problem::at(format!("{place:?}"), "is passed over")
                    .why("its name holds a line end, a control character or a turn of direction")
                    .hint("rename it"),
            );
        } else {
            let metadata = entry.metadata().map_err(|e| unreadable(&e, folders))?;
            files.push(InputFile {
                name: name.to_string(),
                place,
                path: entry.path().to_path_buf(),
                bytes: metadata.len(),
                stamp: stamp(&metadata),
            });
        }
    }
    Ok((files, notices))
}

fn unreadable(e: &walkdir::Error, folders: &Folders) -> Error {
    let place = e.path().map(|p| folders.show(p)).unwrap_or_default();
    match e.io_error() {
        Some(source) => Error::io(place, "read the folder", source),
        None => Error::data(place, "failed to read the folder").why(e),
    }
}

fn stamp(metadata: &Metadata) -> Stamp {
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Stamp {
        inode: metadata.ino(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    }
}

/// An input file being read: everything read is hashed on the way.
pub struct Reading {
    file: InputFile,
    shared: Tap,
}

/// A second hand on the stream, which decoders may own.
#[derive(Clone)]
struct Tap(Arc<Mutex<Hashed<File>>>);

impl Tap {
    fn hold(&self) -> MutexGuard<'_, Hashed<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Tap {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.hold().read(buf)
    }
}

impl Reading {
    /// Opens a file; the second value yields its bytes, decompressed up to what it may expand to.
    ///
    /// # Errors
    /// It cannot be read, or is not what its name says.
    pub fn open(file: &InputFile, expansion: &Expansion) -> Result<(Reading, Box<dyn Read + Send>)> {
        let handle = regular::open_itself(&file.path).map_err(|e| {
            match (e.kind(), Error::io(&file.place, "open the file", &e)) {
                (io::ErrorKind::NotFound, gone) => {
                    gone.hint("it was there a moment ago: run again when nobody moves files")
                }
                // When the folder was listed it was a file.
                (io::ErrorKind::InvalidInput, _) => changed(file).why(e),
                (io::ErrorKind::IsADirectory, _) => changed(file),
                (_, other) => other,
            }
        })?;
        if !file.is_as_listed(handle.metadata()) {
            return Err(changed(file));
        }
        let shared = Tap(Arc::new(Mutex::new(Hashed::new(handle))));
        let limit = Limit::of_compressed(file.bytes, expansion);
        let plain =
            sources::decode::decode(&file.name, Box::new(shared.clone()), limit).map_err(|e| match e.kind() {
                io::ErrorKind::InvalidData => Error::data(&file.place, "failed to decompress the file").why(e),
                _ => Error::io(&file.place, "read the file", &e),
            })?;
        Ok((Reading { file: file.clone(), shared }, plain))
    }

    /// How many bytes of the file, as it lies on disk, were read so far.
    pub fn so_far(&self) -> u64 {
        self.shared.hold().bytes
    }

    /// Reads what is left and tells size and fingerprint of the file as it lies on disk.
    ///
    /// # Errors
    /// The file changed while it was read: what was read may be half old and half new.
    pub fn finish(mut self) -> Result<(u64, Fingerprint)> {
        io::copy(&mut self.shared, &mut io::sink()).map_err(|e| Error::io(&self.file.place, "read the file", &e))?;
        let shared = self.shared.hold();
        let now = std::fs::symlink_metadata(&self.file.path);
        if !self.file.is_as_listed(now) || shared.bytes != self.file.bytes {
            return Err(changed(&self.file));
        }
        Ok((shared.bytes, shared.so_far()))
    }
}

fn changed(file: &InputFile) -> Error {
    let problem = Problem::at(&file.place, "the file changed while it was read")
        .hint("run again when it is complete; write files elsewhere and then rename them into the folder");
    Error::new(Kind::Io, problem)
}

/// Bytes of a stream, hashed as they pass.
pub struct Hashed<R> {
    inner: R,
    hasher: Hasher,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    /// Over a stream.
    pub fn new(inner: R) -> Hashed<R> {
        Hashed { inner, hasher: Hasher::default(), bytes: 0 }
    }

    /// The fingerprint of all that was read so far.
    pub fn so_far(&self) -> Fingerprint {
        self.hasher.clone().finish()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hasher.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

/// The longest file that is read of those that people write: configs, tokens.
const MOST_WRITTEN: u64 = 4_000_000;

/// The longest file that is read of those that this program keeps, models aside: manifests, scores,
/// findings.
const MOST_KEPT: u64 = 256 << 20;

/// The whole content of a file.
///
/// # Errors
/// It is not there ([`Kind::Missing`]), no regular file, or cannot be read.
pub fn read(path: &Path, place: &str) -> Result<Vec<u8>> {
    whole(path).map_err(|e| Error::io(place, "read the file", &e))
}

fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = regular::open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map(|_| bytes)
}

/// The content of a file of `bytes` bytes; `None` where it has another size, and is not read.
///
/// # Errors
/// As [`read`].
pub fn read_of_size(path: &Path, bytes: u64, place: &str) -> Result<Option<Vec<u8>>> {
    let read = || -> io::Result<Option<Vec<u8>>> {
        let file = regular::open(path)?;
        if file.metadata()?.len() != bytes {
            return Ok(None);
        }
        let mut content = Vec::new();
        let n = file.take(bytes).read_to_end(&mut content)?;
        Ok((n as u64 == bytes).then_some(content))
    };
    read().map_err(|e| Error::io(place, "read the file", &e))
}

/// The whole content of a file that is small unless somebody made it to harm.
///
/// # Errors
/// As [`read`]; also where it is longer than `most` bytes.
pub fn read_at_most(path: &Path, most: u64, place: &str) -> Result<Vec<u8>> {
    let failed = |e| Error::io(place, "read the file", &e);
    let file = regular::open(path).map_err(failed)?;
    match file.metadata().map_err(failed)?.len() > most {
        true => Err(too_long(most, place)),
        false => bounded(file, most, place),
    }
}

fn bounded(file: File, most: u64, place: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|e| Error::io(place, "read the file", &e))?;
    match bytes.len() as u64 > most {
        true => Err(too_long(most, place)),
        false => Ok(bytes),
    }
}

fn too_long(most: u64, place: &str) -> Error {
    Error::data(place, format!("the file is longer than {} bytes", grouped(most)))
        .hint("look whether it is the file that was meant")
}

/// The whole content of a text file that people write, of [`MOST_WRITTEN`] bytes at most: what
/// is named by mistake may have no end. It may come through a pipe, where somebody names one.
///
/// # Errors
/// As [`read`]; also where it is longer or not UTF-8.
pub fn read_text(path: &Path, place: &str) -> Result<String> {
    let file = File::open(path).map_err(|e| Error::io(place, "read the file", &e))?;
    String::from_utf8(bounded(file, MOST_WRITTEN, place)?)
        .map_err(|_| Error::data(place, "the file is not UTF-8 text").hint("save it as UTF-8"))
}

/// A file of this program's that need not be there, of [`MOST_KEPT`] bytes at most.
///
/// # Errors
/// It is there and cannot be read, or is longer.
pub fn read_if_there(path: &Path, place: &str) -> Result<Option<Vec<u8>>> {
    match read_at_most(path, MOST_KEPT, place) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind == Kind::Missing => Ok(None),
        Err(e) => Err(e),
    }
}

/// An open file to read from.
///
/// # Errors
/// It is not there or cannot be read.
pub fn open(path: &Path, place: &str) -> Result<File> {
    regular::open(path).map_err(|e| Error::io(place, "open the file", &e))
}

/// The file at a path after all links are resolved, where it then lies inside `folder`.
pub fn resolve_inside(path: &Path, folder: &Path) -> Option<PathBuf> {
    let (folder, path) = (std::fs::canonicalize(folder).ok()?, std::fs::canonicalize(path).ok()?);
    (path.starts_with(folder) && path.is_file()).then_some(path)
}

/// Whether a folder, or the nearest one above it that is there, lies inside another after
/// all links are resolved.
pub fn lies_inside(folder: &Path, other: &Path) -> bool {
    let Ok(other) = std::fs::canonicalize(other) else { return false };
    let existing = folder.ancestors().find_map(|f| std::fs::canonicalize(f).ok());
    existing.is_some_and(|f| f.starts_with(other))
}

/// The size of a file, `None` where there is none.
pub fn size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().filter(Metadata::is_file).map(|m| m.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_took_the_place_of_a_listed_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("secret.txt"), "secret,columns\n").unwrap();
        std::fs::write(at("a.csv"), "x\n1\n").unwrap();
        let folders = Folders::new(&at("config.json"), |_| ".");
        let (listed, _) = inputs(folder.path(), &folders).unwrap();
        let expansion = Expansion { size: 1 << 20, ratio: 500.0 };
        let read = || {
            let (reading, mut plain) = Reading::open(&listed[0], &expansion)?;
            let mut text = String::new();
            plain.read_to_string(&mut text).unwrap();
            drop(plain);
            reading.finish().map(|_| text)
        };
        assert_eq!(read().unwrap(), "x\n1\n");
        let puts: [&dyn Fn(); 4] = [
            &|| symlink(at("secret.txt"), at("a.csv")).unwrap(),
            &|| drop(std::os::unix::net::UnixListener::bind(at("a.csv")).unwrap()),
            &|| std::fs::write(at("a.csv"), "y\n2\n").unwrap(),
            &|| std::fs::create_dir(at("a.csv")).unwrap(),
        ];
        for (i, put) in puts.iter().enumerate() {
            std::fs::rename(at("a.csv"), at(&format!("old{i}"))).unwrap();
            put();
            let message = read().unwrap_err().message();
            assert!(
                message.contains("a.csv: the file changed while it was read") && !message.contains("secret"),
                "{message}"
            );
        }
    }
}
