//! One run at a time. The kernel frees the lock when its holder dies, however it dies.

use super::regular::{self, Links};
use super::{batch, disk, layout};
use crate::error::{Error, Kind, Problem, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek};
use std::path::Path;

/// Held as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _files: Vec<File>,
}

impl Lock {
    /// Takes the locks of all output folders, creating the folders where need be: configs
    /// that share only one of them exclude each other too. `holder` says who holds them,
    /// for whoever comes next.
    ///
    /// # Errors
    /// [`Kind::Busy`] where another run holds one, naming that run.
    pub fn take(folders: &[&Path], holder: &str) -> Result<Lock> {
        let files = ordered(folders).into_iter().map(|f| Self::take_one(f, holder));
        Ok(Lock { _files: files.collect::<Result<_>>()? })
    }

    fn take_one(folder: &Path, holder: &str) -> Result<File> {
        batch::create_folder(folder)?;
        let path = folder.join(layout::LOCK);
        let mut file =
            disk::open(OpenOptions::new().read(true).write(true).create(true).truncate(false), Links::Refused, &path)
                .map_err(|e| Error::create(path.display(), "open the lock", &e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(&path, &mut file)),
            Err(TryLockError::Error(e)) => return Err(Error::io(path.display(), "take the lock", &e)),
        }
        // The text only informs; the lock holds without it.
        let _ = disk::set_length(&file, 0)
            .and_then(|()| file.rewind())
            .and_then(|()| disk::write(&file, format!("{holder}\n").as_bytes()));
        Ok(file)
    }

    /// For a dry run: makes sure that no other run is under way, and writes nothing.
    ///
    /// # Errors
    /// [`Kind::Busy`] where another run holds a lock.
    pub fn look(folders: &[&Path]) -> Result<Lock> {
        let mut files = Vec::new();
        for folder in ordered(folders) {
            let path = folder.join(layout::LOCK);
            let Ok(mut file) = regular::open_itself(&path) else { continue };
            match file.try_lock_shared() {
                Ok(()) => files.push(file),
                Err(TryLockError::WouldBlock) => return Err(busy(&path, &mut file)),
                Err(TryLockError::Error(e)) => return Err(Error::io(path.display(), "take the lock", &e)),
            }
        }
        Ok(Lock { _files: files })
    }
}

/// Folders in one order for everybody, each once.
fn ordered<'a>(folders: &[&'a Path]) -> Vec<&'a Path> {
    let mut ordered = folders.to_vec();
    ordered.sort_unstable();
    ordered.dedup();
    ordered
}

fn busy(path: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let _ = file.take(1000).read_to_string(&mut holder);
    let holder = match holder.trim() {
        "" => "another run".to_string(),
        text => text.to_string(),
    };
    Error::new(
        Kind::Busy,
        Problem::at(path.display(), format!("{holder} holds the lock"))
            .hint("wait until it has ended; the lock goes with its process, the file may stay"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(&[folder.path()], "run 1 (process 7)").unwrap();
        let error = Lock::take(&[folder.path()], "run 2").unwrap_err();
        assert_eq!(error.kind, Kind::Busy);
        assert!(error.message().contains("run 1 (process 7) holds the lock"), "{}", error.message());
        assert_eq!(Lock::look(&[folder.path()]).unwrap_err().kind, Kind::Busy);
        drop(first);
        assert!(Lock::look(&[folder.path()]).is_ok());
        assert!(Lock::take(&[folder.path()], "run 2").is_ok());
    }
}
