//! Compressed input. Every member of a gzip file and every frame of a zstd file is read;
//! a file that ends too early or fails its checksum is an error, never a shorter file.

use super::limit::{Limit, Limited};
use std::io::{self, BufRead, BufReader, Read};

/// Reads plain, gzip or zstd bytes as plain bytes. What the file is, its first bytes
/// say; a name that promises something else is an error of the file. One that is compressed
/// is read up to `limit`.
///
/// # Errors
/// The file cannot be read, or its name says `.gz` or `.zst` and its bytes do not.
pub fn decode<'a>(name: &str, raw: Box<dyn Read + Send + 'a>, limit: Limit) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut raw = BufReader::with_capacity(1 << 16, raw);
    let head = raw.fill_buf()?;
    let (gzip, zstd) = (head.starts_with(&[0x1f, 0x8b]), head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    let name = name.to_lowercase();
    for (ending, magic, kind) in [(".gz", gzip, "gzip"), (".zst", zstd, "zstd")] {
        if name.ends_with(ending) && !magic {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the file is not {kind} data, as its name says"),
            ));
        }
    }
    Ok(if gzip {
        Box::new(Limited::new(flate2::bufread::MultiGzDecoder::new(raw), limit))
    } else if zstd {
        Box::new(Limited::new(ZstdFrames { raw: Some(raw), frame: None }, limit))
    } else {
        Box::new(raw)
    })
}

/// One zstd frame after the other.
struct ZstdFrames<R: BufRead> {
    raw: Option<R>,
    frame: Option<Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>>,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let n = frame.read(buf)?;
                if n > 0 || buf.is_empty() {
                    return Ok(n);
                }
                let decoder = self.frame.take();
                if let Some(decoder) = decoder {
                    let frame = &decoder.decoder;
                    if frame.get_checksum_from_data().is_some()
                        && frame.get_checksum_from_data() != frame.get_calculated_checksum()
                    {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "a zstd frame fails its checksum"));
                    }
                    self.raw = Some(decoder.into_inner());
                }
            }
            let Some(mut raw) = self.raw.take() else { return Ok(0) };
            if raw.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(raw).map_err(|e| invalid(&e))?;
            self.frame = Some(Box::new(frame));
        }
    }
}

fn invalid(e: &impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Expansion;
    use crate::sources::limit::TooLarge;
    use std::io::Write;

    const TEXT: &[u8] = b"a,b\n1,2\n3,4\n";

    fn read(name: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let limit = Limit::of_compressed(bytes.len() as u64, &Expansion::default());
        decode(name, Box::new(bytes), limit)?.read_to_end(&mut out)?;
        Ok(out)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn plain_gzip_and_zstd_read_alike() {
        assert_eq!(read("a.csv", TEXT).unwrap(), TEXT);
        assert_eq!(read("a.csv.gz", &gzip(TEXT)).unwrap(), TEXT);
        assert_eq!(read("a.csv.zst", &zstd(TEXT)).unwrap(), TEXT);
        assert_eq!(read("a.csv", &gzip(TEXT)).unwrap(), TEXT, "the bytes decide");
    }

    #[test]
    fn several_members_and_frames_are_all_read() {
        let twice = [TEXT, TEXT].concat();
        assert_eq!(read("a.csv.gz", &[gzip(TEXT), gzip(TEXT)].concat()).unwrap(), twice);
        assert_eq!(read("a.csv.zst", &[zstd(TEXT), zstd(TEXT)].concat()).unwrap(), twice);
    }

    #[test]
    fn what_is_compressed_is_read_up_to_its_limit() {
        let rows = b"1,2\n".repeat(100_000);
        for (name, bytes) in [("a.csv.gz", gzip(&rows)), ("a.csv.zst", zstd(&rows)), ("a.csv", rows.clone())] {
            let read_up_to = |most| {
                let limit = Limit::of_compressed(1, &Expansion { size: most, ratio: 500.0 });
                let mut read = Vec::new();
                let ended = decode(name, Box::new(&bytes[..]), limit).unwrap().read_to_end(&mut read);
                ended.map_err(|e| TooLarge::of(&e).is_some())
            };
            assert_eq!(read_up_to(400_000), Ok(400_000), "{name}");
            let cut = if name == "a.csv" { Ok(400_000) } else { Err(true) };
            assert_eq!(read_up_to(399_999), cut, "{name}");
        }
    }

    #[test]
    fn a_truncated_file_is_an_error_and_not_a_shorter_file() {
        for (name, bytes) in [("a.csv.gz", gzip(TEXT)), ("a.csv.zst", zstd(TEXT))] {
            for cut in 1..bytes.len() {
                assert!(read(name, &bytes[..cut]).is_err(), "{name} cut at {cut} of {}", bytes.len());
            }
        }
        assert!(read("a.csv.gz", TEXT).is_err());
    }
}
