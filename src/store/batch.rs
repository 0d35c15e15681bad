//! Atomic writes, several at once.
//!
//! Every file is written beside its place under a temporary name; only when the whole batch
//! is complete and on the disk are the files renamed, in order, and their folders synced.
//! A run that fails drops its batch, and with it every trace.

use super::disk;
use super::write_behind::WriteBehind;
use crate::error::{Error, Result};
use crate::parallel;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that waits.
#[derive(Debug)]
struct Pending {
    temporary: PathBuf,
    path: PathBuf,
    file: File,
}

/// Files that are brought to the disk at the same time: a file system does that for several with
/// hardly more work than for one.
const AT_ONCE: usize = 16;

/// What temporary names end in; see [`sweep`].
const SUFFIX: &str = ".incumbent-tmp";

/// Files that will appear together.
#[derive(Debug)]
pub struct Batch {
    /// Where a dry run puts its files: nothing is ever renamed out of there.
    aside: Option<PathBuf>,
    files: Vec<Pending>,
    /// Folders and endings of which only the files of this batch stay.
    owned: Vec<(PathBuf, &'static str)>,
}

impl Batch {
    /// An empty batch. A dry one writes into a folder of its own under the system's
    /// temporary folder and never commits.
    ///
    /// # Errors
    /// A dry batch's folder cannot be created.
    pub fn new(dry: bool) -> Result<Batch> {
        let aside = match dry {
            false => None,
            true => Some(private_folder("dry")?),
        };
        Ok(Batch { aside, files: Vec::new(), owned: Vec::new() })
    }

    /// Whether nothing will come of this batch.
    pub fn is_dry(&self) -> bool {
        self.aside.is_some()
    }

    /// Begins a file that will stand at `path`.
    ///
    /// # Errors
    /// Its folder or the file cannot be created.
    pub fn stage(&mut self, path: &Path) -> Result<Staged> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
        let temporary = match &self.aside {
            Some(aside) => aside.join(format!("{}-{name}", self.files.len())),
            None => {
                create_folder(folder)?;
                folder.join(format!(".{name}.{}{SUFFIX}", std::process::id()))
            }
        };
        let file = disk::create(&temporary).map_err(|e| Error::create(path.display(), "create the file", &e))?;
        let own = || file.try_clone().map_err(|e| Error::create(path.display(), "create the file", &e));
        self.files.retain(|pending| pending.path != path);
        self.files.push(Pending { temporary, path: path.to_path_buf(), file: own()? });
        let behind = WriteBehind::new(own()?);
        let file = BufWriter::with_capacity(1 << 18, disk::Written(file));
        Ok(Staged { file, path: path.to_path_buf(), bytes: 0, behind })
    }

    /// Adds a whole file.
    ///
    /// # Errors
    /// It cannot be created or written.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut staged = self.stage(path)?;
        staged.write_all(bytes).map_err(|e| Error::io(path.display(), "write the file", &e))?;
        staged.finish()
    }

    /// Says that of the files with that ending in a folder only those of this batch stay: the
    /// others go once all of it stands. Files with another ending are left alone.
    pub fn own(&mut self, folder: &Path, ending: &'static str) {
        self.owned.push((folder.to_path_buf(), ending));
    }

    /// Where the content for `path` can be read now: among this batch, or at its place.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        let staged = self.files.iter().find(|pending| pending.path == path);
        staged.map_or(path, |pending| &pending.temporary).to_path_buf()
    }

    /// Brings every file of the batch to the disk and makes it appear, in the order of staging,
    /// removes what was [owned](Batch::own) and is not made any more, and begins anew.
    ///
    /// # Errors
    /// Writing to the disk failed: then no file stands. A rename, a removal or the sync of a folder
    /// failed: then files before it stand, files after it do not.
    pub fn commit(&mut self) -> Result<()> {
        if self.is_dry() {
            return Ok(());
        }
        // All or nothing: what can be known to fail is found before the first rename.
        for Pending { path, .. } in &self.files {
            if path.is_dir() {
                return Err(Error::create(path.display(), "replace the file", &io::ErrorKind::IsADirectory.into()));
            }
        }
        sync(&self.files.iter().map(|pending| (pending.path.as_path(), &pending.file)).collect::<Vec<_>>())?;
        let mut folders = BTreeSet::new();
        for Pending { temporary, path, .. } in &self.files {
            disk::rename(temporary, path).map_err(|e| Error::create(path.display(), "replace the file", &e))?;
            folders.extend(path.parent().map(Path::to_path_buf));
        }
        for (folder, ending) in std::mem::take(&mut self.owned) {
            for stale in others(&folder, ending, &self.files)? {
                disk::remove(&stale).map_err(|e| Error::io(stale.display(), "remove the file", &e))?;
                folders.insert(folder.clone());
            }
        }
        self.files.clear();
        for folder in folders {
            sync_folder(&folder)?;
        }
        Ok(())
    }
}

/// The files with that ending in a folder that are not among these; none where there is no folder.
fn others(folder: &Path, ending: &str, files: &[Pending]) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(folder.display(), "read the folder", &e)),
    };
    let found = entries.flatten().filter(|e| e.file_name().to_string_lossy().ends_with(ending));
    let found = found.filter(|e| e.file_type().is_ok_and(|t| !t.is_dir())).map(|e| e.path());
    Ok(found.filter(|path| files.iter().all(|pending| pending.path != *path)).collect())
}

/// A new folder under the system's temporary folder that nobody else could have made or
/// can look into: a name that cannot be guessed, made exclusively, for its owner alone.
///
/// # Errors
/// It cannot be created.
pub fn private_folder(purpose: &str) -> Result<PathBuf> {
    let secret = crate::random::secret();
    let folder = std::env::temp_dir().join(format!("incumbent-{purpose}-{secret:016x}"));
    disk::create_private_folder(&folder).map_err(|e| Error::create(folder.display(), "create the folder", &e))?;
    Ok(folder)
}

