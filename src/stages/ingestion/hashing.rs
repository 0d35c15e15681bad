//! A sink that hashes and counts what goes into it, and writes on a thread of its own once that
//! is much.

use crate::fingerprint::{Fingerprint, Hasher};
use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// How much is passed on at a time. Less than that needs no thread.
const BUFFER: usize = 1 << 18;
/// How many buffers may wait: a disk takes a break now and then.
const WAITING: usize = 32;

/// The sink.
pub struct Hashing<W> {
    buffer: Vec<u8>,
    way: Way<W>,
    has_threads: bool,
}

/// Where buffers go.
enum Way<W> {
    Here(Sink<W>),
    Thread(SyncSender<Vec<u8>>, JoinHandle<io::Result<Sink<W>>>),
    /// Writing failed, and that was told.
    Broken,
}

struct Sink<W> {
    inner: W,
    hasher: Hasher,
    bytes: u64,
}

impl<W: Write> Sink<W> {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.inner.write_all(bytes)
    }
}

impl<W: Write + Send + 'static> Hashing<W> {
    /// Writes into `inner`; on the caller's thread where there is but one.
    pub fn new(inner: W, threads: usize) -> Hashing<W> {
        let sink = Sink { inner, hasher: Hasher::default(), bytes: 0 };
        Hashing { buffer: Vec::with_capacity(BUFFER), way: Way::Here(sink), has_threads: threads > 1 }
    }

    /// Ends, and gives back what was written into, with the SHA-256 and the number of bytes.
    ///
    /// # Errors
    /// Writing failed.
    pub fn finish(mut self) -> io::Result<(W, Fingerprint, u64)> {
        let rest = std::mem::take(&mut self.buffer);
        let mut sink = match self.way {
            Way::Here(sink) => sink,
            Way::Thread(send, thread) => {
                drop(send);
                joined(thread)?
            }
            Way::Broken => return Err(io::Error::other("an earlier part was not written")),
        };
        sink.take(&rest)?;
        sink.inner.flush()?;
        Ok((sink.inner, sink.hasher.finish(), sink.bytes))
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(BUFFER));
        self.way = match std::mem::replace(&mut self.way, Way::Broken) {
            Way::Here(mut sink) if !self.has_threads => {
                sink.take(&full)?;
                Way::Here(sink)
            }
            Way::Here(mut sink) => {
                let (send, buffers) = sync_channel::<Vec<u8>>(WAITING);
                let thread = std::thread::Builder::new().name("write".to_string()).spawn(move || {
                    sink.take(&full)?;
                    buffers.into_iter().try_for_each(|buffer| sink.take(&buffer))?;
                    Ok(sink)
                })?;
                Way::Thread(send, thread)
            }
            Way::Thread(send, thread) => match send.send(full) {
                Ok(()) => Way::Thread(send, thread),
                // It has ended before its time: with an error.
                Err(_) => return joined(thread).map(drop),
            },
            Way::Broken => return Err(io::Error::other("an earlier part was not written")),
        };
        Ok(())
    }
}

fn joined<W>(thread: JoinHandle<io::Result<Sink<W>>>) -> io::Result<Sink<W>> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl<W: Write + Send + 'static> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_is_what_went_in_with_and_without_a_thread() {
        let text: Vec<u8> = (0..2_000_000u32).flat_map(|i| i.to_le_bytes()).collect();
        for (threads, length) in [(1, text.len()), (2, text.len()), (2, 10), (2, 0)] {
            let mut sink = Hashing::new(Vec::new(), threads);
            text[..length].chunks(777).for_each(|part| sink.write_all(part).unwrap());
            let (written, fingerprint, bytes) = sink.finish().unwrap();
            assert!(written == text[..length], "{threads} threads, {length} bytes");
            assert_eq!((fingerprint, bytes), (Fingerprint::of(&written), length as u64));
        }
    }

    /// A disk that is full after so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_wherever_it_shows() {
        for (threads, room) in [(1, 1 << 20), (2, 1 << 20), (2, 0)] {
            let mut sink = Hashing::new(Full(room), threads);
            let told = (0..10_000).try_for_each(|_| sink.write_all(&[7; 1_000])).expect_err("10 MB do not fit");
            assert_eq!(told.kind(), io::ErrorKind::StorageFull);
            assert!(sink.finish().is_err(), "and nothing of it counts");
        }
        let mut small = Hashing::new(Full(5), 2);
        small.write_all(b"too long").unwrap();
        assert_eq!(small.finish().err().map(|e| e.kind()), Some(io::ErrorKind::StorageFull));
    }
}
