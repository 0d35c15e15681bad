//! Room and rights.

use crate::error::{Error, Result};
use rustix::fs::{Access, access, statvfs};
use std::path::Path;

/// The nearest folder at or above `folder` that is there.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|f| f.is_dir()).unwrap_or(folder)
}

/// Bytes that are free for files in a folder, or in the folder that it will be made in.
pub fn free(folder: &Path) -> Option<u64> {
    let found = statvfs(existing(folder)).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Whether files can be made in a folder, or the folder itself where it is not there yet.
/// Nothing is written to find out. `place` is what messages call it.
///
/// # Errors
/// They cannot.
pub fn writable(folder: &Path, place: &str) -> Result<()> {
    let existing = existing(folder);
    // A file may stand in the place of the folder or of one above it.
    if folder.ancestors().take_while(|f| *f != existing).any(Path::exists) {
        return Err(Error::create(place, "use the folder", &std::io::ErrorKind::NotADirectory.into())
            .hint("a file stands where the folder should be"));
    }
    access(existing, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|e| Error::create(place, "write into the folder", &e.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        assert!(writable(&deep, "deep").is_ok() && free(&deep).unwrap() > 0);
        assert!(!deep.exists());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(writable(&folder.path().join("file"), "file").unwrap_err().kind, crate::error::Kind::CannotCreate);
    }
}
