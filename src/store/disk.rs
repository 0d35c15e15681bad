//! Every change of the disk, a call each: the other modules of the store change nothing themselves,
//! so that a test can kill the program before each change, and in the middle of a write, or let the
//! change fail (see [`super::fault`]). What can fail here fails as in `std::fs`.

use super::fault;
use super::regular::{self, Links};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::Path;

/// Creates a file, or empties the one that is there.
pub fn create(path: &Path) -> io::Result<File> {
    fault::point("create")?;
    regular::open_with(OpenOptions::new().write(true).create(true).truncate(true), Links::Refused, path)
}

/// Opens a regular file that may be created by that.
pub fn open(options: &OpenOptions, links: Links, path: &Path) -> io::Result<File> {
    if fault::is_armed() && !path.exists() {
        fault::point("create")?;
    }
    regular::open_with(options, links, path)
}

/// Creates a folder and those above it, where they are not there yet.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fault::point("folder")?;
    fs::create_dir_all(folder)
}

/// Creates a folder for its owner alone; it must not be there yet.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    fault::point("folder")?;
    DirBuilder::new().mode(0o700).create(folder)
}

/// Writes all of the bytes where the file stands.
pub fn write(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    fault::point("write")?;
    fault::halfway("half a write", || drop(file.write_all(&bytes[..bytes.len() / 2])))?;
    file.write_all(bytes)
}

/// Makes a file as long as that.
pub fn set_length(file: &File, bytes: u64) -> io::Result<()> {
    fault::point("set length")?;
    file.set_len(bytes)
}

/// Waits until a file or folder is on the disk.
pub fn sync(file: &File) -> io::Result<()> {
    fault::point("sync")?;
    file.sync_all()
}

/// Gives a file or folder another name.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::point("rename")?;
    fs::rename(from, to)
}

/// Makes a symbolic link.
pub fn link(target: &Path, link: &Path) -> io::Result<()> {
    fault::point("link")?;
    symlink(target, link)
}

/// Removes a file or a link.
pub fn remove(path: &Path) -> io::Result<()> {
    fault::point("remove")?;
    fs::remove_file(path)
}

/// Removes a folder with all that is in it.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    fault::point("remove")?;
    fs::remove_dir_all(folder)
}

/// A file that a stream is written to.
#[derive(Debug)]
pub struct Written(pub File);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write(&self.0, bytes).map(|()| bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Opens a database that may be created by that. Each of its statements begins with a point; the
/// end of one is the beginning of the next.
pub fn database(path: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    if fault::is_armed() {
        let statements = TraceEventCodes::SQLITE_TRACE_STMT;
        connection.trace_v2(statements, Some(|_: TraceEvent<'_>| drop(fault::point("sqlite"))))?;
    }
    Ok(connection)
}
