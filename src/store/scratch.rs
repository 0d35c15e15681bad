//! Files without a name, for what memory does not hold, and how much memory there is.

use super::regular::Links;
use super::{batch, disk};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// A file that no name leads to any more: it goes with the program, however that ends.
///
/// # Errors
/// It cannot be created in that folder.
pub fn file(folder: &Path) -> io::Result<File> {
    disk::create_folder(folder)?;
    let path = batch::temporary_beside(&folder.join("scratch"));
    let file =
        disk::open(OpenOptions::new().read(true).write(true).create(true).truncate(true), Links::Refused, &path)?;
    disk::remove(&path)?;
    Ok(file)
}

/// Bytes of memory that this program may use: the machine's, or fewer where its control group
/// says so.
pub fn memory() -> u64 {
    let info = rustix::system::sysinfo();
    let machine = (info.totalram as u64).saturating_mul(u64::from(info.mem_unit));
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    group.map_or(machine, |group: u64| group.min(machine))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};

    #[test]
    fn a_scratch_file_leaves_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = file(&folder.path().join("deep")).unwrap();
        let mut other = file(&folder.path().join("deep")).unwrap();
        scratch.write_all(b"rows").unwrap();
        other.write_all(b"others").unwrap();
        scratch.rewind().unwrap();
        let mut text = String::new();
        scratch.read_to_string(&mut text).unwrap();
        assert_eq!(text, "rows");
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 0);
    }

    #[test]
    fn memory_is_that_of_a_machine() {
        let memory = memory();
        assert!((1 << 24..1 << 50).contains(&memory), "{memory}");
    }
}