impl Drop for Batch {
    fn drop(&mut self) {
        for Pending { temporary, .. } in &self.files {
            // Nothing can be done about a failure here; the next run sweeps.
            let _ = disk::remove(temporary);
        }
        if let Some(aside) = &self.aside {
            let _ = disk::remove_folder(aside);
        }
    }
}

/// A file of a batch while it is written.
pub struct Staged {
    file: BufWriter<disk::Written>,
    path: PathBuf,
    bytes: u64,
    behind: WriteBehind,
}

impl Staged {
    /// Ends the file. It is brought to the disk when its batch appears.
    ///
    /// # Errors
    /// Writing failed.
    pub fn finish(mut self) -> Result<()> {
        let written = self.file.flush().and_then(|()| self.behind.finish());
        written.map_err(|e| Error::io(self.path.display(), "write the file", &e))
    }
}

impl Write for Staged {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buf)?;
        self.bytes += written as u64;
        if self.behind.is_due(self.bytes) {
            self.file.flush()?;
            self.behind.go_on(self.bytes)?;
        }
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes one file atomically.
///
/// # Errors
/// It cannot be created, written or renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut batch = Batch::new(false)?;
    batch.write(path, bytes)?;
    batch.commit()
}

/// Brings files to the disk, each with the path that messages name.
///
/// # Errors
/// The first that failed.
pub fn sync(files: &[(&Path, &File)]) -> Result<()> {
    let synced = parallel::map(files.len(), AT_ONCE, |i| {
        let (path, file) = files[i];
        disk::sync(file).map_err(|e| Error::io(path.display(), "write the file", &e))
    });
    synced.into_iter().collect()
}

/// Creates a folder and those above it.
///
/// # Errors
/// It cannot be created.
pub fn create_folder(folder: &Path) -> Result<()> {
    disk::create_folder(folder).map_err(|e| Error::create(folder.display(), "create the folder", &e))
}

/// Brings the names in a folder to the disk.
///
/// # Errors
/// Syncing failed.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|f| disk::sync(&f))
        .map_err(|e| Error::io(folder.display(), "bring the folder to the disk", &e))
}

/// Removes the temporary files that a killed run left in a folder. Only the holder of
/// the lock may call this.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().ends_with(SUFFIX) {
            let _ = disk::remove(&entry.path()).or_else(|_| disk::remove_folder(&entry.path()));
        }
    }
}

/// A temporary name beside `path`, which [`sweep`] would remove.
pub fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
    path.with_file_name(format!(".{name}.{}{SUFFIX}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_together_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "old").unwrap();
        let mut batch = Batch::new(false).unwrap();
        batch.write(&a, b"new").unwrap();
        batch.write(&b, b"new").unwrap();
        assert_eq!(fs::read(&a).unwrap(), b"old");
        assert_eq!(fs::read(batch.resolve(&a)).unwrap(), b"new");
        drop(batch);
        assert_eq!(names(folder.path()), ["a"]);
        let mut batch = Batch::new(false).unwrap();
        batch.write(&a, b"new").unwrap();
        batch.write(&b, b"new").unwrap();
        batch.commit().unwrap();
        assert_eq!(names(folder.path()), ["a", "b"]);
        assert_eq!(fs::read(&a).unwrap(), b"new");
    }

    #[test]
    fn a_folder_in_the_place_of_one_file_stops_them_all() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        let mut batch = Batch::new(false).unwrap();
        batch.write(&folder.path().join("a"), b"new").unwrap();
        batch.write(&folder.path().join("b"), b"new").unwrap();
        assert!(batch.commit().unwrap_err().message().contains("hint: "));
        drop(batch);
        assert_eq!(names(folder.path()), ["b"]);
    }

    #[test]
    fn what_is_not_made_any_more_goes_when_the_rest_stands() {
        let folder = tempfile::tempdir().unwrap();
        let plots = folder.path().join("plots");
        let commit = |dry: bool, made: &[&str]| {
            let mut batch = Batch::new(dry).unwrap();
            batch.own(&plots, ".svg");
            for name in made {
                batch.write(&plots.join(name), b"new").unwrap();
            }
            batch
        };
        commit(false, &[]).commit().unwrap();
        commit(false, &["a.svg", "b.svg"]).commit().unwrap();
        fs::write(plots.join("notes.txt"), "mine").unwrap();
        fs::create_dir(plots.join("old.svg")).unwrap();
        drop(commit(false, &["a.svg"]));
        commit(true, &["a.svg"]).commit().unwrap();
        assert_eq!(names(&plots), ["a.svg", "b.svg", "notes.txt", "old.svg"]);
        commit(false, &["a.svg", "c.svg"]).commit().unwrap();
        assert_eq!(names(&plots), ["a.svg", "c.svg", "notes.txt", "old.svg"]);
    }

    #[test]
    fn a_dry_batch_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/a");
        let mut batch = Batch::new(true).unwrap();
        batch.write(&path, b"new").unwrap();
        assert_eq!(fs::read(batch.resolve(&path)).unwrap(), b"new");
        batch.commit().unwrap();
        let aside = batch.aside.clone().unwrap();
        drop(batch);
        assert!(names(folder.path()).is_empty() && !aside.exists());
    }

    #[test]
    fn a_sweep_takes_temporary_files_only() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        fs::write(temporary_beside(&folder.path().join("a")), "").unwrap();
        sweep(folder.path());
        assert_eq!(names(folder.path()), ["a"]);
    }
}
