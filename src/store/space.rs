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
/// Nothing is written to find out.
///
/// # Errors
/// They cannot.
pub fn writable(folder: &Path) -> Result<()> {
    if folder.exists() && !folder.is_dir() {
        return Err(Error::create(folder.display(), "use the folder", &std::io::ErrorKind::NotADirectory.into())
            .hint("a file stands where the folder should be"));
    }
    access(existing(folder), Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|e| Error::create(folder.display(), "write into the folder", &e.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        assert!(writable(&deep).is_ok() && free(&deep).unwrap() > 0);
        assert!(!deep.exists());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(writable(&folder.path().join("file")).unwrap_err().kind, crate::error::Kind::CannotCreate);
    }
}
