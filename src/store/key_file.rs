//! The private key that deployments are signed with, in a file for its owner alone.

use super::regular::Links;
use super::{batch, disk};
use crate::error::{Error, Result};
use rustix::rand::{GetRandomFlags, getrandom};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// More than any file with a key has.
const MOST: u64 = 16 << 10;

/// Random bytes of the system, for a new key.
///
/// # Errors
/// The system has none.
pub fn seed() -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    match getrandom(&mut seed, GetRandomFlags::empty()) {
        // Requests of up to 256 bytes are answered whole.
        Ok(32) => Ok(seed),
        Ok(_) => Err(Error::internal("the system gave too few random bytes")),
        Err(e) => Err(Error::io("the system", "read random bytes", &e.into())),
    }
}

/// The text of a file with a key, and whether others than its owner may read it.
///
/// # Errors
/// It is not there or cannot be read.
pub fn read(path: &Path, place: &str) -> Result<(String, bool)> {
    let read = || -> io::Result<(Vec<u8>, bool)> {
        let file = File::open(path)?;
        let open = file.metadata()?.permissions().mode() & 0o077 != 0;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok((bytes, open))
    };
    let (bytes, open) = read().map_err(|e| Error::io(place, "read the private key", &e))?;
    // What is no text is no key: whoever reads it says so.
    Ok((String::from_utf8_lossy(&bytes).into_owned(), open))
}

/// Writes a key into a file that is not there yet, for its owner alone.
///
/// # Errors
/// Something is there already, or it cannot be written.
pub fn create(path: &Path, text: &str) -> Result<()> {
    let place = path.display();
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).clone();
    let file = disk::open(&options, Links::Refused, path).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => Error::create(&place, "write the private key", &e)
            .hint("a key is never overwritten: name a file that is not there yet"),
        _ => Error::create(&place, "write the private key", &e),
    })?;
    let written = disk::write(&file, text.as_bytes()).and_then(|()| disk::sync(&file));
    written.map_err(|e| {
        let _ = disk::remove(path);
        Error::create(&place, "write the private key", &e)
    })?;
    let folder = fs::canonicalize(path).ok().and_then(|path| path.parent().map(Path::to_path_buf));
    folder.map_or(Ok(()), |folder| batch::sync_folder(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_key_is_written_for_its_owner_alone_and_never_over_anything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        create(&path, "secret\n").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&path, "key.pem").unwrap(), ("secret\n".to_string(), false));
        let error = create(&path, "other").unwrap_err();
        assert_eq!((error.kind, fs::read_to_string(&path).unwrap().as_str()), (Kind::CannotCreate, "secret\n"));
        assert!(!error.message().contains("other") && error.message().contains("never overwritten"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path, "key.pem").unwrap().1, "the group may read it");
    }

    #[test]
    fn seeds_are_random() {
        let seeds = [seed().unwrap(), seed().unwrap(), [0; 32]];
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2]);
    }
}
