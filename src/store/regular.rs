//! Opening files that must be regular ones. A pipe would be waited for without end, a device read
//! without end, and behind a link lies a file that nobody meant. What a name stands for is looked at
//! once it is open: a look before would say nothing of what is opened after it.

use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Whether a name may be that of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// What it leads to is opened.
    Followed,
    /// The name must be that of the file itself.
    Refused,
}

/// Opens for reading what a name stands for, also by way of links.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), Links::Followed, path)
}

/// Opens for reading the file that has that very name.
pub fn open_itself(path: &Path) -> io::Result<File> {
    open_with(OpenOptions::new().read(true), Links::Refused, path)
}

/// Opens a file in another way.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] where it is no regular file, or a link that is refused.
pub fn open_with(options: &OpenOptions, links: Links, path: &Path) -> io::Result<File> {
    // Without waiting for the other end of a pipe; of a regular file it changes nothing.
    let mut flags = OFlags::NONBLOCK;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    let opened = options.clone().custom_flags(flags.bits().cast_signed()).open(path);
    let file = opened.map_err(|e| match Errno::from_io_error(&e) {
        Some(Errno::LOOP) if links == Links::Refused => refused("it is a link"),
        // A pipe that nobody reads, a socket.
        Some(Errno::NXIO) => refused("it is not a regular file"),
        _ => e,
    })?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok(file),
        false if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        false => Err(refused("it is not a regular file")),
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::io::{ErrorKind, Read};
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_files_are_opened_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "text").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        symlink("file", at("link")).unwrap();
        symlink("loop", at("loop")).unwrap();
        symlink("/dev/zero", at("device")).unwrap();
        mknodat(CWD, at("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        let text = |mut file: File| {
            let mut text = String::new();
            file.read_to_string(&mut text).map(|_| text)
        };
        for links in [Links::Followed, Links::Refused] {
            for options in [
                OpenOptions::new().read(true),
                OpenOptions::new().append(true),
                OpenOptions::new().read(true).write(true),
            ] {
                assert!(open_with(options, links, &at("file")).is_ok());
                for name in ["pipe", "socket", "folder", "loop", "device"] {
                    assert!(open_with(options, links, &at(name)).is_err(), "{name} {links:?} {options:?}");
                }
                assert_eq!(open_with(options, links, &at("none")).unwrap_err().kind(), ErrorKind::NotFound);
            }
        }
        assert_eq!(open(&at("link")).and_then(text).unwrap(), "text");
        assert_eq!(open_itself(&at("file")).and_then(text).unwrap(), "text");
        let why = |name: &str| open_itself(&at(name)).unwrap_err().to_string();
        assert_eq!((why("link"), why("device")), ("it is a link".to_string(), "it is a link".to_string()));
        assert_eq!(
            (why("pipe"), why("socket")),
            ("it is not a regular file".to_string(), "it is not a regular file".to_string())
        );
        assert_eq!(open(&at("folder")).unwrap_err().kind(), ErrorKind::IsADirectory);
    }
}
