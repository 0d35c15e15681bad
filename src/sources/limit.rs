//! How much text a file may hold. A compressed file of a few kilobytes can expand to more than
//! any disk holds: it is read up to a limit, and then refused.

use crate::config::Expansion;
use crate::error::Error;
use crate::numbers::grouped;
use std::fmt;
use std::io::{self, Read};

/// The most that a file may hold, and what to tell of one that holds more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Bytes of text.
    pub bytes: u64,
    /// Why they are not more.
    pub why: String,
    /// The key of the config that says so.
    pub key: &'static str,
}

impl Limit {
    /// Of a compressed file that has so many bytes as it lies on disk.
    pub fn of_compressed(bytes: u64, expansion: &Expansion) -> Limit {
        let by_ratio = (bytes as f64 * expansion.ratio) as u64;
        let by_ratio = by_ratio.max(Expansion::FLOOR);
        if expansion.size <= by_ratio {
            let why = format!("data.max_expanded_size allows {} bytes", grouped(expansion.size));
            return Limit { bytes: expansion.size, why, key: "data.max_expanded_size" };
        }
        let why = format!(
            "it has {} bytes, and from {} on data.max_expansion_ratio allows no more than {} times as many",
            grouped(bytes),
            grouped(Expansion::FLOOR),
            expansion.ratio
        );
        Limit { bytes: by_ratio, why, key: "data.max_expansion_ratio" }
    }

    /// Of a file whose rows a client asks about.
    pub fn of_asked(bytes: u64) -> Limit {
        let why = format!("api.max_file_bytes allows {} bytes", grouped(bytes));
        Limit { bytes, why, key: "api.max_file_bytes" }
    }
}

/// A stream that fails with [`TooLarge`] where it goes on past its limit.
pub struct Limited<R> {
    inner: R,
    read: u64,
    limit: Limit,
}

impl<R: Read> Limited<R> {
    /// Up to that limit.
    pub fn new(inner: R, limit: Limit) -> Limited<R> {
        Limited { inner, read: 0, limit }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read += n as u64;
        match self.read > self.limit.bytes {
            true => Err(io::Error::other(TooLarge(self.limit.clone()))),
            false => Ok(n),
        }
    }
}

/// A file holds more than it may.
#[derive(Debug)]
pub struct TooLarge(Limit);

impl TooLarge {
    /// The error of a stream that is one of these.
    pub fn of(e: &io::Error) -> Option<&TooLarge> {
        e.get_ref()?.downcast_ref()
    }

    /// As an error of the file that is called so.
    pub fn error(&self, place: &str) -> Error {
        let Limit { bytes, why, key } = &self.0;
        Error::data(place, format!("the file holds more than {} bytes of text", grouped(*bytes)))
            .why(why)
            .hint(format!("find out who put it there; if it is meant to be so large, raise {key} in the config"))
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it holds more than {} bytes of text; {}", grouped(self.0.bytes), self.0.why)
    }
}

impl std::error::Error for TooLarge {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_up_to_its_limit_and_no_further() {
        let limit = |bytes| Limit { bytes, why: "w".to_string(), key: "k" };
        let mut out = Vec::new();
        Limited::new(&b"abcd"[..], limit(4)).read_to_end(&mut out).unwrap();
        assert_eq!(out, b"abcd");
        let e = Limited::new(std::io::repeat(b'a'), limit(1 << 20)).read_to_end(&mut Vec::new()).unwrap_err();
        let message = TooLarge::of(&e).unwrap().error("in/a.csv.gz").message();
        assert!(message.starts_with("error: in/a.csv.gz: the file holds more than 1,048,576 bytes of text; w\nhint: "));
        assert!(message.ends_with("raise k in the config"));
        assert!(TooLarge::of(&io::Error::other("x")).is_none());
    }

    #[test]
    fn the_ratio_counts_from_a_floor_on_and_the_size_always() {
        let of = |bytes| {
            let limit = Limit::of_compressed(bytes, &Expansion::default());
            (limit.bytes, limit.key)
        };
        assert_eq!(of(0), (256_000_000, "data.max_expansion_ratio"));
        assert_eq!(of(500_000), (256_000_000, "data.max_expansion_ratio"));
        assert_eq!(of(10_000_000), (5_000_000_000, "data.max_expansion_ratio"));
        assert_eq!(of(1_000_000_000), (100_000_000_000, "data.max_expanded_size"));
        let small = Expansion { size: 5_000, ratio: 500.0 };
        assert_eq!(Limit::of_compressed(u64::MAX, &small).bytes, 5_000);
        assert_eq!(Limit::of_compressed(u64::MAX, &Expansion { size: u64::MAX, ratio: 1e9 }).bytes, u64::MAX);
    }
}
